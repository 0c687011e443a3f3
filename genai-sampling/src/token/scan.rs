//! Passes over all logits, compiled for the best instruction set.
//!
//! A pass works on blocks of 256 by flat index loops without a carried value, which vectorise; a block is reduced by
//! folding its halves onto each other.

use genai_core::kernels::{Kernel, Simd, dispatch};

/// Logits of a block: what one maximum or one sum stands for.
pub(super) const BLOCK: usize = 256;
const HALF: usize = BLOCK / 2;

/// The maximum of each block, −∞ where a block holds nothing larger, and whether a NaN was met.
pub(super) fn maxima(values: &[f32], out: &mut Vec<f32>) -> bool {
    struct Maxima<'a>(&'a [f32], &'a mut Vec<f32>);
    impl Kernel for Maxima<'_> {
        type Output = bool;

        #[inline(always)]
        fn run<S: Simd>(self) -> bool {
            let (whole, rest) = self.0.as_chunks::<BLOCK>();
            let mut magnitudes = [0; HALF];
            self.1.clear();
            for block in whole {
                self.1.push(maximum(block, &mut magnitudes));
            }
            if !rest.is_empty() {
                self.1.push(maximum(&padded(rest, f32::NEG_INFINITY), &mut magnitudes));
            }
            magnitudes.iter().any(|&bits| bits > f32::INFINITY.to_bits())
        }
    }
    dispatch(Maxima(values, out))
}

/// The maximum of a block; `magnitudes` keeps the largest |x| met, as bits: those of a NaN are larger than those of ∞.
#[inline(always)]
fn maximum(block: &[f32; BLOCK], magnitudes: &mut [u32; HALF]) -> f32 {
    let mut x = [0.0; HALF];
    for i in 0..HALF {
        x[i] = if block[i] > block[i + HALF] { block[i] } else { block[i + HALF] };
        let (a, b) = (block[i].to_bits() & 0x7fff_ffff, block[i + HALF].to_bits() & 0x7fff_ffff);
        let larger = if a > b { a } else { b };
        magnitudes[i] = if larger > magnitudes[i] { larger } else { magnitudes[i] };
    }
    let mut half = HALF / 2;
    while half > 0 {
        for i in 0..half {
            x[i] = if x[i] > x[i + half] { x[i] } else { x[i + half] };
        }
        half /= 2;
    }
    x[0]
}

/// A block of the values that are left over.
#[inline(always)]
fn padded(rest: &[f32], padding: f32) -> [f32; BLOCK] {
    let mut block = [padding; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// `exp((value − maximum) / temperature)` of each value, and the sum of each block.
pub(super) fn weights(values: &[f32], maximum: f32, temperature: f32, out: &mut Vec<f32>, sums: &mut Vec<f64>) {
    struct Weights<'a>(&'a [f32], f32, f32, &'a mut Vec<f32>, &'a mut Vec<f64>);
    impl Kernel for Weights<'_> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            let Self(values, maximum, inverse, out, sums) = self;
            out.clear();
            out.reserve(values.len());
            sums.clear();
            let (whole, rest) = values.as_chunks::<BLOCK>();
            for block in whole {
                let weights = exponentials(block, maximum, inverse);
                out.extend_from_slice(&weights);
                sums.push(sum(&weights));
            }
            if !rest.is_empty() {
                let weights = exponentials(&padded(rest, f32::NEG_INFINITY), maximum, inverse);
                out.extend_from_slice(&weights[..rest.len()]);
                sums.push(sum(&weights));
            }
        }
    }
    dispatch(Weights(values, maximum, 1.0 / temperature, out, sums));
}

/// The weights of a block.
#[inline(always)]
fn exponentials(block: &[f32; BLOCK], maximum: f32, inverse: f32) -> [f32; BLOCK] {
    let mut out = [0.0; BLOCK];
    for i in 0..BLOCK {
        out[i] = exp((block[i] - maximum) * inverse);
    }
    out
}

/// eˣ for x ≤ 0, within 2 units in the last place; 0 below −87.
///
/// x = n ln 2 + r with |r| ≤ ½ ln 2; the Taylor series of eʳ to r⁷, then n into the exponent.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const SHIFT: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to an integer that stands in the lowest bits
    let inside = if x > -87.0 { x } else { -87.0 };
    let shifted = inside * std::f32::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (inside - n * 0.693_359_4) + n * 2.121_944_4e-4; // ln 2 in two parts, the first with few bits
    let mut series = 1.0 / 5040.0;
    for inverse in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = series * r + inverse;
    }
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    if x > -87.0 { series * power } else { 0.0 }
}

