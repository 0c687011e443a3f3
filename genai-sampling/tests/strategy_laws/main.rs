//! Laws of strategies: beams against all texts, hand-worked ends of the search, speculation against the target's
//! distribution, contrast against its formula.
//!
//! Seeds are fixed; statistical tests have an error rate of 1e-6.
#![cfg(test)]

mod beam;
mod contrastive;
mod speculation;

use contrastive::Stateful;
use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::token::strategy::{
    BeamOptions, Completion, ContrastiveOptions, DraftModel, PromptLookup, SpeculativeOptions, Uncached, beam_search,
    best_of, completions, contrastive_search, self_consistency, speculative,
};
use genai_sampling::token::{CausalLm, Chain, Finish, Greedy, Options, Step, generate_model};

/// Logits that follow some tokens: arbitrary, of some width, and different after different pairs of tokens.
fn logits_after(tokens: &[u32], vocabulary: usize, seed: u64) -> Vec<f32> {
    let pair = &tokens[tokens.len().saturating_sub(2)..];
    let mut logits = vec![0.0; vocabulary];
    pair.iter().fold(Key::new(seed), |key, &token| key.split(token.into())).normal_f32(&mut logits);
    logits
}

fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let total = logits.iter().map(|&x| f64::from(x).exp()).sum::<f64>().ln();
    logits.iter().map(|&x| f64::from(x) - total).collect()
}

fn greedy<M: CausalLm>(model: &M, prompt: &[u32], maximum_new_tokens: usize) -> Result<Vec<u32>, Error> {
    let options = Options { select: Box::new(Greedy), maximum_new_tokens, ..Options::default() };
    generate_model(model, &[prompt], options).map(|step| Ok(step?.token)).collect()
}

/// Pearson's χ² at an error rate of 1e-6 (Wilson and Hilferty's approximation).
fn fits(counts: &[f64], p: &[f64]) {
    let total: f64 = counts.iter().sum();
    let chi2: f64 = counts.iter().zip(p).map(|(c, p)| (c - p * total).powi(2) / (p * total)).sum();
    let df = (counts.len() - 1) as f64;
    let limit = df * (1.0 - 2.0 / (9.0 * df) + 4.753 * (2.0 / (9.0 * df)).sqrt()).powi(3);
    assert!(chi2 < limit, "χ²({df}) = {chi2} > {limit}");
}

#[test]
fn strategies_stop_at_the_context() -> Result<(), Error> {
    let model = Stateful { seed: 1, context: Some(6) };
    let found = beam_search(&model, &[1, 2], &BeamOptions::default())?;
    assert_eq!(found[0].tokens.len(), 5); // four fill the context, one more follows from all six
    for ahead in [0, 2, 9] {
        let options = SpeculativeOptions { greedy: true, ahead, ..Default::default() };
        let draft = DraftModel::new(&model, Chain::new());
        let steps: Vec<Step> = speculative(&model, draft, &[1, 2], options)?.collect::<Result<_, _>>()?;
        assert_eq!((steps.len(), steps[4].finish), (5, Some(Finish::Length)));
    }
    Ok(())
}

#[test]
fn several_samples_make_one_result() -> Result<(), Error> {
    let model = Uncached::new(5, |t| Ok(logits_after(t, 5, 12)));
    let prompts: [&[u32]; 30] = [&[1]; 30];
    let steps = || generate_model(&model, &prompts, Options { maximum_new_tokens: 4, ..Options::default() });
    let all = completions(steps())?;
    assert_eq!(all.len(), 30);
    assert!(all.iter().enumerate().all(|(i, c)| c.row == i && c.tokens.len() == 4));
    let best = best_of(steps(), Completion::mean_log_probability)?;
    assert!(all.iter().all(|c| c.log_probability <= best.log_probability));
    let found = self_consistency(steps(), |c| (c.tokens[0] != 0).then_some(c.tokens[0]))?;
    let votes = |answer| all.iter().filter(|c| c.tokens[0] == answer).count();
    assert_eq!(found.votes, (1..5).map(votes).max().expect("answers"));
    assert_eq!((found.votes, found.answered), (votes(found.answer), 30 - votes(0)));
    assert!(matches!(self_consistency(steps(), |_| None::<u32>), Err(Error::NoCandidates)));
    assert!(matches!(best_of(std::iter::empty(), |_| 0.0), Err(Error::NoCandidates)));
    assert!(best_of(steps(), |_| f64::NAN).is_err());
    Ok(())
}

