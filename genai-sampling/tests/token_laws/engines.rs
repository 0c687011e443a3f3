//! The presets of other engines, and generation configurations.

use super::softmax;
use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::token::{Candidates, Chain, Dry, Options, Processor, Sequence, Settings};
use std::time::Duration;

type Engine = fn(&Settings) -> Result<Chain, Error>;
const ENGINES: [(&str, Engine); 4] = [
    ("transformers", Chain::hf),
    ("vLLM", Chain::vllm),
    ("llama.cpp", Chain::llama_cpp),
    ("mistral.rs", Chain::mistral_rs),
];

/// The same settings, four orders: what is left of ten tokens, and transformers' probabilities.
#[test]
fn the_same_settings_leave_four_three_and_two_tokens() -> Result<(), Error> {
    let settings =
        Settings { temperature: Some(1.5), top_k: Some(7), top_p: Some(0.6), min_p: Some(0.5), ..Settings::default() };
    for ((engine, chain), expected) in ENGINES.into_iter().zip([4, 3, 2, 4]) {
        let mut logits = [29f32, 24.0, 14.0, 12.0, 12.0, 11.0, 9.0, 8.0, 5.0, 4.0].map(|weight| (weight / 128.0).ln());
        chain(&settings)?.apply(&[], &mut logits)?;
        assert_eq!(logits.iter().filter(|x| x.is_finite()).count(), expected, "{engine}");
        if engine == "transformers" {
            for (got, expected) in softmax(&logits).into_iter().zip([0.328, 0.289, 0.202, 0.182]) {
                assert!((got - expected).abs() < 6e-4, "{got}, expected {expected}");
            }
        }
    }
    Ok(())
}

/// The names of the processors in order, and which settings an engine has.
#[test]
fn each_engine_has_its_order() -> Result<(), Error> {
    let (temperature, top_k, top_p, min_p) = (Some(0.5), Some(3), Some(0.5), Some(0.5));
    let shared = Settings { temperature, top_k, top_p, min_p, repetition_penalty: Some(1.1), ..Settings::default() };
    let counts = Settings { frequency_penalty: Some(0.1), presence_penalty: Some(0.1), ..shared.clone() };
    let biased = Settings { sequence_bias: vec![(vec![1], 1.0)], ..counts };
    let dry = Settings { dry: Some(Dry::default()), ..biased.clone() };
    let expected = [
        (Chain::hf as Engine, &shared, "RepetitionPenalty Temperature TopK TopP MinP"),
        (
            Chain::vllm,
            &biased,
            "SequenceBias RepetitionPenalty FrequencyPenalty PresencePenalty Temperature MinP TopK TopP",
        ),
        (
            Chain::llama_cpp,
            &dry,
            "SequenceBias RepetitionPenalty FrequencyPenalty PresencePenalty Dry TopK TopP MinP Temperature",
        ),
        (
            Chain::mistral_rs,
            &dry,
            "Dry FrequencyPenalty PresencePenalty RepetitionPenalty SequenceBias Temperature TopK TopP MinP",
        ),
    ];
    for (engine, settings, names) in expected {
        assert_eq!(self::names(&engine(settings)?), names);
    }
    Ok(())
}

