//! The decoder that all left-to-right transformers share.

use crate::nn::{Block, BlockConfig, Dropout, Embedding, KeyValues, LayerNorm, Sight};
use genai_core::{Init, Params, Run, Tensor};

/// What a [`Decoder`] is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecoderConfig {
    /// Tokens of the vocabulary, v.
    pub vocabulary: usize,
    /// Positions that can be told apart.
    pub context: usize,
    /// Number of blocks.
    pub layers: usize,
    /// What each block is made of.
    pub block: BlockConfig,
    /// Whether block i (from 0) divides its scores by i + 1.
    pub scale_by_layer: bool,
    /// Share of the embedded states that is dropped in training.
    pub embedding_dropout: f64,
    /// What parts are called in checkpoints.
    pub names: DecoderNames,
}

/// What the parts of a [`Decoder`] are called in checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecoderNames {
    /// The embedding of tokens.
    pub tokens: &'static str,
    /// The embedding of positions.
    pub positions: &'static str,
    /// The list of blocks.
    pub blocks: &'static str,
    /// The last norm.
    pub norm: &'static str,
}

impl DecoderNames {
    /// Those of GPT-2.
    pub const GPT2: Self = Self { tokens: "wte", positions: "wpe", blocks: "h", norm: "ln_f" };
}

/// What a [`Decoder`] sees beside its tokens, and who looks at it. By default: nothing and nobody.
#[derive(Debug, Default)]
pub struct View<'a> {
    /// The position of each token, `[b, t]` of `i64`; counted on from the cache unless given.
    pub positions: Option<&'a Tensor>,
    /// Where keys may be seen, padding being where they may not: of `bool`, broadcast to `[b, h, t, s]`.
    pub visible: Option<&'a Tensor>,
    /// Keys and values of earlier tokens, one a block; those of the tokens are added.
    pub past: Option<&'a mut [KeyValues]>,
    /// Receives the states before each block and those behind the last norm, `[b, t, c]` each.
    pub states: Option<&'a mut Vec<Tensor>>,
    /// Receives the attention weights of each block, `[b, h, t, s]`.
    pub weights: Option<&'a mut Vec<Tensor>>,
}

/// A transformer that reads from left to right: embeddings, blocks, a last norm. Its states become logits by a head, which
/// is the model's, or by [`Decoder::embedding`]'s table where the two are tied.
///
/// ```text
/// x = dropout(tokens + positions)
/// x = block(x)                      for each block
/// x = norm(x)
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    tokens: Embedding,
    positions: Embedding,
    dropout: Dropout,
    blocks: Vec<Block>,
    norm: LayerNorm,
}

impl Decoder {
    /// As the configuration says.
    ///
    /// # Panics
    ///
    /// If the heads do not divide the width.
    #[track_caller]
    pub fn new(p: &Params, config: &DecoderConfig) -> Self {
        let (names, width, init) = (config.names, config.block.width, Init::Normal(config.block.std));
        let tokens = Embedding::new(&p.at(names.tokens), config.vocabulary, width, init);
        let positions = Embedding::new(&p.at(names.positions), config.context, width, init);
        let dropout = Dropout::new(p, "drop", config.embedding_dropout);
        let blocks = (0..config.layers).map(|i| Block::new(&p.at(names.blocks).at(i), &config.block_at(i))).collect();
        let norm = LayerNorm::new(&p.at(names.norm), width, config.block.eps);
        Self { tokens, positions, dropout, blocks, norm }
    }

    /// The embedding of tokens, to which a tied head gives its states.
    pub fn embedding(&self) -> &Embedding {
        &self.tokens
    }

    /// Tokens `[b, t]` of `i64` to states `[b, t, c]`.
    #[track_caller]
    pub fn forward(&self, tokens: &Tensor, run: &Run<'_>) -> Tensor {
        self.forward_with(tokens, View::default(), run)
    }

    /// [`forward`](Self::forward) with a cache, a mask, positions, or a look inside.
    #[track_caller]
    pub fn forward_with(&self, tokens: &Tensor, mut view: View<'_>, run: &Run<'_>) -> Tensor {
        let positions = match view.positions {
            Some(positions) => self.positions.forward(positions, run), // [b, t, c]
            None => {
                let first = view.past.as_deref().and_then(<[_]>::first).map_or(0, KeyValues::len);
                self.positions.rows(first, tokens.extent(1), run) // [t, c]
            }
        };
        let mut x = self.dropout.forward(&(self.tokens.forward(tokens, run) + positions), run);
        for (i, block) in self.blocks.iter().enumerate() {
            let past = view.past.as_deref_mut().map(|past| &mut past[i]);
            let sight = Sight { visible: view.visible, past, weights: view.weights.as_deref_mut() };
            view.states.iter_mut().for_each(|states| states.push(x.clone()));
            x = block.forward_with(&x, sight, run);
        }
        x = self.norm.forward(&x, run);
        view.states.iter_mut().for_each(|states| states.push(x.clone()));
        x
    }
}

impl DecoderConfig {
    /// What block i is made of.
    fn block_at(&self, i: usize) -> BlockConfig {
        let by_width = 1.0 / ((self.block.width / self.block.heads.max(1)) as f64).sqrt();
        let scale = self.block.scale.unwrap_or(by_width);
        let scale = if self.scale_by_layer { Some(scale / (i + 1) as f64) } else { self.block.scale };
        BlockConfig { scale, ..self.block }
    }
}
