//! Draws of one value from any generator.

mod below;
mod counts;
mod gamma;
mod unimodal;
mod ziggurat;

use rand_core::RngCore;

pub(crate) use below::below;
pub(crate) use counts::{binomial, poisson};
pub(crate) use gamma::{ln_standard_gamma, standard_gamma};
pub(crate) use unimodal::unimodal;
pub(crate) use ziggurat::{standard_exponential, standard_normal};

/// Uniform on [0, 1): a multiple of 2⁻⁵³.
#[inline]
pub(crate) fn uniform<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// Uniform on (0, 1): an odd multiple of 2⁻⁵⁴.
#[inline]
pub(crate) fn open_uniform<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    ((rng.next_u64() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}
