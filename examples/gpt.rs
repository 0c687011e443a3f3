//! Trains a GPT.
fn main() {}
