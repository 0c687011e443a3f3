//! What distributions made of others, and of data, obey: a row each.
#![cfg(test)]

use genai_core::random::Key;
use genai_prob::combinator::{
    Affine, Bandwidth, Censored, Empirical, Exp, Histogram, KernelDensity, Mixture, Monotone, Power, Sigmoid, Softplus,
    Tanh, Transformed, Truncated,
};
use genai_prob::continuous::{Exponential, Gamma, LogNormal, Normal, StudentT, Uniform};
use genai_prob::discrete::Poisson;
use genai_prob::{Error, Univariate};
use rayon::ThreadPoolBuilder;

type Any = Box<dyn Univariate>;

/// Draws of a row.
const N: usize = 50_000;
/// Bound on the distance of the empirical cdf: 2 exp(−2 n ε²) = 8e-9.
const EPSILON: f64 = 0.014;

fn normal(mean: f64, sd: f64) -> Normal {
    Normal::new(mean, sd).unwrap()
}

/// Those with a density that is smooth between their quantiles.
fn smooth() -> Vec<Any> {
    let any = |d: Normal| Box::new(d) as Any;
    let mixed: Vec<Any> = vec![any(normal(-3.0, 0.5)), Box::new(Gamma::new(9.0, 2.0).unwrap())];
    let base = || normal(0.5, 2.0);
    vec![
        Box::new(Mixture::new(&[0.2, 0.5, 0.3], vec![normal(-2.0, 0.5), normal(0.5, 1.0), normal(3.0, 2.0)]).unwrap()),
        Box::new(Mixture::new(&[1.0, 2.0], mixed).unwrap()),
        Box::new(Mixture::new(&[0.5, 0.5], vec![normal(-1e3, 1e-3), normal(1e3, 1.0)]).unwrap()),
        Box::new(Truncated::new(normal(0.0, 1.0), -1.0, 2.0).unwrap()),
        Box::new(Truncated::new(normal(0.0, 1.0), 30.0, f64::INFINITY).unwrap()),
        Box::new(Truncated::new(normal(0.0, 1.0), 5.0, 5.0 + 0.5f64.powi(20)).unwrap()),
        Box::new(Truncated::new(any(normal(0.0, 1.0)), f64::NEG_INFINITY, -45.0).unwrap()),
        Box::new(Transformed::new(base(), Exp).unwrap()),
        Box::new(Transformed::new(base(), Sigmoid).unwrap()),
        Box::new(Transformed::new(normal(0.5, 0.7), Tanh).unwrap()),
        Box::new(Transformed::new(base(), Softplus).unwrap()),
        Box::new(Transformed::new(Truncated::new(base(), 0.0, 9.0).unwrap(), Affine::new(1.0, -4.0).unwrap()).unwrap()),
        Box::new(Transformed::new(Gamma::new(9.5, 2.0).unwrap(), Power::new(-0.5).unwrap()).unwrap()),
        Box::new(KernelDensity::new(&[1.0, 2.0, 4.0, 40.0], Bandwidth::Fixed(0.5)).unwrap()),
        Box::new(KernelDensity::weighted(&[1.0, 2.0, 4.0, 4.5], &[1.0, 0.0, 2.0, 3.0], Bandwidth::Silverman).unwrap()),
    ]
}

/// Those of whole numbers, with atoms, and with steps.
fn others() -> Vec<Any> {
    let poisson = |rate| Poisson::new(rate).unwrap();
    vec![
        Box::new(Mixture::new(&[0.3, 0.7], vec![poisson(2.0), poisson(30.0)]).unwrap()),
        Box::new(Truncated::new(poisson(5.0), 0.5, f64::INFINITY).unwrap()),
        Box::new(Truncated::new(poisson(5.0), 60.0, 70.0).unwrap()),
        Box::new(Censored::new(poisson(5.0), 2.0, 7.0).unwrap()),
        Box::new(Censored::new(normal(0.0, 1.0), -1.0, 0.5).unwrap()),
        Box::new(Censored::new(Exponential::new(0.1).unwrap(), 0.0, 5.0).unwrap()),
        Box::new(Histogram::new(&[-1.0, 0.0, 0.25, 5.0, 6.0], &[2.0, 1.0, 0.0, 4.0]).unwrap()),
        Box::new(Empirical::new(&[0.5, -2.25, 0.5, 7.0]).unwrap()),
        Box::new(Empirical::weighted(&[3.0, 1.0, 8.0], &[0.5, 0.25, 2.0]).unwrap()),
    ]
}

