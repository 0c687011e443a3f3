use genai_core::{Init, Param, Params, Run, Tensor};

/// A table of learned rows, one for each token or position.
///
/// | tensor | shape |
/// |---|---|
/// | tokens | `[..]`, of `i64` |
/// | returned | `[.., c]` |
/// | parameter `weight` | `[v, c]` |
#[derive(Clone, Debug)]
pub struct Embedding {
    weight: Param,
}

impl Embedding {
    /// A table of `count` rows. (PyTorch's default start is `Init::Normal(1.0)`.)
    pub fn new(p: &Params, count: usize, width: usize, init: Init) -> Self {
        Self { weight: p.get("weight", [count, width], init) }
    }

    /// The rows of these tokens.
    ///
    /// # Panics
    ///
    /// If the tokens are not of `i64`, or one has no row.
    #[track_caller]
    pub fn forward(&self, tokens: &Tensor, run: &Run<'_>) -> Tensor {
        run.weight(&self.weight).embedding(tokens)
    }

    /// `count` rows from `first`: `[count, c]`.
    ///
    /// # Panics
    ///
    /// If they are not all there.
    #[track_caller]
    pub fn rows(&self, first: usize, count: usize, run: &Run<'_>) -> Tensor {
        run.weight(&self.weight).narrow(0, first, count)
    }

    /// The product of states with every row, x wᵀ: the logits of a model whose output is tied to its embedding.
    ///
    /// # Panics
    ///
    /// If the last axis of `x` has not the width of the rows.
    #[track_caller]
    pub fn logits(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        x.linear(&run.weight(&self.weight), None)
    }
}
