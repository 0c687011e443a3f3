//! PyTorch's normal draws on the CPU, for start points that tables were made with.

use std::f64::consts::TAU;

/// mt19937.
struct Twister {
    state: [u32; 624],
    at: usize,
}

impl Twister {
    fn new(seed: u32) -> Self {
        let mut state = [seed; 624];
        for i in 1..624 {
            let before = state[i - 1];
            state[i] = 1_812_433_253u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(i as u32);
        }
        Self { state, at: 624 }
    }

    fn next(&mut self) -> u32 {
        if self.at == 624 {
            for i in 0..624 {
                let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % 624] & 0x7fff_ffff);
                let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + 397) % 624] ^ (y >> 1) ^ odd;
            }
            self.at = 0;
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn uniform(&mut self) -> f64 {
        let (high, low) = (u64::from(self.next()), u64::from(self.next()));
        ((high << 32 | low) & ((1 << 53) - 1)) as f64 / (1u64 << 53) as f64
    }
}

/// `randn` of f64 for a count that 16 divides: blocks of 16 by Box and Muller.
pub(crate) fn normal(seed: u32, count: usize) -> Vec<f64> {
    assert_eq!(count % 16, 0);
    let mut twister = Twister::new(seed);
    let mut values: Vec<f64> = (0..count).map(|_| twister.uniform()).collect();
    for block in values.chunks_exact_mut(16) {
        for i in 0..8 {
            let (radius, angle) = ((-2.0 * (-block[i]).ln_1p()).sqrt(), TAU * block[i + 8]);
            (block[i], block[i + 8]) = (radius * angle.cos(), radius * angle.sin());
        }
    }
    values
}