fn close(what: &str, got: f64, truth: f64, allowed: f64) {
    let fine = got == truth || (got - truth).abs() <= allowed;
    assert!(fine, "{what}: {got:e}, expected {truth:e} to {allowed:.1e}");
}

/// ∫ f between neighbouring quantiles is the difference of their levels.
#[test]
fn densities_integrate_to_probabilities() {
    for d in smooth() {
        let levels: Vec<f64> = (1..=40).map(|i| f64::from(i) / 41.0).collect();
        for pair in levels.windows(2) {
            let (a, b) = (d.quantile(pair[0]), d.quantile(pair[1]));
            let step = (b - a) / 2000.0;
            let weight = |i: u32| if i == 0 || i == 2000 { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
            let simpson: f64 = (0..=2000).map(|i| weight(i) * d.prob(a + f64::from(i) * step)).sum();
            if b - a < 500.0 {
                // not between two narrow hills
                close(&format!("{d}: mass from {a} to {b}"), simpson * step / 3.0, 1.0 / 41.0, 1e-7);
            }
        }
    }
}

#[test]
fn masses_sum_to_one() {
    for d in others().into_iter().filter(|d| d.support().discrete) {
        let mass: f64 = (-10..2000).map(|k| d.prob(f64::from(k))).sum();
        close(&format!("{d}: mass"), mass, 1.0, 1e-12);
        let up_to = |n: i32| (-10..=n).map(|k| d.prob(f64::from(k))).sum::<f64>();
        (0..80).for_each(|n| close(&format!("{d}: cdf({n})"), d.cdf(f64::from(n)), up_to(n), 1e-12));
    }
}

#[test]
fn both_sides_make_one_and_logarithms_agree() {
    for d in smooth().into_iter().chain(others()) {
        for p in [1e-12, 1e-3, 0.1, 0.5, 0.9, 0.999] {
            let x = d.quantile(p);
            let (cdf, sf) = (d.cdf(x), d.sf(x));
            close(&format!("{d}: cdf + sf at {x}"), cdf + sf, 1.0, 2e-15);
            close(&format!("{d}: ln_cdf({x})"), d.ln_cdf(x).exp(), cdf, 1e-13 * cdf);
            close(&format!("{d}: ln_sf({x})"), d.ln_sf(x).exp(), sf, 1e-13);
            close(&format!("{d}: ln_prob({x})"), d.ln_prob(x).exp(), d.prob(x), 1e-12 * d.prob(x));
        }
        let support = d.support();
        let beyond = [(support.lower - 1.0, 0.0), (support.upper + 1.0, 1.0)];
        for (x, cdf) in beyond.into_iter().filter(|(x, _)| x.is_finite()) {
            assert_eq!((d.cdf(x), d.sf(x)), (cdf, 1.0 - cdf), "{d} at {x}");
            assert_eq!(d.prob(x), 0.0, "{d} at {x}");
        }
        assert_eq!((d.quantile(0.0), d.isf(0.0)), (support.lower, support.upper), "{d}: ends");
    }
}

/// Smooth: cdf(quantile(p)) = p. All: the quantile is the least x with cdf(x) ≥ p.
#[test]
fn quantiles_invert() {
    for d in smooth() {
        for p in [1e-300, 1e-100, 1e-9, 0.01, 0.3, 0.5, 0.8] {
            let (low, high) = (d.quantile(p), d.isf(p));
            // an error of one step of x is seen as a change of f · step
            let slack = |x: f64| 4.0 * d.prob(x) * (x.next_up() - x).max(x.abs() * f64::EPSILON) / p;
            if low > d.support().lower {
                // at the end no double is left
                close(&format!("{d}: cdf(quantile({p:e}))"), d.cdf(low) / p, 1.0, 1e-11 + slack(low));
            }
            if high < d.support().upper {
                close(&format!("{d}: sf(isf({p:e}))"), d.sf(high) / p, 1.0, 1e-11 + slack(high));
            }
            close(&format!("{d}: quantile_ln"), d.quantile_ln(p.ln()), low, 1e-12 * low.abs().max(1e-3) + 1e-13);
        }
        let far = d.quantile_ln(-2000.0);
        let (ln, step) = (d.ln_cdf(far), d.ln_cdf(far.next_up()) - d.ln_cdf(far.next_down()));
        close(&format!("{d}: ln_cdf(quantile_ln(-2000))"), ln, -2000.0, 1e-9 + 2.0 * step.abs());
    }
    for d in others() {
        for p in [0.001, 0.01, 0.2, 0.3, 0.5, 0.77, 0.99] {
            let (x, y) = (d.quantile(p), d.isf(p));
            let before = |x: f64| if d.support().discrete { x - 1.0 } else { x - 1e-9 * x.abs().max(1e-3) };
            assert!(d.cdf(x) >= p * (1.0 - 1e-12) && d.cdf(before(x)) < p, "{d}: quantile({p}) = {x}");
            assert!(d.sf(y) <= p * (1.0 + 1e-12) && d.sf(before(y)) > p, "{d}: isf({p}) = {y}");
        }
    }
}

#[test]
fn draws_follow_the_cdf_and_have_the_moments() {
    for d in smooth().into_iter().chain(others()) {
        let mut x = vec![0.0; N];
        d.fill(Key::new(8).named(&d.to_string()), &mut x);
        let average = |f: &dyn Fn(f64) -> f64, truth: f64, what: &str| {
            let mean = x.iter().map(|x| f(*x)).sum::<f64>() / N as f64;
            let variance = x.iter().map(|x| (f(*x) - mean).powi(2)).sum::<f64>() / N as f64;
            close(&format!("{d}: {what}"), mean, truth, 6.0 * (variance / N as f64).sqrt() + 1e-12 * truth.abs());
        };
        let (mean, heavy) = (d.mean(), d.kurtosis() > 1e3);
        if !heavy {
            average(&|x| x, mean, "mean");
            average(&|x| (x - mean).powi(2), d.variance(), "variance");
            let std = d.std();
            average(&|x| ((x - mean) / std).powi(3), d.skewness(), "skewness");
            average(&|x| ((x - mean) / std).powi(4) - 3.0, d.kurtosis(), "kurtosis");
        }
        average(&|x| -d.ln_prob(x), d.entropy(), "entropy");
        assert!(x.iter().all(|x| d.support().contains(*x)), "{d}: a draw outside the support");
        x.sort_by(f64::total_cmp);
        for i in (0..N).step_by(97) {
            let here = x.partition_point(|y| *y <= x[i]) as f64 / N as f64;
            close(&format!("{d}: share of draws up to {}", x[i]), here, d.cdf(x[i]), EPSILON);
        }
    }
}

#[test]
fn no_place_is_likelier_than_the_mode() {
    for d in smooth().into_iter().chain(others()) {
        let top = d.ln_prob(d.mode());
        for i in 1..2000 {
            let x = d.quantile(f64::from(i) / 2000.0);
            assert!(d.ln_prob(x) <= top + 1e-12, "{d}: {x} is likelier than the mode {}", d.mode());
        }
    }
}

#[test]
fn fills_are_the_same_for_any_number_of_threads() {
    for d in smooth().into_iter().chain(others()) {
        let with = |threads| {
            let mut x = vec![0.0; 10_000];
            ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| d.fill(Key::new(3), &mut x));
            x
        };
        assert!(with(1) == with(3), "{d}");
    }
}

