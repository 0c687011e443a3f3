//! What was compared, and how far off it was.

use crate::case::Case;
use genai_core::DType;
use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::Path;

/// Computed values, row by row; the precision of the computation decides how exact they must be.
pub(crate) enum Values {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I64(Vec<i64>),
}

impl From<Vec<f32>> for Values {
    fn from(values: Vec<f32>) -> Self {
        Self::F32(values)
    }
}

impl From<Vec<f64>> for Values {
    fn from(values: Vec<f64>) -> Self {
        Self::F64(values)
    }
}

impl From<Vec<i64>> for Values {
    fn from(values: Vec<i64>) -> Self {
        Self::I64(values)
    }
}

impl Values {
    /// Values that were widened to f64 as the kind that the case's output is of: whole numbers where it holds such.
    pub(crate) fn of(case: &Case, tensor: &str, values: Vec<f64>) -> Self {
        let whole = case.output(tensor).is_ok_and(|expected| !expected.dtype().is_float());
        if whole && values.iter().all(|x| x.fract() == 0.0) {
            return Self::I64(values.into_iter().map(|x| x as i64).collect());
        }
        Self::F64(values)
    }

    /// The same, of a computation in f32.
    pub(crate) fn of_single(case: &Case, tensor: &str, values: Vec<f64>) -> Self {
        match Self::of(case, tensor, values) {
            Self::F64(values) => Self::F32(values.into_iter().map(|x| x as f32).collect()),
            other => other,
        }
    }
}

/// The cases so far.
pub(crate) struct Report {
    not_yet: &'static [(&'static str, &'static str)],
    met: Vec<[bool; 2]>, // of each entry of the list: whether it was met, and whether something of it failed
    folder: String,
    compared: BTreeSet<String>, // outputs of the present case
    cases: usize,
    tensors: usize,
    worst: (f64, String),
    notes: Vec<String>,
    wrong: Vec<String>,
}

impl Report {
    pub(crate) fn new(not_yet: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            not_yet,
            met: vec![[false; 2]; not_yet.len()],
            folder: String::new(),
            compared: BTreeSet::new(),
            cases: 0,
            tensors: 0,
            worst: (0.0, String::new()),
            notes: Vec::new(),
            wrong: Vec::new(),
        }
    }

    /// A part without a folder.
    pub(crate) fn absent(&mut self, part: &str, root: &Path) {
        self.notes.push(format!("skipped: {part} is not in {}", root.display()));
    }

    /// Begins a case; what follows belongs to it.
    pub(crate) fn begin(&mut self, folder: &str) {
        folder.clone_into(&mut self.folder);
        self.compared.clear();
        self.cases += usize::from(self.entry(folder).is_none());
    }

    /// Compares one output of the case.
    pub(crate) fn compare(&mut self, case: &Case, tensor: &str, got: impl Into<Values>) {
        let result = error(case, tensor, &got.into());
        self.take(tensor, result);
    }

    /// An output that could not be computed.
    pub(crate) fn fail(&mut self, tensor: &str, what: impl Into<String>) {
        self.take(tensor, Err(what.into()));
    }

    /// Ends the case: every output that it lists must have come.
    pub(crate) fn end(&mut self, case: &Case) {
        let missing: Vec<String> =
            case.outputs().filter(|name| !self.compared.contains(*name)).map(str::to_owned).collect();
        missing.iter().for_each(|name| self.fail(name, "nothing computes it"));
    }

    /// The case as a whole could not be tried.
    pub(crate) fn broken(&mut self, what: String) {
        self.take("", Err(what));
    }

    fn take(&mut self, tensor: &str, result: Result<f64, String>) {
        self.compared.insert(tensor.to_owned());
        let name = if tensor.is_empty() { self.folder.clone() } else { format!("{}:{tensor}", self.folder) };
        match (result, self.entry(&name)) {
            (result, Some(entry)) => {
                self.met[entry][0] = true;
                self.met[entry][1] |= result.is_err();
            }
            (Ok(share), None) => {
                self.tensors += 1;
                self.worst = if share > self.worst.0 { (share, name) } else { std::mem::take(&mut self.worst) };
            }
            (Err(what), None) => self.wrong.push(format!("{name}: {what}")),
        }
    }

    /// The entry of the list that a folder or a tensor falls under.
    fn entry(&self, name: &str) -> Option<usize> {
        let matches = |pattern: &str, name: &str| {
            pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
        };
        let folder = name.split(':').next().unwrap_or(name);
        self.not_yet.iter().position(|(pattern, _)| matches(pattern, name) || matches(pattern, folder))
    }

    /// Prints the line that sums up, and fails unless all is right that is not listed.
    pub(crate) fn finish(mut self) {
        for ((pattern, what), [met, failed]) in self.not_yet.iter().zip(self.met) {
            self.notes.push(format!("not yet: {pattern}: {what}"));
            if met && !failed {
                self.wrong.push(format!("{pattern} is listed as missing and passes"));
            }
        }
        let (worst, at) = &self.worst;
        let summary =
            format!("reference: {} cases, {} tensors, worst error {worst:.3} × tolerance", self.cases, self.tensors);
        let place = if at.is_empty() { "no error at all".to_owned() } else { format!("worst: {at}") };
        let text = [self.notes.join("\n"), summary, place].join("\n");
        writeln!(io::stdout(), "{text}").expect("standard output"); // not println: tests would keep it to themselves
        assert!(self.wrong.is_empty(), "{} failures:\n{}", self.wrong.len(), self.wrong.join("\n"));
        assert!(self.cases > 0, "no case of this crate was compared");
    }
}

