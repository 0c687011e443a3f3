use crate::Error;
use crate::nn::{Activation, BlockConfig, BlockNames, WeightLayout};
use crate::text::decoder::{DecoderConfig, DecoderNames};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The configuration of a GPT-2, read from and written to Hugging Face's `config.json`; the defaults are those of the
/// smallest GPT-2 (124 M parameters) as `transformers` has them.
///
/// Keys that this library does not use are kept and written again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GptConfig {
    /// Tokens of the vocabulary (50257).
    #[serde(rename = "vocab_size")]
    pub vocabulary: usize,
    /// Positions that the model can see (1024).
    #[serde(rename = "n_positions", alias = "max_position_embeddings")]
    pub context: usize,
    /// Width of the states (768).
    #[serde(rename = "n_embd", alias = "hidden_size")]
    pub width: usize,
    /// Number of blocks (12).
    #[serde(rename = "n_layer", alias = "num_hidden_layers")]
    pub layers: usize,
    /// Attention heads of a block (12).
    #[serde(rename = "n_head", alias = "num_attention_heads")]
    pub heads: usize,
    /// Width inside the feed-forward parts; four times the width unless given.
    #[serde(rename = "n_inner")]
    pub inner: Option<usize>,
    /// The function in the feed-forward parts (`gelu_new`).
    #[serde(rename = "activation_function")]
    pub activation: Activation,
    /// Share of what each part adds to the states that is dropped in training (0.1).
    #[serde(rename = "resid_pdrop")]
    pub residual_dropout: f64,
    /// Share of the embedded states that is dropped in training (0.1).
    #[serde(rename = "embd_pdrop")]
    pub embedding_dropout: f64,
    /// Share of the attention weights that are dropped in training (0.1).
    #[serde(rename = "attn_pdrop")]
    pub attention_dropout: f64,
    /// Added to the variance in norms (1e-5).
    #[serde(rename = "layer_norm_epsilon")]
    pub eps: f64,
    /// Standard deviation of fresh weights (0.02).
    #[serde(rename = "initializer_range")]
    pub std: f64,
    /// Whether scores are divided by the root of a head's width (true).
    #[serde(rename = "scale_attn_weights")]
    pub scale_attention: bool,
    /// Whether block i, from 0, divides its scores by i + 1 too (false).
    #[serde(rename = "scale_attn_by_inverse_layer_idx")]
    pub scale_attention_by_layer: bool,
    /// Whether the logits use the embedding of the tokens (true).
    #[serde(rename = "tie_word_embeddings")]
    pub tied: bool,
    /// The token that texts begin with (50256).
    #[serde(rename = "bos_token_id")]
    pub first_token: Option<u32>,
    /// The token that texts end with (50256).
    #[serde(rename = "eos_token_id")]
    pub last_token: Option<u32>,
    /// What else the file holds.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Default for GptConfig {
    fn default() -> Self {
        Self {
            vocabulary: 50257,
            context: 1024,
            width: 768,
            layers: 12,
            heads: 12,
            inner: None,
            activation: Activation::GeluTanh,
            residual_dropout: 0.1,
            embedding_dropout: 0.1,
            attention_dropout: 0.1,
            eps: 1e-5,
            std: 0.02,
            scale_attention: true,
            scale_attention_by_layer: false,
            tied: true,
            first_token: Some(50256),
            last_token: Some(50256),
            other: Map::new(),
        }
    }
}

impl GptConfig {
    /// Whether a model can be built from it.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] naming the first setting that is out of range.
    pub fn check(&self) -> Result<(), Error> {
        let counts = [
            ("vocab_size", self.vocabulary),
            ("n_positions", self.context),
            ("n_embd", self.width),
            ("n_layer", self.layers),
            ("n_head", self.heads),
            ("n_inner", self.inner()),
        ];
        for (field, count) in counts {
            ensure(count > 0, field, || "0, expected at least 1".into())?;
        }
        let (width, heads) = (self.width, self.heads);
        ensure(width.is_multiple_of(heads), "n_head", || format!("{heads}, which does not divide n_embd {width}"))?;
        let shares = [
            ("resid_pdrop", self.residual_dropout),
            ("embd_pdrop", self.embedding_dropout),
            ("attn_pdrop", self.attention_dropout),
        ];
        for (field, share) in shares {
            ensure((0.0..1.0).contains(&share), field, || format!("{share}, expected in [0, 1)"))?;
        }
        for (field, size) in [("layer_norm_epsilon", self.eps), ("initializer_range", self.std)] {
            ensure(size >= 0.0 && size.is_finite(), field, || format!("{size}, expected 0 or more"))?;
        }
        let cross = self.other.get("add_cross_attention").is_some_and(|x| x == true);
        ensure(!cross, "add_cross_attention", || "true, which a GPT has no encoder for".into())
    }

    /// Width inside the feed-forward parts.
    pub fn inner(&self) -> usize {
        self.inner.unwrap_or(4 * self.width)
    }

    /// The decoder that it describes.
    pub fn decoder(&self) -> DecoderConfig {
        DecoderConfig {
            vocabulary: self.vocabulary,
            context: self.context,
            layers: self.layers,
            block: BlockConfig {
                width: self.width,
                heads: self.heads,
                inner: self.inner(),
                activation: self.activation,
                eps: self.eps,
                scale: (!self.scale_attention).then_some(1.0),
                attention_dropout: self.attention_dropout,
                residual_dropout: self.residual_dropout,
                std: self.std,
                residual_std: self.std / (2.0 * self.layers as f64).sqrt(),
                layout: WeightLayout::InputsFirst,
                names: BlockNames::GPT2,
            },
            scale_by_layer: self.scale_attention_by_layer,
            embedding_dropout: self.embedding_dropout,
            names: DecoderNames::GPT2,
        }
    }
}

fn ensure(holds: bool, field: &str, what: impl FnOnce() -> String) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Config { path: None, field: field.into(), what: what() }) }
}