/// All methods of two that are the same distribution.
fn same(a: &dyn Univariate, b: &dyn Univariate) {
    let pair = |what: &str, a_value: f64, b_value: f64, relative: f64| {
        close(&format!("{a} and {b}: {what}"), a_value, b_value, relative * b_value.abs().max(1e-12));
    };
    for p in [1e-200, 1e-9, 0.1, 0.5, 0.7, 0.999] {
        let x = b.quantile(p);
        pair("quantile", a.quantile(p), x, 1e-12);
        pair("isf", a.isf(p), b.isf(p), 1e-12);
        pair("cdf", a.cdf(x), b.cdf(x), 1e-11);
        pair("sf", a.sf(x), b.sf(x), 1e-11);
        pair("prob", a.prob(x), b.prob(x), 1e-11);
        pair("ln_prob", a.ln_prob(x), b.ln_prob(x), 1e-12);
        pair("ln_cdf", a.ln_cdf(x), b.ln_cdf(x), 1e-12);
    }
    pair("mean", a.mean(), b.mean(), 1e-10);
    pair("variance", a.variance(), b.variance(), 1e-10);
    close(&format!("{a}: skewness"), a.skewness(), b.skewness(), 1e-9 * b.skewness().abs().max(1.0));
    close(&format!("{a}: kurtosis"), a.kurtosis(), b.kurtosis(), 1e-9 * b.kurtosis().abs().max(1.0));
    close(&format!("{a}: entropy"), a.entropy(), b.entropy(), 1e-10 * b.entropy().abs().max(1.0));
    pair("ln_prob at the mode", a.ln_prob(a.mode()), b.ln_prob(b.mode()), 1e-12);
}

