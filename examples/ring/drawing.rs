//! The animation.

use std::fmt::Write;

use crate::Trajectory;

const SIDE: f64 = 300.0;
const SECONDS: f64 = 6.0;
const COLOURS: [&str; 8] = ["#4363d8", "#e6194b", "#3cb44b", "#f58231", "#911eb4", "#008080", "#9a6324", "#808000"];

/// Panels side by side in which points move from noise to data, those of one colour together at the end; at most `most` points
/// of each. What is drawn is x/√(1 + σ²), which stays of one size, over (ln σ), and a rest at the end.
pub(crate) fn animation(panels: &[(&str, Trajectory)], most: usize) -> String {
    let (width, height) = (SIDE * panels.len() as f64, SIDE + 30.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    for (i, (name, trajectory)) in panels.iter().enumerate() {
        let left = SIDE * i as f64;
        writeln!(
            svg,
            "<text x=\"{}\" y=\"20\" text-anchor=\"middle\" font-size=\"15\">{name}</text>",
            left + SIDE / 2.0
        )
        .expect("memory");
        let frames = thinned(trajectory);
        let times = times(&frames);
        let count = frames[0].1.len() / 2;
        for point in 0..count.min(most) {
            let end = &frames[frames.len() - 1].1[2 * point..2 * point + 2];
            let turn = end[1].atan2(end[0]) / std::f64::consts::TAU + 1.0;
            let colour = COLOURS[(8.0 * turn).round() as usize % 8];
            let along = |axis: usize| {
                let places = frames.iter().map(|(sigma, x)| {
                    let x = x[2 * point + axis] / sigma.hypot(1.0) * if axis == 0 { 1.0 } else { -1.0 };
                    SIDE / 2.0 + x.clamp(-2.4, 2.4) * SIDE / 5.0 + if axis == 0 { left } else { 30.0 }
                });
                places.map(|place| format!("{place:.1}")).collect::<Vec<_>>().join(";")
            };
            let animate = |attribute: &str, values: String| {
                format!(
                    "<animate attributeName=\"{attribute}\" dur=\"{SECONDS}s\" repeatCount=\"indefinite\" \
                     keyTimes=\"{times}\" values=\"{values}\"/>"
                )
            };
            let moves = [animate("cx", along(0)), animate("cy", along(1))].concat();
            writeln!(svg, "<circle r=\"2\" fill=\"{colour}\" fill-opacity=\"0.7\">{moves}</circle>").expect("memory");
        }
    }
    svg + "</svg>\n"
}

/// About twenty of the levels, the last one twice.
fn thinned(trajectory: &Trajectory) -> Trajectory {
    let stride = trajectory.len().div_ceil(20).max(1);
    let mut frames: Trajectory = trajectory.iter().step_by(stride).cloned().collect();
    if !(trajectory.len() - 1).is_multiple_of(stride) {
        frames.extend(trajectory.last().cloned());
    }
    frames.extend(trajectory.last().cloned());
    frames
}

/// The share of time at which each frame is reached: even in ln σ for four fifths, then a rest.
fn times(frames: &Trajectory) -> String {
    let (first, last) = (frames[0].0.ln(), frames[frames.len() - 1].0.ln());
    let mut times: Vec<f64> = frames.iter().map(|(sigma, _)| 0.8 * (first - sigma.ln()) / (first - last)).collect();
    if let Some(last) = times.last_mut() {
        *last = 1.0;
    }
    times.iter().map(|time| format!("{time:.4}")).collect::<Vec<_>>().join(";")
}
