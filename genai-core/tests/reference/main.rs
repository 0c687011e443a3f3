//! Every op and optimiser against PyTorch, on the tables `ops` and `optim` of `fixtures/` or `$GENAI_FIXTURES`.
//!
//! The tables say what is run; every tensor that they list is compared, in f32 and in f64. What is not there yet stands in
//! [`NOT_YET`], is tried all the same, and must fail.
#![cfg(test)]

mod arguments;
mod ops;
mod optim;
mod pattern;
mod special;

use genai_core::format::safetensors::SafeTensors;
use genai_core::{DType, Tensor};
use serde_json::Value as Json;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Pattern → what is missing: `folder:case`, or `folder:case/tensor`.
const NOT_YET: &[(&str, &str)] = &[
    ("ops:unary/log2", "log2"),
    ("ops:unary/log10", "log10"),
    ("ops:unary/tan", "tan"),
    ("ops:unary/asin*", "inverse sine, of both kinds"),
    ("ops:unary/acos", "inverse cosine"),
    ("ops:unary/atan*", "inverse tangent, of both kinds"),
    ("ops:unary/sinh", "hyperbolic sine"),
    ("ops:unary/cosh", "hyperbolic cosine"),
    ("ops:unary/relu6", "ReLU6"),
    ("ops:unary/selu", "SELU"),
    ("ops:unary/celu", "CELU"),
    ("ops:unary/quick_gelu", "quick GELU"),
    ("ops:unary/mish", "Mish"),
    ("ops:unary/softsign", "softsign"),
    ("ops:unary/hard*", "hard activations"),
    ("ops:unary/tanhshrink", "tanhshrink"),
    ("ops:unary/logit", "logit"),
    ("ops:unary/ceil", "ceil"),
    ("ops:unary/trunc", "trunc"),
    ("ops:unary/frac", "fractional part"),
    ("ops:unary/prelu", "PReLU"),
    ("ops:unary/glu", "GLU"),
    ("ops:unary/nan_to_num", "nan_to_num"),
    ("ops:binary/atan2", "atan2"),
    ("ops:binary/hypot", "hypot"),
    ("ops:binary/remainder", "remainders"),
    ("ops:binary/fmod", "remainders"),
    ("ops:binary/floor_divide", "whole quotients"),
    ("ops:reduce/median", "order statistics"),
    ("ops:reduce/quantile", "order statistics"),
    ("ops:reduce/norm_*", "norms of vectors"),
    ("ops:scan/cummax", "running extremes"),
    ("ops:matmul/bilinear", "bilinear forms"),
    ("ops:einsum/*", "einsum"),
    ("ops:linalg/eigvalsh", "eigenvalues"),
    ("ops:linalg/svdvals", "singular values"),
    ("ops:linalg/matrix_exp", "exponentials of matrices"),
    ("ops:linalg/cdist2", "pairwise distances"),
    ("ops:conv*", "convolutions"),
    ("ops:*_pool*", "pooling"),
    ("ops:unfold", "patches to columns"),
    ("ops:fold", "columns to patches"),
    ("ops:pixel_*", "pixel shuffles"),
    ("ops:group_norm", "group norm"),
    ("ops:instance_norm", "instance norm"),
    ("ops:batch_norm*", "batch norm"),
    ("ops:local_response_norm", "local response norm"),
    ("ops:normalize_l2", "norms of vectors"),
    ("ops:weight_norm", "weight norm"),
    ("ops:cosine_similarity", "cosine similarity"),
    ("ops:cross_entropy/weighted*", "class weights"),
    ("ops:cross_entropy/prob_targets", "targets that are probabilities"),
    ("ops:nll_loss", "losses"),
    ("ops:bce*", "losses"),
    ("ops:loss/l1", "losses"),
    ("ops:loss/smooth_l1", "losses"),
    ("ops:loss/huber", "losses"),
    ("ops:loss/kl_div", "losses"),
    ("ops:loss/*_nll", "losses"),
    ("ops:loss/hinge_embedding", "losses"),
    ("ops:loss/triplet", "losses"),
    ("ops:loss/multi_margin", "losses"),
    ("ops:loss/ctc", "losses"),
    ("ops:embedding/padding_idx", "a padding token of embeddings"),
    ("ops:scatter", "scatter"),
    ("ops:scatter_reduce/*", "scatter by other reductions"),
    ("ops:index_add", "index_add"),
    ("ops:index_put*", "index_put"),
    ("ops:masked_select", "results whose size the data decide"),
    ("ops:one_hot", "one_hot"),
    ("ops:shape/repeat*", "repeats"),
    ("ops:shape/roll", "roll"),
    ("ops:shape/unfold_windows", "windows"),
    ("ops:sort/*", "sorting"),
    ("ops:topk/*", "sorting"),
    ("ops:kthvalue", "sorting"),
    ("ops:searchsorted", "sorting"),
    ("ops:bincount", "counting"),
    ("ops:unique", "counting"),
    ("ops:pad*d/re*", "padding by the elements"),
    ("ops:pad*d/circular", "padding by the elements"),
    ("ops:pad/negative", "negative padding"),
    ("ops:interpolate/*", "interpolation"),
    ("ops:grid_sample/*", "sampling by a grid"),
    ("ops:affine_grid", "sampling by a grid"),
    ("ops:cell/*", "recurrent cells"),
    ("ops:fft/*", "Fourier transforms"),
    ("ops:special_values/atan.*", "atan"),
    ("ops:special_values/mish.*", "Mish"),
    ("ops:special_values/hardswish.*", "hard activations"),
    ("optim:rmsprop*", "RMSprop"),
    ("optim:adagrad", "Adagrad"),
    ("optim:adadelta", "Adadelta"),
    ("optim:adamax", "Adamax"),
    ("optim:adafactor", "Adafactor"),
    ("optim:nadam", "NAdam"),
    ("optim:radam", "RAdam"),
    ("optim:rprop", "Rprop"),
    ("optim:rosenbrock_lbfgs*", "L-BFGS"),
    ("optim:ema", "averaged weights"),
    ("optim:lr/constant", "schedules"),
    ("optim:lr/linear", "schedules"),
    ("optim:lr/step", "schedules"),
    ("optim:lr/multistep", "schedules"),
    ("optim:lr/exponential", "schedules"),
    ("optim:lr/polynomial", "schedules"),
    ("optim:lr/cosine*", "schedules"),
    ("optim:lr/one_cycle*", "schedules"),
    ("optim:lr/cyclic*", "schedules"),
    ("optim:lr/sequential*", "schedules"),
    ("optim:lr/plateau", "schedules"),
    ("optim:lr/hf_linear*", "schedules"),
    ("optim:lr/hf_cosine_hard*", "schedules"),
    ("optim:lr/hf_polynomial", "schedules"),
    ("optim:lr/hf_inverse_sqrt", "schedules"),
    ("optim:lr/hf_constant*", "schedules"),
    ("optim:lr/hf_warmup_stable*", "schedules"),
];

