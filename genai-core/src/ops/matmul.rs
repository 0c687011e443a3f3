//! Products of matrices, batched and broadcast, from any strides.

use crate::dtype::{DType, Element, Stored, check_float, with_float};
use crate::graph::Sink;
use crate::kernels::copy::Walk;
use crate::kernels::matmul::{self as kernel, Matrix, Scalar, Start};
use crate::layout::{Dims, Layout, broadcast};
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// [.., m, k] · [.., k, n], leading axes broadcast.
#[derive(Debug)]
struct MatMul;

impl Op for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        let (a, b) = (x[0], x[1]);
        if a.dtype() != b.dtype() {
            return Err(format!("{} and {}: types differ; convert with to_dtype", a.dtype(), b.dtype()));
        }
        if a.dtype() != DType::I64 {
            check_float(a.dtype())?;
        }
        let ((lead_a, [m, k]), (lead_b, [inner, n])) = (matrix(a)?, matrix(b)?);
        if k != inner {
            return Err(format!("{:?} · {:?}: inner extents differ", a.shape(), b.shape()));
        }
        let Some(mut shape) = broadcast(lead_a, lead_b) else {
            return Err(format!("{:?} · {:?}: leading axes do not broadcast", a.shape(), b.shape()));
        };
        shape.extend([m, n]);
        Ok(Spec { shape, dtype: a.dtype() })
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        match out.dtype {
            DType::I64 => product::<i64>(x[0], x[1], &out.shape).into(),
            float => with_float!(float, T => product::<T>(x[0], x[1], &out.shape)).into(),
        }
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let (a, b) = (saved.input(0), saved.input(1));
        if to.wants(0) {
            to.add(0, g.matmul(&b.t()));
        }
        if to.wants(1) {
            if b.rank() == 2 {
                // One long product instead of a batch of products and their sum.
                to.add(1, rows(&a).t().matmul(&rows(g)));
            } else {
                to.add(1, a.t().matmul(g));
            }
        }
    }
}

/// Leading axes, and the extents of the matrices.
fn matrix(x: &Value) -> Result<(&[usize], [usize; 2]), String> {
    match x.shape() {
        [lead @ .., m, n] => Ok((lead, [*m, *n])),
        short => Err(format!("{short:?} is no matrix")),
    }
}

/// [.., c] as [rows, c].
fn rows(x: &Tensor) -> Tensor {
    let c = x.shape()[x.rank() - 1];
    let count: usize = x.shape()[..x.rank() - 1].iter().product();
    x.reshape([count, c])
}

fn view<'a, T: Stored>(x: &'a Value, layout: &Layout) -> Matrix<'a, T> {
    let rank = layout.shape().len();
    let [rows, columns] = [layout.strides()[rank - 2], layout.strides()[rank - 1]];
    Matrix { data: x.data::<T>(), offset: layout.offset(), rows, columns }
}

fn product<T: Scalar + Stored + Element<Stored = T>>(a: &Value, b: &Value, shape: &[usize]) -> Value {
    let (rank, k) = (shape.len(), a.shape()[a.rank() - 1]);
    let [m, n] = [shape[rank - 2], shape[rank - 1]];
    if b.rank() == 2
        && let Some(flat) = a.layout().reshaped(&[shape[..rank - 1].iter().product(), k])
    {
        return Value::filled::<T>(shape, |out| {
            kernel::matmul(flat.shape()[0], n, k, view::<T>(a, &flat), view::<T>(b, b.layout()), Start::Zero, out);
        });
    }
    let lead = &shape[..rank - 2];
    let starts = |x: &Value| {
        let mut full = Dims::from_slice(lead);
        full.extend(x.shape()[x.rank() - 2..].iter().copied());
        starts(&x.layout().expanded(&full))
    };
    let (starts_a, starts_b) = (starts(a), starts(b));
    let (from_a, from_b) = (view::<T>(a, a.layout()), view::<T>(b, b.layout()));
    let (from_a, from_b) = (Matrix { offset: 0, ..from_a }, Matrix { offset: 0, ..from_b });
    Value::filled::<T>(shape, |out| {
        kernel::matmul_batch(starts_a.len(), m, n, k, from_a, |i| starts_a[i], from_b, |i| starts_b[i], out);
    })
}

/// Where each matrix of a batch starts.
fn starts(layout: &Layout) -> Vec<usize> {
    let lead = layout.shape().len() - 2;
    let shape = Dims::from_slice(&layout.shape()[..lead]);
    let count = shape.iter().product();
    let outer = Layout::new(shape, layout.strides()[..lead].into(), layout.offset());
    let mut walk = Walk::new(&outer);
    let mut starts = Vec::with_capacity(count);
    for _ in 0..count {
        starts.push(walk.position());
        walk.skip(1);
    }
    starts
}

