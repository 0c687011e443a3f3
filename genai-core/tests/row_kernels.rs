//! Kernels of rows, columns and whole arrays: against plain loops in f64, on every instruction set, with the same bits for
//! any number of threads.
#![cfg(test)]

use genai_core::kernels::lanes::Float;
use genai_core::kernels::optimizer::{Adam, AdamState, adam, adam_into};
use genai_core::kernels::reduce::{self, Extents};
use genai_core::kernels::rows::{self, CrossEntropy, Norm, NormGradient};
use genai_core::kernels::{Isa, columns, with_isa};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::LazyLock;

const SETS: [Isa; 3] = [Isa::Portable, Isa::Avx2, Isa::Avx512];
const SHAPES: [(usize, usize); 12] = [
    (0, 5),
    (1, 1),
    (3, 7),
    (2, 15),
    (5, 16),
    (4, 17),
    (3, 33),
    (200, 64),
    (150, 1000),
    (700, 384),
    (1, 20_000),
    (5000, 3),
];

/// Pools of one, two and three threads.
static POOLS: LazyLock<[ThreadPool; 3]> = LazyLock::new(|| {
    [1, 2, 3].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start"))
});

/// The sum with what each addition rounds away carried along (Kahan).
fn total(x: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for x in x {
        let next: f64 = sum + (x - lost);
        lost = (next - sum) - (x - lost);
        sum = next;
    }
    sum
}

/// Reproducible numbers in [−2, 2), different for each `seed`.
fn numbers<T: Float>(n: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            T::from_f64((state >> 40) as f64 / f64::from(1 << 22) - 2.0)
        })
        .collect()
}

/// Runs `f` on one, two and three threads with every instruction set: the bits must not depend on the threads, and the
/// results must lie within `tolerance` of `expected`, relative to its largest element (or 0.1).
fn check<T: Float>(name: &str, expected: &[f64], f: impl Fn() -> Vec<T> + Sync) {
    let tolerance = if size_of::<T>() == 4 { 2e-6 } else { 1e-13 };
    let scale = expected.iter().filter(|x| x.is_finite()).fold(0.1, |max: f64, x| max.max(x.abs()));
    for isa in SETS {
        with_isa(isa, || {
            let on = |threads: usize| POOLS[threads - 1].install(&f);
            let one = on(1);
            assert_eq!(one.len(), expected.len(), "{name}: number of results");
            for (i, (got, &expected)) in one.iter().map(|x| x.to_f64()).zip(expected).enumerate() {
                let same = got == expected || got.is_nan() && expected.is_nan();
                let near = (got - expected).abs() <= tolerance * scale;
                assert!(same || near, "{name}, {isa:?}: element {i} is {got}, not {expected}");
            }
            for threads in [2, 3] {
                assert_eq!(
                    bytemuck::cast_slice::<T, u8>(&one),
                    bytemuck::cast_slice::<T, u8>(&on(threads)),
                    "{name}, {isa:?}: bits on {threads} threads"
                );
            }
        });
    }
}

fn wide<T: Float>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.to_f64()).collect()
}

/// The results of `f` on each row.
fn by_row<T: Float>(x: &[T], c: usize, f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    x.chunks(c).flat_map(|row| f(&wide(row))).collect()
}

fn ln_sum_exp(x: &[f64]) -> f64 {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    max + x.iter().map(|x| (x - max).exp()).sum::<f64>().ln()
}

/// Calls a test for both precisions and every shape.
macro_rules! for_every_shape {
    ($($test:ident => $body:ident;)*) => {$(
        #[test]
        fn $test() {
            for (rows, c) in SHAPES {
                $body::<f32>(rows, c);
                $body::<f64>(rows, c);
            }
        }
    )*};
}

for_every_shape! {
    softmax => check_softmax;
    log_softmax => check_log_softmax;
    layer_norm => check_layer_norm;
    rms_norm => check_rms_norm;
    cross_entropy => check_cross_entropy;
    sums => check_sums;
    middle_axis => check_middle_axis;
}

fn filled<T: Float>(n: usize, f: impl FnOnce(&mut [T])) -> Vec<T> {
    let mut out = vec![T::NAN; n];
    f(&mut out);
    out
}

fn check_softmax<T: Float>(rows: usize, c: usize) {
    let (x, g) = (numbers::<T>(rows * c, 1), numbers::<T>(rows * c, 2));
    let expected = by_row(&x, c, |x| x.iter().map(|v| (v - ln_sum_exp(x)).exp()).collect());
    check("softmax", &expected, || filled::<T>(x.len(), |out| rows::softmax(&x, c, out)));

    let y: Vec<T> = expected.iter().map(|&y| T::from_f64(y)).collect();
    let expected: Vec<f64> = (y.chunks(c).zip(g.chunks(c)))
        .flat_map(|(y, g)| {
            let (y, g) = (wide(y), wide(g));
            let dot: f64 = y.iter().zip(&g).map(|(y, g)| y * g).sum();
            y.iter().zip(&g).map(|(y, g)| y * (g - dot)).collect::<Vec<_>>()
        })
        .collect();
    check("softmax_gradient", &expected, || filled::<T>(x.len(), |out| rows::softmax_gradient(&y, &g, c, out)));
}

