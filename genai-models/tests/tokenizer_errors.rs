//! What is wrong with a text, a token or a file is said, and never a panic.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

use genai_models::Error;
use genai_models::text::tokenizer::{self, ByteLevelBpe, Characters, Tokenizer};
use proptest::prelude::*;
use serde_json::{Value, json};

const SPEECH: &str =
    "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak. They're né 東京!";

/// An empty folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tokenizer-errors-{name}"));
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn both() -> [Box<dyn Tokenizer>; 2] {
    let bytes = ByteLevelBpe::train(SPEECH, 300, &["<|endoftext|>", "<|pad|>"]).unwrap();
    [Box::new(Characters::train(SPEECH)), Box::new(bytes)]
}

#[test]
fn errors_name_the_facts() {
    let fox = Characters::train("fox");
    let bytes = ByteLevelBpe::train("", 256, &[]).unwrap();
    let messages = [
        (fox.encode("fax").unwrap_err(), "character 'a' at byte 1: not in the vocabulary"),
        (fox.decode(&[0, 3]).unwrap_err(), "token 3: the vocabulary has 3 tokens"),
        (bytes.bytes(256).unwrap_err(), "token 256: the vocabulary has 256 tokens"),
        (
            ByteLevelBpe::train("", 256, &["<s>"]).unwrap_err(),
            "vocabulary of 256 tokens: alphabet and special tokens need 257",
        ),
        (ByteLevelBpe::train("", 300, &["<s>", "<s>"]).unwrap_err(), "special token \"<s>\": empty or named twice"),
    ];
    for (error, message) in messages {
        assert_eq!(error.to_string(), message);
    }
    assert!(matches!(tokenizer::load(scratch("nothing")), Err(Error::Io { .. })));
}

/// What a change to the file of a trained tokenizer leads to.
#[test]
fn corrupt_files_are_errors() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change, &str); 14] = [
        ("hole", |it| it["model"]["vocab"]["he"] = json!(9000), "no token has id"),
        ("duplicate", |it| it["model"]["vocab"]["!!"] = json!(2), "two tokens have id 2"),
        ("negative id", |it| it["model"]["vocab"]["!"] = json!(-1), "id of token \"!\" is -1"),
        ("no vocabulary", |it| it["model"]["vocab"] = json!(null), "no vocabulary"),
        ("no merges", |it| it["model"]["merges"] = json!(7), "no merges"),
        ("unknown part", |it| it["model"]["merges"][0] = json!("@@ @"), "\"@@\" is not in the vocabulary"),
        ("unknown product", |it| it["model"]["merges"][0] = json!(["@", "@"]), "\"@@\" is not in the vocabulary"),
        ("three parts", |it| it["model"]["merges"][0] = json!(["h", "e", "l"]), "a merge is not two tokens"),
        ("foreign spelling", |it| it["model"]["vocab"]["a b"] = json!(9000), "\"a b\" is not spelled"),
        ("suffix", |it| it["model"]["end_of_word_suffix"] = json!("</w>"), "end_of_word_suffix"),
        ("kind", |it| it["model"]["type"] = json!("Unigram"), "\"Unigram\" is not supported"),
        ("no model", |it| it["model"] = json!([]), "no model"),
        ("pre-tokenizer", |it| it["pre_tokenizer"] = json!({"type": "Whitespace"}), "not ByteLevel"),
        ("added token", |it| it["added_tokens"][0] = json!({"id": 0, "content": ""}), "added token 0 is empty"),
    ];
    let folder = scratch("corrupt");
    ByteLevelBpe::train(SPEECH, 300, &["<|endoftext|>"]).unwrap().save(&folder).unwrap();
    let path = folder.join("tokenizer.json");
    let original = read(&path);
    for (name, change, message) in changes {
        let mut json = original.clone();
        change(&mut json);
        fs::write(&path, json.to_string()).unwrap();
        let error = tokenizer::load(&folder).expect_err(name).to_string();
        assert!(error.contains(message) && error.contains("tokenizer.json"), "{name}: {error}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn truncated_files_are_errors() {
    let folder = scratch("truncated");
    for tokenizer in both() {
        tokenizer.save(&folder).unwrap();
        let path = folder.join("tokenizer.json");
        let whole = fs::read(&path).unwrap();
        for length in (0..whole.len()).step_by(37) {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(tokenizer::load(&folder).is_err(), "{length} bytes");
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// A byte of a file replaced by another: an error or another tokenizer, never a panic.
    #[test]
    fn damaged_files_do_not_panic(place in any::<prop::sample::Index>(), byte in 32_u8..127, kind in 0_usize..4) {
        let (tokenizer, name) =
            [(0, "tokenizer.json"), (1, "tokenizer.json"), (1, "vocab.json"), (1, "merges.txt")][kind];
        let folder = scratch("damaged");
        both()[tokenizer].save(&folder).unwrap();
        let mut content = fs::read(folder.join(name)).unwrap();
        let at = place.index(content.len());
        content[at] = byte;
        if name != "tokenizer.json" {
            fs::remove_file(folder.join("tokenizer.json")).unwrap(); // it would be read in the others' place
        }
        fs::write(folder.join(name), content).unwrap();
        if let Ok(loaded) = tokenizer::load(&folder) {
            _ = loaded.spans(SPEECH);
            loaded.save(&folder).unwrap();
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
