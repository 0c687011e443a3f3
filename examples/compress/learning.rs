//! What is learned, and how.

use std::error::Error;

use genai_models::core::optim::{Adam, AdamConfig, Decay, WarmupCosine};
use genai_models::core::{Run, Tensor};
use genai_models::data::Digits;
use genai_models::image::{Autoencoder, AutoencoderConfig};
use genai_models::train::{Rows, TrainConfig, Trainer};

use crate::flags::Flags;
use crate::progress::ProgressLine;

const BATCH: usize = 32;
const LEARNING_RATE: f64 = 2e-3;

/// Fourteen hundred digits are soon learned by heart: noise on pixels and codes (and the decay of the weights) against it
/// bring unseen ones from 18.0 to 19.4 dB.
pub(crate) fn config(flags: &Flags) -> AutoencoderConfig {
    AutoencoderConfig {
        latent: flags.latent,
        noise: 0.1,
        code_noise: 0.1,
        code_penalty: 3e-4,
        ..AutoencoderConfig::default()
    }
}

/// What to learn, and the last fifth, held out.
pub(crate) fn digits(flags: &Flags) -> Result<(Digits, Digits), Box<dyn Error>> {
    let digits = flags.data.as_ref().map_or_else(|| Ok(Digits::built_in()), Digits::from_csv)?;
    let (train, test) = digits.split(digits.len().div_ceil(5));
    if let Some(path) = &flags.data
        && train.len() < flags.latent.max(2)
    {
        let (path, rows, needed) = (path.display(), train.len(), flags.latent.max(2));
        return Err(format!("{path}: {rows} rows to learn, a latent of {} needs {needed}", flags.latent).into());
    }
    Ok((train, test))
}

/// Trains the model; the digits held out are only looked at.
pub(crate) fn learn(model: &Autoencoder, train: &Digits, test: &Digits, flags: &Flags) -> Result<(), Box<dyn Error>> {
    let task = Rows {
        loss: |x: &Tensor, run: &Run<'_>| model.loss(x, run),
        train: train.images.clone(),
        validation: test.images.clone(),
        rows: BATCH,
    };
    let steps = flags.epochs() * task.batches();
    let schedule =
        WarmupCosine { peak: LEARNING_RATE, floor: 0.0, warmup: 100.min(steps / 2), steps, ..WarmupCosine::default() };
    let config = TrainConfig { steps, schedule, seed: flags.seed, evaluate_every: 0, ..TrainConfig::default() };
    let adam = AdamConfig { weight_decay: 0.1, decay: Decay::Matrices, ..AdamConfig::default() };
    let mut trainer = Trainer::new(config, &task, model.params(), Adam::new(adam))?;
    trainer.observe(ProgressLine::new("digits"));
    trainer.run(steps)?;
    Ok(())
}
