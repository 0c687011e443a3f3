//! Answers known from elsewhere: a lecture, llama.cpp's own tests, papers' formulas.

use super::{one, softmax};
use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::token::{
    Candidates, Chain, Dry, DynamicTemperature, EpsilonCutoff, FrequencyPenalty, Greedy, MinP, PresencePenalty,
    Processor, Select, Sequence, SequenceBias, Temperature, TopK, TopNSigma, TopP, TypicalP, Xtc,
};

/// The probabilities of a lecture: p(happy, tired, hungry, lucky | "I am") under each method.
#[test]
fn the_lecture_comes_out() -> Result<(), Error> {
    let p = [0.4, 0.3, 0.2, 0.1];
    let power = |t: f64| p.map(|x: f64| x.powf(1.0 / t) / p.map(|x| x.powf(1.0 / t)).iter().sum::<f64>());
    let rows = [
        ("top-k 2", one(TopK::new(2)), [4.0 / 7.0, 3.0 / 7.0, 0.0, 0.0]),
        ("top-p .8", one(TopP::new(0.8)), [4.0 / 9.0, 3.0 / 9.0, 2.0 / 9.0, 0.0]),
        ("temperature .5", one(Temperature::new(0.5)), [16.0 / 30.0, 9.0 / 30.0, 4.0 / 30.0, 1.0 / 30.0]),
        ("temperature 1.5", one(Temperature::new(1.5)), power(1.5)),
    ];
    let logits = p.map(|x| x.ln() as f32);
    assert_eq!(Greedy.select(&mut Candidates::new(&mut logits.clone()), &mut Key::new(0).stream())?, 0);
    for (name, chain, expected) in rows {
        let mut after = logits;
        chain?.apply(&[], &mut after)?;
        for (got, expected) in softmax(&after).into_iter().zip(expected) {
            assert!((got - expected).abs() < 1e-6, "{name}: {got}, expected {expected}");
        }
    }
    let (sharp, flat) = (power(0.5), power(1.5));
    assert!(sharp[0] > p[0] && flat[0] < p[0] && sharp[3] < p[3] && flat[3] > p[3]);
    Ok(())
}

/// Probabilities, tokens before, chain → probabilities, as in llama.cpp's tests of its samplers; the penalties by hand.
#[test]
fn llama_cpp_gives_the_same() -> Result<(), Error> {
    let p = [0.1, 0.2, 0.3, 0.4];
    let tied = [0.25; 4];
    let dry = |allowed, breakers: &[u32]| {
        let breakers = breakers.iter().map(|&token| vec![token]).collect();
        one(Dry { multiplier: 1.0, base: 1.1, allowed, breakers, ..Dry::default() }.checked())
    };
    #[rustfmt::skip]
    let rows = [
        ("temperature 1", &p, &[][..], one(Temperature::new(1.0)), p),
        ("top-k 1", &p, &[], one(TopK::new(1)), [0.0, 0.0, 0.0, 1.0]),
        ("top-k 3", &p, &[], one(TopK::new(3)), [0.0, 0.222222, 0.333333, 0.444444]),
        ("top-p .7", &p, &[], one(TopP::new(0.69)), [0.0, 0.0, 0.428571, 0.571429]),
        ("top-p .8", &p, &[], one(TopP::new(0.8)), [0.0, 0.222222, 0.333333, 0.444444]),
        ("min-p .24", &p, &[], one(MinP::new(0.24)), p),
        ("min-p .26", &p, &[], one(MinP::new(0.26)), [0.0, 0.222222, 0.333333, 0.444444]),
        ("min-p .51", &p, &[], one(MinP::new(0.51)), [0.0, 0.0, 0.428571, 0.571429]),
        ("min-p .76", &p, &[], one(MinP::new(0.76)), [0.0, 0.0, 0.0, 1.0]),
        ("xtc .09", &p, &[], one(Xtc::new(1.0, 0.09)), [1.0, 0.0, 0.0, 0.0]),
        ("xtc .19", &p, &[], one(Xtc::new(1.0, 0.19)), [0.333333, 0.666667, 0.0, 0.0]),
        ("xtc .29", &p, &[], one(Xtc::new(1.0, 0.29)), [0.166667, 0.333333, 0.5, 0.0]),
        ("xtc .39", &p, &[], one(Xtc::new(1.0, 0.39)), p),
        ("typical .5", &[0.97, 0.01, 0.01, 0.01], &[], one(TypicalP::new(0.5)), [1.0, 0.0, 0.0, 0.0]),
        ("top-nσ 1", &p, &[], one(TopNSigma::new(1.0)), [0.0, 0.0, 0.428571, 0.571429]),
        ("top-nσ 3", &p, &[], one(TopNSigma::new(3.0)), p),
        ("dry, no repetition", &tied, &[0, 1], dry(2, &[]), tied),
        ("dry", &tied, &[0, 1, 2, 0, 1], dry(2, &[]), [0.296923, 0.296923, 0.109232, 0.296923]),
        ("dry, a breaker", &tied, &[0, 1, 3, 0, 1], dry(2, &[3]), tied),
        ("dry, too short", &tied, &[0, 1, 2, 0, 1], dry(4, &[]), tied),
        ("frequency", &tied, &[0, 0, 1], one(FrequencyPenalty::new(0.5)), [0.123682, 0.203916, 0.336201, 0.336201]),
        ("presence", &tied, &[0, 0, 1], one(PresencePenalty::new(5.0)), [0.003346, 0.003346, 0.496654, 0.496654]),
        ("dynamic", &[0.97, 0.01, 0.01, 0.01], &[], one(DynamicTemperature::around(0.5, 0.5, 1e-6)), [0.97, 0.01, 0.01, 0.01]),
    ];
    rows.into_iter().try_for_each(check)
}

