//! Rows of ops that act element by element: with their formulas in plain f64.

use super::{Row, map};
use genai_core::ops::Elementwise;
use genai_core::real::Mask;
use genai_core::{Real, Tensor, special};
use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        // functions.rs
        map("abs", 1, |x| x[0].abs(), |x| x[0].abs()),
        map("sqrt", 1, |x| x[0].sqrt(), |x| x[0].sqrt()).within(0.2, 3.0),
        map("exp", 1, |x| x[0].exp(), |x| x[0].exp()).ulp(2.0),
        map("exp_m1", 1, |x| x[0].exp_m1(), |x| x[0].exp_m1()).ulp(3.0),
        map("ln", 1, |x| x[0].ln(), |x| x[0].ln()).within(0.2, 3.0).ulp(2.0),
        map("ln_1p", 1, |x| x[0].ln_1p(), |x| x[0].ln_1p()).within(-0.8, 3.0).ulp(3.0),
        map("sin", 1, |x| x[0].sin(), |x| x[0].sin()).ulp(2.0),
        map("cos", 1, |x| x[0].cos(), |x| x[0].cos()).ulp(3.0),
        map("tanh", 1, |x| x[0].tanh(), |x| x[0].tanh()).ulp(3.0),
        map("sigmoid", 1, |x| x[0].sigmoid(), |x| sigmoid(x[0])).ulp(3.0),
        map("sigmoid/formula", 1, sigmoid_of_formula, |x| sigmoid(x[0])).ulp(3.0),
        map("erf", 1, |x| x[0].erf(), |x| libm::erf(x[0])).ulp(3.0),
        map("floor", 1, |x| x[0].floor(), |x| x[0].floor()),
        map("round", 1, |x| x[0].round(), |x| x[0].round_ties_even()),
        map("sign", 1, |x| x[0].sign(), |x| sign(x[0])).integers(),
        map("clamp", 1, |x| x[0].clamp(-0.75, 1.125), |x| x[0].clamp(-0.75, 1.125)),
        map("rsqrt", 1, |x| x[0].rsqrt(), |x| 1.0 / x[0].sqrt()).within(0.2, 3.0).ulp(2.0),
        // activation.rs
        map("relu", 1, |x| x[0].relu(), |x| x[0].max(0.0)),
        // 1 + erf cancels on the negative side: at −2, 21 times the error of erf.
        map("gelu", 1, |x| x[0].gelu(), |x| 0.5 * x[0] * (1.0 + libm::erf(x[0] / SQRT_2))).ulp(32.0),
        map(
            "gelu_tanh",
            1,
            |x| x[0].gelu_tanh(),
            |x| x[0] * sigmoid(2.0 * FRAC_2_SQRT_PI / SQRT_2 * (x[0] + 0.044715 * x[0].powi(3))),
        )
        .ulp(12.0),
        map("silu", 1, |x| x[0].silu(), |x| x[0] * sigmoid(x[0])).ulp(4.0),
        map("softplus", 1, |x| x[0].softplus(), |x| x[0].exp().ln_1p()).ulp(4.0),
        map("log_sigmoid", 1, |x| x[0].log_sigmoid(), |x| -(-x[0]).exp().ln_1p()).ulp(4.0),
        map("log1mexp", 1, |x| x[0].log1mexp(), |x| (-(-x[0]).exp_m1()).ln()).within(0.05, 3.0).ulp(4.0),
        map("leaky_relu", 1, |x| x[0].leaky_relu(0.25), |x| if x[0] > 0.0 { x[0] } else { 0.25 * x[0] }),
        map("elu", 1, |x| x[0].elu(1.5), |x| if x[0] > 0.0 { x[0] } else { 1.5 * x[0].exp_m1() }).ulp(4.0),
        // special.rs
        map("erfc", 1, |x| x[0].erfc(), |x| special::erfc(x[0])).ulp(3.0),
        map("erfcx", 1, |x| x[0].erfcx(), |x| special::erfcx(x[0])).ulp(4.0),
        map("erf_inv", 1, |x| x[0].erf_inv(), |x| special::erf_inv(x[0])).within(-0.95, 0.95),
        map("normal_quantile", 1, |x| x[0].normal_quantile(), |x| special::normal_quantile(x[0])).within(0.05, 0.95),
        map("ln_gamma", 1, |x| x[0].ln_gamma(), |x| special::ln_gamma(x[0])).within(0.2, 9.0).ulp(4.0),
        map("ln_gamma/negative", 1, |x| x[0].ln_gamma(), |x| special::ln_gamma(x[0])).within(-1.8, -1.2).ulp(4.0),
        map("polygamma/digamma", 1, |x| x[0].digamma(), |x| special::digamma(x[0])).within(0.2, 9.0).ulp(4.0),
        map("polygamma/trigamma", 1, |x| x[0].trigamma(), |x| special::trigamma(x[0])).within(0.2, 9.0).ulp(4.0),
        map("polygamma", 1, |x| x[0].polygamma(2), |x| special::polygamma(2, x[0])).within(0.5, 9.0),
        map("bessel_i0e", 1, |x| x[0].bessel_i0e(), |x| special::bessel_i0e(x[0])),
        map("bessel_i1e", 1, |x| x[0].bessel_i1e(), |x| special::bessel_i1e(x[0])),
        map("bessel_i0", 1, |x| x[0].bessel_i0(), |x| special::bessel_i0e(x[0]) * x[0].abs().exp()).ulp(6.0),
        map("bessel_i1", 1, |x| x[0].bessel_i1(), |x| special::bessel_i1e(x[0]) * x[0].abs().exp()).ulp(6.0),
        // arithmetic.rs
        map("add", 2, |x| &x[0] + &x[1], |x| x[0] + x[1]).integers(),
        map("sub", 2, |x| &x[0] - &x[1], |x| x[0] - x[1]).integers(),
        map("mul", 2, |x| &x[0] * &x[1], |x| x[0] * x[1]).integers(),
        map("div", 2, |x| &x[0] / &x[1], |x| x[0] / x[1]).within(0.2, 3.0),
        map("neg", 1, |x| -&x[0], |x| -x[0]).integers(),
        map("add/number", 1, |x| &x[0] + 3.0, |x| x[0] + 3.0).integers(),
        map("sub/number", 1, |x| 3.0 - &x[0], |x| 3.0 - x[0]).integers(),
        map("sub/from", 1, |x| &x[0] - 3.0, |x| x[0] - 3.0).integers(),
        map("mul/number", 1, |x| &x[0] * 3.0, |x| x[0] * 3.0).integers(),
        map("div/number", 1, |x| &x[0] / 3.0, |x| x[0] / 3.0),
        map("div/of_number", 1, |x| 3.0 / &x[0], |x| 3.0 / x[0]).within(0.2, 3.0),
        map("pow", 2, |x| x[0].pow_tensor(&x[1]), |x| x[0].powf(x[1])).within(0.2, 3.0).ulp(4.0),
        map("pow/square", 1, |x| x[0].square(), |x| x[0] * x[0]),
        map("pow/cube", 1, |x| x[0].pow(3.0), |x| x[0].powi(3)).ulp(2.0),
        map("pow/fourth", 1, |x| x[0].pow(4.0), |x| x[0].powi(4)).ulp(3.0),
        map("pow/root", 1, |x| x[0].pow(0.5), |x| x[0].sqrt()).within(0.2, 3.0),
        map("pow/inverse", 1, |x| x[0].pow(-1.0), |x| 1.0 / x[0]).within(0.2, 3.0),
        map("pow/zero", 1, |x| x[0].pow(0.0), |_| 1.0),
        map("pow/one", 1, |x| x[0].pow(1.0), |x| x[0]),
        map("pow/real", 1, |x| x[0].pow(2.75), |x| x[0].powf(2.75)).within(0.2, 3.0).ulp(4.0),
        map("pow/whole", 1, |x| x[0].pow(5.0), |x| x[0].powi(5)).ulp(4.0),
        map("maximum", 2, |x| x[0].maximum(&x[1]), |x| x[0].max(x[1])).integers(),
        map("log_add_exp", 2, |x| x[0].log_add_exp(&x[1]), |x| x[0].max(x[1]) + (-(x[0] - x[1]).abs()).exp().ln_1p())
            .within(0.2, 3.0)
            .ulp(3.0),
        map("xlogy", 2, |x| x[0].xlogy(&x[1]), |x| if x[0] == 0.0 { 0.0 } else { x[0] * x[1].ln() })
            .within(0.2, 3.0)
            .ulp(3.0),
        map("minimum", 2, |x| x[0].minimum(&x[1]), |x| x[0].min(x[1])).integers(),
        // Three inputs, used by other ops' formulas alone: through a user's own.
        map("fused_multiply_add", 3, multiply_add, |x| x[0] * x[1] + x[2]).ulp(64.0).composed(),
        map("ln_student", 4, ln_student, plain_ln_student).within(0.5, 4.0).ulp(64.0).composed(),
        // The same as programs.
        map("ln_student_program", 4, ln_student_program, plain_ln_student).within(0.5, 4.0).ulp(64.0).composed(),
        map("branches_program", 2, branches_program, |x| {
            if x[0] < x[1] { x[0].exp() } else { x[1].powf(2.0) + x[0].max(1.0) }
        })
        .within(0.5, 3.0)
        .ulp(8.0)
        .composed(),
        map("five_numbers", 5, five_numbers, |x| x[0] * x[1] / x[2] + x[3] * x[4]).within(0.5, 3.0).ulp(4.0).composed(),
    ]
}

