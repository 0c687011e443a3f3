//! What is known of a sequence besides its tokens.

use genai_core::random::Key;

/// What a processor may know of a sequence besides its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// How many of its first tokens were given and not generated. Default: 0.
    pub prompt: usize,
    /// Where the processors' randomness comes from; the position adds to it, so that a rewound sequence meets the same.
    /// Default: that of seed 0.
    pub key: Key,
}

impl Default for Sequence {
    fn default() -> Self {
        Self { prompt: 0, key: Key::new(0) }
    }
}
