//! Making tensors.

use crate::dtype::{DType, Element, Stored, with_stored};
use crate::layout::{Dims, Layout};
use crate::tensor::Tensor;
use crate::value::Value;

/// Shapes, in the forms in which they are written: `[2, 3]`, `&[2, 3]`, a `Vec`, or one number for a single axis.
pub trait IntoShape {
    /// As extents.
    fn into_shape(self) -> Dims;
}

impl<const N: usize> IntoShape for [usize; N] {
    fn into_shape(self) -> Dims {
        Dims::from_slice(&self)
    }
}

impl IntoShape for &[usize] {
    fn into_shape(self) -> Dims {
        Dims::from_slice(self)
    }
}

impl<const N: usize> IntoShape for &[usize; N] {
    fn into_shape(self) -> Dims {
        Dims::from_slice(self)
    }
}

impl IntoShape for Vec<usize> {
    fn into_shape(self) -> Dims {
        Dims::from_slice(&self)
    }
}

impl IntoShape for Dims {
    fn into_shape(self) -> Dims {
        self
    }
}

impl IntoShape for &Dims {
    fn into_shape(self) -> Dims {
        self.clone()
    }
}

impl IntoShape for usize {
    fn into_shape(self) -> Dims {
        [self].into()
    }
}

impl IntoShape for () {
    fn into_shape(self) -> Dims {
        Dims::new()
    }
}

/// Arrays of arrays of numbers, up to four deep: what `Tensor::from` and [`Tensor::of`] take.
pub trait Nested<T> {
    /// The numbers in row-major order, and the extents.
    fn flatten(self) -> (Vec<T>, Dims);
}

impl<T: Element, const N: usize> Nested<T> for [T; N] {
    fn flatten(self) -> (Vec<T>, Dims) {
        (self.to_vec(), [N].into())
    }
}

impl<T: Element, const M: usize, const N: usize> Nested<T> for [[T; N]; M] {
    fn flatten(self) -> (Vec<T>, Dims) {
        (self.as_flattened().to_vec(), [M, N].into())
    }
}

impl<T: Element, const L: usize, const M: usize, const N: usize> Nested<T> for [[[T; N]; M]; L] {
    fn flatten(self) -> (Vec<T>, Dims) {
        (self.as_flattened().as_flattened().to_vec(), [L, M, N].into())
    }
}

impl<T: Element, const K: usize, const L: usize, const M: usize, const N: usize> Nested<T> for [[[[T; N]; M]; L]; K] {
    fn flatten(self) -> (Vec<T>, Dims) {
        (self.as_flattened().as_flattened().as_flattened().to_vec(), [K, L, M, N].into())
    }
}

/// Literals make tensors of `f32`, `i64` or `bool`; other types go through [`Tensor::of`].
macro_rules! from_nested {
    ($($t:ty),*) => {$(
        impl<const N: usize> From<[$t; N]> for Tensor {
            fn from(data: [$t; N]) -> Self {
                Self::of(data)
            }
        }

        impl<const M: usize, const N: usize> From<[[$t; N]; M]> for Tensor {
            fn from(data: [[$t; N]; M]) -> Self {
                Self::of(data)
            }
        }

        impl<const L: usize, const M: usize, const N: usize> From<[[[$t; N]; M]; L]> for Tensor {
            fn from(data: [[[$t; N]; M]; L]) -> Self {
                Self::of(data)
            }
        }

        impl From<$t> for Tensor {
            fn from(x: $t) -> Self {
                Self::from_vec(vec![x], ())
            }
        }
    )*};
}

from_nested!(f32, i64, bool);

impl<T: Element> From<Vec<T>> for Tensor {
    /// One axis; the vector is moved.
    fn from(data: Vec<T>) -> Self {
        let count = data.len();
        Self::from_vec(data, [count])
    }
}

impl<T: Element> From<&[T]> for Tensor {
    fn from(data: &[T]) -> Self {
        Self::from_vec(data.to_vec(), [data.len()])
    }
}

impl Tensor {
    /// From nested arrays of any element type.
    ///
    /// ```
    /// # use genai_core::{DType, Tensor};
    /// let x = Tensor::of::<f64>([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!((x.shape(), x.dtype()), (&[2, 2][..], DType::F64));
    /// ```
    pub fn of<T: Element>(data: impl Nested<T>) -> Self {
        let (data, shape) = data.flatten();
        Self::from_vec(data, shape)
    }

    /// From a vector in row-major order, which is moved, not copied.
    ///
    /// # Panics
    ///
    /// If its length is not the product of the shape.
    #[track_caller]
    pub fn from_vec<T: Element>(data: Vec<T>, shape: impl IntoShape) -> Self {
        Self::from(Value::from_vec(data, &shape.into_shape()))
    }

    /// Zeros of `f32`.
    pub fn zeros(shape: impl IntoShape) -> Self {
        Self::zeros_of(shape, DType::F32)
    }

    /// Zeros of any type.
    pub fn zeros_of(shape: impl IntoShape, dtype: DType) -> Self {
        Self::full_of(shape, 0.0, dtype)
    }

    /// Ones of `f32`.
    pub fn ones(shape: impl IntoShape) -> Self {
        Self::ones_of(shape, DType::F32)
    }

    /// Ones of any type.
    pub fn ones_of(shape: impl IntoShape, dtype: DType) -> Self {
        Self::full_of(shape, 1.0, dtype)
    }

    /// One number everywhere, as `f32`.
    pub fn full(shape: impl IntoShape, x: f64) -> Self {
        Self::full_of(shape, x, DType::F32)
    }

    /// One number everywhere, as any type.
    pub fn full_of(shape: impl IntoShape, x: f64, dtype: DType) -> Self {
        Self::from(full(&shape.into_shape(), x, dtype))
    }

    /// A number repeated over a shape without memory of its own: every stride is 0.
    pub fn repeated(shape: impl IntoShape, x: f64, dtype: DType) -> Self {
        let one = Self::full_of((), x, dtype).into_value();
        let layout = Layout::contiguous(&[]).expanded(&shape.into_shape());
        Self::from(one.with_layout(layout))
    }

    /// 0, 1, …, n − 1 as `i64`.
    pub fn arange(n: usize) -> Self {
        Self::from_vec((0..n as i64).collect(), n)
    }

    /// `n` evenly spaced numbers from `start` to `end`, both included, as `f32`.
    pub fn linspace(start: f64, end: f64, n: usize) -> Self {
        let step = (end - start) / (n.max(2) - 1) as f64;
        Self::from_vec((0..n).map(|i| (start + i as f64 * step) as f32).collect(), n)
    }

    /// The identity matrix of size n, as `f32`.
    pub fn eye(n: usize) -> Self {
        Self::from_vec((0..n * n).map(|i| f32::from(u8::from(i % (n + 1) == 0))).collect(), [n, n])
    }

    /// Zeros of the same shape and type.
    pub fn zeros_like(&self) -> Self {
        Self::zeros_of(self.shape(), self.dtype())
    }

    /// Ones of the same shape and type.
    pub fn ones_like(&self) -> Self {
        Self::ones_of(self.shape(), self.dtype())
    }
}

/// One number everywhere; apart from the forms in which a shape is written, each of which would compile it again.
fn full(shape: &[usize], x: f64, dtype: DType) -> Value {
    with_stored!(dtype, T => Value::filled_as(shape, dtype, |out: &mut [T]| out.fill(T::from_f64(x))))
}