fn check_log_softmax<T: Float>(rows: usize, c: usize) {
    let (x, g) = (numbers::<T>(rows * c, 3), numbers::<T>(rows * c, 4));
    let expected = by_row(&x, c, |x| x.iter().map(|v| v - ln_sum_exp(x)).collect());
    check("log_softmax", &expected, || filled::<T>(x.len(), |out| rows::log_softmax(&x, c, out)));

    let y: Vec<T> = expected.iter().map(|&y| T::from_f64(y)).collect();
    let expected: Vec<f64> = (y.chunks(c).zip(g.chunks(c)))
        .flat_map(|(y, g)| {
            let (y, g) = (wide(y), wide(g));
            let sum: f64 = g.iter().sum();
            y.iter().zip(&g).map(|(y, g)| g - y.exp() * sum).collect::<Vec<_>>()
        })
        .collect();
    check("log_softmax_gradient", &expected, || filled::<T>(x.len(), |out| rows::log_softmax_gradient(&y, &g, c, out)));
}

fn check_layer_norm<T: Float>(rows: usize, c: usize) {
    let (gain, bias) = (numbers::<T>(c, 5), numbers::<T>(c, 6));
    check_norm(rows, &Norm { centred: true, gain: Some(&gain), bias: Some(&bias), eps: 0.1, c });
    check_norm::<T>(rows, &Norm { centred: true, gain: None, bias: None, eps: 0.1, c });
}

fn check_rms_norm<T: Float>(rows: usize, c: usize) {
    let gain = numbers::<T>(c, 7);
    check_norm(rows, &Norm { centred: false, gain: Some(&gain), bias: None, eps: 0.1, c });
}

fn check_norm<T: Float>(rows: usize, how: &Norm<'_, T>) {
    let c = how.c;
    let (x, g) = (numbers::<T>(rows * c, 8), numbers::<T>(rows * c, 9));
    let gain = how.gain.map_or(vec![1.0; c], wide);
    let bias = how.bias.map_or(vec![0.0; c], wide);
    let (mut y, mut dx, mut dgain, mut dbias) = (vec![], vec![], vec![0.0; c], vec![0.0; c]);
    for (x, g) in x.chunks(c).zip(g.chunks(c)) {
        let (x, g) = (wide(x), wide(g));
        let mean = if how.centred { x.iter().sum::<f64>() / c as f64 } else { 0.0 };
        let rstd = 1.0 / (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / c as f64 + how.eps).sqrt();
        let unit: Vec<f64> = x.iter().map(|x| (x - mean) * rstd).collect();
        y.extend((0..c).map(|j| unit[j] * gain[j] + bias[j]));
        let h: Vec<f64> = (0..c).map(|j| g[j] * gain[j]).collect();
        let h_mean = if how.centred { h.iter().sum::<f64>() / c as f64 } else { 0.0 };
        let dot = (0..c).map(|j| h[j] * unit[j]).sum::<f64>() / c as f64;
        dx.extend((0..c).map(|j| rstd * (h[j] - h_mean - unit[j] * dot)));
        for j in 0..c {
            dgain[j] += g[j] * unit[j];
            dbias[j] += g[j];
        }
    }
    let forward = || {
        let (mut y, mut mean, mut rstd) = (vec![T::NAN; rows * c], vec![T::NAN; rows], vec![T::NAN; rows]);
        rows::norm(&x, how, &mut y, &mut mean, &mut rstd);
        (y, mean, rstd)
    };
    check("norm", &y, || forward().0);
    let (_, mean, rstd) = forward();
    let backward = || {
        let [mut dx, mut dgain, mut dbias] = [rows * c, c, c].map(|n| vec![T::NAN; n]);
        let to = NormGradient { x: &mut dx, gain: &mut dgain, bias: &mut dbias };
        rows::norm_gradient(&x, &g, how, &mean, &rstd, to);
        [dx, dgain, dbias]
    };
    for (i, expected) in [dx, dgain, dbias].iter().enumerate() {
        check(["norm dx", "norm dgain", "norm dbias"][i], expected, || backward()[i].clone());
    }
}

