//! GPT-2's alphabet: one visible character for each byte, so that vocabularies are readable text files.
//!
//! Bytes that print in Latin-1 stand for themselves; the other 68 follow in order from U+0100: a space is `Ġ`, a line
//! end `Ċ`. Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".

use std::sync::LazyLock;

/// The character of each byte.
pub(super) static CHARACTERS: LazyLock<[char; 256]> = LazyLock::new(|| {
    let mut hidden = ('\u{100}'..).take(256);
    let mut next = || hidden.next().expect("256 characters follow U+0100, and 68 are taken");
    std::array::from_fn(|byte| if prints(byte as u8) { byte as u8 as char } else { next() })
});

fn prints(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff)
}

/// The byte of a character; the inverse of [`CHARACTERS`].
fn byte(character: char) -> Option<u8> {
    static BYTES: LazyLock<[Option<u8>; 0x144]> = LazyLock::new(|| {
        let mut bytes = [None; 0x144]; // the last hidden byte is U+0143
        CHARACTERS.iter().zip(0..=255).for_each(|(&it, byte)| bytes[it as usize] = Some(byte));
        bytes
    });
    BYTES.get(character as usize).copied().flatten()
}

/// What a spelling stands for; `None` if it has a character outside the alphabet.
pub(super) fn bytes(spelling: &str) -> Option<Vec<u8>> {
    spelling.chars().map(byte).collect()
}

pub(super) fn spelling(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| CHARACTERS[byte as usize]).collect()
}

/// All bytes, in the order of their characters: that of the ids in a new vocabulary.
pub(super) fn in_order() -> [u8; 256] {
    let mut order: [u8; 256] = std::array::from_fn(|byte| byte as u8);
    order.sort_by_key(|&byte| CHARACTERS[byte as usize]);
    order
}