/// What a case is compared by, and how far it is off.
pub(crate) struct Outcome {
    /// `folder:case`.
    pub(crate) case: String,
    /// Which of its tensors, or runs.
    pub(crate) tensor: String,
    /// The error in units of its tolerance, or what is wrong.
    pub(crate) result: Result<f64, String>,
}

/// A table: its description and its tensors.
pub(crate) struct Table {
    pub(crate) json: Json,
    pub(crate) folder: PathBuf,
    tensors: SafeTensors,
}

impl Table {
    fn open(folder: &Path, name: &str) -> Result<Self, String> {
        let json = fs::read_to_string(folder.join(format!("{name}.json"))).map_err(|e| e.to_string())?;
        let json = serde_json::from_str(&json).map_err(|e| e.to_string())?;
        let tensors = open(&folder.join(format!("{name}.safetensors")))?;
        Ok(Self { json, folder: folder.to_path_buf(), tensors })
    }

    pub(crate) fn get(&self, name: &str) -> Result<Tensor, String> {
        self.tensors.get(name).map(Tensor::from).map_err(|e| e.to_string())
    }

    /// Names of its tensors.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.names()
    }
}

pub(crate) fn open(path: &Path) -> Result<SafeTensors, String> {
    SafeTensors::open(path).map_err(|e| e.to_string())
}

/// Runs what may panic because it is not there.
pub(crate) fn tried<T>(f: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default())
    })
}