/// Ties where some candidates must stay, and a bias that the whole text begins, as transformers has it.
#[test]
fn transformers_gives_the_same() -> Result<(), Error> {
    let tied = [0.1, 0.1, 0.1, 0.7];
    let two = [0.125, 0.0, 0.0, 0.875];
    let far = [0.01, 0.01, 0.01, 0.97];
    #[rustfmt::skip]
    let rows = [
        ("top-p .5, 2 at least", &tied, &[][..], one(TopP::new(0.5).map(|x| x.at_least(2))), two),
        ("min-p .5, 2 at least", &tied, &[], one(MinP::new(0.5).map(|x| x.at_least(2))), two),
        ("typical .5, 2 at least", &far, &[], one(TypicalP::new(0.5).map(|x| x.at_least(2))), [0.010204, 0.0, 0.0, 0.989796]),
        ("epsilon .5, 2 at least", &tied, &[], one(EpsilonCutoff::new(0.5).map(|x| x.at_least(2))), tied),
        ("a bias", &tied, &[2], one(SequenceBias::new([(vec![2, 3], f32::NEG_INFINITY)])), [0.333333, 0.333333, 0.333333, 0.0]),
    ];
    rows.into_iter().try_for_each(check)
}

/// Probabilities, tokens before, a chain, and probabilities after it.
type Row<'a> = (&'static str, &'a [f64; 4], &'a [u32], Result<Chain, Error>, [f64; 4]);

fn check((name, before, tokens, chain, expected): Row<'_>) -> Result<(), Error> {
    let mut logits = before.map(|p| p.ln() as f32);
    chain?.apply(tokens, &mut logits)?;
    for (got, expected) in softmax(&logits).into_iter().zip(expected) {
        assert!((got - expected).abs() < 2e-6, "{name}: {got}, expected {expected}");
    }
    Ok(())
}

/// The prompt's tokens count for penalties, or not.
#[test]
fn penalties_know_the_prompt() -> Result<(), Error> {
    let penalties: [(Chain, [f32; 3]); 4] = [
        (one(PresencePenalty::new(1.0))?, [-1.0, -1.0, 0.0]),
        (one(PresencePenalty::new(1.0).map(PresencePenalty::generated_only))?, [0.0, -1.0, 0.0]),
        (one(FrequencyPenalty::new(1.0).map(FrequencyPenalty::generated_only))?, [0.0, -2.0, 0.0]),
        (one(FrequencyPenalty::new(1.0).map(|p| p.generated_only().window(1)))?, [0.0, -1.0, 0.0]),
    ];
    for (chain, expected) in penalties {
        let mut logits = [0.0; 3];
        let mut candidates = Candidates::new(&mut logits).of(Sequence { prompt: 2, ..Sequence::default() });
        chain.process(&[0, 0, 1, 1], &mut candidates)?;
        candidates.write_back()?;
        assert_eq!(logits, expected, "{chain:?}");
    }
    Ok(())
}

/// A coin that is thrown anew at each position, the same for the same sequence.
#[test]
fn xtc_throws_its_coin_by_key_and_position() -> Result<(), Error> {
    let chain = one(Xtc::new(0.5, 0.1))?;
    let left = |key: u64, position: usize| -> Result<usize, Error> {
        let mut logits = [1.0, 1.0];
        let sequence = Sequence { prompt: 0, key: Key::new(key) };
        let mut candidates = Candidates::new(&mut logits).of(sequence);
        chain.process(&vec![0; position], &mut candidates)?;
        Ok(candidates.iter().filter(|(_, logit)| logit.is_finite()).count())
    };
    let coins = |key| (0..200).map(|position| left(key, position)).collect::<Result<Vec<_>, _>>();
    let (once, again, other) = (coins(1)?, coins(1)?, coins(2)?);
    assert_eq!(once, again);
    assert_ne!(once, other);
    let excluded = once.iter().filter(|&&n| n == 1).count();
    assert!((60..=140).contains(&excluded), "{excluded} of 200"); // 5.6 standard deviations
    Ok(())
}
