//! Trains a GPT on text and writes with it: without arguments on the sources of this very library, so that it writes Rust.
//!
//! You will see the loss fall, then a sample, token by token, then the loss on the tenth of the text that was held out.
//! The folder (`target/gpt`) then holds a checkpoint that Hugging Face's transformers load, the losses and their curve.
//!
//! ```text
//! cargo run --release --example gpt
//! cargo run --release --example gpt -- --data shakespeare.txt --tokenizer char --prompt "ROMEO:"
//! cargo run --release --example gpt -- --resume target/gpt --prompt "fn main" --temperature 0.5
//! ```

mod flags;
mod interruption;
#[path = "../support/progress.rs"]
mod progress;
mod session;
#[path = "../support/shell.rs"]
mod shell;
mod text;
mod write;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flags::Flags;
use genai_models::train::{Evaluation, Finish};
use session::Session;
use write::Writer;

/// What a shell expects of a program that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    shell::main(run)
}

fn run(flags: &Flags) -> Result<ExitCode, Box<dyn Error>> {
    let interrupted = watch_for_interruption()?;
    let writer = Writer::new(flags)?; // a mistake in a flag shows before an hour of training
    let session = Session::open(flags)?;
    let prompt = session.prompt(flags)?;
    let (finish, evaluation) = session.train(flags.pause_at, &interrupted)?;
    match finish {
        Finish::Stopped => {
            eprintln!("stopped; --resume {} goes on", session.out().display());
            return Ok(ExitCode::from(INTERRUPTED));
        }
        Finish::Paused => eprintln!("paused; --resume {} goes on", session.out().display()),
        Finish::Complete | Finish::Converged => writer.write(&session, &prompt, &interrupted)?,
    }
    if let Some(Evaluation { loss, tokens, .. }) = evaluation {
        writeln!(io::stdout(), "validation loss: {loss:.4} nats/token ({tokens} tokens)")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A flag that Ctrl-C sets: training then saves and stops after its step. A second Ctrl-C ends the program at once; what
/// was saved stays whole.
fn watch_for_interruption() -> Result<Arc<AtomicBool>, Box<dyn Error>> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED));
        }
    })?;
    Ok(flag)
}
