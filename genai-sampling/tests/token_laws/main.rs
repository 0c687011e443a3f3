//! Laws that every processor, chain and selection obeys.
//!
//! Seeds are fixed; statistical tests were given an error rate of 1e-6 (chance that a correct sampler with another seed
//! fails one).
#![cfg(test)]

mod answers;
mod definitions;
mod engines;
mod parameters;
mod rows;
mod selections;

use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::token::{Candidates, Chain, Greedy, Multinomial, Processor, RepetitionPenalty, Select, TopK, TopP};
use rows::{ARGMAX, HEALS, ROWS, SUMS, one};
use std::cmp::Ordering;

/// Vocabularies of several sizes and shapes: normal logits of three widths, one with ties, one with removed tokens.
fn vocabularies() -> Vec<Vec<f32>> {
    let sizes = [1, 2, 15, 16, 17, 255, 256, 257, 1000, 20_000];
    let mut all = Vec::new();
    for (i, n) in sizes.into_iter().enumerate() {
        for (j, width) in [0.5f32, 2.0, 8.0].into_iter().enumerate() {
            let mut logits = vec![0.0; n];
            Key::new(1).split(i as u64).split(j as u64).normal_f32(&mut logits);
            logits.iter_mut().for_each(|x| *x *= width);
            all.push(logits.clone());
            all.push(logits.iter().map(|x| x.round()).collect());
            logits.iter_mut().enumerate().filter(|(i, _)| i % 7 == 3).for_each(|(_, x)| *x = f32::NEG_INFINITY);
            all.push(logits);
        }
    }
    all
}

/// Tokens that came before, of a vocabulary.
fn past(n: usize) -> Vec<u32> {
    let mut tokens = vec![0; 20];
    Key::new(2).below(n as u64, &mut tokens);
    tokens.into_iter().map(|t| t as u32).collect()
}

/// The largest first; 0 and −0 are equal.
fn descending(a: &f32, b: &f32) -> Ordering {
    b.partial_cmp(a).expect("no NaN")
}

/// The first of the largest.
fn argmax(logits: &[f32]) -> usize {
    (0..logits.len()).min_by(|&a, &b| descending(&logits[a], &logits[b])).expect("not empty")
}

/// Softmax in f64, sorted nowhere.
fn softmax(logits: &[f32]) -> Vec<f64> {
    let most = f64::from(logits[argmax(logits)]);
    let weights: Vec<f64> = logits.iter().map(|&x| (f64::from(x) - most).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|w| w / total).collect()
}

#[test]
fn the_likeliest_token_stays_the_likeliest() -> Result<(), Error> {
    for row in ROWS.iter().filter(|row| row.is(ARGMAX)) {
        for logits in vocabularies() {
            let mut after = logits.clone();
            (row.make)()?.apply(&past(logits.len()), &mut after)?;
            assert_eq!(argmax(&after), argmax(&logits), "{} of {}", row.name, logits.len());
        }
    }
    Ok(())
}

/// The chain on all logits equals the chain on candidates that were made a list before, errors included.
#[test]
fn a_list_of_candidates_gives_what_all_logits_give() -> Result<(), Error> {
    for row in ROWS {
        for mut logits in vocabularies() {
            let (chain, tokens, mut listed) = ((row.make)()?, past(logits.len()), logits.clone());
            let mut candidates = Candidates::new(&mut listed);
            candidates.retain(|_, logit| logit > f32::NEG_INFINITY);
            assert!(!candidates.is_dense());
            let of_list = chain.process(&tokens, &mut candidates).and_then(|()| candidates.write_back());
            let of_all = chain.apply(&tokens, &mut logits);
            let message = |result: Result<(), Error>| result.map_err(|error| error.to_string());
            let (of_list, of_all) = (message(of_list), message(of_all));
            assert_eq!(of_list, of_all, "{} of {}", row.name, logits.len());
            if of_all.is_err() {
                continue; // what was removed is not written back
            }
            let near = |a: f32, b: f32| row.is(SUMS) && (a - b).abs() < 2e-6 * b.abs().max(1.0);
            let gone = |a: f32| row.is(HEALS) && a == f32::MIN; // what the list had lost
            let same = |(&a, &b): (&f32, &f32)| a == b || near(a, b) || (gone(b) && a == f32::NEG_INFINITY);
            assert!(listed.iter().zip(&logits).all(same), "{} of {}", row.name, logits.len());
        }
    }
    Ok(())
}

