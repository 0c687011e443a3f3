//! Views: the same elements in another shape, order or selection, without a copy wherever the strides allow it.

use crate::create::IntoShape;
use crate::graph::Sink;
use crate::layout::{Dims, Layout, broadcast};
use crate::op::{Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// The same tensor behind a node of its own.
#[derive(Debug)]
struct Alias;

impl Op for Alias {
    fn name(&self) -> &'static str {
        "alias"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        Ok(x[0].spec())
    }

    fn value(&self, x: &[&Value], _: Spec) -> Kept {
        x[0].clone().into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.clone());
    }
}

#[derive(Debug)]
struct Reshape {
    shape: Dims,
}

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        let spec = Spec { shape: self.shape.clone(), dtype: x[0].dtype() };
        if spec.count() == x[0].count() {
            return Ok(spec);
        }
        Err(format!("{:?} does not become {:?}", x[0].shape(), self.shape.as_slice()))
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        match x[0].layout().reshaped(&out.shape) {
            Some(layout) => x[0].with_layout(layout).into(),
            None => {
                let x = x[0].contiguous();
                x.with_layout(Layout::contiguous(&out.shape)).into()
            }
        }
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.reshape(saved.shape(0)));
    }
}

#[derive(Debug)]
struct Permute {
    axes: Dims,
}

impl Op for Permute {
    fn name(&self) -> &'static str {
        "permute"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        let mut sorted = self.axes.clone();
        sorted.sort_unstable();
        if sorted.iter().copied().ne(0..x[0].rank()) {
            return Err(format!("{:?} is no order of the axes of {:?}", self.axes.as_slice(), x[0].shape()));
        }
        let shape: Dims = self.axes.iter().map(|&a| x[0].shape()[a]).collect();
        Ok(Spec { shape, dtype: x[0].dtype() })
    }

    fn value(&self, x: &[&Value], _: Spec) -> Kept {
        x[0].with_layout(x[0].layout().permuted(&self.axes)).into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let mut back = Dims::from_elem(0, self.axes.len());
        self.axes.iter().enumerate().for_each(|(to, &from)| back[from] = to);
        to.add(0, apply(Self { axes: back }, &[g]));
    }
}

#[derive(Debug)]
struct Expand {
    shape: Dims,
}

impl Op for Expand {
    fn name(&self) -> &'static str {
        "expand"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        if broadcast(x[0].shape(), &self.shape).is_some_and(|shape| shape == self.shape) {
            return Ok(Spec { shape: self.shape.clone(), dtype: x[0].dtype() });
        }
        Err(format!("{:?} does not broadcast to {:?}", x[0].shape(), self.shape.as_slice()))
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        x[0].with_layout(x[0].layout().expanded(&out.shape)).into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.clone());
    }
}

/// Every `step`-th index of an axis.
#[derive(Clone, Copy, Debug)]
struct Slice {
    axis: usize,
    start: usize,
    count: usize,
    step: isize,
}

impl Slice {
    fn view(self, layout: &Layout) -> Layout {
        layout.sliced(self.axis, self.start, self.count, self.step)
    }
}

impl Op for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        let mut shape = Dims::from_slice(x[0].shape());
        let Some(extent) = shape.get_mut(self.axis) else {
            return Err(format!("{:?} has no axis {}", x[0].shape(), self.axis));
        };
        let last = self.start as isize + self.step * (self.count as isize - 1);
        let inside = |i: isize| (0..*extent as isize).contains(&i);
        if self.count > 0 && !(inside(self.start as isize) && inside(last)) {
            return Err(format!("{} to {last} of axis {} of {:?}", self.start, self.axis, x[0].shape()));
        }
        *extent = self.count;
        Ok(Spec { shape, dtype: x[0].dtype() })
    }

    fn value(&self, x: &[&Value], _: Spec) -> Kept {
        x[0].with_layout(self.view(x[0].layout())).into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let slice = *self;
        to.add_part(0, g, move |layout| slice.view(layout));
    }
}

