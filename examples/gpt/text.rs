//! The text to learn.

use std::error::Error as StdError;
use std::fs;
use std::path::{Path, PathBuf};

use genai_models::Error;
use genai_models::data::{Tokens, read_text, split_text};
use genai_models::text::tokenizer::Tokenizer;

/// Share of the text that is held out.
const HELD_OUT: f64 = 0.1;

/// A text, and where it came from.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) path: PathBuf,
    pub(crate) content: String,
}

impl Text {
    /// The text of a file, or of this repository; at most its first `limit` bytes.
    pub(crate) fn read(file: Option<&Path>, limit: Option<usize>) -> Result<Self, Box<dyn StdError>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (path, mut content) = match file {
            Some(file) => (file, read_text(file)?),
            None => (root, repository(root)?),
        };
        if let Some(limit) = limit.filter(|&limit| limit < content.len()) {
            content.truncate((0..=limit).rev().find(|&at| content.is_char_boundary(at)).unwrap_or(0));
        }
        Ok(Self { path: path.into(), content })
    }

    /// What to learn, and what to be judged by.
    pub(crate) fn parts(&self) -> (&str, &str) {
        split_text(&self.content, HELD_OUT)
    }

    /// Both parts as tokens, each long enough for the context.
    pub(crate) fn tokens(&self, tokenizer: &dyn Tokenizer, context: usize) -> Result<[Tokens; 2], Box<dyn StdError>> {
        let (train, validation) = self.parts();
        let encode = |part: &str, start: usize| match tokenizer.encode(part) {
            Ok(tokens) => Ok(Tokens::new(tokens)),
            Err(Error::UnknownCharacter { character, position }) => Err(format!(
                "{}: {}",
                self.path.display(),
                Error::UnknownCharacter { character, position: start + position }
            )),
            Err(error) => Err(format!("{}: {error}", self.path.display())),
        };
        let (train, validation) = (encode(train, 0)?, encode(validation, train.len())?);
        train.check(&self.path, "the part to learn", context)?;
        validation.check(&self.path, "the tenth that is held out", context)?;
        Ok([train, validation])
    }
}

/// Every `*.rs` and `*.md` below a folder, in the order of their paths, one behind the other; without hidden folders,
/// `target` and `fixtures`.
fn repository(root: &Path) -> Result<String, Box<dyn StdError>> {
    let mut files = Vec::new();
    collect(root, &mut files).map_err(|error| format!("{}: {error}", root.display()))?;
    files.sort();
    let mut text = String::new();
    for file in &files {
        text.push_str(&fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?);
    }
    if text.is_empty() {
        return Err(format!("{}: no text in *.rs and *.md files", root.display()).into());
    }
    Ok(text)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, name, path) = (entry.file_type()?, entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        if kind.is_dir() && !name.starts_with('.') && name != "target" && name != "fixtures" {
            collect(&path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "rs" || ending == "md") {
            files.push(path);
        }
    }
    Ok(())
}
