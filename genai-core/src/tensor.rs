//! [`Tensor`]: a value, and the node of the graph it came from, if anyone asks for gradients.

use crate::dtype::{DType, Element, Stored};
use crate::graph::{Backward, Grads, Node};
use crate::layout::Layout;
use crate::value::Value;
use std::sync::Arc;

/// An n-dimensional array with gradients of every order.
///
/// Cloning is cheap and shares memory; a tensor never changes under another one's feet. Operations broadcast as in NumPy
/// and take any strides. A tensor is tracked if it, or what it was computed from, was made a [leaf](Self::tracked);
/// results of untracked tensors save nothing.
///
/// ```
/// # use genai_core::Tensor;
/// let w = Tensor::from([[1.0, -2.0], [0.5, 3.0]]).tracked();
/// let x = Tensor::from([3.0, 1.0]);
/// let loss = (&w * &x).square().sum();
/// let gradients = loss.backward();
/// assert_eq!(gradients.get(&w).map(|g| g.to_vec::<f32>()), Some(vec![18.0, -4.0, 9.0, 6.0]));
/// ```
///
/// # Panics
///
/// Operations panic at the caller's line, with the op's name and the shapes, where shapes or types do not fit.
#[derive(Clone)]
pub struct Tensor {
    value: Value,
    node: Option<Arc<Node>>,
}

impl From<Value> for Tensor {
    #[inline]
    fn from(value: Value) -> Self {
        Self { value, node: None }
    }
}

impl Tensor {
    #[inline]
    pub(crate) fn from_parts(value: Value, node: Option<Arc<Node>>) -> Self {
        Self { value, node }
    }

    #[inline]
    pub(crate) fn node(&self) -> Option<&Arc<Node>> {
        self.node.as_ref()
    }

    /// Its elements, without the graph.
    #[inline]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Its elements, without the graph.
    #[inline]
    pub fn into_value(self) -> Value {
        self.value
    }

    /// Extents of each axis; empty for a scalar.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        self.value.shape()
    }

    /// Number of axes.
    #[inline]
    pub fn rank(&self) -> usize {
        self.value.rank()
    }

    /// Number of elements.
    #[inline]
    pub fn count(&self) -> usize {
        self.value.count()
    }

    /// Type of the elements.
    #[inline]
    pub fn dtype(&self) -> DType {
        self.value.dtype()
    }

    /// Extent of an axis; negative ones count from the end.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn extent(&self, axis: isize) -> usize {
        self.shape()[self.axis("extent", axis)]
    }

    /// An axis given from either end, as an index.
    #[track_caller]
    pub(crate) fn axis(&self, op: &str, axis: isize) -> usize {
        let rank = self.rank() as isize;
        let index = if axis < 0 { axis + rank } else { axis };
        assert!((0..rank).contains(&index), "{op}: {:?} has no axis {axis}", self.shape());
        index as usize
    }

    /// Whether gradients flow back through it.
    #[inline]
    pub fn is_tracked(&self) -> bool {
        self.node.is_some()
    }

    /// The same elements as a leaf: gradients are computed for it, and end here. (PyTorch: `detach().requires_grad_()`.)
    ///
    /// # Panics
    ///
    /// If it is not a float.
    #[track_caller]
    pub fn tracked(&self) -> Self {
        assert!(self.dtype().is_float(), "tracked: a tensor of {} has no gradient", self.dtype());
        Self { value: self.value.clone(), node: Some(Node::leaf()) }
    }

    /// The same elements, cut off from the graph.
    pub fn detach(&self) -> Self {
        Self { value: self.value.clone(), node: None }
    }

    /// Gradients of the sum of its elements for every leaf that it depends on. The graph stays as it is.
    #[track_caller]
    pub fn backward(&self) -> Grads {
        Backward::default().leaves(self)
    }

    /// The only element.
    ///
    /// # Panics
    ///
    /// If there are more or fewer, or of another type.
    #[track_caller]
    pub fn item<T: Element>(&self) -> T {
        assert!(self.count() == 1, "item: {:?} has {} elements", self.shape(), self.count());
        assert!(self.dtype() == T::DTYPE, "item: a tensor of {} read as {}", self.dtype(), T::DTYPE);
        T::load(self.value.read::<T::Stored>()[0])
    }

    /// A copy of the elements in row-major order.
    ///
    /// # Panics
    ///
    /// If they are of another type: convert with [`to_dtype`](Self::to_dtype) first.
    #[track_caller]
    pub fn to_vec<T: Element>(&self) -> Vec<T> {
        self.value.to_vec()
    }

    /// The elements in row-major order; without a copy where the tensor alone holds a vector that was once moved in.
    ///
    /// # Panics
    ///
    /// If they are of another type.
    #[track_caller]
    pub fn into_vec<T: Element>(self) -> Vec<T> {
        let Self { value, node } = self;
        drop(node);
        value.into_vec()
    }

    /// Whether every element is finite.
    pub fn is_finite(&self) -> bool {
        crate::dtype::with_stored!(self.dtype(), T => self.value.read::<T>().iter().all(|x| x.to_f64().is_finite()))
    }

    /// `self + g` where both are gradients: into the buffer of one of them if nobody else holds it.
    #[track_caller]
    pub(crate) fn add_reusing(self, g: Self) -> Self {
        if self.is_tracked() || g.is_tracked() || self.shape() != g.shape() || self.dtype() != g.dtype() {
            return &self + &g;
        }
        let (mut a, mut b) = (self.value, g.value);
        if !(a.is_unshared() && a.layout().is_contiguous()) {
            std::mem::swap(&mut a, &mut b);
        }
        if !(a.is_unshared() && a.layout().is_contiguous()) {
            return &Self::from(b) + &Self::from(a);
        }
        match a.dtype() {
            DType::F32 => crate::kernels::map::add_to(a.make_mut::<f32>(), &b.read::<f32>()),
            DType::F64 => crate::kernels::map::add_to(a.make_mut::<f64>(), &b.read::<f64>()),
            _ => return &Self::from(a) + &Self::from(b),
        }
        Self::from(a)
    }

    /// `self` with `g` added to the part of it that `view` describes.
    #[track_caller]
    pub(crate) fn with_part_added(self, g: &Self, view: impl Fn(&Layout) -> Layout) -> Self {
        if self.is_tracked() || g.is_tracked() {
            return &self + &crate::ops::layout::placed(g, self.shape(), view);
        }
        let mut whole = self.value;
        let part = view(&Layout::contiguous(whole.shape()));
        match whole.dtype() {
            DType::F32 => crate::kernels::copy::scatter_add(whole.make_mut::<f32>(), &part, &g.value.read::<f32>()),
            DType::F64 => crate::kernels::copy::scatter_add(whole.make_mut::<f64>(), &part, &g.value.read::<f64>()),
            other => unreachable!("gradients are f32 or f64, not {other}"),
        }
        Self::from(whole)
    }
}
