//! Wrong shapes and types panic at the caller's line, with the op's name and both shapes.
#![cfg(test)]

use genai_core::ops::Attention;
use genai_core::random::Key;
use genai_core::{DType, Tensor};
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Message, file and line of this thread's last panic.
    static LAST: RefCell<Option<(String, String, u32)>> = const { RefCell::new(None) };
    /// Whether this thread's panics are looked at here.
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// Message, file and line of the panic that `f` ends in.
fn panic_of(f: impl FnOnce() -> Tensor) -> Option<(String, String, u32)> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let otherwise = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if WATCHED.get() {
                let place = info.location().map_or((String::new(), 0), |at| (at.file().to_owned(), at.line()));
                let message = info.payload_as_str().unwrap_or_default().to_owned();
                LAST.set(Some((message, place.0, place.1)));
            } else {
                otherwise(info);
            }
        }));
    });
    WATCHED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    WATCHED.set(false);
    match result {
        Ok(_) => None,
        Err(_) => LAST.take(),
    }
}

fn zeros(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape)
}

fn double(shape: &[usize]) -> Tensor {
    Tensor::zeros_of(shape, DType::F64)
}

fn whole(shape: &[usize]) -> Tensor {
    Tensor::zeros_of(shape, DType::I64)
}

fn truth(shape: &[usize]) -> Tensor {
    Tensor::zeros_of(shape, DType::Bool)
}

