//! Pre-tokenisation: a text is cut into words, and no token reaches across two of them.

use std::path::Path;

use fancy_regex::Regex;
use serde_json::{Value, json};

use super::file::broken;
use crate::Error;

/// GPT-2's words: contractions, and runs of letters, digits or signs with the space before them; other white space.
const GPT_2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

pub(super) fn compile(pattern: &str) -> Result<Regex, Error> {
    Regex::new(pattern).map_err(|source| fail(pattern, source))
}

fn fail(pattern: &str, source: fancy_regex::Error) -> Error {
    Error::Pattern { pattern: pattern.to_owned(), source: Box::new(source) }
}

/// A word, perhaps with a space before it that the text does not have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// Where its first byte stands in the text, not counting that space.
    pub(super) at: usize,
    pub(super) prefixed: bool,
}

/// The pre-tokenizer of a byte-level model: any number of patterns, then that of GPT-2 unless switched off.
#[derive(Debug, Clone)]
pub(super) struct Splitter {
    first: Vec<Pattern>,
    add_prefix_space: bool,
    last: Option<Pattern>,
    json: Value, // as it was read, for writing
}

impl Splitter {
    pub(super) fn gpt2() -> Result<Self, Error> {
        let json = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
        Self::from_json(&json, Path::new("tokenizer.json"))
    }

    pub(super) fn from_json(json: &Value, path: &Path) -> Result<Self, Error> {
        let mut splitter = Self { first: Vec::new(), add_prefix_space: false, last: None, json: json.clone() };
        let parts = match json["type"].as_str() {
            Some("Sequence") => json["pretokenizers"].as_array().map_or(&[][..], Vec::as_slice),
            _ => std::slice::from_ref(json),
        };
        let Some((byte_level, first)) = parts.split_last().filter(|(last, _)| last["type"] == "ByteLevel") else {
            return Err(broken(path, "BPE whose last pre-tokenizer is not ByteLevel is not supported"));
        };
        splitter.first = first.iter().map(|it| Pattern::from_json(it, path)).collect::<Result<_, _>>()?;
        splitter.add_prefix_space = byte_level["add_prefix_space"].as_bool().unwrap_or(true);
        if byte_level["use_regex"].as_bool().unwrap_or(true) {
            splitter.last = Some(Pattern { is_gpt2: true, ..Pattern::new(GPT_2)? });
        }
        Ok(splitter)
    }

    pub(super) fn json(&self) -> &Value {
        &self.json
    }

    /// Hands each word of `text` to `take`; `at` is where the text begins in the whole.
    pub(super) fn words(&self, text: &str, at: usize, take: &mut Take<'_>) -> Result<(), Error> {
        self.walk(&self.first, text, at, take)
    }

    fn walk(&self, patterns: &[Pattern], text: &str, at: usize, take: &mut Take<'_>) -> Result<(), Error> {
        match patterns.split_first() {
            Some((pattern, rest)) => {
                pattern.split(text, &mut |start, end| self.walk(rest, &text[start..end], at + start, take))
            }
            None if self.add_prefix_space && !text.starts_with(' ') => {
                let prefixed = format!(" {text}");
                self.finish(&prefixed, &mut |start, text| {
                    take(Word { text, at: at + start.saturating_sub(1), prefixed: start == 0 })
                })
            }
            None => self.finish(text, &mut |start, text| take(Word { text, at: at + start, prefixed: false })),
        }
    }

    fn finish(&self, text: &str, take: &mut dyn FnMut(usize, &str) -> Result<(), Error>) -> Result<(), Error> {
        match &self.last {
            Some(pattern) => pattern.split(text, &mut |start, end| take(start, &text[start..end])),
            None if text.is_empty() => Ok(()),
            None => take(0, text),
        }
    }
}

type Take<'a> = dyn FnMut(Word<'_>) -> Result<(), Error> + 'a;

/// A regular expression that cuts: matches and what lies between them are words of their own.
#[derive(Debug, Clone)]
struct Pattern {
    regex: Regex,
    keep_matches: bool,
    keep_gaps: bool,
    is_gpt2: bool,
}

impl Pattern {
    fn new(pattern: &str) -> Result<Self, Error> {
        Ok(Self { regex: compile(pattern)?, keep_matches: true, keep_gaps: true, is_gpt2: false })
    }

