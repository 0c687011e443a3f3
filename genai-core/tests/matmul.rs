//! The laws of the matrix product: close to exact sums, and the same bits on every path to an element.
#![cfg(test)]

mod matrices;

use genai_core::kernels::matmul::{Matrix, Start, matmul, matmul_batch};
use genai_core::kernels::{Isa, with_isa};
use matrices::{Float, LAYS, Lay, Stored, numbers};
use proptest::prelude::*;

const ISAS: [Isa; 3] = [Isa::Portable, Isa::Avx2, Isa::Avx512];

/// m, n, k: every height of a tile and width of an edge, few and many rows, several panels of k, several tasks.
const SHAPES: [[usize; 3]; 27] = [
    [1, 1, 1],
    [1, 5, 7],
    [2, 33, 16],
    [3, 100, 64],
    [4, 31, 385],
    [5, 64, 384],
    [6, 17, 100],
    [7, 129, 33],
    [8, 8, 8],
    [9, 300, 50],
    [10, 15, 17],
    [11, 16, 193],
    [12, 47, 130],
    [13, 65, 3],
    [14, 32, 800],
    [15, 257, 65],
    [16, 96, 31],
    [29, 40, 200],
    [47, 70, 90],
    [48, 70, 90],
    [64, 64, 32],
    [100, 1, 40],
    [128, 65, 128],
    [200, 130, 400],
    [1, 1500, 770],
    [300, 3, 900],
    [150, 700, 60],
];

fn product<T: Float>([m, n, k]: [usize; 3], a: &Stored<T>, b: &Stored<T>) -> Vec<T> {
    let mut c = vec![T::of(f64::NAN); m * n];
    matmul(m, n, k, a.matrix(), b.matrix(), Start::Zero, &mut c);
    c
}

/// |c − exact| ≤ γ(k + 2) · Σ |a||b| + |start|, γ(n) = n u / (1 − n u) (Higham 2002, eq. 3.5), whatever the order.
fn close<T: Float>([m, n, k]: [usize; 3], a: &Stored<T>, b: &Stored<T>, start: impl Fn(usize, usize) -> f64, c: &[T]) {
    let steps = (k + 2) as f64 * T::ROUNDOFF;
    for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
        let terms = (0..k).map(|p| a.at(i, p).wide() * b.at(p, j).wide());
        let (sum, size) = terms.fold((start(i, j), start(i, j).abs()), |(s, t), x| (s + x, t + x.abs()));
        // The reference is itself summed in f64.
        let bound = (steps / (1.0 - steps) + steps * f64::EPSILON.max(T::ROUNDOFF) + k as f64 * f64::EPSILON) * size;
        let error = (c[i * n + j].wide() - sum).abs();
        assert!(error <= bound, "[{m}, {n}, {k}] at ({i}, {j}): error {error:e}, bound {bound:e}");
    }
}

fn same<T: Float>(x: &[T], y: &[T], what: impl std::fmt::Debug) {
    let differ = x.iter().zip(y).position(|(x, y)| x.bits() != y.bits());
    assert!(x.len() == y.len() && differ.is_none(), "{what:?}: bits differ at {differ:?}");
}

/// Runs a law for both float types on every instruction set.
macro_rules! everywhere {
    ($law:ident) => {
        #[test]
        fn $law() {
            for isa in ISAS {
                with_isa(isa, || {
                    laws::$law::<f32>();
                    laws::$law::<f64>();
                });
            }
        }
    };
}

everywhere!(is_close_to_the_exact_product);
everywhere!(starts_from_what_it_is_told);
everywhere!(strides_change_no_bit);
everywhere!(rows_and_columns_stand_alone);
everywhere!(threads_change_no_bit);
everywhere!(a_batch_is_its_products);
everywhere!(an_empty_sum_is_the_start);
everywhere!(an_exceptional_value_stays_in_its_row_and_column);
everywhere!(the_chain_is_the_documented_one);
everywhere!(short_sums_keep_their_order);

mod laws {
    use super::*;

    pub(super) fn is_close_to_the_exact_product<T: Float>() {
        for shape @ [m, n, k] in SHAPES {
            let (a, b) = (Stored::<T>::new(Lay::Rows, m, k, 1), Stored::new(Lay::Rows, k, n, 2));
            close(shape, &a, &b, |_, _| 0.0, &product(shape, &a, &b));
        }
    }

