//! A coin shows heads 7 times in 10. What is the probability of heads?
//!
//! You will see the likelihood θ⁷ (1 − θ)³ at some θ, the most likely θ with its standard error, intervals by Wald and by the
//! likelihood's own fall, a test of the fair coin, and what Bayes' rule makes of it; then the curve as `coin.svg` in the
//! folder (`target/coin`).
//!
//! ```text
//! cargo run --release --example coin
//! cargo run --release --example coin -- --heads 70 --throws 100 --prior 5 5
//! ```

mod drawing;
#[path = "../support/shell.rs"]
mod shell;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use genai_models::prob::Univariate;
use genai_models::prob::continuous::Beta;
use genai_models::prob::likelihood::Likelihood;
use genai_models::prob::likelihood::conjugate::BetaBinomial;
use genai_models::prob::optimize::Constraint;

/// The likelihood of a coin's probability of heads.
#[derive(Debug, Parser)]
#[command(name = "coin")]
struct Flags {
    /// How often heads came
    #[arg(long, value_name = "K", default_value_t = 7)]
    heads: u32,

    /// Out of how many throws
    #[arg(long, value_name = "N", default_value_t = 10)]
    throws: u32,

    /// Heads and tails that the prior is worth: Beta(A, B)
    #[arg(long, num_args = 2, value_names = ["A", "B"], default_values_t = [1.0, 1.0])]
    prior: Vec<f64>,

    /// Folder for the picture [default: target/coin, target/coin-quick with --quick]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The same in a moment: a coarser curve
    #[arg(long)]
    quick: bool,
}

fn main() -> ExitCode {
    shell::main(run)
}

fn run(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let (heads, throws) = (f64::from(flags.heads), f64::from(flags.throws));
    let before = BetaBinomial::new(Beta::new(flags.prior[0], flags.prior[1])?);
    let after = before.update(heads, throws)?;
    let (likelihood, mut stdout) = (coin(heads, throws - heads), io::stdout());

    writeln!(stdout, "L(theta) = theta^{heads} (1 - theta)^{}", throws - heads)?;
    for theta in [0.1, 0.3, 0.5, 0.7, 0.9] {
        writeln!(stdout, "  L({theta}) = {:.3e}", likelihood.ln_likelihood(&[theta]).exp())?;
    }
    if 0.0 < heads && heads < throws {
        let best = likelihood.maximize()?;
        let fair = likelihood.clone().hold("theta", 0.5)?.maximize()?;
        let (wald, profile) = (best.wald("theta", 0.95)?, likelihood.profile(&best, "theta", 0.95)?);
        writeln!(stdout, "largest at {:.4} with standard error {:.4}", best.values()[0], best.standard_errors()?[0])?;
        writeln!(
            stdout,
            "95 % interval: Wald {:.4} to {:.4}, profile {:.4} to {:.4}",
            wald.0, wald.1, profile.0, profile.1
        )?;
        writeln!(
            stdout,
            "a fair coin: likelihood ratio {:.3}, p = {:.3}",
            best.ratio_test(&fair)?.statistic,
            best.ratio_test(&fair)?.p_value
        )?;
    } else {
        writeln!(stdout, "largest at the end of the interval: {}", if heads > 0.0 { 1 } else { 0 })?;
    }
    let (low, high) = after.distribution().interval(0.95);
    writeln!(
        stdout,
        "posterior {}: mean {:.4}, 95 % between {low:.4} and {high:.4}",
        after.distribution(),
        after.distribution().mean()
    )?;
    writeln!(
        stdout,
        "P(heads again) = {:.4}, P(theta > 1/2) = {:.4}",
        after.ln_predictive(1.0, 1.0)?.exp(),
        after.distribution().sf(0.5)
    )?;

    let out = shell::folder(flags.out.as_deref(), "coin", flags.quick)?;
    let path = out.join("coin.svg");
    drawing::draw(&path, &likelihood, after.distribution(), heads / throws, if flags.quick { 100 } else { 1000 })?;
    Ok(writeln!(stdout, "picture: {}", path.display())?)
}

/// The likelihood of theta, given counts of heads and tails.
fn coin(heads: f64, tails: f64) -> Likelihood<'static> {
    let times = |n: f64, ln: f64| if n == 0.0 { 0.0 } else { n * ln }; // 0 ln 0 = 0
    Likelihood::with_score(
        &[("theta", Constraint::Between(0.0, 1.0))],
        heads + tails,
        move |theta| times(heads, theta[0].ln()) + times(tails, (-theta[0]).ln_1p()),
        move |theta| vec![heads / theta[0] - tails / (1.0 - theta[0])],
    )
}
