//! [`Value`]: elements in some layout, without gradients. What kernels see.

use crate::buffer::Buffer;
use crate::dtype::{DType, Element, Stored, with_stored};
use crate::kernels::copy;
use crate::layout::{Dims, Layout};
use std::borrow::Cow;
use std::sync::Arc;

/// Shape and element type: what an op's result will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Extents of each axis.
    pub shape: Dims,
    /// Type of the elements.
    pub dtype: DType,
}

impl Spec {
    /// From a shape and a type.
    pub fn new(shape: impl Into<Dims>, dtype: DType) -> Self {
        Self { shape: shape.into(), dtype }
    }

    /// Number of elements.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
}

/// Elements of one type in some layout of a shared buffer; knows nothing of gradients. Cloning shares the buffer, writing
/// copies it first if it is shared.
#[derive(Clone, Debug)]
pub struct Value {
    buffer: Arc<Buffer>,
    layout: Layout,
    dtype: DType,
}

impl Value {
    /// A new contiguous value, filled by `fill`. The slice holds arbitrary numbers before.
    #[inline]
    pub fn filled<T: Stored + Element<Stored = T>>(shape: &[usize], fill: impl FnOnce(&mut [T])) -> Self {
        Self::filled_as(shape, T::DTYPE, fill)
    }

    /// [`filled`](Self::filled) where the dtype is not that of the stored type: bool lies in bytes.
    ///
    /// # Panics
    ///
    /// If elements of the dtype have another size than `T`.
    #[inline]
    pub fn filled_as<T: Stored>(shape: &[usize], dtype: DType, fill: impl FnOnce(&mut [T])) -> Self {
        assert!(dtype.size() == size_of::<T>(), "{dtype} is not stored as {}", std::any::type_name::<T>());
        Self::filled_with(Dims::from_slice(shape), dtype, fill)
    }

    /// [`filled`](Self::filled) in a shape that is moved.
    #[inline]
    pub(crate) fn filled_in<T: Stored + Element<Stored = T>>(shape: Dims, fill: impl FnOnce(&mut [T])) -> Self {
        Self::filled_with(shape, T::DTYPE, fill)
    }

    #[inline]
    fn filled_with<T: Stored>(shape: Dims, dtype: DType, fill: impl FnOnce(&mut [T])) -> Self {
        let layout = Layout::of(shape);
        let mut buffer = Buffer::fresh(layout.count() * dtype.size());
        fill(buffer.elements_mut::<T>().expect("a fresh buffer can be written"));
        Self { buffer: Arc::new(buffer), layout, dtype }
    }

    /// Takes over a vector without copying (but for `bool`).
    ///
    /// # Panics
    ///
    /// If the vector's length is not the product of the shape.
    #[track_caller]
    pub fn from_vec<T: Element>(data: Vec<T>, shape: &[usize]) -> Self {
        let layout = Layout::contiguous(shape);
        assert!(data.len() == layout.count(), "from_vec: {} elements do not make {shape:?}", data.len());
        let data: Box<dyn std::any::Any> = Box::new(data);
        let data: Vec<T::Stored> = match data.downcast::<Vec<T::Stored>>() {
            Ok(same) => *same,
            Err(other) => {
                let other = other.downcast::<Vec<T>>().expect("it was boxed as this type a line ago");
                other.iter().map(|x| x.store()).collect()
            }
        };
        Self { buffer: Arc::new(Buffer::from_vec(data)), layout, dtype: T::DTYPE }
    }

    /// A buffer seen through a layout.
    ///
    /// # Panics
    ///
    /// If the layout reaches beyond the buffer.
    pub fn from_buffer(buffer: Arc<Buffer>, layout: Layout, dtype: DType) -> Self {
        if let Some((_, high)) = layout.bounds() {
            assert!((high + 1) * dtype.size() <= buffer.len(), "layout reaches beyond its buffer");
        }
        Self { buffer, layout, dtype }
    }

