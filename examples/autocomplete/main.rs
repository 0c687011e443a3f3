//! "I am very …": how would you like the next word to be chosen?
//!
//! You will see two small tables of next tokens, words with their probabilities and flavours of ice cream with their scores,
//! under every way to choose: how often each token comes. `autocomplete.svg` in the folder (`target/autocomplete`) shows
//! the same as bars, with the table's own probabilities as lines.
//!
//! ```text
//! cargo run --release --example autocomplete
//! cargo run --release --example autocomplete -- --draws 1000000 --seed 7
//! ```

mod drawing;
mod methods;
#[path = "../support/shell.rs"]
mod shell;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use genai_models::core::random::Key;
use genai_models::sampling::token::{Buffers, Candidates, Chain, Processor, Sequence};
use methods::{METHODS, Method};

/// The next token under every way to choose it.
#[derive(Debug, Parser)]
#[command(name = "autocomplete")]
struct Flags {
    /// How often each way chooses [default: 100000, 2000 with --quick]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    draws: Option<u32>,

    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Folder for the picture [default: target/autocomplete, target/autocomplete-quick with --quick]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The same in a moment: fewer draws
    #[arg(long)]
    quick: bool,
}

/// Tokens that may come next, and their logits.
struct Table {
    begin: &'static str,
    tokens: &'static [&'static str],
    logits: Vec<f32>,
}

/// How often each token of a table came, for each method.
type Shares = Vec<Vec<f64>>;

fn main() -> ExitCode {
    shell::main(run)
}

fn run(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let words = Table {
        begin: "I am very",
        tokens: &["happy", "tired", "hungry", "lucky"],
        logits: [0.4f32, 0.3, 0.2, 0.1].map(f32::ln).to_vec(), // the logarithms of probabilities are logits
    };
    let flavours = Table {
        begin: "One scoop of",
        tokens: &["chocolate", "vanilla", "mint", "mango", "garlic"],
        logits: vec![3.0, 2.5, 2.0, 1.0, -1.0],
    };
    let (tables, mut stdout) = ([words, flavours], io::stdout());
    let draws = flags.draws.unwrap_or(if flags.quick { 2_000 } else { 100_000 });
    let mut all: Vec<(Vec<f64>, Shares)> = Vec::new();
    for table in &tables {
        let shares = METHODS.iter().map(|method| choose(table, method, Key::new(flags.seed), draws));
        all.push((probabilities(table, &Chain::new())?, shares.collect::<Result<_, _>>()?));
        print(&mut stdout, table, &all[all.len() - 1])?;
    }
    writeln!(stdout, "{draws} draws each; standard error at most {:.4}", (0.25 / f64::from(draws)).sqrt())?;

    let out = shell::folder(flags.out.as_deref(), "autocomplete", flags.quick)?;
    let path = out.join("autocomplete.svg");
    drawing::draw(&path, &tables, &all)?;
    Ok(writeln!(stdout, "picture: {}", path.display())?)
}

/// How often each token comes when a method chooses again and again.
fn choose(table: &Table, method: &Method, key: Key, draws: u32) -> Result<Vec<f64>, Box<dyn Error>> {
    let (chain, mut select) = ((method.chain)()?, (method.select)()?);
    let (mut counts, mut random, mut buffers) = (vec![0u32; table.tokens.len()], key.stream(), Buffers::default());
    let mut logits = Vec::new();
    for draw in 0..draws {
        logits.clone_from(&table.logits); // processors write into them
        let sequence = Sequence { key: key.split(u64::from(draw)), ..Sequence::default() };
        let mut candidates = Candidates::with_buffers(&mut logits, buffers).of(sequence);
        chain.process(&[], &mut candidates)?;
        counts[select.select(&mut candidates, &mut random)? as usize] += 1;
        buffers = candidates.into_buffers();
    }
    Ok(counts.into_iter().map(|count| f64::from(count) / f64::from(draws)).collect())
}

/// What a chain makes of a table.
fn probabilities(table: &Table, chain: &Chain) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut logits = table.logits.clone();
    chain.apply(&[], &mut logits)?;
    Ok(Candidates::new(&mut logits).probabilities()?.into_iter().map(|(_, p)| p).collect())
}

fn print(out: &mut impl Write, table: &Table, (truth, shares): &(Vec<f64>, Shares)) -> io::Result<()> {
    let row = |name: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>11}")).collect();
        format!("  {name:<24}{cells}")
    };
    let numbers = |numbers: &[f64]| {
        let cell = |&x: &f64| if x == 0.0 { "-".to_owned() } else { format!("{x:.3}") };
        numbers.iter().map(cell).collect()
    };
    writeln!(out, "{} ...", table.begin)?;
    writeln!(out, "{}", row("", table.tokens.iter().map(|&token| token.to_owned()).collect()))?;
    writeln!(out, "{}", row("the table", numbers(truth)))?;
    for (method, shares) in METHODS.iter().zip(shares) {
        writeln!(out, "{}", row(method.name, numbers(shares)))?;
    }
    writeln!(out)
}
