//! A sequential generator for numbers that are drawn one by one.

use rand_core::{RngCore, SeedableRng, impls};
use serde::{Deserialize, Serialize};

use super::fill::unit;
use super::integers::accept;
use super::key::{Key, Use};
use super::normal::normals;
use crate::kernels::Portable;

/// A sequence of random numbers: xoshiro256++, seeded by a [`Key`].
///
/// It implements `rand_core`'s [`RngCore`] and [`SeedableRng`], so that `rand`, `rand_distr` and `ndarray-rand` work with
/// it. Saved with serde (or [`Stream::state`]) and read back, it goes on bit for bit.
///
/// # Examples
///
/// ```
/// use genai_core::random::{Key, Stream};
///
/// let mut stream = Key::new(11).stream();
/// stream.normal();
/// let saved = stream.state();
/// let next = stream.uniform();
/// assert_eq!(Stream::try_from(saved)?.uniform(), next);
/// # Ok::<(), genai_core::random::InvalidState>(())
/// ```
///
/// Source: Blackman & Vigna 2021, *Scrambled linear pseudorandom number generators*,
/// [arXiv:1805.01407](https://arxiv.org/abs/1805.01407).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[u64; 6]", into = "[u64; 6]")]
pub struct Stream {
    words: [u64; 4],
    spare: Option<f64>, // the second value of the last Box–Muller pair
}

/// Six words that are no state of a [`Stream`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("random stream: {0:?} is no state of a stream")]
pub struct InvalidState([u64; 6]);

impl Stream {
    /// The stream of a key.
    pub fn new(key: Key) -> Self {
        let ([a, b], [c, d]) = (key.words(Use::Stream, 0), key.words(Use::Stream, 1));
        Self { words: [a, b, c, d], spare: None } // all zero, the one bad state: two blocks of a bijection differ
    }

    /// A value uniform on [0, 1): a multiple of 2⁻⁵³.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        unit(self.next_u64())
    }

    /// A standard normal value, by the Box–Muller transform; every other call returns the second value of a pair.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let (x, y) = normals::<Portable>(self.next_u64(), self.next_u64());
        self.spare = Some(y);
        x
    }

    /// A standard exponential value (mean 1), by inversion.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        -(-self.uniform()).ln_1p()
    }

    /// An integer uniform on 0 … n − 1, each exactly equally likely.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    #[inline]
    #[track_caller]
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "below: there is no integer below 0");
        loop {
            if let Some(value) = accept(self.next_u64(), n) {
                return value;
            }
        }
    }

    /// Puts items into a uniformly random order (Fisher & Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    /// What [`Stream::try_from`] goes on from: the generator's four words, whether a normal value is in store, its bits.
    pub fn state(&self) -> [u64; 6] {
        let [a, b, c, d] = self.words;
        [a, b, c, d, u64::from(self.spare.is_some()), self.spare.map_or(0, f64::to_bits)]
    }
}

impl From<Stream> for [u64; 6] {
    fn from(stream: Stream) -> Self {
        stream.state()
    }
}

impl TryFrom<[u64; 6]> for Stream {
    type Error = InvalidState;

    fn try_from(state: [u64; 6]) -> Result<Self, InvalidState> {
        let [a, b, c, d, stored, bits] = state;
        let spare = match stored {
            0 if bits == 0 => None,
            1 if f64::from_bits(bits).is_finite() => Some(f64::from_bits(bits)),
            _ => return Err(InvalidState(state)),
        };
        if [a, b, c, d] == [0; 4] {
            return Err(InvalidState(state)); // xoshiro would give zeros for ever
        }
        Ok(Self { words: [a, b, c, d], spare })
    }
}

impl RngCore for Stream {
    #[inline]
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    #[inline]
    fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.words;
        let out = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        out
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        impls::fill_bytes_via_next(self, out);
    }
}

/// The seed's 16 bytes are a key, little endian; [`SeedableRng::seed_from_u64`] is `Key::new(seed).stream()`.
impl SeedableRng for Stream {
    type Seed = [u8; 16];

    fn from_seed(seed: [u8; 16]) -> Self {
        Self::new(Key::from_bytes(seed))
    }

    fn seed_from_u64(seed: u64) -> Self {
        Self::new(Key::new(seed))
    }
}
