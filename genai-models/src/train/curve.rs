//! The picture of a training.

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};

use genai_core::format::write_atomically;
use plotters::prelude::*;

use super::log::read_csv;
use super::{Answer, Evaluation, Finish, Observer, Progress};
use crate::Error;

/// Losses over the steps as an SVG, drawn anew after each evaluation and at the end: a line through the training loss (means
/// of neighbouring steps once there are more than 500) and one through the validation loss.
#[derive(Debug)]
pub struct LossCurve {
    path: PathBuf,
    history: Option<PathBuf>,
    training: Vec<(u64, f32)>,
    validation: Vec<(u64, f32)>,
}

/// Points of the training line at most.
const POINTS: usize = 500;
const SIZE: (u32, u32) = (960, 540);

impl LossCurve {
    /// A curve at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), history: None, training: Vec::new(), validation: Vec::new() }
    }

    /// The same; when a training goes on, what was before is read from its [`CsvLog`](super::CsvLog) at this path.
    #[must_use]
    pub fn with_history(self, csv: impl Into<PathBuf>) -> Self {
        Self { history: Some(csv.into()), ..self }
    }

    fn write(&self) -> Result<(), Error> {
        if self.training.is_empty() {
            return Ok(());
        }
        let fail = |error: Box<dyn StdError>| Error::Io {
            path: self.path.clone(),
            source: io::Error::other(error.to_string()),
        };
        let svg = draw(&smooth(&self.training), &points(&self.validation)).map_err(fail)?;
        Ok(write_atomically(&self.path, |file| file.write_all(svg.as_bytes()))?)
    }
}

impl Observer for LossCurve {
    fn train_begin(&mut self, progress: &Progress) -> Result<(), Error> {
        if let Some(csv) = self.history.as_deref().filter(|_| progress.step > 0) {
            [self.training, self.validation] = read_csv(Path::new(csv), progress.step)?;
        }
        Ok(())
    }

    fn step_end(&mut self, progress: &Progress) -> Result<Answer, Error> {
        self.training.push((progress.step, progress.loss as f32));
        Ok(Answer::Continue)
    }

    fn evaluate(&mut self, _: &Progress, evaluation: &Evaluation) -> Result<Answer, Error> {
        self.validation.push((evaluation.step, evaluation.loss as f32));
        self.write()?;
        Ok(Answer::Continue)
    }

    fn train_end(&mut self, _: &Progress, _: Finish) -> Result<(), Error> {
        self.write()
    }
}

fn points(losses: &[(u64, f32)]) -> Vec<(f64, f64)> {
    losses.iter().map(|&(step, loss)| (step as f64, f64::from(loss))).collect()
}

/// Means over neighbouring steps, so that there are not more than [`POINTS`].
fn smooth(losses: &[(u64, f32)]) -> Vec<(f64, f64)> {
    let mean = |part: &[(f64, f64)]| {
        let (x, y) = part.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        (x / part.len() as f64, y / part.len() as f64)
    };
    points(losses).chunks(losses.len().div_ceil(POINTS).max(1)).map(mean).collect()
}

fn draw(training: &[(f64, f64)], validation: &[(f64, f64)]) -> Result<String, Box<dyn StdError>> {
    let all = || training.iter().chain(validation);
    let (low, high) = all().fold((f64::MAX, f64::MIN), |(low, high), &(_, y)| (low.min(y), high.max(y)));
    let (last, margin) = (all().fold(1.0, |last, &(x, _)| f64::max(last, x)), ((high - low) * 0.05).max(1e-3));
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..last, low - margin..high + margin)?;
        chart.configure_mesh().light_line_style(WHITE).x_desc("step").y_desc("loss (nats)").draw()?;
        let lines =
            [(training, "training", RGBColor(160, 190, 230)), (validation, "validation", RGBColor(200, 60, 40))];
        for (points, name, color) in lines {
            let style = color.stroke_width(2);
            chart
                .draw_series(LineSeries::new(points.iter().copied(), style))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], style));
        }
        chart.configure_series_labels().background_style(WHITE).border_style(BLACK.mix(0.3)).draw()?;
        area.present()?;
    }
    Ok(svg)
}
