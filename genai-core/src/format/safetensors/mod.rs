//! Safetensors, the format of checkpoints on the Hugging Face Hub: a JSON header, then the elements as they lie in memory.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | length n of the header, little-endian |
//! | n | JSON: name → `dtype`, `shape`, `data_offsets` from the end of the header; `__metadata__`: texts; spaces to fill |
//! | rest | elements of the tensors, little-endian, without holes |
//!
//! Source: [the format's description](https://github.com/huggingface/safetensors#format).

mod encoding;
mod header;
mod write;

pub use write::save;

use crate::Error;
use crate::buffer::{self, Buffer};
use crate::dtype::{DType, with_stored};
use crate::layout::Layout;
use crate::value::{Spec, Value};
use encoding::Encoding;
use header::{Entry, Header};
use memmap2::Mmap;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const _: () = assert!(cfg!(target_endian = "little"), "safetensors are mapped into memory as they lie in the file");

/// A mapped safetensors file. Its tensors are read from the disk when their elements are first used, and share the map:
/// they stay valid when this is dropped, and when the file is replaced or deleted (but not if it is truncated in place).
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use genai_core::Tensor;
/// use genai_core::format::{SafeTensors, safetensors};
/// # let path = std::env::temp_dir().join(format!("genai-core-example-{}.safetensors", std::process::id()));
///
/// let w = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// safetensors::save(&path, [("w", w.value())], &[("format".into(), "pt".into())].into())?;
///
/// let file = SafeTensors::open(&path)?;
/// assert_eq!(file.names().collect::<Vec<_>>(), ["w"]);
/// assert_eq!(Tensor::from(file.get("w")?).to_vec::<f32>(), [1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(file.metadata()["format"], "pt");
/// # std::fs::remove_file(&path)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SafeTensors {
    path: PathBuf,
    map: Arc<Mmap>,
    header: Header,
}

impl SafeTensors {
    /// Maps a file and checks its header: every tensor lies where its type and shape say, without holes or overlaps.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be mapped, [`Error::Format`] if it breaks the format in any way.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_path_buf();
        let map = buffer::map_file(&path).map_err(Error::io(&path))?;
        let header = Header::parse(&map).map_err(|what| Error::format(&path, what))?;
        Ok(Self { path, map, header })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the tensors, sorted.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.header.tensors.keys().map(String::as_str)
    }

    /// Whether there is a tensor of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.header.tensors.contains_key(name)
    }

    /// Shape and type that [`get`](Self::get) gives, without touching the elements.
    pub fn spec(&self, name: &str) -> Option<Spec> {
        self.header.tensors.get(name).map(|entry| Spec::new(entry.shape.clone(), entry.encoding.dtype()))
    }

    /// The texts beside the tensors, such as `format`: `pt`.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.header.metadata
    }

    /// A tensor, without a copy.
    ///
    /// Types that this crate lacks are widened into a copy: `I8`, `I16`, `I32`, `U16` and `U64` to `i64`, `F8_E4M3` and
    /// `F8_E5M2` to `f32`. Elements that are not aligned for their type, as old files have them, are copied too.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is no such tensor, [`Error::Format`] if an element has no value here: a `BOOL` other than
    /// 0 and 1, a `U64` from 2⁶³ on.
    pub fn get(&self, name: &str) -> Result<Value, Error> {
        let Some(entry) = self.header.tensors.get(name) else {
            return Err(Error::Missing { names: vec![name.to_owned()] });
        };
        self.read(entry).map_err(|what| Error::format(&self.path, format!("{name}: {what}")))
    }

    fn read(&self, entry: &Entry) -> Result<Value, String> {
        let bytes = &self.map[entry.range.clone()];
        match entry.encoding {
            Encoding::Native(DType::Bool) if bytes.iter().any(|&b| b > 1) => Err("a BOOL is neither 0 nor 1".into()),
            Encoding::Native(dtype) => Ok(self.native(entry, dtype)),
            foreign => foreign.widen(bytes, &entry.shape),
        }
    }

    fn native(&self, entry: &Entry, dtype: DType) -> Value {
        with_stored!(dtype, T => {
            let buffer = Buffer::mapped(self.map.clone(), entry.range.start, entry.range.len());
            if buffer.is_aligned_for::<T>() {
                return Value::from_buffer(Arc::new(buffer), Layout::contiguous(&entry.shape), dtype);
            }
            Value::filled_as(&entry.shape, dtype, |out: &mut [T]| {
                bytemuck::cast_slice_mut(out).copy_from_slice(&self.map[entry.range.clone()]);
            })
        })
    }
}