#[test]
fn top_k_keeps_what_sorting_keeps() -> Result<(), Error> {
    for logits in vocabularies() {
        for k in [1, 2, 19, 20, 300] {
            let mut sorted = logits.clone();
            sorted.sort_by(descending);
            let least = sorted[k.min(logits.len()) - 1];
            let expected = logits.iter().map(|&x| if x >= least { x } else { f32::NEG_INFINITY });
            let mut after = logits.clone();
            Chain::new().then(TopK::new(k)?).apply(&[], &mut after)?;
            assert_eq!(after, expected.collect::<Vec<_>>(), "{k} of {}", logits.len());
        }
    }
    Ok(())
}

/// Against sorting in f64; a sum within 1e-6 of p may fall on either side.
#[test]
fn top_p_keeps_the_smallest_sufficient_set() -> Result<(), Error> {
    for logits in vocabularies() {
        let probabilities = softmax(&logits);
        let mut order: Vec<usize> = (0..logits.len()).collect();
        order.sort_by(|&a, &b| descending(&logits[a], &logits[b]).then(a.cmp(&b)));
        for p in [0.001, 0.3, 0.5, 0.9, 0.99, 0.9999] {
            let mut after = logits.clone();
            Chain::new().then(TopP::new(p)?).apply(&[], &mut after)?;
            let kept = after.iter().filter(|x| x.is_finite()).count();
            assert!(order[..kept].iter().all(|&i| after[i] == logits[i]), "{p} of {}: not the likeliest", logits.len());
            let mass = |n: usize| order[..n].iter().map(|&i| probabilities[i]).sum::<f64>();
            assert!(mass(kept) > p - 1e-6 && mass(kept - 1) < p + 1e-6, "{p} of {}: {kept}", logits.len());
        }
    }
    Ok(())
}

/// What top-p leaves has more than the probability p only by a part of its last token. Applied again, it removes something
/// exactly if the rest has the share p of what was left.
#[test]
fn top_p_is_idempotent_where_the_last_token_is_needed() -> Result<(), Error> {
    let (mut same, mut fewer) = (0, 0);
    for logits in vocabularies() {
        for p in [0.1, 0.5, 0.9] {
            let chain = Chain::new().then(TopP::new(p)?);
            let mut once = logits.clone();
            chain.apply(&[], &mut once)?;
            let mut left: Vec<f64> = softmax(&once).into_iter().filter(|&p| p > 0.0).collect();
            left.sort_by(|a, b| b.total_cmp(a));
            let rest: f64 = left[..left.len() - 1].iter().sum();
            let mut twice = once.clone();
            chain.apply(&[], &mut twice)?;
            if (rest - p).abs() > 1e-6 {
                assert_eq!(twice == once, rest < p, "{p} of {}", logits.len());
                *if twice == once { &mut same } else { &mut fewer } += 1;
            }
        }
    }
    assert!(same > 50 && fewer > 50, "both happen: {same}, {fewer}");
    Ok(())
}

/// χ² of the draws against the probabilities after each chain; cells expected below 5 are put together.
#[test]
fn frequencies_equal_probabilities() -> Result<(), Error> {
    for (index, row) in ROWS.iter().enumerate() {
        for (n, width, draws) in [(12, 1.0f32, 20_000), (300, 1.5, 4_000)] {
            let mut logits = vec![0.0; n];
            Key::new(3).split(n as u64).normal_f32(&mut logits);
            logits.iter_mut().for_each(|x| *x *= width);
            let mut after = logits.clone();
            (row.make)()?.apply(&past(n), &mut after)?;
            let (probabilities, mut counts) = (softmax(&after), vec![0u32; n]);
            let mut stream = Key::new(4).split(index as u64).stream();
            let mut candidates = Candidates::new(&mut logits);
            (row.make)()?.process(&past(n), &mut candidates)?;
            for _ in 0..draws {
                counts[Multinomial.select(&mut candidates, &mut stream)? as usize] += 1;
            }
            assert_likely(&probabilities, &counts, row.name);
        }
    }
    Ok(())
}

