//! `at`: every pick against ndarray's slices, its gradient, and its panics.
#![cfg(test)]

use genai_core::Tensor;
use genai_core::index::{Ellipsis, NewAxis, Step};
use ndarray::{Array, Array3, ArrayD, s};

#[test]
fn parts_are_those_of_ndarray() {
    let array: Array3<i64> = Array::from_iter(0..60).into_shape_with_order((3, 4, 5)).unwrap();
    let x = Tensor::from(array.clone());
    macro_rules! row {
        ($index:expr, $slice:expr) => {
            let expected: ArrayD<i64> = array.slice($slice).to_owned().into_dyn();
            assert_eq!(x.at($index).view::<i64>(), expected, stringify!($index));
            assert!(x.at($index).value().shares_buffer(x.value()), "{} was copied", stringify!($index));
        };
    }
    row!(1, s![1, .., ..]);
    row!(-1, s![2, .., ..]);
    row!(1.., s![1.., .., ..]);
    row!((2,), s![2, .., ..]);
    row!((0, 1..3, ..,), s![0, 1..3, ..]);
    row!((0usize, 1usize..3, -1), s![0, 1..3, 4]);
    row!((2isize, ..-1isize, -3isize..), s![2, ..3, 2..]);
    row!((.., .., 2), s![.., .., 2]);
    row!((1..1, .., 2), s![1..1, .., 2]);
    row!((Ellipsis, -2..), s![.., .., 3..]);
    row!((1, Ellipsis, 2), s![1, .., 2]);
    row!((1, 2, Ellipsis, 3), s![1, 2, 3]);
    row!(Ellipsis, s![.., .., ..]);
    row!(
        (NewAxis, 1, NewAxis, .., 0..2, NewAxis),
        s![ndarray::NewAxis, 1, ndarray::NewAxis, .., 0..2, ndarray::NewAxis]
    );
    row!(((..).step(2), (1..).step(2), (..).step(-1)), s![..;2, 1..;2, ..;-1]);
    row!((0, (1..4).step(-2), (..-1).step(3)), s![0, 1..4;-2, ..-1;3]);
    row!((.., (4..).step(-1)), s![.., 4..;-1, ..]);
}

#[test]
fn six_picks_are_enough_for_six_axes() {
    let x = Tensor::arange(64).reshape([2, 2, 2, 2, 2, 2]);
    assert_eq!(x.at((1, 0, 1, 0, 1, 0)).item::<i64>(), 0b10_1010);
    assert_eq!(x.at((.., 0, .., 0, .., 0)).shape(), [2, 2, 2]);
}

#[test]
fn gradients_return_to_the_part() {
    let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).tracked();
    let loss = (x.at((1, 1..)).square().sum() + x.at((.., (..).step(-2))).sum()).sum();
    let gradients = loss.backward();
    let expected = Tensor::from([[1.0, 0.0, 1.0], [1.0, 10.0, 13.0]]); // 2x of the first part, 1 of the second
    assert_eq!(gradients.get(&x), Some(&expected));
}

#[test]
fn mistakes_panic_with_the_shape_at_the_callers_line() {
    let x = Tensor::zeros([2, 3]);
    let message = |part: &dyn Fn()| {
        let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(part)).expect_err("a panic");
        payload.downcast_ref::<String>().expect("a message").clone()
    };
    let (two, minus_two) = (2, -2); // written as literals, the lint would take the range for a mistake, which it is
    let rows: [(&dyn Fn(), &str); 8] = [
        (&|| drop(x.at(2)), "at: index 2 of axis 0 of [2, 3]"),
        (&|| drop(x.at((0, -4))), "at: index -4 of axis 1 of [2, 3]"),
        (&|| drop(x.at((.., 1..4))), "at: range 1..4 of axis 1 of [2, 3]"),
        (&|| drop(x.at((.., -4..))), "at: range -4.. of axis 1 of [2, 3]"),
        (&|| drop(x.at((.., two..minus_two))), "at: range 2..-2 of axis 1 of [2, 3]"),
        (&|| drop(x.at((0, 0, 0))), "at: 3 indices into [2, 3]"),
        (&|| drop(x.at((Ellipsis, Ellipsis))), "at: 2 ellipses, only one has a meaning"),
        (&|| drop(x.at(isize::MIN)), "at: index -9223372036854775808 of axis 0 of [2, 3]"),
    ];
    for (part, expected) in rows {
        assert_eq!(message(part), expected);
    }
}

#[test]
#[should_panic(expected = "step: 0 leads nowhere")]
fn steps_move() {
    drop(Tensor::zeros([2]).at((..).step(0)));
}
