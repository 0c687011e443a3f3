//! Log-densities of constrained parameters as functions of vectors: normalised, differentiable, invertible.
#![cfg(test)]

use genai_core::random::Key;
use genai_core::{DType, Tensor, check_gradient};
use genai_prob::Error;
use genai_prob::tensor::{
    Beta, Constraint, Dirichlet, Distribution, Exponential, Gamma, Independent, Joint, LkjCholesky, LogDensity, Normal,
    Unknown, Values, Wishart,
};

fn number(x: f64) -> Tensor {
    Tensor::full_of([], x, DType::F64)
}

fn joint(unknowns: &[Unknown], density: impl Fn(&Values) -> Result<Tensor, Error> + Send + Sync + 'static) -> Joint {
    Joint::new(unknowns, density).unwrap_or_else(|e| panic!("{e}"))
}

/// A density of each set, normalised over it, and the number of unconstrained numbers.
fn rows() -> Vec<(Joint, usize)> {
    let of = |constraint, shape: &[usize], d: Box<dyn Distribution>| {
        joint(&[Unknown::new("x", constraint, shape)], move |p| Ok(d.log_prob(&p["x"])))
    };
    let identity = Tensor::of([[1.0, 0.3], [0.3, 0.5]]);
    let pair = Normal::new(&Tensor::of([0.5, -0.2]), &Tensor::of([1.0, 0.7])).map(|d| Independent::new(d, 1));
    let ascending = joint(&[Unknown::new("x", Constraint::Ordered, &[2])], |p| {
        let pair = Normal::new(&Tensor::of([0.0, 0.0]), &Tensor::of([1.0, 1.0])).map(|d| Independent::new(d, 1))?;
        Ok(pair.log_prob(&p["x"]) + std::f64::consts::LN_2) // one of the two orders of two alike numbers
    });
    vec![
        (of(Constraint::Real, &[2], Box::new(pair.expect("valid"))), 2),
        (of(Constraint::Positive, &[], Box::new(Gamma::new(&number(2.5), &number(1.5)).expect("valid"))), 1),
        (of(Constraint::Between(0.0, 1.0), &[], Box::new(Beta::new(&number(2.5), &number(1.5)).expect("valid"))), 1),
        (of(Constraint::Simplex, &[3], Box::new(Dirichlet::new(&Tensor::of([2.5, 1.5, 2.0])).expect("valid"))), 2),
        (of(Constraint::CorrelationCholesky, &[2, 2], Box::new(LkjCholesky::new(2, &number(1.5)).expect("valid"))), 1),
        (of(Constraint::PositiveDefinite, &[2, 2], Box::new(Wishart::new(&number(6.0), &identity).expect("valid"))), 3),
        (ascending, 2),
    ]
}

/// The integral over a grid, whose sum converges faster than any power for densities like these.
fn integral(d: &Joint) -> f64 {
    let (n, step): (usize, f64) = if d.dimension() == 3 { (75, 0.2) } else { (241, 0.125) };
    let mut gradient = vec![0.0; d.dimension()];
    let place = |i: usize| (i as f64 - (n / 2) as f64) * step;
    let cells = n.pow(d.dimension() as u32);
    let at = |cell: usize| (0..d.dimension()).map(|axis| place(cell / n.pow(axis as u32) % n)).collect::<Vec<_>>();
    (0..cells).map(|cell| d.log_density(&at(cell), &mut gradient).exp()).sum::<f64>() * step.powi(d.dimension() as i32)
}

#[test]
fn densities_of_vectors_are_normalised() {
    for (d, dimension) in rows() {
        assert_eq!(d.dimension(), dimension, "{d:?}");
        if dimension < 3 {
            let total = integral(&d);
            assert!((total - 1.0).abs() < 1e-6, "{d:?}: the integral is {total}");
        }
    }
}