/// The log-density of Student's t: x, location, scale and degrees of freedom.
#[derive(Clone, Copy, Debug)]
struct LnStudent;

impl Elementwise<4> for LnStudent {
    const NAME: &'static str = "ln_student";

    #[inline(always)]
    fn eval<R: Real>(self, [x, location, scale, nu]: [R; 4]) -> R {
        let (half, z) = (R::lit(0.5), (x - location) / scale);
        let upper = nu.fma(half, half);
        let norm = upper.ln_gamma() - (nu * half).ln_gamma() - (nu * R::lit(std::f64::consts::PI)).ln() * half;
        norm - scale.ln() - upper * (z * z / nu).ln_1p()
    }
}

fn plain_ln_student(x: &[f64]) -> f64 {
    let (z, nu) = ((x[0] - x[1]) / x[2], x[3]);
    let norm = special::ln_gamma(0.5 * nu + 0.5) - special::ln_gamma(0.5 * nu);
    norm - 0.5 * (std::f64::consts::PI * nu).ln() - x[2].ln() - (0.5 * nu + 0.5) * (z * z / nu).ln_1p()
}

fn ln_student(x: &[Tensor]) -> Tensor {
    genai_core::ops::map(LnStudent, [&x[0], &x[1], &x[2], &x[3]])
}