    pub(super) fn starts_from_what_it_is_told<T: Float>() {
        for shape @ [m, n, k] in SHAPES {
            let (a, b) = (Stored::<T>::new(Lay::Rows, m, k, 1), Stored::new(Lay::Columns, k, n, 2));
            let (row, before) = (numbers::<T>(n, 3), numbers::<T>(m * n, 4));
            let mut c = vec![T::of(f64::NAN); m * n];
            matmul(m, n, k, a.matrix(), b.matrix(), Start::Row(&row), &mut c);
            close(shape, &a, &b, |_, j| row[j].wide(), &c);
            let repeated: Vec<T> = row.iter().copied().cycle().take(m * n).collect();
            let mut added = repeated.clone();
            matmul(m, n, k, a.matrix(), b.matrix(), Start::Add, &mut added);
            same(&c, &added, ("a row is a start that repeats", shape));
            let mut c = before.clone();
            matmul(m, n, k, a.matrix(), b.matrix(), Start::Add, &mut c);
            close(shape, &a, &b, |i, j| before[i * n + j].wide(), &c);
        }
    }

    pub(super) fn strides_change_no_bit<T: Float>() {
        for shape @ [m, n, k] in SHAPES.into_iter().filter(|[m, n, k]| m * n * k <= 800_000) {
            for (x, y) in LAYS.into_iter().flat_map(|x| LAYS.into_iter().map(move |y| (x, y))) {
                let (a, b) = (Stored::<T>::new(x, m, k, 1), Stored::new(y, k, n, 2));
                let plain = product(shape, &a.plain(m, k), &b.plain(k, n));
                same(&product(shape, &a, &b), &plain, (shape, x, y));
            }
        }
    }

    /// A row of the product is the product of the row; a column that of the column.
    pub(super) fn rows_and_columns_stand_alone<T: Float>() {
        for shape @ [m, n, k] in SHAPES {
            for lay in [Lay::Rows, Lay::Columns] {
                let (a, b) = (Stored::<T>::new(Lay::Rows, m, k, 1), Stored::new(lay, k, n, 2));
                let all = product(shape, &a, &b);
                for i in [0, m / 2, m - 1] {
                    let mut row = vec![T::of(0.0); n];
                    let only = Matrix { offset: i * k, ..a.matrix() };
                    matmul(1, n, k, only, b.matrix(), Start::Zero, &mut row);
                    same(&row, &all[i * n..][..n], (shape, lay, i));
                }
                let mut column = vec![T::of(0.0); m];
                let only = Matrix { offset: (n - 1) * b.columns.cast_unsigned(), ..b.matrix() };
                matmul(m, 1, k, a.matrix(), only, Start::Zero, &mut column);
                let last: Vec<T> = all.chunks(n).map(|row| row[n - 1]).collect();
                same(&column, &last, (shape, lay, "column"));
            }
        }
    }

    pub(super) fn threads_change_no_bit<T: Float>() {
        let pools = [1, 2, 3].map(|threads| {
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of a few threads")
        });
        let large = [[257, 300, 390], [14, 900, 800], [900, 40, 400], [600, 640, 130]];
        for shape @ [m, n, k] in SHAPES.into_iter().chain(large) {
            for (x, y) in [(Lay::Rows, Lay::Rows), (Lay::Rows, Lay::Columns), (Lay::Columns, Lay::Rows)] {
                let (a, b) = (Stored::<T>::new(x, m, k, 1), Stored::new(y, k, n, 2));
                let [one, two, three] = pools.each_ref().map(|pool| pool.install(|| product(shape, &a, &b)));
                same(&one, &two, (shape, x, y));
                same(&one, &three, (shape, x, y));
            }
        }
    }