/// Σ weight · (value − maximum), of which a value of −∞ is no part.
pub(super) fn weighted(values: &[f32], maximum: f32, weights: &[f32]) -> f64 {
    struct Weighted<'a>(&'a [f32], f32, &'a [f32]);
    impl Kernel for Weighted<'_> {
        type Output = f64;

        #[inline(always)]
        fn run<S: Simd>(self) -> f64 {
            let Self(values, maximum, weights) = self;
            let (whole, rest) = values.as_chunks::<BLOCK>();
            let (whole_weights, rest_weights) = weights.as_chunks::<BLOCK>();
            let mut total = 0.0;
            for (block, weights) in whole.iter().zip(whole_weights) {
                total += sum(&products(block, maximum, weights));
            }
            total + sum(&products(&padded(rest, 0.0), maximum, &padded(rest_weights, 0.0)))
        }
    }
    dispatch(Weighted(values, maximum, weights))
}

/// `weight · (value − maximum)`, 0 where the weight is.
#[inline(always)]
fn products(block: &[f32; BLOCK], maximum: f32, weights: &[f32; BLOCK]) -> [f32; BLOCK] {
    let mut out = [0.0; BLOCK];
    for i in 0..BLOCK {
        out[i] = if weights[i] > 0.0 { weights[i] * (block[i] - maximum) } else { 0.0 };
    }
    out
}

/// The sum of a block.
#[inline(always)]
fn sum(weights: &[f32; BLOCK]) -> f64 {
    let mut x = *weights;
    let mut half = HALF;
    while half > 0 {
        for i in 0..half {
            x[i] += x[i + half];
        }
        half /= 2;
    }
    f64::from(x[0])
}

/// Thresholds that one pass compares with.
pub(super) const EDGES: usize = 4;

/// The sum of the weights that reach each threshold.
pub(super) fn masses(weights: &[f32], edges: &[f32; EDGES]) -> [f64; EDGES] {
    struct Masses<'a>(&'a [f32], &'a [f32; EDGES]);
    impl Kernel for Masses<'_> {
        type Output = [f64; EDGES];

        #[inline(always)]
        fn run<S: Simd>(self) -> [f64; EDGES] {
            let Self(weights, edges) = self;
            let mut sums = [[0f32; BLOCK]; EDGES];
            let (whole, rest) = weights.as_chunks::<BLOCK>();
            for block in whole {
                add_reaching(block, edges, &mut sums);
            }
            add_reaching(&padded(rest, 0.0), edges, &mut sums);
            let mut totals = [0.0; EDGES];
            for e in 0..EDGES {
                totals[e] = sum(&sums[e]);
            }
            totals
        }
    }
    dispatch(Masses(weights, edges))
}

/// Adds the weights of a block to the sums of those thresholds that they reach.
#[inline(always)]
fn add_reaching(block: &[f32; BLOCK], edges: &[f32; EDGES], sums: &mut [[f32; BLOCK]; EDGES]) {
    for e in 0..EDGES {
        for i in 0..BLOCK {
            sums[e][i] += if block[i] >= edges[e] { block[i] } else { 0.0 };
        }
    }
}

/// Appends the positions, counted from `first`, of the values that are at least `least` (and below `end`).
pub(super) fn positions(values: &[f32], first: usize, least: f32, end: f32, out: &mut Vec<u32>) {
    struct Positions<'a>(&'a [f32], usize, f32, f32, &'a mut Vec<u32>);
    impl Kernel for Positions<'_> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            let Self(values, first, least, end, out) = self;
            let (whole, rest) = values.as_chunks::<BLOCK>();
            for (i, block) in whole.iter().enumerate() {
                append(&between(block, least, end), first + i * BLOCK, out);
            }
            if !rest.is_empty() {
                append(&between(&padded(rest, f32::NAN), least, end), first + whole.len() * BLOCK, out);
            }
        }
    }
    dispatch(Positions(values, first, least, end, out));
}

/// 1 where a value is at least `least` and below `end`, else 0.
#[inline(always)]
fn between(block: &[f32; BLOCK], least: f32, end: f32) -> [u8; BLOCK] {
    let mut found = [0; BLOCK];
    for i in 0..BLOCK {
        found[i] = u8::from(block[i] >= least) & u8::from(block[i] < end);
    }
    found
}

/// Appends the places of the ones, eight flags at a time: most are zero.
#[inline(always)]
fn append(found: &[u8; BLOCK], first: usize, out: &mut Vec<u32>) {
    for (i, flags) in found.as_chunks::<8>().0.iter().enumerate() {
        let mut bits = u64::from_le_bytes(*flags);
        while bits != 0 {
            out.push((first + i * 8) as u32 + bits.trailing_zeros() / 8);
            bits &= bits - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_two_units_in_the_last_place() {
        for i in 0..=870_000 {
            let x = i as f32 * -1e-4;
            let (got, truth) = (f64::from(exp(x)), f64::from(x).exp());
            let unit = f64::from(f32::EPSILON) * 2f64.powf(truth.log2().floor());
            assert!(x <= -87.0 || (got - truth).abs() <= 2.0 * unit, "{x}: {got}, not {truth}");
        }
        assert_eq!([0.0, -87.5, f32::MIN, f32::NEG_INFINITY].map(exp), [1.0, 0.0, 0.0, 0.0]);
    }
}
