//! Where a parameter may lie.

use crate::Error;

/// The largest count that f64 holds together with its neighbours: 2⁵³.
pub(crate) const MOST: f64 = 9_007_199_254_740_992.0;

/// The values that a parameter may take.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Domain {
    /// Any finite number.
    Finite,
    /// Finite and above 0.
    Positive,
    /// Finite and at least 0.
    NonNegative,
    /// From 0 to 1, both included.
    Probability,
    /// Between 0 and 1, both excluded.
    OpenProbability,
    /// Above 0, at most 1.
    PositiveProbability,
    /// A whole number from 0 to 2⁵³.
    Count,
    /// A whole number from 1 to 2⁵³.
    PositiveCount,
    /// A whole number of absolute value up to 2⁵³.
    Whole,
    /// Finite and above the number.
    Above(f64),
}

impl Domain {
    /// Whether the value may be taken; never for NaN and infinities.
    pub fn contains(self, x: f64) -> bool {
        let whole = x.fract() == 0.0 && x.abs() <= MOST;
        x.is_finite()
            && match self {
                Self::Finite => true,
                Self::Positive => x > 0.0,
                Self::NonNegative => x >= 0.0,
                Self::Probability => (0.0..=1.0).contains(&x),
                Self::OpenProbability => 0.0 < x && x < 1.0,
                Self::PositiveProbability => 0.0 < x && x <= 1.0,
                Self::Count => x >= 0.0 && whole,
                Self::PositiveCount => x >= 1.0 && whole,
                Self::Whole => whole,
                Self::Above(bound) => x > bound,
            }
    }

    /// The domain in words.
    pub fn words(self) -> String {
        match self {
            Self::Finite => "a finite number".into(),
            Self::Positive => "a positive number".into(),
            Self::NonNegative => "a number of at least 0".into(),
            Self::Probability => "a number from 0 to 1".into(),
            Self::OpenProbability => "a number between 0 and 1, both excluded".into(),
            Self::PositiveProbability => "a number above 0, at most 1".into(),
            Self::Count => "a whole number from 0 to 2^53".into(),
            Self::PositiveCount => "a whole number from 1 to 2^53".into(),
            Self::Whole => "a whole number from -2^53 to 2^53".into(),
            Self::Above(bound) => format!("a finite number above {bound}"),
        }
    }

    /// An error unless the value may be taken.
    pub(crate) fn check(self, distribution: &'static str, name: &'static str, value: f64) -> Result<(), Error> {
        if self.contains(value) { Ok(()) } else { Err(Error::parameter(distribution, name, value, self.words())) }
    }
}

/// A parameter of a family.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name, that of the field.
    pub name: &'static str,
    /// Where it may lie.
    pub domain: Domain,
}

impl Parameter {
    #[doc(hidden)]
    pub const fn new(name: &'static str, domain: Domain) -> Self {
        Self { name, domain }
    }
}
