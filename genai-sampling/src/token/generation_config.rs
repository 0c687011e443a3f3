//! Settings from `generation_config.json`.

use serde_json::{Map, Value as Json};
use std::time::Duration;

use super::{Chain, Greedy, Multinomial, Options, Select, Settings};
use crate::Error;

/// What a chain or the options cannot follow, each with the value that switches it off.
const ELSEWHERE: [(&str, f64); 8] = [
    ("num_beams", 1.0),
    ("num_beam_groups", 1.0),
    ("diversity_penalty", 0.0),
    ("penalty_alpha", 0.0),
    ("encoder_repetition_penalty", 1.0),
    ("encoder_no_repeat_ngram_size", 0.0),
    ("guidance_scale", 1.0),
    ("prompt_lookup_num_tokens", 0.0),
];

impl Chain {
    /// The chain that transformers builds from a `generation_config.json`, as [`Chain::hf`].
    ///
    /// Without `do_sample` the settings of the distribution (temperature, top-k, …) are not used; with it, `top_k` is 50
    /// unless the file says otherwise. What is no setting of the chain (lengths, caches, special tokens) is passed over,
    /// as are words that transformers does not know.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if the text is no JSON object, a value has another type than it should, or a setting asks for
    /// another processor or strategy than a chain of this crate has (`watermarking_config`, `num_beams` above 1, …).
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_sampling::token::Chain;
    ///
    /// let json = r#"{"do_sample": true, "temperature": 0.6, "top_p": 0.9, "eos_token_id": [2], "min_length": 4}"#;
    /// assert_eq!(Chain::from_generation_config(json)?.len(), 4); // minimum length, temperature, top-k 50, top-p
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    pub fn from_generation_config(json: &str) -> Result<Self, Error> {
        let config = Config::parse(json)?;
        config.refuse_elsewhere()?;
        Self::hf(&config.settings()?)
    }
}

impl Options {
    /// The options that a `generation_config.json` asks for, for a prompt of so many tokens: chain, selection, lengths, time
    /// and ends.
    ///
    /// # Errors
    ///
    /// As [`Chain::from_generation_config`]; [`Error::Context`] if the prompt fills `max_length` already.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_sampling::token::Options;
    ///
    /// let options = Options::from_generation_config(r#"{"max_length": 100, "eos_token_id": 2}"#, 40)?;
    /// assert_eq!((options.maximum_new_tokens, options.stop_tokens), (60, vec![2]));
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    pub fn from_generation_config(json: &str, prompt: usize) -> Result<Self, Error> {
        let (config, default) = (Config::parse(json)?, Self::default());
        let select: Box<dyn Select> = if config.samples()? { Box::new(Multinomial) } else { Box::new(Greedy) };
        let room = |length: usize| match length.checked_sub(prompt) {
            Some(room) if room > 0 => Ok(room),
            _ => Err(Error::Context { length: prompt, context: length }),
        };
        let left = config.whole("max_length")?.map(room).transpose()?;
        Ok(Self {
            chain: Chain::from_generation_config(json)?,
            select,
            maximum_new_tokens: config.whole("max_new_tokens")?.or(left).unwrap_or(default.maximum_new_tokens),
            maximum_time: config.number("max_time")?.map(|seconds| seconds_of("max_time", seconds)).transpose()?,
            stop_tokens: config.tokens("eos_token_id")?,
            stop_strings: config.strings("stop_strings")?,
            ..default
        })
    }
}

/// A length of time that a clock can hold.
fn seconds_of(name: &str, seconds: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong(name, "a number of seconds"))
}

fn wrong(name: &str, expected: &str) -> Error {
    Error::Setting { setting: name.to_owned(), reason: format!("is not {expected}") }
}

/// The file, whose values are asked for by name and type; null is as good as absent.
struct Config(Map<String, Json>);

impl Config {
    fn parse(json: &str) -> Result<Self, Error> {
        let failed = |reason: String| Error::Setting { setting: "generation_config.json".to_owned(), reason };
        match serde_json::from_str(json) {
            Ok(Json::Object(map)) => Ok(Self(map)),
            Ok(_) => Err(failed("is no JSON object".to_owned())),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    /// An error if the text is to be generated in a way that a chain has no part in.
    fn refuse_elsewhere(&self) -> Result<(), Error> {
        let refuse = |name: &str| Error::Setting {
            setting: name.to_owned(),
            reason: "is nothing that a chain can do; leave it out, and use what this crate has for it".to_owned(),
        };
        for (name, off) in ELSEWHERE {
            if self.number(name)?.is_some_and(|value| value != off) {
                return Err(refuse(name));
            }
        }
        let objects = ["watermarking_config", "constraints", "force_words_ids", "forced_decoder_ids", "dola_layers"];
        let set =
            |name: &&str| self.get(name).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty()));
        objects.into_iter().find(set).map_or(Ok(()), |name| Err(refuse(name)))
    }

    fn samples(&self) -> Result<bool, Error> {
        self.flag("do_sample")
    }

