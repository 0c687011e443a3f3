//! Whole registers from and to memory, as the machine's own vectors.
//!
//! Lanes are arrays, and operations loops over them; but a loop that holds a vector is left alone by the compiler's loop
//! vectoriser, which otherwise unrolls the lanes of a light loop and gathers them across iterations (measured: `sqrt` and
//! `abs` at a tenth of their speed). So registers are loaded and stored as vectors, and sums that a loop carries are kept
//! as vectors from one turn to the next.

use super::{Float, Lanes};
use crate::kernels::Simd;

#[cfg(target_arch = "x86_64")]
use crate::kernels::{Isa, maths::avx512};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// A number that the machine has vectors of.
pub trait Machine: bytemuck::Pod {
    /// 64 bytes.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    type Whole: Copy;
    /// 32 bytes.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    type Half: Copy;
    /// 16 bytes.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    type Quarter: Copy;

    /// The elements of `x`, those of `fill` where it has ended.
    ///
    /// # Safety
    ///
    /// The machine has AVX-512.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    unsafe fn load_masked(x: &[Self], fill: Self::Whole) -> Self::Whole;
    /// Writes as many lanes as `out` is long.
    ///
    /// # Safety
    ///
    /// The machine has AVX-512.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    unsafe fn store_masked(out: &mut [Self], lanes: Self::Whole);
    /// The largest lane, of lanes that are no NaN.
    ///
    /// # Safety
    ///
    /// The machine has AVX-512.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    unsafe fn peak(lanes: Self::Whole) -> Self;
    /// The lanes without a minus sign, moved together to the front, and how many they are.
    ///
    /// # Safety
    ///
    /// The machine has AVX-512.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    unsafe fn nonnegative(lanes: Self::Whole) -> (Self::Whole, u32);
    /// The natural logarithm, where the machine has a faster way to it than the one that is written for single numbers.
    ///
    /// # Safety
    ///
    /// The machine has AVX-512.
    #[cfg(target_arch = "x86_64")]
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn ln(_: Self::Whole) -> Option<Self::Whole> {
        None
    }
}

macro_rules! machine {
    ($($scalar:ident $whole:ident $half:ident $quarter:ident $mask:ident $load:ident $store:ident $peak:ident
      $signs:ident $compress:ident $({$($own:item)*})?;)*) => {$(
        impl Machine for $scalar {
            #[cfg(target_arch = "x86_64")]
            type Whole = $whole;
            #[cfg(target_arch = "x86_64")]
            type Half = $half;
            #[cfg(target_arch = "x86_64")]
            type Quarter = $quarter;

            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            unsafe fn load_masked(x: &[Self], fill: $whole) -> $whole {
                // SAFETY: the mask leaves out what lies behind `x`; the caller promises AVX-512.
                unsafe { $load(fill, first(x.len()) as $mask, x.as_ptr()) }
            }

            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            unsafe fn store_masked(out: &mut [Self], lanes: $whole) {
                // SAFETY: as above, for writing.
                unsafe { $store(out.as_mut_ptr(), first(out.len()) as $mask, lanes) }
            }

            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            unsafe fn peak(lanes: $whole) -> Self {
                // SAFETY: the caller promises AVX-512.
                unsafe { $peak(lanes) }
            }

            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            unsafe fn nonnegative(lanes: $whole) -> ($whole, u32) {
                // SAFETY: the caller promises AVX-512.
                unsafe {
                    let kept = !$signs(same_bits(lanes));
                    ($compress(kept, lanes), kept.count_ones())
                }
            }

            $($($own)*)?
        }
    )*};
}

