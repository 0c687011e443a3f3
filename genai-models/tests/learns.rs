//! Models learn what is there to be learned.
#![cfg(test)]

use genai_models::core::optim::{Adam, AdamConfig, WarmupCosine};
use genai_models::core::random::Key;
use genai_models::core::{Params, Run, Tensor};
use genai_models::data::Tokens;
use genai_models::text::gpt::{Gpt, GptConfig};
use genai_models::train::{Finish, NextToken, TrainConfig, Trainer};

/// `period` random tokens of `vocabulary`, again and again.
fn repeating(period: usize, vocabulary: u64, n: usize) -> Tokens {
    let mut pattern = vec![0; period];
    Key::new(3).below(vocabulary, &mut pattern);
    Tokens::new((0..n).map(|i| pattern[i % period] as u32).collect())
}

fn tiny(vocabulary: usize, context: usize) -> Gpt {
    let config = GptConfig {
        vocabulary,
        context,
        width: 32,
        layers: 2,
        heads: 2,
        residual_dropout: 0.0,
        embedding_dropout: 0.0,
        attention_dropout: 0.0,
        ..GptConfig::default()
    };
    Gpt::new(&config, &Params::new(Key::new(1)))
}

fn config(steps: u64) -> TrainConfig {
    let schedule = WarmupCosine { peak: 3e-3, floor: 3e-4, warmup: 10, steps, ..WarmupCosine::default() };
    TrainConfig { steps, schedule, evaluate_every: 10, ..TrainConfig::default() }
}

/// A pattern is certain once its place in it is known: only the first tokens of a window cannot be told.
#[test]
fn gpt_learns_a_repeating_pattern() {
    // 11 and 32 share no factor: the windows of an epoch, 32 apart, begin at every place of the pattern.
    let (model, tokens) = (tiny(10, 32), repeating(11, 10, 4000));
    let task = NextToken {
        loss: |x: &Tensor, y: &Tensor, run: &Run<'_>| model.loss(x, y, run),
        train: tokens.clone(),
        validation: tokens,
        rows: 8,
        context: 32,
    };
    let mut trainer = Trainer::new(config(400), &task, model.params(), Adam::new(AdamConfig::default())).unwrap();
    let before = trainer.evaluate().unwrap();
    assert!((before.loss - 10_f64.ln()).abs() < 0.2, "untrained: {before:?}");
    assert_eq!(trainer.run(u64::MAX).unwrap(), Finish::Complete);
    let after = trainer.evaluate().unwrap();
    assert!(after.loss < 0.15, "trained: {after:?}"); // a GPT that sees one token alone stays above 0.5
    assert_eq!((before.tokens, after.tokens), (3999 / 32 * 32, 3999 / 32 * 32));
    assert_eq!(trainer.state().last, Some(after));
}

/// Validation by tokens that mean nothing: the loss there rises while the model learns its training text by heart.
#[test]
fn patience_ends_a_training_that_only_learns_by_heart() {
    let model = tiny(10, 16);
    let random = |seed, n| {
        let mut tokens = vec![0; n];
        Key::new(seed).below(10, &mut tokens);
        Tokens::new(tokens.into_iter().map(|token| token as u32).collect())
    };
    let task = NextToken {
        loss: |x: &Tensor, y: &Tensor, run: &Run<'_>| model.loss(x, y, run),
        train: random(1, 64),
        validation: random(2, 1000),
        rows: 8,
        context: 16,
    };
    let settings = TrainConfig { patience: Some(2), ..config(2000) };
    let mut trainer = Trainer::new(settings, &task, model.params(), Adam::new(AdamConfig::default())).unwrap();
    assert_eq!(trainer.run(u64::MAX).unwrap(), Finish::Converged);
    let state = trainer.state();
    assert_eq!(state.worse, 2);
    assert_eq!(state.best.unwrap().step + 20, state.step);
}
