//! Normal and exponential values from stacked boxes of equal area: one multiplication and one comparison for 99 of 100.
//!
//! Sources: Marsaglia & Tsang 2000, *The ziggurat method for generating random variables*; the boxes' index and the value
//! come from different bits of one word (Doornik 2005, *An improved ziggurat method*).

use super::open_uniform;
use rand_core::RngCore;
use std::sync::LazyLock;

/// Boxes.
const N: usize = 256;

/// The right edges of the boxes from the lowest up, and the density there.
struct Boxes {
    x: [f64; N + 1],
    f: [f64; N + 1],
}

/// The normal tail begins here, and every box has this area.
const NORMAL: (f64, f64) = (3.654_152_885_361_009, 0.004_928_673_233_974_655);
/// The same for the exponential.
const EXPONENTIAL: (f64, f64) = (7.697_117_470_131_05, 0.003_949_659_822_581_557);

static NORMAL_BOXES: LazyLock<Boxes> =
    LazyLock::new(|| boxes(NORMAL, |x| (-0.5 * x * x).exp(), |f| (-2.0 * f.ln()).max(0.0).sqrt()));
static EXPONENTIAL_BOXES: LazyLock<Boxes> = LazyLock::new(|| boxes(EXPONENTIAL, |x| (-x).exp(), |f| -f.ln()));

fn boxes((tail, area): (f64, f64), density: impl Fn(f64) -> f64, inverse: impl Fn(f64) -> f64) -> Boxes {
    let (mut x, mut f) = ([0.0; N + 1], [1.0; N + 1]);
    (x[0], x[1]) = (area / density(tail), tail); // the lowest box, widened by the tail's area
    for i in 2..N {
        x[i] = inverse(area / x[i - 1] + density(x[i - 1]));
    }
    for i in 0..N {
        f[i] = density(x[i]);
    }
    Boxes { x, f }
}

/// A standard normal value.
#[inline]
pub(crate) fn standard_normal<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    let Boxes { x, f } = &*NORMAL_BOXES;
    loop {
        let bits = rng.next_u64();
        let i = (bits & 0xff) as usize;
        let u = (bits as i64 >> 11) as f64 * (1.0 / (1u64 << 52) as f64); // [-1, 1)
        let value = u * x[i];
        if value.abs() < x[i + 1] {
            return value;
        }
        if i == 0 {
            return if u < 0.0 { -normal_tail(rng) } else { normal_tail(rng) };
        }
        if f[i + 1] + (f[i] - f[i + 1]) * open_uniform(rng) < (-0.5 * value * value).exp() {
            return value;
        }
    }
}

/// Beyond the lowest box (Marsaglia 1964).
#[cold]
fn normal_tail<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    loop {
        let x = -open_uniform(rng).ln() / NORMAL.0;
        let y = -open_uniform(rng).ln();
        if 2.0 * y >= x * x {
            return NORMAL.0 + x;
        }
    }
}

/// A standard exponential value.
#[inline]
pub(crate) fn standard_exponential<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    let Boxes { x, f } = &*EXPONENTIAL_BOXES;
    loop {
        let bits = rng.next_u64();
        let i = (bits & 0xff) as usize;
        let value = ((bits >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64) * x[i];
        if value < x[i + 1] {
            return value;
        }
        if i == 0 {
            return EXPONENTIAL.0 - open_uniform(rng).ln();
        }
        if f[i + 1] + (f[i] - f[i + 1]) * open_uniform(rng) < (-value).exp() {
            return value;
        }
    }
}
