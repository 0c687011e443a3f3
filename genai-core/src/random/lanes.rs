//! Eight xoshiro256++ generators side by side: one step of all is a few vector instructions.

use super::key::{Key, Use};

/// Generators that step together.
pub(super) const LANES: usize = 8;

/// Words that a fill draws at a time: enough for the loops over them to be vectorised, few enough to stay in L1.
pub const WORDS: usize = 256;

/// The random words of one chunk of a fill, from eight xoshiro256++ generators: what a kernel that fills an array with a
/// distribution of its own draws from.
///
/// # Examples
///
/// ```
/// use genai_core::random::{Key, WORDS, Words};
///
/// let mut words = [0; WORDS];
/// Words::new(Key::new(1), 0).fill(&mut words);
/// let heads = words.iter().filter(|&&word| word >> 63 == 1).count();
/// assert!((80..176).contains(&heads));
/// ```
#[derive(Clone, Debug)]
pub struct Words {
    state: [[u64; LANES]; 4], // [word, lane]
}

impl Words {
    /// The generators of chunk `i` of a fill, seeded by 16 Philox blocks.
    #[inline(always)]
    pub fn new(key: Key, i: u64) -> Self {
        let mut state = [[0; LANES]; 4];
        for l in 0..state[0].len() {
            let first = (i * LANES as u64 + l as u64) * 2;
            [state[0][l], state[1][l]] = key.words(Use::Chunk, first);
            [state[2][l], state[3][l]] = key.words(Use::Chunk, first + 1);
        }
        Self { state }
    }

    /// The next `WORDS` words, lane after lane in turn.
    #[inline(always)]
    pub fn fill(&mut self, words: &mut [u64; WORDS]) {
        let [mut a, mut b, mut c, mut d] = self.state;
        let mut at = 0;
        while at < WORDS {
            for l in 0..LANES {
                words[at + l] = a[l].wrapping_add(d[l]).rotate_left(23).wrapping_add(a[l]);
            }
            for l in 0..LANES {
                let shifted = b[l] << 17;
                c[l] ^= a[l];
                d[l] ^= b[l];
                b[l] ^= c[l];
                a[l] ^= d[l];
                c[l] ^= shifted;
                d[l] = d[l].rotate_left(45);
            }
            at += LANES;
        }
        self.state = [a, b, c, d];
    }
}
