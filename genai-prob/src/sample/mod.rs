//! Draws of one value from any generator.

mod below;
mod binomial;
mod gamma;
mod hypergeometric;
mod poisson;
mod power;
mod walk;
mod ziggurat;

use rand_core::RngCore;

pub(crate) use below::below;
pub(crate) use binomial::{Binomial, binomial};
pub(crate) use gamma::{Gamma, Gammas, ln_standard_gamma, standard_gamma};
pub(crate) use hypergeometric::Hypergeometric;
pub(crate) use poisson::{Poisson, poisson};
pub(crate) use power::Power;
pub(crate) use ziggurat::{standard_exponential, standard_normal};

/// Uniform on [0, 1): a multiple of 2⁻⁵³.
#[inline]
pub(crate) fn uniform<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// Uniform on [0, 1): a multiple of 2⁻⁵², the distance of a number in [1, 2) from 1. A product with it is at most the factor
/// less two roundings, so that `low + (high − low) · u` does not go beyond `high`.
#[inline]
pub(crate) fn short_uniform<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    f64::from_bits(rng.next_u64() >> 12 | 1f64.to_bits()) - 1.0
}

/// Uniform on (0, 1): an odd multiple of 2⁻⁵⁴.
#[inline]
pub(crate) fn open_uniform<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    ((rng.next_u64() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}
