//! Answers timing requests, one JSON line each: see `protocol`.

use genai_benches::{cases, protocol::Worker};
use std::process::ExitCode;

fn main() -> ExitCode {
    Worker::new(cases::prepare).main(&cases::usual()).into()
}
