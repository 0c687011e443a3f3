use super::{Activation, FeedForward, LayerNorm, LinearConfig, SelfAttention, Sight, WeightLayout};
use genai_core::{Init, Params, Run, Tensor};

/// What a [`Block`] is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockConfig {
    /// Width of the states, c.
    pub width: usize,
    /// Heads of the attention, h; they share the width.
    pub heads: usize,
    /// Width between the two layers of the feed-forward part.
    pub inner: usize,
    /// The function between these two layers.
    pub activation: Activation,
    /// Added to the variance in norms.
    pub eps: f64,
    /// Factor of the attention's scores; 1/√d unless given.
    pub scale: Option<f64>,
    /// Share of attention weights that are dropped in training.
    pub attention_dropout: f64,
    /// Share of what each part adds to the states that is dropped in training.
    pub residual_dropout: f64,
    /// Standard deviation of fresh weights.
    pub std: f64,
    /// Standard deviation of fresh weights in front of a residual sum.
    pub residual_std: f64,
    /// How weights lie.
    pub layout: WeightLayout,
    /// What parts are called in checkpoints.
    pub names: BlockNames,
}

impl BlockConfig {
    /// A linear layer of the block, its weight normal with this standard deviation.
    pub(super) fn linear(&self, std: f64) -> LinearConfig {
        LinearConfig { layout: self.layout, weight: Init::Normal(std), bias: Some(Init::Zeros) }
    }
}

/// What the parts of a [`Block`] are called in checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockNames {
    /// The norm in front of the attention.
    pub attention_norm: &'static str,
    /// The attention.
    pub attention: &'static str,
    /// In the attention: the joint projection to queries, keys and values.
    pub joint: &'static str,
    /// In the attention: the projection of the joined heads.
    pub output: &'static str,
    /// The norm in front of the feed-forward part.
    pub feed_forward_norm: &'static str,
    /// The feed-forward part.
    pub feed_forward: &'static str,
    /// In the feed-forward part: the first layer.
    pub up: &'static str,
    /// In the feed-forward part: the second layer.
    pub down: &'static str,
}

impl BlockNames {
    /// Those of GPT-2.
    pub const GPT2: Self = Self {
        attention_norm: "ln_1",
        attention: "attn",
        joint: "c_attn",
        output: "c_proj",
        feed_forward_norm: "ln_2",
        feed_forward: "mlp",
        up: "c_fc",
        down: "c_proj",
    };
}

/// One block of a transformer: attention and feed-forward, each on a normalised copy, each added back.
///
/// ```text
/// x ← x + attention(norm(x))
/// x ← x + feed_forward(norm(x))
/// ```
///
/// Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3.
#[derive(Clone, Debug)]
pub struct Block {
    attention_norm: LayerNorm,
    attention: SelfAttention,
    feed_forward_norm: LayerNorm,
    feed_forward: FeedForward,
}

impl Block {
    /// As the configuration says.
    ///
    /// # Panics
    ///
    /// If the heads do not divide the width.
    #[track_caller]
    pub fn new(p: &Params, config: &BlockConfig) -> Self {
        let names = config.names;
        Self {
            attention_norm: LayerNorm::new(&p.at(names.attention_norm), config.width, config.eps),
            attention: SelfAttention::new(&p.at(names.attention), config),
            feed_forward_norm: LayerNorm::new(&p.at(names.feed_forward_norm), config.width, config.eps),
            feed_forward: FeedForward::new(&p.at(names.feed_forward), config),
        }
    }

    /// `[b, t, c]` to `[b, t, c]`, each position seeing those before it.
    #[track_caller]
    pub fn forward(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        self.forward_with(x, Sight::default(), run)
    }

    /// [`forward`](Self::forward) with a cache, a mask, or a look at the attention weights.
    #[track_caller]
    pub fn forward_with(&self, x: &Tensor, sight: Sight<'_>, run: &Run<'_>) -> Tensor {
        let x = x + self.attention.forward_with(&self.attention_norm.forward(x, run), sight, run);
        &x + self.feed_forward.forward(&self.feed_forward_norm.forward(&x, run), run)
    }
}
