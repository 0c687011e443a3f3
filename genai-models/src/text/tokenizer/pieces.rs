use std::path::Path;

use super::file::broken;
use crate::Error;

/// The bytes of every token, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pieces {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Pieces {
    /// From tokens in any order, whose ids have neither holes nor duplicates.
    pub(super) fn from_ids(mut tokens: Vec<(u32, Vec<u8>)>, path: &Path) -> Result<Self, Error> {
        tokens.sort_by_key(|(id, _)| *id);
        let mut pieces = Self::default();
        for (id, bytes) in &tokens {
            let next = pieces.len() as u32;
            if *id > next {
                return Err(broken(path, format!("no token has id {next}, but one has {id}")));
            } else if *id < next {
                return Err(broken(path, format!("two tokens have id {id}")));
            }
            pieces.push(bytes);
        }
        Ok(pieces)
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, token: u32) -> Result<&[u8], Error> {
        let at = token as usize;
        let end = *self.ends.get(at).ok_or(Error::UnknownToken { token, vocabulary: self.len() })?;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        Ok(&self.bytes[start..end])
    }

    /// In the order of the ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.bytes[start..end])
    }
}
