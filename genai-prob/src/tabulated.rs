//! A slow, smooth function of many numbers: polynomials on pieces, checked against the function where they are made.
//!
//! Pieces are runs of equal leading bits: as many of them in each power of two, so that they are fine near 0, where densities
//! have poles, and wide in heavy tails.

use genai_core::kernels::parallel;

/// What is tabulated.
pub(crate) type Function<'a> = &'a (dyn Fn(f64) -> f64 + Sync);

/// Numbers from which a table is worth its making.
const WORTH: usize = 50_000;
/// Elements of a task.
const CHUNK: usize = 4096;
/// Numbers for each piece, at least: the making stays a small part.
const PER_PIECE: usize = 1024;
/// Coefficients of a piece.
const TERMS: usize = 10;
/// Relative difference from the function that a piece may have where it is checked.
const TOLERANCE: f64 = 2e-14;

/// y = f(x) element by element, within 10⁻¹³ of `f`, which is taken to be smooth except at a few places. `range` says from
/// where to where most numbers lie, and half of that; where no polynomial fits, and outside, it is `f` itself.
pub(crate) fn evaluate(f: Function<'_>, range: impl Fn() -> [f64; 3], x: &[f64], out: &mut [f64]) {
    let table = (x.len() >= WORTH).then(|| Table::new(f, range(), x.len() / PER_PIECE));
    parallel::chunks(out, CHUNK, CHUNK * 20, |i, out| {
        let x = &x[i * CHUNK..][..out.len()];
        match &table {
            Some(table) => out.iter_mut().zip(x).for_each(|(y, &x)| *y = table.at(x).unwrap_or_else(|| f(x))),
            None => out.iter_mut().zip(x).for_each(|(y, &x)| *y = f(x)),
        }
    });
}

/// Polynomials: one around 0, and pieces on both sides of it.
struct Table {
    radius: f64,
    centre: Piece,
    /// Above 0 and below.
    grids: [Grid; 2],
}

/// Polynomials of the pieces between two numbers of one sign.
#[derive(Default)]
struct Grid {
    /// Bits of a number that its piece does not see.
    shift: u32,
    /// The order of the first piece.
    first: u64,
    pieces: Vec<Piece>,
}

/// A polynomial in (x − middle) · scale, which runs from −1 to 1; NaN where none fits.
#[derive(Clone, Copy)]
struct Piece {
    middle: f64,
    scale: f64,
    terms: [f64; TERMS],
}

/// Grows with x, over all numbers.
#[inline]
fn order(x: f64) -> u64 {
    let bits = x.to_bits();
    let negative = ((bits as i64) >> 63) as u64; // all ones, or none
    bits ^ (negative | 1 << 63)
}

/// The number with this [`order`].
fn number(order: u64) -> f64 {
    f64::from_bits(if order >> 63 == 1 { order & !(1 << 63) } else { !order })
}

impl Table {
    /// From `lower` to `upper`, of which a range of `spread` holds half of the numbers.
    fn new(f: Function<'_>, [lower, upper, spread]: [f64; 3], most: usize) -> Self {
        let radius = if lower < 0.0 && upper > 0.0 { spread / 64.0 } else { 0.0 };
        let centre = if radius > 0.0 { Piece::new(f, -radius, radius) } else { Piece::NONE };
        let below = Grid::new(f, lower, upper.min(-radius), most).unwrap_or_default();
        let above = Grid::new(f, lower.max(radius), upper, most).unwrap_or_default();
        Self { radius, centre, grids: [above, below] }
    }

    #[inline]
    fn at(&self, x: f64) -> Option<f64> {
        // By index: signs are as random as numbers are, and a branch on them is a guess.
        let grid = &self.grids[(x.to_bits() >> 63) as usize];
        let piece = if x.abs() < self.radius {
            &self.centre
        } else {
            grid.pieces.get(usize::try_from((order(x) >> grid.shift).wrapping_sub(grid.first)).ok()?)?
        };
        let y = piece.at(x);
        (!y.is_nan()).then_some(y)
    }
}

impl Grid {
    /// The one with the fewest pieces that fit at nearly all of a few places; none if it would take more than `most`.
    fn new(f: Function<'_>, lower: f64, upper: f64, most: usize) -> Option<Self> {
        let of_one_sign = lower < upper && (lower > 0.0 || upper < 0.0) && lower.is_finite() && upper.is_finite();
        if !of_one_sign {
            return None;
        }
        (36..=52).rev().find_map(|shift| {
            let (first, last) = (order(lower) >> shift, order(upper) >> shift);
            let count = usize::try_from(last - first).ok()? + 1;
            if count < 8 || count > most {
                return None;
            }
            let piece = |i: usize| {
                let at = |i: u64| number((first + i) << shift);
                Piece::new(f, at(i as u64), at(i as u64 + 1))
            };
            // Tried at places that are evenly spread over the pieces, and over the numbers.
            let place = |i: usize| lower + (upper - lower) * (i as f64 + 0.5) / 16.0;
            let spread = |i: usize| ((order(place(i)) >> shift) - first) as usize;
            let even = |i: usize| (2 * i + 1) * count / 32;
            if (0..16).filter(|&i| !piece(even(i)).fits() || !piece(spread(i)).fits()).count() > 1 {
                return None;
            }
            let mut pieces = vec![Piece::NONE; count];
            parallel::chunks(&mut pieces, 16, 100_000, |chunk, pieces| {
                pieces.iter_mut().enumerate().for_each(|(i, p)| *p = piece(chunk * 16 + i));
            });
            Some(Self { shift, first, pieces })
        })
    }
}