/// Zeros of a shape, with `g` in the part of them that `view` describes.
#[track_caller]
pub(crate) fn placed(g: &Tensor, shape: &[usize], view: impl Fn(&Layout) -> Layout) -> Tensor {
    apply(Place { shape: Dims::from_slice(shape), part: view(&Layout::contiguous(shape)) }, &[g])
}

/// The adjoint of a view that selects elements.
#[derive(Debug)]
struct Place {
    shape: Dims,
    part: Layout,
}

impl Op for Place {
    fn name(&self) -> &'static str {
        "place"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        Ok(Spec { shape: self.shape.clone(), dtype: x[0].dtype() })
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let part = self.part.clone();
        let whole = Tensor::zeros_of(&out.shape, out.dtype);
        whole.with_part_added(&Tensor::from(x[0].clone()), move |_| part.clone()).into_value().into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, apply(Select { part: self.part.clone() }, &[g]));
    }
}

/// The elements of a contiguous tensor that a layout selects: the adjoint of [`Place`].
#[derive(Debug)]
struct Select {
    part: Layout,
}

impl Op for Select {
    fn name(&self) -> &'static str {
        "select"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        Ok(Spec { shape: Dims::from_slice(self.part.shape()), dtype: x[0].dtype() })
    }

    fn value(&self, x: &[&Value], _: Spec) -> Kept {
        let x = x[0].contiguous();
        let offset = x.layout().offset() + self.part.offset();
        let shape = Dims::from_slice(self.part.shape());
        x.with_layout(Layout::new(shape, self.part.strides(), offset)).into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let part = self.part.clone();
        to.add_part(0, g, move |_| part.clone());
    }
}

impl Tensor {
    /// The same tensor behind a node of its own: its gradient can be asked for apart from that of other uses.
    pub(crate) fn alias(&self) -> Self {
        apply(Alias, &[self])
    }

    /// The same elements, in row-major order, in another shape.
    ///
    /// # Panics
    ///
    /// If the number of elements differs.
    #[track_caller]
    pub fn reshape(&self, shape: impl IntoShape) -> Self {
        apply(Reshape { shape: shape.into_shape() }, &[self])
    }

    /// All elements along one axis.
    #[track_caller]
    pub fn flatten(&self) -> Self {
        self.reshape(self.count())
    }

    /// Axes `from` to the last merged into one, as [b, t, c] to [b, t·c] for `from` = 1.
    #[track_caller]
    pub fn flatten_from(&self, from: usize) -> Self {
        let (kept, merged) = self.shape().split_at(from);
        let shape: Dims = kept.iter().copied().chain([merged.iter().product()]).collect();
        self.reshape(shape)
    }

    /// Axes in another order: axis i of the result is axis `axes[i]` of this.
    ///
    /// # Panics
    ///
    /// If `axes` does not name every axis once.
    #[track_caller]
    pub fn permute(&self, axes: impl IntoShape) -> Self {
        apply(Permute { axes: axes.into_shape() }, &[self])
    }

    /// Two axes swapped; negative ones count from the end.
    #[track_caller]
    pub fn transpose(&self, a: isize, b: isize) -> Self {
        let (a, b) = (self.axis("transpose", a), self.axis("transpose", b));
        let mut axes: Dims = (0..self.rank()).collect();
        axes.swap(a, b);
        self.permute(axes)
    }

    /// The last two axes swapped: the transposed matrix.
    #[track_caller]
    pub fn t(&self) -> Self {
        self.transpose(-2, -1)
    }

    /// Repeated along new axes in front and along axes of extent 1, without a copy.
    ///
    /// # Panics
    ///
    /// If this does not broadcast to `shape`.
    #[track_caller]
    pub fn expand(&self, shape: impl IntoShape) -> Self {
        let shape = shape.into_shape();
        if self.shape() == shape.as_slice() {
            return self.clone();
        }
        apply(Expand { shape }, &[self])
    }

