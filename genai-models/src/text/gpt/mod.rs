//! GPT-2 and its kin.

mod cache;
mod config;
mod pretrained;

pub use cache::GptCache;
pub use config::GptConfig;

use super::decoder::{Decoder, View};
use crate::nn::{Linear, LinearConfig, WeightLayout};
use genai_core::{Init, Params, Run, Tensor};

/// GPT-2: a language model that reads tokens from left to right and says which one comes next.
///
/// ```text
/// tokens [b, t] → embeddings of tokens and positions → blocks → norm → logits [b, t, v]
/// ```
///
/// Parameters are those of Hugging Face's `GPT2LMHeadModel`: `transformer.wte.weight` `[v, c]`, `transformer.wpe.weight`,
/// `transformer.h.0.ln_1.weight`, `transformer.h.0.attn.c_attn.weight` `[c, 3 c]`, …, `transformer.ln_f.bias`, and
/// `lm_head.weight` `[v, c]` where the head is not tied to the embedding. Fresh weights are normal with the
/// configuration's standard deviation, those in front of a residual sum divided by √(2 · layers); biases start at 0,
/// gains at 1.
///
/// Folders of Hugging Face are [read](Self::from_pretrained) and [written](Self::save_pretrained); texts are generated with
/// [`generate_model`](genai_sampling::token::generate_model).
///
/// Logits, states, attention weights, gradients, a training run and greedy texts were compared with PyTorch's through
/// `transformers` 5.23.
///
/// ```
/// use genai_core::{Params, Run, Tensor, random::Key};
/// use genai_models::text::gpt::{Gpt, GptConfig};
///
/// let config = GptConfig { vocabulary: 10, context: 8, width: 16, layers: 2, heads: 2, ..GptConfig::default() };
/// let model = Gpt::new(&config, &Params::new(Key::new(1)));
/// let logits = model.forward(&Tensor::from([[1_i64, 2, 3]]), &Run::infer());
/// assert_eq!(logits.shape(), [1, 3, 10]);
/// ```
///
/// Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
#[derive(Clone, Debug)]
pub struct Gpt {
    config: GptConfig,
    params: Params,
    decoder: Decoder,
    head: Option<Linear>,
}

/// A look inside a [`Gpt`]: what [`Gpt::inspect`] returns.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Logits, `[b, t, v]`.
    pub logits: Tensor,
    /// The embedded tokens, the states behind each block but the last, and those behind the last norm, `[b, t, c]` each.
    pub states: Vec<Tensor>,
    /// The attention weights of each block, `[b, h, t, t]`.
    pub attention: Vec<Tensor>,
}

impl Gpt {
    /// With the parameters that `params` gives.
    ///
    /// # Panics
    ///
    /// If the configuration does not [check](GptConfig::check), naming the setting.
    #[track_caller]
    pub fn new(config: &GptConfig, params: &Params) -> Self {
        config.check().unwrap_or_else(|error| panic!("gpt: {error}"));
        let decoder = Decoder::new(&params.at("transformer"), &config.decoder());
        let how = LinearConfig { layout: WeightLayout::OutputsFirst, weight: Init::Normal(config.std), bias: None };
        let head = (!config.tied).then(|| Linear::with(&params.at("lm_head"), config.width, config.vocabulary, how));
        Self { config: config.clone(), params: params.clone(), decoder, head }
    }

    /// Its configuration.
    pub fn config(&self) -> &GptConfig {
        &self.config
    }

    /// Its parameters, for optimisers.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The logits of the token that follows each one: `[b, t]` of `i64` to `[b, t, v]`.
    ///
    /// # Panics
    ///
    /// If a token lies outside the vocabulary, or there are more than the context.
    #[track_caller]
    pub fn forward(&self, tokens: &Tensor, run: &Run<'_>) -> Tensor {
        self.logits(&self.decoder.forward(tokens, run), run)
    }

    /// The mean of −log p(target) over all positions whose target is not −100, in nats a token.
    ///
    /// | tensor | shape |
    /// |---|---|
    /// | `tokens`, `targets` | `[b, t]` of `i64`; a target is the token that follows |
    /// | returned | a scalar |
    ///
    /// # Panics
    ///
    /// If shapes differ, a token or target lies outside the vocabulary, or there are more than the context.
    #[track_caller]
    pub fn loss(&self, tokens: &Tensor, targets: &Tensor, run: &Run<'_>) -> Tensor {
        self.forward(tokens, run).cross_entropy(targets)
    }

    /// [`forward`](Self::forward) with a look inside. `mask` `[b, t]` of `bool` is false at tokens that are padding, which
    /// no other token sees.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward).
    #[track_caller]
    pub fn inspect(&self, tokens: &Tensor, mask: Option<&Tensor>, run: &Run<'_>) -> Inspection {
        let (mut states, mut attention) = (Vec::new(), Vec::new());
        let visible = mask.map(|mask| mask.unsqueeze(1).unsqueeze(1)); // [b, 1, 1, t]
        let view = View {
            visible: visible.as_ref(),
            states: Some(&mut states),
            weights: Some(&mut attention),
            ..View::default()
        };
        let logits = self.logits(&self.decoder.forward_with(tokens, view, run), run);
        Inspection { logits, states, attention }
    }

    fn logits(&self, states: &Tensor, run: &Run<'_>) -> Tensor {
        match &self.head {
            Some(head) => head.forward(states, run),
            None => self.decoder.embedding().logits(states, run),
        }
    }
}
