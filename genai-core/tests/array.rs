//! The boundary to ndarray: arrays of any strides move in, are seen, and move out, without a copy where one owner allows.
#![cfg(test)]

use genai_core::{DType, Tensor};
use ndarray::{Array, Array2, Array3, ArrayD, Axis, IxDyn, array, s};

fn counted(shape: [usize; 3]) -> Array3<f32> {
    Array::from_iter((0..shape.iter().product::<usize>()).map(|i| i as f32)).into_shape_with_order(shape).unwrap()
}

/// Arrays in every kind of layout.
fn layouts() -> Vec<(&'static str, ArrayD<f32>)> {
    let x = || counted([3, 4, 5]);
    let mut reversed = x();
    reversed.invert_axis(Axis(1));
    let mut turned = x().reversed_axes();
    turned.invert_axis(Axis(0));
    turned.invert_axis(Axis(2));
    vec![
        ("row major", x().into_dyn()),
        ("column major", x().reversed_axes().into_dyn()),
        ("permuted", x().permuted_axes([1, 0, 2]).into_dyn()),
        ("reversed", reversed.into_dyn()),
        ("turned", turned.into_dyn()),
        ("part", x().slice_move(s![1.., ..2, 1..4]).into_dyn()),
        ("stepped", x().slice_move(s![..;2, 1..;2, ..;-2]).into_dyn()),
        ("row", x().slice_move(s![1, 2, ..]).into_dyn()),
        ("column", x().slice_move(s![1, .., 3]).into_dyn()),
        ("scalar", x().slice_move(s![1, 2, 3]).into_dyn()),
        ("one", ArrayD::from_elem(IxDyn(&[]), 7.0)),
        ("empty", x().slice_move(s![.., 2..2, ..;-1]).into_dyn()),
        ("nothing", ArrayD::from_shape_vec(IxDyn(&[0, 3]), vec![]).unwrap()),
    ]
}

#[test]
fn arrays_of_any_layout_move_in_and_are_seen_where_they_lie() {
    for (name, array) in layouts() {
        let (copy, address) = (array.clone(), array.as_ptr());
        let x = Tensor::from(array);
        assert_eq!(x.shape(), copy.shape(), "{name}");
        assert_eq!(x.to_vec::<f32>(), copy.iter().copied().collect::<Vec<_>>(), "{name}");
        assert_eq!(x.view::<f32>(), copy, "{name}");
        if !copy.is_empty() {
            assert_eq!(x.view::<f32>().as_ptr(), address, "{name}");
        }
    }
}

#[test]
fn vectors_move_out_through_the_strides_of_the_tensor() {
    for (name, array) in layouts() {
        let (copy, address) = (array.clone(), array.as_ptr());
        let back = Tensor::from(array).into_array::<f32>();
        assert_eq!(back, copy, "{name}");
        if !copy.is_empty() {
            let between = ["stepped", "column", "scalar"].contains(&name); // starts between the strides: copied, as documented
            assert_eq!(back.as_ptr() == address, !between, "{name}");
        }
    }
}

#[test]
fn views_of_a_moved_tensor_move_too() {
    type View = fn(&Tensor) -> Tensor;
    let views: [(&str, View); 5] = [
        ("permute", |x| x.permute([2, 0, 1])),
        ("flip", |x| x.flip(0).flip(2)),
        ("narrow", |x| x.narrow(0, 1, 2).narrow(2, 2, 3)),
        ("slice", |x| x.slice(2, 3, 2, -3)),
        ("select", |x| x.select(1, 2)),
    ];
    for (name, view) in views {
        let x = Tensor::from(counted([3, 4, 5]));
        let y = view(&x);
        let (expected, first) = (y.view::<f32>().to_owned(), y.view::<f32>().as_ptr());
        drop(x);
        let array = y.into_array::<f32>();
        assert_eq!(array, expected, "{name}");
        assert_eq!(array.as_ptr(), first, "{name} moves");
    }
}

#[test]
fn what_cannot_move_is_copied() {
    let array = counted([2, 3, 4]);
    let address = array.as_ptr();
    let x = Tensor::from(array.view());
    assert_ne!(x.view::<f32>().as_ptr(), address, "a view is copied in");
    let shared = x.clone();
    let mut out = shared.into_array::<f32>();
    out[[0, 0, 0]] = 9.0;
    assert_eq!(x.view::<f32>(), array.into_dyn(), "a shared tensor is copied out");

    let repeated = Tensor::from(vec![1.0f32, 2.0]).expand([3, 2]);
    assert_eq!(repeated.view::<f32>().strides(), [0, 1]);
    assert_eq!(repeated.into_array::<f32>(), array![[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]].into_dyn());
    let computed = &Tensor::from(vec![1.0f32, 2.0]) * 2.0; // its block belongs to the pool
    assert_eq!(computed.into_array::<f32>(), array![2.0, 4.0].into_dyn());
}

#[test]
fn every_type_crosses() {
    macro_rules! crosses {
        ($($t:ty: $dtype:ident, $a:expr, $b:expr;)*) => {$(
            let array: Array2<$t> = array![[$a, $b], [$b, $a]];
            let x = Tensor::from(array.clone());
            assert_eq!(x.dtype(), DType::$dtype);
            assert_eq!(x.into_array::<$t>(), array.into_dyn());
        )*};
    }
    crosses! {
        f32: F32, 1.5, -0.5;
        f64: F64, 1.5, -0.5;
        i64: I64, i64::MIN, 3;
        u32: U32, u32::MAX, 3;
        u8: U8, 255, 3;
        bool: Bool, true, false;
        half::bf16: Bf16, half::bf16::ONE, half::bf16::MAX;
        half::f16: F16, half::f16::ONE, half::f16::MAX;
    }
    assert_eq!(Tensor::from(array![true, false]).view::<u8>(), array![1, 0].into_dyn());
}

#[test]
#[should_panic(expected = "into_array: a tensor of f32 read as f64")]
fn types_are_not_converted() {
    Tensor::from(array![1.0f32]).into_array::<f64>();
}

#[cfg(feature = "ndarray-rand")]
#[test]
fn random_arrays_come_from_our_stream() {
    use genai_core::random::Key;
    use ndarray_rand::{RandomExt, rand_distr::Uniform};

    let uniform = || Uniform::new(-1.0f32, 1.0).unwrap();
    let draw = |seed| Tensor::from(Array::random_using((64, 32), uniform(), &mut Key::new(seed).stream()));
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    let (x, n) = (draw(1).to_vec::<f32>(), 64.0 * 32.0);
    let mean = x.iter().sum::<f32>() / n;
    assert!(mean.abs() < 4.9 / (3.0 * n).sqrt(), "{mean} is more than 4.9 standard errors from 0");
}
