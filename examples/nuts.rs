//! Does coaching help in eight schools? A hierarchical model, its posterior by NUTS, and whether to believe the draws.
//!
//! Each school measured an effect with a standard error. The model lets schools differ by an unknown spread τ around a common
//! mean μ: θⱼ = μ + τ zⱼ. You will see the posterior of both and of the eight effects with the diagnostics of every number; then
//! the chains of ln τ, the hardest of them, as `nuts.svg`, and all draws as `draws.csv` in the folder (`target/nuts`).
//!
//! ```text
//! cargo run --release --example nuts
//! cargo run --release --example nuts -- --seed 3 --quick
//! ```

#[path = "support/shell.rs"]
mod shell;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use genai_models::core::Tensor;
use genai_models::sampling::monte_carlo::{Draws, Nuts, Run, autograd, nuts};
use plotters::prelude::*;

/// Eight schools by NUTS: three lines, and the diagnostics.
#[derive(Debug, Parser)]
#[command(name = "nuts")]
struct Flags {
    /// Seed of all chains
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    seed: u64,

    /// Folder for the picture and the draws [default: target/nuts, target/nuts-quick with --quick]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The same in a moment: two chains of 200 draws
    #[arg(long)]
    quick: bool,
}

fn main() -> ExitCode {
    shell::main(run)
}

fn run(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let draws = if flags.quick {
        let run = Run { chains: 2, warm_up: 200, draws: 200, ..Run::new(flags.seed) };
        Nuts::default().sample(autograd(eight_schools), &[&[0.0; 10]], &run)?
    } else {
        nuts(eight_schools, &[0.0; 10], flags.seed)? // the log-density, a start, a seed: that is all
    };

    let mut stdout = io::stdout();
    let effects = draws.map(|x| (0..8).map(|j| x[8] + x[9].exp() * x[j]).chain([x[8], x[9].exp()]).collect());
    writeln!(stdout, "x[0] to x[7]: effects of the schools, in points; x[8]: their mean; x[9]: their spread")?;
    writeln!(stdout, "{effects}")?;
    let helps = draws.iter().filter(|x| x[8] > 0.0).count() as f64 / draws.iter().count() as f64;
    writeln!(stdout, "P(coaching helps on average) = {helps:.3}")?;
    writeln!(
        stdout,
        "acceptance {:.2}, {:.1} gradients a draw, E-BFMI {:.2} at least (below .3 is bad), {} trajectories cut short",
        draws.acceptance(),
        draws.evaluations() as f64 / draws.iter().count() as f64,
        draws.e_bfmi().into_iter().fold(f64::INFINITY, f64::min),
        draws.reached_depth(10)
    )?;

    let out = shell::folder(flags.out.as_deref(), "nuts", flags.quick)?;
    fs::write(out.join("draws.csv"), table(&effects)?)?;
    draw(&out.join("nuts.svg"), &draws)?;
    Ok(writeln!(stdout, "picture: {}", out.join("nuts.svg").display())?)
}

/// ln of the posterior of x = z₁ … z₈, μ, ln τ: y ~ N(μ + τ z, σ), z ~ N(0, 1), μ ~ N(0, 5), τ ~ half-Cauchy(5).
fn eight_schools(x: &Tensor) -> Tensor {
    let y = Tensor::from(vec![28.0f64, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0]);
    let sigma = Tensor::from(vec![15.0f64, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0]);
    let (z, mu, ln_tau) = (x.narrow(0, 0, 8), x.narrow(0, 8, 1), x.narrow(0, 9, 1));
    let rest = (y - &mu - ln_tau.exp() * &z) / sigma;
    let spread = (ln_tau.exp() / 5.0).square() + 1.0;
    (rest.square().sum() + z.square().sum() + (mu / 5.0).square().sum()) * -0.5 + (ln_tau - spread.ln()).sum()
}

fn table(draws: &Draws) -> Result<String, Box<dyn Error>> {
    let mut text = String::from("school_1,school_2,school_3,school_4,school_5,school_6,school_7,school_8,mu,tau\n");
    for x in draws.iter() {
        let cells: Vec<String> = x.iter().map(|x| format!("{x:.6}")).collect();
        writeln!(text, "{}", cells.join(","))?;
    }
    Ok(text)
}

/// The chains of ln τ, one colour each: they should look like the same noise.
fn draw(path: &Path, draws: &Draws) -> Result<(), Box<dyn Error>> {
    let chains = draws.column(9);
    let all = || chains.iter().copied().flatten().copied();
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let area = SVGBackend::new(path, (960, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(0..draws.per_chain(), low..high)?;
    chart.configure_mesh().x_desc("draw").y_desc("ln tau").draw()?;
    for (i, chain) in chains.iter().enumerate() {
        let color = Palette99::pick(i).mix(0.6);
        chart.draw_series(LineSeries::new(chain.iter().copied().enumerate(), color))?;
    }
    Ok(area.present()?)
}
