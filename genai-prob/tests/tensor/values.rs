//! Values are those of the scalar family, whose truth is mpmath.

use crate::{every, number, numbers};
use genai_core::{DType, Tensor};

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
