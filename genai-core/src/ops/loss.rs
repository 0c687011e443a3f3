//! Losses.

use crate::dtype::{DType, check_float, with_float};
use crate::graph::Sink;
use crate::kernels::rows::{self, CrossEntropy};
use crate::layout::Dims;
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// Settings of [`Tensor::cross_entropy_with`]; the defaults are PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossEntropyConfig {
    /// Rows with this target count for nothing (−100).
    pub ignore: i64,
    /// The share of the target that is spread over all classes alike (0).
    pub smoothing: f64,
}

impl Default for CrossEntropyConfig {
    fn default() -> Self {
        Self { ignore: -100, smoothing: 0.0 }
    }
}

/// The loss of each row of logits [.., v] with targets [..].
#[derive(Clone, Copy, Debug)]
struct RowLosses(CrossEntropyConfig);

impl RowLosses {
    fn kernel<'a>(&self, targets: &'a [i64], c: usize) -> CrossEntropy<'a> {
        CrossEntropy { targets, ignore: Some(self.0.ignore), smoothing: self.0.smoothing, c }
    }
}

impl Op for RowLosses {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_float(x[0].dtype())?;
        if x[1].dtype() != DType::I64 {
            return Err(format!("targets are of {}, not of i64", x[1].dtype()));
        }
        match x[0].shape() {
            [lead @ .., v] if lead == x[1].shape() => {
                let outside = |&&t: &&i64| t != self.0.ignore && !(0..*v as i64).contains(&t);
                match x[1].read::<i64>().iter().find(outside) {
                    Some(bad) => Err(format!("target {bad} of {v} classes")),
                    None => Ok(Spec { shape: Dims::from_slice(lead), dtype: x[0].dtype() }),
                }
            }
            shape => Err(format!("logits {shape:?} for targets {:?}", x[1].shape())),
        }
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let (targets, c) = (x[1].read::<i64>(), x[0].shape()[x[0].rank() - 1]);
        with_float!(out.dtype, T => {
            let mut log_sum_exp = Value::filled::<T>(&out.shape, |_| ());
            let out = Value::filled::<T>(&out.shape, |out| {
                rows::cross_entropy(&x[0].read::<T>(), &self.kernel(&targets, c), out, log_sum_exp.make_mut());
            });
            Kept { out, aside: vec![log_sum_exp] }
        })
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let (x, targets, log_sum_exp) = (saved.input(0), saved.input(1), saved.aside(0));
        let (targets, c) = (targets.value().read::<i64>(), x.shape()[x.rank() - 1]);
        let gradient = with_float!(g.dtype(), T => {
            let (x, g) = (x.value().read::<T>(), g.value().read::<T>());
            let log_sum_exp = log_sum_exp.value().read::<T>();
            Value::filled::<T>(saved.shape(0), |out| {
                rows::cross_entropy_gradient(&x, &self.kernel(&targets, c), &log_sum_exp, &g, out);
            })
        });
        to.add(0, Tensor::from(gradient));
    }

    fn plain(&self, x: &[Tensor]) -> Option<Tensor> {
        let log_p = x[0].log_softmax(-1);
        let ignored = x[1].eq(self.0.ignore as f64);
        let targets = x[1].masked_fill(&ignored, 0.0);
        let mut loss = -log_p.gather(-1, &targets.unsqueeze(-1)).squeeze(-1);
        if self.0.smoothing > 0.0 {
            loss = loss * (1.0 - self.0.smoothing) - log_p.mean_over(-1, false) * self.0.smoothing;
        }
        Some(loss.masked_fill(&ignored, 0.0))
    }
}

impl Tensor {
    /// The mean over all rows of −log softmax(logits) at the target: what a classifier and a language model are trained on.
    ///
    /// | tensor | shape |
    /// |---|---|
    /// | self (logits) | `[.., v]` |
    /// | `targets` | `[..]`, of `i64`; −100 counts for nothing |
    /// | returned | a scalar, in nats |
    ///
    /// # Panics
    ///
    /// If shapes do not fit, or a target is not a class.
    #[track_caller]
    pub fn cross_entropy(&self, targets: &Self) -> Self {
        self.cross_entropy_with(targets, CrossEntropyConfig::default())
    }

    /// [`cross_entropy`](Self::cross_entropy) with another index to ignore, or with label smoothing s: the target is
    /// (1 − s) · one-hot + s / v.
    ///
    /// # Panics
    ///
    /// If shapes do not fit, or a target is not a class.
    #[track_caller]
    pub fn cross_entropy_with(&self, targets: &Self, config: CrossEntropyConfig) -> Self {
        let losses = self.cross_entropy_rows(targets, config);
        let counted = targets.value().read::<i64>().iter().filter(|&&t| t != config.ignore).count();
        losses.sum() / counted as f64
    }

    /// The loss of each row: `[.., v]` with targets `[..]` gives `[..]`; 0 where the target is ignored.
    ///
    /// # Panics
    ///
    /// If shapes do not fit, or a target is not a class.
    #[track_caller]
    pub fn cross_entropy_rows(&self, targets: &Self, config: CrossEntropyConfig) -> Self {
        apply(RowLosses(config), &[self, targets])
    }

    /// The mean of (x − y)².
    #[track_caller]
    pub fn mse(&self, target: &Self) -> Self {
        (self - target).square().mean()
    }
}
