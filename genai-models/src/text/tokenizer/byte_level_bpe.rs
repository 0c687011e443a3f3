use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::added::{Added, AddedToken};
use super::alphabet;
use super::file::{self, broken};
use super::merges::{Merge, Merges, Scratch};
use super::pieces::Pieces;
use super::split::{Splitter, Word};
use super::{Span, Tokenizer, train};
use crate::Error;

/// GPT-2's byte-level byte-pair encoding: bytes, joined pair by pair in the order in which training joined them.
///
/// `text → parts at added tokens → words → bytes → tokens`
///
/// Any text can be encoded, and decodes to itself. A word costs O(n log n) in its bytes; words that come again in the
/// same text are looked up.
///
/// | files | read | written |
/// |---|---|---|
/// | `tokenizer.json` | by [`load`](super::load) | everything |
/// | `vocab.json`, `merges.txt` | by [`from_files`](Self::from_files) | the vocabulary; no flags of added tokens |
///
/// Its ids, spans and files were compared with Hugging Face's `tokenizers` 0.23.
///
/// Source: Sennrich et al. 2016, [arXiv:1508.07909](https://arxiv.org/abs/1508.07909), algorithm 1; Radford et al.
/// 2019, "Language Models are Unsupervised Multitask Learners", section 2.2.
#[derive(Clone)]
pub struct ByteLevelBpe {
    pieces: Pieces,
    bytes: [Option<u32>; 256], // the token of each byte
    merges: Merges,
    words: HashMap<Vec<u8>, u32>, // whole words that need no merges; only where the model asks for it
    added: Added,
    splitter: Splitter,
    post_processor: Value, // shifts other readers' spans; kept for writing
}

impl ByteLevelBpe {
    /// Learns a vocabulary of at most `vocabulary` tokens: first the special tokens, then all bytes, then the most
    /// frequent pair of neighbours inside a word, again and again until no pair occurs twice.
    ///
    /// Of equally frequent pairs the one with the smallest ids is joined, as Hugging Face's trainer does. Special
    /// tokens in the text are not learned from. The time goes with the number of distinct words.
    ///
    /// # Errors
    ///
    /// [`Error::VocabularySize`] below 256 tokens and the special ones, [`Error::SpecialToken`] if one of them is empty
    /// or named twice.
    pub fn train(text: &str, vocabulary: usize, special_tokens: &[&str]) -> Result<Self, Error> {
        let least = 256 + special_tokens.len();
        if vocabulary < least || u32::try_from(vocabulary).is_err() {
            return Err(Error::VocabularySize { vocabulary, least });
        }
        let mut seen = HashSet::new();
        if let Some(&content) = special_tokens.iter().find(|it| it.is_empty() || !seen.insert(**it)) {
            return Err(Error::SpecialToken { content: content.to_owned() });
        }
        let added = (0..).zip(special_tokens).map(|(id, content)| AddedToken::special(id, content)).collect();
        let (added, splitter) = (Added::new(added)?, Splitter::gpt2()?);
        let words = train::count_words(text, &added, &splitter)?;

        let mut pieces = Pieces::default();
        special_tokens.iter().for_each(|content| pieces.push(content.as_bytes()));
        alphabet::in_order().iter().for_each(|&byte| pieces.push(&[byte]));
        let merges = train::learn(&words, &mut pieces, special_tokens.len(), vocabulary)?;
        Ok(Self::assemble(pieces, merges, added, splitter))
    }

    /// Reads GPT-2's own form, a vocabulary and its merges.
    ///
    /// A token that is neither a byte nor made by a merge, such as `<|endoftext|>`, is taken as a special token.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, ids have holes or duplicates, or merges do not fit the vocabulary.
    pub fn from_files(vocab: &Path, merges: &Path) -> Result<Self, Error> {
        let json = file::read_json(vocab)?;
        let tokens = file::vocabulary(&json, vocab)?;
        let ids: HashMap<&str, u32> = tokens.iter().copied().collect();
        let text = file::read(merges)?;
        let lines = text.lines().filter(|line| !line.starts_with("#version") && !line.is_empty());
        let list = lines.map(|line| merge(line.split_once(' '), &ids, merges)).collect::<Result<Vec<_>, _>>()?;

        let made: HashSet<u32> = list.iter().map(|it| it.made).collect();
        let special = |&(spelling, id): &(&str, u32)| {
            let is_byte = alphabet::bytes(spelling).is_some_and(|bytes| bytes.len() == 1);
            (!is_byte && !made.contains(&id)).then(|| AddedToken::special(id, spelling))
        };
        let added = Added::new(tokens.iter().filter_map(special).collect())?;
        Ok(Self::assemble(pieces(&tokens, &added, vocab)?, list, added, Splitter::gpt2()?))
    }

