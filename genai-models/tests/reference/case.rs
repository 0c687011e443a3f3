//! A case: its description, its tensors, and the rule by which outputs are compared.

use genai_core::format::safetensors::SafeTensors;
use genai_core::{DType, Tensor};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What became of one output: the error in units of its tolerance, or what is wrong.
pub(crate) struct Outcome {
    pub(crate) tensor: String,
    pub(crate) result: Result<f64, String>,
}

/// A folder's case.
pub(crate) struct Case {
    pub(crate) folder: PathBuf,
    pub(crate) json: Json,
    reference: SafeTensors,
}

/// What our own computation gives, by the name of the output; more than one value where there is more than one way.
#[derive(Default)]
pub(crate) struct Results(BTreeMap<String, Vec<Tensor>>);

impl Results {
    pub(crate) fn put(&mut self, name: impl Into<String>, value: Tensor) {
        self.0.entry(name.into()).or_default().push(value);
    }
}

impl Case {
    pub(crate) fn load(folder: &Path) -> Result<Self, String> {
        let json = read_json(&folder.join("case.json"))?;
        let reference = SafeTensors::open(folder.join("reference.safetensors")).map_err(|e| e.to_string())?;
        let case = Self { folder: folder.to_path_buf(), json, reference };
        let listed = |part: &str, prefix: &str| -> Vec<String> {
            case.json[part].as_object().into_iter().flatten().map(|(name, _)| format!("{prefix}.{name}")).collect()
        };
        let listed: BTreeSet<String> =
            [listed("inputs", "in"), listed("outputs", "out")].concat().into_iter().collect();
        let stored: BTreeSet<String> = case.reference.names().map(str::to_owned).collect();
        match listed.symmetric_difference(&stored).next() {
            Some(name) => Err(format!("{name} is in one of case.json and reference.safetensors only")),
            None => Ok(case),
        }
    }

    /// That the description holds no setting but these.
    pub(crate) fn expect_keys(&self, known: &[&str]) -> Result<(), String> {
        const ALWAYS: [&str; 9] =
            ["name", "what", "source", "checks", "tolerance", "inputs", "outputs", "note", "reload_max_rel_diff"];
        let keys = self.json.as_object().ok_or("case.json is no object")?.keys();
        match keys.map(String::as_str).find(|key| !ALWAYS.contains(key) && !known.contains(key)) {
            Some(key) => Err(format!("setting {key:?} is unknown")),
            None => Ok(()),
        }
    }

    pub(crate) fn has_input(&self, name: &str) -> bool {
        self.reference.contains(&format!("in.{name}"))
    }

    pub(crate) fn input(&self, name: &str) -> Result<Tensor, String> {
        self.tensor(&format!("in.{name}"))
    }

    pub(crate) fn output(&self, name: &str) -> Result<Tensor, String> {
        self.tensor(&format!("out.{name}"))
    }

    fn tensor(&self, name: &str) -> Result<Tensor, String> {
        self.reference.get(name).map(Tensor::from).map_err(|e| e.to_string())
    }

    /// Names of the outputs.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &str> {
        self.json["outputs"].as_object().into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// Compares every listed output with what was computed.
    pub(crate) fn compare(&self, results: &Results) -> Vec<Outcome> {
        let compare = |name: &str| {
            let values = results.0.get(name).ok_or("nothing computes it")?;
            values.iter().try_fold(0.0, |worst: f64, got| Ok(worst.max(self.error(name, got)?)))
        };
        let outcome = |name: &str| Outcome { tensor: name.to_owned(), result: compare(name) };
        self.outputs().map(outcome).collect()
    }

    /// The error of an output in units of its tolerance; `Err` beyond it.
    fn error(&self, name: &str, got: &Tensor) -> Result<f64, String> {
        let expected = self.output(name)?;
        if got.shape() != expected.shape() {
            return Err(format!("is {:?}, expected {:?}", got.shape(), expected.shape()));
        }
        if !expected.dtype().is_float() {
            let [got, expected] = [got, &expected].map(|x| x.to_dtype(DType::I64).to_vec::<i64>());
            let wrong = got.iter().zip(&expected).position(|(a, b)| a != b);
            return wrong.map_or(Ok(0.0), |i| Err(format!("[{i}] is {}, expected {}", got[i], expected[i])));
        }
        let exact = got.dtype() == DType::F64;
        let [got, expected] = [got, &expected].map(|x| x.to_dtype(DType::F64).to_vec::<f64>());
        if let Some(i) = (0..got.len()).find(|&i| !got[i].is_finite()) {
            return Err(format!("[{i}] is {}, expected {}", got[i], expected[i]));
        }
        let largest = expected.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        let allowed = self.allowed(name, largest, exact)?;
        let error = got.iter().zip(&expected).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
        let share = if error == 0.0 { 0.0 } else { error / allowed };
        if share <= 1.0 { Ok(share) } else { Err(format!("error {error:.3e}, {share:.2} × tolerance")) }
    }

    /// The largest error of an output whose largest value is `largest`; `exact` for a computation in f64.
    fn allowed(&self, name: &str, largest: f64, exact: bool) -> Result<f64, String> {
        let tolerance = &self.json["tolerance"];
        if tolerance["zero_in_theory"].as_array().is_some_and(|names| names.iter().any(|x| x == name)) {
            return Ok(1e-5);
        }
        let own = self.json["outputs"][name]["tol"].as_f64().or_else(|| tolerance["suggested"].as_f64());
        let own = own.ok_or("case.json gives no tolerance")?;
        Ok(largest * if exact { own.min(1e-7) } else { own })
    }
}

pub(crate) fn read_json(path: &Path) -> Result<Json, String> {
    let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    serde_json::from_str(&fs::read_to_string(path).map_err(|e| fail(&e))?).map_err(|e| fail(&e))
}

pub(crate) fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