machine! {
    f32 __m512 __m256 __m128 __mmask16 _mm512_mask_loadu_ps _mm512_mask_storeu_ps _mm512_reduce_max_ps
        _mm512_movepi32_mask _mm512_maskz_compress_ps;
    f64 __m512d __m256d __m128d __mmask8 _mm512_mask_loadu_pd _mm512_mask_storeu_pd _mm512_reduce_max_pd
        _mm512_movepi64_mask _mm512_maskz_compress_pd {
            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            unsafe fn ln(lanes: __m512d) -> Option<__m512d> {
                // SAFETY: the caller promises AVX-512.
                Some(unsafe { avx512::ln(lanes) })
            }
        };
    i64 __m512i __m256i __m128i __mmask8 _mm512_mask_loadu_epi64 _mm512_mask_storeu_epi64 _mm512_reduce_max_epi64
        _mm512_movepi64_mask _mm512_maskz_compress_epi64;
}

/// A mask of the first `n` lanes, at most 16.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn first(n: usize) -> u32 {
    (1 << n.min(16)) - 1
}

impl<T: Machine, S: Simd, const W: usize> Lanes<T, S, W> {
    /// These numbers.
    #[inline(always)]
    pub(crate) fn whole(x: &[T; W]) -> Self {
        Self::new(load::<T, S, W>(x))
    }

    /// The same numbers, held as vectors.
    #[inline(always)]
    pub(crate) fn held(self) -> Self {
        Self::new(load::<T, S, W>(&self.0))
    }

    /// The elements of `x` from `i` on, `fill` where it has ended.
    #[inline(always)]
    pub(crate) fn elements(x: &[T], i: usize, fill: T) -> Self {
        if let Some(Ok(whole)) = x.get(i..i + W).map(TryInto::try_into) {
            return Self::whole(whole);
        }
        let rest = x.get(i..).unwrap_or(&[]);
        #[cfg(target_arch = "x86_64")]
        if S::ISA == Isa::Avx512 {
            // SAFETY: the shell that this is inlined into enables AVX-512; only the elements of `rest` are read.
            return Self::new(unsafe { same_bits(T::load_masked(rest, same_bits([fill; W]))) });
        }
        Self::new(load_rest(rest, fill))
    }

    /// The largest lane, of lanes that are no NaN.
    #[inline(always)]
    pub(crate) fn top(self) -> T
    where
        T: PartialOrd,
    {
        #[cfg(target_arch = "x86_64")]
        if S::ISA == Isa::Avx512 && size_of::<[T; W]>() == 64 {
            // SAFETY: the shell that this is inlined into enables AVX-512.
            return unsafe { T::peak(same_bits(self.0)) };
        }
        let (mut lanes, mut half) = (self.0, W / 2);
        while half > 0 {
            for i in 0..half {
                lanes[i] = if lanes[i] > lanes[i + half] { lanes[i] } else { lanes[i + half] };
            }
            half /= 2;
        }
        lanes[0]
    }

    /// ln, where the machine has a way of its own to it.
    #[inline(always)]
    pub(crate) fn machine_ln(self) -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if S::ISA == Isa::Avx512 && size_of::<[T; W]>() == 64 {
            // SAFETY: the shell that this is inlined into enables AVX-512.
            return unsafe { T::ln(same_bits(self.0)).map(|ln| Self::new(same_bits(ln))) };
        }
        None
    }

    /// Writes the lanes without a minus sign, one after the other, and returns how many; `out` has room for all.
    #[inline(always)]
    pub(crate) fn put_nonnegative(self, out: &mut [T; W]) -> usize
    where
        T: Float,
    {
        #[cfg(target_arch = "x86_64")]
        if S::ISA == Isa::Avx512 && size_of::<[T; W]>() == 64 {
            // SAFETY: the shell that this is inlined into enables AVX-512.
            unsafe {
                let (kept, n) = T::nonnegative(same_bits(self.0));
                Self::new(same_bits(kept)).put_whole(out);
                return n as usize;
            }
        }
        let mut n = 0;
        for i in 0..W {
            out[n] = self.0[i];
            n += usize::from(self.0[i].to_f64().is_sign_positive());
        }
        n
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
        #[cfg(target_arch = "x86_64")]
        if S::ISA == Isa::Avx512 {
            // SAFETY: as in `elements`; only the elements of `rest` are written.
            return unsafe { T::store_masked(rest, same_bits(self.0)) };
        }
        store_rest(&self.0, rest);
    }
}

