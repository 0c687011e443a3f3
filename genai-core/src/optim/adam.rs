//! Adam and AdamW.

use super::{Optimizer, State, named};
use crate::dtype::with_float;
use crate::error::Error;
use crate::graph::Grads;
use crate::kernels::optimizer::{self as kernel, AdamState};
use crate::params::{Param, Params};
use crate::tensor::Tensor;
use crate::value::Value;
use std::collections::BTreeMap;

/// Which parameters weight decay pulls towards zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decay {
    /// Every parameter, as PyTorch does unless groups say otherwise.
    All,
    /// Parameters with two axes or more: weights and embeddings, not gains and biases.
    Matrices,
}

/// Settings of [`Adam`]; the defaults are those of PyTorch's AdamW.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct AdamConfig {
    /// Learning rate (1e-3).
    pub learning_rate: f64,
    /// How much of the running means of the gradient and of its square is kept a step (.9, .999).
    pub betas: (f64, f64),
    /// Added to the root of the mean square (1e-8).
    pub eps: f64,
    /// Pull towards zero (1e-2).
    pub weight_decay: f64,
    /// Whether the pull is on the parameter (AdamW) or in the gradient (Adam, L2) (true).
    pub decoupled: bool,
    /// On which parameters it acts (all).
    pub decay: Decay,
    /// Whether to divide by the largest mean square so far (false).
    pub amsgrad: bool,
    /// Whether to go up instead of down (false).
    #[serde(default)]
    pub maximize: bool,
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay: 1e-2,
            decoupled: true,
            decay: Decay::All,
            amsgrad: false,
            maximize: false,
        }
    }
}

impl AdamConfig {
    /// The defaults of PyTorch's Adam: no weight decay.
    pub fn adam() -> Self {
        Self { weight_decay: 0.0, decoupled: false, ..Self::default() }
    }
}

/// Adam, and with `decoupled` weight decay AdamW: running means m of the gradient g and v of g², corrected for their start
/// at zero; p ← p − η m̂ / (√v̂ + ε). One fused pass a parameter, in place.
///
/// Source: Kingma & Ba 2014, [arXiv:1412.6980](https://arxiv.org/abs/1412.6980), algorithm 1; Loshchilov & Hutter 2017,
/// [arXiv:1711.05101](https://arxiv.org/abs/1711.05101), algorithm 2; AMSGrad: Reddi et al. 2018.
#[derive(Clone, Debug)]
pub struct Adam {
    /// Settings; changing them between steps is fine.
    pub config: AdamConfig,
    steps: u64,
    mean: BTreeMap<String, Value>,
    square: BTreeMap<String, Value>,
    largest: BTreeMap<String, Value>,
}

impl Adam {
    /// Before its first step.
    pub fn new(config: AdamConfig) -> Self {
        Self { config, steps: 0, mean: BTreeMap::new(), square: BTreeMap::new(), largest: BTreeMap::new() }
    }

    /// The kernel's view of the settings, for a parameter.
    fn how(&self, param: &Param) -> kernel::Adam {
        let c = self.config;
        let decays = c.decay == Decay::All || param.shape().len() >= 2;
        kernel::Adam {
            learning_rate: c.learning_rate,
            beta1: c.betas.0,
            beta2: c.betas.1,
            eps: c.eps,
            weight_decay: if decays { c.weight_decay } else { 0.0 },
            decoupled: c.decoupled,
            step: u32::try_from(self.steps).unwrap_or(u32::MAX),
            gradient_scale: 1.0,
        }
    }

    fn change(&mut self, param: &Param, g: &Tensor) {
        let how = self.how(param);
        let amsgrad = self.config.amsgrad;
        param.update(|w| {
            let zeros = || Tensor::zeros_of(w.shape(), w.dtype()).into_value();
            let slot = |moments: &mut BTreeMap<String, Value>| moments.remove(param.name()).unwrap_or_else(zeros);
            let (mut mean, mut square) = (slot(&mut self.mean), slot(&mut self.square));
            let mut largest = amsgrad.then(|| slot(&mut self.largest));
            with_float!(w.dtype(), T => {
                let state = AdamState {
                    mean: mean.make_mut::<T>(),
                    square: square.make_mut::<T>(),
                    largest: largest.as_mut().map(|x| x.make_mut::<T>()),
                };
                let g = g.value().read::<T>();
                if w.is_unshared() && w.layout().is_contiguous() {
                    kernel::adam(w.make_mut::<T>(), state, &g, &how);
                } else {
                    // Somebody, such as a graph that is still alive, holds the old value: write a new one beside it.
                    *w = Value::filled::<T>(w.shape(), |out| kernel::adam_into(&w.read::<T>(), out, state, &g, &how));
                }
            });
            self.mean.insert(param.name().to_owned(), mean);
            self.square.insert(param.name().to_owned(), square);
            if let Some(largest) = largest {
                self.largest.insert(param.name().to_owned(), largest);
            }
        });
    }
}

impl Optimizer for Adam {
    fn step(&mut self, params: &Params, grads: &Grads) {
        self.steps += 1;
        for param in params.list().iter().filter(|p| p.is_trainable()) {
            if let Some(g) = grads.param(param) {
                let g = if self.config.maximize { -g.detach() } else { g.detach() };
                self.change(param, &g);
            }
        }
    }

    fn learning_rate(&self) -> f64 {
        self.config.learning_rate
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.config.learning_rate = rate;
    }

    fn state(&self) -> State {
        let kinds = [("mean", &self.mean), ("square", &self.square), ("largest", &self.largest)];
        let moments = kinds.into_iter().flat_map(|(kind, moments)| named(kind, moments)).collect();
        State { steps: self.steps, moments }
    }

    fn restore(&mut self, mut state: State, params: &Params) -> Result<(), Error> {
        let (mean, square) = (state.take("mean", params)?, state.take("square", params)?);
        let largest = state.take("largest", params)?;
        let steps = state.steps;
        state.finish()?;
        (self.mean, self.square, self.largest, self.steps) = (mean, square, largest, steps);
        Ok(())
    }
}
