//! The tokens that may come next.

use super::Sequence;
use super::nucleus::edge;
use super::scan::{BLOCK, maxima, weights};
use crate::Error;

/// The tokens that may come next, with their logits: all of them until a processor truncates, then a short list.
///
/// The vocabulary is never sorted. One pass takes the maxima of blocks of 256 logits; thresholds taken from these leave a
/// short list of candidates, and only that list is looked at closely. A temperature is kept aside as a divisor.
/// Logits of −∞ are removed tokens.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::Candidates;
///
/// let mut logits = [0.5, 2.0, 1.0];
/// let mut candidates = Candidates::new(&mut logits);
/// candidates.keep_top(2)?;
/// assert_eq!(candidates.iter().collect::<Vec<_>>(), [(1, 2.0), (2, 1.0)]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Debug)]
pub struct Candidates<'a> {
    pub(super) logits: &'a mut [f32],
    pub(super) sparse: bool, // the candidates are `buffers.tokens` and `buffers.values`, not `logits`
    pub(super) temperature: f32, // a logit is value / temperature
    pub(super) known: Option<f32>, // the largest value; `buffers.maxima` holds those of the blocks
    sequence: Sequence,
    pub(super) buffers: Buffers,
}

/// Memory that one step's candidates leave to the next, so that steps allocate nothing.
#[derive(Debug, Default)]
pub struct Buffers {
    pub(super) tokens: Vec<u32>,
    pub(super) values: Vec<f32>,
    pub(super) maxima: Vec<f32>,
    pub(super) weights: Vec<f32>, // exp(logit − maximum), once weighed
    pub(super) sums: Vec<f64>,
    pub(super) found: Vec<u32>, // positions
    pub(super) order: Vec<f32>, // values among which a rank is looked for
}

impl<'a> Candidates<'a> {
    /// All tokens of a vocabulary.
    pub fn new(logits: &'a mut [f32]) -> Self {
        Self::with_buffers(logits, Buffers::default())
    }

    /// All tokens of a vocabulary, in memory that was used before.
    pub fn with_buffers(logits: &'a mut [f32], buffers: Buffers) -> Self {
        Self { logits, sparse: false, temperature: 1.0, known: None, sequence: Sequence::default(), buffers }
    }

    /// The same candidates, as those of a sequence.
    #[must_use]
    pub fn of(self, sequence: Sequence) -> Self {
        Self { sequence, ..self }
    }

    /// The sequence that they continue.
    pub fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// The memory, for [`Candidates::with_buffers`].
    pub fn into_buffers(self) -> Buffers {
        self.buffers
    }

    /// How many candidates there are (those at −∞ included as long as nothing was truncated).
    pub fn len(&self) -> usize {
        self.values().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all tokens of the vocabulary are still here.
    pub fn is_dense(&self) -> bool {
        !self.sparse
    }

    /// Tokens of the vocabulary.
    pub fn vocabulary(&self) -> usize {
        self.logits.len()
    }

    /// Candidates and their logits, by ascending token.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.values().iter().enumerate().map(|(i, value)| (self.token(i), value / self.temperature))
    }

    /// The largest logit.
    ///
    /// # Errors
    ///
    /// If a logit is NaN or +∞, or all are −∞, or there is none.
    pub fn maximum(&mut self) -> Result<f32, Error> {
        Ok(self.peak()? / self.temperature)
    }

