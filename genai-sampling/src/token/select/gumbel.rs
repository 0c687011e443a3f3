//! The Gumbel-max trick, for large vocabularies.

use genai_core::random::Stream;

use super::Select;
use crate::Error;
use crate::token::Candidates;
use crate::token::scan::nth_largest;

/// A token at random, each with its probability, by the Gumbel-max trick: no softmax, no sum, no sort.
///
/// The token with the largest `logit + g`, g standard Gumbel, has the distribution of the softmax. Written with
/// `g = −ln e`, e standard exponential, it is the one with the smallest `e / weight`. Only the likely tokens get an e of
/// their own; those of the others come in ascending order, each at a random place, until even the likeliest place could not
/// win with the next. So some hundred random numbers do for 50,000 tokens, and the result is exact.
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
/// use genai_sampling::token::{Candidates, Gumbel, Select};
///
/// let mut logits = [0.0, 60.0, 0.0];
/// assert_eq!(Gumbel.select(&mut Candidates::new(&mut logits), &mut Key::new(0).stream())?, 1);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Maddison, Tarlow & Minka 2014, [arXiv:1411.0030](https://arxiv.org/abs/1411.0030); the late numbers as in
/// Mussmann, Levy & Ermon 2017, [arXiv:1707.03372](https://arxiv.org/abs/1707.03372), algorithm 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gumbel;

/// Tokens that get a random number of their own, at least, of a large vocabulary.
const LIKELY: usize = 64;

impl Select for Gumbel {
    fn select(&mut self, candidates: &mut Candidates<'_>, random: &mut Stream) -> Result<u32, Error> {
        let peak = candidates.peak()?;
        let inverse = 1.0 / f64::from(candidates.temperature);
        let weight = |value: f32| (f64::from(value - peak) * inverse).exp();
        let least = threshold(candidates);
        let likely = candidates.reaching(least);
        let values = candidates.values();
        let mut best = (f64::INFINITY, likely[0]);
        for &i in &likely {
            let score = random.exponential() / weight(values[i as usize]);
            best = if score < best.0 { (score, i) } else { best };
        }
        let (bound, others) = (weight(least), values.len() - likely.len());
        let (mut e, mut drawn) = (0.0, Vec::new());
        for left in (1..=others).rev() {
            e += random.exponential() / left as f64; // the next of the ascending exponentials
            if e / bound >= best.0 {
                break;
            }
            let i = loop {
                let i = random.below(values.len() as u64) as u32;
                if values[i as usize] < least && !drawn.contains(&i) {
                    break i;
                }
            };
            drawn.push(i);
            let score = e / weight(values[i as usize]);
            best = if score < best.0 { (score, i) } else { best };
        }
        Ok(candidates.token(best.1 as usize))
    }

    fn fresh(&self) -> Box<dyn Select> {
        Box::new(*self)
    }
}

/// A value that some likely candidates reach (all, where there are few), found in the maxima of blocks.
fn threshold(candidates: &Candidates<'_>) -> f32 {
    let maxima = &candidates.buffers.maxima;
    let count = (maxima.len() / 2).min(LIKELY);
    if count < 2 {
        return f32::NEG_INFINITY;
    }
    nth_largest(maxima, count)
}
