//! The gallery: four pictures a row.

use std::error::Error;
use std::path::Path;

use genai_models::prob::Univariate;
use genai_models::prob::describe::Histogram;
use plotters::coord::Shift;
use plotters::prelude::*;

use super::Panel;

const COLUMNS: usize = 4;
const SIZE: (u32, u32) = (300, 220);
const BINS: usize = 40;
const POINTS: u32 = 240;

/// All panels in one file.
pub(crate) fn draw(path: &Path, panels: &[Panel]) -> Result<(), Box<dyn Error>> {
    let rows = panels.len().div_ceil(COLUMNS);
    let size = (SIZE.0 * COLUMNS as u32, SIZE.1 * rows as u32);
    let area = SVGBackend::new(path, size).into_drawing_area();
    area.fill(&WHITE)?;
    for (panel, area) in panels.iter().zip(area.split_evenly((rows, COLUMNS))) {
        one(panel, &area)?;
    }
    Ok(area.present()?)
}

fn one(panel: &Panel, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Box<dyn Error>> {
    let (low, high) = (panel.truth.quantile(0.001), panel.truth.isf(0.001));
    let bars = bars(panel, low, high)?;
    let curves = [line(&*panel.truth, low, high), line(&*panel.fitted, low, high)];
    let highest = bars.iter().map(|bar| bar.2).chain(curves.iter().flatten().map(|p| p.1)).fold(0.0, f64::max);
    let name = panel.truth.to_string();
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .caption(name, ("sans-serif", 13))
        .x_label_area_size(22)
        .y_label_area_size(34)
        .build_cartesian_2d(low - 0.5..high + 0.5, 0.0..1.05 * highest)?;
    chart.configure_mesh().disable_mesh().x_labels(5).y_labels(4).draw()?;
    chart.draw_series(
        bars.iter().map(|(from, to, y)| Rectangle::new([(*from, 0.0), (*to, *y)], BLUE.mix(0.2).filled())),
    )?;
    let [truth, fitted] = curves;
    chart.draw_series(LineSeries::new(truth, BLUE.stroke_width(2)))?;
    chart.draw_series(LineSeries::new(fitted, RED.stroke_width(1)))?;
    Ok(())
}

/// From, to, height.
type Bar = (f64, f64, f64);

/// The draws' bars: one for each whole number, or bins of equal width.
fn bars(panel: &Panel, low: f64, high: f64) -> Result<Vec<Bar>, Box<dyn Error>> {
    let n = panel.draws.len() as f64;
    if panel.truth.support().discrete {
        let share = |k: f64| panel.draws.iter().filter(|x| **x == k).count() as f64 / n;
        return Ok((low as i64..=high as i64).map(|k| k as f64).map(|k| (k - 0.4, k + 0.4, share(k))).collect());
    }
    let inside: Vec<f64> = panel.draws.iter().copied().filter(|x| (low..=high).contains(x)).collect();
    let histogram = Histogram::of(&inside, BINS)?;
    let edges = histogram.edges.windows(2).map(|edge| (edge[0], edge[1]));
    Ok(edges.zip(histogram.density()).map(|((from, to), y)| (from, to, y * inside.len() as f64 / n)).collect())
}

/// Density, or mass at whole numbers.
fn line(d: &dyn Univariate, low: f64, high: f64) -> Vec<(f64, f64)> {
    if d.support().discrete {
        return (low as i64..=high as i64).map(|k| (k as f64, d.prob(k as f64))).collect();
    }
    let place = |i: u32| low + (high - low) * f64::from(i) / f64::from(POINTS);
    (0..=POINTS).map(|i| (place(i), d.prob(place(i)))).filter(|(_, y)| y.is_finite()).collect()
}
