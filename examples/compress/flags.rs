//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Squeezes pictures of digits into a few numbers with an autoencoder.
#[derive(Debug, Parser)]
#[command(name = "compress", after_help = "With no argument it learns the 1,797 digits that come with the library.")]
pub(crate) struct Flags {
    /// Digits: in each row 64 pixels from 0 to 16 and the digit; the last fifth is held out [default: those built in]
    #[arg(long, value_name = "CSV")]
    pub(crate) data: Option<PathBuf>,

    /// Numbers that a picture of 64 pixels becomes
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) latent: usize,

    /// Rounds through the digits
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000), default_value_t = 200)]
    pub(crate) epochs: u64,

    /// Folder for the pictures [default: target/compress, target/compress-quick with --quick]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Where all randomness comes from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Seconds: at most 10 rounds
    #[arg(long)]
    pub(crate) quick: bool,
}

impl Flags {
    pub(crate) fn epochs(&self) -> u64 {
        if self.quick { self.epochs.min(10) } else { self.epochs }
    }
}
