//! What can be computed: every operation with its shape rule, value and gradient in one place.
//!
//! To add one: a struct with [`Op`](crate::Op) in a file of this folder, or an [`Elementwise`] formula in a file of its
//! kin, a method that applies it, and one row in `tests/rows/mod.rs`; a test compares the rows with the ops found here.

mod activation;
pub(crate) mod arithmetic;
mod attention;
mod attention_packed;
pub(crate) mod compare;
mod convert;
mod dropout;
pub(crate) mod elementwise;
pub(crate) mod functions;
mod gather;
mod join;
pub(crate) mod layout;
mod linear_systems;
mod logarithms;
mod loss;
mod matmul;
mod normalize;
mod operators;
mod reduce;
mod scan;
pub(crate) mod slopes;
mod softmax;
pub(crate) mod special;
mod traced;
mod triangle;

pub use attention::Attention;
pub use compare::{Comparand, Relation};
pub use elementwise::{Elementwise, map};
pub use loss::CrossEntropyConfig;
pub use reduce::IntoAxes;
