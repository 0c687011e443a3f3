//! Speculative decoding.

use std::cell::Cell;

use genai_sampling::Error;
use genai_sampling::token::strategy::{Draft, DraftModel, PromptLookup, SpeculativeOptions, Uncached, speculative};
use genai_sampling::token::{Chain, Finish, Greedy, Options, Step, Temperature, TopK, TopP, generate, generate_model};

use super::{fits, greedy, log_softmax, logits_after};

#[test]
fn speculation_has_the_targets_distribution() -> Result<(), Error> {
    let vocabulary = 4;
    let target = Uncached::new(vocabulary, |t| Ok(logits_after(t, vocabulary, 6)));
    let other = Uncached::new(vocabulary, |t| Ok(logits_after(t, vocabulary, 7)));
    let chain = || -> Result<_, Error> { Ok(Chain::new().then(Temperature::new(1.3)?).then(TopP::new(0.95)?)) };
    let after = |tokens: &[u32]| -> Result<Vec<f64>, Error> {
        let mut logits = logits_after(tokens, vocabulary, 6);
        chain()?.apply(tokens, &mut logits)?;
        Ok(log_softmax(&logits).into_iter().map(f64::exp).collect())
    };
    let mut p = Vec::new(); // of each text of three tokens
    for (i, a) in after(&[1, 2, 1])?.into_iter().enumerate() {
        for (j, b) in after(&[2, 1, i as u32])?.into_iter().enumerate() {
            p.extend(after(&[1, i as u32, j as u32])?.into_iter().map(|c| a * b * c));
        }
    }
    for kind in ["other model", "other model, two tokens", "prompt look-up"] {
        let draft = || -> Result<Box<dyn Draft + '_>, Error> {
            Ok(match kind {
                "other model" => Box::new(DraftModel::new(&other, Chain::new())),
                "prompt look-up" => Box::new(PromptLookup::new(2)?),
                _ => Box::new(DraftModel::new(&other, Chain::new().then(TopK::new(2)?))),
            })
        };
        let mut counts = vec![0.0; p.len()];
        let mut used = 0;
        for seed in 0..12_000 {
            let options =
                SpeculativeOptions { ahead: 2, chain: chain()?, maximum_new_tokens: 3, seed, ..Default::default() };
            let mut steps = speculative(&target, draft()?, &[1, 2, 1], options)?;
            let text: Vec<u32> = steps.by_ref().map(|step| Ok(step?.token)).collect::<Result<_, Error>>()?;
            counts[text.iter().fold(0, |i, &token| i * vocabulary + token as usize)] += 1.0;
            used += usize::from(steps.accepted() > 0.0);
        }
        assert!(used > 1000, "{kind}: guesses were accepted in {used} texts");
        let possible: Vec<(f64, f64)> = counts.into_iter().zip(p.iter().copied()).collect();
        assert!(possible.iter().all(|&(count, p)| p > 0.0 || count == 0.0), "a removed token came");
        let (counts, p): (Vec<f64>, Vec<f64>) = possible.into_iter().filter(|(_, p)| *p > 5e-4).unzip();
        fits(&counts, &p.iter().map(|x| x / p.iter().sum::<f64>()).collect::<Vec<_>>());
    }
    Ok(())
}

#[test]
fn greedy_speculation_is_greedy() -> Result<(), Error> {
    for seed in 0..4 {
        let target = Uncached::new(5, |t| Ok(logits_after(t, 5, seed)));
        let other = Uncached::new(5, |t| Ok(logits_after(t, 5, seed + 100)));
        let expected = greedy(&target, &[3], 60)?;
        for ahead in [0, 1, 3, 8] {
            let options = || SpeculativeOptions { ahead, greedy: true, maximum_new_tokens: 60, ..Default::default() };
            let run = |draft: Box<dyn Draft + '_>| -> Result<(Vec<u32>, usize), Error> {
                let mut steps = speculative(&target, draft, &[3], options())?;
                let text: Vec<Step> = steps.by_ref().collect::<Result<_, _>>()?;
                assert_eq!(text.last().and_then(|step| step.finish), Some(Finish::Length));
                assert!(text[..59].iter().all(|step| step.finish.is_none()));
                let tokens: Vec<u32> = text.iter().map(|step| step.token).collect();
                Ok((tokens, steps.calls()))
            };
            let (same, calls) = run(Box::new(DraftModel::new(&target, Chain::new())))?;
            assert_eq!(same, expected);
            assert_eq!(calls, 60usize.div_ceil(ahead + 1), "a perfect draft is always right");
            assert_eq!(run(Box::new(DraftModel::new(&other, Chain::new())))?.0, expected);
            let (looked_up, calls) = run(Box::new(PromptLookup::new(3)?))?;
            assert_eq!(looked_up, expected);
            assert!(ahead == 0 || calls < 60, "greedy text repeats itself: {calls} calls");
        }
    }
    Ok(())
}

#[test]
fn speculation_stops_and_scores_as_generation_does() -> Result<(), Error> {
    let target = Uncached::new(5, |t| Ok(logits_after(t, 5, 8)));
    let stop_tokens = vec![2];
    let options = SpeculativeOptions { greedy: true, stop_tokens: stop_tokens.clone(), ..Default::default() };
    let steps: Vec<Step> =
        speculative(&target, DraftModel::new(&target, Chain::new()), &[1], options)?.collect::<Result<_, _>>()?;
    let options = Options { select: Box::new(Greedy), stop_tokens, ..Options::default() };
    let plain: Vec<Step> = generate_model(&target, &[&[1]], options).collect::<Result<_, _>>()?;
    assert_eq!(steps, plain);
    Ok(())
}

#[test]
fn speculation_saves_calls_of_the_model() -> Result<(), Error> {
    let calls = Cell::new(0);
    let next = |t: &[u32]| {
        calls.set(calls.get() + 1);
        Ok(logits_after(t, 5, 2))
    };
    let tokens: Vec<u32> = generate(next, &[1], Options { maximum_new_tokens: 20, ..Options::default() })
        .map(|step| Ok(step?.token))
        .collect::<Result<_, Error>>()?;
    assert_eq!((tokens.len(), calls.get()), (20, 20));
    let target = Uncached::new(5, |t| Ok(logits_after(t, 5, 2)));
    let options = SpeculativeOptions { ahead: 4, maximum_new_tokens: 20, ..Default::default() };
    let mut steps = speculative(&target, DraftModel::new(&target, Chain::new()), &[1], options)?;
    assert_eq!(steps.by_ref().count(), 20);
    assert_eq!((steps.calls(), steps.accepted()), (4, 1.0), "equal distributions accept every guess");
    Ok(())
}