fn ln_student_program(x: &[Tensor]) -> Tensor {
    genai_core::formula::map(LnStudent, [&x[0], &x[1], &x[2], &x[3]])
}

/// A user's formula, whose gradients of higher order take another slope than the method's.
fn sigmoid_of_formula(x: &[Tensor]) -> Tensor {
    #[derive(Clone, Copy, Debug)]
    struct SigmoidOf;

    impl Elementwise<1> for SigmoidOf {
        const NAME: &'static str = "sigmoid";

        #[inline(always)]
        fn eval<R: Real>(self, [x]: [R; 1]) -> R {
            x.sigmoid()
        }
    }

    genai_core::ops::map(SigmoidOf, [&x[0]])
}

/// Choices, and one number that both sides share.
fn branches_program(x: &[Tensor]) -> Tensor {
    #[derive(Clone, Copy, Debug)]
    struct Branches;

    impl Elementwise<2> for Branches {
        const NAME: &'static str = "branches";

        #[inline(always)]
        fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
            let below = x.lt(y).and(y.le(x).not());
            R::select(below, x.exp(), y.pow(R::lit(2.0)) + x.max(R::lit(1.0)))
        }
    }

    genai_core::formula::map(Branches, [&x[0], &x[1]])
}

/// As many as a formula may have.
fn five_numbers(x: &[Tensor]) -> Tensor {
    #[derive(Clone, Copy, Debug)]
    struct FiveNumbers;

    impl Elementwise<5> for FiveNumbers {
        const NAME: &'static str = "five_numbers";

        #[inline(always)]
        fn eval<R: Real>(self, [a, b, c, d, e]: [R; 5]) -> R {
            (a * b / c) + d * e
        }
    }

    genai_core::ops::map(FiveNumbers, [&x[0], &x[1], &x[2], &x[3], &x[4]])
}

/// A user's formula of three numbers.
fn multiply_add(x: &[Tensor]) -> Tensor {
    #[derive(Clone, Copy, Debug)]
    struct MultiplyAdd;

    impl Elementwise<3> for MultiplyAdd {
        const NAME: &'static str = "fused_multiply_add";

        #[inline(always)]
        fn eval<R: Real>(self, [a, b, c]: [R; 3]) -> R {
            a.fma(b, c)
        }
    }

    genai_core::ops::map(MultiplyAdd, [&x[0], &x[1], &x[2]])
}
