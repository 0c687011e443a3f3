//! Stochastic gradient descent.

use super::{Optimizer, State, named};
use crate::error::Error;
use crate::graph::Grads;
use crate::params::Params;
use crate::tensor::Tensor;
use crate::value::Value;
use std::collections::BTreeMap;

/// Settings of [`Sgd`]; the defaults are PyTorch's but for the learning rate, which PyTorch sets to 1e-3.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SgdConfig {
    /// Learning rate.
    pub learning_rate: f64,
    /// Share of the last step's direction that is kept (0).
    pub momentum: f64,
    /// Share of the gradient that momentum leaves out (0).
    pub dampening: f64,
    /// Whether the gradient is looked at from where momentum leads (false).
    pub nesterov: bool,
    /// L2 penalty: times the parameter, added to the gradient (0).
    pub weight_decay: f64,
    /// Whether to climb instead (false).
    pub maximize: bool,
}

impl Default for SgdConfig {
    fn default() -> Self {
        Self { learning_rate: 1e-3, momentum: 0.0, dampening: 0.0, nesterov: false, weight_decay: 0.0, maximize: false }
    }
}

/// Gradient descent with momentum, as `torch.optim.SGD`: v ← μ v + (1 − τ) g, then p ← p − η v; the first v is g.
#[derive(Clone, Debug)]
pub struct Sgd {
    /// Settings; changing them between steps is fine.
    pub config: SgdConfig,
    steps: u64,
    velocity: BTreeMap<String, Value>,
}

impl Sgd {
    /// Before its first step.
    pub fn new(config: SgdConfig) -> Self {
        Self { config, steps: 0, velocity: BTreeMap::new() }
    }

    /// The direction of a step, given the gradient with penalty.
    fn direction(&mut self, name: &str, g: Tensor) -> Tensor {
        let c = self.config;
        if c.momentum == 0.0 {
            return g;
        }
        let velocity = match self.velocity.remove(name) {
            Some(last) => Tensor::from(last) * c.momentum + &g * (1.0 - c.dampening),
            None => g.clone(),
        };
        self.velocity.insert(name.to_owned(), velocity.value().clone());
        if c.nesterov { g + velocity * c.momentum } else { velocity }
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, params: &Params, grads: &Grads) {
        let c = self.config;
        for param in params.list().iter().filter(|p| p.is_trainable()) {
            let Some(g) = grads.param(param) else { continue };
            let g = if c.maximize { -g.detach() } else { g.detach() };
            let p = param.value();
            let g = if c.weight_decay == 0.0 { g } else { g + &p * c.weight_decay };
            param.set(&(p - self.direction(param.name(), g) * c.learning_rate));
        }
        self.steps += 1;
    }

    fn learning_rate(&self) -> f64 {
        self.config.learning_rate
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.config.learning_rate = rate;
    }

    fn state(&self) -> State {
        State { steps: self.steps, moments: named("velocity", &self.velocity).collect() }
    }

    fn restore(&mut self, mut state: State, params: &Params) -> Result<(), Error> {
        let velocity = state.take("velocity", params)?;
        let steps = state.steps;
        state.finish()?;
        (self.velocity, self.steps) = (velocity, steps);
        Ok(())
    }
}
