//! Normal and exponential values from stacked boxes of equal area: one multiplication and one comparison for 99 of 100.
//!
//! Sources: Marsaglia & Tsang 2000, *The ziggurat method for generating random variables*; the boxes' index and the value
//! come from different bits of one word (Doornik 2005, *An improved ziggurat method*). What lies beyond the lowest box is
//! found by inversion, and the hundredth value in a function of its own that does not take the generator along: its state
//! stays in registers (measured: 0.91 of the time).

use super::open_uniform;
use crate::special::{ndtr, ndtri};
use rand_core::RngCore;

/// Boxes.
const N: usize = 256;

/// The right edges of the boxes from the lowest up, and the density there.
struct Boxes {
    x: [f64; N + 1],
    f: [f64; N + 1],
    /// The edges in steps of the whole numbers that words give.
    steps: [f64; N],
}

/// The normal tail begins here, and every box has this area.
const NORMAL: (f64, f64) = (3.654_152_885_361_009, 0.004_928_673_233_974_655);
/// The same for the exponential.
const EXPONENTIAL: (f64, f64) = (7.697_117_470_131_05, 0.003_949_659_822_581_557);

static NORMAL_BOXES: Boxes = Boxes::new(NORMAL, true, 52);
static EXPONENTIAL_BOXES: Boxes = Boxes::new(EXPONENTIAL, false, 53);

impl Boxes {
    /// The boxes below exp(−t), t = x²/2 for the `normal` density and x for the exponential one, in 2^`bits` steps.
    const fn new((tail, area): (f64, f64), normal: bool, bits: u32) -> Self {
        let (mut x, mut f) = ([0.0; N + 1], [1.0; N + 1]);
        let t = if normal { 0.5 * tail * tail } else { tail };
        (x[1], f[1]) = (tail, constant::exp(-t));
        x[0] = area / f[1]; // the lowest box, widened by the tail's area
        f[0] = constant::exp(if normal { -0.5 * x[0] * x[0] } else { -x[0] });
        let mut i = 2;
        while i < N {
            f[i] = area / x[i - 1] + f[i - 1];
            let t = -constant::ln(f[i]);
            x[i] = if normal { constant::sqrt(2.0 * t) } else { t };
            i += 1;
        }
        let (mut steps, mut i) = ([0.0; N], 0);
        while i < N {
            steps[i] = x[i] / (1u64 << bits) as f64;
            i += 1;
        }
        Self { x, f, steps }
    }

    /// Whether the height u of box i lies below the density exp(−t).
    fn is_below(&self, i: usize, u: f64, t: f64) -> bool {
        self.f[i + 1] + (self.f[i] - self.f[i + 1]) * u < (-t).exp()
    }
}

/// A standard normal value.
#[inline]
pub(crate) fn standard_normal<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    let Boxes { x, steps, .. } = &NORMAL_BOXES;
    loop {
        let bits = rng.next_u64();
        let i = (bits & 0xff) as usize;
        let value = (bits as i64 >> 11) as f64 * steps[i];
        if value.abs() < x[i + 1] {
            return value;
        }
        if let Some(value) = normal_edge(i, value, open_uniform(rng)) {
            return value;
        }
    }
}

/// What becomes of a value outside the part of box i that lies below the density everywhere.
#[cold]
#[inline(never)]
fn normal_edge(i: usize, value: f64, u: f64) -> Option<f64> {
    if i == 0 {
        return Some((-ndtri(u * ndtr(-NORMAL.0))).copysign(value)); // beyond the lowest box, by inversion
    }
    NORMAL_BOXES.is_below(i, u, 0.5 * value * value).then_some(value)
}

/// A standard exponential value.
#[inline]
pub(crate) fn standard_exponential<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    let Boxes { x, steps, .. } = &EXPONENTIAL_BOXES;
    loop {
        let bits = rng.next_u64();
        let i = (bits & 0xff) as usize;
        let value = ((bits >> 11) as f64 + 0.5) * steps[i];
        if value < x[i + 1] {
            return value;
        }
        if let Some(value) = exponential_edge(i, value, open_uniform(rng)) {
            return value;
        }
    }
}

/// As [`normal_edge`].
#[cold]
#[inline(never)]
fn exponential_edge(i: usize, value: f64, u: f64) -> Option<f64> {
    if i == 0 {
        return Some(EXPONENTIAL.0 - u.ln());
    }
    EXPONENTIAL_BOXES.is_below(i, u, value).then_some(value)
}

/// Functions that the compiler can evaluate, for the tables alone.
mod constant {
    /// eˣ for −700 < x ≤ 0: 2ⁿ times a series of what is left.
    pub(super) const fn exp(x: f64) -> f64 {
        let n = (0.5 - x * std::f64::consts::LOG2_E) as u64;
        let rest = x + n as f64 * std::f64::consts::LN_2;
        let (mut sum, mut i) = (1.0, 20);
        while i > 0 {
            sum = 1.0 + sum * rest / i as f64;
            i -= 1;
        }
        sum * f64::from_bits((1023 - n) << 52)
    }

    /// ln x for 0 < x ≤ 1, by Halley's iteration.
    pub(super) const fn ln(x: f64) -> f64 {
        let exponent = (x.to_bits() >> 52) as f64 - 1022.5;
        let (mut y, mut i) = (if exponent < 0.0 { exponent * std::f64::consts::LN_2 } else { 0.0 }, 0);
        while i < 4 {
            let e = exp(if y < 0.0 { y } else { 0.0 });
            y += 2.0 * (x - e) / (x + e);
            i += 1;
        }
        y
    }

    /// √x for x > 0, by Newton's iteration from above.
    pub(super) const fn sqrt(x: f64) -> f64 {
        let (mut y, mut i) = (if x > 1.0 { x } else { 1.0 }, 0);
        while i < 12 {
            y = 0.5 * (y + x / y);
            i += 1;
        }
        y
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn what_the_compiler_evaluates_is_what_the_program_does() {
            for i in 1..=1000 {
                let x = f64::from(i) / 1000.0;
                approx::assert_relative_eq!(super::exp(-20.0 * x), (-20.0 * x).exp(), max_relative = 1e-14);
                approx::assert_relative_eq!(super::ln(x), x.ln(), max_relative = 1e-13);
                approx::assert_relative_eq!(super::sqrt(30.0 * x), (30.0 * x).sqrt(), max_relative = 1e-15);
            }
        }
    }
}
