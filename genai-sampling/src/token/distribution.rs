//! What the distribution over the candidates says: entropy, ranks, and removal by probability.

use super::Candidates;
use super::nucleus::{crossing, descending};
use super::scan::weighted;
use crate::Error;

impl Candidates<'_> {
    /// Entropy in nats, `−Σ p ln p`.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use genai_sampling::token::Candidates;
    /// let mut logits = [1.0; 8];
    /// assert!((Candidates::new(&mut logits).entropy()? - 8f64.ln()).abs() < 1e-6);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    pub fn entropy(&mut self) -> Result<f64, Error> {
        let total = self.weigh()?;
        let peak = self.peak()?;
        let sum = weighted(self.values(), peak, &self.buffers.weights);
        Ok((total.ln() - sum / f64::from(self.temperature) / total).max(0.0))
    }

    /// The `n` likeliest candidates and their probabilities, the likeliest first, the lower token first where they are
    /// equal; fewer if there are fewer with a probability.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use genai_sampling::token::Candidates;
    /// let mut logits = [0.0, f32::NEG_INFINITY, 0.0, 0.0, -90.0];
    /// let best = Candidates::new(&mut logits).ranked(2)?;
    /// assert_eq!(best, [(0, 1.0 / 3.0), (2, 1.0 / 3.0)]);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    pub fn ranked(&mut self, n: usize) -> Result<Vec<(u32, f64)>, Error> {
        let total = self.weigh()?;
        let best = self.order(n);
        let probability = |i: &u32| (self.token(*i as usize), f64::from(self.buffers.weights[*i as usize]) / total);
        Ok(best.iter().map(probability).filter(|(_, p)| *p > 0.0).collect())
    }

    /// ln p of a candidate; −∞ if it was removed.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`]; [`Error::Token`] if it lies outside the vocabulary.
    pub fn log_probability(&mut self, token: u32) -> Result<f64, Error> {
        let vocabulary = self.vocabulary();
        if token as usize >= vocabulary {
            return Err(Error::Token { token, vocabulary });
        }
        let total = self.log_sum_exp()?;
        let logit = self.position(token).map(|i| self.values()[i] / self.temperature);
        Ok(logit.map_or(f64::NEG_INFINITY, |logit| f64::from(logit) - total))
    }

    /// Keeps the candidates whose logit is at least `least`, or the `count` likeliest, and those exactly as likely as the last of
    /// them, if that leaves fewer.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn keep_at_least_or(&mut self, least: f64, count: usize) -> Result<(), Error> {
        self.peak()?;
        let enough = self.keep_if((least * f64::from(self.temperature)) as f32, count, |_, _| true);
        if enough { Ok(()) } else { self.keep_top(count) }
    }

    /// Keeps the candidates that are at least `share` times as likely as the likeliest one, or the `count` likeliest if that
    /// leaves fewer.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn keep_near(&mut self, share: f64, count: usize) -> Result<(), Error> {
        let least = f64::from(self.maximum()?) + share.ln();
        if !self.keep_if((least * f64::from(self.temperature)) as f32, count, |_, _| true) {
            self.keep_best(count);
        }
        Ok(())
    }

    /// Keeps the candidates of at least a probability, or the `count` likeliest, and those exactly as likely as the last of
    /// them, if that leaves fewer.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn keep_probable(&mut self, probability: f64, count: usize) -> Result<(), Error> {
        let least = self.log_sum_exp()? + probability.ln();
        self.keep_at_least_or(least, count)
    }

    /// Leaves these tokens alone, as likely as each other, whatever their logits were.
    ///
    /// # Errors
    ///
    /// [`Error::Token`] if one lies outside the vocabulary; [`Error::NoCandidates`] if there is none.
    pub fn force(&mut self, tokens: &[u32]) -> Result<(), Error> {
        let vocabulary = self.vocabulary();
        if let Some(&token) = tokens.iter().find(|&&token| token as usize >= vocabulary) {
            return Err(Error::Token { token, vocabulary });
        }
        let mut tokens = tokens.to_vec();
        tokens.sort_unstable();
        tokens.dedup();
        if tokens.is_empty() {
            return Err(Error::NoCandidates);
        }
        self.replace(tokens);
        Ok(())
    }

    /// Keeps the tokens whose surprise −ln p is nearest to the entropy, up to the first sum of probabilities of at least
    /// `mass`, and those as near as the last of them; the `count` nearest if that leaves fewer.
    ///
    /// # Errors
    ///
    /// As [`Candidates::maximum`].
    pub fn keep_typical(&mut self, mass: f64, count: usize) -> Result<(), Error> {
        let entropy = self.entropy()?;
        if mass >= 1.0 {
            return Ok(());
        }
        let (total, peak) = (self.weigh()?, self.peak()?);
        let mean = total.ln() - entropy; // of ln weight: the entropy is that of −ln p = ln total − ln weight
        let distance = |value: f32| (f64::from(value - peak) / f64::from(self.temperature) - mean).abs() as f32;
        let weights = self.buffers.weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
        let mut nearest: Vec<(f32, u32)> = weights.map(|(i, _)| (distance(self.values()[i]), i as u32)).collect();
        let weight = |i: u32| f64::from(self.buffers.weights[i as usize]);
        let farthest = crossing(&mut nearest, weight, mass * total);
        let within = |(d, _): &(f32, u32)| *d <= farthest;
        if nearest.iter().filter(|pair| within(pair)).count() >= count {
            nearest.retain(within);
        } else {
            nearest.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            nearest.truncate(count);
        }
        let mut kept: Vec<u32> = nearest.into_iter().map(|(_, i)| i).collect();
        kept.sort_unstable();
        self.leave(&kept);
        Ok(())
    }

    /// Positions of the `n` largest values, the largest first; the peak must be known.
    pub(super) fn order(&mut self, n: usize) -> Vec<u32> {
        let n = n.min(self.len());
        if n == 0 {
            return Vec::new();
        }
        let mut best = Vec::new();
        self.kth_largest(n, &mut best);
        let values = self.values();
        best.sort_unstable_by(|&a, &b| descending(&values[a as usize], &values[b as usize]).then(a.cmp(&b)));
        best.truncate(n);
        best
    }
}
