//! Which distribution fits a column of numbers best?
//!
//! You will see what the numbers look like, then the families that can explain them, best first by Akaike's criterion:
//! estimates with standard errors, and the distance of Kolmogorov and Smirnov. Without a file it takes numbers of its own:
//! waiting times that are gamma distributed.
//!
//! ```text
//! cargo run --release --example fit
//! cargo run --release --example fit -- heights.csv --column height
//! ```

mod column;
mod families;
#[path = "../support/shell.rs"]
mod shell;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use families::{Row, candidates};
use genai_models::core::random::Key;
use genai_models::prob::Univariate;
use genai_models::prob::continuous::Gamma;
use genai_models::prob::describe::Summary;

/// Fits families of distributions to a column of a CSV file.
#[derive(Debug, Parser)]
#[command(name = "fit")]
struct Flags {
    /// A CSV file with a header [default: 500 gamma distributed numbers]
    #[arg(value_name = "CSV")]
    file: Option<PathBuf>,

    /// The column, by name or by number from 1 [default: the first whose cells are all numbers]
    #[arg(long, value_name = "NAME")]
    column: Option<String>,

    /// Where the numbers come from without a file
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// The same in a moment: at most the first 1,000 numbers
    #[arg(long)]
    quick: bool,
}

fn main() -> ExitCode {
    shell::main(run)
}

fn run(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let (name, mut data) = match &flags.file {
        Some(path) => column::read(path, flags.column.as_deref())?,
        None => ("waiting times".into(), Gamma::new(2.0, 0.5)?.sample_n(500, &mut Key::new(flags.seed).stream())),
    };
    if flags.quick {
        data.truncate(1000);
    }
    let mut stdout = io::stdout();
    writeln!(stdout, "{name}\n{}\n", Summary::of(&data)?)?;
    let (mut rows, refused): (Vec<Row>, Vec<String>) = candidates(&data);
    if rows.is_empty() {
        return Err(format!("no family fits {name}: {}", refused.join("; ")).into());
    }
    rows.sort_by(|a, b| a.aic.total_cmp(&b.aic));
    writeln!(stdout, "{:<18} {:>12} {:>8} {:>9}  estimates ± standard errors", "family", "AIC", "KS", "p")?;
    for Row { family, aic, distance, p_value, estimates } in &rows {
        writeln!(stdout, "{family:<18} {aic:>12.2} {distance:>8.4} {p_value:>9.2e}  {estimates}")?;
    }
    for reason in refused {
        writeln!(stdout, "left out: {reason}")?;
    }
    writeln!(
        stdout,
        "\np is too large for families that were fitted to the same numbers: read it as an order of merit"
    )?;
    Ok(writeln!(stdout, "best: {}", rows[0].family)?)
}
