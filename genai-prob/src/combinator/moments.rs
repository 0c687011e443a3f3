//! Central moments, and how those of parts add up.

use super::expectation::expectation;
use crate::Univariate;

/// The mean and the central moments of order two to four.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
    pub(crate) third: f64,
    pub(crate) fourth: f64,
}

impl Moments {
    /// Those of a single value.
    pub(crate) fn of_value(mean: f64) -> Self {
        Self { mean, variance: 0.0, third: 0.0, fourth: 0.0 }
    }

    /// Those of a distribution, from its own formulas.
    pub(crate) fn of<D: Univariate + ?Sized>(d: &D) -> Self {
        let (mean, variance) = (d.mean(), d.variance());
        if variance == 0.0 {
            return Self::of_value(mean);
        }
        let third = d.skewness() * variance * variance.sqrt();
        Self { mean, variance, third, fourth: (d.kurtosis() + 3.0) * variance * variance }
    }

    /// Those of g(X), by integrals.
    pub(crate) fn by_integral<D: Univariate + ?Sized>(d: &D, g: impl Fn(f64) -> f64) -> Self {
        let mean = expectation(d, &g);
        let central = |order: i32| expectation(d, |x| (g(x) - mean).powi(order));
        Self { mean, variance: central(2), third: central(3), fourth: central(4) }
    }

    /// Those of a draw from one of the parts, chosen by its weight.
    pub(crate) fn pooled(parts: &[(f64, Self)]) -> Self {
        let over = |f: &dyn Fn(&Self) -> f64| crate::data::sum(parts.iter().map(|(w, part)| w * f(part)));
        let mean = over(&|part| part.mean);
        let variance = over(&|part| part.variance + (part.mean - mean).powi(2));
        let third = over(&|part| {
            let off = part.mean - mean;
            part.third + 3.0 * off * part.variance + off.powi(3)
        });
        let fourth = over(&|part| {
            let off = part.mean - mean;
            part.fourth + 4.0 * off * part.third + 6.0 * off * off * part.variance + off.powi(4)
        });
        Self { mean, variance, third, fourth }
    }

    pub(crate) fn skewness(&self) -> f64 {
        self.third / (self.variance * self.variance.sqrt())
    }

    pub(crate) fn kurtosis(&self) -> f64 {
        self.fourth / self.variance / self.variance - 3.0
    }
}

/// The methods of [`Univariate`] that follow from a `moments()` of the type's own.
macro_rules! by_moments {
    () => {
        fn mean(&self) -> f64 {
            self.moments().mean
        }

        fn variance(&self) -> f64 {
            self.moments().variance
        }

        fn skewness(&self) -> f64 {
            self.moments().skewness()
        }

        fn kurtosis(&self) -> f64 {
            self.moments().kurtosis()
        }
    };
}

pub(crate) use by_moments;
