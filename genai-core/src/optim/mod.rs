//! Optimisers, schedules, clipping.
//!
//! To add an optimiser: one file with its struct and [`Optimizer`], and one row in `tests/optimizers.rs`.

mod adam;
mod clip;
mod schedule;
mod sgd;

pub use adam::{Adam, AdamConfig, Decay};
pub use clip::{clip_norm, clip_value, global_norm};
pub use schedule::{Constant, Schedule, WarmupCosine};
pub use sgd::{Sgd, SgdConfig};

use crate::error::Error;
use crate::graph::Grads;
use crate::params::Params;
use crate::value::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Changes parameters along their gradients.
pub trait Optimizer: Debug + Send {
    /// One step: every trainable parameter that has a gradient is changed in place. A parameter without one is left as it
    /// is.
    fn step(&mut self, params: &Params, grads: &Grads);

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate of the next step.
    fn set_learning_rate(&mut self, rate: f64);

    /// Everything that the next step depends on, apart from the configuration.
    fn state(&self) -> State;

    /// Goes on from a saved state.
    ///
    /// # Errors
    ///
    /// If a moment is missing, left over or of another shape than its parameter.
    fn restore(&mut self, state: State, params: &Params) -> Result<(), Error>;
}

/// What an optimiser remembers: how many steps it took, and its moments by name.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Steps taken.
    pub steps: u64,
    /// Moments, named `kind.parameter`.
    pub moments: BTreeMap<String, Value>,
}

impl State {
    /// The moments of one kind, each checked against its parameter.
    fn take(&mut self, kind: &str, params: &Params) -> Result<BTreeMap<String, Value>, Error> {
        let prefix = format!("{kind}.");
        let mut moments = BTreeMap::new();
        let names: Vec<String> = self.moments.keys().filter(|name| name.starts_with(&prefix)).cloned().collect();
        for name in names {
            let value = self.moments.remove(&name).expect("the name was listed a line ago");
            let Some(param) = params.find(&name[prefix.len()..]) else {
                return Err(Error::Unexpected { names: vec![name] });
            };
            if value.shape() != param.shape().as_slice() {
                let (found, expected) = (value.shape().to_vec(), param.shape().to_vec());
                return Err(Error::Shape { name, found, expected });
            }
            moments.insert(param.name().to_owned(), value);
        }
        Ok(moments)
    }

    /// After all kinds were taken: nothing may be left.
    fn finish(self) -> Result<(), Error> {
        if self.moments.is_empty() {
            return Ok(());
        }
        Err(Error::Unexpected { names: self.moments.into_keys().collect() })
    }
}

/// Moments by parameter under names with their kind in front.
fn named<'a>(kind: &'a str, moments: &'a BTreeMap<String, Value>) -> impl Iterator<Item = (String, Value)> + 'a {
    moments.iter().map(move |(name, value)| (format!("{kind}.{name}"), value.clone()))
}
