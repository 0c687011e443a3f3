//! Dropout.

use crate::dtype::{check_float, with_float};
use crate::graph::Sink;
use crate::op::{Kept, Op, Saved, apply};
use crate::random::Key;
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// x times a mask of 0 and 1/keep. The mask is drawn again for the gradient, not kept: the op is linear, and its own
/// gradient.
#[derive(Clone, Copy, Debug)]
struct Dropout {
    key: Key,
    keep: f64,
}

impl Op for Dropout {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_float(x[0].dtype())?;
        Ok(x[0].spec())
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        with_float!(out.dtype, T => {
            let x = x[0].read::<T>();
            let mut mask = vec![0.0; x.len()];
            self.key.mask_f32(self.keep, &mut mask);
            Value::filled::<T>(&out.shape, |out| {
                for ((y, &x), &m) in out.iter_mut().zip(x.iter()).zip(&mask) {
                    *y = if m == 0.0 { 0.0 } else { x * (1.0 / self.keep) as T };
                }
            })
        })
        .into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, apply(*self, &[g]));
    }
}

impl Tensor {
    /// Each element set to 0 with this probability, the others scaled by 1/(1 − p), so that the mean stays.
    ///
    /// # Panics
    ///
    /// If the probability is not in [0, 1).
    ///
    /// Source: Srivastava et al. 2014, *Dropout: a simple way to prevent neural networks from overfitting*, JMLR 15.
    #[track_caller]
    pub fn dropout(&self, probability: f64, key: Key) -> Self {
        assert!((0.0..1.0).contains(&probability), "dropout: probability {probability} outside [0, 1)");
        if probability == 0.0 {
            return self.clone();
        }
        apply(Dropout { key, keep: 1.0 - probability }, &[self])
    }
}
