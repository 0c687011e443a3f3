//! A case: its description and its tensors.

use genai_core::format::safetensors::SafeTensors;
use genai_core::{DType, Tensor};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder's case.
pub(crate) struct Case {
    /// Where further files of the case are.
    pub(crate) folder: PathBuf,
    /// `case.json`.
    pub(crate) json: Json,
    reference: SafeTensors,
}

impl Case {
    pub(crate) fn load(folder: &Path) -> Result<Self, String> {
        let path = folder.join("case.json");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let json: Json = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let reference = SafeTensors::open(folder.join("reference.safetensors")).map_err(|e| e.to_string())?;
        let case = Self { folder: folder.to_owned(), json, reference };
        let named = |part: &str, prefix: &str| -> BTreeSet<String> {
            case.json[part].as_object().into_iter().flatten().map(|(name, _)| format!("{prefix}.{name}")).collect()
        };
        let listed = &named("inputs", "in") | &named("outputs", "out");
        let stored = case.reference.names().map(str::to_owned).collect();
        match listed.symmetric_difference(&stored).next() {
            Some(name) => Err(format!("{name} is in one of case.json and reference.safetensors only")),
            None => Ok(case),
        }
    }

    /// That the description holds no setting but these, and what every case has.
    pub(crate) fn expect_keys(&self, known: &[&str]) -> Result<(), String> {
        const ALWAYS: [&str; 10] = [
            "name",
            "what",
            "source",
            "checks",
            "tolerance",
            "inputs",
            "outputs",
            "note",
            "may_be_infinite",
            "may_be_constant",
        ];
        let keys = self.json.as_object().ok_or("case.json is no object")?.keys();
        match keys.map(String::as_str).find(|key| !ALWAYS.contains(key) && !known.contains(key)) {
            Some(key) => Err(format!("setting {key:?} is unknown")),
            None => Ok(()),
        }
    }

    /// Names of the outputs.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &str> {
        self.json["outputs"].as_object().into_iter().flatten().map(|(name, _)| name.as_str())
    }

    pub(crate) fn has_output(&self, name: &str) -> bool {
        self.reference.contains(&format!("out.{name}"))
    }

    pub(crate) fn input(&self, name: &str) -> Result<Tensor, String> {
        self.tensor(&format!("in.{name}"))
    }

    pub(crate) fn output(&self, name: &str) -> Result<Tensor, String> {
        self.tensor(&format!("out.{name}"))
    }

    fn tensor(&self, name: &str) -> Result<Tensor, String> {
        self.reference.get(name).map(Tensor::from).map_err(|e| format!("{}: {e}", self.folder.display()))
    }

    /// Whether there is such an input.
    pub(crate) fn has_input(&self, name: &str) -> bool {
        self.reference.contains(&format!("in.{name}"))
    }

    /// The values of an input that must be there.
    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        self.input(name).unwrap_or_else(|e| panic!("{e}")).to_dtype(DType::F64).to_vec()
    }

    /// The shape of an input that must be there.
    pub(crate) fn shape(&self, name: &str) -> Vec<usize> {
        self.input(name).unwrap_or_else(|e| panic!("{e}")).shape().to_vec()
    }

    /// The rows of an input of numbers: its last axis.
    pub(crate) fn rows(&self, name: &str) -> Result<Vec<Vec<f32>>, String> {
        let tensor = self.input(name)?;
        let width = tensor.shape().last().copied().ok_or_else(|| format!("{name} is one number"))?;
        Ok(tensor.to_dtype(DType::F32).to_vec::<f32>().chunks(width).map(<[f32]>::to_vec).collect())
    }

    /// The rows of an input of tokens.
    pub(crate) fn tokens(&self, name: &str) -> Result<Vec<Vec<u32>>, String> {
        let tensor = self.input(name)?;
        let width = tensor.shape().last().copied().ok_or_else(|| format!("{name} is one number"))?;
        let token = |x: &i64| u32::try_from(*x).map_err(|_| format!("{name}: {x} is no token"));
        tensor.to_dtype(DType::I64).to_vec::<i64>().chunks(width).map(|row| row.iter().map(token).collect()).collect()
    }
}
