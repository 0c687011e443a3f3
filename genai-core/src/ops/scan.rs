//! Scans along an axis: sums and products so far, and the linear recurrence that their gradients are made of.

use super::elementwise::broadcast_all;
use crate::dtype::{check_float, with_float};
use crate::graph::Sink;
use crate::kernels::reduce::Extents;
use crate::kernels::scan;
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// hᵢ = aᵢ·hᵢ₋₁ + bᵢ along an axis, from its end if reversed. Its gradient is a recurrence the other way.
#[derive(Clone, Copy, Debug)]
struct Recurrence {
    axis: usize,
    reverse: bool,
}

impl Op for Recurrence {
    fn name(&self) -> &'static str {
        "recurrence"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_float(x[0].dtype())?;
        if x[0].shape() != x[1].shape() {
            return Err(format!("{:?} and {:?}: shapes differ", x[0].shape(), x[1].shape()));
        }
        broadcast_all(x)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let by = extents(&out.shape, self.axis);
        with_float!(out.dtype, T => {
            let (a, b) = (x[0].read::<T>(), x[1].read::<T>());
            Value::filled::<T>(&out.shape, |out| scan::recurrence(Some(&a), &b, by, self.reverse, out))
        })
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::input(0).and(Keep::OUTPUT)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        // λᵢ = gᵢ + aᵢ₊₁·λᵢ₊₁
        let next = moved(&saved.input(0), self.axis, !self.reverse);
        let sums = apply(Self { reverse: !self.reverse, ..*self }, &[&next, g]);
        if to.wants(0) {
            to.add(0, &sums * moved(&saved.output(), self.axis, self.reverse));
        }
        to.add(1, sums);
    }
}

/// The sums of the elements so far, from the end if reversed.
#[derive(Clone, Copy, Debug)]
struct CumulativeSum {
    axis: usize,
    reverse: bool,
}

impl Op for CumulativeSum {
    fn name(&self) -> &'static str {
        "cumulative_sum"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_float(x[0].dtype())?;
        Ok(x[0].spec())
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let by = extents(&out.shape, self.axis);
        with_float!(out.dtype, T => {
            let x = x[0].read::<T>();
            Value::filled::<T>(&out.shape, |out| scan::recurrence(None, &x, by, self.reverse, out))
        })
        .into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, apply(Self { reverse: !self.reverse, ..*self }, &[g]));
    }
}

/// The logarithms of the sums of exponentials so far.
#[derive(Clone, Copy, Debug)]
struct LogCumulativeSumExp {
    axis: usize,
}

impl Op for LogCumulativeSumExp {
    fn name(&self) -> &'static str {
        "log_cumulative_sum_exp"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_float(x[0].dtype())?;
        Ok(x[0].spec())
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let by = extents(&out.shape, self.axis);
        with_float!(out.dtype, T => {
            let x = x[0].read::<T>();
            Value::filled::<T>(&out.shape, |out| scan::log_sum_exp(&x, by, out))
        })
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::ALL
    }

    /// exp(xᵢ − yᵢ)·rᵢ with rᵢ = gᵢ + exp(yᵢ − yᵢ₊₁)·rᵢ₊₁: no exponent is positive.
    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let (x, y, axis) = (saved.input(0), saved.output(), self.axis);
        let n = x.shape()[axis];
        if n == 0 {
            return to.add(0, g.clone());
        }
        let (before, after) = (y.narrow(axis as isize, 0, n - 1), y.narrow(axis as isize, 1, n - 1));
        let empty = before.eq(f64::NEG_INFINITY);
        let decay = Tensor::choose(&empty, &before.zeros_like(), &(&before - &after)).exp();
        let mut edges = vec![(0, 0); x.rank()];
        edges[axis] = (0, 1);
        let sums = apply(Recurrence { axis, reverse: true }, &[&decay.pad(&edges, 0.0), g]);
        let nothing = x.eq(f64::NEG_INFINITY);
        let share = Tensor::choose(&nothing, &x, &(&x - &y)).exp();
        to.add(0, share * sums);
    }
}

fn extents(shape: &[usize], axis: usize) -> Extents {
    Extents { outer: shape[..axis].iter().product(), n: shape[axis], inner: shape[axis + 1..].iter().product() }
}

/// Each element's neighbour: the one behind it if `behind`, else the one before it; 0 where there is none.
fn moved(x: &Tensor, axis: usize, behind: bool) -> Tensor {
    let n = x.shape()[axis];
    if n == 0 {
        return x.clone();
    }
    let mut edges = vec![(0, 0); x.rank()];
    edges[axis] = if behind { (0, 1) } else { (1, 0) };
    x.narrow(axis as isize, usize::from(behind), n - 1).pad(&edges, 0.0)
}

impl Tensor {
    /// The sums of the elements so far along an axis.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    ///
    /// ```
    /// # use genai_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0, 4.0]).cumulative_sum(0).to_vec::<f32>(), [1.0, 3.0, 7.0]);
    /// ```
    #[track_caller]
    pub fn cumulative_sum(&self, axis: isize) -> Self {
        let axis = self.axis("cumulative_sum", axis);
        apply(CumulativeSum { axis, reverse: false }, &[self])
    }

    /// The products of the elements so far along an axis. Gradients are exact where elements are 0, too.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn cumulative_product(&self, axis: isize) -> Self {
        let (axis, along) = (self.axis("cumulative_product", axis), axis);
        if self.shape()[axis] == 0 {
            return self.clone();
        }
        let mut edges = vec![(0, 0); self.rank()];
        edges[axis] = (0, self.shape()[axis] - 1);
        // h₀ = x₀, hᵢ = xᵢ·hᵢ₋₁
        let start = self.narrow(along, 0, 1).pad(&edges, 0.0);
        apply(Recurrence { axis, reverse: false }, &[self, &start])
    }

    /// ln Σ exp xⱼ over j ≤ i along an axis, without overflow.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn log_cumulative_sum_exp(&self, axis: isize) -> Self {
        let axis = self.axis("log_cumulative_sum_exp", axis);
        apply(LogCumulativeSumExp { axis }, &[self])
    }

    /// The linear recurrence hᵢ = aᵢ·hᵢ₋₁ + bᵢ along an axis, with h = 0 before the first; this is a.
    ///
    /// # Panics
    ///
    /// If shapes or types differ, or there is no such axis.
    #[track_caller]
    pub fn recurrence(&self, b: &Self, axis: isize) -> Self {
        let axis = self.axis("recurrence", axis);
        apply(Recurrence { axis, reverse: false }, &[self, b])
    }
}
