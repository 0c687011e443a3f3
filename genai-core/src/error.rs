//! What can go wrong outside the program: files, foreign data, arguments that were read.

use std::path::{Path, PathBuf};

/// An error of this crate. Mistakes in a program's own shapes and types panic instead, at the line that made them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file does not hold what its format asks for.
    #[error("{}: {what}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A parameter in a file has another shape than the model.
    #[error("{name} is {found:?}, expected {expected:?}")]
    Shape {
        /// The parameter.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// Its shape in the model.
        expected: Vec<usize>,
    },
    /// Parameters of the model that a file lacks.
    #[error("missing: {}", names.join(", "))]
    Missing {
        /// Their names.
        names: Vec<String>,
    },
    /// Tensors of a file that the model has no place for.
    #[error("unexpected: {}", names.join(", "))]
    Unexpected {
        /// Their names.
        names: Vec<String>,
    },
    /// A setting outside its range.
    #[error("{name} is {value}, expected {expected}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A matrix that should have a Cholesky factor has none.
    #[error("matrix {matrix} is not positive definite")]
    NotPositiveDefinite {
        /// Its number in the batch.
        matrix: usize,
    },
    /// A matrix that should be inverted is singular.
    #[error("a matrix is singular")]
    Singular,
    /// A number that should be finite is not.
    #[error("{what} is not finite")]
    NotFinite {
        /// Where it stands.
        what: String,
    },
}

impl Error {
    /// An [`Error::Io`] at a path.
    pub fn io(path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::Io { path, source }
    }

    /// An [`Error::Format`] at a path.
    pub fn format(path: impl AsRef<Path>, what: impl Into<String>) -> Self {
        Self::Format { path: path.as_ref().to_path_buf(), what: what.into() }
    }
}
