//! Sums over whole numbers and integrals over densities, cut into pieces where the distribution has its quantiles.

use crate::{Error, Univariate};

/// Σ or ∫ of `h` over where the distributions have mass. The pieces end at the quantiles of 10⁻¹, 10⁻², … on both sides, so
/// that peaks, long tails and steep ends all look smooth from inside a piece; tails are followed until they add nothing.
pub(crate) fn over(what: &'static str, scale: &[&dyn Univariate], h: &mut dyn FnMut(f64) -> f64) -> Result<f64, Error> {
    let discrete = scale[0].support().discrete;
    if scale.iter().any(|d| d.support().discrete != discrete) {
        let found = scale.iter().map(|d| d.to_string()).collect::<Vec<_>>().join(" and ");
        return Err(Error::data(what, found, "distributions that are all of whole numbers, or all with a density"));
    }
    let ends = ends(scale, discrete);
    if let Some(d) = scale.iter().find(|d| !discrete && d.isf(0.25) - d.quantile(0.25) <= RESOLVED * d.median().abs()) {
        return Err(Error::data(what, format!("{d}, narrower than f64 can see there"), "a wider distribution"));
    }
    let mut sum = Sum { what, discrete, terms: 0, total: 0.0, size: 0.0, lost: 0.0 };
    for pair in ends.windows(2) {
        sum.piece(pair[0], pair[1], h)?;
    }
    sum.tail(scale, ends[ends.len() - 1], true, h)?;
    sum.tail(scale, ends[0], false, h)?;
    Ok(sum.total + sum.lost)
}

/// Decades of probability that the first pass covers; what lies farther out is followed while it counts.
const DECADES: i32 = 18;
/// The least distance of the quartiles, relative to the median, in which a density has its shape.
const RESOLVED: f64 = 1e4 * f64::EPSILON;
/// Decades that f64 knows.
const FARTHEST: i32 = 307;
/// Most terms of a sum.
const TERMS: u64 = 20_000_000;

fn ends(scale: &[&dyn Univariate], discrete: bool) -> Vec<f64> {
    let mut ends = Vec::new();
    for d in scale {
        ends.push(d.quantile(0.5));
        ends.push(d.mode());
        for p in [0.25, 0.4].into_iter().chain((1..=DECADES).map(|k| 0.1f64.powi(k))) {
            ends.extend([d.quantile(p), d.isf(p)]);
        }
    }
    if discrete {
        let lowest = ends.iter().copied().fold(f64::INFINITY, f64::min);
        ends.push(lowest - 1.0); // pieces are open below
    }
    ends.retain(|x| x.is_finite());
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    ends
}

struct Sum {
    what: &'static str,
    discrete: bool,
    terms: u64,
    total: f64,
    /// The sum of absolute pieces.
    size: f64,
    /// What rounding took from the total.
    lost: f64,
}

impl Sum {
    fn piece(&mut self, from: f64, to: f64, h: &mut dyn FnMut(f64) -> f64) -> Result<f64, Error> {
        if from >= to {
            return Ok(0.0);
        }
        let (value, size) = if self.discrete {
            self.terms += (to - from) as u64;
            if self.terms > TERMS {
                return Err(Error::NotConverged { what: self.what, iterations: TERMS as usize });
            }
            whole(from, to, h)
        } else {
            adaptive(from, to, self.size, h)
        };
        if value.is_nan() {
            let found = format!("NaN between {from} and {to}");
            return Err(Error::data(self.what, found, "a quantity that is defined where there is mass"));
        }
        let next = self.total + value;
        if next.is_finite() {
            self.lost +=
                if self.total.abs() >= value.abs() { (self.total - next) + value } else { (value - next) + self.total };
        }
        self.total = next;
        self.size += size;
        Ok(size)
    }

    /// Decade after decade of a tail, until two in a row add nothing.
    fn tail(
        &mut self,
        scale: &[&dyn Univariate],
        mut end: f64,
        upper: bool,
        h: &mut dyn FnMut(f64) -> f64,
    ) -> Result<(), Error> {
        let mut idle = 0;
        for k in DECADES + 1..=FARTHEST {
            let p = 0.1f64.powi(k);
            let next = scale.iter().map(|d| if upper { d.isf(p) } else { d.quantile(p) });
            let next = if upper { next.fold(end, f64::max) } else { next.fold(end, f64::min) };
            if !next.is_finite() {
                break;
            }
            let added = match upper {
                true => self.piece(end, next, h)?,
                false if self.discrete => self.piece(next - 1.0, end, h)?,
                false => self.piece(next, end, h)?,
            };
            end = if self.discrete && !upper { next - 1.0 } else { next };
            idle = if added <= 1e-17 * self.size { idle + 1 } else { 0 };
            if idle == 2 || self.total.is_infinite() {
                break;
            }
        }
        Ok(())
    }
}

