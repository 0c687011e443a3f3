//! Functions of elements, rows and columns.

use super::{Prepared, only};
use crate::inputs::{mean_abs, tensor};
use crate::protocol::{Request, Work};
use genai_models::core::{DType, Tensor};

/// x → op(x) on n elements; add is x + y.
pub(super) fn elementwise(request: &mut Request) -> Prepared {
    let (op, n) = (request.word("op", "exp"), request.number("n", 1_000_000));
    only(request, "dtype", "f32")?;
    request.flag("out", false);
    let (mut x, y) = (tensor(&[n], 1, 8.0), tensor(&[n], 2, 1.0));
    if op == "log" {
        x = x.abs().clamp(1e-3, f64::INFINITY);
    }
    let run: Box<dyn Fn() -> Tensor + Send> = match op.as_str() {
        "exp" => Box::new(move || x.exp()),
        "tanh" => Box::new(move || x.tanh()),
        "sigmoid" => Box::new(move || x.sigmoid()),
        "log" => Box::new(move || x.ln()),
        "erf" => Box::new(move || x.erf()),
        "silu" => Box::new(move || x.silu()),
        "gelu" => Box::new(move || x.gelu()),
        "gelutanh" => Box::new(move || x.gelu_tanh()),
        "mulscalar" => Box::new(move || &x * 1.5),
        "add" => Box::new(move || &x + &y),
        other => return Err(format!("no function {other:?}").into()),
    };
    let bytes = if op == "add" { 12 } else { 8 };
    Ok(Work::new(bytes * n, "byte", mean_abs(&run()), run))
}

/// The sum of n elements.
pub(super) fn total(request: &mut Request) -> Prepared {
    let n = request.number("n", 1_000_000);
    only(request, "dtype", "f32")?;
    let x = tensor(&[n], 1, 8.0) + 1.0;
    Ok(Work::new(4 * n, "byte", mean_abs(&x.sum()), move || x.sum()))
}

/// An operation along the rows or columns of an [r, c] matrix.
pub(super) fn rows(request: &mut Request) -> Prepared {
    let (op, r, c) = (request.word("op", "softmax"), request.number("r", 4096), request.number("c", 1024));
    request.flag("out", false);
    let (x, gain, bias) = (tensor(&[r, c], 1, 8.0), tensor(&[c], 2, 1.0), tensor(&[c], 3, 1.0));
    let (passes, run): (usize, Box<dyn Fn() -> Tensor + Send>) = match op.as_str() {
        "softmax" => (2, Box::new(move || x.softmax(-1))),
        "logsoftmax" => (2, Box::new(move || x.log_softmax(-1))),
        "layernorm" => (2, Box::new(move || x.layer_norm(Some(&gain), Some(&bias), 1e-5))),
        "addrow" => (2, Box::new(move || &x + &bias)),
        "sumrows" => (1, Box::new(move || x.sum_over(-1, false))),
        "sumcols" => (1, Box::new(move || x.sum_over(0, false))),
        "argmax" => (1, Box::new(move || x.argmax(-1))),
        "transpose" => (2, Box::new(move || x.t().contiguous())),
        other => return Err(format!("no operation {other:?}").into()),
    };
    let check = mean_abs(&run().to_dtype(DType::F32));
    Ok(Work::new(4 * passes * r * c, "byte", check, run))
}

pub(super) fn usual() -> Vec<Request> {
    let mut list = Vec::new();
    for op in ["exp", "tanh", "sigmoid", "silu", "gelu", "gelutanh", "mulscalar", "add"] {
        list.extend([1_000_000, 10_000_000].map(|n| Request::new("elementwise").with("op", op).with("n", n)));
    }
    list.extend([1_000_000, 10_000_000].map(|n| Request::new("total").with("n", n)));
    for op in ["softmax", "logsoftmax", "layernorm", "addrow", "sumrows", "sumcols", "argmax", "transpose"] {
        list.extend(
            [(4096, 1024), (3072, 384)].map(|(r, c)| Request::new("rows").with("op", op).with("r", r).with("c", c)),
        );
    }
    list
}
