//! Special values: zeros, subnormal numbers, overflow, infinities, NaN.

use crate::{Outcome, Table, open};
use genai_core::{DType, Tensor};
use std::io::{self, Write};

pub(crate) fn run(table: &Table) -> Vec<Outcome> {
    let file = match open(&table.folder.join("special_values.safetensors")) {
        Ok(file) => file,
        Err(what) => {
            return vec![Outcome { case: "ops:special_values".into(), tensor: "file".into(), result: Err(what) }];
        }
    };
    let get = |name: &str| file.get(name).map(Tensor::from).map_err(|e| e.to_string());
    let mut names: Vec<&str> = file.names().filter(|name| *name != "x").collect();
    names.sort_unstable();
    let result = |name: &str| {
        let (function, kind) = name.split_once('.').ok_or("no type")?;
        let x = get("x")?;
        let (x, tolerance) = match kind {
            "f32" if function == "digamma" => (x, 1e-5),
            "f32" => (x, 1e-6),
            "f64" => (x.to_dtype(DType::F64), 1e-12),
            other => return Err(format!("type {other}")),
        };
        let (got, expected) = (apply(function, &x)?, get(name)?);
        close(&got, &if name == "gelu.f32" { with_limits(&got, expected, &x) } else { expected }, &x, tolerance)
    };
    let case = |name: &str| format!("ops:special_values/{name}");
    names.iter().map(|name| Outcome { case: case(name), tensor: (*name).to_owned(), result: result(name) }).collect()
}

fn apply(function: &str, x: &Tensor) -> Result<Tensor, String> {
    Ok(match function {
        "abs" => x.abs(),
        "cos" => x.cos(),
        "elu" => x.elu(1.0),
        "erf" => x.erf(),
        "digamma" => x.digamma(),
        "erfc" => x.erfc(),
        "exp" => x.exp(),
        "lgamma" => x.ln_gamma(),
        "expm1" => x.exp_m1(),
        "gelu" => x.gelu(),
        "gelu_tanh" => x.gelu_tanh(),
        "log" => x.ln(),
        "log1p" => x.ln_1p(),
        "logsigmoid" => x.log_sigmoid(),
        "reciprocal" => x.reciprocal(),
        "relu" => x.relu(),
        "rsqrt" => x.rsqrt(),
        "sigmoid" => x.sigmoid(),
        "sign" => x.sign(),
        "silu" => x.silu(),
        "sin" => x.sin(),
        "softplus" => x.softplus(),
        "sqrt" => x.sqrt(),
        "square" => x.square(),
        "tanh" => x.tanh(),
        _ => return Err(format!("{function} is unknown")),
    })
}

/// PyTorch's GELU in f32 with max(x, 0) where 2 x is beyond f32 and its kernel, unlike its own in f64, is no number (∞ · 0) or
/// infinite for a finite x, if ours is max(x, 0) there. That is said; every other point is compared as it stands.
fn with_limits(got: &Tensor, expected: Tensor, x: &Tensor) -> Tensor {
    let [y, mut limits, x]: [Vec<f64>; 3] = [got, &expected, x].map(|x| x.to_dtype(DType::F64).to_vec());
    if y.len() != x.len() || limits.len() != x.len() {
        return expected;
    }
    for ((y, limit), x) in y.iter().zip(&mut limits).zip(&x) {
        if 2.0 * x.abs() > f64::from(f32::MAX) && !limit.is_finite() && *limit != *y && *y == x.max(0.0) {
            writeln!(io::stdout(), "special_values/gelu.f32 at {x:e}: {limit} in PyTorch, {y:e} here").unwrap();
            *limit = *y;
        }
    }
    Tensor::from_vec(limits, expected.shape())
}

/// NaN and infinities match; finite values relatively, or to 1e-37.
fn close(got: &Tensor, expected: &Tensor, x: &Tensor, tolerance: f64) -> Result<f64, String> {
    let [got, expected, x]: [Vec<f64>; 3] = [got, expected, x].map(|x| x.to_dtype(DType::F64).to_vec());
    if got.len() != expected.len() || x.len() != expected.len() {
        return Err(format!("{} values instead of {} at {} points", got.len(), expected.len(), x.len()));
    }
    let mut worst: f64 = 0.0;
    for ((&got, &expected), x) in got.iter().zip(&expected).zip(&x) {
        let same = got == expected || (got.is_nan() && expected.is_nan());
        let off = if same { 0.0 } else { (got - expected).abs() / (tolerance * expected.abs()).max(1e-37) };
        if off.is_nan() || off > 1.0 {
            return Err(format!("{got:e} instead of {expected:e} at {x:e}"));
        }
        worst = worst.max(off);
    }
    Ok(worst)
}
