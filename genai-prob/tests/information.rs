//! Distances and information against mpmath 1.3 (40 digits), SciPy 1.17 and NumPy 2.4.
#![cfg(test)]
#![allow(
    clippy::excessive_precision,
    clippy::approx_constant,
    reason = "reference values keep the digits that they came with"
)]

use approx::assert_relative_eq;
use genai_core::random::Key;
use genai_prob::continuous::Exponential;
use genai_prob::discrete::Geometric;
use genai_prob::information::{self, samples, vectors};
use genai_prob::{Error, Parametric, Univariate};

/// Parameters of two members; cross-entropy, KL, Jensen–Shannon, Hellinger, total variation, Wasserstein 1 and 2 of mpmath.
type Row = (f64, f64, [f64; 7]);

const EXPONENTIALS: &[Row] = &[
    (
        2.0,
        1.0,
        [0.5, 0.193147180559945309, 0.0537819460882945613, 0.239146311738100268, 0.25, 0.5, 0.707106781186547524],
    ),
    (
        1.0,
        1.0001,
        [
            1.00000000499966669,
            4.9996666916635656e-9,
            1.24987500781191223e-9,
            0.0000353535713918013312,
            0.0000367861048272255968,
            0.0000999900009998889988,
            0.000141407215515742357,
        ],
    ),
    (
        1.0,
        50.0,
        [
            46.0879769945718539,
            45.0879769945718539,
            0.554413108625234958,
            0.850119534573873329,
            0.904801305329025184,
            0.98,
            1.38592929112563315,
        ],
    ),
    (
        3e-5,
        7e-5,
        [
            11.9003486492482483,
            0.486035472946129569,
            0.0769635318241838612,
            0.288937469028909399,
            0.302676959270803299,
            19047.6190476190455,
            26937.4011880589503,
        ],
    ),
];

const GEOMETRICS: &[Row] = &[
    (
        0.2,
        0.5,
        [
            3.46573590279972655,
            0.963723785108787149,
            0.124264792744530045,
            0.373658119103461711,
            0.39,
            3.0,
            4.31354960197282692,
        ],
    ),
    (
        0.9,
        0.1,
        [
            2.31429181695602638,
            1.95308851318775056,
            0.450771623588296616,
            0.755928946018454454,
            0.8,
            8.88888888888888889,
            12.7961417190614919,
        ],
    ),
    (
        0.3,
        0.3001,
        [
            2.0362144195379828,
            7.9355004588342195e-8,
            1.98360739874781587e-8,
            0.00014084059992103742,
            0.000146979001,
            0.00111074086415639231,
            0.0333277791662809767,
        ],
    ),
];

#[test]
fn distances_of_distributions_are_those_of_mpmath() {
    check::<Exponential>(EXPONENTIALS, 2e-11);
    check::<Geometric>(GEOMETRICS, 2e-8); // KL and W of nearly equal ones: digits cancel in what the parameters give
}

fn check<D: Parametric>(rows: &[Row], close: f64) {
    type Distance = fn(&dyn Univariate, &dyn Univariate) -> Result<f64, Error>;
    let distances: [(&str, Distance); 7] = [
        ("cross-entropy", information::cross_entropy),
        ("kl", information::kl),
        ("jensen_shannon", information::jensen_shannon),
        ("hellinger", information::hellinger),
        ("total_variation", information::total_variation),
        ("wasserstein_1", information::wasserstein_1),
        ("wasserstein_2", information::wasserstein_2),
    ];
    for (a, b, truths) in rows {
        let [p, q] = [a, b].map(|x| D::from_parameters(&[*x]).unwrap());
        let tolerance = if (a / b - 1.0).abs() < 1e-3 { close } else { 1e-12 };
        for ((name, distance), truth) in distances.iter().zip(truths) {
            let got = distance(&p, &q).unwrap();
            assert!((got / truth - 1.0).abs() < tolerance, "{name}({p}, {q}) = {got:e}, expected {truth:e}");
        }
    }
}

#[test]
fn a_distribution_is_no_distance_from_itself() {
    let d = Exponential::new(0.37).unwrap();
    for distance in [
        information::kl(&d, &d),
        information::jensen_shannon(&d, &d),
        information::hellinger(&d, &d),
        information::total_variation(&d, &d),
        information::wasserstein_1(&d, &d),
        information::wasserstein_2(&d, &d),
    ] {
        assert!(distance.unwrap().abs() < 1e-15);
    }
    assert_relative_eq!(information::entropy(&d).unwrap(), d.entropy(), max_relative = 1e-13);
    let d = Geometric::new(0.01).unwrap();
    assert_relative_eq!(information::entropy(&d).unwrap(), d.entropy(), max_relative = 1e-13);
}

