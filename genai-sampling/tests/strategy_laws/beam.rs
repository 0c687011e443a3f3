//! Beam search, diverse and sampled beams.

use genai_sampling::Error;
use genai_sampling::token::strategy::{BeamOptions, EarlyStopping, Hypothesis, Uncached, beam_search};
use genai_sampling::token::{Chain, TopK};

use super::{fits, greedy, log_softmax, logits_after};

/// Every text of at most `longest` tokens that ends with token 0 or has that length, with Σ ln p.
fn all_texts(prompt: &[u32], vocabulary: usize, longest: usize, seed: u64) -> Vec<(Vec<u32>, f64)> {
    let (mut open, mut done) = (vec![(Vec::new(), 0.0)], Vec::new());
    for length in 1..=longest {
        let mut next = Vec::new();
        for (text, sum) in open {
            let all: Vec<u32> = [prompt, &text[..]].concat();
            for (token, p) in log_softmax(&logits_after(&all, vocabulary, seed)).into_iter().enumerate() {
                let text = [&text[..], &[token as u32]].concat();
                let list = if token == 0 || length == longest { &mut done } else { &mut next };
                list.push((text, sum + p));
            }
        }
        open = next;
    }
    done
}

#[test]
fn enough_beams_rank_all_texts() -> Result<(), Error> {
    let (vocabulary, longest) = (4, 4);
    for (seed, length_penalty) in [0.0, 0.5, 1.0, 2.0, -1.0].into_iter().enumerate() {
        let seed = seed as u64;
        let model = Uncached::new(vocabulary, |t| Ok(logits_after(t, vocabulary, seed)));
        let mut expected: Vec<(Vec<u32>, f64)> = all_texts(&[1, 2], vocabulary, longest, seed)
            .into_iter()
            .map(|(text, sum)| (text.clone(), sum / (text.len() as f64).powf(length_penalty)))
            .collect();
        expected.sort_by(|a, b| b.1.total_cmp(&a.1));
        let options = BeamOptions {
            beams: 256,
            returned: 50,
            length_penalty,
            early_stopping: EarlyStopping::Never,
            maximum_new_tokens: longest,
            stop_tokens: vec![0],
            ..BeamOptions::default()
        };
        let found = beam_search(&model, &[1, 2], &options)?;
        assert_eq!(found.len(), 50);
        // Texts whose scores differ by less than f32 tells may change places.
        for (i, (found, (_, rank))) in found.iter().zip(&expected).enumerate() {
            let (_, score) = expected.iter().find(|(text, _)| *text == found.tokens).expect("one of all texts");
            assert!((found.score - score).abs() < 1e-5, "{} {score}", found.score);
            assert!(
                (score - rank).abs() < 1e-5,
                "penalty {length_penalty}: {score} at place {i}, where {rank} belongs"
            );
        }
        assert!(found.iter().enumerate().all(|(i, a)| found[..i].iter().all(|b| a.tokens != b.tokens)));
    }
    Ok(())
}

#[test]
fn few_beams_score_what_the_model_says() -> Result<(), Error> {
    let model = Uncached::new(7, |t| Ok(logits_after(t, 7, 3)));
    for (beams, groups, sample) in [(1, 1, false), (3, 1, false), (4, 2, false), (3, 1, true), (6, 3, true)] {
        let stop_tokens = vec![0, 5];
        let options = BeamOptions {
            beams,
            groups,
            sample,
            returned: beams,
            maximum_new_tokens: 9,
            stop_tokens,
            ..BeamOptions::default()
        };
        let found = beam_search(&model, &[1, 2], &options)?;
        assert!(!found.is_empty() && found.len() <= beams);
        assert!(found.is_sorted_by(|a, b| a.score >= b.score));
        for text in &found {
            let mut all = vec![1, 2];
            let mut sum = 0.0;
            for (i, &token) in text.tokens.iter().enumerate() {
                sum += log_softmax(&logits_after(&all, 7, 3))[token as usize];
                all.push(token);
                assert!(![0, 5].contains(&token) || i + 1 == text.tokens.len());
            }
            assert!((text.log_probability - sum).abs() < 1e-5);
            assert!((text.score - sum / text.tokens.len() as f64).abs() < 1e-5);
        }
        assert_eq!(found, beam_search(&model, &[1, 2], &options)?, "the same seed, the same texts");
    }
    Ok(())
}

#[test]
fn one_beam_is_greedy() -> Result<(), Error> {
    for seed in 0..5 {
        let model = Uncached::new(9, |t| Ok(logits_after(t, 9, seed)));
        let options = BeamOptions { beams: 1, maximum_new_tokens: 12, ..BeamOptions::default() };
        assert_eq!(beam_search(&model, &[1], &options)?[0].tokens, greedy(&model, &[1], 12)?);
        // With all but one token removed, so are many.
        let options = BeamOptions { beams: 3, chain: Chain::new().then(TopK::new(1)?), ..options };
        assert_eq!(beam_search(&model, &[1], &options)?[0].tokens, greedy(&model, &[1], 12)?);
    }
    Ok(())
}

