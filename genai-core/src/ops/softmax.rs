//! Softmax and its logarithm: fused over rows.

use crate::dtype::{check_float, with_float};
use crate::graph::Sink;
use crate::kernels::rows;
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// Over the last axis.
#[derive(Debug)]
struct Softmax {
    log: bool,
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        if self.log { "log_softmax" } else { "softmax" }
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_float(x[0].dtype())?;
        if x[0].rank() == 0 { Err("the input is a scalar".into()) } else { Ok(x[0].spec()) }
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let c = out.shape[out.shape.len() - 1];
        with_float!(out.dtype, T => {
            let x = x[0].read::<T>();
            Value::filled::<T>(&out.shape, |out| {
                if self.log { rows::log_softmax(&x, c, out) } else { rows::softmax(&x, c, out) }
            })
        })
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS.and(Keep::OUTPUT)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let y = saved.output();
        let c = y.shape()[y.rank() - 1];
        let gradient = with_float!(g.dtype(), T => {
            let (y, g) = (y.value().read::<T>(), g.value().read::<T>());
            Value::filled::<T>(saved.shape(0), |out| {
                if self.log { rows::log_softmax_gradient(&y, &g, c, out) } else { rows::softmax_gradient(&y, &g, c, out) }
            })
        });
        to.add(0, Tensor::from(gradient));
    }

    fn plain(&self, x: &[Tensor]) -> Option<Tensor> {
        // Shifted first: the logarithm of a sum that large elements are in has no digits left for their differences.
        let shifted = &x[0] - x[0].detach().max_over(-1, true);
        let powers = shifted.exp();
        let sum = powers.sum_over(-1, true);
        Some(if self.log { shifted - sum.ln() } else { powers / sum })
    }
}

impl Tensor {
    #[track_caller]
    fn along(&self, axis: isize, op: Softmax) -> Self {
        let axis = self.axis(op.name(), axis) as isize;
        if axis as usize + 1 == self.rank() {
            return apply(op, &[self]);
        }
        apply(op, &[&self.transpose(axis, -1)]).transpose(axis, -1)
    }

    /// eˣ / Σ eˣ along an axis. Where everything is −∞ it is NaN, as in PyTorch.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn softmax(&self, axis: isize) -> Self {
        self.along(axis, Softmax { log: false })
    }

    /// x − ln Σ eˣ along an axis.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn log_softmax(&self, axis: isize) -> Self {
        self.along(axis, Softmax { log: true })
    }
}
