//! What is made of other distributions and of data comes back from files as it was, and wrong files are refused.
#![cfg(test)]

use genai_prob::Univariate;
use genai_prob::combinator::{
    Affine, Bandwidth, Censored, Empirical, Exp, Histogram, KernelDensity, Mixture, MultivariateMixture, Power,
    Product, Sigmoid, Softplus, Tanh, Transformed, Truncated,
};
use genai_prob::continuous::{Exponential, Gamma, Normal};
use genai_prob::discrete::Poisson;
use genai_prob::multivariate::{Multivariate, MultivariateNormal};
use serde::{Serialize, de::DeserializeOwned};

fn again<D: Serialize + DeserializeOwned>(d: &D) -> D {
    let json = serde_json::to_string(d).unwrap();
    let again = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
    let unknown = json.replacen('{', "{\"unknown\":1.0,", 1);
    assert!(serde_json::from_str::<D>(&unknown).is_err(), "{unknown} is accepted");
    again
}

/// Weights are scaled to the sum 1 again, which may move their last digit.
fn comes_back<D: Univariate + Serialize + DeserializeOwned>(d: &D) {
    let again = again(d);
    assert_eq!(again.to_string(), d.to_string());
    assert_eq!(again.support(), d.support());
    for p in [1e-200, 1e-9, 0.1, 0.5, 0.7, 0.999] {
        let x = d.quantile(p);
        approx::assert_relative_eq!(again.prob(x), d.prob(x), max_relative = 1e-14);
        approx::assert_relative_eq!(again.cdf(x), d.cdf(x), max_relative = 1e-14);
        approx::assert_relative_eq!(again.ln_sf(x), d.ln_sf(x), max_relative = 1e-13, epsilon = 1e-14);
    }
}

fn normal(mean: f64, sd: f64) -> Normal {
    Normal::new(mean, sd).unwrap()
}

#[test]
fn distributions_of_one_number_come_back() {
    let poisson = || Poisson::new(5.0).unwrap();
    let mixture = Mixture::new(&[1.0, 2.0, 4.0], vec![normal(-2.0, 0.5), normal(0.1, 1.0), normal(3.0, 2.0)]).unwrap();
    comes_back(&mixture);
    comes_back(&Truncated::new(mixture, -1.0, f64::INFINITY).unwrap());
    comes_back(&Truncated::new(normal(0.0, 1.0), 30.0, 31.5).unwrap());
    comes_back(&Truncated::new(poisson(), 0.5, f64::INFINITY).unwrap());
    comes_back(&Censored::new(normal(0.0, 1.0), f64::NEG_INFINITY, 0.3).unwrap());
    comes_back(&Censored::new(Exponential::new(0.1).unwrap(), -5.0, 5.0).unwrap());
    comes_back(&Censored::new(poisson(), 2.0, 7.0).unwrap());
    comes_back(&Histogram::new(&[-1.0, 0.0, 0.25, 5.0], &[2.0, 0.0, 4.0]).unwrap());
    comes_back(&Empirical::weighted(&[3.0, 1.0, 8.0], &[0.5, 0.3, 2.0]).unwrap());
    let values = [1.0, 2.0, 4.0, 4.5];
    comes_back(&KernelDensity::weighted(&values, &[1.0, 0.0, 2.0, 3.0], Bandwidth::Silverman).unwrap());
}

#[test]
fn transformed_distributions_come_back() {
    comes_back(&Transformed::new(normal(0.5, 2.0), Exp).unwrap());
    comes_back(&Transformed::new(normal(0.5, 2.0), Sigmoid).unwrap());
    comes_back(&Transformed::new(normal(0.5, 2.0), Softplus).unwrap());
    comes_back(&Transformed::new(normal(0.5, 0.7), Tanh).unwrap());
    comes_back(&Transformed::new(normal(0.5, 2.0), Affine::new(1.0, -4.0).unwrap()).unwrap());
    comes_back(&Transformed::new(Gamma::new(9.5, 2.0).unwrap(), Power::new(-0.5).unwrap()).unwrap());
}

