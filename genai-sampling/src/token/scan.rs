//! Passes over all logits, compiled for the best instruction set: index loops over fixed blocks, so that they vectorise.

use genai_core::kernels::{Kernel, Simd, dispatch};

/// Logits of a block: what one maximum or one sum stands for.
pub(super) const BLOCK: usize = 256;

/// Values that are compared together.
const LANES: usize = 16;

/// The maximum of each block, −∞ where a block holds nothing larger, and whether a NaN was met.
pub(super) fn maxima(values: &[f32], out: &mut Vec<f32>) -> bool {
    struct Maxima<'a>(&'a [f32], &'a mut Vec<f32>);
    impl Kernel for Maxima<'_> {
        type Output = bool;

        #[inline(always)]
        fn run<S: Simd>(self) -> bool {
            let mut nan = 0;
            self.1.clear();
            for block in self.0.chunks(BLOCK) {
                let mut lanes = [f32::NEG_INFINITY; LANES];
                let (whole, rest) = block.as_chunks::<LANES>();
                let mut odd = [0; LANES];
                for x in whole {
                    for l in 0..LANES {
                        lanes[l] = if x[l] > lanes[l] { x[l] } else { lanes[l] };
                        odd[l] |= u32::from(x[l].is_nan());
                    }
                }
                for l in 0..rest.len() {
                    lanes[l] = if rest[l] > lanes[l] { rest[l] } else { lanes[l] };
                    odd[l] |= u32::from(rest[l].is_nan());
                }
                let mut most = lanes[0];
                for l in 1..LANES {
                    most = if lanes[l] > most { lanes[l] } else { most };
                    odd[0] |= odd[l];
                }
                nan |= odd[0];
                self.1.push(most);
            }
            nan != 0
        }
    }
    dispatch(Maxima(values, out))
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
            let mut weights = [0.0; BLOCK];
            for block in whole {
                for i in 0..BLOCK {
                    weights[i] = exp((block[i] - maximum) * inverse);
                }
                sums.push(sum(&weights));
                out.extend_from_slice(&weights);
            }
            if !rest.is_empty() {
                weights = [0.0; BLOCK];
                for i in 0..rest.len() {
                    weights[i] = exp((rest[i] - maximum) * inverse);
                }
                sums.push(sum(&weights));
                out.extend_from_slice(&weights[..rest.len()]);
            }
        }
    }
    dispatch(Weights(values, maximum, 1.0 / temperature, out, sums));
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

/// The sum of a block.
#[inline(always)]
fn sum(weights: &[f32; BLOCK]) -> f64 {
    let mut lanes = [0.0; LANES];
    for x in weights.as_chunks::<LANES>().0 {
        for l in 0..LANES {
            lanes[l] += x[l];
        }
    }
    let mut total = 0.0;
    for lane in lanes {
        total += f64::from(lane);
    }
    total
}

/// Thresholds that one pass compares with.
pub(super) const EDGES: usize = 8;

/// The sum of the weights that reach each threshold.
pub(super) fn masses(weights: &[f32], edges: &[f32; EDGES]) -> [f64; EDGES] {
    struct Masses<'a>(&'a [f32], &'a [f32; EDGES]);
    impl Kernel for Masses<'_> {
        type Output = [f64; EDGES];

        #[inline(always)]
        fn run<S: Simd>(self) -> [f64; EDGES] {
            let Self(weights, edges) = self;
            let mut totals = [0.0; EDGES];
            for block in weights.chunks(16 * BLOCK) {
                let mut lanes = [[0f32; LANES]; EDGES];
                let (whole, rest) = block.as_chunks::<LANES>();
                for x in whole {
                    for e in 0..EDGES {
                        for l in 0..LANES {
                            lanes[e][l] += if x[l] >= edges[e] { x[l] } else { 0.0 };
                        }
                    }
                }
                for e in 0..EDGES {
                    for l in 0..rest.len() {
                        lanes[e][l] += if rest[l] >= edges[e] { rest[l] } else { 0.0 };
                    }
                    for l in 0..LANES {
                        totals[e] += f64::from(lanes[e][l]);
                    }
                }
            }
            totals
        }
    }
    dispatch(Masses(weights, edges))
}

/// Appends the positions, counted from `first`, of the values that are at least `least` (and below `end`).
pub(super) fn positions(values: &[f32], first: usize, least: f32, end: f32, out: &mut Vec<u32>) {
    struct Positions<'a>(&'a [f32], usize, f32, f32, &'a mut Vec<u32>);
    impl Kernel for Positions<'_> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            let Self(values, first, least, end, out) = self;
            for (i, x) in values.chunks(LANES).enumerate() {
                let mut any = false;
                for l in 0..x.len() {
                    any |= x[l] >= least;
                }
                if any {
                    let (mut found, mut count) = ([0; LANES], 0);
                    for l in 0..x.len() {
                        found[count] = (first + i * LANES + l) as u32;
                        count += usize::from((x[l] >= least) & (x[l] < end));
                    }
                    out.extend_from_slice(&found[..count]);
                }
            }
        }
    }
    dispatch(Positions(values, first, least, end, out));
}
