//! Distributions made of other distributions, and of data.
//!
//! Each is a [`Univariate`](crate::Univariate) (or [`Multivariate`](crate::multivariate::Multivariate)) with all of its
//! methods, and so can be a part of the next. The parts are of one family (`Mixture<Exponential>`) or of several, boxed
//! (`Mixture<Box<dyn Univariate>>`, which is what `Mixture` alone means).
//!
//! To add one: a file with the struct, `new` and `Univariate`, `mod` and `pub use` here, one row in `tests/combinators.rs`.

mod bounds;
mod boxed;
mod censored;
mod empirical;
mod expectation;
mod histogram;
mod improved_sheather_jones;
mod kernel_density;
mod mixture;
mod moments;
mod monotone;
mod multivariate_mixture;
mod peak;
mod product;
mod transformed;
mod truncated;

pub use censored::Censored;
pub use empirical::Empirical;
pub use histogram::Histogram;
pub use kernel_density::{Bandwidth, KernelDensity};
pub use mixture::Mixture;
pub use monotone::{Affine, Exp, Monotone, Power, Sigmoid, Softplus, Tanh};
pub use multivariate_mixture::MultivariateMixture;
pub use product::Product;
pub use transformed::Transformed;
pub use truncated::Truncated;

use crate::{Domain, Error};

/// Shares in proportion to weights.
fn shares(name: &'static str, weights: &[f64], count: usize) -> Result<Vec<f64>, Error> {
    if weights.len() != count || count == 0 {
        let found = format!("{} numbers", weights.len());
        return Err(Error::parameter(name, "weights", found, format!("one for each of {count} parts, one at least")));
    }
    weights.iter().try_for_each(|w| Domain::NonNegative.check(name, "weights", *w))?;
    let sum = crate::data::sum(weights.iter().copied());
    if !(sum > 0.0 && sum.is_finite()) {
        return Err(Error::parameter(name, "weights", format!("of sum {sum}"), "a positive sum"));
    }
    Ok(weights.iter().map(|w| w / sum).collect())
}

/// ln Σ e^x.
fn ln_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if most.is_infinite() { most } else { most + values.map(|x| (x - most).exp()).sum::<f64>().ln() }
}
