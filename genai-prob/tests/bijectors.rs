//! What every bijection of tensors obeys: a row each.
#![cfg(test)]

use genai_core::{DType, Tensor, check_gradient, check_second_gradient, grad};
use genai_prob::bijector::{
    Affine, Bijector, Cholesky, Compose, CorrelationCholesky, Exp, Inverse, LowerTriangular, Ordered, Permutation,
    PositiveDefinite, PositiveOrdered, Power, Sigmoid, Softplus, StickBreaking, Tanh,
};
use genai_prob::tensor::{Constraint, biject_to};

/// Largest error, relative where the value is above 1.
const TOLERANCE: f64 = 1e-10;

/// A bijection, an event, and the places of its image that it is free to choose.
struct Row {
    bijector: Box<dyn Bijector>,
    x: Vec<f64>,
    free: Vec<usize>,
}

fn row(bijector: impl Bijector + 'static, x: &[f64]) -> Row {
    Row { bijector: Box::new(bijector), x: x.to_vec(), free: (0..x.len()).collect() }
}

/// Of a matrix whose lower triangle holds the numbers; of 3 × 3.
fn triangle(bijector: impl Bijector + 'static, x: &[f64], diagonal: bool) -> Row {
    let free = (0..3).flat_map(|i| (0..i + usize::from(diagonal)).map(move |j| 3 * i + j)).collect();
    Row { free, ..row(bijector, x) }
}

fn composed(parts: Vec<Box<dyn Bijector>>, x: &[f64]) -> Row {
    row(Compose::new(parts), x)
}

fn rows() -> Vec<Row> {
    let x = [-1.7, 0.3, 0.9, 2.5];
    let positive = [0.2, 0.7, 1.3, 4.0];
    let six = [0.4, -1.1, 0.2, 0.9, -0.3, -0.6];
    vec![
        row(Exp, &x),
        row(Affine::new(0.5, -3.0), &x),
        row(Sigmoid, &x),
        row(Tanh, &x),
        row(Softplus, &x),
        row(Power::new(2.5), &positive),
        row(Power::new(-0.5), &positive),
        row(Inverse(Exp), &positive),
        row(Inverse(Softplus), &positive),
        row(Inverse(Tanh), &[-0.9, 0.1, 0.3, 0.8]),
        row(Inverse(Sigmoid), &[0.1, 0.3, 0.5, 0.95]),
        row(Inverse(Ordered), &[-2.0, 0.1, 0.5, 4.0]),
        row(Inverse(PositiveOrdered), &[0.2, 0.7, 1.3, 4.0]),
        row(Permutation::new(&[2, 0, 3, 1]), &x),
        row(Ordered, &x),
        row(PositiveOrdered, &x),
        row(StickBreaking, &x),
        triangle(LowerTriangular, &six, true),
        triangle(Cholesky, &six, true),
        triangle(PositiveDefinite, &six, true),
        triangle(CorrelationCholesky, &[0.4, -1.1, 0.7], false),
        composed(vec![Box::new(Affine::new(0.1, 0.5)), Box::new(Tanh), Box::new(Affine::new(2.0, 3.0))], &x),
        composed(vec![Box::new(Tanh), Box::new(Ordered), Box::new(Exp)], &x),
        composed(vec![Box::new(Exp), Box::new(Permutation::new(&[3, 1, 0, 2]))], &x),
        composed(vec![Box::new(Affine::new(0.2, 2.0)), Box::new(StickBreaking)], &x),
        triangle(Compose::new(vec![Box::new(Tanh), Box::new(Cholesky)]), &six, true),
        row(Inverse(Compose::new(vec![Box::new(Softplus), Box::new(Affine::new(1.0, 2.0))])), &[1.5, 2.0, 4.0, 9.0]),
    ]
}

fn close(what: &str, got: &Tensor, truth: &Tensor) {
    assert_eq!(got.shape(), truth.shape(), "{what}: shape");
    for (got, truth) in got.to_vec::<f64>().iter().zip(truth.to_vec::<f64>()) {
        assert!((got - truth).abs() <= TOLERANCE * truth.abs().max(1.0), "{what}: {got:e}, expected {truth:e}");
    }
}

/// The event of a row, and two of them below each other.
fn event(row: &Row) -> (Tensor, Tensor) {
    let x = Tensor::from_vec(row.x.clone(), [row.x.len()]);
    (x.clone(), Tensor::concat(&[&x.unsqueeze(0), &(&x * 0.875).unsqueeze(0)], 0))
}

