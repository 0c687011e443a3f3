//! Texts from files.

use std::fs;
use std::path::Path;

use crate::Error;

/// Reads a text.
///
/// # Errors
///
/// If the file cannot be read, is empty, or is not UTF-8; the message names the file, and the first byte that is wrong.
pub fn read_text(path: impl AsRef<Path>) -> Result<String, Error> {
    let path = path.as_ref();
    let broken = |what: String| Error::Data { path: path.into(), what };
    let bytes = fs::read(path).map_err(|source| Error::Io { path: path.into(), source })?;
    if bytes.is_empty() {
        return Err(broken("the file is empty".into()));
    }
    String::from_utf8(bytes).map_err(|error| broken(format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to())))
}

/// Cuts a text in two: what comes before the last `share` of its bytes, and the rest. A character that lies across the cut
/// belongs to the rest.
///
/// ```
/// use genai_models::data::split_text;
///
/// assert_eq!(split_text("0123456789", 0.1), ("012345678", "9"));
/// assert_eq!(split_text("aé", 0.1), ("a", "é"));
/// ```
pub fn split_text(text: &str, share: f64) -> (&str, &str) {
    let mut at = (text.len() as f64 * (1.0 - share).clamp(0.0, 1.0)) as usize;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.split_at(at)
}
