//! Inputs that any language can repeat from their formula, so that the results of two libraries can be compared.

use genai_models::core::Tensor;

/// In [−scale/2, scale/2): element i is scale · (((7919 i + 104729 seed) mod 2003) / 2003 − ½), computed in `f64`.
pub fn pattern(count: usize, seed: u64, scale: f64) -> Vec<f32> {
    let element = |i: u64| (scale * (((7919 * i + 104_729 * seed) % 2003) as f64 / 2003.0 - 0.5)) as f32;
    (0..count as u64).map(element).collect()
}

/// [`pattern`] as a tensor.
pub fn tensor(shape: &[usize], seed: u64, scale: f64) -> Tensor {
    Tensor::from_vec(pattern(shape.iter().product(), seed, scale), shape)
}

/// Token i of the flattened [rows, length] is 7919 i mod vocabulary.
pub fn tokens(rows: usize, length: usize, vocabulary: usize) -> Tensor {
    let all = (0..rows * length).map(|i| (7919 * i % vocabulary) as i64);
    Tensor::from_vec(all.collect::<Vec<i64>>(), [rows, length])
}

/// The tokens before the next one: [`tokens`] of one row.
pub fn past(length: usize, vocabulary: usize) -> Vec<u32> {
    (0..length).map(|i| (7919 * i % vocabulary) as u32).collect()
}

/// Logits of normal shape, deviation 3, all different: Box–Muller of the fractions of i·a and i·b, i from 1, in `f64`.
pub fn logits(vocabulary: usize) -> Vec<f32> {
    let draw = |i: usize| {
        let (u, v) = ((i as f64 * 0.754_877_666_246_692_7).fract(), (i as f64 * 0.569_840_290_998_053_2).fract());
        (3.0 * (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()) as f32
    };
    (1..=vocabulary).map(draw).collect()
}

/// The mean absolute value, the check of most cases.
pub fn mean_abs(x: &Tensor) -> f64 {
    let x = x.to_vec::<f32>();
    x.iter().map(|x| f64::from(x.abs())).sum::<f64>() / x.len() as f64
}
