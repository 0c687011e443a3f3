//! The loop.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use genai_core::Params;
use genai_core::optim::Optimizer;
use serde::{Deserialize, Serialize};

use super::step::{self, Done};
use super::{Answer, Checkpoint, Evaluation, Observer, Progress, Task, TrainConfig, evaluate, folder};
use crate::Error;

/// What a training has come to: with weights, optimiser and settings it is all that the next step depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Steps done.
    pub step: u64,
    /// Tokens (or what else the task counts) learned from.
    pub tokens: u64,
    /// The last evaluation.
    pub last: Option<Evaluation>,
    /// The best evaluation.
    pub best: Option<Evaluation>,
    /// Evaluations since then.
    pub worse: u64,
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// All steps were done.
    Complete,
    /// The step was reached at which it was to pause.
    Paused,
    /// The loss on held-out data did not fall any more.
    Converged,
    /// An observer said so.
    Stopped,
}

/// Trains parameters on a [`Task`].
///
/// A step draws batches, adds up their gradients, clips them, sets the learning rate and moves the parameters; everything
/// it draws depends on the seed and its own number. Observers are told after each step. See the [module](super) for an
/// example.
pub struct Trainer<'a, T> {
    config: TrainConfig,
    task: &'a T,
    params: Params,
    optimizer: Box<dyn Optimizer>,
    state: State,
    observers: Vec<Box<dyn Observer + 'a>>,
    saving: Option<Saving<'a>>,
    clock: Clock,
}

/// Puts the model's files into a folder.
type Write<'a> = dyn Fn(&Path) -> Result<(), Error> + 'a;

/// Where and how to save.
struct Saving<'a> {
    folder: PathBuf,
    settings: serde_json::Value,
    write: Box<Write<'a>>,
}

/// Time spent in the steps of this process.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    steps: u64,
    tokens: u64,
    time: Duration,
}

impl<'a, T: Task> Trainer<'a, T> {
    /// A training before its first step.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range.
    pub fn new(
        config: TrainConfig,
        task: &'a T,
        params: &Params,
        optimizer: impl Optimizer + 'static,
    ) -> Result<Self, Error> {
        config.check()?;
        Ok(Self {
            config,
            task,
            params: params.clone(),
            optimizer: Box::new(optimizer),
            state: State::default(),
            observers: Vec::new(),
            saving: None,
            clock: Clock::default(),
        })
    }

    /// Goes on where a checkpoint stands. The parameters must be those of the checkpoint already; settings stay as given to
    /// [`new`](Self::new), usually [`Checkpoint::config`].
    ///
    /// # Errors
    ///
    /// If the optimiser's file is damaged or does not fit the parameters.
    pub fn resume(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        checkpoint.restore(&mut *self.optimizer, &self.params)?;
        self.state = *checkpoint.state();
        Ok(())
    }

    /// Adds an observer; they are told in the order in which they were added.
    pub fn observe(&mut self, observer: impl Observer + 'a) {
        self.observers.push(Box::new(observer));
    }

    /// Saves a [`Checkpoint`] to a folder after each evaluation and whenever [`run`](Self::run) ends without an error, with
    /// `settings` of the caller's own. `write` puts the model's files into the folder that it is given, which is not yet
    /// `folder`. The folder is made if missing.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written.
    pub fn save_to(
        &mut self,
        folder: impl Into<PathBuf>,
        settings: serde_json::Value,
        write: impl Fn(&Path) -> Result<(), Error> + 'a,
    ) -> Result<(), Error> {
        let folder = folder.into();
        folder::prepare(&folder)?;
        self.saving = Some(Saving { folder, settings, write: Box::new(write) });
        Ok(())
    }

    /// What it has come to.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The mean loss over all validation data, now.
    ///
    /// # Errors
    ///
    /// If it is not finite.
    pub fn evaluate(&self) -> Result<Evaluation, Error> {
        evaluate(self.task, None, self.state.step)
    }

