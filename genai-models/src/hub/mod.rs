//! Hugging Face folders: `config.json`, `model.safetensors`, `generation_config.json`.
//!
//! A model reads itself from a folder and writes itself to one, such as
//! [`Gpt::from_pretrained`](crate::text::gpt::Gpt::from_pretrained); here is what they share. Every file is written in one
//! step, so that a reader finds the old one or the new one; weights come first, the configuration last.

use crate::Error;
use genai_core::format::safetensors::{self, SafeTensors};
use genai_core::format::write_atomically;
use genai_core::{Param, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::path::{Path, PathBuf};

/// The file of a folder that holds the configuration.
pub const CONFIG: &str = "config.json";
/// The file of a folder that holds the settings of generation.
pub const GENERATION_CONFIG: &str = "generation_config.json";
/// The file of a folder that holds the weights.
pub const WEIGHTS: &str = "model.safetensors";

/// Reads a JSON file of a folder.
///
/// # Errors
///
/// [`Error::Io`] if it cannot be read, [`Error::Json`] if it is no JSON or a field has the wrong type.
pub fn read_json<T: DeserializeOwned>(folder: impl AsRef<Path>, name: &str) -> Result<T, Error> {
    let path = folder.as_ref().join(name);
    let text = fs::read_to_string(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    serde_json::from_str(&text).map_err(|source| Error::Json { path, source })
}

/// Writes a JSON file into a folder, which is made if missing.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write_json(folder: impl AsRef<Path>, name: &str, content: &impl Serialize) -> Result<(), Error> {
    let path = make_folder(folder.as_ref())?.join(name);
    let text = serde_json::to_string_pretty(content).map_err(|source| Error::Json { path: path.clone(), source })?;
    Ok(write_atomically(&path, |file| writeln!(file, "{text}"))?)
}

/// The tensors of a folder's weights, mapped rather than read, by their names in the file; and the file.
///
/// # Errors
///
/// If there is no such file, or it is damaged.
pub fn read_weights(folder: impl AsRef<Path>) -> Result<(PathBuf, Vec<(String, Value)>), Error> {
    let file = SafeTensors::open(folder.as_ref().join(WEIGHTS))?;
    let values = file.names().map(|name| Ok((name.to_owned(), file.get(name)?))).collect::<Result<_, Error>>()?;
    Ok((file.path().to_path_buf(), values))
}

/// Writes parameters into a folder, which is made if missing, as `transformers` reads them.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write_weights(folder: impl AsRef<Path>, params: &[Param]) -> Result<(), Error> {
    let path = make_folder(folder.as_ref())?.join(WEIGHTS);
    let values: Vec<Value> = params.iter().map(|param| param.value().into_value()).collect();
    let named = params.iter().map(Param::name).zip(&values);
    Ok(safetensors::save(&path, named, &[("format".to_owned(), "pt".to_owned())].into())?)
}

fn make_folder(folder: &Path) -> Result<&Path, Error> {
    match fs::create_dir_all(folder) {
        Ok(()) => Ok(folder),
        Err(source) => Err(Error::Io { path: folder.into(), source }),
    }
}
