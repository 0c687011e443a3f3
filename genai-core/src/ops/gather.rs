//! Elements picked, and added, by index. Indices are of `i64` and have no gradient; one outside its axis panics.

use crate::dtype::{DType, Stored, with_stored};
use crate::graph::Sink;
use crate::kernels::parallel;
use crate::layout::Dims;
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};
use std::ops::AddAssign;

/// Whole slices along an axis, by index: `[.., n, ..]` and `[i..]` to `[.., i.., ..]`.
#[derive(Clone, Copy, Debug)]
struct IndexSelect {
    axis: usize,
}

/// An axis within its shape: (elements before it, its extent, elements behind it).
fn around(shape: &[usize], axis: usize) -> (usize, usize, usize) {
    (shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product())
}

fn check_index(index: &Value) -> Result<(), String> {
    if index.dtype() == DType::I64 { Ok(()) } else { Err(format!("the index is of {}, not of i64", index.dtype())) }
}

fn check_range(index: &[i64], extent: usize) -> Result<(), String> {
    match index.iter().find(|&&i| i < 0 || i as usize >= extent) {
        Some(bad) => Err(format!("index {bad} outside an axis of {extent}")),
        None => Ok(()),
    }
}

impl Op for IndexSelect {
    fn name(&self) -> &'static str {
        "index_select"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_index(x[1])?;
        let shape = x[0].shape();
        let picked = shape[..self.axis].iter().chain(x[1].shape()).chain(&shape[self.axis + 1..]);
        let spec = Spec { shape: picked.copied().collect::<Dims>(), dtype: x[0].dtype() };
        check_range(&x[1].read::<i64>(), shape[self.axis])?;
        Ok(spec)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let index = x[1].read::<i64>();
        let (_, extent, inner) = around(x[0].shape(), self.axis);
        with_stored!(out.dtype, T => {
            let data = x[0].read::<T>();
            Value::filled_as(&out.shape, out.dtype, |out: &mut [T]| {
                parallel::chunks(out, inner.max(1), inner, |row, out| {
                    let (outer, i) = (row / index.len(), row % index.len());
                    let from = (outer * extent + index[i] as usize) * inner;
                    out.copy_from_slice(&data[from..from + inner]);
                });
            })
        })
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::input(1)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        if to.wants(0) {
            let back = IndexAdd { axis: self.axis, shape: Dims::from_slice(saved.shape(0)) };
            to.add(0, apply(back, &[g, &saved.input(1)]));
        }
    }
}

/// The adjoint: slices added into zeros at their indices.
#[derive(Debug)]
struct IndexAdd {
    axis: usize,
    shape: Dims,
}

impl Op for IndexAdd {
    fn name(&self) -> &'static str {
        "index_add"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_index(x[1])?;
        Ok(Spec { shape: self.shape.clone(), dtype: x[0].dtype() })
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let index = x[1].read::<i64>();
        let (_, extent, inner) = around(&out.shape, self.axis);
        match out.dtype {
            DType::F32 => Value::filled::<f32>(&out.shape, |out| add_rows(out, &index, &x[0].read(), extent, inner)),
            _ => Value::filled::<f64>(&out.shape, |out| add_rows(out, &index, &x[0].read(), extent, inner)),
        }
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::input(1)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, apply(IndexSelect { axis: self.axis }, &[g, &saved.input(1)]));
    }
}

/// Tasks own ranges of the output's rows and take the positions in order, so sums do not depend on the threads.
fn add_rows<T: Stored + AddAssign>(out: &mut [T], index: &[i64], x: &[T], extent: usize, inner: usize) {
    let outer = out.len() / (extent * inner).max(1);
    let rows = extent.div_ceil(8).max(1);
    for o in 0..outer {
        let x = &x[o * index.len() * inner..(o + 1) * index.len() * inner];
        let block = &mut out[o * extent * inner..(o + 1) * extent * inner];
        parallel::chunks(block, rows * inner.max(1), index.len() * (1 + inner / 8), |piece, out| {
            out.fill(T::from_i64(0));
            let first = piece * rows;
            for (row, &i) in x.chunks_exact(inner.max(1)).zip(index) {
                let Some(i) = (i as usize).checked_sub(first).filter(|i| (i + 1) * inner <= out.len()) else {
                    continue;
                };
                out[i * inner..(i + 1) * inner].iter_mut().zip(row).for_each(|(y, &x)| *y += x);
            }
        });
    }
}

/// One element an index along an axis: out[.., i, ..] = x[.., index[.., i, ..], ..].
#[derive(Debug)]
struct Gather {
    axis: usize,
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_index(x[1])?;
        check_beside(x[0].shape(), x[1].shape(), self.axis)?;
        check_range(&x[1].read::<i64>(), x[0].shape()[self.axis])?;
        Ok(Spec { shape: Dims::from_slice(x[1].shape()), dtype: x[0].dtype() })
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let index = x[1].read::<i64>();
        let (_, n, inner) = around(&out.shape, self.axis);
        // The index may be shorter than the source in the other axes: take the part that it covers.
        let source = x[0].with_layout(covered(x[0], &out.shape, self.axis));
        let extent = x[0].shape()[self.axis];
        with_stored!(out.dtype, T => {
            let data = source.read::<T>();
            Value::filled_as(&out.shape, out.dtype, |out: &mut [T]| {
                for (at, y) in out.iter_mut().enumerate() {
                    *y = data[place(at, index[at], n, inner, extent)];
                }
            })
        })
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::input(1)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        if to.wants(0) {
            let zeros = Tensor::zeros_of(saved.shape(0), g.dtype());
            to.add(0, zeros.scatter_add(self.axis as isize, &saved.input(1), g));
        }
    }
}