/// Fails if frequencies differ from probabilities by more than chance, as χ² tells: an error in 10⁶ at most.
fn assert_likely(probabilities: &[f64], counts: &[u32], name: &str) {
    let draws: u32 = counts.iter().sum();
    let (mut statistic, mut cells, mut small) = (0.0, 0, (0.0, 0.0));
    for (&p, &count) in probabilities.iter().zip(counts) {
        let expected = p * f64::from(draws);
        assert!(p > 0.0 || count == 0, "{name}: a removed token was drawn");
        if expected < 5.0 {
            small = (small.0 + expected, small.1 + f64::from(count));
        } else {
            (statistic, cells) = (statistic + (f64::from(count) - expected).powi(2) / expected, cells + 1);
        }
    }
    if small.0 >= 5.0 {
        (statistic, cells) = (statistic + (small.1 - small.0).powi(2) / small.0, cells + 1);
    }
    let d = f64::from(cells) - 1.0;
    if d > 0.0 {
        // Wilson & Hilferty's approximation; 4.75 is the one-sided 1e-6 quantile.
        let z = ((statistic / d).cbrt() - 1.0 + 2.0 / (9.0 * d)) / (2.0 / (9.0 * d)).sqrt();
        assert!(z < 4.75, "{name} of {}: χ² {statistic} at {d} degrees of freedom", counts.len());
    } else {
        assert_eq!(statistic, 0.0, "{name}");
    }
}

#[test]
fn probabilities_and_log_sum_exp_are_exact() -> Result<(), Error> {
    for logits in vocabularies() {
        let mut values = logits.clone();
        let mut candidates = Candidates::new(&mut values);
        candidates.divide(0.5);
        let doubled: Vec<f32> = logits.iter().map(|x| x * 2.0).collect();
        for ((_, got), expected) in candidates.probabilities()?.into_iter().zip(softmax(&doubled)) {
            let rounding = 6e-8 * -expected.max(1e-30).ln(); // of the difference of two f32 logits
            assert!((got - expected).abs() < (1e-6 + rounding) * expected + 1e-30, "{got}, expected {expected}");
        }
        let most = f64::from(candidates.maximum()?);
        let sum: f64 = doubled.iter().map(|&x| (f64::from(x) - most).exp()).sum();
        assert!((candidates.log_sum_exp()? - most - sum.ln()).abs() < 1e-6);
    }
    Ok(())
}

#[test]
fn a_seed_gives_the_same_tokens() -> Result<(), Error> {
    let draw = |seed| {
        let mut stream = Key::new(seed).stream();
        let mut logits = [0.0; 100];
        Key::new(5).normal_f32(&mut logits);
        (0..50)
            .map(|_| Multinomial.select(&mut Candidates::new(&mut logits), &mut stream))
            .collect::<Result<Vec<_>, _>>()
    };
    assert_eq!(draw(1)?, draw(1)?);
    assert_ne!(draw(1)?, draw(2)?);
    Ok(())
}

#[test]
fn greedy_takes_the_first_of_the_likeliest() -> Result<(), Error> {
    for mut logits in vocabularies() {
        let expected = argmax(&logits) as u32;
        assert_eq!(Greedy.select(&mut Candidates::new(&mut logits), &mut Key::new(0).stream())?, expected);
    }
    Ok(())
}

#[test]
fn logits_without_a_distribution_are_errors() -> Result<(), Error> {
    let (nan, plus, minus) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
    for row in ROWS.iter().filter(|row| !row.is(HEALS)) {
        let run = |logits: &mut [f32]| -> Result<String, Error> {
            Ok((row.make)()?.apply(&[0], logits).expect_err(row.name).to_string())
        };
        assert_eq!(run(&mut [1.0, 2.0, nan])?, "logits: that of token 2 is NaN");
        assert_eq!(run(&mut [1.0, plus, nan])?, "logits: that of token 2 is NaN");
        assert_eq!(run(&mut [1.0, plus])?, "logits: that of token 1 is +∞");
        assert_eq!(run(&mut [minus; 300])?, "logits: all are −∞, no token is left to choose");
    }
    assert!(matches!(Chain::new().apply(&[], &mut []), Err(Error::EmptyVocabulary)));
    let penalty = Chain::new().then(RepetitionPenalty::new(1.1)?);
    assert!(matches!(penalty.apply(&[7], &mut [0.0; 7]), Err(Error::Token { token: 7, vocabulary: 7 })));
    Ok(())
}