    /// The likeliest token, the lowest of equally likely ones.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn likeliest(&mut self) -> Result<u32, Error> {
        let peak = self.peak()?;
        let block = self.buffers.maxima.iter().position(|&x| x == peak).unwrap_or(0);
        let within = self.values()[block * BLOCK..].iter().position(|&x| x == peak);
        Ok(self.token(block * BLOCK + within.unwrap_or(0)))
    }

    /// Divides all logits by a positive number; nothing is computed until they are read.
    pub fn divide(&mut self, temperature: f32) {
        self.temperature *= temperature;
    }

    /// Changes the logits of some tokens (ascending, without repetition); those that were removed stay removed.
    ///
    /// # Errors
    ///
    /// If a token lies outside the vocabulary.
    pub fn update(&mut self, tokens: &[u32], change: impl Fn(f32) -> f32) -> Result<(), Error> {
        let vocabulary = self.vocabulary();
        if let Some(&token) = tokens.iter().find(|&&token| token as usize >= vocabulary) {
            return Err(Error::Token { token, vocabulary });
        }
        let temperature = self.temperature;
        for &token in tokens {
            if let Some(i) = self.position(token) {
                let value = &mut self.values_mut()[i];
                *value = change(*value / temperature) * temperature;
            }
        }
        self.known = None;
        Ok(())
    }

    /// Changes all logits: `change(token, logit)`.
    pub fn update_all(&mut self, mut change: impl FnMut(u32, f32) -> f32) {
        for i in 0..self.len() {
            let (token, temperature) = (self.token(i), self.temperature);
            let value = &mut self.values_mut()[i];
            *value = change(token, *value / temperature);
        }
        self.temperature = 1.0;
        self.known = None;
    }

    /// Keeps the candidates for which `keep(token, logit)`.
    pub fn retain(&mut self, mut keep: impl FnMut(u32, f32) -> bool) {
        let kept = (0..self.len()).filter(|&i| keep(self.token(i), self.values()[i] / self.temperature));
        let kept: Vec<u32> = kept.map(|i| i as u32).collect();
        self.leave(&kept);
    }

    /// Keeps the `k` likeliest, and those that are exactly as likely as the last of them.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`]; [`Error::NoCandidates`] if `k` is 0.
    pub fn keep_top(&mut self, k: usize) -> Result<(), Error> {
        self.peak()?;
        if k == 0 {
            return Err(Error::NoCandidates);
        }
        if k >= self.len() {
            return Ok(());
        }
        let mut found = std::mem::take(&mut self.buffers.found);
        let least = self.kth_largest(k, &mut found);
        found.retain(|&i| self.values()[i as usize] >= least);
        self.leave(&found);
        self.buffers.found = found;
        Ok(())
    }

    /// Keeps the candidates whose logit is at least `least`.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`]; [`Error::NoCandidates`] if none would be left.
    pub fn keep_at_least(&mut self, least: f32) -> Result<(), Error> {
        if self.maximum()? < least {
            return Err(Error::NoCandidates);
        }
        self.keep_if(least * self.temperature, 1, |_, _| true);
        Ok(())
    }

    /// Keeps the smallest set of likeliest tokens with at least the probability `p`; everything if `p` is 1 or more.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn keep_nucleus(&mut self, p: f64) -> Result<(), Error> {
        self.keep_nucleus_or(p, 1)
    }

    /// Keeps the smallest set of likeliest tokens with at least the probability `p`, or the `count` likeliest if that leaves
    /// fewer.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn keep_nucleus_or(&mut self, p: f64, count: usize) -> Result<(), Error> {
        let total = self.weigh()?;
        if p >= 1.0 {
            return Ok(());
        }
        let last = edge(self.values(), &self.buffers.weights, p * total);
        let least = self.values()[last];
        if !self.keep_if(least, count, |i, value| i as usize <= last || value > least) {
            self.keep_best(count);
        }
        Ok(())
    }

    /// Candidates and their probabilities, by ascending token.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use genai_sampling::token::Candidates;
    /// let mut logits = [0.0, 0.0, f32::NEG_INFINITY];
    /// assert_eq!(Candidates::new(&mut logits).probabilities()?, [(0, 0.5), (1, 0.5), (2, 0.0)]);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    pub fn probabilities(&mut self) -> Result<Vec<(u32, f64)>, Error> {
        let total = self.weigh()?;
        let weights = self.buffers.weights.iter().enumerate();
        Ok(weights.map(|(i, &weight)| (self.token(i), f64::from(weight) / total)).collect())
    }

    /// ln Σ exp(logit): what to subtract from a logit for a log-probability.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn log_sum_exp(&mut self) -> Result<f64, Error> {
        let total = self.weigh()?;
        Ok(f64::from(self.maximum()?) + total.ln())
    }

    /// The candidate at which the running sum of probabilities, by ascending token, exceeds `u` in [0, 1): inversion.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn at(&mut self, u: f64) -> Result<u32, Error> {
        let target = u * self.weigh()?;
        let Buffers { weights, sums, .. } = &self.buffers;
        let (mut before, mut block) = (0.0, 0);
        while block + 1 < sums.len() && before + sums[block] <= target {
            before += sums[block];
            block += 1;
        }
        let mut possible = None; // rounding may leave the sum just below the target: then the last one possible
        for (i, &weight) in weights.iter().enumerate().skip(block * BLOCK).filter(|(_, weight)| **weight > 0.0) {
            possible = Some(i);
            before += f64::from(weight);
            if before > target || i + 1 == (block + 1) * BLOCK {
                break;
            }
        }
        let last = || weights.iter().rposition(|&weight| weight > 0.0);
        possible.or_else(last).map(|i| self.token(i)).ok_or(Error::NoCandidates)
    }

    /// Writes the logits back to where they came from, −∞ for the removed ones.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn write_back(mut self) -> Result<(), Error> {
        self.peak()?;
        let (temperature, buffers) = (self.temperature, &self.buffers);
        if self.sparse {
            self.logits.fill(f32::NEG_INFINITY);
            for (&token, &value) in buffers.tokens.iter().zip(&buffers.values) {
                self.logits[token as usize] = value / temperature;
            }
        } else if temperature != 1.0 {
            self.logits.iter_mut().for_each(|value| *value /= temperature);
        }
        Ok(())
    }

    /// The token at a position.
    pub(super) fn token(&self, i: usize) -> u32 {
        if self.sparse { self.buffers.tokens[i] } else { i as u32 }
    }

    /// The position of a token.
    pub(super) fn position(&self, token: u32) -> Option<usize> {
        if self.sparse { self.buffers.tokens.binary_search(&token).ok() } else { Some(token as usize) }
    }

    /// Logits before the division.
    pub(super) fn values(&self) -> &[f32] {
        if self.sparse { &self.buffers.values } else { self.logits }
    }

    fn values_mut(&mut self) -> &mut [f32] {
        if self.sparse { &mut self.buffers.values } else { self.logits }
    }

    /// The largest value, checked.
    pub(super) fn peak(&mut self) -> Result<f32, Error> {
        if let Some(peak) = self.known {
            return Ok(peak);
        }
        let mut blocks = std::mem::take(&mut self.buffers.maxima);
        let nan = maxima(self.values(), &mut blocks);
        let peak = blocks.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        self.buffers.maxima = blocks;
        let found = |wrong: fn(&f32) -> bool| self.token(self.values().iter().position(wrong).unwrap_or(0));
        match peak {
            _ if self.vocabulary() == 0 => Err(Error::EmptyVocabulary),
            _ if nan => Err(Error::NotANumber { token: found(|x| x.is_nan()) }),
            f32::INFINITY => Err(Error::Infinite { token: found(|x| *x == f32::INFINITY) }),
            f32::NEG_INFINITY => Err(Error::NoCandidates),
            peak => {
                self.known = Some(peak);
                Ok(peak)
            }
        }
    }

    /// Computes the weights, exp(logit − maximum), and returns their sum.
    pub(super) fn weigh(&mut self) -> Result<f64, Error> {
        let peak = self.peak()?;
        let mut out = std::mem::take(&mut self.buffers.weights);
        let mut sums = std::mem::take(&mut self.buffers.sums);
        weights(self.values(), peak, self.temperature, &mut out, &mut sums);
        let total = sums.iter().sum();
        (self.buffers.weights, self.buffers.sums) = (out, sums);
        Ok(total)
    }
}
