//! Text: from characters to tokens and back, and the models that write.

pub mod decoder;
pub mod gpt;
pub mod tokenizer;