#[test]
fn masses_and_densities_do_not_mix() {
    let (p, q) = (Exponential::new(1.0).unwrap(), Geometric::new(0.5).unwrap());
    let error = information::kl(&p, &q).unwrap_err().to_string();
    assert!(error.contains("Exponential(rate = 1)") && error.contains("Geometric(p = 0.5)"), "{error}");
    for distance in [information::hellinger, information::wasserstein_1, information::wasserstein_2] {
        assert!(distance(&p, &q).is_err() && distance(&q, &p).is_err());
    }
}

#[test]
fn fisher_information_is_the_variance_of_the_score() {
    for rate in [1e-6, 0.5, 3e7] {
        let information = information::fisher_information(&Exponential::new(rate).unwrap()).unwrap();
        assert_relative_eq!(information[(0, 0)], rate.powi(-2), max_relative = 1e-12);
    }
    for p in [0.01, 0.3, 0.97] {
        let information = information::fisher_information(&Geometric::new(p).unwrap()).unwrap();
        assert_relative_eq!(information[(0, 0)], 1.0 / (p * p * (1.0 - p)), max_relative = 1e-11);
    }
}

/// The error rate: five standard errors, 6·10⁻⁷ for a row.
#[test]
fn drawing_agrees_with_summing() {
    let (p, q) = (Exponential::new(2.0).unwrap(), Exponential::new(1.0).unwrap());
    let truth = information::kl(&p, &q).unwrap();
    let drawn = information::kl_monte_carlo(&p, &q, 200_000, Key::new(7)).unwrap();
    assert!((drawn.value - truth).abs() < 5.0 * drawn.standard_error, "{drawn:?} for {truth}");
    assert!(drawn.standard_error < 2e-3);
    assert_eq!(drawn, information::kl_monte_carlo(&p, &q, 200_000, Key::new(7)).unwrap());
    let mean = information::expectation_monte_carlo(&p, 100_000, Key::new(8), |x| x).unwrap();
    assert!((mean.value - 0.5).abs() < 5.0 * mean.standard_error);
    assert_relative_eq!(mean.standard_error, 0.5 / 100_000f64.sqrt(), max_relative = 0.05);
}

#[test]
fn distances_of_vectors_are_those_of_scipy() {
    let (p, q) = ([0.4, 0.3, 0.2, 0.1], [0.1, 0.1, 0.3, 0.5]);
    let rows = [
        (vectors::entropy(&p), 1.2798542258336676),
        (vectors::kl(&p, &q), 0.6420646181833466),
        (vectors::cross_entropy(&p, &q), 1.2798542258336676 + 0.6420646181833466),
        (vectors::jensen_shannon(&p, &q), 0.15215826633943122),
        (vectors::hellinger(&p, &q), 0.39779284459981873),
        (vectors::total_variation(&p, &q), 0.5),
        (vectors::wasserstein(&p, &q, &[0.0, 1.0, 3.0, 7.0], 1), 2.9),
        (vectors::mutual_information(&[0.1, 0.2, 0.05, 0.3, 0.05, 0.3], 3), 0.1538712639016191),
    ];
    for (i, (got, truth)) in rows.into_iter().enumerate() {
        assert!((got.clone().unwrap() - truth).abs() < 1e-14, "row {i}: {got:?}, expected {truth}");
    }
    assert_eq!(vectors::kl(&[0.5, 0.5], &[1.0, 0.0]).unwrap(), f64::INFINITY);
    assert_eq!(vectors::kl(&[1.0, 0.0], &[0.5, 0.5]).unwrap(), 2f64.ln());
    assert_eq!(vectors::mutual_information(&[0.25; 4], 2).unwrap(), 0.0);
}

const X: [f64; 8] = [0.3, -1.2, 2.5, 0.9, 1.7, -0.4, 3.3, 0.05];
const Y: [f64; 6] = [1.1, 2.2, -0.7, 4.0, 0.6, 2.9];

#[test]
fn distances_of_samples_are_those_of_scipy_and_numpy() {
    let together = [0.5, -1.0, 2.2, 1.4, 1.1, -0.9, 2.0, 0.4];
    let rows = [
        (samples::wasserstein_1(&X, &Y), 0.8145833333333334),
        (samples::wasserstein_2(&X, &Y), 0.8828811735826441),
        (samples::mmd(&X, &Y, 1, 1.3), -0.11001157356622826),
        (samples::mmd(&X, &Y, 2, 1.3), 0.7049016808972357),
        (samples::kl(&X, &Y, 1, 2), -0.31271459551019676),
        (samples::entropy(&X, 1, 2), 2.0807178562539406),
        (samples::mutual_information(&X, &together, 2), 0.426190476190476),
    ];
    for (i, (got, truth)) in rows.into_iter().enumerate() {
        assert!((got.clone().unwrap() - truth).abs() < 1e-14, "row {i}: {got:?}, expected {truth}");
    }
}

