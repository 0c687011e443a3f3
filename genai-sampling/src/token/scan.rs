//! Passes over all logits, compiled for the best instruction set.
//!
//! A pass works on blocks of 256 by flat index loops without a carried value, which vectorise; a block is reduced by
//! folding its halves onto each other.

use genai_core::Real;
use genai_core::kernels::lanes::{Float, Vector};
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
            let mut zeros = [S::F32::splat(0.0); CHAINS];
            self.1.clear();
            for block in whole {
                self.1.push(maximum::<S>(block, &mut zeros));
            }
            if !rest.is_empty() {
                self.1.push(maximum::<S>(&padded(rest, rest[0]), &mut zeros));
            }
            let suspicious = zeros.iter().any(|zeros| zeros.sum().is_nan());
            suspicious && any_nan(self.0)
        }
    }
    dispatch(Maxima(values, out))
}

/// Whether there is a NaN.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "an iterator would not be inlined into the shell")]
fn any_nan(values: &[f32]) -> bool {
    let mut found = false;
    for i in 0..values.len() {
        found |= values[i].is_nan();
    }
    found
}

/// Registers that a pass has in flight.
const CHAINS: usize = 4;

/// The maximum of a block; `zeros` adds up 0 · x, which stays 0 unless an x is infinite or NaN.
#[inline(always)]
fn maximum<S: Simd>(block: &[f32; BLOCK], zeros: &mut [S::F32; CHAINS]) -> f32 {
    let width = <S::F32 as Vector>::WIDTH;
    let nothing = S::F32::splat(0.0);
    let mut largest = [S::F32::splat(f32::LOWEST); CHAINS];
    let mut at = 0;
    while at < BLOCK {
        for i in 0..CHAINS {
            let x = S::F32::load(&block[at + i * width..]);
            largest[i] = larger::<S>(x, largest[i]);
            zeros[i] = x.fma(nothing, zeros[i]);
        }
        at += CHAINS * width;
    }
    let largest = larger::<S>(larger::<S>(largest[0], largest[1]), larger::<S>(largest[2], largest[3]));
    largest.peak()
}

/// The larger of two, the second beside NaN: one instruction.
#[inline(always)]
fn larger<S: Simd>(x: S::F32, y: S::F32) -> S::F32 {
    S::F32::select(y.lt(x), x, y)
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
            let (whole, rest) = values.as_chunks::<FEW>();
            for (i, few) in whole.iter().enumerate() {
                let mut reached = false;
                for x in few {
                    reached |= *x >= least;
                }
                if reached {
                    append(few, first + i * FEW, least, end, out);
                }
            }
            append(rest, first + whole.len() * FEW, least, end, out);
        }
    }
    dispatch(Positions(values, first, least, end, out));
}

/// The k-th largest of values that are no NaN, 0 < k ≤ their number: bit by bit from the top, by counting, so that no branch
/// hangs on a value.
pub(super) fn nth_largest(values: &[f32], k: usize) -> f32 {
    struct NthLargest<'a>(&'a [f32], u32);
    impl Kernel for NthLargest<'_> {
        type Output = f32;

        #[inline(always)]
        #[expect(clippy::needless_range_loop, reason = "an iterator would not be inlined into the shell")]
        fn run<S: Simd>(self) -> f32 {
            let Self(values, k) = self;
            let mut least = 0;
            for bit in (0..32).rev() {
                let candidate = least | 1 << bit;
                let mut count = 0;
                for i in 0..values.len() {
                    count += u32::from(ordered(values[i]) >= candidate);
                }
                least = if count >= k { candidate } else { least };
                if count == k {
                    break;
                }
            }
            let mut smallest = u32::MAX;
            for i in 0..values.len() {
                let key = ordered(values[i]);
                smallest = if key >= least && key < smallest { key } else { smallest };
            }
            f32::from_bits(if smallest >> 31 == 1 { smallest ^ 1 << 31 } else { !smallest })
        }
    }
    dispatch(NthLargest(values, k as u32))
}

/// A number in the order of floats: negative ones with all bits turned, others above them.
#[inline(always)]
fn ordered(x: f32) -> u32 {
    let bits = x.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// Values that are compared at a time: mostly none of them is large enough.
const FEW: usize = 16;

#[inline(always)]
fn append(values: &[f32], first: usize, least: f32, end: f32, out: &mut Vec<u32>) {
    for (i, x) in values.iter().enumerate() {
        if *x >= least && *x < end {
            out.push((first + i) as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nth_largest_is_that_of_a_sort() {
        let key = genai_core::random::Key::new(3);
        for n in [1, 2, 15, 16, 17, 197, 1000] {
            let mut values = vec![0.0f32; n];
            key.split(n as u64).uniform_f32(&mut values);
            values.iter_mut().for_each(|x| *x = (*x * 40.0).floor() - 20.0); // of both signs, many of them equal
            values[0] = f32::NEG_INFINITY;
            let mut sorted = values.clone();
            sorted.sort_unstable_by(|a, b| b.total_cmp(a));
            for k in 1..=n {
                assert_eq!(nth_largest(&values, k), sorted[k - 1], "{k} of {n}");
            }
        }
    }

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
