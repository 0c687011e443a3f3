//! A distribution and an interval, as files hold them.

use serde::{Deserialize, Serialize};

/// What [`Truncated`](super::Truncated) and [`Censored`](super::Censored) are written as; an end that is not given is infinite.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bounded<D> {
    base: D,
    lower: Option<f64>,
    upper: Option<f64>,
}

impl<D> Bounded<D> {
    pub(super) fn new(base: D, lower: f64, upper: f64) -> Self {
        let given = |end: f64| end.is_finite().then_some(end);
        Self { base, lower: given(lower), upper: given(upper) }
    }

    /// The base and the ends.
    pub(super) fn parts(self) -> (D, f64, f64) {
        (self.base, self.lower.unwrap_or(f64::NEG_INFINITY), self.upper.unwrap_or(f64::INFINITY))
    }
}
