//! Logs: a line an event, to be read while the training goes on and after it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use genai_core::format::write_atomically;
use serde_json::json;

use super::{Answer, Evaluation, Observer, Progress};
use crate::Error;

/// A file of lines that grows. Each is written whole and at once; one that a dying process has cut is dropped when the
/// training goes on, as are those of steps that the training goes back behind.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    file: Option<File>,
}

impl Lines {
    fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), file: None }
    }

    /// Begins at a step: keeps the header and the lines up to there, or starts anew at step 0.
    fn begin(&mut self, header: &str, step: u64, step_of: impl Fn(&str) -> Option<u64>) -> Result<(), Error> {
        let fail = |source| Error::Io { path: self.path.clone(), source };
        let mut kept = header.to_owned();
        if step > 0 {
            whole_lines(&self.path)?
                .split_inclusive('\n')
                .filter(|line| step_of(line).is_some_and(|at| at <= step))
                .for_each(|line| kept.push_str(line));
        }
        write_atomically(&self.path, |file| file.write_all(kept.as_bytes()))?;
        self.file = Some(OpenOptions::new().append(true).open(&self.path).map_err(fail)?);
        Ok(())
    }

    fn push(&mut self, line: &str) -> Result<(), Error> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let fail = |source| Error::Io { path: self.path.clone(), source };
        file.write_all(format!("{line}\n").as_bytes()).map_err(fail)
    }
}

/// What a file holds up to its last line end; nothing if there is no file.
fn whole_lines(path: &Path) -> Result<String, Error> {
    match fs::read(path) {
        Ok(bytes) => {
            let end = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(Error::Io { path: path.into(), source }),
    }
}

/// Steps and evaluations as comma-separated values, a line each:
///
/// ```text
/// step,loss,learning_rate,gradient_norm,validation_loss
/// 250,2.1,0.00098,0.61,
/// 250,,,,2.05
/// ```
///
/// There are no times in it: the same training writes the same file, interrupted or not.
#[derive(Debug)]
pub struct CsvLog(Lines);

const HEADER: &str = "step,loss,learning_rate,gradient_norm,validation_loss\n";

impl CsvLog {
    /// A log at this path. A training from step 0 starts the file anew, one that goes on keeps what is there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Lines::new(path))
    }
}

fn csv_step(line: &str) -> Option<u64> {
    line.split(',').next()?.parse().ok()
}

impl Observer for CsvLog {
    fn train_begin(&mut self, progress: &Progress) -> Result<(), Error> {
        self.0.begin(HEADER, progress.step, csv_step)
    }

    fn step_end(&mut self, progress: &Progress) -> Result<Answer, Error> {
        let Progress { step, loss, learning_rate, gradient_norm, .. } = progress;
        self.0.push(&format!("{step},{},{},{},", *loss as f32, *learning_rate as f32, *gradient_norm as f32))?;
        Ok(Answer::Continue)
    }

    fn evaluate(&mut self, _: &Progress, evaluation: &Evaluation) -> Result<Answer, Error> {
        self.0.push(&format!("{},,,,{}", evaluation.step, evaluation.loss as f32))?;
        Ok(Answer::Continue)
    }
}

/// Steps and losses of a [`CsvLog`] up to a step: those of training, and those of evaluation.
pub(super) fn read_csv(path: &Path, last: u64) -> Result<[Vec<(u64, f32)>; 2], Error> {
    let mut points = [Vec::new(), Vec::new()];
    for line in whole_lines(path)?.lines() {
        let fields: Vec<&str> = line.split(',').collect();
        if let [step, loss, _, _, validation] = fields[..]
            && let Ok(step) = step.parse::<u64>()
            && step <= last
        {
            for (points, loss) in points.iter_mut().zip([loss, validation]) {
                points.extend(loss.parse().map(|loss| (step, loss)));
            }
        }
    }
    Ok(points)
}

/// Steps and evaluations as JSON, an object a line, with the speed:
///
/// ```text
/// {"event":"step","step":250,"loss":2.1,"learning_rate":0.00098,"gradient_norm":0.61,"tokens":192000,"tokens_per_second":25000.0}
/// {"event":"evaluate","step":250,"loss":2.05,"tokens":20480}
/// ```
#[derive(Debug)]
pub struct JsonLog(Lines);

impl JsonLog {
    /// A log at this path. A training from step 0 starts the file anew, one that goes on keeps what is there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Lines::new(path))
    }
}

impl Observer for JsonLog {
    fn train_begin(&mut self, progress: &Progress) -> Result<(), Error> {
        let step_of = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["step"].as_u64();
        self.0.begin("", progress.step, step_of)
    }

    fn step_end(&mut self, progress: &Progress) -> Result<Answer, Error> {
        let line = json!({
            "event": "step",
            "step": progress.step,
            "loss": progress.loss,
            "learning_rate": progress.learning_rate,
            "gradient_norm": progress.gradient_norm,
            "tokens": progress.tokens,
            "tokens_per_second": progress.tokens_per_second,
        });
        self.0.push(&line.to_string())?;
        Ok(Answer::Continue)
    }

    fn evaluate(&mut self, _: &Progress, it: &Evaluation) -> Result<Answer, Error> {
        let line = json!({"event": "evaluate", "step": it.step, "loss": it.loss, "tokens": it.tokens});
        self.0.push(&line.to_string())?;
        Ok(Answer::Continue)
    }
}
