//! Chains in the orders of known engines.

use super::{
    AllowedTokens, BadWords, Chain, Dry, DynamicTemperature, EpsilonCutoff, EtaCutoff, ForcedTokens, FrequencyPenalty,
    LengthDecay, MinP, MinimumLength, NoRepeatNgram, PresencePenalty, Processor, RemoveInvalid, Renormalize,
    RepetitionPenalty, SequenceBias, Settings, SuppressedTokens, Temperature, TopH, TopK, TopNSigma, TopP, TypicalP,
    Xtc,
};
use crate::Error;

impl Chain {
    /// The order of Hugging Face's transformers 5: biases, repetition penalty, n-grams, bad words, lengths, forced tokens,
    /// invalid values, decay, suppressed tokens; then temperature, top-h, top-k, top-p, min-p, typical, ε, η.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if something is set that transformers has not, and what the processors' constructors give.
    ///
    /// # Examples
    ///
    /// The same settings leave four tokens here, three in vLLM's order, two in llama.cpp's:
    ///
    /// ```
    /// use genai_sampling::token::{Chain, Settings};
    ///
    /// let settings = Settings {
    ///     temperature: Some(1.5), top_k: Some(7), top_p: Some(0.6), min_p: Some(0.5), ..Settings::default()
    /// };
    /// let left = |chain: Chain| {
    ///     let mut logits = [29f32, 24.0, 14.0, 12.0, 12.0, 11.0, 9.0, 8.0, 5.0, 4.0].map(f32::ln);
    ///     chain.apply(&[], &mut logits).map(|()| logits.iter().filter(|x| x.is_finite()).count())
    /// };
    /// assert_eq!(left(Chain::hf(&settings)?)?, 4);
    /// assert_eq!(left(Chain::vllm(&settings)?)?, 3);
    /// assert_eq!(left(Chain::llama_cpp(&settings)?)?, 2);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    pub fn hf(settings: &Settings) -> Result<Self, Error> {
        assemble("transformers", HF, settings)
    }

    /// The order of vLLM: allowed tokens, bad words, lengths and biases, penalties, temperature, min-p, top-k, top-p.
    ///
    /// Frequency and presence penalty count generated tokens alone ([`Sequence`](super::Sequence)).
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if something is set that vLLM has not, and what the processors' constructors give.
    pub fn vllm(settings: &Settings) -> Result<Self, Error> {
        assemble("vLLM", VLLM, settings)
    }

    /// The order of llama.cpp: biases, penalties, DRY, top-nσ, top-k, typical, top-p, min-p, XTC, and temperature last.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if something is set that llama.cpp has not, and what the processors' constructors give.
    pub fn llama_cpp(settings: &Settings) -> Result<Self, Error> {
        assemble("llama.cpp", LLAMA_CPP, settings)
    }

    /// The order of mistral.rs: DRY, penalties, biases, temperature, top-k, top-p, min-p.
    ///
    /// (As since it takes top-p of what top-k left; earlier versions took it of all.)
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if something is set that mistral.rs has not, and what the processors' constructors give.
    pub fn mistral_rs(settings: &Settings) -> Result<Self, Error> {
        assemble("mistral.rs", MISTRAL_RS, settings)
    }
}

/// A setting: its name, and the processor that it asks for, if it is set.
struct Part {
    name: &'static str,
    make: fn(&Settings) -> Made,
}

type Made = Result<Option<Box<dyn Processor>>, Error>;

/// The chain of those parts that are set; an error if others are.
fn assemble(engine: &'static str, order: &[Part], settings: &Settings) -> Result<Chain, Error> {
    let mut chain = Chain::new();
    for part in order {
        (part.make)(settings)?.into_iter().for_each(|processor| chain.push(processor));
    }
    for part in ALL {
        if order.iter().all(|known| known.name != part.name) && (part.make)(settings)?.is_some() {
            return Err(Error::Setting { setting: part.name.to_owned(), reason: format!("{engine} has none") });
        }
    }
    Ok(chain)
}

