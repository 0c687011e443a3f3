//! Vector registers of AVX-512 and AVX2.

#![allow(unnameable_types, reason = "the trait `Scalar` is sealed: what it stands on has no name outside")]

use std::arch::x86_64::*;

use super::vector::{Body, Vector};

macro_rules! register {
    (
        $name:ident: $lanes:literal of $element:ident in $inner:ty, $rows:literal rows, $features:literal;
        mask: $mask:ty, |$count:ident| $make:expr, |$from:ident, $by:ident| $load_masked:expr, $store_masked:ident;
        $zero:ident $splat:ident $load:ident $store:ident $fma:ident $add:ident $transpose:ident
    ) => {
        #[doc = concat!(stringify!($lanes), " × ", stringify!($element), ".")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name($inner);

        // SAFETY: each method is the instruction of its name on the elements that the trait names.
        unsafe impl Vector for $name {
            type Element = $element;
            type Mask = $mask;
            const LANES: usize = $lanes;
            const ROWS: usize = $rows;

            unsafe fn compiled<B: Body>(body: B) {
                #[target_feature(enable = $features)]
                fn shell<B: Body>(body: B) {
                    // SAFETY: the features are enabled here; the rest is promised by the caller of `compiled`.
                    unsafe { body.run() }
                }
                // SAFETY: the caller promises the instruction set.
                unsafe { shell(body) }
            }

            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: the trait's promise.
                Self(unsafe { $zero() })
            }

            #[inline(always)]
            unsafe fn splat(from: *const $element) -> Self {
                // SAFETY: the trait's promise.
                Self(unsafe { $splat(*from) })
            }

            #[inline(always)]
            unsafe fn load(from: *const $element) -> Self {
                // SAFETY: the trait's promise.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: the trait's promise.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            unsafe fn mask($count: usize) -> $mask {
                // SAFETY: the trait's promise.
                #[allow(unused_unsafe, reason = "a mask of AVX-512 is an integer")]
                unsafe {
                    $make
                }
            }

            #[inline(always)]
            unsafe fn load_masked($from: *const $element, $by: $mask) -> Self {
                // SAFETY: the trait's promise.
                Self(unsafe { $load_masked })
            }

            #[inline(always)]
            unsafe fn store_masked(self, to: *mut $element, mask: $mask) {
                // SAFETY: the trait's promise.
                unsafe { $store_masked(to, mask, self.0) }
            }

            #[inline(always)]
            unsafe fn fma(self, a: Self, b: Self) -> Self {
                // SAFETY: the trait's promise.
                Self(unsafe { $fma(a.0, b.0, self.0) })
            }

            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                // SAFETY: the trait's promise.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            unsafe fn transpose(from: *const $element, step: isize, to: *mut $element, to_step: usize) {
                // SAFETY: the trait's promise.
                unsafe { $transpose(from, step, to, to_step) }
            }

            #[inline(always)]
            unsafe fn prefetch(from: *const $element) {
                // SAFETY: a prefetch of any address is harmless.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(from.cast()) }
            }
        }
    };
}

register! {
    F32x16: 16 of f32 in __m512, 8 rows, "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma";
    mask: __mmask16, |count| ((1_u32 << count) - 1) as __mmask16, |from, by| _mm512_maskz_loadu_ps(by, from),
        _mm512_mask_storeu_ps;
    _mm512_setzero_ps _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_fmadd_ps _mm512_add_ps transpose_f32x16
}

register! {
    F64x8: 8 of f64 in __m512d, 8 rows, "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma";
    mask: __mmask8, |count| ((1_u32 << count) - 1) as __mmask8, |from, by| _mm512_maskz_loadu_pd(by, from),
        _mm512_mask_storeu_pd;
    _mm512_setzero_pd _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_fmadd_pd _mm512_add_pd transpose_f64x8
}

register! {
    F32x8: 8 of f32 in __m256, 4 rows, "avx2,fma";
    mask: __m256i, |count| _mm256_cmpgt_epi32(_mm256_set1_epi32(count as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)),
        |from, by| _mm256_maskload_ps(from, by), _mm256_maskstore_ps;
    _mm256_setzero_ps _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_fmadd_ps _mm256_add_ps transpose_f32x8
}

register! {
    F64x4: 4 of f64 in __m256d, 4 rows, "avx2,fma";
    mask: __m256i, |count| _mm256_cmpgt_epi64(_mm256_set1_epi64x(count as i64), _mm256_setr_epi64x(0, 1, 2, 3)),
        |from, by| _mm256_maskload_pd(from, by), _mm256_maskstore_pd;
    _mm256_setzero_pd _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_fmadd_pd _mm256_add_pd transpose_f64x4
}

// Transposes. Register i of a group takes, in its 128-bit part p, the same few columns of row `i + rows · p`; what is left is
// a transpose inside the parts. The parts are inserted from memory, which spares the shuffle port half of its work.