#[test]
fn bad_input_is_an_error() -> Result<(), Error> {
    let model = Uncached::new(4, |t| Ok(logits_after(t, 4, 1)));
    let beam =
        |options: BeamOptions| beam_search(&model, &[1], &options).err().map(|e| e.to_string()).unwrap_or_default();
    let default = BeamOptions::default;
    assert!(beam(BeamOptions { beams: 0, ..default() }).starts_with("num_beams"));
    assert!(beam(BeamOptions { groups: 3, ..default() }).starts_with("num_beam_groups"));
    assert!(beam(BeamOptions { groups: 0, ..default() }).starts_with("num_beam_groups"));
    assert!(beam(BeamOptions { returned: 5, ..default() }).starts_with("num_return_sequences"));
    assert!(beam(BeamOptions { length_penalty: f64::NAN, ..default() }).starts_with("length_penalty"));
    assert!(beam(BeamOptions { diversity_penalty: -1.0, ..default() }).starts_with("diversity_penalty"));
    assert!(beam_search(&model, &[1], &BeamOptions { maximum_new_tokens: 0, ..default() })?.is_empty());

    let wrong: [(Vec<f32>, &str); 4] = [
        (vec![f32::NEG_INFINITY; 4], "logits: all are −∞"),
        (vec![0.0, f32::NAN, 0.0, 0.0], "logits: that of token 1 is NaN"),
        (vec![f32::INFINITY; 4], "logits: that of token 0 is +∞"),
        (vec![0.0; 3], "model: the closure returned 3 logits, expected 4"),
    ];
    for (logits, message) in wrong {
        let model = Uncached::new(4, |_| Ok(logits.clone()));
        let error = beam_search(&model, &[1], &default()).expect_err("an error").to_string();
        assert!(error.starts_with(message), "{error}");
        let failing = speculative(&model, PromptLookup::new(1)?, &[1], SpeculativeOptions::default())?;
        let error = failing.take(3).find_map(Result::err).expect("an error").to_string();
        assert!(error.starts_with(message), "{error}");
    }
    let empty = Uncached::new(0, |_| Ok(vec![]));
    assert!(matches!(beam_search(&empty, &[1], &default()), Err(Error::EmptyVocabulary)));
    assert!(matches!(beam_search(&model, &[], &default()), Err(Error::EmptyPrompt { .. })));
    assert!(matches!(beam_search(&model, &[4], &default()), Err(Error::Token { token: 4, .. })));
    let contrastive = |options: ContrastiveOptions| contrastive_search(&model, &[1], &options);
    assert!(matches!(contrastive(ContrastiveOptions::default()), Err(Error::NoHiddenStates)));
    assert!(contrastive(ContrastiveOptions { top_k: 0, ..Default::default() }).is_err());
    assert!(contrastive(ContrastiveOptions { penalty: 1.5, ..Default::default() }).is_err());
    assert!(PromptLookup::new(0).is_err());

    let narrow = Uncached::new(3, |t| Ok(logits_after(t, 3, 1)));
    let mut steps = speculative(&model, DraftModel::new(&narrow, Chain::new()), &[1], SpeculativeOptions::default())?;
    assert!(steps.next().is_some_and(|step| step.is_err_and(|e| e.to_string().contains("the draft's vocabulary"))));
    assert!(steps.next().is_none(), "an error ends the iterator");
    Ok(())
}
