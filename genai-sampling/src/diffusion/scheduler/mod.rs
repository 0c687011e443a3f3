//! diffusers' schedulers: a `scheduler_config.json` becomes a path, levels, a prediction, limits and a solver.
//!
//! ```
//! use genai_sampling::diffusion::scheduler::Scheduler;
//!
//! let euler = Scheduler::from_json(r#"{"_class_name": "EulerDiscreteScheduler", "use_karras_sigmas": true}"#)?;
//! let plan = euler.plan::<f32>(20)?;
//! assert_eq!(plan.steps.len(), 20);
//! assert_eq!(plan.steps[19].to.sigma, 0.0);
//! # Ok::<(), genai_sampling::Error>(())
//! ```
//!
//! To add a class: its function in the file of its kind, one row in `CLASSES`, and names of settings that are new in
//! `settings.rs`.

mod continuous;
mod discrete;
mod exponential;
mod ratios;
mod settings;

use genai_core::random::Key;

use super::solver::{Solver, sample_with};
use super::{Denoise, Limit, Model, Number, Path, Prediction, Scale, Step, normal};
use crate::Error;
use settings::Settings;

/// A scheduler of a class, with its settings.
#[derive(Clone, Debug)]
pub struct Scheduler {
    settings: Settings,
    shift: Option<f64>,
    eta: Option<f64>,
}

/// What a scheduler does for a number of steps.
#[derive(Debug)]
pub struct Plan<F> {
    /// The path.
    pub path: Box<dyn Path>,
    /// From noise to data.
    pub steps: Vec<Step>,
    /// By what standard normal noise is multiplied to be the first sample.
    pub start: f64,
    /// What the network predicts.
    pub prediction: Prediction,
    /// How the network's input is scaled.
    pub scale: Scale,
    /// Whether a row of the network's output holds predictions, and then as many variances.
    pub learns: bool,
    /// How clean samples are limited.
    pub limit: Limit,
    /// The solver.
    pub solver: Box<dyn Solver<F>>,
}

/// Which classes there are, and what makes their plans.
enum Maker {
    Discrete,
    Ratios,
    Exponential,
    Continuous,
}

const CLASSES: [(&str, Maker); 26] = [
    ("DDPMScheduler", Maker::Discrete),
    ("DDIMScheduler", Maker::Discrete),
    ("DDIMInverseScheduler", Maker::Discrete),
    ("PNDMScheduler", Maker::Discrete),
    ("LCMScheduler", Maker::Discrete),
    ("TCDScheduler", Maker::Discrete),
    ("UnCLIPScheduler", Maker::Discrete),
    ("EulerDiscreteScheduler", Maker::Ratios),
    ("EulerAncestralDiscreteScheduler", Maker::Ratios),
    ("HeunDiscreteScheduler", Maker::Ratios),
    ("KDPM2DiscreteScheduler", Maker::Ratios),
    ("KDPM2AncestralDiscreteScheduler", Maker::Ratios),
    ("LMSDiscreteScheduler", Maker::Ratios),
    ("DPMSolverMultistepScheduler", Maker::Exponential),
    ("DPMSolverSinglestepScheduler", Maker::Exponential),
    ("UniPCMultistepScheduler", Maker::Exponential),
    ("DEISMultistepScheduler", Maker::Exponential),
    ("IPNDMScheduler", Maker::Continuous),
    ("EDMEulerScheduler", Maker::Continuous),
    ("EDMDPMSolverMultistepScheduler", Maker::Continuous),
    ("FlowMatchEulerDiscreteScheduler", Maker::Continuous),
    ("FlowMatchHeunDiscreteScheduler", Maker::Continuous),
    ("CMStochasticIterativeScheduler", Maker::Continuous),
    ("ScoreSdeVeScheduler", Maker::Continuous),
    ("DDPMParallelScheduler", Maker::Discrete),
    ("DDIMParallelScheduler", Maker::Discrete),
];

impl Scheduler {
    /// Reads a `scheduler_config.json`; `-Infinity`, which Python writes, is accepted.
    ///
    /// # Errors
    ///
    /// If the text is no JSON, the class or a setting is unknown, or a setting is out of its range.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let settings = Settings::read(text)?;
        let scheduler = Self { settings, shift: None, eta: None };
        scheduler.clone().with_shift(1.0).plan::<f64>(2)?; // settings that cannot be followed are found now
        Ok(scheduler)
    }

    /// The class.
    pub fn class(&self) -> &str {
        self.settings.class()
    }

    /// μ for `use_dynamic_shifting`: by what the resolution moves levels towards noise.
    #[must_use]
    pub fn with_shift(self, mu: f64) -> Self {
        Self { shift: Some(mu), ..self }
    }

    /// η of DDIM (0 otherwise) or γ of TCD (.3 otherwise).
    #[must_use]
    pub fn with_eta(self, eta: f64) -> Self {
        Self { eta: Some(eta), ..self }
    }

    /// Levels and solver for a number of steps.
    ///
    /// # Errors
    ///
    /// If `steps` is 0 or more than the scheduler can make, or settings do not go together.
    pub fn plan<F: Number>(&self, steps: usize) -> Result<Plan<F>, Error> {
        if steps == 0 {
            return Err(Error::Parameter { name: "steps", value: 0.0, expected: "1 or more" });
        }
        match CLASSES.iter().find(|(name, _)| *name == self.class()) {
            Some((_, Maker::Discrete)) => discrete::plan(self, steps),
            Some((_, Maker::Ratios)) => ratios::plan(self, steps),
            Some((_, Maker::Exponential)) => exponential::plan(self, steps),
            Some((_, Maker::Continuous)) => continuous::plan(self, steps),
            None => Err(self.settings.wrong("_class_name", "a class of diffusers' schedulers that is known here")),
        }
    }
}

impl<F: Number> Plan<F> {
    /// Samples: x comes as standard normal noise and leaves as data, in `rows` rows.
    ///
    /// # Errors
    ///
    /// As [`sample`](super::solver::sample).
    pub fn sample(
        &self,
        network: impl FnMut(&[F], f64, &mut [F]) -> Result<(), Error>,
        x: &mut [F],
        rows: usize,
        key: Key,
    ) -> Result<(), Error> {
        self.sample_with(network, x, rows, normal(key), |_, _| Ok(()))
    }

    /// [`sample`](Self::sample) with a source of noise, and a hook that sees, and may change, x after every step.
    ///
    /// # Errors
    ///
    /// As [`sample`](Self::sample), and what the hook returns.
    pub fn sample_with(
        &self,
        network: impl FnMut(&[F], f64, &mut [F]) -> Result<(), Error>,
        x: &mut [F],
        rows: usize,
        noise: impl FnMut(&mut [F]),
        mut hook: impl FnMut(&mut [F], Step) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let start = F::from_f64(self.start);
        x.iter_mut().for_each(|x| *x = *x * start);
        let model = Model::new(self.prediction, network).scaled(self.scale);
        let mut model = if self.learns { model.with_variances() } else { model };
        let denoise = Denoise::new(&mut model, &*self.path);
        let mut denoise = denoise.with_noise(noise).with_limit(self.limit).with_rows(rows);
        sample_with(&*self.solver, &mut denoise, x, &self.steps, |_, x, step| hook(x, step))
    }
}