#[test]
fn distributions_of_vectors_come_back() {
    let product = Product::new(vec![normal(1.0, 2.0), normal(-1.0, 0.3)]).unwrap();
    let cluster = |x: f64| MultivariateNormal::new(&[x, 0.0], &[1.0, 0.5, 0.5, 1.0]).unwrap();
    let clusters = MultivariateMixture::new(&[1.0, 2.0], vec![cluster(-2.0), cluster(2.0)]).unwrap();
    for x in [[0.0, 0.0], [-2.0, 3.0]] {
        assert_eq!(again(&product).ln_prob(&x), product.ln_prob(&x));
        approx::assert_relative_eq!(again(&clusters).ln_prob(&x), clusters.ln_prob(&x), max_relative = 1e-15);
    }
    let nested = Product::new(vec![Truncated::new(normal(0.0, 1.0), 0.0, 1.0).unwrap()]).unwrap();
    assert_eq!(again(&nested).ln_prob(&[0.5]), nested.ln_prob(&[0.5]));
}

fn refused<D: DeserializeOwned>(json: &str) {
    assert!(serde_json::from_str::<D>(json).is_err(), "{json} is accepted");
}

#[test]
fn wrong_files_are_refused() {
    const NORMAL: &str = r#"{"mean":0.0,"sd":1.0}"#;
    let with = |json: &str| json.replace("NORMAL", NORMAL);
    assert!(serde_json::from_str::<Mixture<Normal>>(&with(r#"{"weights":[2.0],"components":[NORMAL]}"#)).is_ok());
    refused::<Mixture<Normal>>(&with(r#"{"weights":[-1.0],"components":[NORMAL]}"#));
    refused::<Mixture<Normal>>(&with(r#"{"weights":[1.0,1.0],"components":[NORMAL]}"#));
    refused::<Mixture<Normal>>(r#"{"weights":[1.0],"components":[{"mean":0.0,"sd":-1.0}]}"#);
    refused::<Product<Normal>>(r#"{"parts":[]}"#);
    assert!(serde_json::from_str::<Truncated<Normal>>(&with(r#"{"base":NORMAL,"lower":1.0,"upper":null}"#)).is_ok());
    refused::<Truncated<Normal>>(&with(r#"{"base":NORMAL,"lower":2.0,"upper":1.0}"#));
    refused::<Censored<Normal>>(&with(r#"{"base":NORMAL,"lower":1.0,"upper":1.0}"#));
    refused::<Transformed<Normal, Power>>(&with(r#"{"base":NORMAL,"map":{"exponent":0.5}}"#));
    refused::<Transformed<Normal, Affine>>(&with(r#"{"base":NORMAL,"map":{"shift":0.0,"scale":0.0}}"#));
    refused::<Empirical>(r#"{"values":[],"weights":[]}"#);
    refused::<Empirical>(r#"{"values":[1.0],"weights":[0.0]}"#);
    refused::<Histogram>(r#"{"edges":[1.0,0.0],"masses":[1.0]}"#);
    refused::<KernelDensity>(r#"{"values":[1.0],"weights":[1.0],"bandwidth":0.0}"#);
    refused::<MultivariateMixture<MultivariateNormal>>(r#"{"weights":[],"components":[]}"#);
    refused::<MultivariateNormal>(r#"{"mean":[0.0,0.0],"covariance":[1.0,2.0,2.0,1.0]}"#);
}

#[test]
fn files_keep_every_bit_of_a_number() {
    for x in
        [0.999_981_273_601_264_5, 0.999_996_486_616_681_3, 2.332_978_846_869_511, 8.405_640_3e-301, f64::MIN_POSITIVE]
    {
        assert_eq!(again(&normal(x, x)).mean().to_bits(), x.to_bits(), "{x:e}");
    }
}
