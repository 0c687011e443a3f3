//! The method of moments gives members of the mean and the standard deviation that were asked for.
#![cfg(test)]

use genai_prob::FitMoments;
use genai_prob::continuous::{
    Arcsine, Beta, Gamma, Gumbel, InverseGamma, InverseGaussian, Laplace, LogNormal, Logistic, Normal, Uniform,
};
use genai_prob::discrete::{NegativeBinomial, Skellam};

/// Counts whose variance exceeds their mean, and shares.
const COUNTS: [f64; 7] = [0.0, 1.0, 1.0, 2.0, 4.0, 7.0, 13.0];
const SHARES: [f64; 5] = [0.1, 0.15, 0.3, 0.35, 0.8];

fn has_the_moments<D: FitMoments>(data: &[f64]) {
    let n = data.len() as f64;
    let mean = data.iter().sum::<f64>() / n;
    let std = (data.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    let weighted = D::fit_moments_weighted(data, &vec![0.25; data.len()]).unwrap();
    for d in [D::fit_moments(data).unwrap(), D::from_moments(mean, std).unwrap(), weighted] {
        approx::assert_relative_eq!(d.mean(), mean, max_relative = 1e-13, epsilon = 1e-13);
        approx::assert_relative_eq!(d.std(), std, max_relative = 1e-13);
    }
}

#[test]
fn members_have_the_moments_of_the_data() {
    has_the_moments::<Normal>(&COUNTS);
    has_the_moments::<LogNormal>(&COUNTS);
    has_the_moments::<Gamma>(&COUNTS);
    has_the_moments::<InverseGamma>(&COUNTS);
    has_the_moments::<InverseGaussian>(&COUNTS);
    has_the_moments::<Uniform>(&COUNTS);
    has_the_moments::<Arcsine>(&COUNTS);
    has_the_moments::<Laplace>(&COUNTS);
    has_the_moments::<Logistic>(&COUNTS);
    has_the_moments::<Gumbel>(&COUNTS);
    has_the_moments::<NegativeBinomial>(&COUNTS);
    has_the_moments::<Skellam>(&COUNTS);
    has_the_moments::<Beta>(&SHARES);
}