/// An op's wrong use: its name, what it does, what the message must hold.
struct Wrong(&'static str, u32, Box<dyn Fn() -> Tensor>, &'static [&'static str]);

macro_rules! wrong {
    ($($name:literal: $f:expr, $($part:literal),+;)*) => {
        vec![$(Wrong($name, line!(), Box::new(|| $f), &[$($part),+])),*]
    };
}

fn arithmetic() -> Vec<Wrong> {
    wrong! {
        "add": zeros(&[2, 3]) + zeros(&[4]), "[2, 3]", "[4]";
        "add": &zeros(&[2, 3]) + &zeros(&[2, 4]), "[2, 3]", "[2, 4]";
        "sub": zeros(&[2, 3]) - &zeros(&[3, 2]), "[2, 3]", "[3, 2]";
        "mul": &zeros(&[2, 3]) * zeros(&[3, 2]), "[2, 3]", "[3, 2]";
        "div": zeros(&[2, 3]) / zeros(&[3, 2]), "[2, 3]", "[3, 2]";
        "add": zeros(&[2]) + double(&[2]), "f32", "f64", "to_dtype";
        "mul": zeros(&[2]) * whole(&[2]), "f32", "i64", "to_dtype";
        "div": whole(&[2]) / whole(&[2]), "i64", "to_dtype";
        "pow": zeros(&[2, 3]).pow_tensor(&zeros(&[4])), "[2, 3]", "[4]";
        "maximum": zeros(&[2, 3]).maximum(&zeros(&[4])), "[2, 3]", "[4]";
        "minimum": zeros(&[2, 3]).minimum(&zeros(&[4])), "[2, 3]", "[4]";
        "exp": whole(&[2]).exp(), "i64", "to_dtype";
        "abs": truth(&[2]).abs(), "bool", "to_dtype";
        "gelu": whole(&[2]).gelu(), "i64", "to_dtype";
        "compare": zeros(&[2, 3]).lt(zeros(&[4])), "[2, 3]", "[4]";
        "compare": zeros(&[2]).eq(whole(&[2])), "f32", "i64";
        "logical": truth(&[2, 3]).logical_and(&truth(&[4])), "[2, 3]", "[4]";
        "logical": zeros(&[2]).logical_or(&zeros(&[2])), "f32";
        "choose": Tensor::choose(&truth(&[2]), &zeros(&[2, 3]), &zeros(&[4])), "[2, 3]", "[4]";
        "choose": Tensor::choose(&truth(&[5]), &zeros(&[2, 3]), &zeros(&[3])), "[5]", "[2, 3]";
        "choose": Tensor::choose(&zeros(&[3]), &zeros(&[3]), &zeros(&[3])), "f32", "bool";
        "choose": zeros(&[2, 3]).masked_fill(&truth(&[4]), 0.0), "[4]", "[2, 3]";
    }
}

fn reductions() -> Vec<Wrong> {
    wrong! {
        "sum": zeros(&[2, 3]).sum_over(2, false), "[2, 3]", "2";
        "sum": truth(&[2, 3]).sum(), "bool", "to_dtype";
        "mean": zeros(&[2, 3]).mean_over(-3, false), "[2, 3]", "-3";
        "var": zeros(&[2, 3]).var_over(4, 1.0, false), "[2, 3]", "4";
        "prod": zeros(&[2, 3]).prod_over(2, false), "[2, 3]", "2";
        "max": zeros(&[2, 3]).max_over(2, false), "[2, 3]", "2";
        "max": zeros(&[2, 0]).max_over(1, false), "[2, 0]", "1";
        "min": zeros(&[0]).min(), "[0]";
        "argmax": zeros(&[2, 3]).argmax(2), "[2, 3]", "2";
        "argmin": zeros(&[2, 0]).argmin(1), "[2, 0]", "1";
        "log_sum_exp": zeros(&[2, 3]).log_sum_exp_over(2, false), "[2, 3]", "2";
    }
}

fn layouts() -> Vec<Wrong> {
    wrong! {
        "reshape": zeros(&[2, 3]).reshape([4, 2]), "[2, 3]", "[4, 2]";
        "permute": zeros(&[2, 3]).permute([0, 0]), "[2, 3]", "[0, 0]";
        "permute": zeros(&[2, 3]).permute([0, 1, 2]), "[2, 3]", "[0, 1, 2]";
        "transpose": zeros(&[2, 3]).transpose(0, 2), "[2, 3]", "2";
        "transpose": zeros(&[3]).t(), "[3]", "-2";
        "expand": zeros(&[2, 3]).expand([2, 4]), "[2, 3]", "[2, 4]";
        "expand": zeros(&[2, 3]).expand([3]), "[2, 3]", "[3]";
        "unsqueeze": zeros(&[2, 3]).unsqueeze(3), "[2, 3]", "3";
        "squeeze": zeros(&[2, 3]).squeeze(0), "[2, 3]", "0";
        "narrow": zeros(&[2, 3]).narrow(2, 0, 1), "[2, 3]", "2";
        "slice": zeros(&[2, 3]).narrow(1, 2, 2), "[2, 3]", "2";
        "slice": zeros(&[2, 3]).slice(1, 0, 2, -1), "[2, 3]", "-1";
        "slice": zeros(&[2, 3]).select(1, 3), "[2, 3]", "3";
        "flip": zeros(&[2, 3]).flip(2), "[2, 3]", "2";
        "split": zeros(&[2, 3]).split(1, &[1, 1]).remove(0), "[2, 3]", "[1, 1]";
        "chunk": zeros(&[2, 3]).chunk(1, 2).remove(0), "[2, 3]", "2";
        "concat": Tensor::concat(&[&zeros(&[2, 3]), &zeros(&[3, 2])], 0), "[2, 3]", "[3, 2]";
        "concat": Tensor::concat(&[&zeros(&[2]), &double(&[2])], 0), "f32", "f64";
        "concat": Tensor::concat(&[&zeros(&[2]), &zeros(&[2])], 1), "[2]", "1";
        "concat": Tensor::concat(&[], 1), "nothing";
        "concat": Tensor::stack(&[&zeros(&[2]), &zeros(&[3])], 0), "[1, 2]", "[1, 3]";
        "pad": zeros(&[2]).pad(&[(1, 1), (1, 1)], 0.0), "[2]", "[(1, 1), (1, 1)]";
    }
}

fn picks_and_products() -> Vec<Wrong> {
    wrong! {
        "index_select": zeros(&[2, 3]).index_select(2, &whole(&[1])), "[2, 3]", "2";
        "index_select": zeros(&[2, 3]).index_select(0, &zeros(&[1])), "f32", "i64";
        "index_select": zeros(&[2, 3]).index_select(0, &Tensor::from([0_i64, 2])), "2";
        "index_select": zeros(&[2, 3]).embedding(&Tensor::from([-1_i64])), "-1", "2";
        "gather": zeros(&[2, 3]).gather(1, &whole(&[2])), "[2, 3]", "[2]";
        "gather": zeros(&[2, 3]).gather(1, &whole(&[3, 3])), "[2, 3]", "[3, 3]";
        "gather": zeros(&[2, 3]).gather(1, &Tensor::from([[3_i64]])), "3";
        "scatter_add": zeros(&[2, 3]).scatter_add(1, &whole(&[2, 2]), &zeros(&[2, 3])), "[2, 2]", "[2, 3]";
        "scatter_add": zeros(&[2, 3]).scatter_add(1, &Tensor::from([[4_i64]]), &zeros(&[1, 1])), "4", "3";
        "scatter_add": truth(&[2]).scatter_add(0, &whole(&[2]), &truth(&[2])), "bool";
        "matmul": zeros(&[2, 2]).matmul(&zeros(&[1, 4])), "[2, 2]", "[1, 4]", "inner extents differ";
        "matmul": zeros(&[2, 2, 3]).matmul(&zeros(&[3, 3, 2])), "[2, 2, 3]", "[3, 3, 2]";
        "matmul": zeros(&[2, 2]).matmul(&double(&[2, 2])), "f32", "f64";
        "matmul": zeros(&[2]).matmul(&zeros(&[2, 2])), "[2]";
        "linear": zeros(&[2, 3]).linear(&zeros(&[4, 2]), None), "[2, 3]", "[4, 2]";
        "linear": zeros(&[2, 3]).linear(&zeros(&[4, 3]), Some(&zeros(&[3]))), "[3]", "4";
        "linear": zeros(&[2, 3]).linear_inputs_first(&zeros(&[4, 2]), None), "[2, 3]", "[4, 2]";
        "linear": zeros(&[2, 3]).linear(&double(&[4, 3]), None), "f32", "f64";
    }
}

fn heads(width: usize) -> Tensor {
    zeros(&[1, 2, 3, width])
}

fn fused() -> Vec<Wrong> {
    wrong! {
        "softmax": zeros(&[2, 3]).softmax(2), "[2, 3]", "2";
        "softmax": whole(&[2, 3]).softmax(-1), "i64";
        "log_softmax": zeros(&[2, 3]).log_softmax(-3), "[2, 3]", "-3";
        "layer_norm": zeros(&[2, 3]).layer_norm(Some(&zeros(&[2])), None, 1e-5), "[2]", "[2, 3]";
        "layer_norm": zeros(&[2, 3]).layer_norm(None, Some(&double(&[3])), 1e-5), "f64", "f32";
        "rms_norm": zeros(&[2, 3]).rms_norm(Some(&zeros(&[2])), 1e-5), "[2]", "[2, 3]";
        "rms_norm": zeros(&[]).rms_norm(None, 1e-5), "scalar";
        "cross_entropy": zeros(&[2, 3]).cross_entropy(&whole(&[3])), "[2, 3]", "[3]";
        "cross_entropy": zeros(&[2, 3]).cross_entropy(&zeros(&[2])), "f32", "i64";
        "cross_entropy": zeros(&[2, 3]).cross_entropy(&Tensor::from([0_i64, 3])), "3";
        "dropout": zeros(&[2, 3]).dropout(1.0, Key::new(1)), "1";
        "dropout": whole(&[2, 3]).dropout(0.5, Key::new(1)), "i64";
        "attention": Attention::causal().packed(&zeros(&[2, 3, 10]), 4), "[2, 3, 10]", "4";
        "attention": Attention::causal().weights(&zeros(&[2, 3]), &zeros(&[2, 3])), "[2, 3]";
        "attention": Attention::default().apply(&heads(4), &heads(5), &heads(5)), "[1, 2, 3, 4]", "[1, 2, 3, 5]", "widths";
        "attention": Attention::default().apply(&heads(4), &heads(5), &heads(6)), "[1, 2, 3, 4]", "[1, 2, 3, 5]", "widths";
        "attention": Attention::default().apply(&heads(4), &heads(4), &zeros(&[1, 2, 4, 4])), "[1, 2, 3, 4]", "[1, 2, 4, 4]";
        "attention": Attention::default().apply(&heads(4), &heads(4), &zeros(&[1, 2, 4, 5])), "[1, 2, 3, 4]", "[1, 2, 4, 5]";
        "attention": Attention::default().apply(&heads(4), &heads(4), &zeros(&[2, 3, 5])), "[1, 2, 3, 4]", "[2, 3, 5]";
        "attention": Attention::default().apply(&heads(4), &heads(4), &double(&[1, 2, 3, 5])), "[1, 2, 3, 5]", "types differ";
    }
}

#[test]
fn said_at_the_callers_line() {
    let groups = [arithmetic(), reductions(), layouts(), picks_and_products(), fused()];
    let cases: Vec<Wrong> = groups.into_iter().flatten().collect();
    let mut broken = Vec::new();
    for Wrong(name, line, f, parts) in &cases {
        let Some((message, file, at)) = panic_of(f) else {
            broken.push(format!("{name}, line {line}: does not panic"));
            continue;
        };
        let begins = message.strip_prefix(name).is_some_and(|rest| rest.starts_with(": "));
        if !begins || !parts.iter().all(|part| message[name.len()..].contains(part)) {
            broken.push(format!("{name}, line {line}: says \"{message}\""));
        }
        if !file.ends_with("shape_errors.rs") {
            broken.push(format!("{name}, line {line}: is said at {file}:{at}"));
        }
    }
    assert!(broken.is_empty(), "{} of {} wrong uses:\n{}", broken.len(), cases.len(), broken.join("\n"));
}
