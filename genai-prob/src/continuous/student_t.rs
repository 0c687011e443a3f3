//! Student's t distribution.

use super::gamma::ln_of;
use crate::family::{common, family};
use crate::newton::{likelihood, maximise};
use crate::special::formula::ln_gamma_half_step;
use crate::special::{Double, Side, beta_lower_at_zero, beta_quantile, beta_tail, digamma_double, ln_beta_double};
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{LN_2, PI};

family! {
    /// The mean of a few normal values, measured in their own standard error: bell-shaped, with tails that expect outliers.
    ///
    /// | | |
    /// |---|---|
    /// | density | Γ((ν+1)/2) / (Γ(ν/2) √(νπ) σ) (1 + z²/ν)^(−(ν+1)/2), z = (x − μ)/σ |
    /// | mean, variance | μ for ν > 1, σ² ν/(ν − 2) for ν > 2 |
    /// | maximum likelihood | Newton on μ, ln σ, ln ν from quartiles |
    ///
    /// Values against mpmath for ν from 10⁻³ to 10¹⁰, to |z| = 10³⁰⁰: relative error of density and distribution function
    /// ≤ 2·10⁻¹⁴.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::StudentT};
    ///
    /// let cauchy = StudentT::new(1.0, 0.0, 1.0)?;
    /// approx::assert_relative_eq!(cauchy.quantile(0.75), 1.0, max_relative = 1e-14);
    /// assert_eq!(cauchy.variance().is_nan(), true);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    ///
    /// Source of the draws: a normal over the root of a gamma value.
    pub struct StudentT: Continuous {
        /// ν, degrees of freedom.
        df: Positive,
        /// μ, the centre.
        loc: Finite,
        /// σ, the scale.
        scale: Positive,
    }
    prepared 5 drawn by Gamma(0.5 * df)
}

impl Density<3, 5> for StudentT {
    const NAME: &'static str = "StudentT";

    #[inline(always)]
    fn prepare<R: Real>([df, loc, scale]: [R; 3]) -> [R; 5] {
        let half = R::lit(0.5);
        let constant = ln_gamma_half_step(half * df) - half * (df.ln() + R::lit(PI.ln())) - scale.ln();
        [loc, scale, R::lit(1.0) / df.sqrt(), half * (df + R::lit(1.0)), constant]
    }

    #[inline(always)]
    fn ln_density<R: Real>([loc, scale, root, power, constant]: [R; 5], x: R) -> R {
        // Only the square of it near the centre, where |w| has a kink.
        let w = (x - loc) / scale * root;
        let far = R::lit(1e10).lt(w.abs());
        let near = R::select(far, R::lit(1.0), w);
        let distant = R::select(far, w.abs(), R::lit(1.0));
        constant - power * R::select(far, R::lit(2.0) * distant.ln(), (near * near).ln_1p())
    }
}

impl StudentT {
    /// (x − μ)/σ.
    fn z(&self, x: f64) -> Double {
        Double::sum(x, -self.loc) / self.scale
    }

    /// ln P(T < −|z|), as a side of ½ I.
    fn ln_tail(&self, z: Double) -> f64 {
        let half = 0.5 * self.df;
        let size = Double { hi: z.hi.abs(), lo: z.lo * z.hi.signum() };
        let ratio = size / self.df * size; // z²/ν
        if size.hi > 1e140 || ratio.hi > 1e40 {
            let ln_x = Double::from(self.df).ln() - size.ln().scale(2.0);
            return beta_lower_at_zero(half, 0.5, ln_x).ln_of(Side::Lower) - LN_2;
        }
        let whole = ratio + 1.0;
        beta_tail(half, 0.5, Double::ONE / whole, ratio / whole).ln_of(Side::Lower) - LN_2
    }

    /// P(T < −|z|).
    fn tail(&self, z: Double) -> f64 {
        let half = 0.5 * self.df;
        let size = Double { hi: z.hi.abs(), lo: z.lo * z.hi.signum() };
        let ratio = size / self.df * size;
        if size.hi > 1e140 || ratio.hi > 1e40 {
            let ln_x = Double::from(self.df).ln() - size.ln().scale(2.0);
            return 0.5 * beta_lower_at_zero(half, 0.5, ln_x).of(Side::Lower);
        }
        let whole = ratio + 1.0;
        0.5 * beta_tail(half, 0.5, Double::ONE / whole, ratio / whole).of(Side::Lower)
    }

    /// |z| with P(T < −|z|) = p ≤ ½.
    fn distance(&self, ln_p: Double) -> f64 {
        let doubled = ln_p + Double { hi: LN_2, lo: 2.3190468138462996e-17 };
        let doubled = if doubled.hi > 0.0 { Double::ZERO } else { doubled };
        let point = beta_quantile(0.5 * self.df, 0.5, doubled, Side::Lower);
        if point.logit < -600.0 {
            return (0.5 * (self.df.ln() - point.logit)).exp();
        }
        (point.y / point.x * self.df).value().sqrt()
    }

    fn at(&self, z: f64) -> f64 {
        self.loc + self.scale * z
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let half = 0.5 * self.df;
        let z = sample::standard_normal(rng);
        let ratio = if self.df > 1.0 {
            (half / self.sampler.draw(rng)).sqrt()
        } else {
            (0.5 * (half.ln() - self.sampler.draw_ln(rng))).exp()
        };
        self.at(z * ratio).clamp(-f64::MAX, f64::MAX)
    }

