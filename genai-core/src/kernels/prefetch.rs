//! Memory that is asked for before it is used.

/// Asks for the cache lines of `width` elements from `from` on, which are used soon.
#[inline(always)]
pub fn soon<T>(from: *const T, width: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..width).step_by(64 / size_of::<T>()) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint, which may name any address; SSE belongs to the baseline of x86-64.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(line).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (from, width);
}
