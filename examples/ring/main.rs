//! Eight hills on a ring, and every way down to them.
//!
//! You will see how far from the true end of the probability flow each solver ends, for 10 to 80 steps, with how many calls of
//! the denoiser; then points on their way from noise to the ring as `ring.svg` in the folder (`target/ring`), an animation
//! that a browser plays. The denoiser is the exact one, so that all errors are the solvers' own.
//!
//! ```text
//! cargo run --release --example ring
//! cargo run --release --example ring -- --points 1000 --hills 5 --animate 6
//! ```

mod drawing;
#[path = "../support/shell.rs"]
mod shell;

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use genai_models::core::random::Key;
use genai_models::sampling::diffusion::exact::GaussianMixture;
use genai_models::sampling::diffusion::solver::{
    Deis, Dpm2, DpmMultistep, Euler, Heun, Lms, RungeKutta, Solver, UniPc, sample_with,
};
use genai_models::sampling::diffusion::{Denoise, Path as _, Step, VarianceExploding, grid, normal};

/// Solvers on a ring of normal distributions.
#[derive(Debug, Parser)]
#[command(name = "ring")]
struct Flags {
    /// How many hills
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100))]
    hills: u32,

    /// How many points
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    points: u32,

    /// How many steps the animation's solvers take
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..=100))]
    animate: u32,

    /// Where the points start
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Folder for the picture [default: target/ring, target/ring-quick with --quick]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The same in a moment: fewer points
    #[arg(long)]
    quick: bool,
}

fn main() -> ExitCode {
    shell::main(run)
}

fn run(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let points = if flags.quick { flags.points.min(64) } else { flags.points } as usize;
    let ring = GaussianMixture::ring(flags.hills as usize, 1.0, 0.1);
    let mut start = vec![0.0; 2 * points];
    normal(Key::new(flags.seed))(&mut start);
    start.iter_mut().for_each(|x| *x *= 20.0);
    let plain = DpmMultistep { lower_order_final: false, ..DpmMultistep::default() };
    let solvers: [(&str, &dyn Solver<f64>); 8] = [
        ("Euler = DDIM", &Euler::default()),
        ("Heun", &Heun::default()),
        ("DPM2", &Dpm2::default()),
        ("LMS4", &Lms::default()),
        ("DPM++2M", &plain),
        ("DPM++3M", &DpmMultistep { order: 3, ..plain }),
        ("DEIS3", &Deis { order: 3, lower_order_final: false }),
        ("UniPC3", &UniPc { order: 3, lower_order_final: false, ..UniPc::default() }),
    ];

    let mut stdout = io::stdout();
    let (truth, _) = follow(&RungeKutta, &ring, &start, if flags.quick { 400 } else { 1000 })?;
    writeln!(stdout, "root mean square distance to the true end, and calls of the denoiser")?;
    writeln!(stdout, "{:14}{:>16}{:>16}{:>16}{:>16}", "steps", 10, 20, 40, 80)?;
    for (name, solver) in &solvers {
        write!(stdout, "{name:14}")?;
        for steps in [10, 20, 40, 80] {
            let (end, calls) = follow(*solver, &ring, &start, steps)?;
            write!(stdout, "{:>10.2e} /{calls:>4}", distance(last(&end), last(&truth)))?;
        }
        writeln!(stdout)?;
    }

    let out = shell::folder(flags.out.as_deref(), "ring", flags.quick)?;
    let path = out.join("ring.svg");
    let mut panels = vec![("the true flow", truth)];
    for (name, solver) in [solvers[0], solvers[1], solvers[4]] {
        panels.push((name, follow(solver, &ring, &start, flags.animate as usize)?.0));
    }
    fs::write(&path, drawing::animation(&panels, 256)).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(writeln!(stdout, "animation: {}", path.display())?)
}

/// Every level's noise, and the points there.
type Trajectory = Vec<(f64, Vec<f64>)>;

/// Follows the points down the levels of EDM; returns where they were, and how often the denoiser was called.
fn follow(
    solver: &dyn Solver<f64>,
    ring: &GaussianMixture,
    start: &[f64],
    steps: usize,
) -> Result<(Trajectory, usize), Box<dyn Error>> {
    let sigmas = grid::karras(steps, 0.002, 20.0, 7.0);
    let steps = Step::between(sigmas.into_iter().map(|sigma| VarianceExploding.at_ratio(sigma)));
    let (mut model, mut x) = (ring.clone(), start.to_vec());
    let mut seen = vec![(steps[0].from.sigma, x.clone())];
    let mut denoise = Denoise::new(&mut model, &VarianceExploding);
    sample_with(solver, &mut denoise, &mut x, &steps, |_, x, step| {
        seen.push((step.to.sigma, x.to_vec()));
        Ok(())
    })?;
    Ok((seen, denoise.calls()))
}

fn last(trajectory: &Trajectory) -> &[f64] {
    trajectory.last().map_or(&[], |(_, x)| x)
}

/// The root mean square of the points' distances.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squared: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    (squared / (a.len() / 2) as f64).sqrt()
}
