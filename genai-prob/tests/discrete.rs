//! Distributions of whole numbers where they are hard: large parameters, tails that have no closed form, many categories.
#![cfg(test)]

use approx::assert_relative_eq;
use genai_core::random::Key;
use genai_prob::discrete::{
    BetaBinomial, Binomial, Categorical, DiscreteUniform, Geometric, Hypergeometric, Logarithmic, NegativeBinomial,
    Skellam, Zeta, Zipf,
};
use genai_prob::{Fit, Univariate};

/// What is asked of a distribution.
type Ask = fn(&dyn Univariate, f64) -> f64;

#[test]
fn masses_and_tails_of_large_parameters() {
    let prob: Ask = |d, x| d.prob(x);
    let cdf: Ask = |d, x| d.cdf(x);
    let sf: Ask = |d, x| d.sf(x);
    let urn = Hypergeometric::new(1e9, 3e8, 1e6).unwrap();
    let vast = Hypergeometric::new(1e10, 5e9, 4e9).unwrap();
    let bowl = BetaBinomial::new(1e6, 0.3, 0.2).unwrap();
    let broad = BetaBinomial::new(1e10, 50.0, 2e9).unwrap();
    let photons = Skellam::new(1e10, 1e10).unwrap();
    let uneven = Skellam::new(700.0, 1.0).unwrap();
    // mpmath 1.3 with 50 digits: gamma functions, Bessel functions, zeta functions, sums and integrals
    let table: [(&dyn Univariate, Ask, f64, f64); 15] = [
        (&urn, prob, 297_000.0, 4.053_218_918_986_944e-13),
        (&urn, cdf, 297_000.0, 2.785_025_639_304_202_7e-11),
        (&urn, prob, 300_000.0, 0.000_870_998_762_947_198),
        (&urn, cdf, 300_000.0, 0.500_493_449_778_210_6),
        (&urn, sf, 304_000.0, 1.350_712_029_166_362e-18),
        (&vast, prob, 1_999_970_000.0, 7.693_316_140_745_581e-6),
        (&bowl, cdf, 1000.0, 0.054_178_508_661_896_34),
        (&bowl, sf, 999_899.0, 0.102_394_923_342_898),
        (&broad, prob, 300.0, 0.004_131_063_154_505_061_4),
        (&photons, prob, 0.0, 2.820_947_917_756_412_3e-6),
        (&photons, prob, 400_000.0, 5.166_746_338_727_53e-8),
        (&uneven, prob, 600.0, 1.050_632_883_195_807_8e-5),
        (&uneven, cdf, 600.0, 7.055_230_264_075_826e-5),
        (&uneven, sf, 800.0, 8.749_776_741_952_793e-5),
        (&Skellam::new(3.0, 2.0).unwrap(), prob, -40.0, 1.050_817_785_373_350_3e-38),
    ];
    for (d, ask, x, truth) in table {
        assert_relative_eq!(ask(d, x), truth, max_relative = 1e-13);
    }
}

#[test]
fn tails_of_slow_decay() {
    let zeta = Zeta::new(1.05).unwrap();
    assert_relative_eq!(zeta.cdf(1e6), 0.512_957_569_920_503_2, max_relative = 1e-13);
    assert_relative_eq!(zeta.sf(1e6), 0.487_042_430_079_496_77, max_relative = 1e-13);
    let logarithmic = Logarithmic::new(0.999999999).unwrap();
    assert_relative_eq!(logarithmic.sf(1e9), 0.010_586_359_594_994_51, max_relative = 1e-13);
    assert_relative_eq!(logarithmic.sf(1e10), 2.005_943_568_811_833e-7, max_relative = 1e-13);
    let zipf = Zipf::new(5e4, 0.9).unwrap();
    assert_relative_eq!(zipf.sf(100.0), 0.679_864_134_752_606_2, max_relative = 1e-13);
    assert_relative_eq!(zipf.sf(49_990.0), 2.939_723_071_143_297e-5, max_relative = 1e-13);
}

