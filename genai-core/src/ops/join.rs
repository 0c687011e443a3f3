//! Tensors joined along an axis.

use crate::dtype::{Stored, with_stored};
use crate::graph::Sink;
use crate::layout::Dims;
use crate::op::{Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

#[derive(Debug)]
struct Concat {
    axis: usize,
}

impl Op for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        let mut spec = x[0].spec();
        for x in &x[1..] {
            if x.dtype() != spec.dtype {
                return Err(format!("{} and {}: types differ; convert with to_dtype", spec.dtype, x.dtype()));
            }
            let fits = |(a, (m, n)): (usize, (&usize, &usize))| a == self.axis || m == n;
            if x.rank() != spec.shape.len() || !spec.shape.iter().zip(x.shape()).enumerate().all(fits) {
                return Err(format!("{:?} and {:?} along axis {}", spec.shape.as_slice(), x.shape(), self.axis));
            }
            spec.shape[self.axis] += x.shape()[self.axis];
        }
        Ok(spec)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let outer: usize = out.shape[..self.axis].iter().product();
        let inner: usize = out.shape[self.axis..].iter().product();
        with_stored!(out.dtype, T => {
            let parts: Vec<_> = x.iter().map(|x| x.read::<T>()).collect();
            Value::filled_as(&out.shape, out.dtype, |out: &mut [T]| {
                let mut start = 0;
                for part in &parts {
                    start += place::<T>(out, part, outer, inner, start);
                }
            })
        })
        .into()
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let mut start = 0;
        for i in 0..saved.inputs() {
            let count = saved.shape(i)[self.axis];
            if to.wants(i) {
                to.add(i, g.narrow(self.axis as isize, start, count));
            }
            start += count;
        }
    }
}

/// Writes one part's rows at `start` of each row of the result; returns how long they are.
fn place<T: Stored>(out: &mut [T], part: &[T], outer: usize, inner: usize, start: usize) -> usize {
    let width = part.len() / outer.max(1);
    for row in 0..outer {
        let to = row * inner + start;
        out[to..to + width].copy_from_slice(&part[row * width..(row + 1) * width]);
    }
    width
}

impl Tensor {
    /// Tensors one behind the other along an axis.
    ///
    /// # Panics
    ///
    /// If there is none, or they differ in type or in another axis.
    #[track_caller]
    pub fn concat(parts: &[&Self], axis: isize) -> Self {
        assert!(!parts.is_empty(), "concat: nothing to join");
        apply(Concat { axis: parts[0].axis("concat", axis) }, parts)
    }

    /// Tensors of one shape along a new axis.
    ///
    /// # Panics
    ///
    /// If there is none, or they differ in type or shape.
    #[track_caller]
    pub fn stack(parts: &[&Self], axis: isize) -> Self {
        let parts: Vec<Self> = parts.iter().map(|x| x.unsqueeze(axis)).collect();
        Self::concat(&parts.iter().collect::<Vec<_>>(), axis)
    }

    /// Zeros (or another number) around the elements: `(before, after)` for each of the last axes.
    ///
    /// # Panics
    ///
    /// If more axes are given than there are.
    #[track_caller]
    pub fn pad(&self, around: &[(usize, usize)], fill: f64) -> Self {
        assert!(around.len() <= self.rank(), "pad: {around:?} for {:?}", self.shape());
        let first = self.rank() - around.len();
        let mut padded = self.clone();
        for (i, &(before, after)) in around.iter().enumerate() {
            let axis = first + i;
            let block = |extent: usize| {
                let mut shape = Dims::from_slice(padded.shape());
                shape[axis] = extent;
                Self::full_of(shape, fill, padded.dtype())
            };
            padded = Self::concat(&[&block(before), &padded, &block(after)], axis as isize);
        }
        padded
    }
}
