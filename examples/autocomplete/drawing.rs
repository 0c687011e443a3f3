//! The bars: a row for each method, a column for each table.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{METHODS, Shares, Table};

const SIZE: (u32, u32) = (440, 120);

/// All methods on all tables, in one file.
pub(crate) fn draw(path: &Path, tables: &[Table], all: &[(Vec<f64>, Shares)]) -> Result<(), Box<dyn Error>> {
    let size = (SIZE.0 * tables.len() as u32, SIZE.1 * METHODS.len() as u32);
    let area = SVGBackend::new(path, size).into_drawing_area();
    area.fill(&WHITE)?;
    for (i, panel) in area.split_evenly((METHODS.len(), tables.len())).iter().enumerate() {
        let (method, column) = (i / tables.len(), i % tables.len());
        let (truth, shares) = &all[column];
        one(panel, METHODS[method].name, &tables[column], truth, &shares[method])?;
    }
    Ok(area.present()?)
}

fn one(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    name: &str,
    table: &Table,
    truth: &[f64],
    shares: &[f64],
) -> Result<(), Box<dyn Error>> {
    let mut chart = ChartBuilder::on(area)
        .margin(6)
        .caption(format!("{}: {name}", table.begin), ("sans-serif", 13))
        .y_label_area_size(30)
        .build_cartesian_2d(0.0..shares.len() as f64, -0.3..1.05)?;
    chart.configure_mesh().disable_mesh().disable_x_axis().y_labels(3).y_label_formatter(&level).draw()?;
    for (i, ((share, truth), token)) in shares.iter().zip(truth).zip(table.tokens).enumerate() {
        let (left, right) = (i as f64 + 0.1, i as f64 + 0.9);
        chart.draw_series([Rectangle::new([(left, 0.0), (right, *share)], BLUE.mix(0.4).filled())])?;
        chart.draw_series([PathElement::new([(left, *truth), (right, *truth)], BLACK.stroke_width(1))])?;
        chart.draw_series([Text::new(*token, (left, -0.06), ("sans-serif", 12))])?;
    }
    Ok(())
}

/// No label below the bars.
fn level(y: &f64) -> String {
    if *y < 0.0 { String::new() } else { format!("{y}") }
}
