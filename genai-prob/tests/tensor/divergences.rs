//! Divergences in closed form against those of draws, for every pair that is known.

use crate::{Failures, Row, numbers, rows};
use genai_core::random::Key;
use genai_core::{Tensor, check_gradient, grad};
use genai_prob::tensor::{Beta, ContinuousBernoulli, Distribution, Gamma, Normal, Pareto, Uniform, kl, kl_monte_carlo};

/// Draws of a pair.
const N: usize = 60_000;
/// As in `draws.rs`.
const ERRORS: f64 = 6.0;
/// Divergences that come from draws so rare that no sample holds them: nothing is said of these.
const LARGE: f64 = 1e3;
/// Pairs of different rows, and of members of one row, that have a closed form or are infinite.
const PAIRS: usize = 204;

/// Infinite by counts that are too rare to be seen, or of which `log_prob` is the formula's instead of −∞.
const UNSEEN: &[(&str, &str)] = &[("Poisson", "Binomial"), ("Poisson", "Bernoulli")];
/// Of these, with the uniform distributions below.
const ENDS: usize = 92;

#[test]
fn closed_forms_are_those_of_draws() {
    let (rows, mut failures, mut known) = (rows(), Failures::default(), 0);
    for left in &rows {
        for right in &rows {
            known += usize::from(is_that_of_draws(left, &left.members[0], right, &right.members[1], &mut failures));
        }
    }
    assert!(failures.0.is_empty(), "{} failures:\n{}", failures.0.len(), failures.0.join("\n"));
    assert_eq!(known, PAIRS, "pairs in closed form");
}

/// Of uniform distributions within the others' support or around it, and of the others.
#[test]
fn uniform_ends_are_inside_or_outside() {
    let (rows, mut failures, mut known) = (rows(), Failures::default(), 0);
    let uniform = rows.iter().find(|row| row.name == "Uniform").expect("a row");
    for [low, high] in [[0.0, 1.0], [0.2, 0.7], [1.1, 1.2], [-0.5, 4.0]] {
        let ends = [crate::number(low), crate::number(high)];
        for row in &rows {
            known += usize::from(is_that_of_draws(uniform, &ends, row, &row.members[1], &mut failures));
            known += usize::from(is_that_of_draws(row, &row.members[0], uniform, &ends, &mut failures));
        }
    }
    assert!(failures.0.is_empty(), "{} failures:\n{}", failures.0.len(), failures.0.join("\n"));
    assert_eq!(known, ENDS, "pairs in closed form");
}

/// Where it is infinite no gradient is NaN, either.
#[test]
fn infinite_ones_have_finite_gradients() {
    let tracked = |x: &[f64]| crate::rows::row(x).tracked();
    let (low, high) = (tracked(&[-1.0, 0.0, 0.2, 3.0]), tracked(&[2.0, 1.0, 0.7, 4.0]));
    let (one, two) = (tracked(&[1.5]), tracked(&[0.3]));
    let (shape, minimum) = (tracked(&[0.5, 1.0, 2.0, 7.0]), tracked(&[0.1]));
    let uniform = Uniform::new(&low, &high).expect("ascending");
    let pareto = Pareto::new(&shape, &minimum).expect("positive");
    let others: [(&dyn Distribution, &dyn Distribution, [f64; 4]); 7] = [
        (&uniform, &Gamma::new(&one, &two).expect("positive"), [1.0, 0.0, 0.0, 0.0]),
        (&uniform, &Beta::new(&one, &two).expect("positive"), [1.0, 0.0, 0.0, 1.0]),
        (&uniform, &Pareto::new(&one, &two).expect("positive"), [1.0, 1.0, 1.0, 0.0]),
        (&uniform, &ContinuousBernoulli::new(&two).expect("a probability"), [1.0, 0.0, 0.0, 1.0]),
        (&Beta::new(&one, &two).expect("positive"), &uniform, [0.0, 0.0, 1.0, 1.0]),
        (&pareto, &Normal::new(&two, &one).expect("positive"), [1.0, 1.0, 1.0, 0.0]),
        (&pareto, &Gamma::new(&two, &one).expect("positive"), [1.0, 1.0, 0.0, 0.0]),
    ];
    for (p, q, infinite) in others {
        let value = kl(p, q).expect("in closed form");
        assert_eq!(numbers(&value.eq(f64::INFINITY)), infinite, "{p:?} from {q:?}: {value:?}");
        for gradient in grad(&value.sum(), &[&low, &high, &one, &two, &shape, &minimum], false) {
            assert!(numbers(&gradient).iter().all(|x| x.is_finite()), "{p:?} from {q:?}: {gradient:?}");
        }
    }
}

/// Whether there is a closed form.
fn is_that_of_draws(left: &Row, p: &[Tensor], right: &Row, q: &[Tensor], failures: &mut Failures) -> bool {
    let make = |row: &Row, x: &[Tensor]| (row.make)(x).unwrap_or_else(|e| panic!("{}: {e}", row.name));
    let (first, second) = (make(left, p), make(right, q));
    let Some(closed) = kl(&*first, &*second) else { return false };
    let what = format!("{} from {}", left.name, right.name);
    let key = Key::new(31).named(left.name).named(right.name);
    let truth = kl_monte_carlo(&*first, &*second, key, N);
    let (closed, estimate, error) =
        (numbers(&closed)[0], numbers(&truth.estimate)[0], numbers(&truth.standard_error)[0]);
    if closed.is_finite() && closed > LARGE || closed.is_infinite() && UNSEEN.contains(&(left.name, right.name)) {
        return true;
    }
    let heavy = error.is_nan() || estimate.is_infinite();
    failures
        .unless(if heavy { closed.is_infinite() } else { (closed - estimate).abs() <= ERRORS * error + 1e-12 }, || {
            format!("{what}: {closed:e}, draws say {estimate:e} ± {error:e}")
        });
    let steps_out =
        |row: &Row, x: &[Tensor]| row.name == "Uniform" && [numbers(&x[0]), numbers(&x[1])] == [[0.0], [1.0]];
    if closed.is_finite() && left.differences && right.differences && !steps_out(left, p) && !steps_out(right, q) {
        let parameters: Vec<Tensor> = p.iter().chain(q).cloned().collect();
        let f = |x: &[Tensor]| kl(&*make(left, &x[..p.len()]), &*make(right, &x[p.len()..])).expect("it is known");
        if let Err(e) = check_gradient(f, &parameters, 1e-6) {
            failures.unless(false, || format!("{what}: {e}"));
        }
    }
    true
}
