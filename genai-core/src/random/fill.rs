//! Filling arrays: chunks of 4,096 values, each from generators of its own, by whichever thread is free.

use super::key::Key;
use super::lanes::{WORDS, Words};
use super::normal::{normals, normals_f32};
use crate::kernels::{Kernel, Portable, Simd, dispatch, parallel, soon};

/// Values of a chunk: what one seeding pays for and one task does.
pub(super) const CHUNK: usize = 4096;

/// Most values that `WORDS` words give.
const MOST: usize = 2 * WORDS;

impl Key {
    /// Fills with values uniform on [0, 1): multiples of 2⁻²⁴. A shorter fill is the beginning of a longer one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use genai_core::random::Key;
    /// let (mut few, mut many) = ([0.0; 3], [0.0; 1000]);
    /// Key::new(1).uniform_f32(&mut few);
    /// Key::new(1).uniform_f32(&mut many);
    /// assert_eq!(few, many[..3]);
    /// assert!(many.iter().all(|x| (0.0..1.0).contains(x)));
    /// ```
    pub fn uniform_f32(self, out: &mut [f32]) {
        fill(self, UniformF32, out);
    }

    /// Fills with values uniform on [0, 1): multiples of 2⁻⁵³.
    pub fn uniform_f64(self, out: &mut [f64]) {
        self.uniform_f64_between(0.0, 1.0, out);
    }

    /// Fills with `low + (high − low) · u`, u as of [`Key::uniform_f64`].
    pub fn uniform_f64_between(self, low: f64, high: f64, out: &mut [f64]) {
        fill(self, UniformF64 { low, width: high - low }, out);
    }

    /// Fills with standard normal values, by the Box–Muller transform of 32-bit integers (|z| < 6.7).
    ///
    /// Source: Box & Muller 1958, *A note on the generation of random normal deviates*.
    pub fn normal_f32(self, out: &mut [f32]) {
        fill(self, NormalF32, out);
    }

    /// Fills with standard normal values, by the Box–Muller transform of 64-bit integers (|z| < 9.5).
    pub fn normal_f64(self, out: &mut [f64]) {
        self.normal_f64_around(0.0, 1.0, out);
    }

    /// Fills with `mean + sd · z`, z as of [`Key::normal_f64`].
    pub fn normal_f64_around(self, mean: f64, sd: f64, out: &mut [f64]) {
        fill(self, NormalF64 { mean, sd }, out);
    }

    /// Fills with `true` at probability `p` (rounded to a multiple of 2⁻³²) and `false` otherwise.
    ///
    /// # Panics
    ///
    /// If `p` is not a probability.
    #[track_caller]
    pub fn bernoulli(self, p: f64, out: &mut [bool]) {
        fill(self, Bernoulli { below: threshold(p), one: true, zero: false }, out);
    }

    /// Fills with `1 / keep` at probability `keep` and 0 otherwise: the mask of (inverted) dropout, whose mean is 1.
    ///
    /// # Panics
    ///
    /// If `keep` is not a probability.
    #[track_caller]
    pub fn mask_f32(self, keep: f64, out: &mut [f32]) {
        let below = threshold(keep);
        fill(self, Bernoulli { below, one: (1.0 / keep) as f32, zero: 0.0 }, out);
    }
}

/// The probability in units of 2⁻³².
#[track_caller]
fn threshold(p: f64) -> u64 {
    assert!((0.0..=1.0).contains(&p), "bernoulli: {p} is not a probability");
    (p * 2f64.powi(32)).round() as u64
}

/// How random words become values.
trait Draw: Copy + Sync {
    /// The values.
    type Value: Copy + Send;
    /// How many come from `WORDS` words.
    const VALUES: usize;
    /// Anything to start a buffer with.
    fn any(self) -> Self::Value;
    /// Writes `VALUES` values.
    fn draw(self, words: &[u64; WORDS], out: &mut [Self::Value]);
}

fn fill<D: Draw>(key: Key, draw: D, out: &mut [D::Value]) {
    parallel::chunks(out, CHUNK, 3000, |i, out| dispatch(Chunk { key, i: i as u64, draw, out }));
}

struct Chunk<'a, D: Draw> {
    key: Key,
    i: u64,
    draw: D,
    out: &'a mut [D::Value],
}

