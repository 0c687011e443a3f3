#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod approximate;
mod array;
mod axes;
pub mod buffer;
mod check;
mod create;
mod display;
mod dtype;
mod error;
pub mod format;
pub mod formula;
mod graph;
pub mod index;
pub mod kernels;
pub mod layout;
mod op;
pub mod ops;
pub mod optim;
mod params;
pub mod random;
pub mod real;
mod run;
pub mod special;
mod tensor;
mod value;

pub use check::{Mismatch, check_gradient, check_second_gradient};
pub use create::{IntoShape, Nested};
pub use dtype::{DType, Element, Stored};
pub use error::Error;
pub use graph::{Backward, Grads, Sink, grad};
#[doc(hidden)]
pub use op::plain_form;
pub use op::{Keep, Kept, Op, Saved, apply};
pub use params::{Init, Param, Params};
pub use real::Real;
pub use run::{Overlay, Run};
pub use tensor::Tensor;
pub use value::{Spec, Value};
