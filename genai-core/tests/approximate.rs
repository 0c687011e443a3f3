//! Equality of tensors, exact and approximate.
#![cfg(test)]

use approx::{abs_diff_eq, assert_abs_diff_eq, assert_relative_eq, assert_ulps_eq, relative_eq, ulps_eq};
use genai_core::{DType, Tensor};

#[test]
fn equality_is_of_shape_type_and_elements() {
    let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(x, x.t().contiguous().t());
    assert_ne!(x, x.t());
    assert_ne!(x, x.flatten());
    assert_ne!(x, x.to_dtype(DType::F64));
    assert_eq!(Tensor::from([0.0]), Tensor::from([-0.0]));
    assert_ne!(Tensor::from([f32::NAN]), Tensor::from([f32::NAN]));
    assert_eq!(Tensor::from([true, false]), Tensor::from([true, false]));
    assert_ne!(Tensor::from([i64::MAX]), Tensor::from([i64::MAX - 1])); // equal as f64
    assert_eq!(Tensor::zeros([0, 3]), Tensor::ones([0, 3]));
}

#[test]
fn closeness_is_that_of_the_elements() {
    for dtype in [DType::F32, DType::F64] {
        let x = Tensor::from([1.0, 1000.0]).to_dtype(dtype);
        let y = Tensor::from([1.0, 1000.001]).to_dtype(dtype);
        assert_abs_diff_eq!(x, y, epsilon = 2e-3);
        assert!(!abs_diff_eq!(x, y, epsilon = 1e-4));
        assert_relative_eq!(x, y, max_relative = 2e-6);
        assert!(!relative_eq!(x, y, max_relative = 1e-7));
        assert!(!relative_eq!(x, x.narrow(0, 0, 1)));
        assert!(!relative_eq!(x, x.to_dtype(DType::Bf16)));
    }
    let infinite = Tensor::from([f32::INFINITY]);
    assert_relative_eq!(infinite, infinite);
    assert!(!relative_eq!(Tensor::from([f32::NAN]), Tensor::from([f32::NAN]), epsilon = 1.0));
    assert!(!abs_diff_eq!(Tensor::from([3i64]), Tensor::from([4i64]), epsilon = 2.0));
}

#[test]
fn units_in_the_last_place_are_those_of_the_type() {
    let (x, y) = (1.0f32, f32::from_bits(1.0f32.to_bits() + 3));
    assert_ulps_eq!(Tensor::from([x]), Tensor::from([y]), epsilon = 0.0, max_ulps = 3);
    assert!(!ulps_eq!(Tensor::from([x]), Tensor::from([y]), epsilon = 0.0, max_ulps = 2));
    let (x, y) = (1.0f64, f64::from_bits(1.0f64.to_bits() + 3));
    assert_ulps_eq!(Tensor::of([x]), Tensor::of([y]), epsilon = 0.0, max_ulps = 3);
    assert!(!ulps_eq!(Tensor::of([x]), Tensor::of([y]), epsilon = 0.0, max_ulps = 2));
}