impl<D: Draw> Kernel for Chunk<'_, D> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (mut lanes, mut words) = (Words::new(self.key, self.i), [0; WORDS]);
        let mut whole = [self.draw.any(); MOST];
        let mut at = 0;
        while at < self.out.len() {
            // One text of the draw for whole and partial blocks: it is long, and compiled for each.
            let rest = (self.out.len() - at).min(D::VALUES);
            soon(self.out.as_ptr().wrapping_add(at + D::VALUES), D::VALUES); // written when the next block is done
            lanes.fill(&mut words);
            let block = if rest < D::VALUES { &mut whole[..D::VALUES] } else { &mut self.out[at..at + D::VALUES] };
            self.draw.draw(&words, block);
            if rest < D::VALUES {
                self.out[at..].copy_from_slice(&whole[..rest]);
            }
            at += rest;
        }
    }
}

#[derive(Clone, Copy)]
struct UniformF32;

impl Draw for UniformF32 {
    type Value = f32;
    const VALUES: usize = 2 * WORDS;

    #[inline(always)]
    fn any(self) -> f32 {
        0.0
    }

    #[inline(always)]
    fn draw(self, words: &[u64; WORDS], out: &mut [f32]) {
        let (low, high) = out.split_at_mut(WORDS);
        for i in 0..WORDS {
            low[i] = (words[i] as u32 >> 8) as i32 as f32 * 2f32.powi(-24);
            high[i] = (words[i] >> 40) as i32 as f32 * 2f32.powi(-24);
        }
    }
}

#[derive(Clone, Copy)]
struct UniformF64 {
    low: f64,
    width: f64,
}

impl Draw for UniformF64 {
    type Value = f64;
    const VALUES: usize = WORDS;

    #[inline(always)]
    fn any(self) -> f64 {
        0.0
    }

    #[inline(always)]
    fn draw(self, words: &[u64; WORDS], out: &mut [f64]) {
        for i in 0..WORDS {
            out[i] = self.low + self.width * unit(words[i]);
        }
    }
}

/// The upper 53 bits of a word as a value in [0, 1).
#[inline(always)]
pub(super) fn unit(word: u64) -> f64 {
    (word >> 11) as i64 as f64 * 2f64.powi(-53)
}

#[derive(Clone, Copy)]
struct NormalF32;

impl Draw for NormalF32 {
    type Value = f32;
    const VALUES: usize = 2 * WORDS;

    #[inline(always)]
    fn any(self) -> f32 {
        0.0
    }

    #[inline(always)]
    fn draw(self, words: &[u64; WORDS], out: &mut [f32]) {
        let (x, y) = out.split_at_mut(WORDS);
        for i in 0..WORDS {
            (x[i], y[i]) = normals_f32::<Portable>(words[i] as u32, (words[i] >> 32) as u32);
        }
    }
}

#[derive(Clone, Copy)]
struct NormalF64 {
    mean: f64,
    sd: f64,
}

impl Draw for NormalF64 {
    type Value = f64;
    const VALUES: usize = WORDS;

    #[inline(always)]
    fn any(self) -> f64 {
        0.0
    }

    #[inline(always)]
    fn draw(self, words: &[u64; WORDS], out: &mut [f64]) {
        let (x, y) = out.split_at_mut(WORDS / 2);
        for i in 0..WORDS / 2 {
            let (a, b) = normals::<Portable>(words[i], words[WORDS / 2 + i]);
            (x[i], y[i]) = (self.mean + self.sd * a, self.mean + self.sd * b);
        }
    }
}

#[derive(Clone, Copy)]
struct Bernoulli<T> {
    below: u64,
    one: T,
    zero: T,
}

impl<T: Copy + Send + Sync> Draw for Bernoulli<T> {
    type Value = T;
    const VALUES: usize = 2 * WORDS;

    #[inline(always)]
    fn any(self) -> T {
        self.zero
    }

    #[inline(always)]
    fn draw(self, words: &[u64; WORDS], out: &mut [T]) {
        let (low, high) = out.split_at_mut(WORDS);
        for i in 0..WORDS {
            low[i] = if words[i] & 0xffff_ffff < self.below { self.one } else { self.zero };
            high[i] = if words[i] >> 32 < self.below { self.one } else { self.zero };
        }
    }
}