/// Every part, once.
#[rustfmt::skip]
const ALL: &[Part] = &[
    ALLOWED, BIAS, REPETITION, FREQUENCY, PRESENCE, DRY, NGRAM, BAD_WORDS, MINIMUM_LENGTH, MINIMUM_NEW, FORCED_BEGIN,
    FORCED_END, INVALID, DECAY, SUPPRESSED, BEGIN_SUPPRESSED, TEMPERATURE, DYNAMIC, TOP_H, TOP_K, TOP_P, MIN_P, TYPICAL,
    EPSILON, ETA, TOP_N_SIGMA, XTC, RENORMALIZE,
];

#[rustfmt::skip]
const HF: &[Part] = &[
    BIAS, REPETITION, NGRAM, BAD_WORDS, MINIMUM_LENGTH, MINIMUM_NEW, FORCED_BEGIN, FORCED_END, INVALID, DECAY, SUPPRESSED,
    BEGIN_SUPPRESSED, TEMPERATURE, TOP_H, TOP_K, TOP_P, MIN_P, TYPICAL, EPSILON, ETA, RENORMALIZE,
];

#[rustfmt::skip]
const VLLM: &[Part] = &[
    ALLOWED, BAD_WORDS, MINIMUM_NEW, BIAS, REPETITION, FREQUENCY_OF_GENERATED, PRESENCE_OF_GENERATED, TEMPERATURE, MIN_P,
    TOP_K, TOP_P,
];

#[rustfmt::skip]
const LLAMA_CPP: &[Part] = &[
    BIAS, REPETITION, FREQUENCY, PRESENCE, DRY, TOP_N_SIGMA, TOP_K, TYPICAL, TOP_P, MIN_P, XTC, TEMPERATURE, DYNAMIC,
];

const MISTRAL_RS: &[Part] = &[DRY, FREQUENCY, PRESENCE, REPETITION, BIAS, TEMPERATURE, TOP_K, TOP_P, MIN_P];

const ALLOWED: Part = Part {
    name: "allowed_tokens",
    make: |s| made(some(&s.allowed_tokens).map(|tokens| AllowedTokens::new(tokens.iter().copied()))),
};
const BIAS: Part = Part {
    name: "sequence_bias",
    make: |s| made(some(&s.sequence_bias).map(|biases| SequenceBias::new(biases.iter().cloned()))),
};
const REPETITION: Part = Part {
    name: "repetition_penalty",
    make: |s| made(s.repetition_penalty.map(|p| Ok(RepetitionPenalty::new(p)?.window(window(s))))),
};
const FREQUENCY: Part = Part {
    name: "frequency_penalty",
    make: |s| made(s.frequency_penalty.map(|p| Ok(FrequencyPenalty::new(p)?.window(window(s))))),
};
const FREQUENCY_OF_GENERATED: Part = Part {
    name: "frequency_penalty",
    make: |s| made(s.frequency_penalty.map(|p| Ok(FrequencyPenalty::new(p)?.window(window(s)).generated_only()))),
};
const PRESENCE: Part = Part {
    name: "presence_penalty",
    make: |s| made(s.presence_penalty.map(|p| Ok(PresencePenalty::new(p)?.window(window(s))))),
};
const PRESENCE_OF_GENERATED: Part = Part {
    name: "presence_penalty",
    make: |s| made(s.presence_penalty.map(|p| Ok(PresencePenalty::new(p)?.window(window(s)).generated_only()))),
};
const DRY: Part = Part { name: "dry", make: |s| made(s.dry.clone().map(Dry::checked)) };
const NGRAM: Part = Part { name: "no_repeat_ngram", make: |s| made(s.no_repeat_ngram.map(NoRepeatNgram::new)) };
const BAD_WORDS: Part = Part {
    name: "bad_words",
    make: |s| made(some(&s.bad_words).map(|words| BadWords::new(words.iter().cloned(), &s.end_tokens))),
};
const MINIMUM_LENGTH: Part = Part {
    name: "minimum_length",
    make: |s| made((s.minimum_length > 0).then(|| Ok(MinimumLength::new(s.minimum_length, ends(s))))),
};
const MINIMUM_NEW: Part = Part {
    name: "minimum_new_tokens",
    make: |s| made((s.minimum_new_tokens > 0).then(|| Ok(MinimumLength::generated(s.minimum_new_tokens, ends(s))))),
};
const FORCED_BEGIN: Part =
    Part { name: "forced_begin", make: |s| made(s.forced_begin.map(|token| Ok(ForcedTokens::first(token)))) };
