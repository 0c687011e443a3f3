//! What a network predicts, and how that says what the clean sample is.

use super::Level;

/// What a network's output m means. All are affine in x and in each other at a given level, so that they convert exactly.
///
/// | prediction | m |
/// |---|---|
/// | `Clean` | x₀ |
/// | `Noise` | ε, where x = αx₀ + σε |
/// | `Velocity` | (αε − σx₀)/√(α² + σ²) (Salimans & Ho 2022, [arXiv:2202.00512](https://arxiv.org/abs/2202.00512)) |
/// | `Flow` | ε − x₀, the slope of a straight path |
/// | `Score` | the gradient of the log-density: −ε/σ |
/// | `Edm` | F of x₀ = c_skip·x + c_out·F (Karras et al. 2022, [arXiv:2206.00364](https://arxiv.org/abs/2206.00364), table 1) |
/// | `Consistency` | F with coefficients that make f(x, floor) = x (Song et al. 2023, [arXiv:2303.01469](https://arxiv.org/abs/2303.01469), eq. 5) |
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prediction {
    /// The clean sample.
    Clean,
    /// The noise.
    Noise,
    /// The velocity of an angle.
    Velocity,
    /// The velocity of a straight path.
    Flow,
    /// The score.
    Score,
    /// A network between skip and output coefficients.
    Edm {
        /// The data's standard deviation.
        data: f64,
        /// Whether the output's coefficient is negative (`v_prediction` of the EDM schedulers).
        negated: bool,
    },
    /// A consistency model's network.
    Consistency {
        /// The data's standard deviation.
        data: f64,
        /// The ratio σ/α at which the model is the identity.
        floor: f64,
    },
}

/// A value that is `x`·x + `output`·m, of a sample x and a network's output m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// The sample's factor.
    pub x: f64,
    /// The output's factor.
    pub output: f64,
}

impl Affine {
    /// The output itself.
    pub const OUTPUT: Self = Self { x: 0.0, output: 1.0 };

    /// `a`·self + `b`·other.
    #[must_use]
    pub fn blend(self, a: f64, other: Self, b: f64) -> Self {
        Self { x: a * self.x + b * other.x, output: a * self.output + b * other.output }
    }
}

impl Prediction {
    /// The clean sample of an output.
    pub fn clean(self, level: Level) -> Affine {
        let Level { alpha, sigma, .. } = level;
        let affine = |x, output| Affine { x, output };
        match self {
            Self::Clean => Affine::OUTPUT,
            Self::Noise => affine(1.0 / alpha, -sigma / alpha),
            Self::Velocity => {
                let scale = level.scale();
                affine(alpha / scale.powi(2), -sigma / scale)
            }
            Self::Flow => affine(1.0 / (alpha + sigma), -sigma / (alpha + sigma)),
            Self::Score => affine(1.0 / alpha, sigma * sigma / alpha),
            Self::Edm { data, negated } => {
                let (skip, out) = skip_and_out(level.ratio(), level.ratio(), data);
                affine(skip / alpha, if negated { -out } else { out })
            }
            Self::Consistency { data, floor } => {
                let (skip, out) = skip_and_out(level.ratio(), level.ratio() - floor, data);
                affine(skip / alpha, out)
            }
        }
    }

    /// The noise of an output.
    pub fn noise(self, level: Level) -> Affine {
        let Level { alpha, sigma, .. } = level;
        match self {
            Self::Noise => Affine::OUTPUT,
            Self::Velocity => {
                let scale = level.scale();
                Affine { x: sigma / scale.powi(2), output: alpha / scale }
            }
            Self::Flow => Affine { x: 1.0 / (alpha + sigma), output: alpha / (alpha + sigma) },
            Self::Score => Affine { x: 0.0, output: -sigma },
            _ => {
                let clean = self.clean(level);
                Affine { x: (1.0 - alpha * clean.x) / sigma, output: -alpha * clean.output / sigma }
            }
        }
    }

    /// The output that a network of another prediction would give: m′ of x and m.
    ///
    /// Infinite or NaN where `to` has no value, as the noise of a sample without any.
    ///
    /// ```
    /// use genai_sampling::diffusion::{Level, Prediction};
    ///
    /// let level = Level { alpha: 0.8, sigma: 0.6, time: 0.0 };
    /// let (clean, noise) = (2.0, -1.0);
    /// let x = 0.8 * clean + 0.6 * noise;
    /// let to_velocity = Prediction::Noise.convert(Prediction::Velocity, level);
    /// let velocity = to_velocity.x * x + to_velocity.output * noise;
    /// assert!((velocity - (0.8 * noise - 0.6 * clean)).abs() < 1e-15);
    /// ```
    pub fn convert(self, to: Self, level: Level) -> Affine {
        if self == to {
            return Affine::OUTPUT;
        }
        let Level { alpha, sigma, .. } = level;
        let (clean, noise) = (self.clean(level), self.noise(level));
        match to {
            Self::Clean => clean,
            Self::Noise => noise,
            Self::Velocity => noise.blend(alpha / level.scale(), clean, -sigma / level.scale()),
            Self::Flow => noise.blend(1.0, clean, -1.0),
            Self::Score => noise.blend(-1.0 / sigma, clean, 0.0),
            Self::Edm { .. } | Self::Consistency { .. } => {
                let own = to.clean(level);
                Affine { x: (clean.x - own.x) / own.output, output: clean.output / own.output }
            }
        }
    }
}

/// c_skip and c_out at a ratio σ/α that stands `above` the model's floor.
fn skip_and_out(ratio: f64, above: f64, data: f64) -> (f64, f64) {
    (data.powi(2) / (above.powi(2) + data.powi(2)), above * data / ratio.hypot(data))
}