#[test]
fn what_is_made_two_ways_is_the_same() {
    let map = Affine::new(100.0, -15.0).unwrap();
    same(&Transformed::new(normal(0.0, 1.0), map).unwrap(), &normal(100.0, 15.0));
    same(&Transformed::new(normal(1.0, 0.25), Exp).unwrap(), &LogNormal::new(1.0, 0.25).unwrap());
    same(&Mixture::new(&[1.0, 2.0], vec![normal(3.0, 2.0), normal(3.0, 2.0)]).unwrap(), &normal(3.0, 2.0));
    same(&Truncated::new(normal(3.0, 2.0), f64::NEG_INFINITY, f64::INFINITY).unwrap(), &normal(3.0, 2.0));
    same(&Truncated::new(Uniform::new(0.0, 8.0).unwrap(), 1.0, 3.0).unwrap(), &Uniform::new(1.0, 3.0).unwrap());
    same(&KernelDensity::new(&[3.0], Bandwidth::Fixed(2.0)).unwrap(), &normal(3.0, 2.0));
    same(&Histogram::new(&[1.0, 2.0, 3.0], &[1.0, 1.0]).unwrap(), &Uniform::new(1.0, 3.0).unwrap());
    let exponential = |rate| Exponential::new(rate).unwrap();
    let late = Truncated::new(exponential(0.5), 700.0, f64::INFINITY).unwrap();
    let waited = Transformed::new(exponential(0.5), Affine::new(700.0, 1.0).unwrap()).unwrap();
    for p in [1e-9, 0.3, 0.9] {
        close("memoryless quantile", late.quantile(p), waited.quantile(p), 1e-10);
        close("memoryless cdf", late.cdf(waited.quantile(p)), p, 1e-9 * p + 1e-12);
    }
}

