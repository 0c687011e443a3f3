//! Conversion of element types.

use crate::dtype::DType;
use crate::graph::Sink;
use crate::op::{Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

#[derive(Debug)]
struct Convert {
    from: DType,
    to: DType,
}

impl Op for Convert {
    fn name(&self) -> &'static str {
        "to_dtype"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        Ok(Spec { dtype: self.to, ..x[0].spec() })
    }

    fn value(&self, x: &[&Value], _: Spec) -> Kept {
        x[0].to_dtype(self.to).into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.to_dtype(self.from));
    }
}

impl Tensor {
    /// The same numbers as another type: floats round to nearest even, floats to integers truncate, to `bool` is ≠ 0.
    /// Between floats it is differentiable.
    pub fn to_dtype(&self, dtype: DType) -> Self {
        if dtype == self.dtype() {
            return self.clone();
        }
        apply(Convert { from: self.dtype(), to: dtype }, &[self])
    }
}
