//! Watermarks against transformers: green lists, biased logits, z-scores; SynthID's keys, g-values, masks and scores.

use crate::case::Case;
use crate::report::{Report, Values};
use genai_sampling::token::watermark::{Detection, Hash, Kgw, KgwOptions, SynthId, SynthIdOptions};
use genai_sampling::token::{Candidates, Processor, Sequence};
use serde_json::Value as Json;

pub(crate) fn run(case: &Case, report: &mut Report) -> Result<(), String> {
    case.expect_keys(&["synthid", "kgw", "detect", "eos_token_id"])?;
    for name in case.outputs().map(str::to_owned).collect::<Vec<_>>() {
        match value(case, &name) {
            Ok(got) => report.compare(case, &name, got),
            Err(what) => report.fail(&name, what),
        }
    }
    Ok(())
}

/// What this crate says of an output.
fn value(case: &Case, name: &str) -> Result<Values, String> {
    match name.split('.').collect::<Vec<_>>()[..] {
        ["kgw", "detect", what] => detected(case, what),
        ["kgw", scheme, what] => marked(case, &kgw(case, scheme, &case.json["kgw"])?, what),
        ["synthid", what] => synth_id(case, what),
        _ => Err("an unknown tensor".to_owned()),
    }
}

/// Hugging Face's watermark of a scheme, with the settings of one table, and the bias and the key of `kgw`.
fn kgw(case: &Case, scheme: &str, settings: &Json) -> Result<Kgw, String> {
    let hash = match scheme {
        "lefthash" => Hash::Left,
        "selfhash" => Hash::Own,
        _ => return Err(format!("{scheme}: an unknown scheme")),
    };
    let width = &settings["context_width"];
    let options = KgwOptions {
        ratio: settings["greenlist_ratio"].as_f64().ok_or("greenlist_ratio is no number")?,
        bias: case.json["kgw"]["bias"].as_f64().ok_or("bias is no number")? as f32,
        key: case.json["kgw"]["hashing_key"].as_i64().ok_or("hashing_key is no whole number")?,
        hash,
        context: whole(if width.is_object() { &width[scheme] } else { width })?,
    };
    let vocabulary = case.rows("logits")?.first().map_or(0, Vec::len);
    Kgw::new(vocabulary, options).map_err(|e| e.to_string())
}

/// Green tokens, or logits with their bias.
fn marked(case: &Case, mark: &Kgw, what: &str) -> Result<Values, String> {
    let before = case.rows("logits")?;
    let mut after = Vec::new();
    for (row, text) in before.iter().zip(case.tokens("input_ids")?) {
        after.extend(processed(mark, &text, Sequence::default(), row)?);
    }
    match what {
        "logits" => Ok(after.into()),
        "green" => {
            let changed = before.concat().iter().zip(&after).map(|(a, b)| i64::from(a != b)).collect::<Vec<_>>();
            Ok(changed.into())
        }
        _ => Err("an unknown tensor".to_owned()),
    }
}

/// Logits after a watermark.
fn processed(mark: &dyn Processor, text: &[u32], sequence: Sequence, logits: &[f32]) -> Result<Vec<f32>, String> {
    let mut logits = logits.to_vec();
    let mut candidates = Candidates::new(&mut logits).of(sequence);
    let outcome = mark.process(text, &mut candidates).and_then(|()| candidates.write_back());
    outcome.map(|()| logits).map_err(|e| e.to_string())
}

fn detected(case: &Case, what: &str) -> Result<Values, String> {
    let settings = &case.json["detect"];
    let mark = kgw(case, settings["seeding_scheme"].as_str().ok_or("seeding_scheme is no text")?, settings)?;
    let distinct = settings["ignore_repeated_ngrams"].as_bool().ok_or("ignore_repeated_ngrams is no bool")?;
    let number: fn(&Detection) -> f64 = match what {
        "num_tokens_scored" => |found| found.scored as f64,
        "num_green_tokens" => |found| found.score,
        "green_fraction" => |found| found.score / found.scored as f64,
        "z_score" => |found| found.z_score,
        "p_value" => |found| found.p_value,
        _ => return Err("an unknown tensor".to_owned()),
    };
    let found = |text: &Vec<u32>| if distinct { mark.detect_distinct(text) } else { mark.detect(text) };
    let numbers: Result<Vec<f64>, _> = case.tokens("input_ids")?.iter().map(|text| Ok(number(&found(text)?))).collect();
    numbers.map(Values::from).map_err(|e: genai_sampling::Error| e.to_string())
}

fn synth_id(case: &Case, what: &str) -> Result<Values, String> {
    let settings = &case.json["synthid"];
    let keys = settings["keys"].as_array().ok_or("keys is no list")?.iter();
    let options = SynthIdOptions {
        keys: keys.map(|key| key.as_i64().ok_or("a key is no whole number")).collect::<Result<_, _>>()?,
        ngram: whole(&settings["ngram_len"])?,
        skip_first: settings["skip_first_ngram_calls"].as_bool().ok_or("skip_first_ngram_calls is no bool")?,
        ..SynthIdOptions::default()
    };
    let mark = SynthId::new(options).map_err(|e| e.to_string())?;
    let texts = case.tokens("input_ids")?;
    let each =
        |value: &dyn Fn(&[u32]) -> Vec<i64>| Ok(texts.iter().flat_map(|row| value(row)).collect::<Vec<_>>().into());
    match what {
        "ngram_keys" => each(&|row| mark.ngram_keys(row)),
        "g_values" => each(&|row| bits(&mark.g_values(row))),
        "context_repetition_mask" => each(&|row| bits(&mark.context_mask(row))),
        "eos_mask" => {
            let end = whole(&case.json["eos_token_id"])? as u32;
            each(&|row| bits(&SynthId::end_mask(row, end)))
        }
        "sampling_table_head" => {
            Ok(bits(&mark.table()[..case.output("synthid.sampling_table_head")?.shape()[0]]).into())
        }
        "updated_scores" => scores(case, &mark, first_prefix(settings)?),
        _ => Err("an unknown tensor".to_owned()),
    }
}

/// The length of the first prefix: `scores for prefixes of length 5..8, …`.
fn first_prefix(settings: &Json) -> Result<usize, String> {
    let words = settings["updated_scores"].as_str().ok_or("updated_scores is no text")?;
    let length = words.split_once("of length ").and_then(|(_, rest)| rest.split_once("..")?.0.parse().ok());
    length.ok_or_else(|| format!("{words:?}: no length"))
}

/// The logits after growing prefixes, `[calls, rows, v]`: the first is the prompt.
fn scores(case: &Case, mark: &SynthId, first: usize) -> Result<Values, String> {
    let calls = case.output("synthid.updated_scores")?.shape()[0];
    let (logits, texts) = (case.rows("logits")?, case.tokens("input_ids")?);
    let sequence = Sequence { prompt: first, ..Sequence::default() };
    let mut scores = Vec::new();
    for call in 0..calls {
        for (row, text) in logits.iter().zip(&texts) {
            scores.extend(processed(mark, &text[..first + call], sequence, row)?);
        }
    }
    Ok(scores.into())
}

fn bits(bits: &[bool]) -> Vec<i64> {
    bits.iter().map(|&bit| i64::from(bit)).collect()
}

fn whole(json: &Json) -> Result<usize, String> {
    json.as_u64().map(|n| n as usize).ok_or_else(|| format!("{json} is no whole number"))
}