impl Piece {
    const NONE: Self = Self { middle: f64::NAN, scale: 1.0, terms: [0.0; TERMS] };

    /// The polynomial through the function's values at Chebyshev's points.
    fn new(f: Function<'_>, low: f64, high: f64) -> Self {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let n = TERMS as f64;
        let angle = |k: usize| std::f64::consts::PI * (k as f64 + 0.5) / n;
        let values: [f64; TERMS] = std::array::from_fn(|k| f(middle + half * angle(k).cos()));
        let chebyshev: [f64; TERMS] = std::array::from_fn(|j| {
            let sum: f64 = (0..TERMS).map(|k| values[k] * (j as f64 * angle(k)).cos()).sum();
            sum * if j == 0 { 1.0 } else { 2.0 } / n
        });
        let piece = Self { middle, scale: 1.0 / half, terms: powers(&chebyshev) };
        let fits = [-1.0, -0.97, -0.4, 0.3, 0.95, 0.999].iter().all(|t| {
            let x = middle + half * t;
            (piece.at(x) - f(x)).abs() <= TOLERANCE * f(x).abs()
        });
        if fits { piece } else { Self::NONE }
    }

    fn fits(&self) -> bool {
        !self.middle.is_nan()
    }

    #[inline]
    fn at(&self, x: f64) -> f64 {
        let t = (x - self.middle) * self.scale;
        let c = &self.terms;
        let (t2, t4) = (t * t, (t * t) * (t * t));
        let low = (c[0] + c[1] * t) + (c[2] + c[3] * t) * t2;
        let high = (c[4] + c[5] * t) + (c[6] + c[7] * t) * t2;
        low + (high + (c[8] + c[9] * t) * t4) * t4
    }
}

/// The coefficients of tᵏ from those of Chebyshev's polynomials: T₀ = 1, T₁ = t, Tₙ₊₁ = 2t·Tₙ − Tₙ₋₁.
fn powers(chebyshev: &[f64; TERMS]) -> [f64; TERMS] {
    let (mut before, mut now) = ([0.0; TERMS], [0.0; TERMS]);
    (before[0], now[1]) = (1.0, 1.0);
    let mut sum: [f64; TERMS] = std::array::from_fn(|k| chebyshev[0] * before[k] + chebyshev[1] * now[k]);
    for c in &chebyshev[2..] {
        let next: [f64; TERMS] = std::array::from_fn(|k| if k > 0 { 2.0 * now[k - 1] } else { 0.0 } - before[k]);
        (before, now) = (now, next);
        sum.iter_mut().zip(&now).for_each(|(sum, t)| *sum += c * t);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Within 10⁻¹³ of the function, through poles, heavy tails, steps and kinks.
    #[test]
    fn equal_to_the_function() {
        let rows: [(&str, Function<'_>, [f64; 3]); 5] = [
            ("exp", &f64::exp, [-20.0, 20.0, 5.0]),
            ("a power", &|x| x.abs().powf(0.1), [1e-30, 3.0, 1.0]),
            ("a heavy tail", &|x| 1.0 / (1.0 + x * x), [-1e9, 1e9, 2.0]),
            ("a narrow hill", &|x: f64| (-(x - 1000.0) * (x - 1000.0)).exp(), [995.0, 1005.0, 1.0]),
            ("a kink and a step", &|x| if x < 0.7 { 1.0 + x } else { 3.0 + (x - 1.1).abs() }, [-2.0, 4.0, 1.0]),
        ];
        for (name, f, range) in rows {
            let n = 400_000;
            let x: Vec<f64> = (0..n)
                .map(|i| range[0] + (range[1] - range[0]) * f64::from(i) / f64::from(n - 1))
                .chain((0..n).map(|i| range[2] * (f64::from(i) / f64::from(n) - 0.5)))
                .chain([f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, f64::MIN_POSITIVE])
                .collect();
            let mut y = vec![0.0; x.len()];
            evaluate(f, || range, &x, &mut y);
            for (x, y) in x.iter().zip(y) {
                assert!(y == f(*x) || (y - f(*x)).abs() <= 1e-13 * f(*x).abs(), "{name} at {x}: {y}, not {}", f(*x));
            }
        }
    }
}
