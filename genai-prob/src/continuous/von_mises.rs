//! The von Mises distribution.

use super::standardised::size;
use crate::family::{common, family};
use crate::special::{Double, integrate};
use crate::{Density, Error, Fit, Support, Univariate, data, invert, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{LN_2, PI, TAU};

/// What π lacks.
const PI_LOW: f64 = 1.224_646_799_147_353_2e-16;

family! {
    /// The bell on a circle: wind directions, times of day, angles of bonds.
    ///
    /// | | |
    /// |---|---|
    /// | density | exp(κ cos(x − μ)) / (2π I₀(κ)), μ − π ≤ x ≤ μ + π |
    /// | mean, variance | μ, by quadrature; [circular](Self::circular_variance) 1 − I₁(κ)/I₀(κ) |
    /// | maximum likelihood | the direction of the mean vector, and the κ that gives its length |
    ///
    /// As a distribution of a number it lives on the turn from μ − π to μ + π. The fit takes any angles and counts them
    /// modulo whole turns, as does the formula for tensors. The tails are integrated from the point outwards and keep their
    /// digits for κ from 0 to 10¹⁰.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::VonMises};
    ///
    /// let wind = VonMises::new(0.5, 20.0)?;
    /// approx::assert_relative_eq!(wind.sf(3.0), 3.9876789625197515e-17, max_relative = 1e-13);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct VonMises: Continuous {
        /// μ, the mean direction, in radians.
        loc: Finite,
        /// κ: 0 is uniform on the circle, large is nearly normal of variance 1/κ.
        concentration: NonNegative,
    }
    prepared 3
}

impl Density<2, 3> for VonMises {
    const NAME: &'static str = "VonMises";

    #[inline(always)]
    fn prepare<R: Real>([loc, concentration]: [R; 2]) -> [R; 3] {
        [loc, concentration, concentration.bessel_i0e().ln() + R::lit(TAU.ln())]
    }

    #[inline(always)]
    fn ln_density<R: Real>([loc, concentration, ln_norm]: [R; 3], x: R) -> R {
        let sine = (R::lit(0.5) * (x - loc)).sin();
        R::lit(-2.0) * concentration * sine * sine - ln_norm // cos d − 1 = −2 sin²(d/2)
    }
}

impl Univariate for VonMises {
    common!(draw);

    fn support(&self) -> Support {
        Support::reals(self.loc - PI, self.loc + PI)
    }

    fn ln_prob(&self, x: f64) -> f64 {
        if self.within(x) { Self::ln_density(self.prepared, x) } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        let tail = self.ln_tail(x).exp();
        if x < self.loc { tail } else { 1.0 - tail }
    }

    fn sf(&self, x: f64) -> f64 {
        let tail = self.ln_tail(x).exp();
        if x < self.loc { 1.0 - tail } else { tail }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        let ln_tail = self.ln_tail(x);
        if x < self.loc { ln_tail } else { (-ln_tail.exp()).ln_1p() }
    }

    fn ln_sf(&self, x: f64) -> f64 {
        let ln_tail = self.ln_tail(x);
        if x < self.loc { (-ln_tail.exp()).ln_1p() } else { ln_tail }
    }

    fn quantile(&self, p: f64) -> f64 {
        if p == 0.5 { self.loc } else { invert::quantile(self, p) }
    }

    fn isf(&self, q: f64) -> f64 {
        if q == 0.5 { self.loc } else { invert::isf(self, q) }
    }

    fn mean(&self) -> f64 {
        self.loc
    }

    fn variance(&self) -> f64 {
        self.average(|t| t * t)
    }

    fn skewness(&self) -> f64 {
        0.0
    }

    fn kurtosis(&self) -> f64 {
        let std = self.std();
        self.average(|t| (t / std).powi(4)) - 3.0
    }

    fn mode(&self) -> f64 {
        self.loc
    }

    fn median(&self) -> f64 {
        self.loc
    }

    fn entropy(&self) -> f64 {
        self.prepared[2] + self.concentration * self.circular_variance()
    }
}

impl VonMises {
    /// 1 − E cos(X − μ) = 1 − I₁(κ)/I₀(κ), from 0 (one direction) to 1 (all alike); without cancellation.
    pub fn circular_variance(&self) -> f64 {
        self.average(|t| 2.0 * (0.5 * t).sin().powi(2))
    }

    /// Whether x is on the turn around μ, whose ends are no f64.
    fn within(&self, x: f64) -> bool {
        let rest = Double { hi: PI, lo: PI_LOW } - size(Double::sum(x, -self.loc));
        rest.value() >= 0.0 || self.support().contains(x)
    }

