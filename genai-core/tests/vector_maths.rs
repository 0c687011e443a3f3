//! The vector maths against the scalar library: dense sweeps, special values, every instruction set.
#![cfg(test)]

use genai_core::kernels::lanes::{Float, Vector};
use genai_core::kernels::{Isa, Kernel, Simd, dispatch, with_isa};
use genai_core::{Real, special};

const SETS: [Isa; 3] = [Isa::Portable, Isa::Avx2, Isa::Avx512];

/// A function of the vector maths over a slice.
struct Map<'a, T, F>(F, &'a [T], &'a mut [T]);

trait Function {
    fn eval<R: Real>(&self, x: R) -> R;
}

impl<T: Float, F: Function> Kernel for Map<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let width = T::Lanes::<S>::WIDTH;
        for (x, out) in self.1.chunks(width).zip(self.2.chunks_mut(width)) {
            let x = T::Lanes::<S>::load_partial(x, T::ONE);
            self.0.eval(x).store_partial(out);
        }
    }
}

macro_rules! functions {
    ($($name:ident $method:ident)*) => {$(
        struct $name;

        impl Function for $name {
            #[inline(always)]
            fn eval<R: Real>(&self, x: R) -> R {
                x.$method()
            }
        }
    )*};
}

functions! {
    Exp exp
    ExpM1 exp_m1
    Ln ln
    Ln1p ln_1p
    Tanh tanh
    Sigmoid sigmoid
    Erf erf
    Erfc erfc
    Erfcx erfcx
    LnGamma ln_gamma
    Digamma digamma
    Trigamma trigamma
    Sin sin
    Cos cos
    Sqrt sqrt
    Floor floor
    Round round
}

fn on_lanes<T: Float>(function: impl Function, x: &[T]) -> Vec<T> {
    let mut out = vec![T::ZERO; x.len()];
    dispatch(Map(function, x, &mut out));
    out
}

/// Numbers at a stride through all bit patterns, which is dense near zero and reaches every exponent.
fn sweep32() -> Vec<f32> {
    (0..=u32::MAX).step_by(3_989).map(f32::from_bits).collect()
}

/// As [`sweep32`]; plus the range where the functions are not yet flat.
fn sweep64() -> Vec<f64> {
    let patterns = (0..400_000u64).map(|i| f64::from_bits(i.wrapping_mul(46_116_860_184_273)));
    let middle = (0..600_000i32).map(|i| f64::from(i - 300_000) * 1.000_000_7e-4);
    patterns.chain(middle).collect()
}

/// The largest error in units of the last place of the exact value; NaN and infinities must match.
fn worst32(x: &[f32], got: &[f32], exact: impl Fn(f64) -> f64) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    for (&x, &got) in x.iter().zip(got) {
        let exact = exact(f64::from(x));
        let rounded = exact as f32;
        if rounded.is_nan() || rounded.is_infinite() || got.is_nan() || got.is_infinite() {
            let beyond = rounded.is_infinite() && got == f32::MAX.copysign(rounded) && exact.is_finite();
            assert!(rounded.is_nan() && got.is_nan() || rounded == got || beyond, "f({x:e}) = {got}, not {rounded}");
            continue;
        }
        let unit = f64::from(f32::from_bits(rounded.abs().to_bits() + 1) - rounded.abs()).min(2f64.powi(104));
        let error = (f64::from(got) - exact).abs() / unit;
        if error > worst.0 {
            worst = (error, x);
        }
    }
    worst
}

/// As [`worst32`], against a library function that is itself right to one unit.
fn worst64(x: &[f64], got: &[f64], exact: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut worst = (0.0, 0.0);
    for (&x, &got) in x.iter().zip(got) {
        let exact = exact(x);
        if !exact.is_finite() || !got.is_finite() {
            assert!(exact.is_nan() && got.is_nan() || exact == got, "f({x:e}) = {got}, not {exact}");
            continue;
        }
        let error = (got - exact).abs() / (f64::from_bits(exact.abs().to_bits() + 1) - exact.abs());
        if error > worst.0 {
            worst = (error, x);
        }
    }
    worst
}

macro_rules! accuracy {
    ($($test:ident, $function:ident, $exact:expr, $ulp32:literal, $ulp64:literal;)*) => {$(
        #[test]
        fn $test() {
            let (x32, x64) = (sweep32(), sweep64());
            for isa in SETS {
                with_isa(isa, || {
                    let (error, at) = worst32(&x32, &on_lanes($function, &x32), $exact);
                    println!("{} f32 {isa:?}: {error:.3} ulp at {at:e}", stringify!($test));
                    assert!(error <= $ulp32, "f32, {isa:?}: {error} units at {at:e}");
                    let (error, at) = worst64(&x64, &on_lanes($function, &x64), $exact);
                    println!("{} f64 {isa:?}: {error:.3} ulp at {at:e}", stringify!($test));
                    assert!(error <= $ulp64, "f64, {isa:?}: {error} units at {at:e}");
                });
            }
        }
    )*};
}

accuracy! {
    exp, Exp, f64::exp, 1.0, 1.0;
    exp_m1, ExpM1, f64::exp_m1, 2.0, 2.0;
    ln, Ln, f64::ln, 1.0, 1.0;
    ln_1p, Ln1p, f64::ln_1p, 1.0, 1.0;
    tanh, Tanh, f64::tanh, 2.0, 2.0;
    sigmoid, Sigmoid, |x: f64| Real::sigmoid(x), 2.0, 2.0;
    erf, Erf, libm::erf, 1.5, 2.0;
    erfc, Erfc, special::erfc, 4.0, 5.0;
    erfcx, Erfcx, special::erfcx, 4.0, 4.0;
    ln_gamma, LnGamma, special::ln_gamma, 3.0, 4.0;
    digamma, Digamma, special::digamma, 3.0, 4.0;
    trigamma, Trigamma, special::trigamma, 3.0, 4.0;
    sin, Sin, f64::sin, 2.0, 2.0;
    cos, Cos, f64::cos, 2.0, 2.0;
    sqrt, Sqrt, f64::sqrt, 0.5, 0.0;
    floor, Floor, f64::floor, 0.0, 0.0;
    round, Round, f64::round_ties_even, 0.0, 0.0;
}

