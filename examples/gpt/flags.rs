//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use serde::{Deserialize, Serialize};

/// Trains a GPT on text and writes with it.
#[derive(Debug, Parser)]
#[command(name = "gpt", after_help = "With no argument it learns to write Rust from the sources of this library.")]
pub(crate) struct Flags {
    /// Text to learn, UTF-8; its last tenth is held out. Without it: the *.rs and *.md files of this repository
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    /// Folder for checkpoint, losses and curve [default: target/gpt, target/gpt-quick with --quick, the folder of --resume]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// What a token is: a character, or frequent bytes (byte-pair encoding)
    #[arg(long, value_enum, default_value_t = TokenizerKind::Bpe)]
    pub(crate) tokenizer: TokenizerKind,

    /// Tokens of the byte-pair encoding, 257 or more; characters take as many as there are
    #[arg(long, value_name = "N", default_value_t = 1024)]
    pub(crate) vocabulary: usize,

    /// Transformer blocks
    #[arg(long, value_name = "N", value_parser = positive, default_value_t = 4)]
    pub(crate) layers: usize,

    /// Attention heads of a block; must divide the width
    #[arg(long, value_name = "N", value_parser = positive, default_value_t = 4)]
    pub(crate) heads: usize,

    /// Width of the states
    #[arg(long, value_name = "N", value_parser = positive, default_value_t = 128)]
    pub(crate) width: usize,

    /// Tokens that the model sees
    #[arg(long, value_name = "N", value_parser = positive, default_value_t = 128)]
    pub(crate) context: usize,

    /// Windows of text in a step
    #[arg(long, value_name = "N", value_parser = positive, default_value_t = 12)]
    pub(crate) batch: usize,

    /// Training steps
    #[arg(long, value_name = "N", value_parser = positive, default_value_t = 1000)]
    pub(crate) steps: usize,

    /// Highest learning rate; reached after 100 steps (or half of them all), it falls to a tenth
    #[arg(long, value_name = "RATE", default_value_t = 1e-3, allow_negative_numbers = true)]
    pub(crate) learning_rate: f64,

    /// Share of states and attention weights dropped in training, from 0 to below 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, allow_negative_numbers = true)]
    pub(crate) dropout: f64,

    /// Where all randomness comes from; beside --resume it is that of the writing alone
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Save and stop at this step; the learning rate stays that of --steps
    #[arg(long, value_name = "STEP")]
    pub(crate) pause_at: Option<u64>,

    /// Go on with the training saved in this folder, with its settings; with nothing left to train, only write
    #[arg(long, value_name = "DIR", conflicts_with_all = SETTINGS)]
    pub(crate) resume: Option<PathBuf>,

    /// Text to go on from [default: a line break]
    #[arg(long, value_name = "TEXT")]
    pub(crate) prompt: Option<String>,

    /// Tokens to write
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub(crate) tokens: usize,

    /// Below 1 the writing is safer, above 1 wilder; more than 0
    #[arg(long, value_name = "T", default_value_t = 0.8, allow_negative_numbers = true)]
    pub(crate) temperature: f32,

    /// Choose among the K likeliest tokens only [default: all]
    #[arg(long, value_name = "K")]
    pub(crate) top_k: Option<usize>,

    /// Choose among the likeliest tokens that share this probability, more than 0, at most 1
    #[arg(long, value_name = "P", default_value_t = 1.0, allow_negative_numbers = true)]
    pub(crate) top_p: f64,

    /// Seconds instead of minutes: at most 20 steps on the first 100 kB of the text, at most 40 tokens written
    #[arg(long)]
    pub(crate) quick: bool,
}

/// What the folder of `--resume` knows already.
const SETTINGS: [&str; 11] = [
    "tokenizer",
    "vocabulary",
    "layers",
    "heads",
    "width",
    "context",
    "batch",
    "steps",
    "learning_rate",
    "dropout",
    "quick",
];

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TokenizerKind {
    Char,
    Bpe,
}

impl Flags {
    pub(crate) fn out(&self) -> PathBuf {
        let named = self.out.clone().or_else(|| self.resume.clone());
        named.unwrap_or_else(|| if self.quick { "target/gpt-quick" } else { "target/gpt" }.into())
    }

    pub(crate) fn steps(&self) -> u64 {
        if self.quick { self.steps.min(20) as u64 } else { self.steps as u64 }
    }

    pub(crate) fn tokens(&self) -> usize {
        if self.quick { self.tokens.min(40) } else { self.tokens }
    }
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("expected at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}