const FORCED_END: Part = Part {
    name: "forced_end",
    make: |s| made(s.forced_end.clone().map(|(length, tokens)| Ok(ForcedTokens::last(tokens, length)))),
};
const INVALID: Part = Part { name: "remove_invalid", make: |s| made(s.remove_invalid.then_some(Ok(RemoveInvalid))) };
const DECAY: Part = Part {
    name: "length_decay",
    make: |s| made(s.length_decay.map(|(start, factor)| LengthDecay::new(start, factor, ends(s)))),
};
const SUPPRESSED: Part = Part {
    name: "suppressed_tokens",
    make: |s| made(some(&s.suppressed_tokens).map(|tokens| Ok(SuppressedTokens::new(tokens.iter().copied())))),
};
const BEGIN_SUPPRESSED: Part = Part {
    name: "begin_suppressed_tokens",
    make: |s| made(s.begin_suppressed_tokens.clone().map(|(at, tokens)| Ok(SuppressedTokens::new(tokens).at(at)))),
};
const TEMPERATURE: Part = Part {
    name: "temperature",
    make: |s| made(s.temperature.filter(|_| s.dynamic_temperature.is_none()).map(Temperature::new)),
};
const DYNAMIC: Part = Part {
    name: "dynamic_temperature",
    make: |s| {
        made(
            s.dynamic_temperature
                .map(|(range, exponent)| DynamicTemperature::around(s.temperature.unwrap_or(1.0), range, exponent)),
        )
    },
};
const TOP_H: Part = Part { name: "top_h", make: |s| made(s.top_h.map(TopH::new)) };
const TOP_K: Part = Part { name: "top_k", make: |s| made(s.top_k.map(TopK::new)) };
const TOP_P: Part = Part { name: "top_p", make: |s| made(s.top_p.map(TopP::new)) };
const MIN_P: Part = Part { name: "min_p", make: |s| made(s.min_p.map(MinP::new)) };
const TYPICAL: Part = Part { name: "typical_p", make: |s| made(s.typical_p.map(TypicalP::new)) };
const EPSILON: Part = Part { name: "epsilon_cutoff", make: |s| made(s.epsilon_cutoff.map(EpsilonCutoff::new)) };
const ETA: Part = Part { name: "eta_cutoff", make: |s| made(s.eta_cutoff.map(EtaCutoff::new)) };
const TOP_N_SIGMA: Part = Part { name: "top_n_sigma", make: |s| made(s.top_n_sigma.map(TopNSigma::new)) };
const XTC: Part =
    Part { name: "xtc", make: |s| made(s.xtc.map(|(probability, threshold)| Xtc::new(probability, threshold))) };
const RENORMALIZE: Part = Part { name: "renormalize", make: |s| made(s.renormalize.then_some(Ok(Renormalize))) };

/// The processor of a setting, boxed.
fn made<P: Processor + 'static>(processor: Option<Result<P, Error>>) -> Made {
    processor.map(|result| result.map(|processor| Box::new(processor) as Box<dyn Processor>)).transpose()
}

/// A list that is set: one that is not empty.
fn some<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}

fn window(settings: &Settings) -> usize {
    settings.penalty_window.unwrap_or(usize::MAX)
}

fn ends(settings: &Settings) -> Vec<u32> {
    settings.end_tokens.clone()
}
