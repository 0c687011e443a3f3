//! Handwritten digits, 8 by 8 pixels.

use std::path::Path;

use genai_core::Tensor;

use super::read_text;
use crate::Error;

/// The data set that comes with the library; source and licence lie beside it.
const BUILT_IN: &str = include_str!("../../data/digits8x8/digits.csv");

/// The grey level of ink in a file; paper is 0.
const INK: f32 = 16.0;

/// Pictures of handwritten digits and what they show.
///
/// | field | shape and unit |
/// |---|---|
/// | `images` | `[n, 64]` of `f32`, row by row from the upper left, 0 (paper) to 1 (ink) |
/// | `labels` | n digits, 0 to 9 |
///
/// ```
/// use genai_models::data::Digits;
///
/// let (train, test) = Digits::built_in().split(360);
/// assert_eq!(train.images.shape(), [1437, 64]);
/// assert_eq!(test.labels[..4], [2, 3, 4, 5]);
/// ```
///
/// Source: Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
/// [doi:10.24432/C50P49](https://doi.org/10.24432/C50P49): its 1,797 digits of 13 writers, as scikit-learn ships them.
#[derive(Clone, Debug)]
pub struct Digits {
    /// Grey levels, `[n, 64]`.
    pub images: Tensor,
    /// What each picture shows.
    pub labels: Vec<u8>,
}

impl Digits {
    /// Pixels of a picture.
    pub const PIXELS: usize = 64;

    /// The 1,797 digits that come with the library.
    #[expect(clippy::missing_panics_doc, reason = "the built-in file is tested")]
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("the built-in file is tested")
    }

    /// Reads comma-separated values: in each row 64 pixels from 0 (paper) to 16 (ink), then the digit. Empty lines are
    /// skipped.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no text or has no rows; or a row has another width or a value out of its range: the
    /// message names the file and the line, counted from 1.
    pub fn from_csv(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::parse(&read_text(path)?).map_err(|what| Error::Data { path: path.into(), what })
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// All but the last `held_out` pictures, and these.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    #[track_caller]
    pub fn split(&self, held_out: usize) -> (Self, Self) {
        let n = self.len();
        assert!(held_out <= n, "split: {held_out} held out of {n} digits");
        let part = |start: usize, count: usize| Self {
            images: self.images.narrow(0, start, count).contiguous(),
            labels: self.labels[start..start + count].to_vec(),
        };
        (part(0, n - held_out), part(n - held_out, held_out))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            labels.push(parse_row(line, &mut pixels).map_err(|what| format!("line {}: {what}", i + 1))?);
        }
        if labels.is_empty() {
            return Err("no rows".into());
        }
        Ok(Self { images: Tensor::from_vec(pixels, [labels.len(), Self::PIXELS]), labels })
    }
}

/// Adds a row's pixels, scaled to 0 … 1; returns its digit.
fn parse_row(line: &str, pixels: &mut Vec<f32>) -> Result<u8, String> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let (found, expected) = (fields.len(), Digits::PIXELS + 1);
    if found != expected {
        return Err(format!("{found} values, expected {expected}: {} pixels and the digit", Digits::PIXELS));
    }
    for (i, field) in fields[..Digits::PIXELS].iter().enumerate() {
        match field.parse::<f32>() {
            Ok(level) if (0.0..=INK).contains(&level) => pixels.push(level / INK),
            _ => return Err(format!("pixel {} is {field:?}, expected 0 to {INK}", i + 1)),
        }
    }
    match fields[Digits::PIXELS].parse::<u8>() {
        Ok(digit) if digit <= 9 => Ok(digit),
        _ => Err(format!("the digit is {:?}, expected 0 to 9", fields[Digits::PIXELS])),
    }
}