    pub(super) fn from_json(json: &Value, path: &Path) -> Result<Self, Error> {
        let model = &json["model"];
        for name in ["dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"] {
            if !file::is_off(&model[name]) && model[name] != "" {
                return Err(broken(path, format!("{name}: {} is not supported", model[name])));
            }
        }
        if !json["normalizer"].is_null() {
            return Err(broken(path, "byte-level BPE with a normalizer is not supported"));
        }
        let post_processor = json["post_processor"].clone();
        if !post_processor.is_null() && post_processor["type"] != "ByteLevel" {
            return Err(broken(path, format!("post-processor {} is not supported", post_processor["type"])));
        }
        let splitter = Splitter::from_json(&json["pre_tokenizer"], path)?;
        let tokens = file::vocabulary(&model["vocab"], path)?;
        let ids: HashMap<&str, u32> = tokens.iter().copied().collect();
        let list = model["merges"].as_array().ok_or_else(|| broken(path, "no merges"))?;
        let list = list.iter().map(|it| merge(two(it), &ids, path)).collect::<Result<Vec<_>, _>>()?;

        let added = Added::from_json(&json["added_tokens"], path)?;
        let mut bpe = Self::assemble(pieces(&tokens, &added, path)?, list, added, splitter);
        if model["ignore_merges"] == true {
            bpe.words = tokens.iter().filter_map(|(spelling, id)| Some((alphabet::bytes(spelling)?, *id))).collect();
        }
        bpe.post_processor = post_processor;
        Ok(bpe)
    }

    fn assemble(pieces: Pieces, merges: Vec<Merge>, added: Added, splitter: Splitter) -> Self {
        let mut bytes = [None; 256];
        let is_added = |id: u32| added.tokens().binary_search_by_key(&id, |it| it.id).is_ok();
        for (piece, id) in pieces.iter().zip(0..) {
            if let &[byte] = piece
                && !is_added(id)
            {
                bytes[byte as usize] = Some(id);
            }
        }
        let post_processor =
            json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true});
        Self { pieces, bytes, merges: Merges::new(merges), words: HashMap::new(), added, splitter, post_processor }
    }

    fn json(&self) -> Value {
        json!({
            "version": "1.0",
            "truncation": null,
            "padding": null,
            "added_tokens": self.added.tokens(),
            "normalizer": null,
            "pre_tokenizer": self.splitter.json(),
            "post_processor": self.post_processor,
            "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
            "model": {
                "type": "BPE",
                "dropout": null,
                "unk_token": null,
                "continuing_subword_prefix": null,
                "end_of_word_suffix": null,
                "fuse_unk": false,
                "byte_fallback": false,
                "ignore_merges": !self.words.is_empty(),
                "vocab": self.vocab(),
                "merges": self.merge_lines(),
            },
        })
    }

    fn vocab(&self) -> Value {
        let ids = 0..self.pieces.len() as u32;
        Value::Object(ids.map(|id| (self.spell(id), Value::from(id))).collect::<Map<_, _>>())
    }

    /// `left right`, as both files spell a merge.
    fn merge_lines(&self) -> Vec<String> {
        self.merges.list().iter().map(|it| format!("{} {}", self.spell(it.left), self.spell(it.right))).collect()
    }

    fn spell(&self, id: u32) -> String {
        let added = self.added.tokens();
        match added.binary_search_by_key(&id, |it| it.id) {
            Ok(place) => added[place].content.clone(),
            Err(_) => alphabet::spelling(self.pieces.get(id).expect("an id of this vocabulary")),
        }
    }

    /// Hands over the tokens of each added token and of each word, with its place in the text.
    fn each(&self, text: &str, mut take: impl FnMut(&[u32], Word<'_>)) -> Result<(), Error> {
        let mut memory = Memory::default();
        for part in self.added.parts(text) {
            let (at, part_text) = (part.bytes.start, &text[part.bytes]);
            match part.token {
                Some(token) => take(&[token], Word { text: part_text, at, prefixed: false }),
                None => self.splitter.words(part_text, at, &mut |word| {
                    take(self.word(word, &mut memory)?, word);
                    Ok(())
                })?,
            }
        }
        Ok(())
    }

    /// The tokens of a word.
    fn word<'m>(&self, word: Word<'_>, memory: &'m mut Memory) -> Result<&'m [u32], Error> {
        if let Some(&(start, end)) = memory.known.get(word.text) {
            return Ok(&memory.tokens[start..end]);
        }
        let Memory { known, tokens, merged, scratch } = memory;
        merged.clear();
        if let Some(&token) = self.words.get(word.text.as_bytes()) {
            merged.push(token);
        } else {
            for (byte, at) in word.text.bytes().zip(0_usize..) {
                let unknown =
                    || Error::UnknownByte { byte, position: word.at + at - usize::from(word.prefixed && at > 0) };
                merged.push(self.bytes[byte as usize].ok_or_else(unknown)?);
            }
            self.merges.apply(merged, scratch);
        }
        if word.text.len() <= LONGEST_KNOWN {
            known.insert(word.text.into(), (tokens.len(), tokens.len() + merged.len()));
            tokens.extend_from_slice(merged);
        }
        Ok(merged)
    }
}