#[test]
fn gradients_are_those_of_differences_and_of_tensors() {
    for (d, dimension) in rows() {
        let x: Vec<f64> = (0..dimension).map(|i| 0.4 - 0.7 * i as f64).collect();
        let tensor = Tensor::from_vec(x.clone(), [dimension]);
        check_gradient(|x| d.log_density_of(&x[0]), std::slice::from_ref(&tensor), 1e-7)
            .unwrap_or_else(|e| panic!("{d:?}: {e}"));
        let mut gradient = vec![0.0; dimension];
        let value = d.function()(&x, &mut gradient);
        let tracked = tensor.tracked();
        let y = d.log_density_of(&tracked);
        assert_eq!(value, y.item::<f64>());
        assert_eq!(gradient, genai_core::grad(&y, &[&tracked], false)[0].to_vec::<f64>());
    }
}

#[test]
fn parameters_and_vectors_map_to_each_other() {
    for (d, dimension) in rows() {
        let x = d.start(Key::new(3));
        assert!(x.len() == dimension && x.iter().all(|x| x.abs() <= 2.0));
        let values = d.constrained(&x);
        let pairs: Vec<(&str, &Tensor)> = values.iter().collect();
        let unknown = d.unknowns().next().expect("there is one");
        assert!(unknown.constraint.holds(&values["x"]) && values["x"].shape() == unknown.shape, "{d:?}");
        let back = d.unconstrained(&pairs).unwrap_or_else(|e| panic!("{e}"));
        x.iter().zip(&back).for_each(|(x, y)| assert!((x - y).abs() < 1e-9, "{d:?}: {x} becomes {y}"));
        let (missing, outside) = (d.unconstrained(&[]), d.unconstrained(&[("x", &(&values["x"] * f64::NAN))]));
        assert!(missing.is_err() && outside.is_err(), "{d:?}");
    }
}

/// Several parameters: the posterior of a normal's mean and precision is the product rule's, term by term.
#[test]
fn parameters_lie_one_after_the_other() {
    let data = Tensor::of([1.2f64, 0.7, 1.9]);
    let unknowns = [Unknown::new("rate", Constraint::Positive, &[]), Unknown::new("mean", Constraint::Real, &[2])];
    let d = joint(&unknowns, move |p| {
        let prior = Exponential::new(&number(0.5))?.log_prob(&p["rate"]);
        let likelihood = Normal::new(&p["mean"].sum(), &p["rate"].rsqrt())?.log_prob(&data).sum();
        Ok(prior + likelihood)
    });
    let x = [0.3, 0.5, 0.25];
    let (rate, mean) = (0.3f64.exp(), 0.75);
    let squares: f64 = [1.2f64, 0.7, 1.9].iter().map(|x| (x - mean) * (x - mean)).sum();
    let truth = 0.5f64.ln() - 0.5 * rate + 1.5 * (rate / std::f64::consts::TAU).ln() - 0.5 * rate * squares + 0.3;
    let mut gradient = [0.0; 3];
    let value = d.log_density(&x, &mut gradient);
    assert!((value - truth).abs() < 1e-12, "{value} instead of {truth}");
    assert!((gradient[0] - (1.5 + 1.0 - rate * (0.5 + 0.5 * squares))).abs() < 1e-12);
    assert_eq!(gradient[1], gradient[2]);
}

#[test]
fn what_is_no_density_is_refused() {
    let flat = |_: &Values| Ok(number(0.0));
    let refused = |unknowns: &[Unknown]| assert!(Joint::new(unknowns, flat).is_err(), "{unknowns:?}");
    refused(&[]);
    refused(&[Unknown::new("x", Constraint::Counts, &[])]);
    refused(&[Unknown::new("x", Constraint::Simplex, &[])]);
    refused(&[Unknown::new("x", Constraint::LowerCholesky, &[2, 3])]);
    refused(&[Unknown::new("x", Constraint::Real, &[]), Unknown::new("x", Constraint::Real, &[])]);
    // A parameter that has rounded to the edge of its set: no density there, and no panic.
    let edge = joint(&[Unknown::new("x", Constraint::Positive, &[])], |p| {
        Ok(Exponential::new(&p["x"])?.log_prob(&number(1.0)))
    });
    let mut gradient = [1.0];
    assert_eq!(edge.log_density(&[-800.0], &mut gradient), f64::NEG_INFINITY);
    assert_eq!(gradient, [0.0]);
}
