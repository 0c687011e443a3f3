//! Whole numbers below a bound.

use rand_core::RngCore;

/// Uniform on 0 … n − 1, for n > 0.
///
/// Source: Lemire 2019, *Fast random integer generation in an interval*, [arXiv:1805.10941](https://arxiv.org/abs/1805.10941).
#[inline]
pub(crate) fn below<R: RngCore + ?Sized>(n: u64, rng: &mut R) -> u64 {
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(n);
        let low = product as u64;
        if low >= n || low >= n.wrapping_neg() % n {
            return (product >> 64) as u64;
        }
    }
}