/// Bounds are about five standard deviations of the estimates, measured over seeds.
#[test]
fn estimates_from_samples_find_the_truth() {
    let (p, q) = (Exponential::new(2.0).unwrap(), Exponential::new(1.0).unwrap());
    let draw = |d: &Exponential, seed| d.sample_n(4000, &mut Key::new(seed).stream());
    let (x, y) = (draw(&p, 1), draw(&q, 2));
    assert!((samples::kl(&x, &y, 1, 5).unwrap() - information::kl(&p, &q).unwrap()).abs() < 0.06);
    assert!((samples::entropy(&x, 1, 5).unwrap() - p.entropy()).abs() < 0.1);
    assert!((samples::wasserstein_1(&x, &y).unwrap() - 0.5).abs() < 0.1);
    let same = samples::mmd(&x[..1000], &x[1000..2000], 1, 0.5).unwrap();
    let other = samples::mmd(&x[..1000], &y[..1000], 1, 0.5).unwrap();
    assert!(same.abs() < 5e-3 && other > 0.02, "{same} and {other}");
    assert!(samples::mutual_information(&x[..1000], &y[..1000], 3).unwrap().abs() < 0.15);
}

#[test]
fn bad_input_is_named() {
    let wrong = [
        (vectors::entropy(&[0.5, 0.6]), "sum 1.1"),
        (vectors::entropy(&[]), "0 probabilities of sum 0"),
        (vectors::entropy(&[1.5, -0.5]), "probability 1 is -0.5"),
        (vectors::kl(&[1.0], &[0.5, 0.5]), "1 and 2 probabilities"),
        (vectors::kl(&[f64::NAN, 1.0], &[0.5, 0.5]), "probability 0 is NaN"),
        (vectors::mutual_information(&[0.5, 0.25, 0.25], 2), "3 probabilities in rows of 2"),
        (vectors::wasserstein(&[1.0], &[1.0], &[f64::INFINITY], 1), "[inf]"),
        (vectors::wasserstein(&[1.0], &[1.0], &[0.0], 3), "order 3"),
        (samples::wasserstein_1(&[], &[1.0]), "0 numbers"),
        (samples::wasserstein_1(&[1.0, f64::NAN], &[1.0]), "value 1 is NaN"),
        (samples::mmd(&X, &Y, 1, 0.0), "bandwidth 0"),
        (samples::mmd(&X, &Y, 5, 1.0), "8 numbers in points of 5"),
        (samples::mmd(&[1.0], &Y, 1, 1.0), "1 and 6 points"),
        (samples::kl(&X, &Y, 1, 8), "neighbour 8 among 8 points"),
        (samples::entropy(&[1.0, 1.0, 2.0], 1, 1), "point 0 has 1 neighbours in the same place"),
        (samples::mutual_information(&X, &Y, 2), "8 and 6 values"),
    ];
    for (result, part) in wrong {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("expected"), "{error} does not say {part:?}");
    }
    let d = Exponential::new(1.0).unwrap();
    assert!(information::expectation_monte_carlo(&d, 1, Key::new(0), |x| x).is_err());
    assert!(information::expectation_monte_carlo(&d, 9, Key::new(0), |_| f64::NAN).is_err());
}