    fn settings(&self) -> Result<Settings, Error> {
        let samples = self.samples()?;
        // As transformers: a value that changes nothing adds no processor.
        let unless = |name: &str, neutral: f64| Ok::<_, Error>(self.number(name)?.filter(|value| *value != neutral));
        let drawn = |name: &str, neutral: f64| if samples { unless(name, neutral) } else { Ok(None) };
        let top_k = if samples { Some(self.whole("top_k")?.unwrap_or(50)).filter(|k| *k > 0) } else { None };
        let ends = self.tokens("eos_token_id")?;
        let begin = 1 + usize::from(self.number("forced_bos_token_id")?.is_some());
        let suppressed_at_begin = self.tokens("begin_suppress_tokens")?;
        Ok(Settings {
            temperature: drawn("temperature", 1.0)?.map(|t| t as f32),
            top_k,
            top_p: drawn("top_p", 1.0)?,
            min_p: drawn("min_p", 0.0)?,
            typical_p: drawn("typical_p", 1.0)?,
            epsilon_cutoff: drawn("epsilon_cutoff", 0.0)?,
            eta_cutoff: drawn("eta_cutoff", 0.0)?,
            top_h: drawn("top_h", 0.0)?,
            repetition_penalty: unless("repetition_penalty", 1.0)?.map(|p| p as f32),
            no_repeat_ngram: self.whole("no_repeat_ngram_size")?.filter(|n| *n > 0),
            bad_words: self.sequences("bad_words_ids")?,
            sequence_bias: self.biases("sequence_bias")?,
            suppressed_tokens: self.tokens("suppress_tokens")?,
            begin_suppressed_tokens: Some((begin, suppressed_at_begin)).filter(|(_, tokens)| !tokens.is_empty()),
            forced_begin: self.tokens("forced_bos_token_id")?.first().copied(),
            forced_end: self.forced_end()?,
            minimum_length: self.whole("min_length")?.filter(|_| !ends.is_empty()).unwrap_or(0),
            minimum_new_tokens: self.whole("min_new_tokens")?.filter(|_| !ends.is_empty()).unwrap_or(0),
            length_decay: self.decay("exponential_decay_length_penalty")?,
            end_tokens: ends,
            remove_invalid: self.flag("remove_invalid_values")?,
            renormalize: self.flag("renormalize_logits")?,
            ..Settings::default()
        })
    }

    /// The forced end, at the maximum length (20 where none is given, as in transformers).
    fn forced_end(&self) -> Result<Option<(usize, Vec<u32>)>, Error> {
        let tokens = self.tokens("forced_eos_token_id")?;
        let length = self.whole("max_length")?.unwrap_or(20);
        Ok(Some((length, tokens)).filter(|(_, tokens)| !tokens.is_empty()))
    }

    fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn read<T>(&self, name: &str, expected: &str, read: impl Fn(&Json) -> Option<T>) -> Result<Option<T>, Error> {
        self.get(name).map(|value| read(value).ok_or_else(|| wrong(name, expected))).transpose()
    }

    fn flag(&self, name: &str) -> Result<bool, Error> {
        Ok(self.read(name, "true or false", Json::as_bool)?.unwrap_or(false))
    }

    fn number(&self, name: &str) -> Result<Option<f64>, Error> {
        self.read(name, "a number", Json::as_f64)
    }

    fn whole(&self, name: &str) -> Result<Option<usize>, Error> {
        self.read(name, "a whole number from 0 on", |value| usize::try_from(value.as_u64()?).ok())
    }

    /// One token or a list of them.
    fn tokens(&self, name: &str) -> Result<Vec<u32>, Error> {
        let read = |value: &Json| token(value).map(|token| vec![token]).or_else(|| tokens(value));
        Ok(self.read(name, "a token or a list of tokens", read)?.unwrap_or_default())
    }

    fn sequences(&self, name: &str) -> Result<Vec<Vec<u32>>, Error> {
        let read = |value: &Json| value.as_array()?.iter().map(tokens).collect();
        Ok(self.read(name, "a list of lists of tokens", read)?.unwrap_or_default())
    }

    fn biases(&self, name: &str) -> Result<Vec<(Vec<u32>, f32)>, Error> {
        let pair = |value: &Json| match value.as_array()?.as_slice() {
            [sequence, bias] => Some((tokens(sequence)?, bias.as_f64()? as f32)),
            _ => None,
        };
        let read = |value: &Json| value.as_array()?.iter().map(pair).collect();
        Ok(self.read(name, "a list of pairs of tokens and a number", read)?.unwrap_or_default())
    }

    fn decay(&self, name: &str) -> Result<Option<(usize, f32)>, Error> {
        self.read(name, "a pair of a start and a factor", |value| match value.as_array()?.as_slice() {
            [start, factor] => Some((usize::try_from(start.as_u64()?).ok()?, factor.as_f64()? as f32)),
            _ => None,
        })
    }

    /// One string or a list of them.
    fn strings(&self, name: &str) -> Result<Vec<String>, Error> {
        let one = |value: &Json| value.as_str().map(str::to_owned);
        let read = |value: &Json| match value {
            Json::Array(list) => list.iter().map(one).collect(),
            value => one(value).map(|text| vec![text]),
        };
        Ok(self.read(name, "a string or a list of strings", read)?.unwrap_or_default())
    }
}

fn token(value: &Json) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

fn tokens(value: &Json) -> Option<Vec<u32>> {
    value.as_array()?.iter().map(token).collect()
}
