//! Mirostat: selection at a constant surprise.

use genai_core::random::Stream;

use super::Select;
use crate::Error;
use crate::token::Candidates;

/// Holds the surprise of the text near a target: tokens more surprising than a bound are removed, and the bound follows.
///
/// Removed is what has `−log₂ p > μ` (but the likeliest); then a token is drawn, and `μ ← μ − η (s − τ)` with its surprise s
/// in bits among what was left. At first μ = 2τ.
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
/// use genai_sampling::token::{Candidates, Mirostat, Select};
///
/// let mut mirostat = Mirostat::new(1.0, 0.1)?; // at first p ≥ ¼
/// let mut logits = [0.5f32, 0.3, 0.2].map(f32::ln);
/// let token = mirostat.select(&mut Candidates::new(&mut logits), &mut Key::new(0).stream())?;
/// assert!(token < 2);
/// assert!(mirostat.bound() != 2.0);
/// mirostat.rewind(1);
/// assert_eq!(mirostat.bound(), 2.0);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Basu et al. 2020, [arXiv:2007.14966](https://arxiv.org/abs/2007.14966); this is version 2 of the authors' code
/// and of llama.cpp.
#[derive(Clone, Debug, PartialEq)]
pub struct Mirostat(Feedback);

impl Mirostat {
    /// Text of `tau` bits of surprise a token, reached at the rate `eta` (usual: 5 and 0.1).
    ///
    /// # Errors
    ///
    /// Unless both are positive and finite.
    pub fn new(tau: f64, eta: f64) -> Result<Self, Error> {
        Feedback::new(tau, eta).map(Self)
    }

    /// The bound μ on the surprise of the next token, in bits.
    pub fn bound(&self) -> f64 {
        self.0.bound()
    }
}

impl Select for Mirostat {
    fn select(&mut self, candidates: &mut Candidates<'_>, random: &mut Stream) -> Result<u32, Error> {
        candidates.keep_probable((-self.bound()).exp2(), 1)?;
        self.0.draw(candidates, random)
    }

    fn rewind(&mut self, tokens: usize) {
        self.0.rewind(tokens);
    }

    fn fresh(&self) -> Box<dyn Select> {
        Box::new(Self(self.0.fresh()))
    }
}

/// Holds the surprise of the text near a target by a top-k whose k follows from a fitted law of Zipf.
///
/// The exponent ŝ of the law is estimated from the likeliest tokens; with ε = ŝ − 1 and n tokens in the vocabulary,
/// `k = (ε 2^μ / (1 − n^(−ε)))^(1/ŝ)`. Then as [`Mirostat`].
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
/// use genai_sampling::token::{Candidates, MirostatV1, Select};
///
/// let mut logits: Vec<f32> = (1..1000).map(|rank| -(rank as f32).ln()).collect(); // Zipf's law
/// let mut mirostat = MirostatV1::new(2.0, 0.1)?;
/// let token = mirostat.select(&mut Candidates::new(&mut logits), &mut Key::new(0).stream())?;
/// assert!(token < 16);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Basu et al. 2020, [arXiv:2007.14966](https://arxiv.org/abs/2007.14966), algorithm 1.
#[derive(Clone, Debug, PartialEq)]
pub struct MirostatV1(Feedback);

/// Tokens from which the exponent is estimated, as in the paper.
const ESTIMATED_FROM: usize = 100;

impl MirostatV1 {
    /// Text of `tau` bits of surprise a token, reached at the rate `eta`.
    ///
    /// # Errors
    ///
    /// Unless both are positive and finite.
    pub fn new(tau: f64, eta: f64) -> Result<Self, Error> {
        Feedback::new(tau, eta).map(Self)
    }

    /// The bound μ from which the next k follows.
    pub fn bound(&self) -> f64 {
        self.0.bound()
    }

    /// The k that follows from probabilities in descending order.
    fn k(&self, best: &[(u32, f64)], vocabulary: usize) -> usize {
        let (mut products, mut squares) = (0.0, 0.0);
        for (i, pair) in best.windows(2).enumerate() {
            let ranks = ((i + 2) as f64 / (i + 1) as f64).ln();
            products += ranks * (pair[0].1 / pair[1].1).ln();
            squares += ranks * ranks;
        }
        let exponent = products / squares;
        let epsilon = exponent - 1.0;
        // At ε = 0 the quotient has the limit 1 / ln n.
        let quotient = epsilon / (1.0 - (vocabulary as f64).powf(-epsilon));
        let quotient = if epsilon.abs() < 1e-9 { 1.0 / (vocabulary as f64).ln() } else { quotient };
        let k = (quotient * self.bound().exp2()).powf(1.0 / exponent);
        // Not a number where there is one token, or all are equally likely: then nothing is known, and nothing removed.
        if k.is_nan() { vocabulary } else { (k as usize).max(1) }
    }
}

impl Select for MirostatV1 {
    fn select(&mut self, candidates: &mut Candidates<'_>, random: &mut Stream) -> Result<u32, Error> {
        let best = candidates.ranked(ESTIMATED_FROM)?;
        candidates.keep_top(self.k(&best, candidates.vocabulary()))?;
        self.0.draw(candidates, random)
    }

    fn rewind(&mut self, tokens: usize) {
        self.0.rewind(tokens);
    }

    fn fresh(&self) -> Box<dyn Select> {
        Box::new(Self(self.0.fresh()))
    }
}

/// The loop that holds the surprise: a target, a rate, and the bounds so far, so that it can be rewound.
#[derive(Clone, Debug, PartialEq)]
struct Feedback {
    tau: f64,
    eta: f64,
    bounds: Vec<f64>,
}

impl Feedback {
    fn new(tau: f64, eta: f64) -> Result<Self, Error> {
        for (name, value) in [("mirostat_tau", tau), ("mirostat_eta", eta)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Parameter { name, value, expected: "a positive number" });
            }
        }
        Ok(Self { tau, eta, bounds: vec![2.0 * tau] })
    }

    fn fresh(&self) -> Self {
        Self { bounds: vec![2.0 * self.tau], ..*self }
    }

    fn bound(&self) -> f64 {
        *self.bounds.last().expect("the first bound stays")
    }

    /// Draws a token and learns from its surprise.
    fn draw(&mut self, candidates: &mut Candidates<'_>, random: &mut Stream) -> Result<u32, Error> {
        let token = candidates.at(random.uniform())?;
        let surprise = -candidates.log_probability(token)? / std::f64::consts::LN_2;
        self.bounds.push(self.bound() - self.eta * (surprise - self.tau));
        Ok(token)
    }

    fn rewind(&mut self, tokens: usize) {
        self.bounds.truncate(self.bounds.len().saturating_sub(tokens).max(1));
    }
}
