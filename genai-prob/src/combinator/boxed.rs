//! A boxed distribution is a distribution.

use crate::multivariate::{Multivariate, Region};
use crate::{Support, Univariate};
use genai_core::random::Key;
use rand_core::RngCore;

/// Methods that hand on to what is in the box.
macro_rules! hand_on {
    ($( $method:ident($($argument:ident: $type:ty),*) -> $returned:ty; )+) => {
        $(
            #[track_caller]
            fn $method(&self, $($argument: $type),*) -> $returned {
                (**self).$method($($argument),*)
            }
        )+
    };
}

impl Univariate for Box<dyn Univariate> {
    hand_on! {
        support() -> Support;
        family() -> Option<(&'static str, Vec<f64>)>;
        ln_prob(x: f64) -> f64;
        prob(x: f64) -> f64;
        cdf(x: f64) -> f64;
        sf(x: f64) -> f64;
        ln_cdf(x: f64) -> f64;
        ln_sf(x: f64) -> f64;
        quantile(p: f64) -> f64;
        isf(q: f64) -> f64;
        quantile_ln(ln_p: f64) -> f64;
        isf_ln(ln_q: f64) -> f64;
        interval(level: f64) -> (f64, f64);
        mean() -> f64;
        variance() -> f64;
        std() -> f64;
        skewness() -> f64;
        kurtosis() -> f64;
        mode() -> f64;
        median() -> f64;
        entropy() -> f64;
        sample(rng: &mut dyn RngCore) -> f64;
        sample_n(n: usize, rng: &mut dyn RngCore) -> Vec<f64>;
        fill(key: Key, out: &mut [f64]) -> ();
        ln_prob_into(x: &[f64], out: &mut [f64]) -> ();
        cdf_into(x: &[f64], out: &mut [f64]) -> ();
        sf_into(x: &[f64], out: &mut [f64]) -> ();
    }
}

impl Multivariate for Box<dyn Multivariate> {
    hand_on! {
        shape() -> Vec<usize>;
        size() -> usize;
        support() -> Region;
        ln_prob(x: &[f64]) -> f64;
        mean() -> Vec<f64>;
        covariance() -> Vec<f64>;
        variance() -> Vec<f64>;
        entropy() -> Option<f64>;
        sample(rng: &mut dyn RngCore, out: &mut [f64]) -> ();
        sample_n(n: usize, rng: &mut dyn RngCore) -> Vec<f64>;
        fill(key: Key, out: &mut [f64]) -> ();
        ln_prob_into(rows: &[f64], out: &mut [f64]) -> ();
    }
}
