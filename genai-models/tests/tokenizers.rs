//! Tokenizers against Hugging Face's `tokenizers` (fixtures), and the laws that all of them obey.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use genai_models::text::tokenizer::{self, ByteLevelBpe, Characters, TextStream, Tokenizer};
use proptest::prelude::*;
use serde_json::{Value, json};

const SPEECH: &str =
    "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak. They're né 東京!";

fn fixtures(name: &str) -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures").into();
    let folder = env::var_os("GENAI_FIXTURES").map_or(default, PathBuf::from).join(name);
    if !folder.is_dir() {
        eprintln!("skipped: no fixtures at {}", folder.display());
        return None;
    }
    Some(folder)
}

/// An empty folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tokenizers-{name}"));
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// One of each kind.
fn all() -> Vec<Box<dyn Tokenizer>> {
    let mut all: Vec<Box<dyn Tokenizer>> = vec![
        Box::new(Characters::train(SPEECH)),
        Box::new(ByteLevelBpe::train(SPEECH, 300, &["<|endoftext|>", "<|pad|>"]).unwrap()),
    ];
    all.extend(fixtures("tokenizers/bytelevel-bpe").map(|folder| tokenizer::load(folder).unwrap()));
    all
}

#[test]
fn fixture_cases() {
    let Some(folder) = fixtures("tokenizers/bytelevel-bpe") else { return };
    let cases = read(&folder.join("cases.json"));
    let by_json = tokenizer::load(&folder).unwrap();
    let by_files = ByteLevelBpe::from_files(&folder.join("vocab.json"), &folder.join("merges.txt")).unwrap();
    for tokenizer in [&*by_json, &by_files] {
        assert_eq!(tokenizer.vocabulary(), cases["vocab_size"]);
        assert_eq!(tokenizer.added_id("<|endoftext|>"), Some(0));
        let cases = cases["cases"].as_array().unwrap();
        assert!(!cases.is_empty());
        cases.iter().for_each(|case| check_case(tokenizer, case));
    }
    for pair in cases["pairs"].as_array().unwrap() {
        let both = [&pair["a"], &pair["b"]].map(|it| by_json.encode(it.as_str().unwrap()).unwrap());
        assert_eq!(json!(both.concat()), pair["ids"]);
    }
}

fn check_case(tokenizer: &dyn Tokenizer, case: &Value) {
    let text = case["text"].as_str().unwrap();
    let tokens = tokenizer.encode(text).unwrap();
    assert_eq!(json!(tokens), case["ids"], "{text:?}");
    assert_eq!(json!(tokens), case["ids_no_special"], "{text:?}"); // no template adds any
    assert!(case["special_mask"].as_array().unwrap().iter().all(|it| it == 0));
    let spellings: Vec<String> = tokens.iter().map(|&it| tokenizer.spelling(it).unwrap()).collect();
    assert_eq!(json!(spellings), case["tokens"], "{text:?}");
    assert_eq!(tokenizer.decode(&tokens).unwrap(), case["decoded_with_special"], "{text:?}");
    assert_eq!(tokenizer.decode_plain(&tokens).unwrap(), case["decoded"], "{text:?}");

    // in characters: from the one that holds the first byte to the one that holds the last
    let characters = |byte| text.char_indices().take_while(|it| it.0 < byte).count();
    let holder = |byte| text.char_indices().take_while(|it| it.0 <= byte).count() - 1;
    let spans = tokenizer.spans(text).unwrap();
    let offsets: Vec<_> = spans.iter().map(|it| [holder(it.bytes.start), characters(it.bytes.end)]).collect();
    assert_eq!(json!(offsets), case["offsets"], "{text:?}");
    assert!(spans.iter().map(|it| it.token).eq(tokens));
}

