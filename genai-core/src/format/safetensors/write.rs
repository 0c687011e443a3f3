//! Writing the format, byte for byte as the reference implementation orders it.

use crate::Error;
use crate::dtype::{DType, with_stored};
use crate::format::write_atomically;
use crate::value::Value;
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Writes tensors and texts to a safetensors file, in one step: see [`write_atomically`]. Any layout is taken.
///
/// The wider types stand first, so that every tensor is aligned; names decide among equals. The same tensors give the
/// same bytes, whatever order they come in.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be written, [`Error::Format`] if a name occurs twice or is `__metadata__`. The old file,
/// if there was one, stays.
pub fn save<'a, N: AsRef<str>>(
    path: impl AsRef<Path>,
    tensors: impl IntoIterator<Item = (N, &'a Value)>,
    metadata: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let path = path.as_ref();
    let mut tensors: Vec<_> = tensors.into_iter().map(|(name, value)| (name.as_ref().to_owned(), value)).collect();
    tensors.sort_by(|(a, x), (b, y)| (kind(x.dtype()).0, a).cmp(&(kind(y.dtype()).0, b)));
    let header = header(&tensors, metadata).map_err(|what| Error::format(path, what))?;
    write_atomically(path, |file| {
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        tensors.iter().try_for_each(|(_, value)| write_elements(file, value))
    })
}

/// Place in the file, and name.
fn kind(dtype: DType) -> (u8, &'static str) {
    match dtype {
        DType::I64 => (0, "I64"),
        DType::F64 => (1, "F64"),
        DType::F32 => (2, "F32"),
        DType::U32 => (3, "U32"),
        DType::Bf16 => (4, "BF16"),
        DType::F16 => (5, "F16"),
        DType::U8 => (6, "U8"),
        DType::Bool => (7, "BOOL"),
    }
}

/// The header's JSON, filled with spaces to a multiple of eight bytes.
fn header(tensors: &[(String, &Value)], metadata: &BTreeMap<String, String>) -> Result<Vec<u8>, String> {
    let mut object = Map::new();
    if !metadata.is_empty() {
        object.insert("__metadata__".into(), json!(metadata));
    }
    let mut start = 0;
    for (name, value) in tensors {
        let end = start + value.count() * value.dtype().size();
        let entry = json!({ "dtype": kind(value.dtype()).1, "shape": value.shape(), "data_offsets": [start, end] });
        if name == "__metadata__" || object.insert(name.clone(), entry).is_some() {
            return Err(format!("the name {name} is taken"));
        }
        start = end;
    }
    let mut header = serde_json::to_vec(&object).expect("texts and numbers have a JSON form");
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

fn write_elements(file: &mut dyn Write, value: &Value) -> io::Result<()> {
    with_stored!(value.dtype(), T => file.write_all(bytemuck::cast_slice(&value.read::<T>())))
}
