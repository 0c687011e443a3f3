use genai_core::Tensor;
use serde::{Deserialize, Serialize};

/// The function between two linear layers, by the names that Hugging Face's configurations give it.
///
/// | variant | read | written |
/// |---|---|---|
/// | `Gelu` | `gelu`, `gelu_python` | `gelu` |
/// | `GeluTanh` | `gelu_new`, `gelu_pytorch_tanh`, `gelu_fast`, `gelu_accurate` | `gelu_new` |
/// | `QuickGelu` | `quick_gelu` | `quick_gelu` |
/// | `Relu`, `Relu2`, `LeakyRelu` | `relu`, `relu2`, `leaky_relu` | the same |
/// | `Silu` | `silu`, `swish` | `silu` |
/// | `Mish`, `Elu`, `Tanh`, `Sigmoid` | `mish`, `elu`, `tanh`, `sigmoid` | the same |
/// | `Identity` | `linear` | `linear` |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Activation {
    /// x Φ(x).
    #[serde(alias = "gelu_python")]
    Gelu,
    /// x Φ(x) with tanh in place of the error function, as in GPT-2.
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh", alias = "gelu_fast", alias = "gelu_accurate")]
    GeluTanh,
    /// x σ(1.702 x).
    QuickGelu,
    /// max(x, 0).
    Relu,
    /// max(x, 0)².
    Relu2,
    /// x for positive x, x / 100 for others.
    LeakyRelu,
    /// x σ(x).
    #[serde(alias = "swish")]
    Silu,
    /// x tanh(ln(1 + eˣ)).
    Mish,
    /// x for positive x, eˣ − 1 for others.
    Elu,
    /// Hyperbolic tangent.
    Tanh,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// x.
    #[serde(rename = "linear")]
    Identity,
}

impl Activation {
    /// The function, element by element.
    pub fn apply(self, x: &Tensor) -> Tensor {
        match self {
            Self::Gelu => x.gelu(),
            Self::GeluTanh => x.gelu_tanh(),
            Self::QuickGelu => x * (x * 1.702).sigmoid(),
            Self::Relu => x.relu(),
            Self::Relu2 => x.relu().square(),
            Self::LeakyRelu => x.leaky_relu(0.01),
            Self::Silu => x.silu(),
            Self::Mish => x * x.softplus().tanh(),
            Self::Elu => x.elu(1.0),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => x.sigmoid(),
            Self::Identity => x.clone(),
        }
    }
}