/// Apart, so that the loops that rarely come here keep their registers.
#[cold]
#[inline(never)]
fn load_rest<T: Copy, const W: usize>(rest: &[T], fill: T) -> [T; W] {
    let mut lanes = [fill; W];
    let n = rest.len().min(W);
    lanes[..n].copy_from_slice(&rest[..n]);
    lanes
}

/// As [`load_rest`].
#[cold]
#[inline(never)]
fn store_rest<T: Copy, const W: usize>(lanes: &[T; W], rest: &mut [T]) {
    let n = rest.len().min(W);
    rest[..n].copy_from_slice(&lanes[..n]);
}

/// A register, or several, from memory of any alignment.
#[inline(always)]
fn load<T: Machine, S: Simd, const W: usize>(x: &[T; W]) -> [T; W] {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: each variant reads the bytes of `x` with vectors that need no alignment, and gives them back as what they
    // were; the instruction set is enabled in the shell that this is inlined into.
    unsafe {
        let at = std::ptr::from_ref(x);
        match (S::ISA, size_of::<[T; W]>()) {
            (Isa::Avx512, 64) => same_bits::<T::Whole, _>(at.cast::<T::Whole>().read_unaligned()),
            (Isa::Avx2, 32) => same_bits::<T::Half, _>(at.cast::<T::Half>().read_unaligned()),
            (Isa::Portable, 16) => same_bits::<T::Quarter, _>(at.cast::<T::Quarter>().read_unaligned()),
            (Isa::Avx2, 64) => {
                let at = at.cast::<T::Half>();
                same_bits::<[T::Half; 2], _>([at.read_unaligned(), at.add(1).read_unaligned()])
            }
            (_, 64) => {
                let at = at.cast::<T::Quarter>();
                same_bits::<[T::Quarter; 4], _>([
                    at.read_unaligned(),
                    at.add(1).read_unaligned(),
                    at.add(2).read_unaligned(),
                    at.add(3).read_unaligned(),
                ])
            }
            _ => *x,
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    *x
}

/// A register, or several, to memory of any alignment.
#[inline(always)]
fn store<T: Machine, S: Simd, const W: usize>(lanes: [T; W], out: &mut [T; W]) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: as in `load`, written instead of read.
    unsafe {
        let to = std::ptr::from_mut(out);
        match (S::ISA, size_of::<[T; W]>()) {
            (Isa::Avx512, 64) => to.cast::<T::Whole>().write_unaligned(same_bits(lanes)),
            (Isa::Avx2, 32) => to.cast::<T::Half>().write_unaligned(same_bits(lanes)),
            (Isa::Portable, 16) => to.cast::<T::Quarter>().write_unaligned(same_bits(lanes)),
            (Isa::Avx2, 64) => {
                let halves: [T::Half; 2] = same_bits(lanes);
                to.cast::<T::Half>().write_unaligned(halves[0]);
                to.cast::<T::Half>().add(1).write_unaligned(halves[1]);
            }
            (_, 64) => {
                let quarters: [T::Quarter; 4] = same_bits(lanes);
                let to = to.cast::<T::Quarter>();
                to.write_unaligned(quarters[0]);
                to.add(1).write_unaligned(quarters[1]);
                to.add(2).write_unaligned(quarters[2]);
                to.add(3).write_unaligned(quarters[3]);
            }
            _ => *out = lanes,
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        *out = lanes;
    }
}

/// The same bytes as another type.
///
/// # Safety
///
/// Both types are plain numbers.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn same_bits<A: Copy, B>(a: A) -> B {
    assert!(size_of::<A>() == size_of::<B>(), "registers of different sizes");
    // SAFETY: the sizes are equal and every bit pattern is a number, as the caller promises.
    unsafe { std::mem::transmute_copy(&a) }
}