    /// Trains until `until` steps are done, or all that the settings say, whichever is less. Run again, it goes on: stopping
    /// in between changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NotFinite`] if the loss or a gradient is infinite or no number: the parameters are then those before that
    /// step, and what was saved last stays. Else what an observer says, or saving.
    pub fn run(&mut self, until: u64) -> Result<Finish, Error> {
        let until = until.min(self.config.steps);
        let mut progress = self.progress(None);
        self.observers.iter_mut().try_for_each(|it| it.train_begin(&progress))?;
        let mut finish = None;
        while self.state.step < until && finish.is_none() {
            let done = self.step()?;
            progress = self.progress(Some(done));
            let stop = self.tell(|it| it.step_end(&progress))?;
            finish = stop.then_some(Finish::Stopped);
            if self.is_evaluation_due() {
                finish = self.evaluate_on_the_way(&progress)?.or(finish);
                if finish.is_none() && self.state.step < until {
                    self.save(&progress)?;
                }
            }
        }
        let complete = self.state.step >= self.config.steps;
        let finish = finish.unwrap_or(if complete { Finish::Complete } else { Finish::Paused });
        self.save(&progress)?;
        self.observers.iter_mut().try_for_each(|it| it.train_end(&progress, finish))?;
        Ok(finish)
    }

    fn step(&mut self) -> Result<Done, Error> {
        let start = Instant::now();
        let done = step::take(self.task, &self.config, &self.params, &mut *self.optimizer, self.state.step)?;
        self.state.step += 1;
        self.state.tokens += done.tokens;
        self.clock.steps += 1;
        self.clock.tokens += done.tokens;
        self.clock.time += start.elapsed();
        Ok(done)
    }

    /// Tells all observers, whatever the first ones answer; whether one wants to stop.
    fn tell(&mut self, event: impl Fn(&mut dyn Observer) -> Result<Answer, Error>) -> Result<bool, Error> {
        let mut stop = false;
        for observer in &mut self.observers {
            stop |= event(&mut **observer)? == Answer::Stop;
        }
        Ok(stop)
    }

    fn is_evaluation_due(&self) -> bool {
        let (step, every) = (self.state.step, self.config.evaluate_every);
        step == self.config.steps || every > 0 && step.is_multiple_of(every)
    }

    /// Evaluates; on all validation data where this is the last step.
    fn evaluate_on_the_way(&mut self, progress: &Progress) -> Result<Option<Finish>, Error> {
        let last = self.state.step == self.config.steps;
        let most = if last { None } else { self.config.evaluate_batches };
        let evaluation = evaluate(self.task, most, self.state.step)?;
        let better = self.state.best.is_none_or(|best| evaluation.loss < best.loss);
        self.state.last = Some(evaluation);
        self.state.worse = if better { 0 } else { self.state.worse + 1 };
        if better {
            self.state.best = Some(evaluation);
        }
        let stop = self.tell(|it| it.evaluate(progress, &evaluation))?;
        let converged = !last && self.config.patience.is_some_and(|patience| self.state.worse >= patience);
        Ok(if converged { Some(Finish::Converged) } else { stop.then_some(Finish::Stopped) })
    }

    fn save(&mut self, progress: &Progress) -> Result<(), Error> {
        let Some(Saving { folder, settings, write }) = &self.saving else { return Ok(()) };
        Checkpoint::save(folder, &self.config, &self.state, &*self.optimizer, settings, write)?;
        self.observers.iter_mut().try_for_each(|it| it.save(progress, folder))
    }

    fn progress(&self, done: Option<Done>) -> Progress {
        let Clock { steps, tokens, time } = self.clock;
        let left = self.config.steps.saturating_sub(self.state.step);
        let remaining = time.as_secs_f64() / steps.max(1) as f64 * left as f64;
        Progress {
            step: self.state.step,
            steps: self.config.steps,
            loss: done.map_or(f64::NAN, |done| done.loss),
            learning_rate: done.map_or(0.0, |done| done.learning_rate),
            gradient_norm: done.map_or(f64::NAN, |done| done.gradient_norm),
            tokens: self.state.tokens,
            tokens_per_second: if time.is_zero() { 0.0 } else { tokens as f64 / time.as_secs_f64() },
            remaining: Duration::try_from_secs_f64(remaining).unwrap_or(Duration::MAX),
        }
    }
}

impl<T> fmt::Debug for Trainer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Trainer");
        shown.field("config", &self.config).field("state", &self.state).field("optimizer", &self.optimizer);
        shown.finish_non_exhaustive()
    }
}
