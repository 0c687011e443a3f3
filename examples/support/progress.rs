//! How a training looks in a terminal, and in a file.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use genai_models::Error;
use genai_models::train::{Answer, Evaluation, Finish, Observer, Progress};
use indicatif::{ProgressBar, ProgressStyle};

/// A bar on stderr where that is a terminal; else a plain line every ten seconds and after each evaluation.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    bar: Option<ProgressBar>,
    unit: &'static str,
    spoken: Instant,
    validation: Option<f64>,
}

const SILENCE: Duration = Duration::from_secs(10);

impl ProgressLine {
    /// For a training that counts what it learns from in this unit: tokens, pictures.
    pub(crate) fn new(unit: &'static str) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = stderr().is_terminal().then(|| ProgressBar::new(0).with_style(style));
        Self { bar, unit, spoken: Instant::now(), validation: None }
    }

    fn say(&mut self, progress: &Progress) {
        let Progress { step, steps, loss, tokens_per_second, remaining, .. } = progress;
        let validation = self.validation.map_or(String::new(), |loss| format!("  validation {loss:.4}"));
        let rest = remaining.as_secs();
        let line = format!(
            "step {step}/{steps}  loss {loss:.4}{validation}  {tokens_per_second:.0} {}/s  {}:{:02} left",
            self.unit,
            rest / 60,
            rest % 60
        );
        match &self.bar {
            Some(bar) => bar.set_message(line),
            None => eprintln!("{line}"),
        }
        self.spoken = Instant::now();
    }
}

impl Observer for ProgressLine {
    fn train_begin(&mut self, progress: &Progress) -> Result<(), Error> {
        if let Some(bar) = &self.bar {
            bar.set_length(progress.steps);
            bar.set_position(progress.step);
        }
        Ok(())
    }

    fn step_end(&mut self, progress: &Progress) -> Result<Answer, Error> {
        if let Some(bar) = &self.bar {
            bar.set_position(progress.step);
        }
        if self.spoken.elapsed() > SILENCE || self.bar.is_some() {
            self.say(progress);
        }
        Ok(Answer::Continue)
    }

    fn evaluate(&mut self, progress: &Progress, evaluation: &Evaluation) -> Result<Answer, Error> {
        self.validation = Some(evaluation.loss);
        self.say(progress);
        Ok(Answer::Continue)
    }

    fn train_end(&mut self, _: &Progress, _: Finish) -> Result<(), Error> {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
        Ok(())
    }
}