/// Arguments and results where the functions are special: signed zeros, infinities, NaN, beyond the range (IEEE 754, C99
/// annex F).
#[test]
fn special_values() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    let x = [0.0, -0.0, INF, -INF, NAN, -1.0, -2.0, 1e4, -1e4];
    macro_rules! rows {
        ($($function:ident [$($expected:expr),*];)*) => {$(
            for isa in SETS {
                with_isa(isa, || {
                    let expected = [$($expected),*];
                    let narrow = on_lanes($function, &x.map(|x| x as f32)).into_iter().map(f64::from);
                    for (got, i) in narrow.zip(0..).chain(on_lanes($function, &x).into_iter().zip(0..)) {
                        let same = if expected[i] == 0.0 || !f64::is_finite(expected[i]) {
                            got.to_bits() == expected[i].to_bits() || got.is_nan() && expected[i].is_nan()
                        } else {
                            (got - expected[i]).abs() < 1e-5 * expected[i].abs()
                        };
                        assert!(same, "{} of {}, {isa:?}: {got}, not {}", stringify!($function), x[i], expected[i]);
                    }
                });
            }
        )*};
    }
    rows! {
        Exp [1.0, 1.0, INF, 0.0, NAN, 0.367879441, 0.135335283, INF, 0.0];
        ExpM1 [0.0, -0.0, INF, -1.0, NAN, -0.632120559, -0.864664717, INF, -1.0];
        Ln [-INF, -INF, INF, NAN, NAN, NAN, NAN, 9.21034037, NAN];
        Ln1p [0.0, -0.0, INF, NAN, NAN, -INF, NAN, 9.21044037, NAN];
        Tanh [0.0, -0.0, 1.0, -1.0, NAN, -0.761594156, -0.964027580, 1.0, -1.0];
        Sigmoid [0.5, 0.5, 1.0, 0.0, NAN, 0.268941421, 0.119202922, 1.0, 0.0];
        Erf [0.0, -0.0, 1.0, -1.0, NAN, -0.842700793, -0.995322265, 1.0, -1.0];
        Erfc [1.0, 1.0, 0.0, 2.0, NAN, 1.84270079, 1.99532227, 0.0, 2.0];
        Erfcx [1.0, 1.0, 0.0, INF, NAN, 5.00898008, 108.940904, 5.64189581e-5, INF];
        LnGamma [INF, INF, INF, INF, NAN, INF, INF, 82099.7175, INF];
        Digamma [-INF, INF, INF, NAN, NAN, NAN, NAN, 9.21029037, NAN];
        Trigamma [INF, INF, 0.0, NAN, NAN, INF, INF, 1.000050002e-4, INF];
        Sin [0.0, -0.0, NAN, NAN, NAN, -0.841470985, -0.909297427, -0.305614389, 0.305614389];
        Cos [1.0, 1.0, NAN, NAN, NAN, 0.540302306, -0.416146837, -0.952155368, -0.952155368];
        Sqrt [0.0, -0.0, INF, NAN, NAN, NAN, NAN, 100.0, NAN];
        Floor [0.0, -0.0, INF, -INF, NAN, -1.0, -2.0, 1e4, -1e4];
        Round [0.0, -0.0, INF, -INF, NAN, -1.0, -2.0, 1e4, -1e4];
    }
}

/// Stores the kept lanes of one register after the other; returns all of them.
struct Keep<'a, T>(&'a [T]);

impl<T: Float> Kernel for Keep<'_, T> {
    type Output = Vec<T>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Vec<T> {
        let width = T::Lanes::<S>::WIDTH;
        let (mut out, mut n) = (vec![T::ZERO; self.0.len() + width], 0);
        for x in self.0.chunks_exact(width) {
            n += T::Lanes::<S>::load(x).store_nonnegative(&mut out[n..]);
            let single = &mut [T::ZERO; 16];
            let kept = T::Single::<S>::load(x).store_nonnegative(single);
            let signs = x[..T::Single::<S>::WIDTH].iter().filter(|x| x.to_f64().is_sign_positive());
            assert!(signs.eq(&single[..kept]), "one register of the machine");
        }
        out.truncate(n);
        out
    }
}

#[test]
fn lanes_without_a_minus_sign_are_kept_in_order() {
    // Every pattern of signs of 16 lanes, with both zeros among them.
    let lanes = (0..1u32 << 16).flat_map(|signs| {
        (0..16).map(move |i| f64::from(i % 7).copysign(if signs >> i & 1 == 0 { 1.0 } else { -1.0 }))
    });
    let wide: Vec<f64> = lanes.collect();
    let narrow: Vec<f32> = wide.iter().map(|x| *x as f32).collect();
    let kept: Vec<f64> = wide.iter().copied().filter(|x| x.is_sign_positive()).collect();
    for isa in SETS {
        with_isa(isa, || {
            assert_eq!(dispatch(Keep(&wide)), kept, "{isa:?}");
            assert!(dispatch(Keep(&narrow)).into_iter().map(f64::from).eq(kept.iter().copied()), "{isa:?}");
        });
    }
}
