//! Keys: names for endless supplies of random numbers.

use serde::{Deserialize, Serialize};

use super::philox::philox4x32;
use super::stream::Stream;

/// The name of an endless supply of random numbers: 128 bits, `Copy`, never used up.
///
/// Two words are the key of Philox4x32-10, the other two stand in the upper half of its counter; the lower half is an
/// index. What the index means (a split, a name, a chunk of a fill, the seed of a stream) is a constant added to the key, so
/// that the uses do not meet.
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
///
/// let key = Key::new(7);
/// assert_eq!(key.split(3), Key::new(7).split(3)); // the same path, the same key
/// assert_ne!(key.split(3), key.split(4));
/// assert_ne!(key.named("noise"), key.named("dropout"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key([u32; 4]);

/// What an index counts.
#[derive(Clone, Copy)]
pub(super) enum Use {
    Split = 1,
    Name = 2,
    Length = 3,
    Chunk = 4,
    Stream = 5,
}

/// Fractional digits of π: an arbitrary key for the seeds.
const SEEDS: Key = Key([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]);

impl Key {
    /// The key of a seed; different seeds give different keys.
    pub fn new(seed: u64) -> Self {
        SEEDS.split(seed)
    }

    /// The `i`-th key below this one; different `i` give different keys.
    #[inline]
    #[must_use]
    pub fn split(self, i: u64) -> Self {
        Self(self.block(Use::Split, i))
    }

    /// The key below this one for a named place, such as a layer: it depends on the name alone, not on the order in which
    /// places ask, and is the same in every release from 1.0 on.
    ///
    /// The bytes of the name are absorbed eight at a time (the last word is padded with zeros), then their number.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let absorbed = name.as_bytes().chunks(8).fold(self, |key, bytes| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            Self(key.block(Use::Name, u64::from_le_bytes(word)))
        });
        Self(absorbed.block(Use::Length, name.len() as u64))
    }

    /// The sequential generator of this key.
    pub fn stream(self) -> Stream {
        Stream::new(self)
    }

    /// Block `index` of a use.
    #[inline(always)]
    pub(super) fn block(self, what: Use, index: u64) -> [u32; 4] {
        let Self([a, b, c, d]) = self;
        let separated = b.wrapping_add((what as u32).wrapping_mul(0x9E37_79B9));
        philox4x32([index as u32, (index >> 32) as u32, c, d], [a, separated])
    }

    /// Block `index` of a use as two words.
    #[inline(always)]
    pub(super) fn words(self, what: Use, index: u64) -> [u64; 2] {
        let [a, b, c, d] = self.block(what, index).map(u64::from);
        [a | b << 32, c | d << 32]
    }

    /// The key of 16 bytes.
    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        let word = |i: usize| u32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
        Self([word(0), word(4), word(8), word(12)])
    }
}
