//! Gradients of draws, densities, distribution functions and quantiles.

use crate::{Failures, each_row, every, numbers, some};
use genai_core::random::Key;
use genai_core::{DType, Tensor, check_gradient, check_second_gradient, grad};
use genai_prob::tensor::{Constraint, biject_to};

/// Draws of a member.
const N: usize = 20_000;
/// As in `draws.rs`.
const ERRORS: f64 = 6.0;

/// Fixed weights of the numbers of an event.
fn weights(shape: &[usize]) -> Tensor {
    let n = shape.iter().product::<usize>();
    Tensor::from_vec((0..n).map(|i| 0.6 + (1.7 * i as f64).sin()).collect::<Vec<_>>(), shape)
}

/// Σ w·x over the event.
fn weighted(x: &Tensor, event: &[usize]) -> Tensor {
    (0..event.len()).fold(x * weights(event), |x, _| x.sum_over(-1, false))
}

/// A draw for each of n copies of the parameters: the gradients by the copies are n independent estimates.
#[test]
fn gradients_of_draws_are_those_of_expectations() {
    every(|row, member, d, failures| {
        failures.unless(d.has_rsample() == row.has("rsample"), || format!("has_rsample: {}", d.has_rsample()));
        if !d.has_rsample() || row.moments < 2 {
            return;
        }
        let event = d.event_shape();
        let copies: Vec<Tensor> =
            member.iter().map(|p| p.expand([&[N], p.shape()].concat()).contiguous().tracked()).collect();
        let own: Vec<Tensor> = member.iter().map(Tensor::tracked).collect();
        let (many, one) = ((row.make)(&copies).expect("valid"), (row.make)(&own).expect("valid"));
        let x = many.rsample(Key::new(11).named(row.name), &[]);
        let second = one.variance() + one.mean().square();
        for (what, drawn, expected) in
            [("E x", weighted(&x, event), one.mean()), ("E x²", weighted(&x.square(), event), second)]
        {
            let estimates = grad(&drawn.sum(), &copies.iter().collect::<Vec<_>>(), false);
            let truths = grad(&weighted(&expected, event), &own.iter().collect::<Vec<_>>(), false);
            for (k, (estimates, truth)) in estimates.iter().zip(&truths).enumerate() {
                let mean = numbers(&estimates.mean_over(0, false));
                let errors = numbers(&(estimates.var_over(0, 1.0, false) * (N as f64).recip()).sqrt());
                for ((mean, error), truth) in mean.iter().zip(errors).zip(numbers(truth)) {
                    let bound = ERRORS * error + 1e-6 * truth.abs().max(1e-3); // implicit slopes are good to 1e-6
                    failures.unless((mean - truth).abs() <= bound, || {
                        format!("d {what} / d parameter {k}: draws say {mean:e} ± {error:e}, expected {truth:e}")
                    });
                }
            }
        }
    });
}

#[test]
fn smooth_draws_have_the_gradients_of_differences() {
    every(|row, member, d, failures| {
        if d.has_rsample() && row.smooth && row.differences {
            let draw = |p: &[Tensor]| (row.make)(p).expect("valid").rsample(Key::new(12).named(row.name), &[7]);
            failures.unless(draw(member).is_finite(), || "a draw is not finite".into());
            if let Err(e) = check_gradient(draw, member, 1e-6) {
                failures.unless(false, || e.to_string());
            }
        }
    });
}

/// Draws, and parameters, of a density that is differentiated.
fn differentiated(row: &crate::Row, member: &[Tensor]) -> Vec<Tensor> {
    let d = (row.make)(member).expect("valid");
    // Laplace's density has a kink at its centre.
    let x = match d.icdf(&Tensor::of(if row.name == "Laplace" { [0.4, 0.6, 0.7] } else { [0.4, 0.5, 0.7] })) {
        _ if row.name == "Beta" || row.name == "Gamma" => d.mean().expand([3]).contiguous(),
        Some(x) if d.has_rsample() => x,
        _ => some(row, member).narrow(0, 0, 3).contiguous(),
    };
    let x = if d.has_rsample() { x } else { x.to_dtype(DType::I64) };
    // Counts have no derivative.
    let is_count = |i: usize| row.name == "Binomial" && i == 0;
    let fixed = |(i, p): (usize, &Tensor)| if is_count(i) { p.to_dtype(DType::I64) } else { p.clone() };
    [x].into_iter().chain(member.iter().enumerate().map(fixed)).collect()
}

#[test]
fn densities_are_twice_differentiable() {
    each_row(|row, failures| {
        for member in &row.members {
            if !row.differences {
                continue;
            }
            let mut inputs = differentiated(row, member);
            // Differences must not leave the surface that some events lie on: those move along unconstrained numbers.
            let support = (row.make)(member).expect("valid").support();
            let on_surface =
                matches!(support, Constraint::Simplex | Constraint::CorrelationCholesky | Constraint::PositiveDefinite);
            let surface = biject_to(support).filter(|_| on_surface);
            if let Some(surface) = &surface {
                inputs[0] = surface.inverse(&inputs[0]);
            }
            let density = |x: &[Tensor]| {
                let x: Vec<Tensor> = x.iter().map(|x| x.to_dtype(DType::F64)).collect();
                let event = surface.as_ref().map_or(x[0].clone(), |surface| surface.forward(&x[0]));
                (row.make)(&x[1..]).expect("valid").log_prob(&event)
            };
            let first = check_gradient(density, &inputs, 1e-6);
            let second = check_second_gradient(density, &inputs, 1e-5);
            for found in [first, second] {
                if let Err(e) = found {
                    failures.unless(false, || format!("{:?}: {e}", numbers(&inputs[0])));
                }
            }
        }
    });
}

/// F(x) by x and the parameters, and the quantile by p and the parameters, where the density is not extreme.
#[test]
fn distribution_functions_have_gradients() {
    every(|row, member, d, failures| {
        let p = Tensor::of([0.11, 0.35, 0.62, 0.87]);
        let (true, Some(x)) = (d.event_shape().is_empty() && d.has_rsample() && row.differences, d.icdf(&p)) else {
            return;
        };
        if numbers(&d.log_prob(&x)).iter().any(|f| f.abs() > 2.5) {
            return;
        }
        let inputs = |first: Tensor| -> Vec<Tensor> { [first].into_iter().chain(member.iter().cloned()).collect() };
        let cdf = |x: &[Tensor]| (row.make)(&x[1..]).expect("valid").cdf(&x[0]).expect("there is one");
        let icdf = |x: &[Tensor]| (row.make)(&x[1..]).expect("valid").icdf(&x[0]).expect("there is one");
        report(failures, "cdf", check_gradient(cdf, &inputs(x), 1e-6));
        report(failures, "icdf", check_gradient(icdf, &inputs(p), 1e-6));
    });
}

fn report(failures: &mut Failures, what: &str, found: Result<(), genai_core::Mismatch>) {
    if let Err(e) = found {
        failures.unless(false, || format!("{what}: {e}"));
    }
}
