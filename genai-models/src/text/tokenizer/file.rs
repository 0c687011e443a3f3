//! The files of a tokenizer, and the parts of `tokenizer.json` that all kinds share.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Error;

pub(super) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Io { path: path.into(), source })
}

pub(super) fn read_json(path: &Path) -> Result<Value, Error> {
    serde_json::from_str(&read(path)?).map_err(|source| Error::Json { path: path.into(), source })
}

/// Writes beside the file, then renames: a reader never sees half of it.
pub(super) fn write(path: &Path, content: &str) -> Result<(), Error> {
    let fail = |source| Error::Io { path: path.into(), source };
    let beside = path.with_extension("part");
    fs::write(&beside, content).map_err(fail)?;
    fs::rename(&beside, path).map_err(fail)
}

pub(super) fn write_json(path: &Path, value: &Value) -> Result<(), Error> {
    write(path, &format!("{value:#}"))
}

pub(super) fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|source| Error::Io { path: folder.into(), source })
}

pub(super) fn broken(path: &Path, what: impl Into<String>) -> Error {
    Error::Tokenizer { path: path.into(), what: what.into() }
}

/// The type of the model; files of before 2020 leave it out for BPE.
pub(super) fn model_kind(json: &Value) -> Option<&str> {
    let model = json.get("model")?;
    model["type"].as_str().or_else(|| model.get("merges").map(|_| "BPE"))
}

/// The tokens of a vocabulary `{spelling: id}`, in its order.
pub(super) fn vocabulary<'a>(vocab: &'a Value, path: &Path) -> Result<Vec<(&'a str, u32)>, Error> {
    let vocab = vocab.as_object().ok_or_else(|| broken(path, "no vocabulary"))?;
    let id = |(spelling, id): (&'a String, &Value)| match id.as_u64().and_then(|id| u32::try_from(id).ok()) {
        Some(id) => Ok((spelling.as_str(), id)),
        None => Err(broken(path, format!("id of token {spelling:?} is {id}"))),
    };
    vocab.iter().map(id).collect()
}

/// Whether a field is absent, null or false.
pub(super) fn is_off(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false))
}
