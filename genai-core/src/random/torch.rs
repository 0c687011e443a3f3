//! PyTorch's stream of random numbers on the CPU.

use std::f64::consts::PI;
use std::fmt;

/// Words of the generator's state.
const WORDS: usize = 624;
/// How far ahead the word stands that is mixed in.
const AHEAD: usize = 397;

/// The random numbers that PyTorch draws on the CPU after `manual_seed`: mt19937, and what PyTorch makes of its words.
///
/// With it a seed gives the initial latents that diffusers has for that seed, and the green lists of Hugging Face's
/// watermarks. For anything else [`Key`](super::Key) is faster, and random at any place.
///
/// | method | PyTorch | agreement |
/// |---|---|---|
/// | [`rand_f32`](Self::rand_f32), [`rand_f64`](Self::rand_f64) | `torch.rand` | every bit |
/// | [`randn_f32`](Self::randn_f32), [`randn_f64`](Self::randn_f64) | `torch.randn` | 2.4e-7 (f32), some units in the last place (f64) |
/// | [`randperm`](Self::randperm), [`randint`](Self::randint) | `torch.randperm`, `torch.randint` | exact |
/// | [`exponential_f64`](Self::exponential_f64) | `Tensor.exponential_` | about one unit in the last place |
///
/// # Examples
///
/// ```
/// # use genai_core::random::TorchRng;
/// let mut random = TorchRng::new(0);
/// let mut values = [0.0; 2];
/// random.rand_f32(&mut values);
/// assert_eq!(values, [0.496_256_59, 0.768_221_8]);
/// assert_eq!(TorchRng::new(0).randperm(10), [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
/// ```
///
/// Source: Matsumoto & Nishimura 1998, "Mersenne Twister"; the order in which PyTorch uses its words was read off its results.
#[derive(Clone)]
pub struct TorchRng {
    state: [u32; WORDS],
    next: usize,        // the word that comes next; WORDS when the state must be renewed first
    spare: Option<f64>, // the second normal number of a pair
}

