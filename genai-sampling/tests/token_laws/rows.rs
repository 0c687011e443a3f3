//! The processors, and what holds for each.

use genai_sampling::Error;
use genai_sampling::token::{
    AllowedTokens, BadWords, Chain, Dry, DynamicTemperature, EpsilonCutoff, EtaCutoff, ForcedTokens, FrequencyPenalty,
    LengthDecay, MinP, MinimumLength, NoRepeatNgram, PresencePenalty, Processor, RemoveInvalid, Renormalize,
    RepetitionPenalty, SequenceBias, SuppressedTokens, Temperature, TopH, TopK, TopNSigma, TopP, TypicalP, Xtc,
};

/// A processor and what holds for it.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) make: fn() -> Result<Chain, Error>,
    pub(crate) holds: u8,
}

/// The likeliest token stays the likeliest.
pub(crate) const ARGMAX: u8 = 1;
/// Logits are computed from a sum, whose rounding differs between all logits and a list of them.
pub(crate) const SUMS: u8 = 2;
/// Logits that are no numbers may be replaced or removed.
pub(crate) const HEALS: u8 = 4;

impl Row {
    pub(crate) fn is(&self, what: u8) -> bool {
        self.holds & what != 0
    }
}

pub(crate) fn one(processor: Result<impl Processor + 'static, Error>) -> Result<Chain, Error> {
    Ok(Chain::new().then(processor?))
}

// Of tokens, rows name 0 and 1, which most vocabularies have; 20 tokens come before.
#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    Row { name: "temperature .3", make: || one(Temperature::new(0.3)), holds: ARGMAX },
    Row { name: "temperature 2", make: || one(Temperature::new(2.0)), holds: ARGMAX },
    Row { name: "dynamic temperature", make: || one(DynamicTemperature::between(0.5, 2.0, 1.3)), holds: ARGMAX | SUMS },
    Row { name: "dynamic temperature from 0", make: || one(DynamicTemperature::around(0.7, 0.9, 1.0)), holds: ARGMAX | SUMS },
    Row { name: "top-k 1", make: || one(TopK::new(1)), holds: ARGMAX },
    Row { name: "top-k 50", make: || one(TopK::new(50)), holds: ARGMAX },
    Row { name: "top-k 700", make: || one(TopK::new(700)), holds: ARGMAX },
    Row { name: "top-k of all", make: || one(TopK::new(1_000_000)), holds: ARGMAX },
    Row { name: "top-p .01", make: || one(TopP::new(0.01)), holds: ARGMAX },
    Row { name: "top-p .01, 5 at least", make: || one(TopP::new(0.01).map(|p| p.at_least(5))), holds: ARGMAX },
    Row { name: "top-p .9", make: || one(TopP::new(0.9)), holds: ARGMAX },
    Row { name: "top-p .999", make: || one(TopP::new(0.999)), holds: ARGMAX },
    Row { name: "top-p 1", make: || one(TopP::new(1.0)), holds: ARGMAX },
    Row { name: "min-p .03", make: || one(MinP::new(0.03)), holds: ARGMAX },
    Row { name: "min-p 1", make: || one(MinP::new(1.0)), holds: ARGMAX },
    Row { name: "min-p .9, 7 at least", make: || one(MinP::new(0.9).map(|p| p.at_least(7))), holds: ARGMAX },
    Row { name: "epsilon .002", make: || one(EpsilonCutoff::new(0.002)), holds: ARGMAX },
    Row { name: "epsilon .5, 3 at least", make: || one(EpsilonCutoff::new(0.5).map(|p| p.at_least(3))), holds: ARGMAX },
    Row { name: "eta .01", make: || one(EtaCutoff::new(0.01)), holds: ARGMAX },
    Row { name: "eta .9, 2 at least", make: || one(EtaCutoff::new(0.9).map(|p| p.at_least(2))), holds: ARGMAX },
    Row { name: "top-h .4", make: || one(TopH::new(0.4)), holds: ARGMAX },
    Row { name: "top-h 1", make: || one(TopH::new(1.0)), holds: ARGMAX },
    Row { name: "top-n-sigma 1.5", make: || one(TopNSigma::new(1.5)), holds: ARGMAX },
    Row { name: "renormalize", make: || one(Ok(Renormalize)), holds: ARGMAX | SUMS },
    Row { name: "remove invalid", make: || one(Ok(RemoveInvalid)), holds: ARGMAX | HEALS },
    Row { name: "typical .3", make: || one(TypicalP::new(0.3)), holds: 0 },
    Row { name: "typical .95", make: || one(TypicalP::new(0.95)), holds: 0 },
    Row { name: "typical .001, 200 at least", make: || one(TypicalP::new(0.001).map(|p| p.at_least(200))), holds: 0 },
    Row { name: "xtc always", make: || one(Xtc::new(1.0, 0.03)), holds: 0 },
    Row { name: "xtc at random", make: || one(Xtc::new(0.5, 0.01)), holds: 0 },
    Row { name: "repetition 1.3", make: || one(RepetitionPenalty::new(1.3)), holds: 0 },
    Row { name: "repetition .8 in 5", make: || one(RepetitionPenalty::new(0.8).map(|p| p.window(5))), holds: 0 },
    Row { name: "frequency .4", make: || one(FrequencyPenalty::new(0.4)), holds: 0 },
    Row { name: "presence -.7 in 9", make: || one(PresencePenalty::new(-0.7).map(|p| p.window(9))), holds: 0 },
    Row { name: "dry", make: || one(Dry { allowed: 1, ..Dry::default() }.checked()), holds: 0 },
    Row { name: "no 2-gram again", make: || one(NoRepeatNgram::new(2)), holds: 0 },
    Row { name: "bad words", make: || one(BadWords::new([vec![0], vec![1, 1]], &[])), holds: 0 },
    Row { name: "sequence bias", make: || one(SequenceBias::new([(vec![0], 1.5), (vec![0, 1], -2.0)])), holds: 0 },
    Row { name: "suppressed", make: || one(Ok(SuppressedTokens::new([0]))), holds: 0 },
    Row { name: "allowed", make: || one(AllowedTokens::new([1, 0])), holds: HEALS },
    Row { name: "forced", make: || one(Ok(ForcedTokens::at(20, [0, 1]))), holds: 0 },
    Row { name: "minimum length", make: || one(Ok(MinimumLength::new(30, [0]))), holds: 0 },
    Row { name: "length decay", make: || one(LengthDecay::new(3, 1.05, [0])), holds: 0 },
    Row { name: "all four", holds: 0, make: || Ok(Chain::new()
        .then(RepetitionPenalty::new(1.2)?).then(Temperature::new(0.7)?).then(TopK::new(40)?).then(TopP::new(0.95)?)) },
    Row { name: "another order", holds: ARGMAX, make: || Ok(Chain::new()
        .then(TopP::new(0.9)?).then(Temperature::new(1.5)?).then(TopK::new(20)?)) },
    Row { name: "a list is cut again", holds: ARGMAX, make: || Ok(Chain::new().then(TopK::new(300)?)
        .then(EtaCutoff::new(0.001)?).then(Temperature::new(1.2)?).then(MinP::new(0.01)?).then(TopH::new(0.9)?)) },
];
