use genai_core::{Init, Param, Params, Run, Tensor};

/// Layer normalisation of the last axis with a learned gain and bias; see [`Tensor::layer_norm`].
///
/// | tensor | shape |
/// |---|---|
/// | `x`, returned | `[.., c]` |
/// | parameters `weight` (gain), `bias` | `[c]` |
#[derive(Clone, Debug)]
pub struct LayerNorm {
    weight: Param,
    bias: Param,
    eps: f64,
}

impl LayerNorm {
    /// Of width `c`. PyTorch's `eps` is 1e-5.
    pub fn new(p: &Params, width: usize, eps: f64) -> Self {
        Self { weight: p.get("weight", width, Init::Ones), bias: p.get("bias", width, Init::Zeros), eps }
    }

    /// The normalised rows.
    ///
    /// # Panics
    ///
    /// If the last axis of `x` has another width.
    #[track_caller]
    pub fn forward(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        x.layer_norm(Some(&run.weight(&self.weight)), Some(&run.weight(&self.bias)), self.eps)
    }
}
