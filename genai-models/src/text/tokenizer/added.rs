use std::ops::Range;
use std::path::Path;

use fancy_regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file::broken;
use super::split::compile;
use crate::Error;

/// A token that stands outside the model of the language: the text is cut at it before anything else happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedToken {
    /// Its id.
    pub id: u32,
    /// Its text.
    pub content: String,
    /// Only as a whole word: not next to a letter, a digit or `_`.
    #[serde(default)]
    pub single_word: bool,
    /// Takes the white space before it as well.
    #[serde(default)]
    pub lstrip: bool,
    /// Takes the white space after it as well.
    #[serde(default)]
    pub rstrip: bool,
    /// Looked for in the normalised text; kept for other readers, since here no text is normalised.
    #[serde(default)]
    pub normalized: bool,
    /// A mark for the model rather than text.
    #[serde(default)]
    pub special: bool,
}

impl AddedToken {
    /// A special token without white space of its own.
    pub(super) fn special(id: u32, content: &str) -> Self {
        let content = content.to_owned();
        Self { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
    }
}

/// A part of a text: an added token, or what stands between two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) token: Option<u32>,
    pub(super) bytes: Range<usize>,
}

/// All added tokens, and how to find them.
#[derive(Debug, Clone)]
pub(super) struct Added {
    tokens: Vec<AddedToken>,        // by id
    by_first_byte: Vec<Vec<usize>>, // [256]: places in `tokens`, the longest first
    word: Option<Regex>,            // one word character, if any token asks for it
}

impl Added {
    pub(super) fn new(mut tokens: Vec<AddedToken>) -> Result<Self, Error> {
        tokens.sort_by_key(|it| it.id);
        let mut by_first_byte = vec![Vec::new(); 256];
        for (place, token) in tokens.iter().enumerate() {
            if let Some(&first) = token.content.as_bytes().first() {
                by_first_byte[first as usize].push(place);
            }
        }
        for places in &mut by_first_byte {
            places.sort_by_key(|&place| std::cmp::Reverse(tokens[place].content.len()));
        }
        let word = if tokens.iter().any(|it| it.single_word) { Some(compile(r"^\w")?) } else { None };
        Ok(Self { tokens, by_first_byte, word })
    }

    pub(super) fn from_json(json: &Value, path: &Path) -> Result<Self, Error> {
        if json.is_null() {
            return Self::new(Vec::new());
        }
        let tokens: Vec<AddedToken> =
            serde::Deserialize::deserialize(json).map_err(|source| Error::Json { path: path.into(), source })?;
        match tokens.iter().find(|it| it.content.is_empty()) {
            Some(token) => Err(broken(path, format!("added token {} is empty", token.id))),
            None => Self::new(tokens),
        }
    }

    pub(super) fn tokens(&self) -> &[AddedToken] {
        &self.tokens
    }

    /// Cuts a text at its added tokens: the leftmost first, of those that begin together the longest.
    pub(super) fn parts(&self, text: &str) -> Vec<Part> {
        let (mut parts, mut done, mut at) = (Vec::new(), 0, 0);
        while at < text.len() && !self.tokens.is_empty() {
            let Some(token) = self.at(text, at) else {
                at += 1;
                continue;
            };
            let found = at..at + token.content.len();
            at = found.end;
            if token.single_word && self.inside_word(text, &found) {
                continue;
            }
            let (before, after) = (&text[done.min(found.start)..found.start], &text[found.end..]);
            let start = found.start - if token.lstrip { before.len() - before.trim_end().len() } else { 0 };
            let end = found.end + if token.rstrip { after.len() - after.trim_start().len() } else { 0 };
            if done < start {
                parts.push(Part { token: None, bytes: done..start });
            }
            parts.push(Part { token: Some(token.id), bytes: start..end });
            (done, at) = (end, end);
        }
        if done < text.len() {
            parts.push(Part { token: None, bytes: done..text.len() });
        }
        parts
    }

    fn at(&self, text: &str, at: usize) -> Option<&AddedToken> {
        let rest = &text.as_bytes()[at..];
        let places = &self.by_first_byte[rest[0] as usize];
        places.iter().map(|&place| &self.tokens[place]).find(|it| rest.starts_with(it.content.as_bytes()))
    }

    fn inside_word(&self, text: &str, found: &Range<usize>) -> bool {
        let is_word = |c: Option<char>| {
            let word = self.word.as_ref().expect("compiled because a token asks for whole words");
            c.is_some_and(|c| word.is_match(c.encode_utf8(&mut [0; 4])).unwrap_or(false))
        };
        is_word(text[..found.start].chars().next_back()) || is_word(text[found.end..].chars().next())
    }
}
