use genai_core::{Params, Run, Tensor};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::nn::{Activation, Mlp};

/// The configuration of an [`Autoencoder`]; the defaults suit pictures of 8 by 8 pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutoencoderConfig {
    /// Numbers of a picture (64).
    pub input: usize,
    /// Widths between picture and latent, from the picture's side; the decoder has them in reverse (256, 128).
    pub hidden: Vec<usize>,
    /// Numbers that a picture becomes; not more than `input` (8).
    pub latent: usize,
    /// The function between the layers (`gelu`).
    pub activation: Activation,
    /// Standard deviation of what is added to the pixels in training, so that the model learns to take it away (0).
    pub noise: f64,
    /// Standard deviation of what is added to the code in training, so that near codes mean near pictures (0).
    pub code_noise: f64,
    /// How much of the code's mean square is added to the loss in training, so that codes cannot grow out of their noise (0).
    pub code_penalty: f64,
}

impl Default for AutoencoderConfig {
    fn default() -> Self {
        Self {
            input: 64,
            hidden: vec![256, 128],
            latent: 8,
            activation: Activation::Gelu,
            noise: 0.0,
            code_noise: 0.0,
            code_penalty: 0.0,
        }
    }
}

impl AutoencoderConfig {
    /// Whether there is such a model.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if a width is 0, the latent is wider than the input, or a noise or the penalty is below 0.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |field: &str, what: String| Err(Error::Config { path: None, field: field.into(), what });
        let hidden = self.hidden.iter().map(|&width| ("hidden", width));
        for (field, width) in [("input", self.input), ("latent", self.latent)].into_iter().chain(hidden) {
            if width == 0 {
                return wrong(field, "0, expected at least 1".into());
            }
        }
        if self.latent > self.input {
            return wrong("latent", format!("{}, wider than the input of {}", self.latent, self.input));
        }
        let sizes = [("noise", self.noise), ("code_noise", self.code_noise), ("code_penalty", self.code_penalty)];
        for (field, size) in sizes {
            if !(size >= 0.0 && size.is_finite()) {
                return wrong(field, format!("{size}, expected 0 or more"));
            }
        }
        Ok(())
    }

    fn encoder_widths(&self) -> Vec<usize> {
        [&[self.input], &self.hidden[..], &[self.latent]].concat()
    }
}

/// A dense autoencoder: squeezes a picture into a few numbers, from which it draws the picture again.
///
/// ```text
/// picture [b, input] → encoder → code [b, latent] → decoder → sigmoid → picture [b, input]
/// ```
///
/// Encoder and decoder are mirrored [`Mlp`]s, the code has no activation. Without hidden layers and sigmoid the best one
/// would be a [`Pca`](crate::classical::Pca). Pixels lie between 0 and 1.
///
/// Parameters are named as those of a PyTorch module with two `Sequential`s: `encoder.0.weight`, `encoder.0.bias`,
/// `encoder.2.weight`, …, `decoder.0.weight`, …
///
/// ```
/// use genai_core::{Params, Run, Tensor, random::Key};
/// use genai_models::image::{Autoencoder, AutoencoderConfig};
///
/// let model = Autoencoder::new(&AutoencoderConfig::default(), &Params::new(Key::new(1)));
/// let code = model.encode(&Tensor::zeros([3, 64]), &Run::infer());
/// assert_eq!(code.shape(), [3, 8]);
/// assert_eq!(model.decode(&code, &Run::infer()).shape(), [3, 64]);
/// ```
///
/// Source: Hinton & Salakhutdinov 2006, "Reducing the Dimensionality of Data with Neural Networks",
/// [doi:10.1126/science.1127647](https://doi.org/10.1126/science.1127647); noise on the pixels: Vincent et al. 2008,
/// [doi:10.1145/1390156.1390294](https://doi.org/10.1145/1390156.1390294).
#[derive(Clone, Debug)]
pub struct Autoencoder {
    config: AutoencoderConfig,
    params: Params,
    encoder: Mlp,
    decoder: Mlp,
}

impl Autoencoder {
    /// With the parameters that `params` gives.
    ///
    /// # Panics
    ///
    /// If the configuration does not [check](AutoencoderConfig::check), naming the setting.
    #[track_caller]
    pub fn new(config: &AutoencoderConfig, params: &Params) -> Self {
        config.check().unwrap_or_else(|error| panic!("autoencoder: {error}"));
        let mut widths = config.encoder_widths();
        let encoder = Mlp::new(&params.at("encoder"), &widths, config.activation);
        widths.reverse();
        let decoder = Mlp::new(&params.at("decoder"), &widths, config.activation);
        Self { config: config.clone(), params: params.clone(), encoder, decoder }
    }

    /// Its configuration.
    pub fn config(&self) -> &AutoencoderConfig {
        &self.config
    }

    /// Its parameters, for optimisers.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// From pictures `[b, input]` to codes `[b, latent]`.
    ///
    /// # Panics
    ///
    /// If the last axis is not the input.
    #[track_caller]
    pub fn encode(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        self.encoder.forward(x, run)
    }

    /// From codes `[b, latent]` to pictures `[b, input]` between 0 and 1.
    ///
    /// # Panics
    ///
    /// If the last axis is not the latent.
    #[track_caller]
    pub fn decode(&self, code: &Tensor, run: &Run<'_>) -> Tensor {
        self.decoder.forward(code, run).sigmoid()
    }

    /// What becomes of pictures `[b, input]`, squeezed and drawn again.
    ///
    /// # Panics
    ///
    /// If the last axis is not the input.
    #[track_caller]
    pub fn forward(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        self.decode(&self.encode(x, run), run)
    }

    /// The mean of (forward(x) − x)² over all pixels, a scalar. In training, pixels and code are disturbed and the code is
    /// held down as the configuration says; what is to be drawn is the picture without its noise.
    ///
    /// # Panics
    ///
    /// If the last axis is not the input.
    #[track_caller]
    pub fn loss(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        if !run.train {
            return self.forward(x, run).mse(x);
        }
        let code = self.encode(&disturbed(x, self.config.noise, "noise", run), run);
        let again = self.decode(&disturbed(&code, self.config.code_noise, "code_noise", run), run);
        let loss = again.mse(x);
        if self.config.code_penalty > 0.0 { loss + code.square().mean() * self.config.code_penalty } else { loss }
    }
}

/// Adds normal noise, the run's own under this name.
fn disturbed(x: &Tensor, std: f64, name: &str, run: &Run<'_>) -> Tensor {
    if std == 0.0 {
        return x.clone();
    }
    let mut noise = vec![0.0; x.count()];
    run.key_of(name).normal_f32(&mut noise);
    x + Tensor::from_vec(noise, x.shape()).to_dtype(x.dtype()) * std
}
