//! A gallery of distributions: each with its density, a histogram of draws, and what is fitted to the draws.
//!
//! You will see a line a family (its members' mean and spread, those of the draws, and the fitted parameters), then one
//! picture of all, `distributions.svg`, in the folder (`target/distributions`): bars are draws, the blue line is the true
//! density or mass, the red one what was fitted.
//!
//! ```text
//! cargo run --release --example distributions
//! cargo run --release --example distributions -- --draws 100 --seed 7
//! ```

mod drawing;
#[path = "../support/shell.rs"]
mod shell;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use genai_models::core::random::Key;
use genai_models::prob::continuous::{Beta, Exponential, Gamma, Gumbel, Laplace, LogNormal, Logistic, Normal, Weibull};
use genai_models::prob::describe::Summary;
use genai_models::prob::discrete::{Geometric, NegativeBinomial, Poisson};
use genai_models::prob::{Error as Wrong, Fit, Univariate};

/// A gallery of distributions.
#[derive(Debug, Parser)]
#[command(name = "distributions")]
struct Flags {
    /// Draws from each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=10_000_000), default_value_t = 20_000)]
    draws: u32,

    /// Where all randomness comes from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Folder for the picture [default: target/distributions, target/distributions-quick with --quick]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The same in a moment: at most 1,000 draws
    #[arg(long)]
    quick: bool,
}

/// A member of a family, draws from it, and what fits the draws best.
pub(crate) struct Panel {
    pub(crate) truth: Box<dyn Univariate>,
    pub(crate) draws: Vec<f64>,
    pub(crate) fitted: Box<dyn Univariate>,
}

fn main() -> ExitCode {
    shell::main(run)
}

fn run(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let draws = if flags.quick { flags.draws.min(1000) } else { flags.draws } as usize;
    let panels = panels(draws, Key::new(flags.seed))?;
    let mut stdout = io::stdout();
    for Panel { truth, draws, fitted } in &panels {
        let seen = Summary::of(draws)?;
        writeln!(stdout, "{truth}: mean {:.4}, spread {:.4}", truth.mean(), truth.std())?;
        writeln!(stdout, "    drawn: mean {:.4}, spread {:.4}; fitted: {}", seen.mean, seen.std, fitted)?;
    }
    let out = shell::folder(flags.out.as_deref(), "distributions", flags.quick)?;
    let path = out.join("distributions.svg");
    drawing::draw(&path, &panels)?;
    Ok(writeln!(stdout, "picture: {}", path.display())?)
}

fn panels(draws: usize, key: Key) -> Result<Vec<Panel>, Wrong> {
    let key = |i| key.split(i);
    Ok(vec![
        panel(Normal::new(0.0, 1.0)?, draws, key(0))?,
        panel(LogNormal::new(0.0, 0.6)?, draws, key(1))?,
        panel(Exponential::new(1.5)?, draws, key(2))?,
        panel(Gamma::new(3.0, 1.0)?, draws, key(3))?,
        panel(Beta::new(2.0, 5.0)?, draws, key(4))?,
        panel(Laplace::new(0.0, 1.0)?, draws, key(5))?,
        panel(Logistic::new(0.0, 1.0)?, draws, key(6))?,
        panel(Gumbel::new(0.0, 1.0)?, draws, key(7))?,
        panel(Weibull::new(1.8, 1.0)?, draws, key(8))?,
        panel(Poisson::new(4.0)?, draws, key(9))?,
        panel(Geometric::new(0.3)?, draws, key(10))?,
        panel(NegativeBinomial::new(3.0, 0.6)?, draws, key(11))?,
    ])
}

fn panel<D: Fit + 'static>(truth: D, draws: usize, key: Key) -> Result<Panel, Wrong> {
    let mut values = vec![0.0; draws];
    truth.fill(key, &mut values);
    let fitted = Box::new(D::fit(&values)?);
    Ok(Panel { truth: Box::new(truth), draws: values, fitted })
}
