use genai_core::{Init, Param, Params, Run, Tensor};

/// How a weight matrix lies in its checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum WeightLayout {
    /// `[outputs, inputs]`, as PyTorch's `Linear`.
    #[default]
    OutputsFirst,
    /// `[inputs, outputs]`, as GPT-2's `Conv1D`.
    InputsFirst,
}

/// Settings of a [`Linear`] layer beside its extents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearConfig {
    /// How the weight lies.
    pub layout: WeightLayout,
    /// How the weight starts.
    pub weight: Init,
    /// How the bias starts; none without.
    pub bias: Option<Init>,
}

impl LinearConfig {
    /// PyTorch's defaults: weight and bias uniform within ±1/√inputs.
    pub fn of(inputs: usize) -> Self {
        let init = Init::Uniform(1.0 / (inputs.max(1) as f64).sqrt());
        Self { layout: WeightLayout::OutputsFirst, weight: init, bias: Some(init) }
    }
}

/// An affine map of the last axis: `y = x wᵀ + bias`.
///
/// | tensor | shape |
/// |---|---|
/// | `x` | `[.., inputs]` |
/// | returned | `[.., outputs]` |
/// | parameter `weight` | `[outputs, inputs]`, or as the [layout](WeightLayout) says |
/// | parameter `bias` | `[outputs]` |
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Param,
    bias: Option<Param>,
    layout: WeightLayout,
}

impl Linear {
    /// With PyTorch's defaults.
    pub fn new(p: &Params, inputs: usize, outputs: usize) -> Self {
        Self::with(p, inputs, outputs, LinearConfig::of(inputs))
    }

    /// With other settings.
    pub fn with(p: &Params, inputs: usize, outputs: usize, config: LinearConfig) -> Self {
        let shape = match config.layout {
            WeightLayout::OutputsFirst => [outputs, inputs],
            WeightLayout::InputsFirst => [inputs, outputs],
        };
        Self {
            weight: p.get("weight", shape, config.weight),
            bias: config.bias.map(|init| p.get("bias", outputs, init)),
            layout: config.layout,
        }
    }

    /// x wᵀ + bias.
    ///
    /// # Panics
    ///
    /// If the last axis of `x` is not the inputs.
    #[track_caller]
    pub fn forward(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        let bias = self.bias.as_ref().map(|bias| run.weight(bias));
        let weight = run.weight(&self.weight);
        match self.layout {
            WeightLayout::OutputsFirst => x.linear(&weight, bias.as_ref()),
            WeightLayout::InputsFirst => x.linear_inputs_first(&weight, bias.as_ref()),
        }
    }
}
