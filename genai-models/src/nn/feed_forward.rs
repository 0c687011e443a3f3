use super::{Activation, BlockConfig, Dropout, Linear};
use genai_core::{Params, Run, Tensor};

/// The two linear layers of a transformer block: wide in the middle, position by position.
///
/// `y = dropout(down(activation(up(x))))`
#[derive(Clone, Debug)]
pub struct FeedForward {
    up: Linear,
    down: Linear,
    activation: Activation,
    dropout: Dropout,
}

impl FeedForward {
    /// As a block's configuration says.
    pub fn new(p: &Params, config: &BlockConfig) -> Self {
        let names = config.names;
        let (inner, width) = (config.inner, config.width);
        Self {
            up: Linear::with(&p.at(names.up), width, inner, config.linear(config.std)),
            down: Linear::with(&p.at(names.down), inner, width, config.linear(config.residual_std)),
            activation: config.activation,
            dropout: Dropout::new(p, "dropout", config.residual_dropout),
        }
    }

    /// `[b, t, c]` to `[b, t, c]`.
    #[track_caller]
    pub fn forward(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        let x = self.activation.apply(&self.up.forward(x, run)); // [b, t, inner]
        self.dropout.forward(&self.down.forward(&x, run), run)
    }
}