/// Four columns of rows i, i + 4, i + 8 and i + 12.
#[inline(always)]
unsafe fn parts_f32x16(from: *const f32, step: isize, i: isize) -> __m512 {
    // SAFETY: the caller promises 4 elements in each of the 16 rows.
    unsafe {
        let all = _mm512_castps128_ps512(_mm_loadu_ps(from.offset(i * step)));
        let all = _mm512_insertf32x4::<1>(all, _mm_loadu_ps(from.offset((i + 4) * step)));
        let all = _mm512_insertf32x4::<2>(all, _mm_loadu_ps(from.offset((i + 8) * step)));
        _mm512_insertf32x4::<3>(all, _mm_loadu_ps(from.offset((i + 12) * step)))
    }
}

/// Two columns of rows i, i + 2, i + 4 and i + 6.
#[inline(always)]
unsafe fn parts_f64x8(from: *const f64, step: isize, i: isize) -> __m512d {
    // SAFETY: the caller promises 2 elements in each of the 8 rows.
    unsafe {
        let all = _mm512_castpd128_pd512(_mm_loadu_pd(from.offset(i * step)));
        let all = _mm512_insertf64x2::<1>(all, _mm_loadu_pd(from.offset((i + 2) * step)));
        let all = _mm512_insertf64x2::<2>(all, _mm_loadu_pd(from.offset((i + 4) * step)));
        _mm512_insertf64x2::<3>(all, _mm_loadu_pd(from.offset((i + 6) * step)))
    }
}

/// Four columns of rows i and i + 4.
#[inline(always)]
unsafe fn parts_f32x8(from: *const f32, step: isize, i: isize) -> __m256 {
    // SAFETY: the caller promises 4 elements in each of the 8 rows.
    unsafe {
        _mm256_insertf128_ps::<1>(
            _mm256_castps128_ps256(_mm_loadu_ps(from.offset(i * step))),
            _mm_loadu_ps(from.offset((i + 4) * step)),
        )
    }
}

/// Two columns of rows i and i + 2.
#[inline(always)]
unsafe fn parts_f64x4(from: *const f64, step: isize, i: isize) -> __m256d {
    // SAFETY: the caller promises 2 elements in each of the 4 rows.
    unsafe {
        _mm256_insertf128_pd::<1>(
            _mm256_castpd128_pd256(_mm_loadu_pd(from.offset(i * step))),
            _mm_loadu_pd(from.offset((i + 2) * step)),
        )
    }
}

macro_rules! transposes_of_four {
    ($($name:ident, $groups:literal, $parts:ident, $lo:ident, $hi:ident, $wide:ident, $narrow:ident, $lo2:ident, $hi2:ident,
       $store:ident;)*) => {$(
        #[inline(always)]
        unsafe fn $name(from: *const f32, step: isize, to: *mut f32, to_step: usize) {
            for group in 0..$groups {
                // SAFETY: the caller promises a square of elements on both sides.
                unsafe {
                    let (from, to) = (from.add(4 * group), to.add(4 * group * to_step));
                    let (r0, r1) = ($parts(from, step, 0), $parts(from, step, 1));
                    let (r2, r3) = ($parts(from, step, 2), $parts(from, step, 3));
                    let (a, b) = ($wide($lo(r0, r1)), $wide($hi(r0, r1)));
                    let (c, d) = ($wide($lo(r2, r3)), $wide($hi(r2, r3)));
                    $store(to, $narrow($lo2(a, c)));
                    $store(to.add(to_step), $narrow($hi2(a, c)));
                    $store(to.add(2 * to_step), $narrow($lo2(b, d)));
                    $store(to.add(3 * to_step), $narrow($hi2(b, d)));
                }
            }
        }
    )*};
}

transposes_of_four! {
    transpose_f32x16, 4, parts_f32x16, _mm512_unpacklo_ps, _mm512_unpackhi_ps, _mm512_castps_pd, _mm512_castpd_ps,
        _mm512_unpacklo_pd, _mm512_unpackhi_pd, _mm512_storeu_ps;
    transpose_f32x8, 2, parts_f32x8, _mm256_unpacklo_ps, _mm256_unpackhi_ps, _mm256_castps_pd, _mm256_castpd_ps,
        _mm256_unpacklo_pd, _mm256_unpackhi_pd, _mm256_storeu_ps;
}

macro_rules! transposes_of_two {
    ($($name:ident, $groups:literal, $parts:ident, $lo:ident, $hi:ident, $store:ident;)*) => {$(
        #[inline(always)]
        unsafe fn $name(from: *const f64, step: isize, to: *mut f64, to_step: usize) {
            for group in 0..$groups {
                // SAFETY: the caller promises a square of elements on both sides.
                unsafe {
                    let (from, to) = (from.add(2 * group), to.add(2 * group * to_step));
                    let (r0, r1) = ($parts(from, step, 0), $parts(from, step, 1));
                    $store(to, $lo(r0, r1));
                    $store(to.add(to_step), $hi(r0, r1));
                }
            }
        }
    )*};
}

transposes_of_two! {
    transpose_f64x8, 4, parts_f64x8, _mm512_unpacklo_pd, _mm512_unpackhi_pd, _mm512_storeu_pd;
    transpose_f64x4, 2, parts_f64x4, _mm256_unpacklo_pd, _mm256_unpackhi_pd, _mm256_storeu_pd;
}