/// ln |det| by Gaussian elimination.
fn ln_determinant(mut m: Vec<Vec<f64>>) -> f64 {
    let n = m.len();
    let mut sum = 0.0;
    for k in 0..n {
        let pivot = (k..n).max_by(|a, b| m[*a][k].abs().total_cmp(&m[*b][k].abs())).unwrap();
        m.swap(k, pivot);
        sum += m[k][k].abs().ln();
        for i in k + 1..n {
            let factor = m[i][k] / m[k][k];
            let row = m[k].clone();
            m[i].iter_mut().zip(&row).skip(k).for_each(|(x, y)| *x -= factor * y);
        }
    }
    sum
}

#[test]
fn inverses_undo() {
    for row in rows() {
        let (b, (_, x)) = (&row.bijector, event(&row));
        let y = b.forward(&x);
        close(&format!("{b:?}: b⁻¹(b(x))"), &b.inverse(&y), &x);
        close(&format!("{b:?}: b(b⁻¹(y))"), &b.forward(&b.inverse(&y)), &y);
        assert!(b.domain().holds(&x) && b.range().holds(&y), "{b:?}: {y:?} lies outside {:?}", b.range());
        let narrow = x.to_dtype(DType::F32);
        assert_eq!(b.forward(&narrow).dtype(), DType::F32, "{b:?}: dtype");
        assert_eq!(b.log_determinant(&narrow, &b.forward(&narrow)).dtype(), DType::F32, "{b:?}: dtype");
        let back = b.inverse(&b.forward(&narrow)).to_dtype(DType::F64);
        let error = (back - &x).abs().to_vec::<f64>().into_iter().fold(0.0, f64::max);
        assert!(error < 1e-4, "{b:?}: inverse of f32 is off by {error:e}");
    }
}

#[test]
fn determinants_are_those_of_the_jacobian() {
    for row in rows() {
        let (b, (x, _)) = (&row.bijector, event(&row));
        let x = x.tracked();
        let y = b.forward(&x);
        let flat = y.reshape([y.count()]);
        let jacobian = row.free.iter().map(|i| {
            let one = flat.narrow(0, *i, 1).sum();
            grad(&one, &[&x], false)[0].to_vec::<f64>()
        });
        let truth = ln_determinant(jacobian.collect());
        let got = b.log_determinant(&x, &y);
        assert_eq!(got.rank(), 1 - b.axes().0, "{b:?}: axes");
        close(&format!("{b:?}: ln |det|"), &got.sum().detach(), &Tensor::full_of([], truth, DType::F64));
    }
}

#[test]
fn shapes_follow_the_axes() {
    for row in rows() {
        let (b, (one, two)) = (&row.bijector, event(&row));
        let y = b.forward(&two);
        assert_eq!(y.shape(), b.forward_shape(two.shape()), "{b:?}");
        assert_eq!(two.shape(), b.inverse_shape(y.shape()), "{b:?}");
        let (from, to) = b.axes();
        assert_eq!(y.rank() + from, two.rank() + to, "{b:?}: axes");
        let d = b.log_determinant(&two, &y);
        assert_eq!(d.shape(), &two.shape()[..2 - from], "{b:?}: ln |det|");
        let first = b.log_determinant(&one, &b.forward(&one));
        close(&format!("{b:?}: first of the batch"), &d.narrow(0, 0, 1).squeeze(0), &first);
    }
}

#[test]
fn inverted_twice_is_the_same() {
    for row in rows() {
        let (b, (_, x)) = (&row.bijector, event(&row));
        let y = b.forward(&x);
        let by_y = -b.log_determinant(&b.inverse(&y), &y);
        close(&format!("{b:?}"), &by_y, &-b.log_determinant(&x, &y));
    }
    let (x, y) = (Tensor::of([0.3f64, -1.0]), StickBreaking.forward(&Tensor::of([0.3f64, -1.0])));
    let back = Inverse(StickBreaking);
    close("Inverse: forward", &back.forward(&y), &x);
    close("Inverse: inverse", &back.inverse(&x), &y);
    close("Inverse: ln |det|", &back.log_determinant(&y, &x), &-StickBreaking.log_determinant(&x, &y));
    assert_eq!((back.domain(), back.range()), (Constraint::Simplex, Constraint::Real));
    assert_eq!((back.forward_shape(&[5, 3]), back.inverse_shape(&[5, 2])), (vec![5, 2], vec![5, 3]));
}

