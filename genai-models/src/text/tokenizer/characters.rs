use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::file::{self, broken};
use super::pieces::Pieces;
use super::{Span, Tokenizer};
use crate::Error;

/// One token a character: the distinct characters of a training text, sorted.
///
/// Saved as a `tokenizer.json` that Hugging Face's `tokenizers` reads too: a model of type `WordLevel` behind a
/// pre-tokenizer that isolates every character.
///
/// # Examples
///
/// ```
/// use genai_models::text::tokenizer::{Characters, Tokenizer};
///
/// let tokenizer = Characters::train("to be");
/// assert_eq!(tokenizer.encode("bet")?, [1, 2, 4]); // ' ', b, e, o, t
/// assert_eq!(tokenizer.encode("bat").unwrap_err().to_string(), "character 'a' at byte 1: not in the vocabulary");
/// # Ok::<(), genai_models::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Characters {
    ids: HashMap<char, u32>,
    pieces: Pieces,
}

impl Characters {
    /// The vocabulary of a text, in the order of the characters' code points.
    pub fn train(text: &str) -> Self {
        let (mut ids, mut pieces) = (HashMap::new(), Pieces::default());
        for character in text.chars().collect::<BTreeSet<char>>() {
            ids.insert(character, pieces.len() as u32);
            pieces.push(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Self { ids, pieces }
    }

    pub(super) fn from_json(json: &Value, path: &Path) -> Result<Self, Error> {
        if !json["normalizer"].is_null() || json["pre_tokenizer"] != isolate() || !json["post_processor"].is_null() {
            return Err(broken(path, "WordLevel model over anything but single characters is not supported"));
        }
        if json["added_tokens"].as_array().is_some_and(|it| !it.is_empty()) {
            return Err(broken(path, "WordLevel model with added tokens is not supported"));
        }
        let (mut ids, mut pieces) = (HashMap::new(), Vec::new());
        for (spelling, id) in file::vocabulary(&json["model"]["vocab"], path)? {
            let mut characters = spelling.chars();
            let (Some(character), None) = (characters.next(), characters.next()) else {
                return Err(broken(path, format!("token {spelling:?} is not one character")));
            };
            ids.insert(character, id);
            pieces.push((id, spelling.into()));
        }
        Ok(Self { ids, pieces: Pieces::from_ids(pieces, path)? })
    }

    fn json(&self) -> Value {
        let spell = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let vocab: Map<_, _> = self.pieces.iter().map(spell).zip((0..).map(Value::from)).collect();
        json!({
            "version": "1.0",
            "truncation": null,
            "padding": null,
            "added_tokens": [],
            "normalizer": null,
            "pre_tokenizer": isolate(),
            "post_processor": null,
            "decoder": {"type": "Fuse"},
            "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "<unk>"},
        })
    }
}

/// The pre-tokenizer that makes every character a word, line ends too.
fn isolate() -> Value {
    json!({"type": "Split", "pattern": {"Regex": r"[\s\S]"}, "behavior": "Isolated", "invert": false})
}

impl Tokenizer for Characters {
    fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let id = |(position, character)| {
            self.ids.get(&character).copied().ok_or(Error::UnknownCharacter { character, position })
        };
        text.char_indices().map(id).collect()
    }

    fn spans(&self, text: &str) -> Result<Vec<Span>, Error> {
        let places = text.char_indices().map(|(start, character)| start..start + character.len_utf8());
        Ok(self.encode(text)?.into_iter().zip(places).map(|(token, bytes)| Span { token, bytes }).collect())
    }

    fn bytes(&self, token: u32) -> Result<&[u8], Error> {
        self.pieces.get(token)
    }

    fn spelling(&self, token: u32) -> Result<String, Error> {
        self.decode(&[token])
    }

    fn vocabulary(&self) -> usize {
        self.pieces.len()
    }

    fn save(&self, folder: &Path) -> Result<(), Error> {
        file::make_folder(folder)?;
        file::write_json(&folder.join("tokenizer.json"), &self.json())
    }
}