/// The error of an output in units of its tolerance; `Err` beyond it.
fn error(case: &Case, name: &str, got: &Values) -> Result<f64, String> {
    if !case.has_output(name) {
        return Err("the case lists no such output".to_owned());
    }
    let expected = case.output(name)?;
    let floats = |values: Vec<f64>, exact| close(case, name, &values, &expected.to_dtype(DType::F64).to_vec(), exact);
    match got {
        Values::I64(got) if expected.dtype().is_float() => Err(format!("{} whole numbers, expected others", got.len())),
        Values::I64(got) => equal(got, &expected.to_dtype(DType::I64).to_vec()),
        _ if !expected.dtype().is_float() => Err("expected whole numbers".to_owned()),
        Values::F32(got) => floats(got.iter().map(|&x| x.into()).collect(), false),
        Values::F64(got) => floats(got.clone(), true),
    }
}

fn equal(got: &[i64], expected: &[i64]) -> Result<f64, String> {
    if got.len() != expected.len() {
        return Err(format!("{} values, expected {}", got.len(), expected.len()));
    }
    let wrong = got.iter().zip(expected).position(|(a, b)| a != b);
    wrong.map_or(Ok(0.0), |i| Err(format!("[{i}] is {}, expected {}", got[i], expected[i])))
}

/// max |got − ref| ≤ tolerance · max |ref|; infinities, where the case allows them, at the same places.
fn close(case: &Case, name: &str, got: &[f64], expected: &[f64], exact: bool) -> Result<f64, String> {
    if got.len() != expected.len() {
        return Err(format!("{} values, expected {}", got.len(), expected.len()));
    }
    let lists = |list: &serde_json::Value| list.as_array().is_some_and(|names| names.iter().any(|x| x == name));
    let infinite = lists(&case.json["may_be_infinite"]);
    let allowed = |(i, (a, b)): (usize, (&f64, &f64))| {
        let fine = (a.is_finite() && b.is_finite()) || (infinite && a == b);
        if fine { Ok(()) } else { Err(format!("[{i}] is {a}, expected {b}")) }
    };
    got.iter().zip(expected).enumerate().try_for_each(allowed)?;
    let largest = expected.iter().filter(|x| x.is_finite()).fold(0.0, |m: f64, x| m.max(x.abs()));
    let tolerance = &case.json["tolerance"];
    let own = case.json["outputs"][name]["tol"].as_f64().or_else(|| tolerance["suggested"].as_f64());
    let own = own.ok_or("case.json gives no tolerance")?;
    let zero = lists(&tolerance["zero_in_theory"]);
    let most = if zero { 1e-5 } else { largest * if exact { own.min(1e-7) } else { own } };
    let finite = got.iter().zip(expected).filter(|(a, _)| a.is_finite());
    let error = finite.fold(0.0, |m: f64, (a, b)| m.max(if zero { a.abs() } else { (a - b).abs() }));
    let share = if error == 0.0 { 0.0 } else { error / most };
    if share <= 1.0 { Ok(share) } else { Err(format!("error {error:.3e}, {share:.2} × tolerance")) }
}