/// The processors of a chain by name.
fn names(chain: &Chain) -> String {
    let shown = format!("{chain:#?}");
    let top = shown.lines().filter(|line| line.starts_with("        ") && !line.starts_with("         "));
    let word = |line: &str| line.trim().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
    top.map(word).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Each setting alone: an engine has it, with one processor, or says that it has not.
#[test]
fn what_an_engine_lacks_is_an_error() {
    let default = Settings::default;
    #[rustfmt::skip]
    let rows: [(&str, Settings, [bool; 4]); 20] = [
        ("temperature", Settings { temperature: Some(0.7), ..default() }, [true; 4]),
        ("dynamic_temperature", Settings { dynamic_temperature: Some((0.5, 1.0)), ..default() }, [false, false, true, false]),
        ("typical_p", Settings { typical_p: Some(0.7), ..default() }, [true, false, true, false]),
        ("epsilon_cutoff", Settings { epsilon_cutoff: Some(0.01), ..default() }, [true, false, false, false]),
        ("eta_cutoff", Settings { eta_cutoff: Some(0.01), ..default() }, [true, false, false, false]),
        ("top_h", Settings { top_h: Some(0.4), ..default() }, [true, false, false, false]),
        ("top_n_sigma", Settings { top_n_sigma: Some(1.0), ..default() }, [false, false, true, false]),
        ("xtc", Settings { xtc: Some((0.5, 0.1)), ..default() }, [false, false, true, false]),
        ("dry", Settings { dry: Some(Dry::default()), ..default() }, [false, false, true, true]),
        ("frequency_penalty", Settings { frequency_penalty: Some(0.5), ..default() }, [false, true, true, true]),
        ("presence_penalty", Settings { presence_penalty: Some(0.5), ..default() }, [false, true, true, true]),
        ("no_repeat_ngram", Settings { no_repeat_ngram: Some(3), ..default() }, [true, false, false, false]),
        ("bad_words", Settings { bad_words: vec![vec![3]], ..default() }, [true, true, false, false]),
        ("allowed_tokens", Settings { allowed_tokens: vec![3], ..default() }, [false, true, false, false]),
        ("suppressed_tokens", Settings { suppressed_tokens: vec![3], ..default() }, [true, false, false, false]),
        ("forced_begin", Settings { forced_begin: Some(3), ..default() }, [true, false, false, false]),
        ("minimum_length", Settings { minimum_length: 5, ..default() }, [true, false, false, false]),
        ("minimum_new_tokens", Settings { minimum_new_tokens: 5, ..default() }, [true, true, false, false]),
        ("length_decay", Settings { length_decay: Some((5, 1.1)), ..default() }, [true, false, false, false]),
        ("remove_invalid", Settings { remove_invalid: true, ..default() }, [true, false, false, false]),
    ];
    for (name, settings, has) in rows {
        for ((engine, chain), has) in ENGINES.into_iter().zip(has) {
            match chain(&settings) {
                Ok(chain) => assert!(has && chain.len() == 1, "{engine}: {name}"),
                Err(error) => assert_eq!((has, error.to_string()), (false, format!("{name}: {engine} has none"))),
            }
        }
    }
}

/// A preset is the chain that one writes by hand: with the prompt's length, penalties of vLLM see generated tokens alone.
#[test]
fn vllm_counts_generated_tokens() -> Result<(), Error> {
    let settings = Settings { presence_penalty: Some(1.0), ..Settings::default() };
    for (engine, expected) in [(Chain::vllm as Engine, [0.0, -1.0]), (Chain::llama_cpp, [-1.0, -1.0])] {
        let mut logits = [0.0; 2];
        let sequence = Sequence { prompt: 1, key: Key::new(0) };
        let mut candidates = Candidates::new(&mut logits).of(sequence);
        engine(&settings)?.process(&[0, 1], &mut candidates)?;
        candidates.write_back()?;
        assert_eq!(logits, expected);
    }
    Ok(())
}

#[test]
fn generation_configs_give_transformers_chains() {
    #[rustfmt::skip]
    let rows = [
        ("{}", Ok("")),
        (r#"{"temperature": 0.5, "top_k": 5, "top_p": 0.9}"#, Ok("")), // greedy
        (r#"{"do_sample": true}"#, Ok("TopK")), // transformers' default
        (r#"{"do_sample": true, "top_k": 0, "temperature": 1.0, "typical_p": 1.0}"#, Ok("")),
        (r#"{"do_sample": true, "min_p": 0.1, "top_p": 0.9, "top_k": null, "temperature": 0.6}"#, Ok("Temperature TopK TopP MinP")),
        (r#"{"repetition_penalty": 1.1, "no_repeat_ngram_size": 3, "bad_words_ids": [[4], [1, 2]]}"#, Ok("RepetitionPenalty NoRepeatNgram BadWords")),
        (r#"{"min_length": 5, "eos_token_id": 2, "max_length": 64}"#, Ok("MinimumLength")),
        (r#"{"min_length": 5}"#, Ok("")), // no end that could be removed
        (r#"{"min_new_tokens": 5, "eos_token_id": [2, 3], "exponential_decay_length_penalty": [10, 1.2]}"#, Ok("MinimumLength LengthDecay")),
        (r#"{"forced_bos_token_id": 0, "forced_eos_token_id": 2, "suppress_tokens": [7], "begin_suppress_tokens": [8]}"#, Ok("ForcedTokens ForcedTokens SuppressedTokens SuppressedTokens")),
        (r#"{"sequence_bias": [[[7], 2.5], [[0, 9], -3.0]], "remove_invalid_values": true, "renormalize_logits": true}"#, Ok("SequenceBias RemoveInvalid Renormalize")),
        (r#"{"transformers_version": "4.40", "_from_model_config": true, "num_beams": 1, "use_cache": true}"#, Ok("")),
        (r#"{"do_sample": true, "epsilon_cutoff": 0.01, "eta_cutoff": 0.02, "top_h": 0.4, "typical_p": 0.9}"#, Ok("TopH TopK TypicalP EpsilonCutoff EtaCutoff")),
        ("[1]", Err("generation_config.json: is no JSON object")),
        (r#"{"do_sample": "yes"}"#, Err("do_sample: is not true or false")),
        (r#"{"do_sample": true, "top_p": 1.5}"#, Err("top_p: 1.5 is not in (0, 1]")),
        (r#"{"do_sample": true, "temperature": 0.0}"#, Err("temperature: 0 is not a positive number")),
        (r#"{"do_sample": true, "top_k": -1}"#, Err("top_k: is not a whole number from 0 on")),
        (r#"{"bad_words_ids": [[]]}"#, Err("sequence_bias: 0 is not a length of at least 1")),
        (r#"{"bad_words_ids": [3]}"#, Err("bad_words_ids: is not a list of lists of tokens")),
        (r#"{"num_beams": 4}"#, Err("num_beams: is nothing that a chain can do; leave it out, and use what this crate has for it")),
        (r#"{"watermarking_config": {}}"#, Err("watermarking_config: is nothing that a chain can do; leave it out, and use what this crate has for it")),
    ];
    for (json, expected) in rows {
        let got = Chain::from_generation_config(json).map(|chain| names(&chain)).map_err(|error| error.to_string());
        assert_eq!(got, expected.map(str::to_owned).map_err(str::to_owned), "{json}");
    }
    assert!(Chain::from_generation_config("{").is_err());
}

#[test]
fn generation_configs_give_options() -> Result<(), Error> {
    let json =
        r#"{"do_sample": true, "max_length": 30, "max_time": 1.5, "eos_token_id": [2, 3], "stop_strings": "\n\n"}"#;
    let options = Options::from_generation_config(json, 10)?;
    assert_eq!((options.maximum_new_tokens, &options.stop_tokens[..]), (20, &[2, 3][..]));
    assert_eq!(
        (options.maximum_time, options.stop_strings),
        (Some(Duration::from_millis(1500)), vec!["\n\n".to_owned()])
    );
    assert_eq!(format!("{:?}", options.select), "Multinomial");
    let greedy = Options::from_generation_config(r#"{"max_new_tokens": 7, "max_length": 30}"#, 10)?;
    assert_eq!((greedy.maximum_new_tokens, format!("{:?}", greedy.select)), (7, "Greedy".to_owned()));
    assert!(matches!(Options::from_generation_config(json, 30), Err(Error::Context { length: 30, context: 30 })));
    assert!(Options::from_generation_config(r#"{"max_time": -1}"#, 0).is_err());
    Ok(())
}
