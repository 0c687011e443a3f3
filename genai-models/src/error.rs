use std::io;
use std::path::PathBuf;

use thiserror::Error as ThisError;

/// What the world can get wrong: files, vocabularies, texts, tokens, configurations.
///
/// The caller's own mistakes (shapes, indices) panic instead.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },

    /// A file is no JSON, or not of the expected form.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, column and cause.
        source: serde_json::Error,
    },

    /// A tokenizer's file contradicts itself, or asks for what this library does not do.
    #[error("{}: {what}", path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// The fact in the file.
        what: String,
    },

    /// A token id beyond the vocabulary.
    #[error("token {token}: the vocabulary has {vocabulary} tokens")]
    UnknownToken {
        /// The id asked for.
        token: u32,
        /// Number of tokens; ids are smaller.
        vocabulary: usize,
    },

    /// A character that the vocabulary cannot spell.
    #[error("character {character:?} at byte {position}: not in the vocabulary")]
    UnknownCharacter {
        /// The character.
        character: char,
        /// Where it begins in the text, in bytes.
        position: usize,
    },

    /// A byte that a byte-level vocabulary cannot spell, because it was trained without the whole alphabet.
    #[error("byte {byte:#04x} at byte {position}: not in the vocabulary")]
    UnknownByte {
        /// The byte.
        byte: u8,
        /// Where it stands in the text, in bytes.
        position: usize,
    },

    /// A vocabulary too small for its alphabet and special tokens, or too large for 32-bit ids.
    #[error("vocabulary of {vocabulary} tokens: alphabet and special tokens need {least}")]
    VocabularySize {
        /// The size asked for.
        vocabulary: usize,
        /// The smallest possible size.
        least: usize,
    },

    /// A special token that is empty or named twice.
    #[error("special token {content:?}: empty or named twice")]
    SpecialToken {
        /// Its text.
        content: String,
    },

    /// A regular expression that cannot be compiled, or that gave up on a text.
    #[error("pattern {pattern:?}: {source}")]
    Pattern {
        /// The expression.
        pattern: String,
        /// What the engine says.
        source: Box<fancy_regex::Error>,
    },

    /// A data file is empty, no text, or too short.
    #[error("{}: {what}", path.display())]
    Data {
        /// The file.
        path: PathBuf,
        /// The fact.
        what: String,
    },

    /// A training's folder does not hold what was saved.
    #[error("{}: {what}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// The fact.
        what: String,
    },

    /// A training has left the finite numbers.
    #[error("step {step}: {what}")]
    NotFinite {
        /// The step, counted from 1.
        step: u64,
        /// What is infinite or no number.
        what: String,
    },

    /// A setting of a configuration that no model can have.
    #[error("{}{field}: {what}", path.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default())]
    Config {
        /// The file, if it came from one.
        path: Option<PathBuf>,
        /// The setting, as the file names it.
        field: String,
        /// What it is, and what is expected.
        what: String,
    },

    /// Weights that do not fit the model: missing, left over, or of another shape.
    #[error("{}: {source}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// Which tensors, and what is expected.
        source: genai_core::Error,
    },

    /// What the tensors' own crate met.
    #[error(transparent)]
    Core(#[from] genai_core::Error),
}
