//! Philox4x32-10: a keyed bijection on 128 bits that no statistical test tells from randomness.

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85]; // golden ratio and √3 − 1
const ROUNDS: usize = 10;

/// Philox4x32-10: the random block that stands at `counter` in the sequence of `key`.
///
/// For a fixed key different counters give different blocks. Every block stands alone: block 10⁹ costs as much as block 0.
///
/// # Examples
///
/// ```
/// use genai_core::random::philox4x32;
///
/// assert_eq!(philox4x32([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
/// ```
///
/// Source: Salmon, Moraes, Dror & Shaw 2011, *Parallel random numbers: as easy as 1, 2, 3*.
#[inline(always)]
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let ([mut a, mut b, mut c, mut d], [mut k, mut l]) = (counter, key);
    for _ in 0..ROUNDS {
        let (even, odd) = (u64::from(a) * MULTIPLIERS[0], u64::from(c) * MULTIPLIERS[1]);
        (a, b, c, d) = ((odd >> 32) as u32 ^ b ^ k, odd as u32, (even >> 32) as u32 ^ d ^ l, even as u32);
        (k, l) = (k.wrapping_add(WEYL[0]), l.wrapping_add(WEYL[1]));
    }
    [a, b, c, d]
}
