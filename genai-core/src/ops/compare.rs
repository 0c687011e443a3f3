//! Comparisons, truth values, choices by a mask.

use super::elementwise::broadcast_all;
use crate::dtype::{DType, Stored, with_stored};
use crate::graph::Sink;
use crate::layout::broadcast;
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// x = y.
    Equal,
    /// x ≠ y.
    NotEqual,
    /// x < y.
    Less,
    /// x ≤ y.
    LessOrEqual,
    /// x > y.
    Greater,
    /// x ≥ y.
    GreaterOrEqual,
}

impl Relation {
    fn holds<T: PartialOrd>(self, x: &T, y: &T) -> bool {
        match self {
            Self::Equal => x == y,
            Self::NotEqual => x != y,
            Self::Less => x < y,
            Self::LessOrEqual => x <= y,
            Self::Greater => x > y,
            Self::GreaterOrEqual => x >= y,
        }
    }
}

#[derive(Debug)]
struct Compare(Relation);

impl Op for Compare {
    fn name(&self) -> &'static str {
        "compare"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        Ok(Spec { dtype: DType::Bool, ..broadcast_all(x)? })
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let [a, b] = [0, 1].map(|i| x[i].with_layout(x[i].layout().expanded(&out.shape)));
        with_stored!(a.dtype(), T => {
            let (a, b) = (a.read::<T>(), b.read::<T>());
            truths(&out, |i| self.0.holds(&a[i], &b[i]))
        })
        .into()
    }
}

/// A mask, element by element.
fn truths(out: &Spec, holds: impl Fn(usize) -> bool) -> Value {
    Value::filled_as::<u8>(&out.shape, DType::Bool, |out| {
        out.iter_mut().enumerate().for_each(|(i, y)| *y = u8::from(holds(i)));
    })
}

/// Compares two tensors of one type, element by element; the result is of `bool`.
#[track_caller]
pub(crate) fn compare(x: &Tensor, y: &Tensor, relation: Relation) -> Tensor {
    apply(Compare(relation), &[x, y])
}

/// What a tensor is compared with: another one, or a number.
pub trait Comparand {
    /// As a tensor of the other side's type.
    fn tensor(&self, like: &Tensor) -> Tensor;
}

impl Comparand for f64 {
    fn tensor(&self, like: &Tensor) -> Tensor {
        Tensor::full_of((), *self, like.dtype())
    }
}

impl Comparand for Tensor {
    fn tensor(&self, _: &Tensor) -> Tensor {
        self.clone()
    }
}

impl Comparand for &Tensor {
    fn tensor(&self, _: &Tensor) -> Tensor {
        (*self).clone()
    }
}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $method:ident $relation:ident;)*) => {
        impl Tensor {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $method(&self, other: impl Comparand) -> Self {
                    compare(self, &other.tensor(self), Relation::$relation)
                }
            )*
        }
    };
}

comparisons! {
    /// Where it equals the other tensor, or number.
    eq Equal;
    /// Where it differs.
    ne NotEqual;
    /// Where it is less.
    lt Less;
    /// Where it is at most as large.
    le LessOrEqual;
    /// Where it is greater.
    gt Greater;
    /// Where it is at least as large.
    ge GreaterOrEqual;
}

#[derive(Debug)]
enum Logic {
    And,
    Or,
}

impl Op for Logic {
    fn name(&self) -> &'static str {
        "logical"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        let spec = broadcast_all(x)?;
        if spec.dtype == DType::Bool { Ok(spec) } else { Err(format!("is not defined on {}", spec.dtype)) }
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let [a, b] = [0, 1].map(|i| x[i].with_layout(x[i].layout().expanded(&out.shape)));
        let (a, b) = (a.read::<u8>(), b.read::<u8>());
        match self {
            Self::And => truths(&out, |i| a[i] & b[i] != 0),
            Self::Or => truths(&out, |i| a[i] | b[i] != 0),
        }
        .into()
    }
}

/// The first tensor where the mask is true, the second elsewhere.
#[derive(Debug)]
struct Choose;

impl Op for Choose {
    fn name(&self) -> &'static str {
        "choose"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        if x[0].dtype() != DType::Bool {
            return Err(format!("the mask is of {}, not of bool", x[0].dtype()));
        }
        let spec = broadcast_all(&x[1..])?;
        match broadcast(x[0].shape(), &spec.shape) {
            Some(shape) => Ok(Spec { shape, ..spec }),
            None => Err(format!("mask {:?} and {:?}: shapes do not broadcast", x[0].shape(), spec.shape.as_slice())),
        }
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let [mask, a, b] = [0, 1, 2].map(|i| x[i].with_layout(x[i].layout().expanded(&out.shape)));
        let mask = mask.read::<u8>();
        with_stored!(out.dtype, T => {
            let (a, b) = (a.read::<T>(), b.read::<T>());
            Value::filled_as(&out.shape, out.dtype, |out: &mut [T]| choose(&mask, &a, &b, out))
        })
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::input(0)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let (mask, zero) = (saved.input(0), Tensor::zeros_of((), g.dtype()));
        if to.wants(1) {
            to.add(1, Tensor::choose(&mask, g, &zero));
        }
        if to.wants(2) {
            to.add(2, Tensor::choose(&mask, &zero, g));
        }
    }
}

fn choose<T: Stored>(mask: &[u8], a: &[T], b: &[T], out: &mut [T]) {
    for (((y, &m), &a), &b) in out.iter_mut().zip(mask).zip(a).zip(b) {
        *y = if m != 0 { a } else { b };
    }
}

impl Tensor {
    /// `x` where the mask is true, `y` elsewhere (NumPy's `where`), all broadcast. The side not chosen gets no gradient,
    /// not even a NaN.
    ///
    /// # Panics
    ///
    /// If the mask is not of `bool`, types differ or shapes do not broadcast.
    #[track_caller]
    pub fn choose(mask: &Self, x: &Self, y: &Self) -> Self {
        apply(Choose, &[mask, x, y])
    }

    /// `fill` where the mask is true, itself elsewhere.
    ///
    /// # Panics
    ///
    /// If the mask is not of `bool` or does not broadcast.
    #[track_caller]
    pub fn masked_fill(&self, mask: &Self, fill: f64) -> Self {
        Self::choose(mask, &Self::full_of((), fill, self.dtype()), self)
    }

    /// Where both masks are true.
    #[track_caller]
    pub fn logical_and(&self, other: &Self) -> Self {
        apply(Logic::And, &[self, other])
    }

    /// Where either mask is true.
    #[track_caller]
    pub fn logical_or(&self, other: &Self) -> Self {
        apply(Logic::Or, &[self, other])
    }

    /// Where the mask is false.
    #[track_caller]
    pub fn logical_not(&self) -> Self {
        self.eq(Self::from(false))
    }
}