fn check_cross_entropy<T: Float>(rows: usize, c: usize) {
    let (x, scale) = (numbers::<T>(rows * c, 10), numbers::<T>(rows, 11));
    let targets: Vec<i64> = (0..rows).map(|row| if row % 5 == 4 { -100 } else { (row * 7 % c) as i64 }).collect();
    for smoothing in [0.0, 0.1] {
        let to = CrossEntropy { targets: &targets, ignore: Some(-100), smoothing, c };
        let (mut losses, mut gradient) = (vec![], vec![]);
        for (row, x) in x.chunks(c).enumerate() {
            let (x, lse) = (wide(x), ln_sum_exp(&wide(x)));
            let class = targets[row];
            let share = |j: usize| smoothing / c as f64 + if j as i64 == class { 1.0 - smoothing } else { 0.0 };
            let counts = if class == -100 { 0.0 } else { 1.0 };
            losses.push(counts * (0..c).map(|j| share(j) * (lse - x[j])).sum::<f64>());
            let scale = counts * scale[row].to_f64();
            gradient.extend((0..c).map(|j| scale * ((x[j] - lse).exp() - share(j))));
        }
        let forward = || {
            let (mut loss, mut lse) = (vec![T::NAN; rows], vec![T::NAN; rows]);
            rows::cross_entropy(&x, &to, &mut loss, &mut lse);
            (loss, lse)
        };
        check("cross_entropy", &losses, || forward().0);
        let lse = forward().1;
        check("cross_entropy_gradient", &gradient, || {
            filled::<T>(x.len(), |out| rows::cross_entropy_gradient(&x, &to, &lse, &scale, out))
        });
    }
}

fn check_sums<T: Float>(rows: usize, c: usize) {
    let x = numbers::<T>(rows * c, 12);
    check("row_sums", &by_row(&x, c, |x| vec![x.iter().sum()]), || filled::<T>(rows, |out| rows::row_sums(&x, c, out)));
    let mut down = vec![0.0; c];
    x.chunks(c).for_each(|row| down.iter_mut().zip(wide(row)).for_each(|(sum, x)| *sum += x));
    check("column_sums", &down, || filled::<T>(c, |out| columns::column_sums(&x, out, false)));
    let onto: Vec<f64> = down.iter().map(|sum| sum + 1.0).collect();
    check("column_sums onto", &onto, || {
        let mut out = vec![T::ONE; c];
        columns::column_sums(&x, &mut out, true);
        out
    });
    let magnitude = total(wide(&x).iter().map(|x| x.abs()));
    // The magnitude stands beside the sum so that the tolerance is relative to it.
    check("sum", &[total(wide(&x)), magnitude], || vec![columns::sum(&x), T::from_f64(magnitude)]);
    check("sum_of_squares", &[total(wide(&x).iter().map(|x| x * x))], || vec![columns::sum_of_squares(&x)]);
}

