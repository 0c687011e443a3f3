//! Classifier-free guidance for text.

use std::fmt::{self, Debug};

use super::Source;
use crate::Error;

/// Moves logits away from those without the condition: `l ← l₀ + scale · (l − l₀)`.
///
/// At scale 1 nothing changes; above, the text follows the condition more closely than the model would.
///
/// # Errors
///
/// [`Error::Setting`] if the vocabularies differ; [`Error::Parameter`] unless the scale is finite.
///
/// # Examples
///
/// ```
/// let mut logits = [1.0, 3.0];
/// genai_sampling::token::guide(&mut logits, &[1.0, 2.0], 3.0)?;
/// assert_eq!(logits, [1.0, 5.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Sanchez et al. 2023, [arXiv:2306.17806](https://arxiv.org/abs/2306.17806), eq. 7.
pub fn guide(logits: &mut [f32], without: &[f32], scale: f32) -> Result<(), Error> {
    super::finite("guidance_scale", scale)?;
    same_length(logits.len(), without.len())?;
    for (logit, &zero) in logits.iter_mut().zip(without) {
        *logit = match (*logit, zero) {
            (l, z) if l == z => l, // −∞ in both: the difference is no number
            (l, z) => z + scale * (l - z),
        };
    }
    Ok(())
}

/// Gives guided values back some of the spread that they had before guidance.
///
/// `x ← r · x · std(conditioned) / std(x) + (1 − r) · x`, the standard deviations over the whole slices.
///
/// # Errors
///
/// [`Error::Setting`] if the lengths differ; [`Error::Parameter`] unless 0 ≤ r ≤ 1.
///
/// # Examples
///
/// ```
/// let mut guided = [-4.0, 4.0];
/// genai_sampling::token::rescale(&mut guided, &[-1.0, 1.0], 0.5)?;
/// assert_eq!(guided, [-2.5, 2.5]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Lin et al. 2023, [arXiv:2305.08891](https://arxiv.org/abs/2305.08891), eq. 15–16.
pub fn rescale(guided: &mut [f32], conditioned: &[f32], r: f32) -> Result<(), Error> {
    if !(0.0..=1.0).contains(&r) {
        return Err(Error::Parameter { name: "guidance_rescale", value: r.into(), expected: "in [0, 1]" });
    }
    same_length(guided.len(), conditioned.len())?;
    let (from, to) = (spread(guided), spread(conditioned));
    if from > 0.0 {
        let factor = (f64::from(r) * to / from + 1.0 - f64::from(r)) as f32;
        guided.iter_mut().for_each(|x| *x *= factor);
    }
    Ok(())
}

fn same_length(a: usize, b: usize) -> Result<(), Error> {
    let reason = || format!("{a} values with the condition and {b} without");
    if a == b { Ok(()) } else { Err(Error::Setting { setting: "guidance".to_owned(), reason: reason() }) }
}

/// The standard deviation.
fn spread(x: &[f32]) -> f64 {
    let n = x.len() as f64;
    let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    (x.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n).sqrt()
}

/// A source guided by another: the same text continues two prompts, one with the condition and one without.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Closure, Generate, Greedy, Guided, Options};
///
/// // After 0, token 1 is likely anyway; after 2 as well, but 3 is likelier than without.
/// let next = |tokens: &[u32]| Ok(if tokens[0] == 2 { vec![0.0, 2.0, 0.0, 1.5] } else { vec![0.0, 2.0, 0.0, 0.0] });
/// let guided = Guided::new(Closure::new(next), Closure::new(next), vec![vec![0]], 2.0)?;
/// let options = Options { select: Box::new(Greedy), maximum_new_tokens: 1, ..Options::default() };
/// let step = Generate::new(guided, &[&[2]], options).next().expect("one step")?;
/// assert_eq!(step.token, 3);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
pub struct Guided<A, B> {
    with: A,
    without: B,
    scale: f32,
    begun: bool,            // the prompts have been shown
    shadows: Vec<Vec<u32>>, // the sequences without
    zero: Vec<f32>,
}

impl<A: Source, B: Source> Guided<A, B> {
    /// Guides `with` by `without`, which sees `negative[i]` in the place of prompt i: a prompt without the condition, or its
    /// opposite.
    ///
    /// # Errors
    ///
    /// Unless the scale is finite.
    pub fn new(with: A, without: B, negative: Vec<Vec<u32>>, scale: f32) -> Result<Self, Error> {
        let scale = super::finite("guidance_scale", scale)?;
        Ok(Self { with, without, scale, begun: false, shadows: negative, zero: Vec::new() })
    }
}

impl<A: Source, B: Source> Source for Guided<A, B> {
    fn next(&mut self, rows: &[usize], sequences: &[Vec<u32>], logits: &mut Vec<f32>) -> Result<(), Error> {
        if self.shadows.len() != sequences.len() {
            let reason = format!("{} prompts without the condition for {}", self.shadows.len(), sequences.len());
            return Err(Error::Setting { setting: "guidance".to_owned(), reason });
        }
        if std::mem::replace(&mut self.begun, true) {
            let last = |row: usize| sequences[row].last().copied();
            rows.iter().for_each(|&row| self.shadows[row].extend(last(row)));
        }
        self.with.next(rows, sequences, logits)?;
        self.without.next(rows, &self.shadows, &mut self.zero)?;
        guide(logits, &self.zero, self.scale)
    }

    fn is_full(&self) -> bool {
        self.with.is_full() || self.without.is_full()
    }
}

impl<A: Debug, B: Debug> Debug for Guided<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Guided");
        shown
            .field("with", &self.with)
            .field("without", &self.without)
            .field("scale", &self.scale)
            .finish_non_exhaustive()
    }
}