/// Longer words hardly ever come twice.
const LONGEST_KNOWN: usize = 64;

/// What one call has seen, and its working memory.
#[derive(Default)]
struct Memory {
    known: HashMap<Box<str>, (usize, usize)>, // places in `tokens`
    tokens: Vec<u32>,
    merged: Vec<u32>,
    scratch: Scratch,
}

impl Tokenizer for ByteLevelBpe {
    fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let mut tokens = Vec::with_capacity(text.len() / 3);
        self.each(text, |word, _| tokens.extend_from_slice(word))?;
        Ok(tokens)
    }

    fn spans(&self, text: &str) -> Result<Vec<Span>, Error> {
        let mut spans = Vec::new();
        self.each(text, |tokens, word| {
            if let &[token] = tokens {
                // an added token may cover white space that is not in its bytes
                let length = word.text.len() - usize::from(word.prefixed);
                return spans.push(Span { token, bytes: word.at..word.at + length });
            }
            let (mut start, mut hidden) = (word.at, usize::from(word.prefixed));
            for &token in tokens {
                let length = self.pieces.get(token).expect("a token of this vocabulary").len();
                let end = start + length - hidden;
                spans.push(Span { token, bytes: start..end });
                (start, hidden) = (end, 0);
            }
        })?;
        Ok(spans)
    }

    fn bytes(&self, token: u32) -> Result<&[u8], Error> {
        self.pieces.get(token)
    }

    fn spelling(&self, token: u32) -> Result<String, Error> {
        self.pieces.get(token).map(|_| self.spell(token))
    }

    fn vocabulary(&self) -> usize {
        self.pieces.len()
    }

    fn added(&self) -> &[AddedToken] {
        self.added.tokens()
    }

    fn save(&self, folder: &Path) -> Result<(), Error> {
        file::make_folder(folder)?;
        file::write_json(&folder.join("vocab.json"), &self.vocab())?;
        file::write(&folder.join("merges.txt"), &format!("#version: 0.2\n{}\n", self.merge_lines().join("\n")))?;
        file::write_json(&folder.join("tokenizer.json"), &self.json())
    }
}

impl fmt::Debug for ByteLevelBpe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let added = self.added.tokens().iter().map(|it| &it.content).collect::<Vec<_>>();
        f.debug_struct("ByteLevelBpe")
            .field("vocabulary", &self.pieces.len())
            .field("added", &added)
            .finish_non_exhaustive()
    }
}

/// A merge as an older `tokenizer.json` (`"a b"`) or a newer one (`["a", "b"]`) has it.
fn two(json: &Value) -> Option<(&str, &str)> {
    match json.as_array().map(Vec::as_slice) {
        Some([left, right]) => Some((left.as_str()?, right.as_str()?)),
        _ => json.as_str()?.split_once(' '),
    }
}

fn merge(spellings: Option<(&str, &str)>, ids: &HashMap<&str, u32>, path: &Path) -> Result<Merge, Error> {
    let (left, right) = spellings.ok_or_else(|| broken(path, "a merge is not two tokens"))?;
    let id = |spelling: &str| {
        let unknown = || broken(path, format!("merge {left:?} {right:?}: {spelling:?} is not in the vocabulary"));
        ids.get(spelling).copied().ok_or_else(unknown)
    };
    Ok(Merge { left: id(left)?, right: id(right)?, made: id(&format!("{left}{right}"))? })
}

/// The bytes of the model's tokens, and of the added tokens, which may be the model's too.
fn pieces(tokens: &[(&str, u32)], added: &Added, path: &Path) -> Result<Pieces, Error> {
    let contents: HashMap<u32, &str> = added.tokens().iter().map(|it| (it.id, it.content.as_str())).collect();
    let mut pieces: Vec<(u32, Vec<u8>)> = added.tokens().iter().map(|it| (it.id, it.content.clone().into())).collect();
    for &(spelling, id) in tokens {
        match contents.get(&id) {
            Some(&content) if content == spelling => {}
            Some(content) => return Err(broken(path, format!("id {id} is both {spelling:?} and {content:?}"))),
            None => match alphabet::bytes(spelling) {
                Some(bytes) => pieces.push((id, bytes)),
                None => return Err(broken(path, format!("token {spelling:?} is not spelled in GPT-2's alphabet"))),
            },
        }
    }
    Pieces::from_ids(pieces, path)
}
