//! Values that no tensor operations made, with gradients: draws by rejection, distribution functions, quantiles.

use genai_core::{Keep, Kept, Op, Saved, Sink, Spec, Tensor, Value, apply};

/// ∂y/∂x of one input, given all inputs and y.
pub(super) type Derivative = fn(&[Tensor], &Tensor) -> Tensor;

/// How a value follows one of its inputs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slope {
    /// By tensor operations: differentiable again.
    Exact(Derivative),
    /// By numbers: a second derivative panics instead of being wrong.
    First(Derivative),
    /// There is none: the input is a whole number.
    None,
}

/// The value `y`, a function of the inputs element by element, with these derivatives; they are computed when a gradient is
/// asked for.
pub(super) fn implicit(name: &'static str, y: Tensor, inputs: &[&Tensor], slopes: &[Slope]) -> Tensor {
    apply(Implicit { name, y: y.into_value(), slopes: slopes.to_vec() }, inputs)
}

#[derive(Debug)]
struct Implicit {
    name: &'static str,
    y: Value,
    slopes: Vec<Slope>,
}

impl Op for Implicit {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, _: &[&Value]) -> Result<Spec, String> {
        Ok(self.y.spec())
    }

    fn value(&self, _: &[&Value], _: Spec) -> Kept {
        self.y.clone().into()
    }

    fn keeps(&self) -> Keep {
        Keep::ALL
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let inputs: Vec<Tensor> = (0..saved.inputs()).map(|i| saved.input(i)).collect();
        let plain: Vec<Tensor> = inputs.iter().map(Tensor::detach).collect();
        for (i, slope) in self.slopes.iter().enumerate().filter(|(i, _)| to.wants(*i)).collect::<Vec<_>>() {
            match slope {
                Slope::Exact(slope) => to.add(i, g * slope(&inputs, &saved.output())),
                Slope::First(slope) => {
                    let slope = slope(&plain, &saved.output().detach());
                    let attached = Last { name: self.name, y: slope.into_value() };
                    to.add(i, g * apply(attached, &inputs.iter().collect::<Vec<_>>()));
                }
                Slope::None => panic!("{}: input {i} is a whole number and has no gradient", self.name),
            }
        }
    }
}

/// A derivative whose own is not known.
#[derive(Debug)]
struct Last {
    name: &'static str,
    y: Value,
}

impl Op for Last {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, _: &[&Value]) -> Result<Spec, String> {
        Ok(self.y.spec())
    }

    fn value(&self, _: &[&Value], _: Spec) -> Kept {
        self.y.clone().into()
    }

    fn gradient(&self, _: &Saved<'_>, _: &Tensor, _: &mut Sink<'_>) {
        panic!("{}: this gradient is of first order, its own is not known", self.name);
    }
}
