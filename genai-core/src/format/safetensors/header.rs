//! The header, read strictly: what this accepts can be sliced without a further check.

use super::encoding::Encoding;
use crate::layout::Dims;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// The format's own limit, in bytes: no checkpoint comes near, a corrupt length does.
const LONGEST: u64 = 100_000_000;
const METADATA: &str = "__metadata__";

/// What the header says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) tensors: BTreeMap<String, Entry>,
}

/// One tensor.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) encoding: Encoding,
    pub(super) shape: Dims,
    /// Its bytes, counted from the start of the file.
    pub(super) range: Range<usize>,
}

impl Header {
    /// From the bytes of a whole file; the error says what is wrong.
    pub(super) fn parse(file: &[u8]) -> Result<Self, String> {
        let (json, data) = split(file)?;
        if json.first() != Some(&b'{') {
            return Err("the header does not start with {".into());
        }
        let Parsed { metadata, tensors } = serde_json::from_slice(json).map_err(|error| format!("header: {error}"))?;
        check_coverage(&tensors, data.len())?;
        let entry = |(name, raw): (String, Described)| match raw.check(data.start) {
            Ok(entry) => Ok((name, entry)),
            Err(what) => Err(format!("{name}: {what}")),
        };
        Ok(Self { metadata, tensors: tensors.into_iter().map(entry).collect::<Result<_, _>>()? })
    }
}

/// The header's bytes, and where the elements lie.
fn split(file: &[u8]) -> Result<(&[u8], Range<usize>), String> {
    let Some((length, rest)) = file.split_first_chunk() else {
        return Err(format!("truncated: {} bytes, and 8 for the header's length are needed", file.len()));
    };
    let length = u64::from_le_bytes(*length);
    if length > LONGEST {
        return Err(format!("the header has {length} bytes, at most {LONGEST} are allowed"));
    }
    match rest.get(..length as usize) {
        Some(json) => Ok((json, 8 + json.len()..file.len())),
        None => Err(format!("truncated: the header has {length} bytes, {} are there", rest.len())),
    }
}

/// Whether the tensors cover the data from end to end, each byte once.
fn check_coverage(tensors: &BTreeMap<String, Described>, bytes: usize) -> Result<(), String> {
    let mut parts: Vec<_> = tensors.iter().map(|(name, raw)| (raw.data_offsets, name)).collect();
    parts.sort_unstable();
    let mut covered = 0;
    for ([start, end], name) in parts {
        if start > end || end > bytes {
            return Err(format!("{name}: offsets {start} to {end} of {bytes} bytes"));
        }
        if start != covered {
            let what = if start < covered { "overlap" } else { "hole" };
            return Err(format!("{name}: starts at {start}, expected {covered} ({what})"));
        }
        covered = end;
    }
    if covered == bytes {
        return Ok(());
    }
    Err(format!("{} bytes behind the last tensor", bytes - covered))
}

/// A tensor in the words of the header.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

impl Described {
    /// As an entry; the offsets are known to lie within the file.
    fn check(self, data_start: usize) -> Result<Entry, String> {
        let Self { dtype, shape, data_offsets: [start, end] } = self;
        let Some(encoding) = Encoding::of(&dtype) else {
            return Err(format!("type {dtype} is not known"));
        };
        // Strides exist for empty tensors too, so the product without zeros must fit.
        let strides = shape.iter().try_fold(encoding.size(), |all, &n| all.checked_mul(n.max(1)));
        if strides.is_none_or(|bytes| bytes > isize::MAX as usize) {
            return Err(format!("shape {shape:?} is too large"));
        }
        let bytes = shape.iter().product::<usize>() * encoding.size();
        if bytes != end - start {
            return Err(format!("{dtype} {shape:?} has {bytes} bytes, {} are given", end - start));
        }
        Ok(Entry { encoding, shape: Dims::from_slice(&shape), range: data_start + start..data_start + end })
    }
}

/// The JSON object; keys that stand there twice are an error, where serde would keep the last.
struct Parsed {
    metadata: BTreeMap<String, String>,
    tensors: BTreeMap<String, Described>,
}

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Parsed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names and tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parsed, A::Error> {
                let (mut metadata, mut tensors) = (None, BTreeMap::new());
                while let Some(name) = map.next_key::<String>()? {
                    if name == METADATA {
                        let Unique(texts) = map.next_value()?;
                        if metadata.replace(texts).is_some() {
                            return Err(A::Error::custom(format!("{name} stands there twice")));
                        }
                    } else {
                        insert(&mut tensors, name, map.next_value()?)?;
                    }
                }
                Ok(Parsed { metadata: metadata.unwrap_or_default(), tensors })
            }
        }

        deserializer.deserialize_map(Names)
    }
}

/// A map of texts whose keys differ.
struct Unique(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = Unique;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names and texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((key, text)) = map.next_entry()? {
                    insert(&mut texts, key, text)?;
                }
                Ok(Unique(texts))
            }
        }

        deserializer.deserialize_map(Texts)
    }
}

fn insert<V, E: serde::de::Error>(map: &mut BTreeMap<String, V>, key: String, value: V) -> Result<(), E> {
    if map.contains_key(&key) {
        return Err(E::custom(format!("{key} stands there twice")));
    }
    map.insert(key, value);
    Ok(())
}