    /// ln P(|X − μ| > d)/2, the probability beyond x on its side of μ.
    fn ln_tail(&self, x: f64) -> f64 {
        let d = size(Double::sum(x, -self.loc));
        let rest = (Double { hi: PI, lo: PI_LOW } - d).value();
        if rest <= 0.0 || d.hi.is_nan() || x >= self.support().upper {
            return f64::NEG_INFINITY;
        }
        let (d, kappa) = (d.value(), self.concentration);
        let sine = (0.5 * d).sin();
        let integral = self.integral(d, rest, |_| 1.0);
        if d == 0.0 { -LN_2 } else { (integral.ln() - self.prepared[2] - 2.0 * kappa * sine * sine).min(-LN_2) }
    }

    /// ∫ g(t) e^(κ cos t − κ cos d) dt from d over `rest` to π; what lies beyond e^(−40) is left out.
    fn integral(&self, d: f64, rest: f64, g: impl Fn(f64) -> f64) -> f64 {
        let kappa = self.concentration;
        let square = (0.5 * d).sin().powi(2) + 20.0 / kappa;
        let end = if square < 1.0 { (2.0 * square.sqrt().asin() - d).clamp(0.0, rest) } else { rest };
        let end = if end > 0.0 { end } else { rest };
        // cos d − cos t = 2 sin(s/2) sin(d + s/2) for t = d + s
        let integrand = |s: f64| (-2.0 * kappa * (0.5 * s).sin() * (d + 0.5 * s).sin()).exp() * g(d + s);
        let quarter = 0.25 * end;
        (0..4).map(|k| integrate(integrand, f64::from(k) * quarter, f64::from(k + 1) * quarter)).sum()
    }

    /// E g(|X − μ|).
    fn average(&self, g: impl Fn(f64) -> f64) -> f64 {
        self.integral(0.0, PI, g) / self.integral(0.0, PI, |_| 1.0)
    }

    /// A Cauchy proposal for the tangent of half the angle, accepted at least 2 of 3 times.
    ///
    /// Source: the wrapped Cauchy envelope of Best & Fisher 1979, *Efficient simulation of the von Mises distribution*, with
    /// its scale γ² = 1/(1 + 4κ) and in the tangent, which keeps small angles exact for large κ.
    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let kappa = self.concentration;
        let scale = 1.0 / (1.0 + 4.0 * kappa); // γ²
        let best = (0.25 / kappa).min(1.0); // the s = sin²(d/2) of the highest ratio
        let ratio = |s: f64| scale + (1.0 - scale) * s;
        loop {
            let tangent = scale.sqrt() / (PI * (sample::open_uniform(rng) - 0.5)).tan();
            let s = (tangent / tangent.hypot(1.0)).powi(2);
            let ln_accept = (ratio(s) / ratio(best)).ln() - 2.0 * kappa * (s - best);
            if -sample::standard_exponential(rng) <= ln_accept {
                return (self.loc + 2.0 * tangent.atan()).clamp(self.loc - PI, self.loc + PI);
            }
        }
    }
}

impl Fit for VonMises {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let reals = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked("VonMises::fit", data, weights, reals)?;
        let weighted = |g: &dyn Fn(f64) -> f64| data::sum(data.iter().zip(weights).map(|(x, w)| w * g(*x)));
        let loc = weighted(&f64::sin).atan2(weighted(&f64::cos));
        let spread = weighted(&|x| 2.0 * (0.5 * (x - loc)).sin().powi(2)) / total;
        if spread <= 0.0 {
            return Err(Error::data("VonMises::fit", "angles that are all the same", "some spread"));
        }
        let member = |concentration| Self::new(loc, concentration);
        let narrow = |kappa: f64| member(kappa).is_ok_and(|d| d.circular_variance() <= spread);
        member(invert::smallest(Support::reals(0.0, f64::MAX), narrow))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use genai_core::random::Key;

    #[test]
    fn a_fit_counts_angles_modulo_whole_turns() {
        for (concentration, tolerance) in [(0.7, 0.05), (20.0, 0.6), (1e8, 3e6)] {
            let mut angles = vec![0.0; 20_000];
            VonMises::new(3.0, concentration).expect("valid").fill(Key::new(5), &mut angles);
            let turned: Vec<f64> = angles.iter().map(|x| x.rem_euclid(TAU)).collect();
            for data in [&angles, &turned] {
                let fit = VonMises::fit(data).expect("the angles differ");
                assert!((fit.loc() - 3.0).abs() < 6.0 / (20_000.0 * concentration / 2.0).sqrt(), "{fit}");
                assert!((fit.concentration() - concentration).abs() < 2.0 * tolerance, "{fit}");
            }
        }
    }
}
