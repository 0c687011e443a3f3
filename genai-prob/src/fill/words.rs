//! Filling arrays with draws: chunks of 4,096 values, each from random words of its own, on registers.

use genai_core::kernels::{Kernel, Simd, dispatch, parallel, soon};
use genai_core::random::{Key, WORDS, Words};

/// Values of a chunk: what one seeding pays for and one task does.
const CHUNK: usize = 4096;

/// How a block of random words becomes values.
pub(crate) trait FromWords: Sync {
    /// Writes at most as many values as there are words; returns how many. A method that rejects candidates writes fewer, and
    /// anything behind them.
    fn draw<S: Simd>(&self, words: &[u64; WORDS], out: &mut [f64; WORDS]) -> usize;
}

/// Fills with draws. The bits depend on the key and the place alone, not on the number of threads.
pub(crate) fn fill(key: Key, method: &impl FromWords, out: &mut [f64]) {
    parallel::chunks(out, CHUNK, 10_000, |i, out| dispatch(Chunk { words: Words::new(key, i as u64), method, out }));
}

struct Chunk<'a, D> {
    words: Words,
    method: &'a D,
    out: &'a mut [f64],
}

impl<D: FromWords> Kernel for Chunk<'_, D> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let (mut words, mut values, mut done) = ([0; WORDS], [0.0; WORDS], 0);
        while done < self.out.len() {
            soon(self.out.as_ptr().wrapping_add(done + WORDS), WORDS); // written when the next block is done
            self.words.fill(&mut words);
            let whole = self.out.get_mut(done..done + WORDS).and_then(|out| out.try_into().ok());
            let direct = whole.is_some();
            let n = self.method.draw::<S>(&words, whole.unwrap_or(&mut values)).min(self.out.len() - done);
            if !direct {
                self.out[done..done + n].copy_from_slice(&values[..n]);
            }
            done += n;
        }
    }
}

/// Words as values of (0, 1]: the upper 53 bits and a half, in units of 2⁻⁵³, rounded.
#[inline(always)]
pub(crate) fn open_units<S: Simd>(words: &[u64], out: &mut [f64]) {
    const UNIT: f64 = 1.0 / 9_007_199_254_740_992.0;
    for i in 0..words.len().min(out.len()) {
        let whole = (words[i] >> 11) as i64 as f64;
        // The same bits: scaling by a power of two rounds nothing.
        out[i] = if S::FMA { whole.mul_add(UNIT, 0.5 * UNIT) } else { (whole + 0.5) * UNIT };
    }
}
