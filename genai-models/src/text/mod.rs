//! Text: from characters to tokens and back, and the models that write.
//!
//! | module | what |
//! |---|---|
//! | [`tokenizer`] | between text and tokens |
//! | [`decoder`] | the transformer that all models reading from left to right share |
//! | [`gpt`] | GPT-2, its configuration and its folders |

pub mod decoder;
pub mod gpt;
pub mod tokenizer;