    pub(super) fn a_batch_is_its_products<T: Float>() {
        for (count, shape @ [m, n, k]) in [(1, [3, 4, 5]), (7, [5, 33, 18]), (40, [64, 64, 32]), (3, [200, 150, 90])] {
            for lay in [Lay::Rows, Lay::Columns] {
                let a = Stored::<T>::new(Lay::Rows, count * m, k, 1);
                let b = Stored::<T>::new(lay, k, n, 2);
                let mut c = vec![T::of(f64::NAN); count * m * n];
                matmul_batch(count, m, n, k, a.matrix(), |i| i * m * k, b.matrix(), |_| 0, &mut c);
                same(&c, &product([count * m, n, k], &a, &b), (count, shape, lay, "one b"));
                let b = Stored::<T>::new(Lay::Rows, count * k, n, 2);
                matmul_batch(
                    count,
                    m,
                    n,
                    k,
                    a.matrix(),
                    |i| (count - 1 - i) * m * k,
                    b.matrix(),
                    |i| i * k * n,
                    &mut c,
                );
                for i in 0..count {
                    let mut one = vec![T::of(0.0); m * n];
                    let (x, y) = ((count - 1 - i) * m * k, i * k * n);
                    let (a, b) = (Matrix { offset: x, ..a.matrix() }, Matrix { offset: y, ..b.matrix() });
                    matmul(m, n, k, a, b, Start::Zero, &mut one);
                    same(&c[i * m * n..][..m * n], &one, (count, shape, i));
                }
            }
        }
    }

    pub(super) fn an_empty_sum_is_the_start<T: Float>() {
        let (none, row, before) = (Matrix::row_major(&[], 0), numbers::<T>(3, 1), numbers::<T>(6, 2));
        let mut c = before.clone();
        matmul(2, 3, 0, none, none, Start::Add, &mut c);
        same(&c, &before, "add");
        matmul(2, 3, 0, none, none, Start::Row(&row), &mut c);
        same(&c, &[&row[..], &row[..]].concat(), "row");
        matmul(2, 3, 0, none, none, Start::Zero, &mut c);
        same(&c, &[T::of(0.0); 6], "zero");
        matmul::<T>(0, 3, 2, none, none, Start::Row(&row), &mut []);
        matmul::<T>(2, 0, 2, none, none, Start::Zero, &mut []);
        matmul_batch::<T>(0, 2, 2, 2, none, |_| 0, none, |_| 0, &mut []);
    }

    pub(super) fn an_exceptional_value_stays_in_its_row_and_column<T: Float>() {
        for shape @ [m, n, k] in SHAPES {
            for lay in [Lay::Rows, Lay::Columns] {
                let (mut a, mut b) = (Stored::<T>::new(Lay::Rows, m, k, 1), Stored::new(lay, k, n, 2));
                let (i, j) = (m / 2, n / 3);
                a.data[i * k + k - 1] = T::of(f64::NAN);
                let (rows, columns) = (b.rows.cast_unsigned(), b.columns.cast_unsigned());
                b.data[(k / 2) * rows + j * columns] = T::of(f64::INFINITY);
                let c = product(shape, &a, &b);
                for (e, x) in c.iter().enumerate() {
                    let (row, column) = (e / n == i, e % n == j);
                    assert_eq!(x.wide().is_nan(), row, "{shape:?} {lay:?} {e}");
                    assert_eq!(x.wide().is_infinite(), column && !row, "{shape:?} {lay:?} {e}");
                }
            }
        }
    }

    /// Bit for bit what the module's documentation says, written as plainly as it can be.
    pub(super) fn the_chain_is_the_documented_one<T: Float>() {
        for shape @ [m, n, k] in SHAPES {
            let (a, b) = (Stored::<T>::new(Lay::Rows, m, k, 1), Stored::new(Lay::Rows, k, n, 2));
            let before = numbers::<T>(m * n, 3);
            let mut c = before.clone();
            matmul(m, n, k, a.matrix(), b.matrix(), Start::Add, &mut c);
            let depth = k.div_ceil(k.div_ceil(T::PANEL)).next_multiple_of(16);
            let element = |e: usize| {
                (0..k).step_by(depth).fold(before[e], |sum, first| {
                    let panel = first..k.min(first + depth);
                    sum.plus(panel.fold(T::of(0.0), |chain, p| chain.step(a.at(e / n, p), b.at(p, e % n))))
                })
            };
            let plain: Vec<T> = (0..m * n).map(element).collect();
            same(&c, &plain, shape);
        }
    }

