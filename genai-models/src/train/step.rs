//! One step of training.

use genai_core::optim::{Optimizer, Schedule, clip_norm, global_norm};
use genai_core::random::Key;
use genai_core::{Grads, Params, Run};

use super::task::number;
use super::{Task, TrainConfig};
use crate::Error;

/// What a step tells of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done {
    pub(super) loss: f64,
    pub(super) learning_rate: f64,
    pub(super) gradient_norm: f64,
    pub(super) tokens: u64,
}

/// Takes step number `step`, counted from 0.
///
/// On an error no parameter has changed.
pub(super) fn take<T: Task>(
    task: &T,
    config: &TrainConfig,
    params: &Params,
    optimizer: &mut dyn Optimizer,
    step: u64,
) -> Result<Done, Error> {
    let (loss, mut grads, tokens) = gradients(task, config, step)?;
    let norm = match config.clip {
        Some(largest) => clip_norm(params, &mut grads, largest),
        None => global_norm(params, &grads),
    };
    let gradient_norm = norm.map_err(|error| Error::NotFinite { step: step + 1, what: error.to_string() })?;
    let learning_rate = config.schedule.rate(step);
    optimizer.set_learning_rate(learning_rate);
    optimizer.step(params, &grads);
    Ok(Done { loss, learning_rate, gradient_norm, tokens })
}

/// Mean loss and mean gradients over the batches of a step. Each batch's graph is gone when this returns, so that the
/// optimiser can write the parameters in place.
fn gradients<T: Task>(task: &T, config: &TrainConfig, step: u64) -> Result<(f64, Grads, u64), Error> {
    let key = Key::new(config.seed);
    let (mut total, mut grads, mut tokens) = (0.0, Grads::default(), 0);
    for number_of_batch in step * config.accumulate..(step + 1) * config.accumulate {
        let batch = task.batch(key.named("batches"), number_of_batch);
        let loss = task.loss(&batch, &Run::train(key.named("layers"), number_of_batch));
        let value = number(&loss);
        if !value.is_finite() {
            return Err(Error::NotFinite { step: step + 1, what: format!("the loss is {value}") });
        }
        total += value;
        tokens += task.weight(&batch) as u64;
        grads.accumulate(loss.backward());
    }
    if config.accumulate > 1 {
        grads.scale(1.0 / config.accumulate as f64);
    }
    Ok((total / config.accumulate as f64, grads, tokens))
}