/// KL(p, q) is cross-entropy less entropy, and 0 from itself.
#[test]
fn divergences_in_closed_form_are_the_integrals() {
    use genai_prob::continuous::*;
    use genai_prob::discrete::*;
    type Any = Box<dyn Univariate>;
    fn pair<D: Parametric + 'static, E: Parametric + 'static>(p: &[f64], q: &[f64]) -> (Any, Any) {
        (Box::new(D::from_parameters(p).unwrap()), Box::new(E::from_parameters(q).unwrap()))
    }
    let pairs = vec![
        pair::<Normal, Normal>(&[0.5, 1.2], &[-1.0, 2.0]),
        pair::<Normal, Normal>(&[1e6, 1.2], &[1e6 + 1.0, 1.2001]),
        pair::<LogNormal, LogNormal>(&[0.1, 0.5], &[0.3, 0.9]),
        pair::<HalfNormal, HalfNormal>(&[1.0], &[2.0]),
        pair::<Rayleigh, Rayleigh>(&[1.5], &[0.9]),
        pair::<Maxwell, Maxwell>(&[1.5], &[0.9]),
        pair::<Exponential, Exponential>(&[1.5], &[0.4]),
        pair::<Exponential, Gamma>(&[1.5], &[1.5, 0.7]),
        pair::<Gamma, Exponential>(&[2.5, 1.0], &[0.4]),
        pair::<Gamma, Gamma>(&[2.5, 1.0], &[1.5, 0.7]),
        pair::<Gamma, Gamma>(&[1e7, 1e3], &[1.001e7, 1.0009e3]),
        pair::<Erlang, Erlang>(&[3.0, 2.0], &[5.0, 1.0]),
        pair::<InverseGamma, InverseGamma>(&[3.0, 2.0], &[5.0, 1.0]),
        pair::<ChiSquared, ChiSquared>(&[5.0], &[3.0]),
        pair::<Beta, Beta>(&[2.0, 3.0], &[1.5, 0.8]),
        pair::<Beta, Beta>(&[1e6, 2e6], &[1.001e6, 2e6]),
        pair::<Laplace, Laplace>(&[0.5, 1.2], &[-1.0, 2.0]),
        pair::<Cauchy, Cauchy>(&[0.0, 1.0], &[1.0, 2.0]),
        pair::<Gumbel, Gumbel>(&[0.0, 1.0], &[0.5, 2.0]),
        pair::<Normal, Gumbel>(&[0.5, 1.2], &[0.5, 2.0]),
        pair::<Pareto, Pareto>(&[3.0, 2.0], &[2.0, 1.0]),
        pair::<Weibull, Weibull>(&[1.5, 2.0], &[1.2, 3.0]),
        pair::<Uniform, Uniform>(&[0.2, 0.8], &[0.0, 1.0]),
        pair::<Uniform, Normal>(&[0.2, 0.8], &[0.0, 1.0]),
        pair::<Exponential, Normal>(&[1.5], &[0.3, 1.1]),
        pair::<Gamma, Normal>(&[2.5, 1.0], &[2.0, 1.5]),
        pair::<Laplace, Normal>(&[0.5, 1.2], &[0.0, 2.0]),
        pair::<Logistic, Normal>(&[0.5, 1.2], &[0.0, 2.0]),
        pair::<Gumbel, Normal>(&[0.5, 1.2], &[0.0, 2.0]),
        pair::<ContinuousBernoulli, ContinuousBernoulli>(&[0.3], &[0.7]),
        pair::<Bernoulli, Bernoulli>(&[0.3], &[0.6]),
        pair::<Bernoulli, Bernoulli>(&[0.0], &[0.6]),
        pair::<Bernoulli, Bernoulli>(&[1.0], &[0.6]),
        pair::<Binomial, Binomial>(&[10.0, 0.2], &[10.0, 0.5]),
        pair::<Geometric, Geometric>(&[0.3], &[0.5]),
        pair::<NegativeBinomial, NegativeBinomial>(&[2.5, 0.3], &[2.5, 0.5]),
        pair::<Poisson, Poisson>(&[3.0], &[5.5]),
    ];
    for (p, q) in &pairs {
        let closed = information::kl(&**p, &**q).unwrap();
        // cross-entropy − entropy, each by its own sum: only as exact as the two are large
        let (cross, own) = (information::cross_entropy(&**p, &**q).unwrap(), information::entropy(&**p).unwrap());
        let allowed = 1e-9 * closed + 1e-11 * cross.abs().max(own.abs());
        assert!((closed - (cross - own)).abs() <= allowed, "kl({p}, {q}) = {closed:e}, summed {:e}", cross - own);
        assert_eq!(information::kl(&**p, &**p).unwrap(), 0.0, "kl({p}, {p})");
    }
}

#[test]
fn divergences_of_what_is_excluded_are_infinite() {
    use genai_prob::continuous::{Pareto, Uniform};
    use genai_prob::discrete::Bernoulli;
    let uniform = |a, b| Uniform::new(a, b).unwrap();
    assert_eq!(information::kl(&uniform(0.0, 2.0), &uniform(0.0, 1.0)), Ok(f64::INFINITY));
    let pareto = |minimum| Pareto::new(2.0, minimum).unwrap();
    assert_eq!(information::kl(&pareto(1.0), &pareto(2.0)), Ok(f64::INFINITY));
    let coin = |p| Bernoulli::new(p).unwrap();
    assert_eq!(information::kl(&coin(0.5), &coin(0.0)), Ok(f64::INFINITY));
    assert_eq!(information::kl(&coin(0.5), &coin(1.0)), Ok(f64::INFINITY));
}
