//! Divergences in closed form against those of draws, for every pair that is known.

use crate::{Failures, numbers, rows};
use genai_core::random::Key;
use genai_core::{Tensor, check_gradient};
use genai_prob::tensor::{kl, kl_monte_carlo};

/// Draws of a pair.
const N: usize = 60_000;
/// As in `draws.rs`.
const ERRORS: f64 = 6.0;
/// Divergences that come from draws so rare that no sample holds them: nothing is said of these.
const LARGE: f64 = 1e3;
/// Pairs of different rows, and of members of one row, that have a closed form.
const PAIRS: usize = 48;

#[test]
fn closed_forms_are_those_of_draws() {
    let (rows, mut failures, mut known) = (rows(), Failures::default(), 0);
    for left in &rows {
        for right in &rows {
            let (p, q) = (&left.members[0], &right.members[1]);
            let make = |row: &crate::Row, x: &[Tensor]| (row.make)(x).unwrap_or_else(|e| panic!("{}: {e}", row.name));
            let (first, second) = (make(left, p), make(right, q));
            if first.event_shape() != second.event_shape() {
                continue;
            }
            let Some(closed) = kl(&*first, &*second) else { continue };
            known += 1;
            let what = format!("{} from {}", left.name, right.name);
            let key = Key::new(31).named(left.name).named(right.name);
            let truth = kl_monte_carlo(&*first, &*second, key, N);
            let (closed, estimate, error) =
                (numbers(&closed)[0], numbers(&truth.estimate)[0], numbers(&truth.standard_error)[0]);
            if closed.is_finite() && closed > LARGE {
                continue;
            }
            let heavy = error.is_nan() || estimate.is_infinite();
            failures.unless(
                if heavy { closed.is_infinite() } else { (closed - estimate).abs() <= ERRORS * error + 1e-12 },
                || format!("{what}: {closed:e}, draws say {estimate:e} ± {error:e}"),
            );
            if closed.is_finite() && left.differences && right.differences {
                let parameters: Vec<Tensor> = p.iter().chain(q).cloned().collect();
                let f =
                    |x: &[Tensor]| kl(&*make(left, &x[..p.len()]), &*make(right, &x[p.len()..])).expect("it is known");
                if let Err(e) = check_gradient(f, &parameters, 1e-6) {
                    failures.unless(false, || format!("{what}: {e}"));
                }
            }
        }
    }
    assert!(failures.0.is_empty(), "{} failures:\n{}", failures.0.len(), failures.0.join("\n"));
    assert_eq!(known, PAIRS, "pairs in closed form");
}
