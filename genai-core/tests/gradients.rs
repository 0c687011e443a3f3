//! Gradients of every order against finite differences, in f64, for every op.
#![cfg(test)]

mod rows;

use genai_core::ops::{Attention, Elementwise};
use genai_core::{DType, Mismatch, Real, Tensor, check_gradient, check_second_gradient, grad};
use rows::{Row, for_each};

/// Relative to an input's largest gradient; what finite differences leave is about 1e-11 of the function's scale.
const FIRST: f64 = 1e-8;
const SECOND: f64 = 1e-8;
const THIRD: f64 = 1e-7;

fn said(result: Result<(), Mismatch>) -> Result<(), String> {
    result.map_err(|mismatch| mismatch.to_string())
}

#[test]
fn first_gradients() {
    for_each(|row| row.differentiable, |row| said(check_gradient(row.f, &row.make(DType::F64), FIRST)));
}

#[test]
fn second_gradients() {
    for_each(|row| row.differentiable, |row| said(check_second_gradient(row.f, &row.make(DType::F64), SECOND)));
}

/// Rows whose plain forms, formulas and view gradients are walked once more.
#[test]
fn third_gradients() {
    let about = |row: &Row| {
        let of_all_kinds = ["gelu", "pow", "div", "matmul", "prod", "slice", "log_sum_exp", "mul"];
        row.differentiable && (row.fused || of_all_kinds.contains(&row.op()))
    };
    for_each(about, |row| {
        let slope = |x: &[Tensor]| {
            let leaf = |x: &Tensor| if x.is_tracked() || !x.dtype().is_float() { x.clone() } else { x.tracked() };
            let leaves: Vec<Tensor> = x.iter().map(leaf).collect();
            let y = (row.f)(&leaves);
            let gradients = grad(&y, &rows::leaves(&leaves), true);
            gradients
                .iter()
                .map(|g| g.square().sum())
                .reduce(|a, b| a + b)
                .expect("a differentiable row has a float input")
        };
        said(check_second_gradient(slope, &row.make(DType::F64), THIRD))
    });
}

/// A function with its first and second derivative at 0.
type Smooth = (&'static str, fn(&Tensor) -> Tensor, f64, f64);

/// Smooth functions whose formulas branch at 0: the first and second derivative there, which the tables' random points miss.
#[test]
fn smooth_functions_have_no_kink_at_zero() {
    use std::f64::consts::FRAC_2_SQRT_PI;
    let normal = 2.0 * 0.398_942_280_401_432_7; // 2 φ(0)
    let table: [Smooth; 9] = [
        ("softplus", Tensor::softplus, 0.5, 0.25),
        ("log_sigmoid", Tensor::log_sigmoid, 0.5, -0.25),
        ("sigmoid", Tensor::sigmoid, 0.25, 0.0),
        ("silu", Tensor::silu, 0.5, 0.5),
        ("gelu", Tensor::gelu, 0.5, normal),
        ("gelu_tanh", Tensor::gelu_tanh, 0.5, normal),
        ("tanh", Tensor::tanh, 1.0, 0.0),
        ("erf", Tensor::erf, FRAC_2_SQRT_PI, 0.0),
        ("log_add_exp", |x| x.log_add_exp(&x.zeros_like()), 0.5, 0.25),
    ];
    for dtype in [DType::F64, DType::F32] {
        for (name, f, first, second) in table {
            let x = Tensor::zeros_of([3], dtype).tracked();
            let slope = grad(&f(&x).sum(), &[&x], true).remove(0);
            let bend = grad(&slope.sum(), &[&x], false).remove(0);
            for (what, got, expected) in [("first", slope, first), ("second", bend, second)] {
                let got = got.to_dtype(DType::F64).to_vec::<f64>();
                assert!(
                    got.iter().all(|y| (y - expected).abs() < 1e-6),
                    "{name} in {dtype}, {what} at 0: {got:?}, expected {expected}"
                );
            }
        }
    }
}

/// Second derivatives where a sigmoid is all but 1, in f32: each to a few roundings of itself, against closed forms in f64.
#[test]
fn second_derivatives_keep_their_digits() {
    use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};
    // σ′ = 1/(4 cosh²(u/2)), σ″ = −σ′ tanh(u/2), and u with its derivatives.
    let of_x_sigma = |x: f64, [u, du, ddu]: [f64; 3]| {
        let (s, t) = (0.25 / (0.5 * u).cosh().powi(2), (0.5 * u).tanh());
        2.0 * s * du + x * (s * ddu - s * t * du * du)
    };
    let scale = FRAC_2_SQRT_PI * SQRT_2;
    let inner = |x: f64| [x + 0.044715 * x.powi(3), 1.0 + 0.134145 * x * x, 0.26829 * x].map(|u| scale * u);
    let gelu_tanh = |x: f64| of_x_sigma(x, inner(x));
    let silu = |x: f64| of_x_sigma(x, [x, 1.0, 0.0]);
    type Known<'a> = (&'a str, fn(&Tensor) -> Tensor, &'a dyn Fn(f64) -> f64, [f32; 6]);
    let table: [Known<'_>; 2] = [
        ("gelu_tanh", Tensor::gelu_tanh, &gelu_tanh, [-5.0, -3.25, 3.25, 4.5, 5.0, 5.25]),
        ("silu", Tensor::silu, &silu, [-25.0, -9.5, 9.5, 16.0, 20.0, 25.0]),
    ];
    for (name, f, second, points) in table {
        let x = Tensor::from(points).tracked();
        let slope = grad(&f(&x).sum(), &[&x], true).remove(0);
        let bend = grad(&slope.sum(), &[&x], false).remove(0).to_vec::<f32>();
        for (got, x) in bend.into_iter().map(f64::from).zip(points.map(f64::from)) {
            let expected = second(x);
            assert!((got - expected).abs() < 1e-5 * expected.abs(), "{name} at {x}: {got:e}, expected {expected:e}");
        }
    }
}

