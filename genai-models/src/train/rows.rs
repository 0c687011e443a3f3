use genai_core::random::Key;
use genai_core::{Run, Tensor};

use super::Task;

/// Learning from the rows of a table, each of them its own target: autoencoders, densities.
///
/// Training goes through all rows in a random order, then through all of them in another one; the last batch of a round
/// may be smaller. A batch is a function of the key and its number. Evaluation takes the rows in their order.
#[derive(Clone, Debug)]
pub struct Rows<F> {
    /// The model: from rows `[b, ..]` to their mean loss.
    pub loss: F,
    /// What is learned, `[n, ..]`, n at least 1.
    pub train: Tensor,
    /// What it is judged by, `[m, ..]`.
    pub validation: Tensor,
    /// Rows of a training batch, b.
    pub rows: usize,
}

/// Rows of a validation batch: enough to fill the kernels.
const VALIDATION_ROWS: usize = 512;

impl<F> Rows<F> {
    /// Batches of a round through all training rows.
    pub fn batches(&self) -> u64 {
        self.train.extent(0).div_ceil(self.rows.max(1)) as u64
    }
}

impl<F: Fn(&Tensor, &Run<'_>) -> Tensor + Sync> Task for Rows<F> {
    type Batch = Tensor;

    fn batch(&self, key: Key, number: u64) -> Tensor {
        let (round, i) = (number / self.batches(), (number % self.batches()) as usize);
        let order = key.split(round).permutation(self.train.extent(0));
        let rows = order.iter().skip(i * self.rows).take(self.rows).map(|&row| row as i64);
        let rows: Vec<i64> = rows.collect();
        let count = rows.len();
        self.train.index_select(0, &Tensor::from_vec(rows, [count]))
    }

    fn loss(&self, batch: &Tensor, run: &Run<'_>) -> Tensor {
        (self.loss)(batch, run)
    }

    fn weight(&self, batch: &Tensor) -> usize {
        batch.extent(0)
    }

    fn validation_batches(&self) -> usize {
        self.validation.extent(0).div_ceil(VALIDATION_ROWS)
    }

    fn validation_batch(&self, i: usize) -> Tensor {
        let start = i * VALIDATION_ROWS;
        self.validation.narrow(0, start, VALIDATION_ROWS.min(self.validation.extent(0) - start))
    }
}
