//! Byte-pair encoding learns the pairs that a count of the text finds.
#![cfg(test)]

use std::cmp::Reverse;
use std::collections::HashMap;

use genai_models::text::tokenizer::{ByteLevelBpe, Tokenizer};

const SPEECH: &str =
    "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak. They're né 東京!";

/// Worked by hand: `ab` and `bc` occur 3 times each and `ab` has the smaller ids; then `abc` and `bc` occur twice and
/// once, and nothing else twice.
#[test]
fn training_by_hand() {
    let tokenizer = ByteLevelBpe::train("abc!abc!ab!bc", 300, &["<s>"]).unwrap();
    let learned: Vec<String> = (257..tokenizer.vocabulary() as u32).map(|it| tokenizer.spelling(it).unwrap()).collect();
    assert_eq!(learned, ["ab", "abc"]);
    assert_eq!(tokenizer.spelling(0).unwrap(), "<s>");
    assert_eq!(tokenizer.spelling(1).unwrap(), "!"); // bytes in the order of their characters
    assert_eq!(tokenizer.encode("abcb").unwrap(), [258, 66]);
}

#[test]
fn training_is_deterministic() {
    let train = || {
        let tokenizer = ByteLevelBpe::train(&SPEECH.repeat(3), 400, &["<|endoftext|>"]).unwrap();
        (256..tokenizer.vocabulary() as u32).map(|it| tokenizer.spelling(it).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(train(), train());
    assert!(train().len() > 40);
}

/// What a special token covers is not learned from.
#[test]
fn special_tokens_are_not_learned() {
    let with = ByteLevelBpe::train(&"<|sep|>no<|sep|>on".repeat(9), 400, &["<|sep|>"]).unwrap();
    assert_eq!(with.vocabulary(), 259); // `no` and `on`
}

/// A merge's count is what a fresh look at the text gives: each learned token is the most frequent pair at its time.
#[test]
fn training_takes_the_most_frequent_pair() {
    let text = "aaaa abab aabaab bbbab abba ".repeat(2) + SPEECH;
    let trained = ByteLevelBpe::train(&text, 330, &[]).unwrap();
    assert!(trained.vocabulary() > 270);
    for size in 256..trained.vocabulary() {
        let before = ByteLevelBpe::train(&text, size, &[]).unwrap();
        let mut counts: HashMap<(u32, u32), usize> = HashMap::new();
        let spans = before.spans(&text).unwrap();
        let words = word_starts(&text);
        for pair in spans.windows(2).filter(|pair| words.binary_search(&pair[1].bytes.start).is_err()) {
            *counts.entry((pair[0].token, pair[1].token)).or_default() += 1;
        }
        let best = counts.iter().max_by_key(|(pair, count)| (**count, Reverse(**pair))).unwrap();
        let (left, right) = *best.0;
        let joined = [before.bytes(left).unwrap(), before.bytes(right).unwrap()].concat();
        assert_eq!(trained.bytes(size as u32).unwrap(), joined, "token {size}");
    }
}

/// Where words begin: the tokens of a vocabulary of bytes cannot tell, so this looks for the expression's own marks.
fn word_starts(text: &str) -> Vec<usize> {
    let pattern = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    let regex = fancy_regex::Regex::new(pattern).unwrap();
    regex.find_iter(text).map(|it| it.unwrap().start()).collect()
}
