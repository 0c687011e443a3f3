//! Every entry of the reference tables `dists`: univariate families and special functions against mpmath; their moments,
//! vectors, mixtures, divergences and gradients against SciPy and PyTorch.
//!
//! The folder is `$GENAI_FIXTURES`, by default the repository's `fixtures/`. An entry that nobody here knows fails, unless
//! [`NOT_YET`] lists it; what the list holds is tried all the same, and must fail.
#![cfg(test)]

#[path = "../families/mod.rs"]
mod families;
mod multivariate;
mod score;
mod special;
mod tensors;
mod univariate;

use score::Score;
use serde_json::Value as Json;
use std::path::PathBuf;
use std::{env, fs};

/// Pattern → what is missing: `table:entry`, where `*` stands for anything at the end.
const NOT_YET: &[(&str, &str)] = &[];

#[test]
fn reference() {
    let folder = env::var_os("GENAI_FIXTURES")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures"), PathBuf::from);
    let folder = folder.join("dists");
    assert!(folder.is_dir(), "{}: no such folder", folder.display());
    let mut score = Score::default();
    for table in fs::read_dir(&folder).expect("the folder was there a moment ago") {
        let path = table.expect("a folder that can be listed").path();
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let json: Json = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        match name.as_str() {
            "univariate" => univariate::check(&json, &mut score),
            "multivariate" => multivariate::check(&json, &mut score),
            "kl" => tensors::divergences(&json, &mut score),
            "grads" => tensors::gradients(&json, &mut score),
            "special" => special::check(&json, &mut score),
            _ => panic!("{}: an unknown table", path.display()),
        }
    }
    score.report(NOT_YET);
}

/// A number, or one of the words for what JSON cannot write.
fn number(json: &Json) -> f64 {
    match json.as_str() {
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        Some("nan") => f64::NAN,
        Some(word) => panic!("{word} is no number"),
        None => json.as_f64().unwrap_or_else(|| panic!("{json} is no number")),
    }
}

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().unwrap_or_else(|| panic!("{json} is no list")).iter().map(number).collect()
}