/// max|got − expected| ≤ tolerance · max|expected|, whole numbers and truth values exactly; the share of the tolerance.
pub(crate) fn compare(got: &Tensor, expected: &Tensor, tolerance: f64) -> Result<f64, String> {
    if got.shape() != expected.shape() {
        return Err(format!("{:?} instead of {:?}", got.shape(), expected.shape()));
    }
    if expected.dtype().is_float() != got.dtype().is_float() {
        return Err(format!("{} instead of {}", got.dtype(), expected.dtype()));
    }
    let [a, b]: [Vec<f64>; 2] = [got, expected].map(|x| x.to_dtype(DType::F64).to_vec());
    let largest = b.iter().filter(|x| x.is_finite()).fold(0.0, |max: f64, x| max.max(x.abs()));
    let allowed = if expected.dtype().is_float() { tolerance * largest } else { 0.0 };
    let mut worst: f64 = 0.0;
    for (&a, &b) in a.iter().zip(&b) {
        let off = if a == b || (a.is_nan() && b.is_nan()) { 0.0 } else { (a - b).abs() };
        if off.is_nan() || off > allowed {
            return Err(format!("{a:e} instead of {b:e}: {:.3} × tolerance", off / allowed));
        }
        worst = worst.max(if off == 0.0 { 0.0 } else { off / allowed });
    }
    Ok(worst)
}

/// Runs a table.
type Family = fn(&Table) -> Vec<Outcome>;

#[test]
fn reference() {
    let root = env::var_os("GENAI_FIXTURES")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures").into(), PathBuf::from);
    std::panic::set_hook(Box::new(|_| ())); // what is not there yet panics in silence
    let mut say = io::stdout(); // past the test harness, which keeps what is printed
    let mut outcomes = Vec::new();
    let mut wrong = Vec::new();
    let families: [(&str, Family); 2] = [("ops", ops::run), ("optim", optim::run)];
    for (name, run) in families {
        let folder = root.join(name);
        if !folder.is_dir() {
            writeln!(say, "skipped: {name} is not in {}", root.display()).unwrap();
            continue;
        }
        match Table::open(&folder, name) {
            Ok(table) => outcomes.extend(run(&table)),
            Err(what) => wrong.push(format!("{name}: {what}")),
        }
    }
    let _ = std::panic::take_hook();
    NOT_YET.iter().for_each(|(pattern, what)| writeln!(say, "not yet: {pattern}: {what}").unwrap());
    let (line, count) = judge(outcomes, &mut wrong);
    writeln!(say, "{line}").unwrap();
    assert!(wrong.is_empty(), "{} failures:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 0, "no case of this crate in {}", root.display());
}

/// The line that sums up, and the number of cases; what is wrong is added to `wrong`.
fn judge(outcomes: Vec<Outcome>, wrong: &mut Vec<String>) -> (String, usize) {
    let listed = |case: &str| NOT_YET.iter().position(|(pattern, _)| pattern::matches(pattern, case));
    let mut cases: Vec<(String, bool)> = Vec::new();
    let (mut tensors, mut worst, mut at) = (0, 0.0, String::new());
    for Outcome { case, tensor, result } in outcomes {
        if cases.last().is_none_or(|(last, _)| *last != case) {
            cases.push((case.clone(), true));
        }
        match result {
            Ok(_) if listed(&case).is_some() => {}
            Ok(error) => {
                tensors += 1;
                if error >= worst {
                    (worst, at) = (error, format!("{case}, {tensor}"));
                }
            }
            Err(what) => {
                cases.last_mut().expect("this case was pushed").1 = false;
                if listed(&case).is_none() {
                    wrong.push(format!("{case}, {tensor}: {what}"));
                }
            }
        }
    }
    let here = |case: &str| listed(case).map(|entry| NOT_YET[entry].0);
    for (case, passed) in &cases {
        if let (Some(pattern), true) = (here(case), passed) {
            wrong.push(format!("{case}: is here now, and still listed as missing by {pattern}"));
        }
    }
    let count = cases.iter().filter(|(case, _)| listed(case).is_none()).count();
    (format!("reference: {count} cases, {tensors} tensors, worst error {worst:.3} × tolerance\nworst: {at}"), count)
}