/// mpmath 1.3 with 50 digits.
#[test]
fn tails_and_integrals_agree_with_mpmath() {
    let check = |d: &dyn Univariate, truth: [f64; 5]| {
        let got = [d.mean(), d.variance(), d.skewness(), d.kurtosis(), d.entropy()];
        for ((what, got), truth) in ["mean", "variance", "skewness", "kurtosis", "entropy"].iter().zip(got).zip(truth) {
            close(&format!("{d}: {what}"), got, truth, 1e-9 * truth.abs());
        }
    };
    let tail = Truncated::new(normal(0.0, 1.0), 30.0, f64::INFINITY).unwrap();
    close("ln mass", tail.ln_mass(), -454.321_243_956_343_2, 1e-12);
    close("median", tail.median(), 30.023_070_467_827_31, 1e-12);
    close("mean", tail.mean(), 30.033_259_667_433_677, 1e-11);
    close("variance", tail.variance(), 0.001_103_771_511_890_091, 1e-12);
    close("entropy", tail.entropy(), -2.403_410_411_633_368_8, 1e-9);
    let middle = Truncated::new(normal(0.0, 1.0), -1.0, 2.0).unwrap();
    close("ln mass", middle.ln_mass(), -0.200_166_294_324_462_6, 1e-15);
    let [mean, variance] = [0.229_637_179_091_328_97, 0.519_762_539_211_533_9];
    check(&middle, [mean, variance, 0.322_545_912_833_091_5, -0.719_827_542_077_103_4, 1.005_020_125_496_488_7]);
    let narrow = Truncated::new(normal(0.0, 1.0), 5.0, 5.0 + 0.5f64.powi(20)).unwrap();
    close("ln mass", narrow.ln_mass(), -27.281_884_528_588_574, 1e-13);
    let unit = Transformed::new(normal(0.5, 2.0), Sigmoid).unwrap();
    close("mean", unit.mean(), 0.575_242_531_737_633_5, 1e-13);
    close("variance", unit.variance(), 0.095_725_081_355_953_45, 1e-13);
    close("entropy", unit.entropy(), -0.061_081_761_797_445_78, 1e-12);
    let parts = vec![normal(-2.0, 0.5), normal(0.5, 1.0), normal(3.0, 2.0)];
    let mixture = Mixture::new(&[0.2, 0.5, 0.3], parts).unwrap();
    check(&mixture, [0.75, 4.8125, 0.621_603_144_320_295_3, 0.193_961_882_273_570_6, 2.117_740_754_802_425_6]);
    close("ln_prob", mixture.ln_prob(-40.0), -233.941_058_518_090_55, 1e-12);
    close("ln_cdf", mixture.ln_cdf(-40.0), -236.318_116_027_158_96, 1e-12);
    let hills = KernelDensity::new(&[1.0, 2.0, 4.0], Bandwidth::Fixed(0.5)).unwrap();
    close("entropy", hills.entropy(), 1.546_509_912_176_626_8, 1e-12);
}

#[test]
fn maps_go_back_and_have_their_slope() {
    let maps: [Box<dyn Monotone>; 7] = [
        Box::new(Affine::new(2.0, -3.0).unwrap()),
        Box::new(Exp),
        Box::new(Sigmoid),
        Box::new(Tanh),
        Box::new(Softplus),
        Box::new(Power::new(2.5).unwrap()),
        Box::new(Power::new(-0.5).unwrap()),
    ];
    for map in maps {
        for x in [0.01, 0.5, 1.0, 3.0, -0.5, -4.0].into_iter().filter(|x| *x > map.domain().0) {
            let (y, h) = (map.forward(x), 1e-6 * x.abs());
            close(&format!("{map}: back to {x}"), map.inverse(y), x, 1e-11 * x.abs().max(1.0));
            let slope = (map.forward(x + h) - map.forward(x - h)) / (2.0 * h);
            close(&format!("{map}: slope at {x}"), map.ln_slope(x), slope.abs().ln(), 1e-7);
            assert_eq!(slope > 0.0, map.is_increasing(), "{map}");
        }
    }
}

#[test]
fn divergent_moments_are_infinite_or_missing() {
    let heavy = Transformed::new(Exponential::new(0.5).unwrap(), Exp).unwrap(); // Pareto of index ½
    assert_eq!(heavy.mean(), f64::INFINITY);
    let t = Mixture::new(&[1.0], vec![StudentT::new(1.5, 0.0, 1.0).unwrap()]).unwrap();
    assert_eq!(t.variance(), f64::INFINITY);
}

#[test]
fn bandwidths_follow_their_rules() {
    let x: Vec<f64> = (0..100).map(|i| normal(0.0, 1.0).quantile((f64::from(i) + 0.5) / 100.0)).collect();
    let width = |rule| KernelDensity::new(&x, rule).unwrap().bandwidth();
    let s = (x.iter().map(|x| x * x).sum::<f64>() / 99.0).sqrt();
    close("Scott", width(Bandwidth::Scott), (4.0 * s.powi(5) / 300.0).powf(0.2), 1e-14);
    let middle = (x[74] - x[24]) / 1.34;
    close("Silverman", width(Bandwidth::Silverman), 0.9 * s.min(middle) * 100f64.powf(-0.2), 1e-14);
}

