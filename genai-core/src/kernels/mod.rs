//! How things are computed: slices, lanes and threads. The only place, with `buffer`, where `unsafe` may stand.
//!
//! A kernel is one generic body over [`Simd`]; [`dispatch()`] runs it compiled for the best instruction set found at run
//! time. Work is cut by shape, never by the number of threads ([`parallel`]), so the bits of a result do not depend on it.
#![allow(unsafe_code, reason = "kernels are where unsafe code lives")]

pub mod attention;
pub mod columns;
pub(crate) mod copy;
mod dispatch;
pub mod lanes;
pub(crate) mod linear;
pub(crate) mod map;
pub(crate) mod maths;
pub mod matmul;
pub mod optimizer;
pub mod parallel;
mod prefetch;
pub mod reduce;
pub mod rows;
pub(crate) mod scan;

pub use dispatch::{Avx2, Avx512, Isa, Kernel, Portable, Simd, dispatch, isa, with_isa};
pub use prefetch::soon;