    /// One panel: a chain from zero in ascending order, then the start. An integer's worth of exact arithmetic tells the
    /// order: 2⁶⁰ − 2⁶⁰ + 1 is 1, 2⁶⁰ + 1 − 2⁶⁰ is 0; a start of 2⁶⁰ swallows the 1 only after the chain has kept it.
    pub(super) fn short_sums_keep_their_order<T: Float>() {
        let huge = (1_u64 << 60) as f64;
        for (terms, start, sum) in [
            ([huge, -huge, 1.0], 0.0, 1.0),
            ([huge, 1.0, -huge], 0.0, 0.0),
            ([1.0, 0.0, -huge], huge, 0.0),
            ([1.0, -1.0, 2.0], huge, huge),
        ] {
            for (m, n) in [(1, 1), (3, 40), (60, 33)] {
                let a: Vec<T> = (0..m).flat_map(|_| terms.map(T::of)).collect();
                let b = vec![T::of(1.0); 3 * n];
                let mut c = vec![T::of(start); m * n];
                matmul(m, n, 3, Matrix::row_major(&a, 3), Matrix::row_major(&b, n), Start::Add, &mut c);
                same(&c, &vec![T::of(sum); m * n], (terms, start));
            }
        }
    }
}

#[test]
fn both_instruction_sets_with_fused_multiply_add_agree() {
    for shape @ [m, n, k] in SHAPES {
        let (a, b) = (Stored::<f32>::new(Lay::Rows, m, k, 1), Stored::new(Lay::Columns, k, n, 2));
        let (x, y) = (with_isa(Isa::Avx512, || product(shape, &a, &b)), with_isa(Isa::Avx2, || product(shape, &a, &b)));
        same(&x, &y, shape);
    }
}

#[test]
fn integers_are_exact_and_wrap() {
    for [m, n, k] in SHAPES {
        let value = |i: usize| (i as i64).wrapping_mul(0x5851_f42d_4c95_7f2d);
        let (a, b): (Vec<i64>, Vec<i64>) = ((0..m * k).map(value).collect(), (0..k * n).map(value).collect());
        let mut c = vec![7; m * n];
        matmul(m, n, k, Matrix::row_major(&a, k), Matrix::row_major(&b, k).t(), Start::Add, &mut c);
        for (e, &x) in c.iter().enumerate() {
            let terms = (0..k).map(|p| a[e / n * k + p].wrapping_mul(b[e % n * k + p]));
            assert_eq!(x, terms.fold(7, i64::wrapping_add), "[{m}, {n}, {k}] {e}");
        }
    }
}

#[test]
#[should_panic(expected = "spans 0..=6 of 6 elements")]
fn a_matrix_outside_its_slice_is_refused() {
    let (a, mut c) = ([0.0_f32; 6], [0.0; 4]);
    let outside = Matrix { offset: 0, data: &a, rows: 4, columns: 1 };
    matmul(2, 2, 3, outside, Matrix::row_major(&a, 2), Start::Zero, &mut c);
}

#[test]
#[should_panic(expected = "spans -1..=4")]
fn a_matrix_before_its_slice_is_refused() {
    let (a, mut c) = ([0.0_f32; 6], [0.0; 4]);
    let outside = Matrix { offset: 2, data: &a, rows: -3, columns: 1 };
    matmul(2, 2, 3, outside, Matrix::row_major(&a, 2), Start::Zero, &mut c);
}

#[test]
#[should_panic(expected = "of 12 elements")]
fn a_batch_outside_its_slice_is_refused() {
    let (a, mut c) = ([0.0_f32; 12], [0.0; 12]);
    let a = Matrix::row_major(&a, 2);
    matmul_batch(3, 2, 2, 2, a, |i| i * 4, a, |i| i * 5, &mut c);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_shape_and_layout(
        shape in [1_usize..70, 1_usize..140, 1_usize..500],
        lays in (0..LAYS.len(), 0..LAYS.len()),
        isa in 0..ISAS.len(),
        seed in any::<u64>(),
    ) {
        let [m, n, k] = shape;
        let (a, b) = (Stored::<f32>::new(LAYS[lays.0], m, k, seed), Stored::new(LAYS[lays.1], k, n, seed ^ 1));
        with_isa(ISAS[isa], || {
            let c = product(shape, &a, &b);
            close(shape, &a, &b, |_, _| 0.0, &c);
            same(&c, &product(shape, &a.plain(m, k), &b.plain(k, n)), (shape, lays));
        });
    }
}
