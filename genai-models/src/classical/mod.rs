//! Classical models: fitted, not trained.
//!
//! | item | what |
//! |---|---|
//! | [`Pca`] | the few directions in which data varies most |

mod jacobi;
mod pca;

pub use pca::Pca;
