//! Distribution functions, quantiles and entropies that have no formula in tensor operations: values of the scalar family,
//! derivatives by the density and by differences in the shapes.

use super::implicit::{Derivative, Slope, implicit};
use super::shapes::elementwise;
use crate::{Parametric, Univariate};
use genai_core::Tensor;

/// The formula of a family: what `family!` defines.
pub(super) trait Family: 'static {
    /// The family of one number.
    type Scalar: Parametric;

    /// ln f of `[x, parameters..]`.
    fn ln_density(inputs: &[Tensor]) -> Tensor;
}

fn with<D: Parametric>(parameters: &[f64], f: impl Fn(&D) -> f64) -> f64 {
    D::from_parameters(parameters).map_or(f64::NAN, |d| f(&d))
}

/// F(x) of `[x, parameters..]`; the derivatives by the parameters are of first order.
pub(super) fn cdf<F: Family>(inputs: &[&Tensor]) -> Tensor {
    let y = elementwise(inputs, |v| with::<F::Scalar>(&v[1..], |d| d.cdf(v[0])));
    implicit("cdf", y, inputs, &slopes::<F>(|x, _| F::ln_density(x).exp(), [by::<F, 1>, by::<F, 2>, by::<F, 3>]))
}

/// The quantile of `[p, parameters..]`.
pub(super) fn icdf<F: Family>(inputs: &[&Tensor]) -> Tensor {
    let y = elementwise(inputs, |v| with::<F::Scalar>(&v[1..], |d| d.quantile(v[0])));
    let by_p: Derivative = |p, y| (-F::ln_density(&at(p, y))).exp();
    implicit("icdf", y, inputs, &slopes::<F>(by_p, [moved::<F, 1>, moved::<F, 2>, moved::<F, 3>]))
}

/// F(x) of whole numbers: its derivative by x is 0.
pub(super) fn cdf_of_counts<F: Family>(x: &Tensor, parameters: &[&Tensor]) -> Tensor {
    let x = x.detach();
    let inputs: Vec<&Tensor> = [&x].into_iter().chain(parameters.iter().copied()).collect();
    cdf::<F>(&inputs)
}

/// The quantile among whole numbers, which has no derivative.
pub(super) fn icdf_of_counts<F: Family>(p: &Tensor, parameters: &[&Tensor]) -> Tensor {
    let inputs: Vec<&Tensor> = [p].into_iter().chain(parameters.iter().copied()).collect();
    elementwise(&inputs, |v| with::<F::Scalar>(&v[1..], |d| d.quantile(v[0])))
}

/// The entropy, of the parameters; its derivatives are of first order.
pub(super) fn entropy<F: Family>(parameters: &[&Tensor]) -> Tensor {
    let y = elementwise(parameters, |v| with::<F::Scalar>(v, |d| d.entropy()));
    let slopes = [entropy_by::<F, 0>, entropy_by::<F, 1>, entropy_by::<F, 2>];
    let slopes: Vec<Slope> = (0..parameters.len()).map(|i| changeable::<F>(i, slopes[i])).collect();
    implicit("entropy", y, parameters, &slopes)
}

fn slopes<F: Family>(first: Derivative, others: [Derivative; 3]) -> Vec<Slope> {
    let parameters = others.into_iter().enumerate().take(F::Scalar::PARAMETERS.len());
    [Slope::Exact(first)].into_iter().chain(parameters.map(|(i, slope)| changeable::<F>(i, slope))).collect()
}

/// Parameters that are whole numbers have no derivative.
fn changeable<F: Family>(i: usize, slope: Derivative) -> Slope {
    if F::Scalar::PARAMETERS[i].domain.contains(1.5) || F::Scalar::PARAMETERS[i].domain.contains(0.5) {
        Slope::First(slope)
    } else {
        Slope::None
    }
}

/// `[y, parameters..]`.
fn at(inputs: &[Tensor], y: &Tensor) -> Vec<Tensor> {
    [y].into_iter().chain(&inputs[1..]).cloned().collect()
}

fn refs(x: &[Tensor]) -> Vec<&Tensor> {
    x.iter().collect()
}

/// ∂F/∂θ of parameter I, counted from 1: of the smaller tail, whose digits are the finer ones.
fn by<F: Family, const I: usize>(inputs: &[Tensor], _: &Tensor) -> Tensor {
    elementwise(&refs(inputs), |v| {
        let x = v[0];
        let upper = with::<F::Scalar>(&v[1..], |d| d.sf(x)) < 0.5;
        difference(v, I, |v| with::<F::Scalar>(&v[1..], |d| if upper { -d.sf(x) } else { d.cdf(x) }))
    })
}

/// ∂x/∂θ at a fixed probability: −∂F/∂θ / f.
fn moved<F: Family, const I: usize>(inputs: &[Tensor], y: &Tensor) -> Tensor {
    let at = at(inputs, y);
    -(by::<F, I>(&at, y) * (-F::ln_density(&at)).exp())
}

fn entropy_by<F: Family, const I: usize>(inputs: &[Tensor], _: &Tensor) -> Tensor {
    elementwise(&refs(inputs), |v| difference(v, I, |v| with::<F::Scalar>(v, |d| d.entropy())))
}

/// The derivative by number `i`, a shape or a probability, by differences of fourth order: its step is small beside the
/// number, and beside its root where that is smaller, for that is how fast distributions change.
fn difference(v: &[f64], i: usize, f: impl Fn(&[f64]) -> f64) -> f64 {
    let theta = v[i].abs();
    if theta == 0.0 {
        let ahead = |by: f64| f(&v.iter().enumerate().map(|(j, x)| if j == i { by } else { *x }).collect::<Vec<_>>());
        return (4.0 * ahead(1e-3) - ahead(2e-3) - 3.0 * ahead(0.0)) / 2e-3;
    }
    let h = 1e-3 * theta.min(if theta < 1.0 { (1.0 - theta).max(theta * 1e-3) } else { theta.sqrt() });
    let moved = |by: f64| {
        let mut v = v.to_vec();
        v[i] += by * h;
        f(&v)
    };
    (8.0 * (moved(1.0) - moved(-1.0)) - (moved(2.0) - moved(-2.0))) / (12.0 * h)
}
