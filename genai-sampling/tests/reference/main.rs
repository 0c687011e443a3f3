//! Every case of this crate against the reference implementations: processors, watermarks, schedulers, diffusion.
//!
//! The folders are those of `$GENAI_FIXTURES`, by default of the repository's `fixtures/`. Every output that a case lists
//! is compared; an unknown setting, case or tensor fails, unless [`NOT_YET`] lists it. What the list holds is tried all the
//! same, and must fail.
//!
//! To add a part: one file with `run(&Case, &mut Report) -> Result<(), String>`, and one row in [`PARTS`].
#![cfg(test)]

mod case;
mod gaussian_diffusion;
mod repaint;
mod report;
mod sampling;
mod schedulers;
mod watermark;

use case::Case;
use report::Report;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Compares the outputs of a case; what it cannot even try is its error.
type Compare = fn(&Case, &mut Report) -> Result<(), String>;

/// How the names of this crate's folders begin, and what compares them.
const PARTS: &[(&str, Compare)] = &[
    ("sampling", sampling::run),
    ("watermark", watermark::run),
    ("schedulers", schedulers::run),
    ("gaussian-diffusion", gaussian_diffusion::run),
    ("repaint", repaint::run),
];

/// Pattern → what is missing: `folder`, or `folder:tensor`; `*` stands for anything at the end.
const NOT_YET: &[(&str, &str)] = &[];

#[test]
fn reference() {
    let root = env::var_os("GENAI_FIXTURES")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures").into(), PathBuf::from);
    let mut report = Report::new(NOT_YET);
    let folders = folders(&root);
    for (part, compare) in PARTS {
        let mut of_part = folders.iter().filter(|(name, _)| name.starts_with(part)).peekable();
        if of_part.peek().is_none() {
            report.absent(part, &root);
        }
        for (name, folder) in of_part {
            report.begin(name);
            let outcome = Case::load(folder).and_then(|case| {
                let compared = compare(&case, &mut report);
                report.end(&case);
                compared
            });
            outcome.unwrap_or_else(|what| report.broken(what));
        }
    }
    report.finish();
}

/// Names and paths of all folders, in order.
fn folders(root: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let paths = entries.map(|entry| entry.expect("a folder that can be listed").path()).filter(|path| path.is_dir());
    let name = |path: &PathBuf| path.file_name().expect("a folder has a name").to_string_lossy().into_owned();
    let mut folders: Vec<(String, PathBuf)> = paths.map(|path| (name(&path), path)).collect();
    folders.sort();
    folders
}