impl TorchRng {
    /// The stream after `manual_seed(seed)`; only the lower 32 bits of the seed count.
    pub fn new(seed: u64) -> Self {
        let mut state = [0; WORDS];
        state[0] = seed as u32;
        for i in 1..WORDS {
            let before = state[i - 1];
            state[i] = (before ^ (before >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Self { state, next: WORDS, spare: None }
    }

    /// The next 32 bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.next == WORDS {
            self.renew();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// The next 64 bits: of two words the first is the upper one.
    pub fn next_u64(&mut self) -> u64 {
        let upper = u64::from(self.next_u32());
        upper << 32 | u64::from(self.next_u32())
    }

    /// `torch.rand` in f32: uniform in [0, 1), 24 bits each.
    pub fn rand_f32(&mut self, out: &mut [f32]) {
        out.iter_mut().for_each(|x| *x = self.uniform_f32());
    }

    /// `torch.rand` in f64: uniform in [0, 1), 53 bits each.
    pub fn rand_f64(&mut self, out: &mut [f64]) {
        out.iter_mut().for_each(|x| *x = self.uniform_f64());
    }

    /// `torch.randn` in f32: standard normal. How many are asked for at once decides which numbers come (PyTorch has one
    /// way below 16 and another from there on), so ask for a whole tensor.
    pub fn randn_f32(&mut self, out: &mut [f32]) {
        if out.len() < 16 {
            return out.iter_mut().for_each(|x| *x = self.normal() as f32);
        }
        self.rand_f32(out);
        let last = out.len() - 16;
        out.as_chunks_mut().0.iter_mut().for_each(box_muller_f32);
        if !out.len().is_multiple_of(16) {
            let (last, _) = out[last..].as_chunks_mut::<16>();
            last.iter_mut().for_each(|block| {
                self.rand_f32(block);
                box_muller_f32(block);
            });
        }
    }

    /// `torch.randn` in f64; see [`TorchRng::randn_f32`].
    pub fn randn_f64(&mut self, out: &mut [f64]) {
        if out.len() < 16 {
            return out.iter_mut().for_each(|x| *x = self.normal());
        }
        self.rand_f64(out);
        let last = out.len() - 16;
        out.as_chunks_mut().0.iter_mut().for_each(box_muller_f64);
        if !out.len().is_multiple_of(16) {
            let (last, _) = out[last..].as_chunks_mut::<16>();
            last.iter_mut().for_each(|block| {
                self.rand_f64(block);
                box_muller_f64(block);
            });
        }
    }

    /// `torch.randperm(n)`: the numbers below n in random order.
    ///
    /// # Panics
    ///
    /// From 214,748,364 numbers on, where PyTorch changes its way.
    pub fn randperm(&mut self, n: usize) -> Vec<u32> {
        assert!(n < (u32::MAX / 20) as usize, "randperm: {n} numbers are too many");
        let mut all: Vec<u32> = (0..n as u32).collect();
        self.shuffle_first(&mut all, n);
        all
    }

    /// The first `count` numbers of `torch.randperm(n)`, in their order, by as many swaps (`randperm` draws n − 1 words,
    /// this one no more than `count`).
    ///
    /// # Panics
    ///
    /// As [`TorchRng::randperm`].
    pub fn randperm_first(&mut self, n: usize, count: usize) -> Vec<u32> {
        assert!(n < (u32::MAX / 20) as usize, "randperm: {n} numbers are too many");
        let mut all: Vec<u32> = (0..n as u32).collect();
        self.shuffle_first(&mut all, count.min(n));
        all.truncate(count);
        all
    }

    /// `torch.randint(low, high, …)`: whole numbers from `low` to below `high`.
    ///
    /// # Panics
    ///
    /// If there is no number in between.
    pub fn randint(&mut self, low: i64, high: i64, out: &mut [i64]) {
        assert!(low < high, "randint: nothing lies between {low} and {high}");
        let range = high.wrapping_sub(low) as u64;
        for x in out {
            let word = if range < 1 << 28 { u64::from(self.next_u32()) } else { self.next_u64() };
            *x = low.wrapping_add((word % range) as i64);
        }
    }

    /// `Tensor.exponential_()` in f64: exponential with rate 1.
    pub fn exponential_f64(&mut self, out: &mut [f64]) {
        out.iter_mut().for_each(|x| *x = -(-self.uniform_f64()).ln_1p());
    }

    /// Swaps a random one of the rest to each of the first places.
    fn shuffle_first(&mut self, all: &mut [u32], count: usize) {
        let n = all.len();
        for i in 0..count.min(n.saturating_sub(1)) {
            let rest = self.next_u32() % (n - i) as u32;
            all.swap(i, i + rest as usize);
        }
    }

    fn uniform_f32(&mut self) -> f32 {
        (self.next_u32() & 0xff_ffff) as f32 / (1 << 24) as f32
    }

    fn uniform_f64(&mut self) -> f64 {
        (self.next_u64() & ((1 << 53) - 1)) as f64 / (1u64 << 53) as f64
    }

    /// One normal number; they are made in pairs.
    fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let (angle, height) = (2.0 * PI * self.uniform_f64(), self.uniform_f64());
        let radius = (-2.0 * (-height).ln_1p()).sqrt();
        self.spare = Some(radius * angle.sin());
        radius * angle.cos()
    }

    /// The next 624 words of the state.
    fn renew(&mut self) {
        for i in 0..WORDS {
            let word = self.state[i] & 0x8000_0000 | self.state[(i + 1) % WORDS] & 0x7fff_ffff;
            let twist = if word & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + AHEAD) % WORDS] ^ (word >> 1) ^ twist;
        }
        self.next = 0;
    }
}

impl fmt::Debug for TorchRng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TorchRng").field("next", &self.next).finish_non_exhaustive()
    }
}

/// Sixteen uniform numbers become normal: the first eight are heights, the others angles.
fn box_muller_f32(block: &mut [f32; 16]) {
    for i in 0..8 {
        let radius = (-2.0 * (1.0 - block[i]).ln()).sqrt();
        let angle = 2.0 * std::f32::consts::PI * block[i + 8];
        (block[i], block[i + 8]) = (radius * angle.cos(), radius * angle.sin());
    }
}

fn box_muller_f64(block: &mut [f64; 16]) {
    for i in 0..8 {
        let radius = (-2.0 * (1.0 - block[i]).ln()).sqrt();
        let angle = 2.0 * PI * block[i + 8];
        (block[i], block[i + 8]) = (radius * angle.cos(), radius * angle.sin());
    }
}