/// Where element `at` of the index' shape lands in a tensor with `extent` along the axis.
fn place(at: usize, index: i64, n: usize, inner: usize, extent: usize) -> usize {
    ((at / (n * inner)) * extent + index as usize) * inner + at % inner
}

fn check_beside(x: &[usize], index: &[usize], axis: usize) -> Result<(), String> {
    let fits = |(a, (n, i)): (usize, (&usize, &usize))| a == axis || i <= n;
    if x.len() == index.len() && x.iter().zip(index).enumerate().all(fits) {
        return Ok(());
    }
    Err(format!("{x:?} by an index {index:?} along axis {axis}"))
}

/// The part of `x` that an index of `shape` covers in the axes that it does not index.
fn covered(x: &Value, shape: &[usize], axis: usize) -> crate::layout::Layout {
    (0..x.rank()).filter(|&a| a != axis).fold(x.layout().clone(), |layout, a| layout.sliced(a, 0, shape[a], 1))
}

/// x with updates added: out[.., index[.., i, ..], ..] += update[.., i, ..], in the order of i.
#[derive(Debug)]
struct ScatterAdd {
    axis: usize,
}

impl Op for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_index(x[1])?;
        check_beside(x[0].shape(), x[1].shape(), self.axis)?;
        check_range(&x[1].read::<i64>(), x[0].shape()[self.axis])?;
        if x[0].dtype() != x[2].dtype() || x[1].shape() != x[2].shape() {
            return Err(format!("{:?} of {} at {:?}", x[2].shape(), x[2].dtype(), x[1].shape()));
        }
        match x[0].dtype() {
            DType::F32 | DType::F64 | DType::I64 => Ok(x[0].spec()),
            other => Err(format!("is not defined on {other}; convert with to_dtype")),
        }
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        match out.dtype {
            DType::F32 => self.sum::<f32>(x),
            DType::F64 => self.sum::<f64>(x),
            _ => self.sum::<i64>(x),
        }
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::input(1)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.clone());
        if to.wants(2) {
            to.add(2, g.gather(self.axis as isize, &saved.input(1)));
        }
    }
}

impl ScatterAdd {
    fn sum<T: Stored + AddAssign>(&self, x: &[&Value]) -> Value {
        let (index, update, mut whole) = (x[1].read::<i64>(), x[2].read::<T>(), x[0].contiguous());
        let (_, n, inner) = around(x[1].shape(), self.axis);
        let extent = x[0].shape()[self.axis];
        if covered(x[0], x[1].shape(), self.axis).shape() == x[0].shape() {
            let out = whole.make_mut::<T>();
            for (at, &update) in update.iter().enumerate() {
                out[place(at, index[at], n, inner, extent)] += update;
            }
            return whole;
        }
        // A shorter index: walk its places one by one.
        let (shape, strides) = (x[1].shape(), crate::layout::row_major(x[0].shape()));
        let out = whole.make_mut::<T>();
        for (at, &update) in update.iter().enumerate() {
            let (mut rest, mut to) = (at, 0);
            for a in (0..shape.len()).rev() {
                let i = if a == self.axis { index[at] as usize } else { rest % shape[a] };
                to += i * strides[a] as usize;
                rest /= shape[a];
            }
            out[to] += update;
        }
        whole
    }
}

impl Tensor {
    /// Whole slices of an axis, by index: the axis is replaced by the shape of `index`.
    ///
    /// # Panics
    ///
    /// If the index is not of `i64` or leaves the axis.
    #[track_caller]
    pub fn index_select(&self, axis: isize, index: &Self) -> Self {
        apply(IndexSelect { axis: self.axis("index_select", axis) }, &[self, index])
    }

    /// Rows of a table `[v, c]`, by token: `[b, t]` to `[b, t, c]`.
    ///
    /// # Panics
    ///
    /// If the tokens are not of `i64` or lie outside the table.
    #[track_caller]
    pub fn embedding(&self, tokens: &Self) -> Self {
        self.index_select(0, tokens)
    }

    /// One element an index: out[.., i, ..] = self[.., index[.., i, ..], ..] along an axis.
    ///
    /// # Panics
    ///
    /// If the index is not of `i64`, leaves the axis, or is longer than this in another axis.
    #[track_caller]
    pub fn gather(&self, axis: isize, index: &Self) -> Self {
        apply(Gather { axis: self.axis("gather", axis) }, &[self, index])
    }

    /// Adds each element of `update` at its index along an axis; equal indices add up, in order.
    ///
    /// # Panics
    ///
    /// If the index is not of `i64`, leaves the axis, or has not the shape of `update`.
    #[track_caller]
    pub fn scatter_add(&self, axis: isize, index: &Self, update: &Self) -> Self {
        apply(ScatterAdd { axis: self.axis("scatter_add", axis) }, &[self, index, update])
    }
}
