//! Whole registers from and to memory.
//!
//! They are moved as the machine's own vectors, not as arrays: a loop that holds a vector is left alone by the compiler's
//! loop vectoriser, which otherwise unrolls the lanes of a light loop and gathers them across iterations (measured: `sqrt`
//! and `abs` at a tenth of their speed).

use super::Lanes;
use crate::kernels::Simd;

#[cfg(target_arch = "x86_64")]
use crate::kernels::Isa;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m128, __m256, __m512};

impl<T: bytemuck::Pod, S: Simd, const W: usize> Lanes<T, S, W> {
    /// These numbers.
    #[inline(always)]
    pub(crate) fn whole(x: &[T; W]) -> Self {
        Self::new(load::<T, S, W>(x))
    }

    /// The elements of `x` from `i` on, `fill` where it has ended.
    #[inline(always)]
    pub(crate) fn elements(x: &[T], i: usize, fill: T) -> Self {
        if let Some(Ok(whole)) = x.get(i..i + W).map(TryInto::try_into) {
            return Self::whole(whole);
        }
        let rest = x.get(i..).unwrap_or(&[]);
        let mut lanes = [fill; W];
        let n = rest.len().min(W);
        lanes[..n].copy_from_slice(&rest[..n]);
        Self::new(lanes)
    }

    /// Writes all lanes.
    #[inline(always)]
    pub(crate) fn put_whole(self, out: &mut [T; W]) {
        store::<T, S, W>(self.0, out);
    }

    /// Writes the elements of `out` from `i` on, as far as they go.
    #[inline(always)]
    pub(crate) fn put_elements(self, out: &mut [T], i: usize) {
        if let Some(Ok(whole)) = out.get_mut(i..i + W).map(TryInto::try_into) {
            return self.put_whole(whole);
        }
        let rest = out.get_mut(i..).unwrap_or(&mut []);
        let n = rest.len().min(W);
        rest[..n].copy_from_slice(&self.0[..n]);
    }
}

/// 64 bytes from memory of any alignment.
#[inline(always)]
pub(super) fn load<T: bytemuck::Pod, S: Simd, const W: usize>(x: &[T; W]) -> [T; W] {
    const { assert!(size_of::<[T; W]>() == 64) };
    #[cfg(target_arch = "x86_64")]
    // SAFETY: each variant reads the 64 bytes of `x` with vectors that need no alignment, and gives them back as what they
    // were; the instruction set is enabled in the shell that this is inlined into.
    unsafe {
        let at = std::ptr::from_ref(x);
        match S::ISA {
            Isa::Avx512 => same_bits::<__m512, _>(at.cast::<__m512>().read_unaligned()),
            Isa::Avx2 => {
                let at = at.cast::<__m256>();
                same_bits::<[__m256; 2], _>([at.read_unaligned(), at.add(1).read_unaligned()])
            }
            Isa::Portable => {
                let at = at.cast::<__m128>();
                same_bits::<[__m128; 4], _>([
                    at.read_unaligned(),
                    at.add(1).read_unaligned(),
                    at.add(2).read_unaligned(),
                    at.add(3).read_unaligned(),
                ])
            }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    *x
}

/// 64 bytes to memory of any alignment.
#[inline(always)]
pub(super) fn store<T: bytemuck::Pod, S: Simd, const W: usize>(lanes: [T; W], out: &mut [T; W]) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: as in `load`, written instead of read.
    unsafe {
        let to = std::ptr::from_mut(out);
        match S::ISA {
            Isa::Avx512 => to.cast::<__m512>().write_unaligned(same_bits(lanes)),
            Isa::Avx2 => {
                let halves: [__m256; 2] = same_bits(lanes);
                to.cast::<__m256>().write_unaligned(halves[0]);
                to.cast::<__m256>().add(1).write_unaligned(halves[1]);
            }
            Isa::Portable => {
                let quarters: [__m128; 4] = same_bits(lanes);
                for (i, quarter) in quarters.into_iter().enumerate() {
                    to.cast::<__m128>().add(i).write_unaligned(quarter);
                }
            }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        *out = lanes;
    }
}

/// The same 64 bytes as another type.
///
/// # Safety
///
/// Both types are 64 bytes of plain numbers.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn same_bits<A, B>(a: A) -> B {
    const { assert!(size_of::<A>() == size_of::<B>()) };
    // SAFETY: the sizes are equal and every bit pattern is a number, as the caller promises.
    unsafe { std::mem::transmute_copy(&a) }
}
