//! Biases of sequences.

use crate::Error;
use crate::token::{Candidates, Processor};

/// Adds a bias to the last token of a sequence where the tokens before it have just come.
///
/// A sequence of one token is biased always. As in Hugging Face's transformers, where one is listed twice the last bias
/// stands.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, SequenceBias};
///
/// let bias = SequenceBias::new([(vec![0], 1.0), (vec![1, 2], -3.0), (vec![2, 3], 5.0)])?;
/// let mut logits = [0.0; 4];
/// Chain::new().then(bias).apply(&[0, 1], &mut logits)?;
/// assert_eq!(logits, [1.0, 0.0, -3.0, 0.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SequenceBias(Vec<(Vec<u32>, f32)>);

impl SequenceBias {
    /// Sequences of tokens, each with what is added to the logit; −∞ forbids.
    ///
    /// # Errors
    ///
    /// If a sequence is empty, or a bias is NaN or +∞.
    pub fn new(biases: impl IntoIterator<Item = (Vec<u32>, f32)>) -> Result<Self, Error> {
        let mut kept: Vec<(Vec<u32>, f32)> = Vec::new();
        for (sequence, bias) in biases {
            if sequence.is_empty() {
                return Err(Error::Parameter { name: "sequence_bias", value: 0.0, expected: "a length of at least 1" });
            }
            if bias.is_nan() || bias == f32::INFINITY {
                let expected = "a number below +∞";
                return Err(Error::Parameter { name: "sequence_bias", value: bias.into(), expected });
            }
            kept.retain(|(known, _)| *known != sequence);
            kept.push((sequence, bias));
        }
        Ok(Self(kept))
    }
}

impl Processor for SequenceBias {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        for (sequence, bias) in &self.0 {
            let (last, before) = sequence.split_last().expect("no sequence is empty");
            let complete = tokens.ends_with(before);
            candidates.update(&[*last], |logit| if complete { logit + bias } else { logit })?;
        }
        Ok(())
    }
}
