//! Sums, means, extremes over any axes.

use crate::dtype::{DType, Element, Stored};
use crate::graph::Sink;
use crate::kernels::lanes::Float;
use crate::kernels::reduce;
use crate::layout::Dims;
use crate::op::{Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};
use smallvec::SmallVec;

/// Axes, in the forms in which they are written: `1`, `-1`, `[0, 2]`, or `()` for all of them.
pub trait IntoAxes {
    /// As indices below `rank`, ascending; `Err` holds one that is not there.
    fn into_axes(self, rank: usize) -> Result<Dims, isize>;
}

impl IntoAxes for isize {
    fn into_axes(self, rank: usize) -> Result<Dims, isize> {
        [self].into_axes(rank)
    }
}

impl IntoAxes for () {
    fn into_axes(self, rank: usize) -> Result<Dims, isize> {
        Ok((0..rank).collect())
    }
}

impl<const N: usize> IntoAxes for [isize; N] {
    fn into_axes(self, rank: usize) -> Result<Dims, isize> {
        self.as_slice().into_axes(rank)
    }
}

impl IntoAxes for &[isize] {
    fn into_axes(self, rank: usize) -> Result<Dims, isize> {
        let index = |&a: &isize| {
            let index = if a < 0 { a + rank as isize } else { a };
            if (0..rank as isize).contains(&index) { Ok(index as usize) } else { Err(a) }
        };
        let mut axes = self.iter().map(index).collect::<Result<Dims, isize>>()?;
        axes.sort_unstable();
        axes.dedup();
        Ok(axes)
    }
}

/// The elements as [outer, n, inner], where n runs over the reduced axes; copied only if those do not lie side by side.
fn blocks(x: &Value, axes: &[usize]) -> (Value, usize, usize) {
    let kept: SmallVec<[usize; 6]> = (0..x.rank()).filter(|a| !axes.contains(a)).collect();
    let n = axes.iter().map(|&a| x.shape()[a]).product();
    let wide = |a: &usize| x.shape()[*a] != 1;
    let (Some(first), Some(last)) = (axes.iter().copied().find(wide), axes.iter().copied().rev().find(wide)) else {
        return (x.contiguous(), n, x.count().checked_div(n).unwrap_or(0));
    };
    if (first..=last).all(|a| axes.contains(&a) || x.shape()[a] == 1) {
        return (x.contiguous(), n, x.shape()[last + 1..].iter().product());
    }
    let order: SmallVec<[usize; 6]> = kept.into_iter().chain(axes.iter().copied()).collect();
    (x.with_layout(x.layout().permuted(&order)).contiguous(), n, 1)
}

/// The shape with the axes at extent 1.
fn kept_shape(shape: &[usize], axes: &[usize]) -> Dims {
    shape.iter().enumerate().map(|(a, &n)| if axes.contains(&a) { 1 } else { n }).collect()
}

#[derive(Debug)]
struct Sum {
    axes: Dims,
}

impl Op for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        match x[0].dtype() {
            dtype @ (DType::F32 | DType::F64 | DType::I64) => {
                Ok(Spec { shape: kept_shape(x[0].shape(), &self.axes), dtype })
            }
            other => Err(format!("is not defined on {other}; convert with to_dtype")),
        }
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let (x, n, inner) = blocks(x[0], &self.axes);
        match out.dtype {
            DType::F32 => sum::<f32>(&x, n, inner, &out.shape),
            DType::F64 => sum::<f64>(&x, n, inner, &out.shape),
            _ => Value::filled::<i64>(&out.shape, |out| {
                let x = x.read::<i64>();
                for (i, y) in out.iter_mut().enumerate() {
                    let (o, j) = (i / inner.max(1), i % inner.max(1));
                    *y = (0..n).fold(0, |sum, k| sum.wrapping_add(x[(o * n + k) * inner + j]));
                }
            }),
        }
        .into()
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.expand(saved.shape(0)));
    }
}

fn sum<T: Float + reduce::Number + Stored + Element<Stored = T>>(
    x: &Value,
    n: usize,
    inner: usize,
    shape: &[usize],
) -> Value {
    Value::filled::<T>(shape, |out| {
        let by = reduce::Extents { outer: out.len() / inner.max(1), n, inner };
        reduce::sum(&x.read::<T>(), by, out);
    })
}

impl Tensor {
    #[track_caller]
    fn axes(&self, op: &str, axes: impl IntoAxes) -> Dims {
        match axes.into_axes(self.rank()) {
            Ok(axes) => axes,
            Err(axis) => panic!("{op}: {:?} has no axis {axis}", self.shape()),
        }
    }

    /// A result that kept its reduced axes at extent 1, without them if they are not wanted.
    fn without(self, axes: &[usize], keep: bool) -> Self {
        if keep {
            return self;
        }
        let shape = self.shape().iter().enumerate().filter(|(a, _)| !axes.contains(a)).map(|(_, &n)| n);
        let shape: Dims = shape.collect();
        self.reshape(shape)
    }

    /// The sum of all elements.
    #[track_caller]
    pub fn sum(&self) -> Self {
        self.sum_over((), false)
    }

    /// The sum over some axes, which go away, or stay with extent 1 if `keep`.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn sum_over(&self, axes: impl IntoAxes, keep: bool) -> Self {
        let axes = self.axes("sum", axes);
        apply(Sum { axes: axes.clone() }, &[self]).without(&axes, keep)
    }

    /// Summed over the axes that broadcasting from `shape` repeats.
    #[track_caller]
    pub(crate) fn sum_to(&self, shape: &[usize]) -> Self {
        if self.shape() == shape {
            return self.clone();
        }
        let lead = self.rank() - shape.len();
        let repeated = |&a: &usize| a < lead || (shape[a - lead] == 1 && self.shape()[a] != 1);
        let axes: Dims = (0..self.rank()).filter(repeated).collect();
        apply(Sum { axes }, &[self]).reshape(shape)
    }

    /// The mean of all elements.
    #[track_caller]
    pub fn mean(&self) -> Self {
        self.mean_over((), false)
    }

    /// The mean over some axes, which go away, or stay with extent 1 if `keep`.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn mean_over(&self, axes: impl IntoAxes, keep: bool) -> Self {
        let axes = self.axes("mean", axes);
        let n: usize = axes.iter().map(|&a| self.shape()[a]).product();
        apply(Sum { axes: axes.clone() }, &[self]).without(&axes, keep) / n as f64
    }

    /// The variance over some axes: Σ (x − mean)² / (n − correction). PyTorch's default correction is 1.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn var_over(&self, axes: impl IntoAxes, correction: f64, keep: bool) -> Self {
        let axes = self.axes("var", axes);
        let n: usize = axes.iter().map(|&a| self.shape()[a]).product();
        let mean = apply(Sum { axes: axes.clone() }, &[self]) / n as f64;
        let squares = (self - mean).square();
        apply(Sum { axes: axes.clone() }, &[&squares]).without(&axes, keep) / (n as f64 - correction)
    }
}
