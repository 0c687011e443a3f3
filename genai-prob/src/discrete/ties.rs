//! Where a probability is met exactly: half of five coins are two heads and less, but sums in f64 may fall a step short of it.

use crate::Support;
use crate::special::Double;

/// More places than anybody waits for.
const MOST_PLACES: u32 = 20_000;

/// P(X ≤ k) to some 28 digits, from the masses of j by those of j − 1; `None` where the places are too many.
pub(crate) fn cdf(k: f64, support: Support, ratio: impl Fn(f64) -> Double) -> Option<(f64, f64)> {
    const BIG: f64 = 1e200;
    let (mut mass, mut sum, mut below, mut j) = (Double::ONE, Double::ONE, None, support.lower);
    for _ in 0..MOST_PLACES {
        if j == k {
            below = Some(sum);
        }
        if let (Some(below), true) = (below, j == support.upper || mass.hi < 1e-34 * sum.hi) {
            let share = below / sum;
            return share.hi.is_finite().then_some((share.hi, share.lo));
        }
        j += 1.0;
        mass = mass * ratio(j);
        sum = sum + mass;
        if sum.hi > BIG {
            let down = |x: Double| x.scale(2f64.powi(-600));
            (mass, sum, below) = (down(mass), down(sum), below.map(down));
        }
    }
    None
}