    fn quantile_of(&self, ln_p: Double, below: bool) -> f64 {
        if ln_p.hi.is_nan() {
            return f64::NAN;
        }
        let sign = if below { -1.0 } else { 1.0 };
        if ln_p.hi > -LN_2 {
            let rest = (-ln_p.value().exp_m1()).min(0.5);
            return self.at(-sign * self.distance(Double::from(rest).ln()));
        }
        self.at(sign * self.distance(ln_p))
    }
}

impl Univariate for StudentT {
    common!();

    fn support(&self) -> Support {
        Support::reals(f64::NEG_INFINITY, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        let z = self.z(x);
        let w = z / Double::from(self.df).hi * z;
        if w.hi > 1e30 || z.hi.abs() > 1e140 {
            return self.ln_prob(x).exp();
        }
        let constant = ln_beta_double(0.5 * self.df, 0.5) + Double::from(self.df).ln().scale(0.5);
        let power = w.ln_1p() * Double::sum(self.df, 1.0).scale(0.5);
        (-power - constant - Double::from(self.scale).ln()).exp()
    }

    fn cdf(&self, x: f64) -> f64 {
        let z = self.z(x);
        if z.hi < 0.0 { self.tail(z) } else { 1.0 - self.tail(z) }
    }

    fn sf(&self, x: f64) -> f64 {
        let z = self.z(x);
        if z.hi > 0.0 { self.tail(z) } else { 1.0 - self.tail(z) }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        let z = self.z(x);
        if z.hi < 0.0 { self.ln_tail(z) } else { (-self.tail(z)).ln_1p() }
    }

    fn ln_sf(&self, x: f64) -> f64 {
        let z = self.z(x);
        if z.hi > 0.0 { self.ln_tail(z) } else { (-self.tail(z)).ln_1p() }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.quantile_of(ln_of(p), true)
    }

    fn isf(&self, q: f64) -> f64 {
        self.quantile_of(ln_of(q), false)
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.quantile_of(Double::from(ln_p.min(0.0)), true)
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.quantile_of(Double::from(ln_q.min(0.0)), false)
    }

    fn mean(&self) -> f64 {
        if self.df > 1.0 { self.loc } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        match self.df {
            df if df > 2.0 => self.scale * self.scale * (df / (df - 2.0)),
            df if df > 1.0 => f64::INFINITY,
            _ => f64::NAN,
        }
    }

    fn skewness(&self) -> f64 {
        if self.df > 3.0 { 0.0 } else { f64::NAN }
    }

    fn kurtosis(&self) -> f64 {
        match self.df {
            df if df > 4.0 => 6.0 / (df - 4.0),
            df if df > 2.0 => f64::INFINITY,
            _ => f64::NAN,
        }
    }

    fn mode(&self) -> f64 {
        self.loc
    }

    fn median(&self) -> f64 {
        self.loc
    }

    fn entropy(&self) -> f64 {
        let half = Double::from(0.5 * self.df);
        let upper = half + 0.5;
        let spread = (digamma_double(upper) - digamma_double(half)) * upper;
        let scale = Double::from(self.df).ln().scale(0.5) + Double::from(self.scale).ln();
        (spread + ln_beta_double(0.5 * self.df, 0.5) + scale).value()
    }
}

impl Fit for StudentT {
    /// Normal data have no maximum at a finite ν: past 10⁶ the fit says so.
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "StudentT::fit";
        let total = data::checked(what, data, weights, Support::reals(f64::NEG_INFINITY, f64::INFINITY))?;
        let (centre, spread) = middle(data, weights);
        if !(spread > 0.0 && spread.is_finite()) {
            return Err(Error::data(what, "values most of which are equal", "values that vary"));
        }
        let parameters = |u: &[f64; 3]| [u[0].min(40.0).exp(), centre + spread * u[1], spread * u[2].exp()];
        let [df, loc, scale] = maximise(what, [4f64.ln(), 0.0, -0.1], |u| {
            let [df, loc, scale] = parameters(u);
            let standard: Vec<f64> = data.iter().map(|x| (x - loc) / scale).collect();
            // around loc 0 and scale 1 the gradient by loc is that of `likelihood` by a loc of 1 at data moved by 1
            let moved: Vec<f64> = standard.iter().map(|z| z + 1.0).collect();
            let (value, g) = likelihood::<Self, 3, 5>(&moved, weights, total, [df, 1.0, 1.0]);
            (value - scale.ln(), [g[0], g[1] * spread / scale, g[2]])
        })
        .map(|u| parameters(&u))?;
        if df > 1e6 {
            return Err(Error::data(what, "tails no heavier than a normal distribution's", "heavier ones"));
        }
        Self::new(df, loc, scale)
    }
}

/// Weighted median and half the distance of the quartiles.
fn middle(data: &[f64], weights: &[f64]) -> (f64, f64) {
    let mut order: Vec<usize> = (0..data.len()).filter(|i| weights[*i] > 0.0).collect();
    order.sort_by(|i, j| data[*i].total_cmp(&data[*j]));
    let total: f64 = order.iter().map(|i| weights[*i]).sum();
    let at = |share: f64| {
        let mut left = share * total;
        let found = order.iter().find(|i| {
            left -= weights[**i];
            left <= 0.0
        });
        found.or(order.last()).map_or(0.0, |i| data[*i])
    };
    (at(0.5), 0.5 * (at(0.75) - at(0.25)))
}