    fn from_json(json: &Value, path: &Path) -> Result<Self, Error> {
        let unsupported = |what: &Value| broken(path, format!("pre-tokenizer {what} is not supported"));
        match json["type"].as_str() {
            Some("Split") => {}
            Some("Digits") => return Self::new(if json["individual_digits"] == true { r"\p{N}" } else { r"\p{N}+" }),
            _ => return Err(unsupported(&json["type"])),
        }
        let mut pattern = match (json["pattern"]["Regex"].as_str(), json["pattern"]["String"].as_str()) {
            (Some(regex), _) => Self::new(regex)?,
            (None, Some(literal)) => Self::new(&fancy_regex::escape(literal))?,
            _ => return Err(unsupported(json)),
        };
        match json["behavior"].as_str() {
            Some("Isolated") => {}
            Some("Removed") => {
                pattern.keep_matches = json["invert"] == true;
                pattern.keep_gaps = !pattern.keep_matches;
            }
            _ => return Err(unsupported(json)),
        }
        Ok(pattern)
    }

    fn split(&self, text: &str, take: &mut dyn FnMut(usize, usize) -> Result<(), Error>) -> Result<(), Error> {
        let (mut done, mut at) = (0, 0);
        while at < text.len() {
            let (start, end) = match self.find(text, at)? {
                Some((start, end)) if start == end => {
                    at = end + text[end..].chars().next().map_or(1, char::len_utf8); // an empty match cuts nothing
                    continue;
                }
                Some(found) => found,
                None => break,
            };
            if self.keep_gaps && done < start {
                take(done, start)?;
            }
            if self.keep_matches {
                take(start, end)?;
            }
            (done, at) = (end, end);
        }
        if self.keep_gaps && done < text.len() { take(done, text.len()) } else { Ok(()) }
    }

    fn find(&self, text: &str, at: usize) -> Result<Option<(usize, usize)>, Error> {
        if self.is_gpt2
            && let Some(end) = gpt2_word(text.as_bytes(), at)
        {
            return Ok(Some((at, end)));
        }
        let found = self.regex.find_from_pos(text, at).map_err(|source| fail(self.regex.as_str(), source))?;
        Ok(found.map(|it| (it.start(), it.end())))
    }
}

/// The end of the word of [`GPT_2`] that begins at `at`; `None` if that depends on a character beyond ASCII.
fn gpt2_word(text: &[u8], at: usize) -> Option<usize> {
    let kind = |at: usize| text.get(at).map_or(Some(Kind::End), |&byte| Kind::of(byte));
    if let Some(length) = contraction(&text[at..]) {
        return Some(at + length);
    }
    let spaced = text[at] == b' ' && !matches!(kind(at + 1)?, Kind::Space | Kind::End);
    let first = kind(at + usize::from(spaced))?;
    let mut end = at + usize::from(spaced) + 1;
    while kind(end)? == first {
        end += 1;
    }
    // white space leaves its last character to the word that follows
    let leaves = first == Kind::Space && end < text.len() && end - at > 1;
    Some(end - usize::from(leaves))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Sign,
    Space,
    End,
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Some(Self::Letter),
            b'0'..=b'9' => Some(Self::Digit),
            b'\t'..=b'\r' | b' ' => Some(Self::Space),
            0x80.. => None,
            _ => Some(Self::Sign),
        }
    }
}

fn contraction(text: &[u8]) -> Option<usize> {
    match text {
        [b'\'', b's' | b't' | b'm' | b'd', ..] => Some(2),
        [b'\'', b'r' | b'v', b'e', ..] | [b'\'', b'l', b'l', ..] => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scan of ASCII against the expression itself, on every text of up to five of these characters.
    #[test]
    fn fast_path_equals_the_pattern() {
        let alphabet = ["a", "l", "s", "7", "'", "!", " ", "\n", "\u{b}", "\u{1f}", "é", "\u{a0}", "٣"];
        let regex = compile(GPT_2).expect("valid");
        let pattern = Pattern { is_gpt2: true, ..Pattern::new(GPT_2).expect("valid") };
        for number in 0..alphabet.len().pow(5) {
            let places = (0..5).map(|digit| number / alphabet.len().pow(digit) % alphabet.len());
            let text: String = places.map(|place| alphabet[place]).collect();
            let plain: Vec<_> =
                regex.find_iter(&text).map(|it| it.expect("short")).map(|it| (it.start(), it.end())).collect();
            let mut fast = Vec::new();
            let mut take = |start, end| {
                fast.push((start, end));
                Ok(())
            };
            pattern.split(&text, &mut take).expect("short");
            assert_eq!(fast, plain, "{text:?}");
        }
    }
}
