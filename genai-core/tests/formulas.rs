//! Programs of many elements make the choices that all elements make alike: the bits must be those of few elements.

use genai_core::ops::{self, Elementwise};
use genai_core::random::Key;
use genai_core::real::Mask;
use genai_core::{Real, Tensor, formula, grad};

/// A density with a support, a centre and a tail, whose slopes beyond them are infinite or no numbers.
#[derive(Clone, Copy, Debug)]
struct Choices;

impl Elementwise<2> for Choices {
    const NAME: &'static str = "choices";

    #[inline(always)]
    fn eval<R: Real>(self, [x, rate]: [R; 2]) -> R {
        let (zero, one) = (R::lit(0.0), R::lit(1.0));
        let inside = zero.lt(x).and(x.lt(R::lit(1e6)));
        let y = R::select(inside, x, one);
        let near = R::select((y * rate).lt(one), (y * rate).sqrt(), (y * rate).ln() + one);
        R::select(inside, near - y, R::select(x.eq(zero), rate, -R::lit(f64::INFINITY)))
    }
}

/// Two sides that are the same number as long as the inner choice is the usual one.
#[derive(Clone, Copy, Debug)]
struct SameSides;

impl Elementwise<2> for SameSides {
    const NAME: &'static str = "same sides";

    #[inline(always)]
    fn eval<R: Real>(self, [x, rate]: [R; 2]) -> R {
        let inner = R::select(x.lt(R::lit(10.0)), R::lit(2.0), x * rate);
        R::select(x.lt(R::lit(0.5)), R::lit(2.0), inner)
    }
}

/// Sums and products with one number, one after the other and from both sides, on the way to a choice and after it.
#[derive(Clone, Copy, Debug)]
struct Chains;

impl Elementwise<2> for Chains {
    const NAME: &'static str = "chains";

    #[inline(always)]
    fn eval<R: Real>(self, [x, rate]: [R; 2]) -> R {
        let inside = R::lit(0.01).lt(x).and(x.lt(R::lit(2.0)));
        let y = (rate - (x - rate) * rate) * R::lit(-0.3) + rate;
        let z = rate + R::select(inside, (-y).fma(rate, R::lit(0.7)).ln_1p(), rate * x - rate);
        let fourfold = rate.fma(z, rate) * z + (z * rate + z); // z is needed more than once
        R::select(inside, -fourfold, R::lit(0.0) - x)
    }
}

/// Elements of which all, most, or few lie inside, or which change sides from one to the next.
fn inputs(n: usize) -> Vec<(&'static str, Vec<f64>)> {
    let mut u = vec![0.0; n];
    Key::new(5).uniform_f64(&mut u);
    let with = |outside: &dyn Fn(usize) -> Option<f64>| -> Vec<f64> {
        u.iter().enumerate().map(|(i, u)| outside(i).unwrap_or(u * 0.9 + 0.05)).collect()
    };
    vec![
        ("inside", with(&|_| None)),
        ("outside", with(&|_| Some(-1.0))),
        ("one outside", with(&|i| (i == n / 2).then_some(0.0))),
        ("the first outside", with(&|i| (i == 0).then_some(f64::NAN))),
        ("a stretch in the tail", with(&|i| (n / 3..n / 2).contains(&i).then_some(40.0))),
        (
            "by turns",
            with(&|i| [None, Some(-2.0), Some(2.0), Some(1e6), Some(f64::INFINITY), Some(-0.0), Some(0.01)][i % 7]),
        ),
    ]
}

fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|x| if x.is_nan() { u64::MAX } else { x.to_bits() }).collect()
}

/// Value, gradient by x, and gradient by a rate of each element.
fn on_tensors(f: impl Elementwise<2>, x: &[f64], rate: f64) -> [Vec<f64>; 3] {
    let (x, rate) = (Tensor::from(x).tracked(), Tensor::full_of([x.len()], rate, genai_core::DType::F64).contiguous());
    let rate = rate.tracked();
    let y = formula::map(f, [&x, &rate]);
    let slopes = grad(&y.sum(), &[&x, &rate], false);
    [&y, &slopes[0], &slopes[1]].map(|x| x.to_vec::<f64>())
}

#[test]
fn many_elements_have_the_bits_of_few() {
    bits_of_few(Choices);
    bits_of_few(SameSides);
    bits_of_few(Chains);
}

fn bits_of_few(f: impl Elementwise<2>) {
    for n in [2_000, 20_011] {
        for (name, x) in inputs(n) {
            let mut few: [Vec<f64>; 3] = Default::default();
            for x in x.chunks(100) {
                few.iter_mut().zip(on_tensors(f, x, 1.5)).for_each(|(all, part)| all.extend(part));
            }
            // Written down, 0 − x is −x: of a zero the sign may differ.
            let unsigned = |x: &[f64]| bits(&x.iter().map(|x| x + 0.0).collect::<Vec<_>>());
            let compiled = ops::map(f, [&Tensor::from(&x[..]), &Tensor::of([1.5f64])]).to_vec::<f64>();
            let other = (0..n).find(|&i| unsigned(&compiled[i..=i]) != unsigned(&few[0][i..=i]));
            assert_eq!(other.map(|i| (x[i], compiled[i], few[0][i])), None, "{f:?}, {name}, {n} elements: compiled");
            for ((many, few), what) in on_tensors(f, &x, 1.5).iter().zip(&few).zip(["value", "by x", "by rate"]) {
                assert_eq!(bits(many), bits(few), "{name}, {n} elements: {what}");
            }
            let mut evaluated = vec![0.0; n];
            formula::evaluate(f, [&x, &[1.5]], &mut evaluated);
            assert_eq!(bits(&evaluated), bits(&few[0]), "{name}, {n} elements: evaluated");
        }
    }
}

#[test]
fn one_number_has_the_sum_of_its_elements_gradients() {
    sum_of_gradients(Choices);
    sum_of_gradients(SameSides);
    sum_of_gradients(Chains);
}

fn sum_of_gradients(f: impl Elementwise<2>) {
    for (name, x) in inputs(20_011) {
        let x: Vec<f64> = x.into_iter().map(|x| if x.is_finite() { x } else { 0.5 }).collect();
        let each = on_tensors(f, &x, 1.5);
        let (x, rate) = (Tensor::from(&x[..]).tracked(), Tensor::of([1.5f64]).tracked());
        let slopes = grad(&formula::map(f, [&x, &rate]).sum(), &[&x, &rate], false);
        assert_eq!(bits(&slopes[0].to_vec::<f64>()), bits(&each[1]), "{f:?}, {name}: by x");
        let sum: f64 = each[2].iter().sum();
        let got = slopes[1].item::<f64>();
        assert!((got - sum).abs() <= 1e-12 * sum.abs().max(1.0), "{f:?}, {name}: {got}, not {sum}");
    }
}