/// The width with the least mean integrated squared error is (n · 2√π ∫ f″²)^(−1/5). For one hill of size 1, ∫ f″² is
/// 3/(8√π); for two far apart, each of half the mass, half of that. Bounds are six standard deviations (about n^(−1/2) of the
/// roughness's estimate, and what the estimates before it add); the rules of thumb miss the second by a factor of more than 5.
#[test]
fn the_improved_bandwidth_finds_the_best_for_one_hill_and_for_two() {
    const N: usize = 4000;
    for apart in [0.0, 20.0] {
        let two = Mixture::new(&[0.5, 0.5], vec![normal(-apart / 2.0, 1.0), normal(apart / 2.0, 1.0)]).unwrap();
        let mut x = vec![0.0; N];
        two.fill(Key::new(12), &mut x);
        let share = if apart > 0.0 { 0.5 } else { 1.0 };
        let best = (share * 0.75 * N as f64).powf(-0.2);
        let width = KernelDensity::new(&x, Bandwidth::ImprovedSheatherJones).unwrap().bandwidth();
        close("improved Sheather–Jones", width / best, 1.0, 0.15);
        let scott = KernelDensity::new(&x, Bandwidth::Scott).unwrap().bandwidth();
        assert!(apart == 0.0 || scott > 5.0 * best, "Scott's rule gives {scott}");
        let stretched: Vec<f64> = x.iter().map(|x| 100.0 - 1e3 * x).collect();
        let scaled = KernelDensity::new(&stretched, Bandwidth::ImprovedSheatherJones).unwrap().bandwidth();
        close("of stretched data", scaled / width, 1e3, 2.0);
    }
}

#[test]
fn mistakes_name_the_field() {
    let says = |result: Result<(), Error>, words: &str| {
        let message = result.expect_err(words).to_string();
        assert!(message.contains(words), "{message:?} does not say {words:?}");
    };
    let n = || normal(0.0, 1.0);
    says(Mixture::new(&[1.0], vec![n(), n()]).map(drop), "weights is 1 numbers");
    says(Mixture::new(&[1.0, -1.0], vec![n(), n()]).map(drop), "weights is -1");
    says(Mixture::new(&[0.0, 0.0], vec![n(), n()]).map(drop), "of sum 0");
    let mixed: Vec<Any> = vec![Box::new(n()), Box::new(Poisson::new(1.0).unwrap())];
    says(Mixture::new(&[1.0, 1.0], mixed).map(drop), "one kind");
    says(Truncated::new(n(), 2.0, 1.0).map(drop), "lower is 2 with upper 1");
    says(Truncated::new(n(), f64::NAN, 1.0).map(drop), "lower is NaN");
    says(Truncated::new(Exponential::new(1.0).unwrap(), -2.0, -1.0).map(drop), "the support from 0 to inf");
    says(Truncated::new(Poisson::new(1.0).unwrap(), 1.2, 1.8).map(drop), "with mass");
    says(Censored::new(n(), 1.0, 1.0).map(drop), "lower is 1 with upper 1");
    says(Transformed::new(n(), Power::new(0.5).unwrap()).map(drop), "from 0 to inf");
    says(Affine::new(0.0, 0.0).map(drop), "scale is 0");
    says(Power::new(f64::NAN).map(drop), "exponent is NaN");
    says(Empirical::new(&[]).map(drop), "weights is 0 numbers");
    says(Empirical::new(&[f64::NAN]).map(drop), "values is NaN");
    says(Histogram::new(&[0.0, 0.0], &[1.0]).map(drop), "edges is 0 at place 1");
    says(Histogram::of(&[1.0, 1.0], 3).map(drop), "values that differ");
    says(KernelDensity::new(&[1.0, 1.0], Bandwidth::Scott).map(drop), "bandwidth is 0");
}