    /// A new axis of extent 1 at `axis`; −1 puts it last.
    ///
    /// # Panics
    ///
    /// If `axis` is beyond the rank.
    #[track_caller]
    pub fn unsqueeze(&self, axis: isize) -> Self {
        let rank = self.rank() as isize + 1;
        let index = if axis < 0 { axis + rank } else { axis };
        assert!((0..rank).contains(&index), "unsqueeze: {:?} has no place {axis}", self.shape());
        let mut shape = Dims::from_slice(self.shape());
        shape.insert(index as usize, 1);
        self.reshape(shape)
    }

    /// Without an axis of extent 1.
    ///
    /// # Panics
    ///
    /// If the axis has another extent.
    #[track_caller]
    pub fn squeeze(&self, axis: isize) -> Self {
        let index = self.axis("squeeze", axis);
        assert!(self.shape()[index] == 1, "squeeze: axis {axis} of {:?} is not 1", self.shape());
        let mut shape = Dims::from_slice(self.shape());
        shape.remove(index);
        self.reshape(shape)
    }

    /// `count` indices of an axis from `start`, without a copy.
    ///
    /// # Panics
    ///
    /// If they are not all there.
    #[track_caller]
    pub fn narrow(&self, axis: isize, start: usize, count: usize) -> Self {
        apply(Slice { axis: self.axis("narrow", axis), start, count, step: 1 }, &[self])
    }

    /// Every `step`-th of `count` indices of an axis from `start`; a negative step walks backwards.
    ///
    /// # Panics
    ///
    /// If they are not all there.
    #[track_caller]
    pub fn slice(&self, axis: isize, start: usize, count: usize, step: isize) -> Self {
        apply(Slice { axis: self.axis("slice", axis), start, count, step }, &[self])
    }

    /// Index `i` of an axis, which goes away.
    ///
    /// # Panics
    ///
    /// If it is not there.
    #[track_caller]
    pub fn select(&self, axis: isize, i: usize) -> Self {
        self.narrow(axis, i, 1).squeeze(axis)
    }

    /// An axis backwards, without a copy.
    #[track_caller]
    pub fn flip(&self, axis: isize) -> Self {
        let index = self.axis("flip", axis);
        let count = self.shape()[index];
        apply(Slice { axis: index, start: count.saturating_sub(1), count, step: -1 }, &[self])
    }

    /// An axis cut into parts of these extents, as views of one tensor.
    ///
    /// # Panics
    ///
    /// If they do not add up to the axis.
    #[track_caller]
    pub fn split(&self, axis: isize, extents: &[usize]) -> Vec<Self> {
        let total: usize = extents.iter().sum();
        assert!(total == self.extent(axis), "split: {extents:?} do not add up to axis {axis} of {:?}", self.shape());
        let mut start = 0;
        let mut parts = Vec::with_capacity(extents.len());
        for &count in extents {
            parts.push(self.narrow(axis, start, count));
            start += count;
        }
        parts
    }

    /// An axis cut into `n` equal parts.
    ///
    /// # Panics
    ///
    /// If it does not divide.
    #[track_caller]
    pub fn chunk(&self, axis: isize, n: usize) -> Vec<Self> {
        let extent = self.extent(axis);
        assert!(n > 0 && extent.is_multiple_of(n), "chunk: axis {axis} of {:?} in {n} parts", self.shape());
        self.split(axis, &vec![extent / n; n])
    }

    /// The same tensor with its elements in row-major order.
    pub fn contiguous(&self) -> Self {
        if self.value().layout().is_contiguous() {
            return self.clone();
        }
        apply(Contiguous, &[self])
    }
}

#[derive(Debug)]
struct Contiguous;

impl Op for Contiguous {
    fn name(&self) -> &'static str {
        "contiguous"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        Ok(x[0].spec())
    }

    fn value(&self, x: &[&Value], _: Spec) -> Kept {
        x[0].contiguous().into()
    }

    fn gradient(&self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.clone());
    }
}
