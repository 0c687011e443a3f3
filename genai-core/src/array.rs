//! The boundary to ndarray: arrays become tensors and tensors arrays, without copying elements wherever one owner allows.

use crate::dtype::{Element, Stored};
use crate::layout::{Dims, Layout, Strides};
use crate::tensor::Tensor;
use crate::value::Value;
use ndarray::{Array, ArrayD, ArrayView, ArrayViewD, ArrayViewMut, Axis, Dimension, IxDyn, ShapeBuilder, Slice};
use smallvec::SmallVec;

impl<T: Element, D: Dimension> From<Array<T, D>> for Tensor {
    /// The array's vector is moved, not copied (but for `bool`), whatever strides it is seen through.
    fn from(array: Array<T, D>) -> Self {
        let (shape, strides) = (Dims::from_slice(array.shape()), Strides::from_slice(array.strides()));
        let (data, offset) = array.into_raw_vec_and_offset();
        let layout = match offset {
            Some(offset) if !shape.contains(&0) => Layout::new(shape, strides, offset),
            _ => Layout::contiguous(&shape), // no elements: strides and offset may be anything
        };
        let count = data.len();
        Self::from(Value::from_vec(data, &[count]).with_layout(layout))
    }
}

impl<T: Element, D: Dimension> From<ArrayView<'_, T, D>> for Tensor {
    /// The elements are copied.
    fn from(view: ArrayView<'_, T, D>) -> Self {
        Self::from(view.to_owned())
    }
}

impl Tensor {
    /// The elements where they lie, as an ndarray view of any strides. Truth values are seen as `u8`.
    ///
    /// ```
    /// # use genai_core::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.t().view::<f32>(), ndarray::array![[1.0, 3.0], [2.0, 4.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    ///
    /// If they are not stored as `T`.
    #[track_caller]
    pub fn view<T: Stored>(&self) -> ArrayViewD<'_, T> {
        Walk::of(self.value().layout()).view(self.value().data())
    }

    /// As an ndarray array. A vector that was once moved in is moved back, seen through the tensor's strides, if the tensor
    /// alone holds it; otherwise the elements are copied once. Copied are also repeated elements, and those that start between
    /// the strides (every second one from the first odd one), which ndarray's safe constructors cannot express.
    ///
    /// ```
    /// # use genai_core::Tensor;
    /// let array = ndarray::array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
    /// let address = array.as_ptr();
    /// let tensor = Tensor::from(array);
    /// let turned = tensor.t();
    /// drop(tensor); // it holds the vector too
    /// let back = turned.into_array::<f32>();
    /// assert_eq!((back.shape(), back.as_ptr()), (&[3, 2][..], address));
    /// ```
    ///
    /// # Panics
    ///
    /// If the elements are of another type.
    #[track_caller]
    pub fn into_array<T: Element>(self) -> ArrayD<T> {
        assert!(self.dtype() == T::DTYPE, "into_array: a tensor of {} read as {}", self.dtype(), T::DTYPE);
        match self.into_value().into_parts::<T>() {
            Ok((data, layout)) => Walk::of(&layout).own(data),
            Err(value) => Array::from_shape_vec(IxDyn(value.shape()), value.to_vec()).expect("a shape's elements"),
        }
    }
}

/// A layout with all strides forwards, as ndarray builds its arrays, and the axes to turn around afterwards.
struct Walk {
    shape: Dims,
    strides: SmallVec<[usize; 6]>,
    /// The first element of the buffer that is touched.
    low: usize,
    backwards: SmallVec<[Axis; 6]>,
}

impl Walk {
    fn of(layout: &Layout) -> Self {
        let shape = Dims::from_slice(layout.shape());
        let Some((low, _)) = layout.bounds() else {
            let strides = SmallVec::from_elem(0, shape.len());
            return Self { shape, strides, low: 0, backwards: SmallVec::new() };
        };
        let strides = layout.strides().iter().map(|s| s.unsigned_abs()).collect();
        let steps = layout.strides();
        let turned = steps.iter().enumerate().filter(|&(_, &s)| s < 0);
        Self { shape, strides, low, backwards: turned.map(|(axis, _)| Axis(axis)).collect() }
    }

    /// The elements of a buffer.
    fn view<'a, T>(&self, data: &'a [T]) -> ArrayViewD<'a, T> {
        let shape = IxDyn(&self.shape).strides(IxDyn(&self.strides));
        let mut view =
            ArrayView::from_shape(shape, &data[self.low..]).expect("a tensor's layout lies within its buffer");
        self.backwards.iter().for_each(|&axis| view.invert_axis(axis));
        view
    }

    /// The elements of a vector, which is kept where ndarray can own it through these strides, else copied from.
    ///
    /// ndarray builds arrays from the start of a vector, so axes are first made longer at their front, and then cut.
    fn own<T: Element>(&self, mut data: Vec<T>) -> ArrayD<T> {
        let starts = self.starts();
        let longer: Dims = self.shape.iter().zip(&starts).map(|(n, start)| n + start).collect();
        let shape = IxDyn(&longer).strides(IxDyn(&self.strides));
        if self.first(&starts) != self.low || ArrayViewMut::from_shape(shape.clone(), &mut data).is_err() {
            return self.view(&data).to_owned(); // repeated elements, or a start between the strides
        }
        let mut array = Array::from_shape_vec(shape, data).expect("a view of the same shape was made a line ago");
        starts.iter().enumerate().for_each(|(axis, &start)| array.slice_axis_inplace(Axis(axis), Slice::from(start..)));
        self.backwards.iter().for_each(|&axis| array.invert_axis(axis));
        array
    }

    /// The index along each axis at which the walk begins, counted from the start of the buffer: widest strides first.
    fn starts(&self) -> Dims {
        let mut axes: Dims = (0..self.shape.len()).filter(|&a| self.shape[a] > 1 && self.strides[a] > 0).collect();
        axes.sort_unstable_by_key(|&a| std::cmp::Reverse(self.strides[a]));
        let (mut starts, mut rest) = (Dims::from_elem(0, self.shape.len()), self.low);
        for &a in &axes {
            starts[a] = rest / self.strides[a];
            rest %= self.strides[a];
        }
        starts
    }

    fn first(&self, starts: &[usize]) -> usize {
        starts.iter().zip(&self.strides).map(|(i, s)| i * s).sum()
    }
}
