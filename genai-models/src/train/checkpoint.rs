//! A training on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use genai_core::Params;
use genai_core::format::{SafeTensors, safetensors, write_atomically};
use genai_core::optim::{Optimizer, State as OptimizerState};
use serde::{Deserialize, Serialize};

use super::{State, TrainConfig, folder};
use crate::Error;

const TRAINING: &str = "training.json";
const OPTIMIZER: &str = "optimizer.safetensors";

/// A folder that a training can go on from.
///
/// | file | holds |
/// |---|---|
/// | `training.json` | settings of the training and of its caller, steps done, best loss, fingerprints of the other files |
/// | `optimizer.safetensors` | the optimiser's moments |
/// | others | what the caller saves: for a GPT `config.json`, `model.safetensors` and `tokenizer.json`, which Hugging Face's transformers load |
///
/// All of them change in one moment, a rename: whenever the process or the machine dies, the folder holds the files of one
/// save, whole. (What was being written then lies in `.next`, and is removed by the next save; what was written but not yet
/// moved lies in `.complete`, and is moved by whoever next opens or saves the checkpoint.)
#[derive(Clone, Debug)]
pub struct Checkpoint {
    folder: PathBuf,
    training: Training,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Training {
    version: u32,
    config: TrainConfig,
    state: State,
    optimizer_steps: u64,
    settings: serde_json::Value,
    fingerprints: BTreeMap<String, String>,
}

impl Checkpoint {
    /// Opens a checkpoint: finishes a save that was interrupted after its last file, and looks whether all files are those
    /// that were saved together.
    ///
    /// # Errors
    ///
    /// If there is no checkpoint, or one of its files is missing, damaged, or of another save; the message names it.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        folder::recover(folder)?;
        let path = folder.join(TRAINING);
        let text = fs::read(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
        let training: Training =
            serde_json::from_slice(&text).map_err(|source| Error::Json { path: path.clone(), source })?;
        if training.version != 1 {
            let what = format!("version {} is not supported, only 1", training.version);
            return Err(Error::Checkpoint { path, what });
        }
        for (name, saved) in &training.fingerprints {
            let path = folder.join(name);
            if fingerprint(&path)? != *saved {
                let what = format!("not the file that {TRAINING} was saved with at step {}", training.state.step);
                return Err(Error::Checkpoint { path, what });
            }
        }
        Ok(Self { folder: folder.into(), training })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Settings of the training.
    pub fn config(&self) -> &TrainConfig {
        &self.training.config
    }

    /// Where the training stood.
    pub fn state(&self) -> &State {
        &self.training.state
    }

    /// What the caller had saved beside: settings of its own.
    ///
    /// # Errors
    ///
    /// If they are of another form than `T`.
    pub fn settings<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Error> {
        serde_json::from_value(self.training.settings.clone())
            .map_err(|source| Error::Json { path: self.folder.join(TRAINING), source })
    }

    /// Puts the saved state into an optimiser.
    pub(super) fn restore(&self, optimizer: &mut dyn Optimizer, params: &Params) -> Result<(), Error> {
        let path = self.folder.join(OPTIMIZER);
        let file = SafeTensors::open(&path)?;
        let moment = |name: &str| file.get(name).map(|value| (name.to_owned(), value));
        let moments = file.names().map(moment).collect::<Result<BTreeMap<_, _>, _>>()?;
        let state = OptimizerState { steps: self.training.optimizer_steps, moments };
        optimizer.restore(state, params).map_err(|error| Error::Checkpoint { path, what: error.to_string() })
    }

    /// Saves a training; `write` adds the model's own files to the folder it is given.
    pub(super) fn save(
        folder: &Path,
        config: &TrainConfig,
        state: &State,
        optimizer: &dyn Optimizer,
        settings: &serde_json::Value,
        write: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<(), Error> {
        folder::replace(folder, |folder| {
            write(folder)?;
            let saved = optimizer.state();
            safetensors::save(folder.join(OPTIMIZER), &saved.moments, &BTreeMap::new())?;
            let training = Training {
                version: 1,
                config: config.clone(),
                state: *state,
                optimizer_steps: saved.steps,
                settings: settings.clone(),
                fingerprints: fingerprints(folder)?,
            };
            let text = serde_json::to_string_pretty(&training).expect("maps with text keys can be written as JSON");
            Ok(write_atomically(folder.join(TRAINING), |file| file.write_all(text.as_bytes()))?)
        })
    }
}

/// Fingerprints of all files of a folder.
fn fingerprints(folder: &Path) -> Result<BTreeMap<String, String>, Error> {
    let fail = |source| Error::Io { path: folder.into(), source };
    let mut all = BTreeMap::new();
    for file in fs::read_dir(folder).map_err(fail)? {
        let file = file.map_err(fail)?;
        all.insert(file.file_name().to_string_lossy().into_owned(), fingerprint(&file.path())?);
    }
    Ok(all)
}

/// Length and FNV-1a hash over words of 8 bytes: tells damage and mixed-up files, not malice.
///
/// Source: Fowler, Noll & Vo, [draft-eastlake-fnv](https://datatracker.ietf.org/doc/html/draft-eastlake-fnv).
fn fingerprint(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Io { path: path.into(), source })?;
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x100_0000_01b3);
        hash ^= hash >> 32; // words are wide: high bits must reach the low ones, too
    }
    Ok(format!("{}-{hash:016x}", bytes.len()))
}
