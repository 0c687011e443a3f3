use super::{Activation, Linear};
use genai_core::{Params, Run, Tensor};

/// Linear layers with an activation between them: the multi-layer perceptron.
///
/// Parameters are named as in PyTorch's `Sequential(Linear, activation, Linear, …)`: `0.weight`, `0.bias`, `2.weight`, …
#[derive(Clone, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
    activation: Activation,
}

impl Mlp {
    /// Of these widths, from the input's to the output's.
    ///
    /// # Panics
    ///
    /// If there are fewer than two.
    #[track_caller]
    pub fn new(p: &Params, widths: &[usize], activation: Activation) -> Self {
        assert!(widths.len() >= 2, "mlp: widths {widths:?} have no input and output");
        let layers = widths.windows(2).enumerate().map(|(i, pair)| Linear::new(&p.at(2 * i), pair[0], pair[1]));
        Self { layers: layers.collect(), activation }
    }

    /// `[.., first width]` to `[.., last width]`; no activation behind the last layer.
    ///
    /// # Panics
    ///
    /// If the last axis of `x` is not the first width.
    #[track_caller]
    pub fn forward(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        let (first, rest) = self.layers.split_first().expect("there are two widths at least");
        rest.iter().fold(first.forward(x, run), |x, layer| layer.forward(&self.activation.apply(&x), run))
    }
}
