//! Many draws of one discrete distribution: a table of its masses once, then a word and a look each.

use super::Alias;
use super::words::fill;
use crate::Univariate;
use crate::distribution::fill_with;
use genai_core::random::{Key, Stream};

/// Mass that a table may leave out on each side, in nats: 2⁻⁶⁴, what a word of 64 bits cannot tell from nothing.
const NEGLIGIBLE: f64 = -64.0 * std::f64::consts::LN_2;
/// A table pays where it has at most this share of the draws …
const PAYS: f64 = 0.25;
/// … and fits into the second-level cache.
const MOST: f64 = 65_536.0;

/// Fills with draws of a discrete distribution by an alias table of its masses where that pays, otherwise one by one.
pub(crate) fn fill_tabled<D: Univariate>(d: &D, key: Key, out: &mut [f64], draw: impl Fn(&mut Stream) -> f64 + Sync) {
    let (first, last) = (d.quantile_ln(NEGLIGIBLE), d.isf_ln(NEGLIGIBLE));
    let n = last - first + 1.0;
    if n <= MOST && n <= PAYS * out.len() as f64 {
        let masses: Vec<f64> = (0..n as u32).map(|i| d.prob(first + f64::from(i))).collect();
        return fill(key, &Alias::new(&masses, first), out);
    }
    fill_with(key, out, draw);
}
