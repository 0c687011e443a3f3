use genai_core::{Params, Run, Tensor};

/// Sets elements to 0 at random while training; does nothing otherwise. See [`Tensor::dropout`].
///
/// It draws from the run's key, its own name and the step, so that the same step draws the same elements again.
#[derive(Clone, Debug)]
pub struct Dropout {
    probability: f64,
    name: String,
}

impl Dropout {
    /// Under the name `segment` below `p`.
    ///
    /// # Panics
    ///
    /// If the probability is not in [0, 1).
    #[track_caller]
    pub fn new(p: &Params, segment: &str, probability: f64) -> Self {
        assert!((0.0..1.0).contains(&probability), "dropout: probability {probability} outside [0, 1)");
        Self { probability, name: p.name_of(segment) }
    }

    /// Whether it does anything in this run.
    pub fn is_active(&self, run: &Run<'_>) -> bool {
        run.train && self.probability > 0.0
    }

    /// The thinned tensor; in evaluation the tensor itself.
    pub fn forward(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        if self.is_active(run) { x.dropout(self.probability, run.key_of(&self.name)) } else { x.clone() }
    }
}
