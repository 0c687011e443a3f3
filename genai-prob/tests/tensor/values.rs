//! Values are those of the scalar family, whose truth is mpmath.

use crate::{every, number, numbers};
use genai_core::{DType, Tensor, grad};
use genai_prob::tensor::{Bernoulli, Categorical, Distribution, kl};

/// Of f64, relative where the truth is above 1: sums and logarithms of a few rounded numbers.
const TOLERANCE: f64 = 2e-12;

#[test]
fn methods_agree_with_the_scalar_family() {
    every(|row, member, d, failures| {
        let Some(scalar) = row.scalar else { return };
        let p: Vec<f64> = member.iter().map(|p| numbers(p)[0]).collect();
        let s = scalar(&p).unwrap_or_else(|e| panic!("{}: {e}", row.name));
        let probabilities: Vec<f64> = (1..40).map(|i| f64::from(i) / 40.0).chain([1e-9, 1e-4, 0.9999]).collect();
        let x: Vec<f64> = probabilities.iter().map(|p| s.quantile(*p)).collect();
        let outside = if s.support().discrete || row.name == "VonMises" { &[][..] } else { &[-3.0, 0.0, 0.5, 4.0] };
        let x: Vec<f64> = x.into_iter().chain(outside.iter().copied()).collect();
        let tensor = |x: &[f64]| Tensor::from_vec(x.to_vec(), [x.len()]);
        let by = |f: &dyn Fn(f64) -> f64, x: &[f64]| tensor(&x.iter().map(|x| f(*x)).collect::<Vec<_>>());
        failures.close("log_prob", &d.log_prob(&tensor(&x)), &by(&|x| s.ln_prob(x), &x), TOLERANCE);
        let cdf = d.cdf(&tensor(&x));
        failures.unless(cdf.is_some() == row.has("cdf"), || format!("cdf is {cdf:?}"));
        if let Some(cdf) = cdf {
            failures.close("cdf", &cdf, &by(&|x| s.cdf(x), &x), TOLERANCE);
        }
        let icdf = d.icdf(&tensor(&probabilities));
        failures.unless(icdf.is_some() == row.has("icdf"), || format!("icdf is {icdf:?}"));
        if let Some(icdf) = icdf {
            let truth = by(&|p| s.quantile(p), &probabilities);
            failures.close("icdf", &icdf, &truth, 1e-11);
            if d.has_rsample() {
                // where the quantile has not been rounded to an end
                let at = |x: &Tensor| Tensor::choose(&d.log_prob(&icdf).abs().lt(f64::INFINITY), x, &x.zeros_like());
                let back = d.cdf(&icdf).expect("there is one");
                failures.close("cdf ∘ icdf", &at(&back), &at(&tensor(&probabilities)), 1e-9);
            }
        }
        if row.name != "VonMises" {
            // whose mean and variance are those of directions
            failures.close("mean", &d.mean(), &number(s.mean()), TOLERANCE);
            failures.close("variance", &d.variance(), &number(s.variance()), 1e-10);
        }
        if let Some(entropy) = d.entropy() {
            failures.close("entropy", &entropy, &number(s.entropy()), 1e-10);
        }
        let narrow: Vec<Tensor> = member.iter().map(|p| p.to_dtype(DType::F32)).collect();
        let narrow = (row.make)(&narrow).unwrap_or_else(|e| panic!("{}: {e}", row.name));
        for y in [
            Some(narrow.log_prob(&tensor(&x).to_dtype(DType::F32))),
            narrow.cdf(&tensor(&x).to_dtype(DType::F32)),
            narrow.icdf(&tensor(&probabilities).to_dtype(DType::F32)),
            narrow.entropy(),
            Some(narrow.mean()),
            Some(narrow.variance()),
        ]
        .into_iter()
        .flatten()
        {
            failures.unless(y.dtype() == DType::F32, || format!("f32 becomes {}", y.dtype()));
        }
    });
}

/// ln(1 + e^−l) for l = 15 and 30, from mpmath: neither end of a coin loses its digits.
#[test]
fn coins_that_nearly_always_fall_on_one_side() {
    let truth = [3.059_022_737_137_205e-7, 9.357_622_968_839_737e-14];
    for (sign, x) in [(1.0, 1.0), (-1.0, 0.0)] {
        let logits = Tensor::from_vec(vec![15.0 * sign, 30.0 * sign], [2]);
        let got = numbers(&Bernoulli::from_logits(&logits).unwrap().log_prob(&number(x)));
        for (got, truth) in got.iter().zip(truth) {
            assert!((got + truth).abs() < 1e-15 * truth, "{got:e}, expected −{truth:e}");
        }
    }
}

/// Weights of 0 have no probability, but the others' slopes are numbers.
#[test]
fn slopes_beside_weights_of_zero() {
    let weights = |w: [f64; 3]| Tensor::from_vec(w.to_vec(), [3]).tracked();
    let (p, q) = (weights([0.0, 0.5, 0.5]), weights([0.2, 0.3, 0.5]));
    let (left, right) = (Categorical::new(&p).unwrap(), Categorical::new(&q).unwrap());
    assert_eq!(numbers(&left.log_prob(&number(0.0)))[0], f64::NEG_INFINITY);
    assert_eq!(numbers(&grad(&left.log_prob(&number(1.0)), &[&p], false)[0]), [-1.0, 1.0, -1.0]);
    let divergence = kl(&left, &right).expect("a closed form");
    let slopes = numbers(&grad(&divergence, &[&p], false)[0]);
    let truth = 0.5 * (5.0f64 / 3.0).ln(); // of ½ ln(5/3)
    assert!((numbers(&divergence)[0] - truth).abs() < 1e-15);
    assert!((slopes[1] - truth).abs() < 1e-15 && (slopes[2] + truth).abs() < 1e-15, "{slopes:?}");
}
