//! Data: from files to batches.
//!
//! A text becomes two parts ([`split_text`]), each a stream of [`Tokens`]; training draws random windows of one
//! ([`Tokens::draw`]), evaluation walks through the other from front to back ([`Tokens::windows`]). Nothing here keeps
//! state: a batch is a function of a key and a number, so that a training that was interrupted goes on with the very
//! batches it would have seen.
//!
//! Pictures: [`Digits`], of which 1,797 come with the library.
//!
//! ```
//! use genai_models::core::random::Key;
//! use genai_models::data::Tokens;
//!
//! let tokens = Tokens::new((0..100).collect());
//! let batch = tokens.draw(Key::new(1), 7, 2, 5); // 2 windows of 5 tokens
//! let (x, y) = (batch.inputs.to_vec::<i64>(), batch.targets.to_vec::<i64>());
//! assert!(x.iter().zip(&y).all(|(x, y)| x + 1 == *y)); // each target follows its input
//! assert_eq!(x, tokens.draw(Key::new(1), 7, 2, 5).inputs.to_vec::<i64>());
//! ```

mod digits;
mod text;
mod tokens;

pub use digits::Digits;
pub use text::{read_text, split_text};
pub use tokens::{Batch, Tokens};
