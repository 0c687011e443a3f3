//! Tokenizers: between text and the small integers that a language model reads and writes.
//!
//! | tokenizer | vocabulary | never fails on |
//! |---|---|---|
//! | [`Characters`] | the distinct characters of a training text | texts made of these characters |
//! | [`ByteLevelBpe`] | bytes, and sequences of bytes that are frequent together (GPT-2) | any text |
//!
//! Both can be trained, read from a checkpoint's folder ([`load`]) and written to one, in files that Hugging Face's
//! `tokenizers` reads as well. [`TextStream`] turns a model's tokens into text as they come.
//!
//! To add one: a file here with the type and its [`Tokenizer`] impl, an arm in [`load`] for the kind of model in
//! `tokenizer.json`, and a row in `tests/tokenizers.rs`.
//!
//! # Examples
//!
//! ```
//! use genai_models::text::tokenizer::{ByteLevelBpe, Tokenizer};
//!
//! let tokenizer = ByteLevelBpe::train("low lower lowest low", 260, &["<|endoftext|>"])?;
//! let tokens = tokenizer.encode("lower<|endoftext|>")?;
//! assert_eq!(tokenizer.decode(&tokens)?, "lower<|endoftext|>");
//! assert_eq!(tokens.last(), Some(&tokenizer.added()[0].id));
//! # Ok::<(), genai_models::Error>(())
//! ```

mod added;
mod alphabet;
mod byte_level_bpe;
mod characters;
mod file;
mod merges;
mod pieces;
mod split;
mod stream;
mod train;

use std::fmt::Debug;
use std::ops::Range;
use std::path::Path;

pub use added::AddedToken;
pub use byte_level_bpe::ByteLevelBpe;
pub use characters::Characters;
pub use stream::TextStream;

use crate::Error;

/// One token and the bytes of the text that it stands for.
///
/// A space that the tokenizer itself puts before the text belongs to no byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The token.
    pub token: u32,
    /// Its bytes in the text; the border may lie inside a character.
    pub bytes: Range<usize>,
}

/// Between text and tokens: ids from 0 to [`vocabulary`](Self::vocabulary) − 1.
pub trait Tokenizer: Debug + Send + Sync {
    /// The tokens of a text, without any that the text does not contain.
    ///
    /// # Errors
    ///
    /// If the vocabulary cannot spell the text.
    fn encode(&self, text: &str) -> Result<Vec<u32>, Error>;

    /// As [`encode`](Self::encode), with the part of the text behind each token.
    ///
    /// # Errors
    ///
    /// If the vocabulary cannot spell the text.
    fn spans(&self, text: &str) -> Result<Vec<Span>, Error>;

    /// The bytes that a token stands for: UTF-8, but maybe only a part of a character.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownToken`] beyond the vocabulary.
    fn bytes(&self, token: u32) -> Result<&[u8], Error>;

    /// How the vocabulary's file spells a token.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownToken`] beyond the vocabulary.
    fn spelling(&self, token: u32) -> Result<String, Error>;

    /// Number of tokens.
    fn vocabulary(&self) -> usize;

    /// The tokens that stand outside the model of the language, special ones among them, in the order of their ids.
    fn added(&self) -> &[AddedToken] {
        &[]
    }

    /// Writes the tokenizer's files into a folder, which [`load`] reads; the folder is made if missing.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if that fails; each file is then either the old one or the new one.
    fn save(&self, folder: &Path) -> Result<(), Error>;

    /// The text of the tokens, special ones included; bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownToken`] beyond the vocabulary.
    fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        let mut bytes = Vec::with_capacity(4 * tokens.len());
        for &token in tokens {
            bytes.extend_from_slice(self.bytes(token)?);
        }
        Ok(into_text(bytes))
    }

    /// As [`decode`](Self::decode), without the special tokens.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownToken`] beyond the vocabulary.
    fn decode_plain(&self, tokens: &[u32]) -> Result<String, Error> {
        let plain: Vec<u32> = tokens.iter().copied().filter(|&token| !self.is_special(token)).collect();
        self.decode(&plain)
    }

    /// Whether a token is special: a mark for the model rather than text.
    fn is_special(&self, token: u32) -> bool {
        let added = self.added();
        added.binary_search_by_key(&token, |it| it.id).is_ok_and(|at| added[at].special)
    }

    /// The id of an added token, such as `<|endoftext|>`.
    fn added_id(&self, content: &str) -> Option<u32> {
        self.added().iter().find(|it| it.content == content).map(|it| it.id)
    }
}

fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Reads the tokenizer of a checkpoint's folder: `tokenizer.json`, else `vocab.json` with `merges.txt`.
///
/// # Errors
///
/// If there is neither, or if a file is damaged, or of a kind that this library does not know.
pub fn load(folder: impl AsRef<Path>) -> Result<Box<dyn Tokenizer>, Error> {
    let folder = folder.as_ref();
    let path = folder.join("tokenizer.json");
    if !path.exists() && folder.join("vocab.json").exists() {
        return Ok(Box::new(ByteLevelBpe::from_files(&folder.join("vocab.json"), &folder.join("merges.txt"))?));
    }
    let json = file::read_json(&path)?;
    match file::model_kind(&json) {
        Some("BPE") => Ok(Box::new(ByteLevelBpe::from_json(&json, &path)?)),
        Some("WordLevel") => Ok(Box::new(Characters::from_json(&json, &path)?)),
        Some(kind) => Err(file::broken(&path, format!("model of type {kind:?} is not supported"))),
        None => Err(file::broken(&path, "no model")),
    }
}
