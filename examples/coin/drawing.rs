//! The curve.

use std::error::Error;
use std::path::Path;

use genai_models::prob::Univariate;
use genai_models::prob::continuous::Beta;
use genai_models::prob::likelihood::Likelihood;
use plotters::prelude::*;

/// The likelihood as a share of its largest value, the posterior as a share of its own, a line at the most likely place.
pub(crate) fn draw(
    path: &Path,
    likelihood: &Likelihood<'_>,
    posterior: &Beta,
    best: f64,
    points: u32,
) -> Result<(), Box<dyn Error>> {
    let thetas: Vec<f64> = (1..points).map(|i| f64::from(i) / f64::from(points)).collect();
    let shares = |ln: Vec<f64>| {
        let top = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        thetas.iter().copied().zip(ln.into_iter().map(move |y| (y - top).exp())).collect::<Vec<_>>()
    };
    let of_data = shares(thetas.iter().map(|theta| likelihood.ln_likelihood(&[*theta])).collect());
    let of_both = shares(thetas.iter().map(|theta| posterior.ln_prob(*theta)).collect());

    let area = SVGBackend::new(path, (800, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..1.0, 0.0..1.05)?;
    chart.configure_mesh().x_desc("theta, the probability of heads").y_desc("share of the largest value").draw()?;
    chart
        .draw_series(LineSeries::new(of_data, BLUE.stroke_width(2)))?
        .label("likelihood")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], BLUE.stroke_width(2)));
    chart
        .draw_series(LineSeries::new(of_both, RED.stroke_width(1)))?
        .label("posterior")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], RED.stroke_width(1)));
    chart.draw_series(LineSeries::new([(best, 0.0), (best, 1.0)], BLACK.mix(0.5)))?;
    chart
        .configure_series_labels()
        .border_style(BLACK)
        .background_style(WHITE)
        .position(SeriesLabelPosition::UpperLeft)
        .draw()?;
    Ok(area.present()?)
}
