//! What a tile asks of a vector register, and the plain register that every machine has.

#![allow(unnameable_types, reason = "the trait `Scalar` is sealed: what it stands on has no name outside")]

use std::fmt::Debug;

/// The element types that have matrix products: `f32`, `f64` and `i64`.
///
/// A panel of the inner extent is at most 384 elements deep for `f32` and 192 for the others.
pub trait Scalar: Sealed + Copy + Default + Debug + Send + Sync + 'static {}

impl Scalar for f32 {}
impl Scalar for f64 {}
impl Scalar for i64 {}

/// The registers of an element type, by instruction set.
pub trait Sealed: Sized {
    /// The register in AVX-512.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Element = Self>;
    /// The register in AVX2.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Element = Self>;
    /// The register of every machine.
    type Portable: Vector<Element = Self>;
    /// The greatest depth of a panel: a tile's rows of it stay in the first-level cache while `b` passes through.
    const DEPTH: usize;
}

impl Sealed for f32 {
    #[cfg(target_arch = "x86_64")]
    type Avx512 = super::x86::F32x16;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = super::x86::F32x8;
    type Portable = Plain<Self, 4>;
    const DEPTH: usize = 384;
}

impl Sealed for f64 {
    #[cfg(target_arch = "x86_64")]
    type Avx512 = super::x86::F64x8;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = super::x86::F64x4;
    type Portable = Plain<Self, 2>;
    const DEPTH: usize = 192;
}

impl Sealed for i64 {
    #[cfg(target_arch = "x86_64")]
    type Avx512 = Plain<Self, 2>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = Plain<Self, 2>;
    type Portable = Plain<Self, 2>;
    const DEPTH: usize = 192;
}

/// A vector register.
///
/// # Safety
///
/// Every method but `compiled` asks that the instruction set be there; a pointer reaches [`LANES`](Self::LANES) elements,
/// a masked one as many as the mask was made for. Methods compile to their instruction only inside
/// [`compiled`](Self::compiled).
pub unsafe trait Vector: Copy + Debug + 'static {
    /// What a lane holds.
    type Element: Scalar + Sealed;
    /// The first lanes of a register.
    type Mask: Copy;
    /// How many lanes there are.
    const LANES: usize;
    /// How many rows a tile has at most, a divisor of 16.
    const ROWS: usize;

    /// Runs a body compiled for the instruction set.
    ///
    /// # Safety
    ///
    /// The instruction set is there.
    unsafe fn compiled<B: Body>(body: B);
    unsafe fn zero() -> Self;
    unsafe fn splat(from: *const Self::Element) -> Self;
    unsafe fn load(from: *const Self::Element) -> Self;
    unsafe fn store(self, to: *mut Self::Element);
    /// The first `count` lanes, 1 to `LANES`.
    unsafe fn mask(count: usize) -> Self::Mask;
    unsafe fn load_masked(from: *const Self::Element, mask: Self::Mask) -> Self;
    unsafe fn store_masked(self, to: *mut Self::Element, mask: Self::Mask);
    /// `self + a · b`, rounded once where the machine can.
    unsafe fn fma(self, a: Self, b: Self) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    /// Writes the transpose of `LANES` × `LANES` elements: `to[i · to_step + j] = from[j · step + i]`.
    unsafe fn transpose(from: *const Self::Element, step: isize, to: *mut Self::Element, to_step: usize);
    /// Asks for a cache line that is about to be used; the pointer may be any.
    unsafe fn prefetch(_: *const Self::Element) {}
}

/// What [`Vector::compiled`] runs; `run` and everything below it is `#[inline(always)]`.
pub trait Body {
    /// The body.
    ///
    /// # Safety
    ///
    /// As its struct says; the instruction set is there.
    unsafe fn run(self);
}

/// A register as an array: the compiler makes of it what the machine has.
#[derive(Clone, Copy, Debug)]
pub struct Plain<T, const N: usize>([T; N]);

/// How a plain lane multiplies and adds.
pub trait Arithmetic: Scalar + Sealed {
    fn multiply_add(self, a: Self, b: Self) -> Self;
    fn plus(self, other: Self) -> Self;
}

macro_rules! float_arithmetic {
    ($($type:ty)*) => {$(
        impl Arithmetic for $type {
            #[inline(always)]
            fn multiply_add(self, a: Self, b: Self) -> Self {
                self + a * b
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self + other
            }
        }
    )*};
}

float_arithmetic!(f32 f64);

impl Arithmetic for i64 {
    #[inline(always)]
    fn multiply_add(self, a: Self, b: Self) -> Self {
        self.wrapping_add(a.wrapping_mul(b))
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
}

// SAFETY: arrays need no instruction set; each method touches the elements that the trait names.
unsafe impl<T: Arithmetic, const N: usize> Vector for Plain<T, N> {
    type Element = T;
    type Mask = usize;
    const LANES: usize = N;
    const ROWS: usize = 4;

    unsafe fn compiled<B: Body>(body: B) {
        // SAFETY: nothing is asked of the machine; the rest is the caller's promise.
        unsafe { body.run() }
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([T::default(); N])
    }

    #[inline(always)]
    unsafe fn splat(from: *const T) -> Self {
        // SAFETY: the trait's promise.
        Self([unsafe { *from }; N])
    }

    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the trait's promise.
        Self(unsafe { from.cast::<[T; N]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the trait's promise.
        unsafe { to.cast::<[T; N]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn mask(count: usize) -> usize {
        count
    }

    #[inline(always)]
    unsafe fn load_masked(from: *const T, mask: usize) -> Self {
        if mask == N {
            // SAFETY: the mask covers every lane.
            return unsafe { Self::load(from) };
        }
        let mut lanes = [T::default(); N];
        for (i, lane) in lanes.iter_mut().enumerate().take(mask) {
            // SAFETY: `i` is below the mask's count.
            *lane = unsafe { *from.add(i) };
        }
        Self(lanes)
    }

    #[inline(always)]
    unsafe fn store_masked(self, to: *mut T, mask: usize) {
        for i in 0..mask {
            // SAFETY: `i` is below the mask's count.
            unsafe { *to.add(i) = self.0[i] };
        }
    }

    #[inline(always)]
    unsafe fn fma(mut self, a: Self, b: Self) -> Self {
        for i in 0..N {
            self.0[i] = self.0[i].multiply_add(a.0[i], b.0[i]);
        }
        self
    }

    #[inline(always)]
    unsafe fn add(mut self, other: Self) -> Self {
        for i in 0..N {
            self.0[i] = self.0[i].plus(other.0[i]);
        }
        self
    }

    #[inline(always)]
    unsafe fn transpose(from: *const T, step: isize, to: *mut T, to_step: usize) {
        for i in 0..N {
            for j in 0..N {
                // SAFETY: the trait's promise: N × N elements on both sides.
                unsafe { *to.add(i * to_step + j) = *from.offset(j.cast_signed() * step + i.cast_signed()) };
            }
        }
    }
}