/// Attention over one key is its value: by queries and keys the gradients are 0 to the bit, both ways, and of second order.
#[test]
fn attention_over_one_key_is_its_value() {
    for dtype in [DType::F32, DType::F64] {
        let made = |shape: [usize; 4], shift: f64| {
            let n: usize = shape.iter().product();
            (Tensor::linspace(-1.0, 1.3, n).reshape(shape) + shift).to_dtype(dtype).tracked()
        };
        let (q, k, v) = (made([2, 4, 3, 5], 0.1), made([2, 2, 1, 5], 0.3), made([2, 2, 1, 7], -0.2));
        let y = Attention::default().apply(&q, &k, &v);
        for create_graph in [false, true] {
            let gradients = grad(&y.square(), &[&q, &k, &v], create_graph);
            assert!(
                gradients[..2].iter().all(|g| rows::numbers(g).iter().all(|&g| g == 0.0)),
                "{dtype}: {gradients:?}"
            );
            if create_graph {
                let again = grad(&gradients[2].square(), &[&v], false).remove(0);
                assert!(rows::numbers(&again).iter().all(|&g| g != 0.0), "{dtype}: {again:?}");
            }
        }
    }
}

/// Formulas of inputs that broadcast: second gradients, compiled and as programs.
#[test]
fn second_gradients_of_broadcast_formulas() {
    #[derive(Clone, Copy, Debug)]
    struct Quotient;
    impl Elementwise<3> for Quotient {
        const NAME: &'static str = "quotient";
        #[inline(always)]
        fn eval<R: Real>(self, [x, y, z]: [R; 3]) -> R {
            x * y.ln() / (z + x * x)
        }
    }
    let x = [
        Tensor::from_vec(vec![0.3, -0.7, 1.1], [3]),
        Tensor::full_of((), 1.7, DType::F64),
        Tensor::from_vec(vec![0.9, 2.5], [2, 1]),
    ];
    let formulas: [fn([&Tensor; 3]) -> Tensor; 2] =
        [|x| genai_core::ops::map(Quotient, x), |x| genai_core::formula::map(Quotient, x)];
    for formula in formulas {
        said(check_second_gradient(|x| formula([&x[0], &x[1], &x[2]]), &x, SECOND)).unwrap();
    }
}