#[test]
fn gradients_are_those_of_differences() {
    for row in rows() {
        let (b, (_, x)) = (&row.bijector, event(&row));
        let forward = |x: &[Tensor]| b.forward(&x[0]);
        let back = |x: &[Tensor]| b.inverse(&b.forward(&x[0]));
        let determinant = |x: &[Tensor]| b.log_determinant(&x[0], &b.forward(&x[0]));
        check_gradient(forward, std::slice::from_ref(&x), 1e-7).unwrap_or_else(|e| panic!("{b:?}: forward: {e}"));
        check_gradient(back, std::slice::from_ref(&x), 1e-7).unwrap_or_else(|e| panic!("{b:?}: inverse: {e}"));
        check_gradient(determinant, std::slice::from_ref(&x), 1e-7).unwrap_or_else(|e| panic!("{b:?}: ln |det|: {e}"));
        check_second_gradient(forward, std::slice::from_ref(&x), 1e-6).unwrap_or_else(|e| panic!("{b:?}: second: {e}"));
        check_second_gradient(determinant, &[x], 1e-6).unwrap_or_else(|e| panic!("{b:?}: second of ln |det|: {e}"));
    }
}

#[test]
fn each_set_of_reals_has_a_bijection() {
    let sets = [
        Constraint::Real,
        Constraint::Positive,
        Constraint::Above(-2.5),
        Constraint::Between(-3.0, 0.5),
        Constraint::Simplex,
        Constraint::Ordered,
        Constraint::PositiveOrdered,
        Constraint::LowerTriangular,
        Constraint::LowerCholesky,
        Constraint::CorrelationCholesky,
        Constraint::PositiveDefinite,
    ];
    let x = Tensor::of([[-1.5, 0.2, 0.7], [0.0, 2.0, -0.4]]);
    for set in sets {
        let b = biject_to(set).unwrap_or_else(|| panic!("{set:?} has no bijection"));
        assert_eq!((b.domain(), b.range()), (Constraint::Real, set));
        let y = b.forward(&x);
        assert!(set.holds(&y), "{y:?} lies outside {set:?}");
        close(&format!("{set:?}"), &b.inverse(&y), &x);
    }
    let without =
        [Constraint::Counts, Constraint::Boolean, Constraint::Index(3), Constraint::OneHot, Constraint::BatchBetween];
    without.into_iter().for_each(|set| assert!(biject_to(set).is_none(), "{set:?}"));
}

#[test]
fn sets_tell_what_lies_outside() {
    let outside: [(Constraint, Tensor); 14] = [
        (Constraint::Real, Tensor::of([0.0, f64::NAN])),
        (Constraint::Positive, Tensor::of([1.0, 0.0])),
        (Constraint::Above(2.0), Tensor::of([3.0, 2.0])),
        (Constraint::Between(-1.0, 1.0), Tensor::of([0.0, 1.5])),
        (Constraint::Counts, Tensor::of([1.0, 2.5])),
        (Constraint::Index(3), Tensor::of([1.0, 3.0])),
        (Constraint::Simplex, Tensor::of([0.5, 0.6])),
        (Constraint::OneHot, Tensor::of([1.0, 1.0])),
        (Constraint::PositiveOrdered, Tensor::of([-1.0, 1.0])),
        (Constraint::Ordered, Tensor::of([1.0, 1.0])),
        (Constraint::LowerCholesky, Tensor::of([[1.0, 0.0], [0.5, -1.0]])),
        (Constraint::PositiveDefinite, Tensor::of([[1.0, 0.5], [0.4, 1.0]])),
        (Constraint::PositiveDefinite, Tensor::of([[1.0, 2.0], [2.0, 1.0]])),
        (Constraint::CorrelationCholesky, Tensor::of([[1.0, 0.0], [0.5, 0.5]])),
    ];
    outside.iter().for_each(|(set, x)| assert!(!set.holds(x), "{set:?} holds {x:?}"));
}

/// Far from 0 no digit is lost: values and determinants stay finite and exact.
#[test]
fn far_values_keep_their_digits() {
    let far = Tensor::of([-300.0f64, 300.0]);
    let at = |b: &dyn Bijector| b.log_determinant(&far, &b.forward(&far));
    let four = 2.0 * std::f64::consts::LN_2 - 600.0;
    close("Sigmoid", &at(&Sigmoid), &Tensor::of([-300.0, -300.0]));
    close("Tanh", &at(&Tanh), &Tensor::of([four, four]));
    close("Softplus", &at(&Softplus), &Tensor::of([-300.0, 0.0]));
    close("Softplus inverse", &Softplus.inverse(&Softplus.forward(&far)), &far);
    let shares = StickBreaking.forward(&Tensor::zeros_of([2, 4], DType::F64));
    close("StickBreaking at 0", &shares, &Tensor::full_of([2, 5], 0.2, DType::F64));
}
