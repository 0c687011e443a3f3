//! Fused ops against their plain forms: the value, and the first gradient, which `create_graph` takes from the plain form.
#![cfg(test)]

mod rows;

use genai_core::{DType, plain_form};
use rows::{Row, for_each, gap, tracked, value_and_gradients, value_and_gradients_by};

/// Largest gap between the two, as a share of the tensor's largest element (or of 1).
const GAPS: [(DType, f64); 2] = [(DType::F64, 1e-12), (DType::F32, 3e-6)];

#[test]
fn values() {
    for (dtype, allowed) in GAPS {
        for_each(
            |row| row.fused,
            |row| {
                for x in [row.make(dtype), row.make_large(dtype)] {
                    let fast = (row.f)(&tracked(&x));
                    let Some(plain) = plain_form(&fast) else { return Err("is not fused".into()) };
                    let gap = gap(&fast, &plain);
                    if gap > allowed {
                        return Err(format!("{dtype} {:?}: gap {gap:e}", x[0].shape()));
                    }
                }
                Ok(())
            },
        );
    }
}

/// Every differentiable op: elementwise ones have a plain form in their traced formula.
#[test]
fn first_gradients() {
    for (dtype, allowed) in GAPS {
        for_each(
            |row| row.differentiable,
            |row| {
                let x = row.make(dtype);
                let fast = value_and_gradients(row.f, &x);
                let plain = value_and_gradients_by(row.f, &x, true);
                for (i, (a, b)) in fast.iter().zip(&plain).enumerate() {
                    let gap = gap(a, b);
                    if gap > allowed {
                        return Err(format!("{dtype}, gradient {i}: gap {gap:e}"));
                    }
                }
                Ok(())
            },
        );
    }
}

/// Sizes at which kernels leave their first tile, and threads share the work.
#[test]
fn first_gradients_of_large_inputs() {
    for_each(
        |row| row.fused,
        |row| {
            let x = row.make_large(DType::F64);
            let fast = value_and_gradients(row.f, &x);
            let plain = value_and_gradients_by(row.f, &x, true);
            match fast.iter().zip(&plain).map(|(a, b)| gap(a, b)).find(|&gap| gap > 1e-12) {
                Some(gap) => Err(format!("gap {gap:e}")),
                None => Ok(()),
            }
        },
    );
}

/// The rows that say so are the ones that have a plain form, so that no fused op escapes.
#[test]
fn rows_know_which_are_fused() {
    for_each(
        |row: &Row| row.differentiable,
        |row| {
            let has_plain = plain_form(&(row.f)(&tracked(&row.make(DType::F64)))).is_some();
            if has_plain == row.fused {
                Ok(())
            } else {
                Err(format!("has a plain form: {has_plain}, row says {}", row.fused))
            }
        },
    );
}