/// Ids of GPT-2's own vocabulary, from `tokenizers` 0.23.3.
#[test]
fn gpt2_vocabulary() {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/tokenizers/gpt2"));
    let folder = scratch("gpt2");
    for name in ["vocab.json", "merges.txt"] {
        let unpacked = Command::new("gzip").arg("-dc").arg(data.join(format!("{name}.gz"))).output();
        let Some(unpacked) = unpacked.ok().filter(|it| it.status.success()) else {
            return eprintln!("skipped: no {name}.gz at {}, or no gzip", data.display());
        };
        fs::write(folder.join(name), unpacked.stdout).unwrap();
    }
    let tokenizer = tokenizer::load(&folder).unwrap();
    assert_eq!((tokenizer.vocabulary(), tokenizer.added().len()), (50257, 1));
    assert_eq!(tokenizer.encode("<|endoftext|>").unwrap(), [50256]);
    let cases: [(&str, &[u32]); 5] = [
        ("Hello world", &[15496, 995]),
        ("  don't   stop\n\n\tnow  ", &[220, 836, 470, 220, 220, 2245, 628, 197, 2197, 220, 220]),
        ("naïve café — 東京 🦀", &[2616, 38776, 40304, 851, 10545, 251, 109, 12859, 105, 12520, 99, 222]),
        ("antidisestablishmentarianism 1234567", &[415, 29207, 44390, 3699, 1042, 17031, 2231, 3134]),
        ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", &[24223, 24223, 24223, 24223, 24223]),
    ];
    for (text, tokens) in cases {
        assert_eq!(tokenizer.encode(text).unwrap(), tokens, "{text:?}");
        assert_eq!(tokenizer.decode(tokens).unwrap(), text);
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn saved_is_loaded() {
    for (number, tokenizer) in all().iter().enumerate() {
        let folder = scratch(&format!("saved-{number}"));
        tokenizer.save(&folder).unwrap();
        same(&**tokenizer, &*tokenizer::load(&folder).unwrap());
        if folder.join("vocab.json").exists() {
            fs::remove_file(folder.join("tokenizer.json")).unwrap();
            same(&**tokenizer, &*tokenizer::load(&folder).unwrap());
        }
        fs::remove_dir_all(folder).unwrap();
    }
}

fn same(a: &dyn Tokenizer, b: &dyn Tokenizer) {
    assert_eq!(a.vocabulary(), b.vocabulary());
    assert_eq!(a.added(), b.added());
    for token in 0..a.vocabulary() as u32 {
        assert_eq!(a.bytes(token).unwrap(), b.bytes(token).unwrap());
        assert_eq!(a.spelling(token).unwrap(), b.spelling(token).unwrap());
    }
    assert_eq!(a.spans(SPEECH).unwrap(), b.spans(SPEECH).unwrap());
}

#[test]
fn saved_equals_the_fixture() {
    let Some(folder) = fixtures("tokenizers/bytelevel-bpe") else { return };
    let copy = scratch("copy");
    tokenizer::load(&folder).unwrap().save(&copy).unwrap();
    let (mut ours, mut theirs) = (read(&copy.join("tokenizer.json")), read(&folder.join("tokenizer.json")));
    for json in [&mut ours, &mut theirs] {
        for merge in json["model"]["merges"].as_array_mut().unwrap() {
            if let Some([a, b]) = merge.as_array().map(Vec::as_slice) {
                *merge = format!("{} {}", a.as_str().unwrap(), b.as_str().unwrap()).into(); // the newer way to write it
            }
        }
    }
    assert_eq!(ours, theirs);
    assert_eq!(read(&copy.join("vocab.json")), read(&folder.join("vocab.json")));
    let lines = |folder: &Path| fs::read_to_string(folder.join("merges.txt")).unwrap();
    assert_eq!(lines(&copy).trim_end(), lines(&folder).trim_end());
    fs::remove_dir_all(copy).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn bytes_spell_any_text(text in any::<String>(), repeats in 1_usize..4) {
        let text = text.repeat(repeats);
        for tokenizer in all().into_iter().skip(1) {
            let tokens = tokenizer.encode(&text).unwrap();
            prop_assert_eq!(tokenizer.decode(&tokens).unwrap(), text.as_str());
        }
    }

    #[test]
    fn spans_cover_the_text(text in "([a-z' \n.]|\\PC|<\\|endoftext\\|>){0,40}") {
        for tokenizer in all().into_iter().skip(1) {
            let spans = tokenizer.spans(&text).unwrap();
            prop_assert!(spans.iter().map(|it| it.token).eq(tokenizer.encode(&text).unwrap()));
            let mut end = 0;
            for span in spans {
                prop_assert_eq!(span.bytes.start, end);
                prop_assert_eq!(tokenizer.bytes(span.token).unwrap(), &text.as_bytes()[span.bytes.clone()]);
                end = span.bytes.end;
            }
            prop_assert_eq!(end, text.len());
        }
    }

    #[test]
    fn characters_spell_their_texts(text in any::<String>()) {
        let tokenizer = Characters::train(&text);
        let tokens = tokenizer.encode(&text).unwrap();
        prop_assert_eq!(tokens.len(), text.chars().count());
        prop_assert_eq!(tokenizer.decode(&tokens).unwrap(), text);
    }

    /// Any tokens at all: half characters, wrong bytes, special tokens.
    #[test]
    fn stream_pieces_make_the_whole(numbers in prop::collection::vec(any::<u32>(), 0..60)) {
        for tokenizer in all() {
            let tokens: Vec<u32> = numbers.iter().map(|it| it % tokenizer.vocabulary() as u32).collect();
            let (mut every, mut plain) = (TextStream::new(&*tokenizer), TextStream::plain(&*tokenizer));
            let (mut text, mut plain_text) = (String::new(), String::new());
            for &token in &tokens {
                text += every.push(token).unwrap();
                plain_text += plain.push(token).unwrap();
            }
            prop_assert_eq!(text + &every.finish(), tokenizer.decode(&tokens).unwrap());
            prop_assert_eq!(plain_text + &plain.finish(), tokenizer.decode_plain(&tokens).unwrap());
        }
    }
}

/// Every proper part of a stream shows whole characters as soon as they are there.
#[test]
fn stream_shows_characters_at_once() {
    let tokenizer = ByteLevelBpe::train("", 256, &[]).unwrap();
    let mut stream = TextStream::new(&tokenizer);
    let shown: Vec<String> =
        tokenizer.encode("aé🦀").unwrap().iter().map(|&it| stream.push(it).unwrap().to_owned()).collect();
    assert_eq!(shown, ["a", "", "é", "", "", "", "🦀"]);
    let lonely = tokenizer.encode("é").unwrap()[0];
    assert_eq!(stream.push(lonely).unwrap(), "");
    assert!(stream.push(256).is_err());
    assert_eq!(stream.push(tokenizer.encode("z").unwrap()[0]).unwrap(), "\u{fffd}z");
    assert_eq!(stream.push(lonely).unwrap(), "");
    assert_eq!(stream.finish(), "\u{fffd}");
}

/// Pre-tokenizers other than GPT-2's, on the fixture's vocabulary; ids from `tokenizers` 0.23.3.
#[test]
fn pre_tokenizers() {
    let Some(folder) = fixtures("tokenizers/bytelevel-bpe") else { return };
    let original = read(&folder.join("tokenizer.json"));
    let byte_level =
        |prefix: bool, regex: bool| json!({"type": "ByteLevel", "add_prefix_space": prefix, "use_regex": regex});
    let cut = |pattern: Value, behavior: &str, invert: bool| json!({"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert});
    let digits = |individual: bool| json!({"type": "Digits", "individual_digits": individual});
    let sequence = |parts: &[Value]| json!({"type": "Sequence", "pretokenizers": parts});
    let the = json!({"Regex": "the"});
    let llama = json!({"Regex": concat!(
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}",
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    )});
    let text = "the other one's  there 1234 the-end<|endoftext|>the";
    let usual = [84, 258, 274, 84, 332, 361, 69, 340, 221, 266, 264, 221, 17, 18, 19, 20, 266, 13, 69, 268, 0, 84, 258];
    let spaced = [266, 274, 84, 332, 361, 69, 340, 221, 266, 264, 221, 17, 18, 19, 20, 266, 13, 69, 268, 0, 266];
    let rows: [(Value, &[u32]); 8] = [
        (byte_level(true, true), &spaced),
        (byte_level(true, false), &spaced),
        (sequence(&[cut(llama, "Isolated", false), byte_level(false, false)]), &usual),
        (
            sequence(&[cut(the.clone(), "Isolated", true), byte_level(true, true)]),
            &[
                266, 274, 266, 221, 82, 361, 69, 340, 221, 221, 266, 349, 221, 17, 18, 19, 20, 221, 266, 221, 13, 69,
                268, 0, 266,
            ],
        ),
        (
            sequence(&[cut(the.clone(), "Removed", false), byte_level(false, true)]),
            &[274, 82, 361, 69, 340, 221, 221, 264, 221, 17, 18, 19, 20, 221, 13, 69, 268, 0],
        ),
        (
            sequence(&[cut(the, "Removed", true), byte_level(false, true)]),
            &[84, 258, 84, 258, 84, 258, 84, 258, 0, 84, 258],
        ),
        (sequence(&[cut(json!({"String": "-"}), "Isolated", false), digits(true), byte_level(false, true)]), &usual),
        (sequence(&[digits(false), byte_level(false, true)]), &usual),
    ];
    for (number, (pre_tokenizer, tokens)) in rows.into_iter().enumerate() {
        let mut json = original.clone();
        json["pre_tokenizer"] = pre_tokenizer;
        let tokenizer = load_json(&format!("pre-{number}"), &json);
        assert_eq!(tokenizer.encode(text).unwrap(), tokens, "{}", json["pre_tokenizer"]);
        assert!(tokenizer.spans(text).unwrap().iter().map(|it| it.token).eq(tokens.iter().copied()));
    }
}

/// The flags of added tokens, on the fixture's vocabulary; ids from `tokenizers` 0.23.3.
#[test]
fn added_tokens() {
    let Some(folder) = fixtures("tokenizers/bytelevel-bpe") else { return };
    let original = read(&folder.join("tokenizer.json"));
    let rows: [(Value, &str, &[u32]); 6] = [
        (json!({"content": "<x>", "lstrip": true}), "a  <x>  b<x>", &[65, 400, 221, 269, 400]),
        (json!({"content": "<x>", "rstrip": true}), "a  <x>  b<x>", &[65, 221, 221, 400, 66, 400]),
        (json!({"content": "<x>", "lstrip": true, "rstrip": true}), "a \n<x> <x> b", &[65, 400, 400, 66]),
        (
            json!({"content": "the", "single_word": true}),
            "the other the, théthe _the the",
            &[400, 274, 84, 332, 221, 400, 12, 298, 128, 103, 84, 258, 221, 63, 84, 258, 221, 400],
        ),
        (json!({"content": "the"}), "the other", &[400, 274, 400, 82]),
        (json!({"content": "<|endoftext|>>"}), "a<|endoftext|>>b<|endoftext|>", &[65, 400, 66, 0]),
    ];
    for (number, (mut token, text, tokens)) in rows.into_iter().enumerate() {
        let mut json = original.clone();
        token["id"] = json!(400);
        json["added_tokens"].as_array_mut().unwrap().push(token.clone());
        let tokenizer = load_json(&format!("added-{number}"), &json);
        assert_eq!(tokenizer.encode(text).unwrap(), tokens, "{token}");
        assert_eq!(tokenizer.spans(text).unwrap().last().unwrap().bytes.end, text.len());
        assert!(!tokenizer.is_special(400) && tokenizer.is_special(0));
        assert_eq!(tokenizer.bytes(400).unwrap(), token["content"].as_str().unwrap().as_bytes());
    }
}

/// Words that stand in the vocabulary need no merges where the model says so.
#[test]
fn ignored_merges() {
    let Some(folder) = fixtures("tokenizers/bytelevel-bpe") else { return };
    let mut json = read(&folder.join("tokenizer.json"));
    json["model"]["vocab"]["zqx"] = json!(400);
    assert_eq!(load_json("merged", &json).encode("zqx").unwrap(), [90, 81, 88]);
    json["model"]["ignore_merges"] = json!(true);
    assert_eq!(load_json("ignored", &json).encode("zqx zqx").unwrap(), [400, 221, 90, 81, 88]);
}

/// Loads a `tokenizer.json`, and what is saved of it once more.
fn load_json(name: &str, json: &Value) -> Box<dyn Tokenizer> {
    let folder = scratch(name);
    fs::write(folder.join("tokenizer.json"), json.to_string()).unwrap();
    let tokenizer = tokenizer::load(&folder).unwrap();
    tokenizer.save(&folder).unwrap();
    let again = tokenizer::load(&folder).unwrap();
    same(&*tokenizer, &*again);
    fs::remove_dir_all(folder).unwrap();
    again
}