/// Two beams over the tokens 0 (the end), 1 and 2, worked out by hand after transformers' `_beam_search`.
#[test]
fn the_search_ends_as_in_transformers() -> Result<(), Error> {
    use EarlyStopping::{Always, Heuristic, Never};
    let tree = |first: [f32; 3], second: fn(&[u32]) -> [f32; 3]| {
        move |tokens: &[u32]| Ok(if tokens.len() == 1 { first } else { second(&tokens[1..]) }.map(f32::ln).to_vec())
    };
    // "0" .6 against "10" .4 · .95: ln .6 = −.511; ln .38 = −.968, halved −.484.
    let short = Uncached::new(3, tree([0.6, 0.4, 0.0], |_| [0.95, 0.05, 0.0]));
    // After two tokens both places are taken ("10" −.787, "0" −1.204), and "11" .414 runs; "110" comes to ln(.3726)/3 = −.329.
    let strong = Uncached::new(
        3,
        tree([0.3, 0.69, 0.01], |t| match t {
            [1] => [0.3, 0.6, 0.1],
            [1, 1] => [0.9, 0.06, 0.04],
            _ => [0.3, 0.4, 0.3],
        }),
    );
    // After two tokens "0" −.693 and "20" ln(.189)/2 = −.833; "11" .087 has −1.221 now, and −.244 at ten tokens: worth
    // going on only to those who never stop, who find "110" at ln(.08526)/3 = −.821.
    let weak = Uncached::new(
        3,
        tree([0.5, 0.29, 0.21], |t| match t {
            [1] => [0.6, 0.3, 0.1],
            [2] => [0.9, 0.05, 0.05],
            [1, 1] => [0.98, 0.01, 0.01],
            _ => [0.2, 0.4, 0.4],
        }),
    );
    type Row<'a> = (&'a dyn Fn(&BeamOptions) -> Result<Vec<Vec<u32>>, Error>, EarlyStopping, f64, &'a [&'a [u32]]);
    let search = |model: &dyn Fn(&BeamOptions) -> _, early_stopping, length_penalty| {
        let options = BeamOptions { beams: 2, returned: 2, maximum_new_tokens: 10, ..BeamOptions::default() };
        model(&BeamOptions { early_stopping, length_penalty, stop_tokens: vec![0], ..options })
    };
    let tokens = |found: Vec<_>| found.into_iter().map(|f: Hypothesis| f.tokens).collect();
    let short = |o: &BeamOptions| Ok(tokens(beam_search(&short, &[1], o)?));
    let strong = |o: &BeamOptions| Ok(tokens(beam_search(&strong, &[1], o)?));
    let weak = |o: &BeamOptions| Ok(tokens(beam_search(&weak, &[1], o)?));
    let rows: [Row<'_>; 9] = [
        (&short, Always, 0.0, &[&[0], &[1, 0]]),
        (&short, Always, 1.0, &[&[1, 0], &[0]]),
        (&short, Heuristic, 1.0, &[&[1, 0], &[0]]),
        (&strong, Always, 1.0, &[&[1, 0], &[0]]),
        (&strong, Heuristic, 1.0, &[&[1, 1, 0], &[1, 0]]),
        (&strong, Heuristic, 0.0, &[&[1, 1, 0], &[0]]),
        (&weak, Always, 1.0, &[&[0], &[2, 0]]),
        (&weak, Heuristic, 1.0, &[&[0], &[2, 0]]),
        (&weak, Never, 1.0, &[&[0], &[1, 1, 0]]),
    ];
    for (i, (model, stopping, penalty, expected)) in rows.into_iter().enumerate() {
        assert_eq!(search(model, stopping, penalty)?, expected, "row {i}: {stopping:?}, penalty {penalty}");
    }
    Ok(())
}

#[test]
fn groups_go_different_ways() -> Result<(), Error> {
    let model = Uncached::new(8, |t| Ok(logits_after(t, 8, 4)));
    let options = |groups, diversity_penalty| BeamOptions {
        beams: 4,
        groups,
        diversity_penalty,
        returned: 4,
        maximum_new_tokens: 5,
        ..BeamOptions::default()
    };
    let twins = beam_search(&model, &[1], &options(2, 0.0))?;
    assert_eq!((&twins[0], &twins[2]), (&twins[1], &twins[3]), "without a penalty both groups find the same");
    let apart = beam_search(&model, &[1], &options(4, 100.0))?;
    let mut firsts: Vec<u32> = apart.iter().map(|text| text.tokens[0]).collect();
    firsts.sort_unstable();
    firsts.dedup();
    assert_eq!(firsts.len(), 4);
    Ok(())
}

#[test]
fn beam_sampling_draws_by_probability() -> Result<(), Error> {
    let model = Uncached::new(6, |t| Ok(logits_after(t, 6, 5)));
    let p = log_softmax(&logits_after(&[1], 6, 5)).into_iter().map(f64::exp).collect::<Vec<_>>();
    let mut counts = vec![0.0; 6];
    for seed in 0..20_000 {
        let options = BeamOptions { beams: 1, sample: true, maximum_new_tokens: 1, seed, ..BeamOptions::default() };
        counts[beam_search(&model, &[1], &options)?[0].tokens[0] as usize] += 1.0;
    }
    fits(&counts, &p);
    Ok(())
}
