//! Squeezes handwritten digits of 64 pixels into 8 numbers with an autoencoder, and draws them again.
//!
//! You will see the loss fall for some seconds, then how well digits that it never saw come back, beside a truncated PCA of
//! the same size: several decibels better. The folder (`target/compress`) then holds two pictures: `digits.png` with
//! originals, what the autoencoder and what PCA makes of them, line by line; and `codes.png`, the codes of the unseen digits
//! on the plane where they vary most, each as its digit.
//!
//! ```text
//! cargo run --release --example compress
//! cargo run --release --example compress -- --latent 2 --epochs 600
//! cargo run --release --example compress -- --data my_digits.csv --out pictures
//! ```

mod drawing;
mod flags;
mod learning;
#[path = "../support/picture.rs"]
mod picture;
#[path = "../support/progress.rs"]
mod progress;
#[path = "../support/shell.rs"]
mod shell;

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use flags::Flags;
use genai_models::classical::Pca;
use genai_models::core::random::Key;
use genai_models::core::{Params, Run, Tensor};
use genai_models::data::Digits;
use genai_models::image::Autoencoder;
use learning::{config, digits, learn};

const SHOWN: usize = 48; // digits in the picture
const COLUMNS: usize = 16;

fn main() -> ExitCode {
    shell::main(run)
}

fn run(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let config = config(flags);
    config.check()?;
    let (train, test) = digits(flags)?;
    let out = shell::folder(flags.out.as_deref(), "compress", flags.quick)?;
    let model = Autoencoder::new(&config, &Params::new(Key::new(flags.seed).named("weights")));
    let start = Instant::now();
    learn(&model, &train, &test, flags)?;
    let seconds = start.elapsed().as_secs_f64();
    let pca = Pca::fit(&train.images, flags.latent)?;

    let again = model.forward(&test.images, &Run::infer());
    let linear = pca.decode(&pca.encode(&test.images));
    let mut stdout = io::stdout();
    writeln!(stdout, "{} digits learned in {seconds:.1} s, {} unseen", train.len(), test.len())?;
    let (pixels, numbers) = (config.input, config.latent);
    writeln!(stdout, "{pixels} pixels -> {numbers} numbers: {:.1} : 1", pixels as f64 / numbers as f64)?;
    let errors = [mse(&again, &test.images), mse(&linear, &test.images)];
    for (name, error) in ["autoencoder", "PCA"].into_iter().zip(errors) {
        writeln!(stdout, "{name:<12} MSE {error:.5}  PSNR {:.2} dB", psnr(error))?;
    }
    writeln!(stdout, "{:+.2} dB over PCA", psnr(errors[0]) - psnr(errors[1]))?;
    draw(&out, &model, &train, &test, [&test.images, &again, &linear])?;
    Ok(writeln!(stdout, "pictures: {0}/digits.png, {0}/codes.png", out.display())?)
}

fn draw(
    out: &Path,
    model: &Autoencoder,
    train: &Digits,
    test: &Digits,
    tables: [&Tensor; 3],
) -> Result<(), Box<dyn Error>> {
    let shown = tables.map(|table| table.narrow(0, 0, SHOWN.min(test.len())));
    drawing::comparison(&shown.each_ref(), COLUMNS).save(&out.join("digits.png"))?;
    let [learned, unseen] = [train, test].map(|part| model.encode(&part.images, &Run::infer()));
    let plane = Pca::fit(&learned, model.config().latent.min(2))?;
    drawing::map(&plane.encode(&unseen), &test.labels).save(&out.join("codes.png"))
}

fn mse(x: &Tensor, y: &Tensor) -> f64 {
    f64::from(x.mse(y).item::<f32>())
}

/// Peak signal to noise in decibels; the peak, ink, is 1.
fn psnr(mse: f64) -> f64 {
    -10.0 * mse.log10()
}
