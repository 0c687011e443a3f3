use std::fmt;

use super::Tokenizer;
use crate::Error;

/// Text from a stream of tokens, never broken inside a character.
///
/// A token may end in the middle of a character; its last bytes are then held back until the character is whole. All
/// pieces together are what [`Tokenizer::decode`] makes of all tokens.
///
/// # Examples
///
/// ```
/// use genai_models::text::tokenizer::{ByteLevelBpe, TextStream, Tokenizer};
///
/// let tokenizer = ByteLevelBpe::train("", 256, &[])?; // only bytes
/// let tokens = tokenizer.encode("né")?;
/// let mut stream = TextStream::new(&tokenizer);
/// assert_eq!(stream.push(tokens[0])?, "n");
/// assert_eq!(stream.push(tokens[1])?, ""); // half of é
/// assert_eq!(stream.push(tokens[2])?, "é");
/// assert_eq!(stream.finish(), "");
/// # Ok::<(), genai_models::Error>(())
/// ```
#[derive(Clone)]
pub struct TextStream<'a> {
    tokenizer: &'a dyn Tokenizer,
    skip_special: bool,
    held: Vec<u8>,
    text: String,
}

impl<'a> TextStream<'a> {
    /// A stream that shows every token.
    pub fn new(tokenizer: &'a dyn Tokenizer) -> Self {
        Self { tokenizer, skip_special: false, held: Vec::new(), text: String::new() }
    }

    /// A stream that leaves out special tokens.
    pub fn plain(tokenizer: &'a dyn Tokenizer) -> Self {
        Self { skip_special: true, ..Self::new(tokenizer) }
    }

    /// Takes the next token and returns the characters that it completes; bytes that cannot become one are U+FFFD.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownToken`] beyond the vocabulary; the stream is then as before.
    pub fn push(&mut self, token: u32) -> Result<&str, Error> {
        let bytes = self.tokenizer.bytes(token)?;
        self.text.clear();
        if !(self.skip_special && self.tokenizer.is_special(token)) {
            self.held.extend_from_slice(bytes);
            self.release();
        }
        Ok(&self.text)
    }

    /// Moves all but an unfinished last character from `held` to `text`.
    fn release(&mut self) {
        let mut start = 0;
        while let Err(error) = std::str::from_utf8(&self.held[start..]) {
            let valid = start + error.valid_up_to();
            self.text.push_str(&String::from_utf8_lossy(&self.held[start..valid]));
            start = valid;
            let Some(invalid) = error.error_len() else {
                self.held.drain(..start);
                return;
            };
            self.text.push(char::REPLACEMENT_CHARACTER);
            start += invalid;
        }
        self.text.push_str(&String::from_utf8_lossy(&self.held[start..]));
        self.held.clear();
    }

    /// Ends the stream: a character that never became whole is U+FFFD.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.held).into_owned()
    }
}

impl fmt::Debug for TextStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextStream").field("skip_special", &self.skip_special).field("held", &self.held).finish()
    }
}