    /// Extents of each axis.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        self.layout.shape()
    }

    /// Number of axes.
    #[inline]
    pub fn rank(&self) -> usize {
        self.layout.shape().len()
    }

    /// Number of elements.
    #[inline]
    pub fn count(&self) -> usize {
        self.layout.count()
    }

    /// Type of the elements.
    #[inline]
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Where the elements lie.
    #[inline]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Shape and type.
    #[inline]
    pub fn spec(&self) -> Spec {
        Spec { shape: self.layout.dims().clone(), dtype: self.dtype }
    }

    /// The same buffer through another layout.
    #[inline]
    pub fn with_layout(&self, layout: Layout) -> Self {
        debug_assert!(layout.bounds().is_none_or(|(_, high)| (high + 1) * self.dtype.size() <= self.buffer.len()));
        Self { buffer: self.buffer.clone(), layout, dtype: self.dtype }
    }

    /// The whole buffer, to be read through [`layout`](Self::layout).
    ///
    /// # Panics
    ///
    /// If `T` is not the type that the dtype is stored as.
    #[inline]
    #[track_caller]
    pub fn data<T: Stored>(&self) -> &[T] {
        self.expect_stored::<T>();
        self.buffer.elements()
    }

    #[inline]
    #[track_caller]
    fn expect_stored<T: Stored>(&self) {
        let fits = with_stored!(self.dtype, U => std::any::TypeId::of::<U>() == std::any::TypeId::of::<T>());
        assert!(fits, "a tensor of {} is not stored as {}", self.dtype, std::any::type_name::<T>());
    }

    /// The elements in row-major order: borrowed where they lie so, else copied.
    #[track_caller]
    pub fn read<T: Stored>(&self) -> Cow<'_, [T]> {
        if self.layout.is_contiguous() {
            return Cow::Borrowed(&self.data::<T>()[self.layout.range()]);
        }
        let mut out = vec![T::from_i64(0); self.count()];
        copy::gather(self.data::<T>(), &self.layout, &mut out);
        Cow::Owned(out)
    }

    /// The same elements in row-major order; shares the buffer where they lie so already.
    pub fn contiguous(&self) -> Self {
        if self.layout.is_contiguous() {
            return self.clone();
        }
        with_stored!(self.dtype, T => {
            let gather = |out: &mut [T]| copy::gather(self.data::<T>(), &self.layout, out);
            Self::filled_as(self.shape(), self.dtype, gather)
        })
    }

    /// The elements in row-major order as a slice, where they lie so.
    #[inline]
    #[track_caller]
    pub fn as_slice<T: Stored>(&self) -> Option<&[T]> {
        self.layout.is_contiguous().then(|| &self.data::<T>()[self.layout.range()])
    }

    /// The elements in row-major order, to be written: in place if nobody shares the buffer, else in a copy.
    ///
    /// # Panics
    ///
    /// If `T` is not the type that the dtype is stored as.
    #[track_caller]
    pub fn make_mut<T: Stored>(&mut self) -> &mut [T] {
        self.expect_stored::<T>();
        if !self.is_unshared() || !self.layout.is_contiguous() {
            *self = Self::filled_as(self.shape(), self.dtype, |out: &mut [T]| {
                copy::gather(self.buffer.elements(), &self.layout, out);
            });
        }
        let range = self.layout.range();
        let buffer = Arc::get_mut(&mut self.buffer).expect("the buffer was found or made unshared");
        &mut buffer.elements_mut::<T>().expect("a shared or mapped buffer was copied")[range]
    }

    /// Whether [`make_mut`](Self::make_mut) can write in place.
    pub fn is_unshared(&mut self) -> bool {
        let dtype = self.dtype;
        Arc::get_mut(&mut self.buffer).is_some_and(|b| with_stored!(dtype, T => b.elements_mut::<T>().is_some()))
    }

    /// Whether both see the same buffer.
    pub fn shares_buffer(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.buffer, &other.buffer)
    }

    /// The elements in row-major order; moves the vector that was once moved in, if nobody shares it.
    ///
    /// # Panics
    ///
    /// If they are of another type.
    #[track_caller]
    pub fn into_vec<T: Element>(self) -> Vec<T> {
        assert!(self.dtype == T::DTYPE, "a tensor of {} is not of {}", self.dtype, T::DTYPE);
        let whole = self.layout.is_contiguous()
            && self.layout.offset() == 0
            && self.layout.count() * self.dtype.size() == self.buffer.len();
        if !whole {
            return self.to_vec();
        }
        self.into_parts().map_or_else(|value| value.to_vec(), |(data, _)| data)
    }

    /// The vector that was once moved in and the layout it is seen through, if nobody shares it. Not for `bool`.
    pub(crate) fn into_parts<T: Element>(self) -> Result<(Vec<T>, Layout), Self> {
        if T::DTYPE == DType::Bool || self.dtype != T::DTYPE {
            return Err(self);
        }
        let Self { buffer, layout, dtype } = self;
        match Arc::try_unwrap(buffer).map(Buffer::into_vec::<T::Stored>) {
            Ok(Ok(data)) => {
                let data: Box<dyn std::any::Any> = Box::new(data);
                Ok((*data.downcast().expect("every type but bool is stored as itself"), layout))
            }
            Ok(Err(buffer)) => Err(Self { buffer: Arc::new(buffer), layout, dtype }),
            Err(buffer) => Err(Self { buffer, layout, dtype }),
        }
    }

    /// A copy of the elements in row-major order.
    ///
    /// # Panics
    ///
    /// If they are of another type.
    #[track_caller]
    pub fn to_vec<T: Element>(&self) -> Vec<T> {
        assert!(self.dtype == T::DTYPE, "a tensor of {} is not of {}", self.dtype, T::DTYPE);
        self.read::<T::Stored>().iter().map(|&x| T::load(x)).collect()
    }

    /// The same numbers as another type: floats round to nearest even, floats to integers truncate, to `bool` is ≠ 0.
    pub fn to_dtype(&self, dtype: DType) -> Self {
        if dtype == self.dtype {
            return self.clone();
        }
        with_stored!(self.dtype, T => {
            let x = self.read::<T>();
            let floats = |from: usize, out: &mut [f64]| out.iter_mut().zip(&x[from..]).for_each(|(y, x)| *y = x.to_f64());
            let integers = |from: usize, out: &mut [i64]| out.iter_mut().zip(&x[from..]).for_each(|(y, x)| *y = x.to_i64());
            let are_floats = self.dtype.is_float();
            self.made_of(&copy::Numbers { are_floats, floats: &floats, integers: &integers }, dtype)
        })
    }

    /// These numbers as elements of another type, in the shape of `self`.
    fn made_of(&self, x: &copy::Numbers<'_>, dtype: DType) -> Self {
        with_stored!(dtype, T => Self::filled_as(self.shape(), dtype, |out: &mut [T]| copy::convert(x, out, dtype)))
    }
}
