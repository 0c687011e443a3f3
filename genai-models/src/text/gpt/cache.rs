//! A GPT as a source of next tokens, with a cache of what it has seen.

use super::{Gpt, View};
use crate::nn::KeyValues;
use genai_core::{DType, Run, Tensor};
use genai_sampling::Error;
use genai_sampling::token::{Cache, CausalLm, Positions};

/// Keys and values of the tokens that a [`Gpt`] has seen, and its last states.
#[derive(Clone, Debug)]
pub struct GptCache {
    blocks: Vec<KeyValues>,
    rows: usize,
    last: Vec<f32>, // [rows, c]
}

impl Cache for GptCache {
    fn len(&self) -> usize {
        self.blocks.first().map_or(0, KeyValues::len)
    }

    fn truncate(&mut self, len: usize) {
        self.blocks.iter_mut().for_each(|block| block.truncate(len));
    }

    fn fork(&self) -> Self {
        self.clone()
    }

    fn reorder(&mut self, rows: &[usize]) {
        let width = self.last.len() / self.rows.max(1);
        self.last = rows.iter().flat_map(|&row| self.last[row * width..][..width].to_vec()).collect();
        self.rows = rows.len();
        self.blocks.iter_mut().for_each(|block| block.reorder(rows));
    }
}

impl Gpt {
    /// The logits that follow n more tokens `[b, n]` of `i64`: `[b, n, v]`, or `[b, 1, v]` of the last one alone. `mask`
    /// `[b, cache.len() + n]` of `bool` is false where a row is padded on the left; positions count from the first true.
    ///
    /// [`CausalLm::next`] is this on plain slices. In whatever parts the tokens come, and whatever other rows come with a
    /// row, its logits are the same to the bit.
    ///
    /// # Panics
    ///
    /// If a token lies outside the vocabulary, or there are more than the context.
    #[track_caller]
    pub fn advance(
        &self,
        tokens: &Tensor,
        mask: Option<&Tensor>,
        positions: Positions,
        cache: &mut GptCache,
        run: &Run<'_>,
    ) -> Tensor {
        let (seen, n) = (cache.len(), tokens.extent(1));
        let places = mask.map(|mask| places(mask, seen, n)); // [b, n]
        let visible = mask.map(|mask| mask.unsqueeze(1).unsqueeze(1)); // [b, 1, 1, s]
        let view = View {
            positions: places.as_ref(),
            visible: visible.as_ref(),
            past: Some(&mut cache.blocks),
            ..View::default()
        };
        let states = self.decoder.forward_with(tokens, view, run);
        let last = states.narrow(1, n - 1, 1); // [b, 1, c]
        cache.last = last.to_dtype(DType::F32).to_vec();
        cache.rows = tokens.extent(0);
        self.logits(if positions == Positions::Last { &last } else { &states }, run)
    }

    /// Whether all of it can be computed: tokens in the vocabulary, lengths that fit.
    fn check_next(&self, tokens: &[u32], mask: Option<&[bool]>, cache: &GptCache) -> Result<usize, Error> {
        let (vocabulary, context) = (self.config.vocabulary, self.config.context);
        if let Some(&token) = tokens.iter().find(|&&token| token as usize >= vocabulary) {
            return Err(Error::Token { token, vocabulary });
        }
        if cache.rows == 0 || tokens.is_empty() || !tokens.len().is_multiple_of(cache.rows) {
            return Err(Error::model(format!("{} tokens for {} rows", tokens.len(), cache.rows)));
        }
        let n = tokens.len() / cache.rows;
        let length = cache.len() + n;
        if length > context {
            return Err(Error::Context { length, context });
        }
        match mask {
            Some(mask) if mask.len() != cache.rows * length => {
                Err(Error::model(format!("a mask of {} for {} rows of {length}", mask.len(), cache.rows)))
            }
            _ => Ok(n),
        }
    }
}

/// The position of each of the last n tokens among those that are no padding, `[b, n]`.
fn places(mask: &Tensor, seen: usize, n: usize) -> Tensor {
    let (rows, length) = (mask.extent(0), seen + n);
    let mut places = Vec::with_capacity(rows * n);
    for row in mask.to_vec::<bool>().chunks_exact(length) {
        let before = row[..seen].iter().filter(|&&real| real).count() as i64;
        let counts = row[seen..].iter().scan(before, |count, &real| {
            *count += i64::from(real);
            Some((*count - 1).max(0))
        });
        places.extend(counts);
    }
    Tensor::from_vec(places, [rows, n])
}

impl CausalLm for Gpt {
    type Cache = GptCache;

    fn vocabulary(&self) -> usize {
        self.config.vocabulary
    }

    fn context(&self) -> Option<usize> {
        Some(self.config.context)
    }

    fn start(&self, rows: usize) -> GptCache {
        GptCache { blocks: vec![KeyValues::default(); self.config.layers], rows, last: Vec::new() }
    }

    fn next(
        &self,
        tokens: &[u32],
        mask: Option<&[bool]>,
        positions: Positions,
        cache: &mut GptCache,
        logits: &mut [f32],
    ) -> Result<(), Error> {
        let n = self.check_next(tokens, mask, cache)?;
        let (rows, length) = (cache.rows, cache.len() + n);
        let tokens = Tensor::from_vec(tokens.iter().map(|&token| i64::from(token)).collect(), [rows, n]);
        let mask = mask.map(|mask| Tensor::from_vec(mask.to_vec(), [rows, length]));
        let result = self.advance(&tokens, mask.as_ref(), positions, cache, &Run::infer()).to_dtype(DType::F32);
        if result.count() != logits.len() {
            return Err(Error::model(format!("{} logits asked for, there are {}", logits.len(), result.count())));
        }
        logits.copy_from_slice(&result.value().read::<f32>());
        Ok(())
    }

    fn hidden<'a>(&self, cache: &'a GptCache) -> Option<&'a [f32]> {
        (!cache.last.is_empty()).then_some(&cache.last[..])
    }
}