fn check_middle_axis<T: Float + reduce::Number>(outer: usize, n: usize) {
    for inner in [1, 3, 40] {
        let by = Extents { outer: outer.min(10), n: n.min(1000), inner };
        let n = by.n;
        let mut x = numbers::<T>(by.outer * n * inner, 13);
        if x.len() > 20 {
            x[17] = T::NAN;
        }
        let columns: Vec<Vec<f64>> = (0..by.outer * inner)
            .map(|i| (0..n).map(|k| x[(i / inner * n + k) * inner + i % inner].to_f64()).collect())
            .collect();
        let expected = |f: fn(&[f64]) -> f64| columns.iter().map(|x| f(x)).collect::<Vec<_>>();
        type Reduction<T> = fn(&[T], Extents, &mut [T]);
        type Row<T> = (&'static str, Reduction<T>, fn(&[f64]) -> f64);
        let table: [Row<T>; 5] = [
            ("sum", reduce::sum, |x| x.iter().sum()),
            ("mean", reduce::mean, |x| x.iter().sum::<f64>() / x.len() as f64),
            ("product", reduce::product, |x| x.iter().product()),
            ("max", reduce::max, |x| x.iter().fold(f64::NEG_INFINITY, |a, &b| if b > a || b.is_nan() { b } else { a })),
            ("min", reduce::min, |x| x.iter().fold(f64::INFINITY, |a, &b| if b < a || b.is_nan() { b } else { a })),
        ];
        for (name, function, exact) in table {
            if name == "product" && n > 64 {
                continue; // beyond the range of f32
            }
            check(name, &expected(exact), || filled::<T>(columns.len(), |out| function(&x, by, out)));
        }
        for isa in SETS {
            with_isa(isa, || {
                let (mut high, mut low) = (vec![-1; columns.len()], vec![-1; columns.len()]);
                reduce::argmax(&x, by, &mut high);
                reduce::argmin(&x, by, &mut low);
                for (i, column) in columns.iter().enumerate() {
                    assert_eq!(high[i] as usize, first(column, |a, b| a > b), "argmax {i}, {by:?}, {isa:?}");
                    assert_eq!(low[i] as usize, first(column, |a, b| a < b), "argmin {i}, {by:?}, {isa:?}");
                }
            });
        }
    }
}

/// The first element that none is better than; the first NaN if there is one.
fn first(x: &[f64], better: fn(f64, f64) -> bool) -> usize {
    let nan = x.iter().position(|x| x.is_nan());
    nan.unwrap_or_else(|| (1..x.len()).fold(0, |best, i| if better(x[i], x[best]) { i } else { best }))
}

#[test]
fn rows_of_infinities() {
    let inf = f32::INFINITY;
    for (x, expected) in [([-inf, -inf], [f32::NAN; 2]), ([-inf, 0.0], [0.0, 1.0]), ([inf, 0.0], [f32::NAN; 2])] {
        let y = filled(2, |out| rows::softmax(&x, 2, out));
        for (y, expected) in y.into_iter().zip(expected) {
            assert!(y == expected || y.is_nan() && expected.is_nan(), "softmax of {x:?}: {y}, not {expected}");
        }
    }
    let y = filled(2, |out| rows::log_softmax(&[-inf, 0.0], 2, out));
    assert_eq!(y, [-inf, 0.0]);
}

#[test]
fn integers() {
    let x = [3, -1, i64::MAX, 4, 1, 5, 9, 2, 6, 5, 3, 5];
    let by = Extents { outer: 2, n: 3, inner: 2 };
    let run = |f: fn(&[i64], Extents, &mut [i64])| {
        let mut out = [0; 4];
        f(&x, by, &mut out);
        out
    };
    assert_eq!(run(reduce::sum_integers), [i64::MIN + 3, 8, 18, 12]);
    assert_eq!(run(reduce::product), [3i64.wrapping_mul(i64::MAX), -20, 162, 50]);
    assert_eq!(run(reduce::max), [i64::MAX, 5, 9, 5]);
    assert_eq!(run(reduce::min), [1, -1, 3, 2]);
    assert_eq!(run(reduce::argmax), [1, 2, 0, 1]);
    assert_eq!(run(reduce::argmin), [2, 0, 2, 0]);
}

fn check_adam<T: Float>(n: usize, how: &Adam, amsgrad: bool) {
    let [w, m, g] = [14, 15, 16].map(|seed| numbers::<T>(n, seed));
    let [v, largest] = [17, 18].map(|seed| numbers::<T>(n, seed).into_iter().map(|x| x * x).collect::<Vec<T>>());
    let mut expected = [vec![], vec![], vec![], vec![]];
    for i in 0..n {
        let [w, m, v, top, g] = [w[i], m[i], v[i], largest[i], g[i]].map(T::to_f64);
        let g = g * how.gradient_scale + if how.decoupled { 0.0 } else { how.weight_decay * w };
        let m = how.beta1 * m + (1.0 - how.beta1) * g;
        let v = how.beta2 * v + (1.0 - how.beta2) * g * g;
        let top = if amsgrad { top.max(v) } else { top };
        let [bias1, bias2] = [how.beta1, how.beta2].map(|beta| 1.0 - beta.powi(how.step as i32));
        let under = (if amsgrad { top } else { v }).sqrt() / bias2.sqrt() + how.eps;
        let shrunk = w * if how.decoupled { 1.0 - how.learning_rate * how.weight_decay } else { 1.0 };
        let results = [shrunk - how.learning_rate / bias1 * m / under, m, v, top];
        expected.iter_mut().zip(results).for_each(|(all, one)| all.push(one));
    }
    let run = |into: bool| {
        let [mut out, mut m, mut v, mut top] = [w.clone(), m.clone(), v.clone(), largest.clone()];
        let state = AdamState { mean: &mut m, square: &mut v, largest: amsgrad.then_some(&mut top) };
        if into {
            out.fill(T::NAN);
            adam_into(&w, &mut out, state, &g, how);
        } else {
            adam(&mut out, state, &g, how);
        }
        [out, m, v, top]
    };
    for (i, expected) in expected.iter().enumerate() {
        let name = ["adam w", "adam mean", "adam square", "adam largest"][i];
        check(name, expected, || run(false)[i].clone());
        check(name, expected, || run(true)[i].clone());
    }
}

#[test]
fn adam_steps() {
    for n in [0, 1, 17, 50_000] {
        for (decoupled, amsgrad, step) in [(true, false, 1), (false, false, 3), (true, true, 2)] {
            let how = Adam { decoupled, step, weight_decay: 0.1, gradient_scale: 0.5, eps: 1e-3, ..Adam::default() };
            check_adam::<f32>(n, &how, amsgrad);
            check_adam::<f64>(n, &how, amsgrad);
        }
    }
}