/// The sum over whole numbers above `from`, up to `to`, and that of the absolute values.
fn whole(from: f64, to: f64, h: &mut dyn FnMut(f64) -> f64) -> (f64, f64) {
    let (mut value, mut size, mut k) = (0.0, 0.0, from.floor() + 1.0);
    while k <= to {
        let term = h(k);
        (value, size) = (value + term, size + term.abs());
        k += 1.0;
    }
    (value, size)
}

/// Abscissae, weights of the 15-point rule, weights of the 7-point rule inside it (every second abscissa).
const RULE: [(f64, f64, f64); 8] = [
    (0.991_455_371_120_812_6, 0.022_935_322_010_529_224, 0.0),
    (0.949_107_912_342_758_5, 0.063_092_092_629_978_56, 0.129_484_966_168_869_7),
    (0.864_864_423_359_769_1, 0.104_790_010_322_250_19, 0.0),
    (0.741_531_185_599_394_4, 0.140_653_259_715_525_92, 0.279_705_391_489_276_64),
    (0.586_087_235_467_691_1, 0.169_004_726_639_267_9, 0.0),
    (0.405_845_151_377_397_2, 0.190_350_578_064_785_4, 0.381_830_050_505_118_9),
    (0.207_784_955_007_898_47, 0.204_432_940_075_298_89, 0.0),
    (0.0, 0.209_482_141_084_727_82, 0.417_959_183_673_469_4),
];

/// Halvings inside a piece: enough for 12 digits at a kink or a root, few enough to end where the integrand is noise.
const SPLITS: usize = 150;

/// An interval with its integral, that of the absolute value, and an estimate of the error.
struct Part {
    from: f64,
    to: f64,
    value: f64,
    absolute: f64,
    error: f64,
}

/// The integral and that of the absolute value, to a few units in the last places of `size` or of the latter: the interval
/// with the largest error is halved until all are small.
///
/// Source: the Gauss–Kronrod pair (7, 15), Kronrod 1965; strategy, abscissae and estimate of the error as QUADPACK's QAG,
/// Piessens et al. 1983.
pub(crate) fn adaptive(from: f64, to: f64, size: f64, h: &mut dyn FnMut(f64) -> f64) -> (f64, f64) {
    let mut parts = vec![kronrod(from, to, h)];
    for _ in 0..SPLITS {
        let absolute: f64 = parts.iter().map(|part| part.absolute).sum();
        let error: f64 = parts.iter().map(|part| part.error).sum();
        if error.is_nan() || error <= 4.0 * f64::EPSILON * absolute.max(size) || absolute.is_infinite() {
            break;
        }
        let worst = (1..parts.len()).fold(0, |a, b| if parts[b].error > parts[a].error { b } else { a });
        let (a, b) = (parts[worst].from, parts[worst].to);
        let middle = 0.5 * a + 0.5 * b;
        if middle <= a || middle >= b {
            parts[worst].error = 0.0; // nothing lies between
            continue;
        }
        parts[worst] = kronrod(a, middle, h);
        parts.push(kronrod(middle, b, h));
    }
    let absolute = parts.iter().map(|part| part.absolute).sum();
    (crate::data::sum(parts.iter().map(|part| part.value)), absolute)
}

fn kronrod(from: f64, to: f64, h: &mut dyn FnMut(f64) -> f64) -> Part {
    let (centre, half) = (0.5 * from + 0.5 * to, 0.5 * (to - from));
    let mut at = |x: f64| {
        let y = h(x);
        if y.is_infinite() && (x == from || x == to) { 0.0 } else { y } // a pole at an end that a place was rounded to
    };
    let sides = RULE.map(|(x, ..)| (at(centre - half * x), if x == 0.0 { 0.0 } else { at(centre + half * x) }));
    let (mut fine, mut coarse, mut absolute) = (0.0, 0.0, 0.0);
    for ((_, w, v), (left, right)) in RULE.iter().zip(sides) {
        fine += w * (left + right);
        coarse += v * (left + right);
        absolute += w * (left.abs() + right.abs());
    }
    let mean = 0.5 * fine;
    let mut spread = 0.0;
    for ((x, w, _), (left, right)) in RULE.iter().zip(sides) {
        spread += w * ((left - mean).abs() + if *x == 0.0 { 0.0 } else { (right - mean).abs() });
    }
    let gap = (fine - coarse).abs();
    let error = if spread > 0.0 { spread * (200.0 * gap / spread).powf(1.5).min(1.0) } else { gap };
    Part { from, to, value: fine * half, absolute: absolute * half, error: error * half }
}
