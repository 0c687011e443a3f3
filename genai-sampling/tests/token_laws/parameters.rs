//! Parameters outside their range, tokens outside the vocabulary; and that no processor lacks a row.

use super::rows::ROWS;
use genai_sampling::Error;
use genai_sampling::token::{
    AllowedTokens, BadWords, Candidates, Chain, Dry, DynamicTemperature, EpsilonCutoff, EtaCutoff, ForcedTokens,
    FrequencyPenalty, LengthDecay, MinP, MinimumLength, NoRepeatNgram, PresencePenalty, RepetitionPenalty,
    SequenceBias, SuppressedTokens, Temperature, TopH, TopK, TopNSigma, TopP, TypicalP, Xtc,
};
use std::fs;

#[test]
fn parameters_outside_their_range_are_errors() {
    for t in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let message = Temperature::new(t).expect_err("no temperature").to_string();
        assert!(message.starts_with("temperature: ") && message.ends_with("is not a positive number"), "{message}");
        assert!(RepetitionPenalty::new(t).is_err() && TopNSigma::new(t).is_err());
        assert!(LengthDecay::new(1, t, [0]).is_err() && DynamicTemperature::between(0.0, t, 1.0).is_err());
        assert!(DynamicTemperature::between(0.0, 1.0, t).is_err());
    }
    for p in [0.0, -0.1, 1.1, f64::NAN] {
        assert!(matches!(TopP::new(p), Err(Error::Parameter { name: "top_p", .. })));
        assert!(MinP::new(p).is_err() && TypicalP::new(p).is_err() && TopH::new(p).is_err());
        assert!(EpsilonCutoff::new(p).is_err() && EtaCutoff::new(p).is_err());
        assert!(Xtc::new(p, 0.1).is_err() && Xtc::new(0.1, p).is_err());
    }
    for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert!(FrequencyPenalty::new(x).is_err() && PresencePenalty::new(x).is_err());
        assert!(Dry { multiplier: x, ..Dry::default() }.checked().is_err());
        assert!(Dry { base: x, ..Dry::default() }.checked().is_err());
    }
    for low in [-0.1, 1.1, f32::NAN] {
        assert!(DynamicTemperature::between(low, 1.0, 1.0).is_err());
    }
    assert_eq!(TopK::new(0).expect_err("no k").to_string(), "top_k: 0 is not at least 1");
    assert_eq!(NoRepeatNgram::new(0).expect_err("no n").to_string(), "no_repeat_ngram: 0 is not at least 1");
    assert!(Dry { base: 0.9, ..Dry::default() }.checked().is_err());
    assert!(Dry { breakers: vec![vec![]], ..Dry::default() }.checked().is_err());
    assert!(BadWords::new([vec![]], &[]).is_err() && SequenceBias::new([(vec![], 1.0)]).is_err());
    assert!(
        SequenceBias::new([(vec![1], f32::NAN)]).is_err() && SequenceBias::new([(vec![1], f32::INFINITY)]).is_err()
    );
    assert!(matches!(AllowedTokens::new([]), Err(Error::NoCandidates)));
}

/// Whatever names a token says which lies outside the vocabulary.
#[test]
fn tokens_outside_the_vocabulary_are_errors() -> Result<(), Error> {
    let chains = [
        Chain::new().then(RepetitionPenalty::new(1.1)?),
        Chain::new().then(FrequencyPenalty::new(0.1)?),
        Chain::new().then(NoRepeatNgram::new(1)?),
        Chain::new().then(Dry { allowed: 0, ..Dry::default() }.checked()?),
        Chain::new().then(BadWords::new([vec![7]], &[])?),
        Chain::new().then(SequenceBias::new([(vec![3, 7], 1.0)])?), // before its tokens have come
        Chain::new().then(SuppressedTokens::new([7])),
        Chain::new().then(AllowedTokens::new([1, 7])?),
        Chain::new().then(ForcedTokens::at(3, [7])),
        Chain::new().then(MinimumLength::new(9, [7])),
        Chain::new().then(LengthDecay::new(1, 1.1, [7])?),
    ];
    for chain in chains {
        let result = chain.apply(&[7, 7, 7], &mut [0.0; 7]);
        assert!(matches!(result, Err(Error::Token { token: 7, vocabulary: 7 })), "{chain:?}: {result:?}");
    }
    Ok(())
}

/// Numbers that no processor would pass on: no panic, and something is left or an error says that nothing is.
#[test]
fn candidates_take_any_number() -> Result<(), Error> {
    type Change = fn(&mut Candidates<'_>, f64) -> Result<(), Error>;
    let changes: [Change; 6] = [
        |c, x| c.keep_top(x as usize),
        |c, x| c.keep_nucleus(x),
        |c, x| c.keep_nucleus_or(0.5, x as usize),
        |c, x| c.keep_typical(x, x as usize),
        |c, x| c.keep_probable(x, x as usize),
        |c, x| c.keep_at_least_or(x, x as usize),
    ];
    for n in [1, 5, 700] {
        for x in [0.0, 1.0, -1.0, 3.0, 1e9, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for (index, change) in changes.iter().enumerate() {
                let mut logits: Vec<f32> = (0..n).map(|i| (i % 9) as f32).collect();
                let mut candidates = Candidates::new(&mut logits);
                let changed = change(&mut candidates, x);
                let left = candidates.write_back();
                let nothing = matches!(changed.and(left), Err(Error::NoCandidates));
                assert!(nothing || logits.iter().any(|x| x.is_finite()), "change {index} by {x} of {n}");
            }
        }
    }
    let mut logits = [0.0; 3];
    assert_eq!(Candidates::new(&mut logits).ranked(0)?, []);
    assert!(matches!(Candidates::new(&mut logits).force(&[]), Err(Error::NoCandidates)));
    assert!(matches!(Candidates::new(&mut logits).log_probability(3), Err(Error::Token { token: 3, vocabulary: 3 })));
    assert!(matches!(Candidates::new(&mut []).entropy(), Err(Error::EmptyVocabulary)));
    Ok(())
}

/// Contradictory settings leave nothing, and that is said.
#[test]
fn chains_that_leave_nothing_are_errors() -> Result<(), Error> {
    let chains = [
        Chain::new().then(AllowedTokens::new([1])?).then(SuppressedTokens::new([1])),
        Chain::new().then(SuppressedTokens::new([0, 1, 2])).then(TopP::new(0.9)?),
        Chain::new().then(ForcedTokens::at(0, [])),
        Chain::new().then(ForcedTokens::at(0, [1])).then(MinimumLength::new(5, [1])),
    ];
    for chain in chains {
        assert!(matches!(chain.apply(&[], &mut [0.0; 3]), Err(Error::NoCandidates)), "{chain:?}");
    }
    Ok(())
}

/// The files of the processors name what the rows make.
#[test]
fn every_processor_has_a_row() -> Result<(), Error> {
    let chains: Vec<String> =
        ROWS.iter().map(|row| Ok(format!("{:?}", (row.make)()?))).collect::<Result<_, Error>>()?;
    let mut found = 0;
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/token/processor")).expect("the sources are here")
    {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a source is text");
        for line in text.lines().filter_map(|line| line.strip_prefix("impl Processor for ")) {
            let name = line.trim_end_matches(" {");
            assert!(chains.iter().any(|chain| chain.contains(name)), "{name} has no row");
            found += 1;
        }
    }
    assert!(found >= 25, "{found} processors");
    Ok(())
}