#[test]
fn draws_of_many_categories_follow_their_weights() {
    let weights: Vec<f64> = (0..50_000u32).map(|k| if k % 7 == 0 { 0.0 } else { f64::from(k % 100) }).collect();
    let d = Categorical::new(&weights).unwrap();
    let mut x = vec![0.0; 2_000_000];
    d.fill(Key::new(1), &mut x);
    let mut counts = vec![0.0; weights.len()];
    x.iter().for_each(|k| counts[*k as usize] += 1.0);
    let total: f64 = weights.iter().sum();
    let expected = weights.iter().map(|w| w / total * x.len() as f64);
    let (mut statistic, mut freedom) = (0.0, -1.0);
    for (count, expected) in counts.iter().zip(expected) {
        if expected == 0.0 {
            assert_eq!(*count, 0.0, "a category without weight was drawn");
        } else {
            statistic += (count - expected).powi(2) / expected;
            freedom += 1.0;
        }
    }
    let z: f64 = (statistic - freedom) / f64::sqrt(2.0 * freedom); // normal at 42,000 degrees; beyond 5.5 once in 5·10⁷ seeds
    assert!(z.abs() < 5.5, "χ² = {statistic} of {freedom} degrees");
}

#[test]
fn categories_have_their_probabilities_from_both_ends() {
    let d = Categorical::new(&[0.0, 1e-20, 3.0, 1.0, 1e-30, 0.0]).unwrap();
    assert_eq!((d.support().lower, d.support().upper, d.mode(), d.median()), (1.0, 4.0, 2.0, 2.0));
    assert_relative_eq!(d.cdf(1.0), 2.5e-21, max_relative = 1e-15);
    assert_relative_eq!(d.sf(3.0), 2.5e-31, max_relative = 1e-15);
    assert_eq!(
        (d.cdf(4.0), d.cdf(-1.0), d.sf(4.0), d.sf(-0.5), d.prob(2.5), d.prob(9.0)),
        (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    );
    assert_eq!((d.quantile(1e-300), d.isf(1e-300), d.quantile(0.8)), (1.0, 4.0, 3.0));
    assert_relative_eq!(d.mean(), 2.25, max_relative = 1e-15);
    assert_relative_eq!(d.variance(), 0.1875, max_relative = 1e-15);
    assert_relative_eq!(d.entropy(), -(0.75 * 0.75f64.ln() + 0.25 * 0.25f64.ln()), max_relative = 1e-15);
    let json = serde_json::to_string(&d).unwrap();
    let again = serde_json::from_str::<Categorical>(&json).unwrap();
    assert_relative_eq!(again.probabilities(), d.probabilities(), max_relative = 1e-15);
}

#[test]
fn weights_that_are_none_are_rejected() {
    for weights in [&[][..], &[0.0, 0.0], &[1.0, -1.0], &[f64::NAN], &[f64::INFINITY, 1.0], &[f64::MAX, f64::MAX]] {
        let error = Categorical::new(weights).unwrap_err().to_string();
        assert!(error.contains("weights") && error.contains("expected"), "{error}");
    }
    assert!(serde_json::from_str::<Categorical>("{\"probabilities\":[-1.0]}").is_err());
}

#[test]
fn categories_are_fitted_by_counting() {
    let d = Categorical::fit_weighted(&[2.0, 0.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 2.0]).unwrap();
    assert_eq!(d.probabilities(), [0.25, 0.0, 0.5, 0.25]);
    assert!(
        Categorical::fit(&[0.5]).is_err() && Categorical::fit(&[-1.0]).is_err() && Categorical::fit(&[1e15]).is_err()
    );
}

/// 0.3 is an f64 below 3/10, 0.7 one below 7/10, 0.1 one above 1/10: what decides where a step of the distribution function is.
#[test]
fn quantiles_at_the_steps_of_a_uniform_distribution() {
    let d = DiscreteUniform::new(-12.0, 17.0).unwrap(); // 30 values
    assert_eq!([d.quantile(0.1), d.quantile(0.3), d.quantile(0.7)], [-9.0, -4.0, 8.0]);
    assert_eq!([d.isf(0.1), d.isf(0.3), d.isf(0.7)], [14.0, 9.0, -3.0]);
    assert_eq!([d.quantile(0.0), d.quantile(1e-300), d.quantile(1.0)], [-12.0, -12.0, 17.0]);
    assert_eq!([d.isf(0.0), d.isf(1e-300), d.isf(1.0)], [17.0, 17.0, -12.0]);
    assert!(d.quantile(f64::NAN).is_nan() && d.isf(f64::NAN).is_nan());
}

/// Places where the distribution function is exactly, or all but exactly, what is asked for: by fractions.
#[test]
fn quantiles_that_are_met_exactly() {
    let [coins, few, one] = [(101.0, 0.5), (7.0, 0.5), (1.0, 0.1)].map(|(n, p)| Binomial::new(n, p).unwrap());
    assert_eq!([coins.quantile(0.5), coins.isf(0.5), coins.median()], [50.0; 3]);
    assert_eq!(Binomial::new(1335.0, 0.5).unwrap().median(), 667.0);
    assert_eq!([few.quantile(0.0078125), few.quantile(0.0625), few.isf(0.0625)], [0.0, 1.0, 5.0]);
    assert_eq!([one.isf(0.1), one.isf(0.1f64.next_down())], [0.0, 1.0]);
    // The f64 0.9 lies above 1 less the f64 0.1; the square of 0.1 above 0.01.
    assert_eq!([one.quantile(0.9), one.quantile(0.9f64.next_down())], [1.0, 0.0]);
    assert_eq!(Binomial::new(2.0, 0.1).unwrap().isf(0.01), 2.0);
    assert_eq!(Binomial::new(100.0, 0.001).unwrap().isf(1e-300), 100.0);
    assert_eq!(NegativeBinomial::new(31.0, 0.5).unwrap().median(), 30.0);
    let even = BetaBinomial::new(15.0, 1.0, 1.0).unwrap(); // 16 equal masses
    assert_eq!([1.0, 4.0, 8.0, 15.0].map(|k| even.quantile(k / 16.0)), [0.0, 3.0, 7.0, 14.0]);
    assert_eq!([even.isf(0.75), even.isf(0.5)], [3.0, 7.0]);
    for draws in [7.0, 9.0, 59.0] {
        let d = Hypergeometric::new(200.0, 100.0, draws).unwrap();
        assert_eq!([d.quantile(0.5), d.isf(0.5)], [0.5 * (draws - 1.0); 2], "{draws} draws");
    }
    for p in [0.25, 0.8, 0.95, 0.995, 0.67, 0.1] {
        assert_eq!(Geometric::new(p).unwrap().quantile(p), 0.0, "success of {p}");
    }
}

/// Draws of a hypergeometric distribution and of what remains mirror each other; their mean and variance, few and many.
#[test]
fn hypergeometric_draws_of_every_kind() {
    for [all, successes, draws] in [
        [60.0, 24.0, 7.0],
        [60.0, 40.0, 7.0],
        [60.0, 24.0, 50.0],
        [60.0, 40.0, 50.0],
        [6000.0, 2400.0, 700.0],
        [6000.0, 4000.0, 5300.0],
        [1e15, 4e14, 1e9],
        [5.0, 5.0, 3.0],
        [5.0, 0.0, 3.0],
        [0.0, 0.0, 0.0],
    ] {
        let d = Hypergeometric::new(all, successes, draws).unwrap();
        let n = 200_000;
        let x = d.sample_n(n, &mut Key::new(4).stream());
        assert!(x.iter().all(|x| d.support().contains(*x)), "{d}");
        let mean = x.iter().sum::<f64>() / n as f64;
        let variance = x.iter().map(|x| (x - d.mean()) * (x - d.mean())).sum::<f64>() / n as f64;
        let z = [(mean - d.mean()) / d.std(), (variance / d.variance() - 1.0) / (d.kurtosis() + 2.0).sqrt()];
        for z in z.into_iter().filter(|z| z.is_finite()) {
            assert!(z.abs() * (n as f64).sqrt() < 6.0, "{d}: mean {mean}, variance {variance}");
        }
    }
}
