//! What every example begins and ends with.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Termination};

use clap::Parser;

/// Runs an example with the flags of its command line; what goes wrong becomes one line and a failing exit code.
pub(crate) fn main<F: Parser, T: Termination>(run: impl FnOnce(&F) -> Result<T, Box<dyn Error>>) -> ExitCode {
    let flags = match F::try_parse() {
        Ok(flags) => flags,
        Err(error) => {
            let _ = error.print(); // where nothing can be printed, the exit code says it
            return if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match run(&flags) {
        Ok(end) => end.report(),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of an example's pictures, made where it is not there: `target/NAME` by default, `target/NAME-quick` with
/// `--quick`.
#[allow(dead_code, reason = "not every example writes pictures")]
pub(crate) fn folder(out: Option<&Path>, name: &str, quick: bool) -> Result<PathBuf, Box<dyn Error>> {
    let default = || Path::new("target").join(if quick { format!("{name}-quick") } else { name.to_owned() });
    let out = out.map_or_else(default, Path::to_path_buf);
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    Ok(out)
}
