//! Expectations: sums over whole numbers, integrals of densities.

use genai_prob::Univariate;

/// Whole numbers that are summed one by one; a member with more of them is left to the other laws.
const MOST: f64 = 200_000.0;

/// Where the pieces end: probabilities, from both sides. What lies outside counts as an atom at the last end.
const CUTS: [f64; 10] = [1e-300, 1e-150, 1e-60, 1e-25, 1e-12, 1e-6, 1e-3, 0.02, 0.15, 0.4];

/// An expectation and how far it can be trusted.
pub(crate) struct Expectation {
    /// E g(X).
    pub(crate) value: f64,
    /// E |g(X)|, what errors are relative to.
    pub(crate) size: f64,
    /// The share of it in the outermost pieces: what an unbounded g may still hold beyond them.
    pub(crate) tails: f64,
    /// The probability that doubles do not resolve: of the atoms at the ends.
    pub(crate) atoms: f64,
}

/// E g(X), or none if it takes too long.
pub(crate) fn expectation(d: &dyn Univariate, g: impl Fn(f64) -> f64) -> Option<Expectation> {
    if d.support().discrete { sum(d, g) } else { Some(integral(d, g)) }
}

fn sum(d: &dyn Univariate, g: impl Fn(f64) -> f64) -> Option<Expectation> {
    let (low, high) = (d.quantile(1e-25), d.isf(1e-25));
    if high - low > MOST {
        return None;
    }
    let mut total = Expectation { value: 0.0, size: 0.0, tails: 0.0, atoms: 0.0 };
    for k in low as i64..=high as i64 {
        let part = d.prob(k as f64) * g(k as f64);
        total.add(part, part.abs());
    }
    let ends = [low, high].map(|k| d.prob(k) * g(k).abs());
    total.tails = if low == high || d.support().upper.is_finite() { 0.0 } else { ends[1] / total.size };
    Some(total)
}

fn integral(d: &dyn Univariate, g: impl Fn(f64) -> f64) -> Expectation {
    let support = d.support();
    let inside = |x: f64| support.lower < x && x < support.upper;
    let mut ends: Vec<f64> = CUTS.iter().flat_map(|p| [d.quantile(*p), d.isf(*p)]).chain([d.mode()]).collect();
    ends.push(if support.lower == 0.0 { f64::MIN_POSITIVE } else { support.lower.next_up() });
    ends.push(if support.upper == 0.0 { -f64::MIN_POSITIVE } else { support.upper.next_down() });
    ends.retain(|x| inside(*x) && x.abs() < f64::MAX);
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let (first, last) = (ends[0], ends[ends.len() - 1]);
    let atoms = [(first, d.cdf(first)), (last, d.sf(last))];
    let mut total = Expectation { value: 0.0, size: 0.0, tails: 0.0, atoms: atoms[0].1 + atoms[1].1 };
    let mut outermost = 0.0;
    for (i, pair) in ends.windows(2).enumerate() {
        let (value, size) = piece(pair[0], pair[1], |x| d.prob(x), &g);
        total.add(value, size);
        let tail = (i == 0 && support.lower.is_infinite()) || (i + 2 == ends.len() && support.upper.is_infinite());
        outermost += if tail { size } else { 0.0 };
    }
    for (x, mass) in atoms {
        total.add(mass * g(x), mass * g(x).abs());
    }
    total.tails = outermost / total.size;
    total
}

impl Expectation {
    fn add(&mut self, value: f64, size: f64) {
        self.value += value;
        self.size += size;
    }
}

/// ∫ g f and ∫ |g| f from a to b by the tanh–sinh rule, over ln |x| where the ends are of different magnitude.
fn piece(a: f64, b: f64, f: impl Fn(f64) -> f64, g: impl Fn(f64) -> f64) -> (f64, f64) {
    let logarithmic = a * b > 0.0 && (b / a > 4.0 || a / b > 4.0);
    let sign = a.signum();
    let (low, high) = if logarithmic { (a.abs().ln(), b.abs().ln()) } else { (a, b) };
    let at = |u: f64| if logarithmic { (sign * u.exp(), u.exp() * sign * (high - low).signum()) } else { (u, 1.0) };
    let (mut value, mut size) = (0.0, 0.0);
    let step = 1.0 / 16.0;
    for i in -64..=64 {
        let t = f64::from(i) * step;
        let s = std::f64::consts::FRAC_PI_2 * t.sinh();
        let weight = step * std::f64::consts::FRAC_PI_2 * t.cosh() / s.cosh().powi(2);
        let near = 1.0 / ((2.0 * s.abs()).exp() + 1.0); // the distance to the nearer end, in units of the whole
        let u = if s < 0.0 { low + (high - low) * near } else { high - (high - low) * near };
        let (x, slope) = at(u);
        let x = x.clamp(a, b);
        let part = weight * 0.5 * (high - low).abs() * slope.abs() * f(x);
        if part > 0.0 {
            value += part * g(x);
            size += (part * g(x)).abs();
        }
    }
    (value, size)
}
