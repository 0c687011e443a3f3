//! [`Run`]: how a model is being run.

use crate::params::Param;
use crate::random::Key;
use crate::tensor::Tensor;
use std::collections::HashMap;

/// Weights that stand in for a model's own, by parameter name: averaged ones, merged adapters, candidates.
pub type Overlay = HashMap<String, Tensor>;

/// How a model is being run: training or not, with which randomness, on which weights. Every layer's `forward` takes it;
/// layers hold no such state themselves.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// Whether dropout and the like are active.
    pub train: bool,
    /// Whether weights are tracked, so that gradients can be asked for.
    pub tracked: bool,
    /// Where random layers draw from, together with their name and the step.
    pub key: Key,
    /// The training step.
    pub step: u64,
    /// Weights in place of the model's.
    pub weights: Option<&'a Overlay>,
}

impl Run<'static> {
    /// Inference: no dropout, nothing recorded.
    pub fn infer() -> Self {
        Self { train: false, tracked: false, key: Key::new(0), step: 0, weights: None }
    }

    /// A step of training.
    pub fn train(key: Key, step: u64) -> Self {
        Self { train: true, tracked: true, key, step, weights: None }
    }
}

impl<'a> Run<'a> {
    /// The same with gradients, or without.
    pub fn with_tracked(self, tracked: bool) -> Self {
        Self { tracked, ..self }
    }

    /// The same on other weights.
    pub fn with_weights<'b>(self, weights: &'b Overlay) -> Run<'b> {
        Run { weights: Some(weights), ..self }
    }

    /// A parameter's value for this run: a leaf where gradients are wanted, plain otherwise.
    pub fn weight(&self, param: &Param) -> Tensor {
        if let Some(weight) = self.weights.and_then(|weights| weights.get(param.name())) {
            return weight.clone();
        }
        if self.tracked && param.is_trainable() { param.tracked() } else { param.value() }
    }

    /// Where a random layer of this name draws from in this step: the same numbers whenever it is asked, so that a
    /// recomputed layer draws them again.
    pub fn key_of(&self, name: &str) -> Key {
        self.key.named(name).split(self.step)
    }
}
