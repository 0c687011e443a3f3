//! What is trained.

use genai_core::random::Key;
use genai_core::{DType, Run, Tensor};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::data::{Batch, Tokens};

/// What a [`Trainer`](super::Trainer) trains: batches, and their loss under the model.
///
/// Implement it for a model with data of its own; language models take [`NextToken`].
pub trait Task: Sync {
    /// What one step learns from.
    type Batch: Send;

    /// Training batch number `number`; the same key and number give the same batch.
    fn batch(&self, key: Key, number: u64) -> Self::Batch;

    /// The mean loss over a batch, a scalar.
    fn loss(&self, batch: &Self::Batch, run: &Run<'_>) -> Tensor;

    /// How much a batch weighs in a mean, and in the speed: tokens, images, rows.
    fn weight(&self, batch: &Self::Batch) -> usize;

    /// Number of validation batches.
    fn validation_batches(&self) -> usize;

    /// Validation batch `i`.
    fn validation_batch(&self, i: usize) -> Self::Batch;
}

/// A loss over held-out data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Steps that the model was trained for.
    pub step: u64,
    /// The mean loss; of a language model in nats a token.
    pub loss: f64,
    /// Tokens (or what else the task counts) that the mean is over.
    pub tokens: u64,
}

/// Predicting the next token: random windows in training, windows one behind the other in evaluation.
#[derive(Clone, Debug)]
pub struct NextToken<F> {
    /// The model: from inputs and targets, each `[b, t]`, to the mean loss.
    pub loss: F,
    /// What is learned.
    pub train: Tokens,
    /// What it is judged by.
    pub validation: Tokens,
    /// Windows of a training batch, b.
    pub rows: usize,
    /// Tokens of a window, t.
    pub context: usize,
}

/// About how many tokens a validation batch has: enough to fill the kernels, few enough that logits stay small.
const VALIDATION_TOKENS: usize = 2048;

impl<F> NextToken<F> {
    fn validation_rows(&self) -> usize {
        (VALIDATION_TOKENS / self.context).max(1)
    }
}

impl<F: Fn(&Tensor, &Tensor, &Run<'_>) -> Tensor + Sync> Task for NextToken<F> {
    type Batch = Batch;

    fn batch(&self, key: Key, number: u64) -> Batch {
        self.train.draw(key, number, self.rows, self.context)
    }

    fn loss(&self, batch: &Batch, run: &Run<'_>) -> Tensor {
        (self.loss)(&batch.inputs, &batch.targets, run)
    }

    fn weight(&self, batch: &Batch) -> usize {
        batch.tokens()
    }

    fn validation_batches(&self) -> usize {
        self.validation.windows(self.context).div_ceil(self.validation_rows())
    }

    fn validation_batch(&self, i: usize) -> Batch {
        let (rows, windows) = (self.validation_rows(), self.validation.windows(self.context));
        self.validation.window_batch(i * rows..((i + 1) * rows).min(windows), self.context)
    }
}

/// The mean loss over the validation batches of a task, or over `most` of them, spread evenly; 0 over 0 tokens where there
/// are none.
///
/// # Errors
///
/// [`Error::NotFinite`] if the loss is infinite or no number.
pub fn evaluate<T: Task>(task: &T, most: Option<usize>, step: u64) -> Result<Evaluation, Error> {
    let all = task.validation_batches();
    let taken = most.unwrap_or(all).min(all);
    let run = Run { step, ..Run::infer() };
    let (mut total, mut tokens) = (0.0, 0);
    for i in 0..taken {
        let batch = task.validation_batch(i * all / taken);
        let (loss, weight) = (number(&task.loss(&batch, &run)), task.weight(&batch));
        total += loss * weight as f64;
        tokens += weight as u64;
    }
    if !total.is_finite() {
        return Err(Error::NotFinite { step, what: format!("validation loss {total}") });
    }
    Ok(Evaluation { step, loss: total / tokens.max(1) as f64, tokens })
}

/// A scalar of either precision.
pub(super) fn number(x: &Tensor) -> f64 {
    Tensor::from(x.value().to_dtype(DType::F64)).item()
}