/// x · w + bias in one pass, the bias being where the product starts.
#[derive(Clone, Copy, Debug)]
struct Linear {
    /// Whether the weight is stored [outputs, inputs], as PyTorch does, or [inputs, outputs], as GPT-2 does.
    outputs_first: bool,
}

impl Linear {
    /// (inputs, outputs) of a weight.
    fn extents(self, w: &Value) -> Result<(usize, usize), String> {
        match *w.shape() {
            [n, k] if self.outputs_first => Ok((k, n)),
            [k, n] => Ok((k, n)),
            ref other => Err(format!("the weight {other:?} is no matrix")),
        }
    }
}

impl Op for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_float(x[0].dtype())?;
        let (k, n) = self.extents(x[1])?;
        if x[1..].iter().any(|y| y.dtype() != x[0].dtype()) {
            return Err(format!("{} and {}: types differ; convert with to_dtype", x[0].dtype(), x[1].dtype()));
        }
        let Some((&last, lead)) = x[0].shape().split_last() else {
            return Err("the input is a scalar".into());
        };
        if last != k {
            return Err(format!("{:?} · weight {:?}: inner extents differ", x[0].shape(), x[1].shape()));
        }
        if let Some(bias) = x.get(2)
            && bias.shape() != [n]
        {
            return Err(format!("bias {:?} for {n} outputs", bias.shape()));
        }
        Ok(Spec { shape: lead.iter().copied().chain([n]).collect(), dtype: x[0].dtype() })
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        with_float!(out.dtype, T => self.run::<T>(x, &out.shape)).into()
    }

    fn keeps(&self) -> Keep {
        Keep::input(0).and(Keep::input(1))
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let (x, w) = (saved.input(0), saved.input(1));
        if to.wants(0) {
            to.add(0, apply(Self { outputs_first: !self.outputs_first }, &[g, &w]));
        }
        if to.wants(1) {
            let (x, g) = (rows(&x), rows(g));
            to.add(1, if self.outputs_first { g.t().matmul(&x) } else { x.t().matmul(&g) });
        }
        if saved.inputs() > 2 {
            to.add(2, g.clone());
        }
    }
}

impl Linear {
    fn run<T: Scalar + Stored + Element<Stored = T>>(self, x: &[&Value], shape: &[usize]) -> Value {
        let (k, n) = self.extents(x[1]).expect("the shape rule has checked the weight");
        let m = shape[..shape.len() - 1].iter().product();
        let (input, flat) = match x[0].layout().reshaped(&[m, k]) {
            Some(flat) => (x[0].clone(), flat),
            None => (x[0].contiguous(), Layout::contiguous(&[m, k])),
        };
        let w = view::<T>(x[1], x[1].layout());
        let w = if self.outputs_first { w.t() } else { w };
        let bias = x.get(2).map(|bias| bias.read::<T>());
        let start = bias.as_deref().map_or(Start::Zero, Start::Row);
        Value::filled::<T>(shape, |out| kernel::matmul(m, n, k, view::<T>(&input, &flat), w, start, out))
    }
}

impl Tensor {
    /// The product of matrices [.., m, k] · [.., k, n] = [.., m, n]; leading axes broadcast.
    ///
    /// # Panics
    ///
    /// If one is no matrix, inner extents or types differ, or leading axes do not broadcast.
    ///
    /// ```
    /// # use genai_core::Tensor;
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matmul(&a).to_vec::<f32>(), [7.0, 10.0, 15.0, 22.0]);
    /// ```
    #[track_caller]
    pub fn matmul(&self, other: &Self) -> Self {
        apply(MatMul, &[self, other])
    }

    /// x · wᵀ + bias, with the weight as PyTorch stores it, [outputs, inputs].
    ///
    /// # Panics
    ///
    /// If extents or types do not fit.
    #[track_caller]
    pub fn linear(&self, weight: &Self, bias: Option<&Self>) -> Self {
        apply_linear(self, weight, bias, true)
    }

    /// x · w + bias, with the weight as GPT-2 stores it, [inputs, outputs].
    ///
    /// # Panics
    ///
    /// If extents or types do not fit.
    #[track_caller]
    pub fn linear_inputs_first(&self, weight: &Self, bias: Option<&Self>) -> Self {
        apply_linear(self, weight, bias, false)
    }
}

#[track_caller]
fn apply_linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, outputs_first: bool) -> Tensor {
    let op = Linear { outputs_first };
    match bias {
        Some(bias) => apply(op, &[x, weight, bias]),
        None => apply(op, &[x, weight]),
    }
}
