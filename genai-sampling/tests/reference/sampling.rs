//! Logits, probabilities and numbers of candidates after each processor, against transformers.

use crate::case::Case;
use crate::report::Report;
use genai_sampling::Error;
use genai_sampling::token::{
    BadWords, Candidates, Chain, EpsilonCutoff, EtaCutoff, ForcedTokens, LengthDecay, MinP, MinimumLength,
    NoRepeatNgram, Processor, RemoveInvalid, RepetitionPenalty, Sequence, SequenceBias, SuppressedTokens, Temperature,
    TopH, TopK, TopP, TypicalP, guide, rescale,
};
use serde_json::{Map, Value as Json};

type Arguments = Map<String, Json>;

pub(crate) fn run(case: &Case, report: &mut Report) -> Result<(), String> {
    case.expect_keys(&["processors"])?;
    let processors = case.json["processors"].as_object().ok_or("processors is no object")?;
    for (id, arguments) in processors {
        let outcome = arguments.as_object().ok_or_else(|| "no object".to_owned());
        let outcome = outcome.and_then(|arguments| compare(case, id, arguments, report));
        outcome.unwrap_or_else(|what| report.fail(id, what));
    }
    Ok(())
}

/// Compares all outputs of one processor.
fn compare(case: &Case, id: &str, arguments: &Arguments, report: &mut Report) -> Result<(), String> {
    if arguments.contains_key("guidance_rescale") {
        only(arguments, &["guidance_rescale", "rule"])?;
        return rescaled(case, id, number(&arguments["guidance_rescale"])? as f32, report);
    }
    let rows = if arguments.contains_key("guidance_scale") {
        guided(case, arguments)
    } else {
        processed(case, id, arguments)
    }?;
    let kept = |row: &Vec<f32>| row.iter().copied().filter(|x| x.is_finite()).collect::<Vec<f32>>();
    let least = |row: &Vec<f32>| kept(row).into_iter().fold(f32::INFINITY, f32::min);
    let of_case = case.outputs().filter_map(|name| name.strip_prefix(id)?.strip_prefix('.').map(|part| (name, part)));
    for (name, part) in of_case.collect::<Vec<_>>() {
        match part {
            "logits" => report.compare(case, name, rows.concat()),
            "probs" => report.compare(case, name, rows.iter().flat_map(|row| softmax(row)).collect::<Vec<f32>>()),
            "kept" => report.compare(case, name, rows.iter().map(|row| kept(row).len() as i64).collect::<Vec<_>>()),
            "min_kept_logit" => report.compare(case, name, rows.iter().map(least).collect::<Vec<f32>>()),
            _ => report.fail(name, "an unknown output"),
        }
    }
    Ok(())
}

/// The rows of logits after a processor.
fn processed(case: &Case, id: &str, arguments: &Arguments) -> Result<Vec<Vec<f32>>, String> {
    let mut rows = case.rows(if id.starts_with("tied") { "tied_logits" } else { "logits" })?;
    let mut past = case.tokens("input_ids")?;
    if let Some(input) = arguments.get("input") {
        known(input, "first token only")?;
        past.iter_mut().for_each(|tokens| tokens.truncate(1));
    }
    let prompt = arguments.get("input_ids_seq_length").map_or(Ok(0), whole)?;
    let chain = chain(id, arguments)?;
    for (logits, tokens) in rows.iter_mut().zip(&past) {
        let mut candidates = Candidates::new(logits).of(Sequence { prompt, ..Sequence::default() });
        let done = chain.process(tokens, &mut candidates).and_then(|()| candidates.write_back());
        done.map_err(|e| e.to_string())?;
    }
    Ok(rows)
}

/// The argument that says which processor is meant, and what may stand beside it.
const KINDS: &[(&str, &[&str])] = &[
    ("temperature", &[]),
    ("top_k", &["min_tokens_to_keep"]),
    ("top_p", &["min_tokens_to_keep"]),
    ("min_p", &["min_tokens_to_keep"]),
    ("mass", &["min_tokens_to_keep"]),
    ("epsilon", &["min_tokens_to_keep"]),
    ("top_h", &[]),
    ("penalty", &[]),
    ("ngram", &[]),
    ("bad_words_ids", &["eos"]),
    ("min_length", &["eos"]),
    ("bos", &["input"]),
    ("max_length", &["eos"]),
    ("ids", &["begin_index"]),
    ("factor", &["start", "eos", "input_ids_seq_length"]),
    ("bias", &[]),
    ("order", &[]),
    ("rule", &[]),
];

/// The chain of one processor, by its arguments.
fn chain(id: &str, arguments: &Arguments) -> Result<Chain, String> {
    let found = KINDS.iter().find(|(kind, _)| arguments.contains_key(*kind));
    let (kind, beside) = found.ok_or_else(|| format!("{id} is unknown: {arguments:?}"))?;
    only(arguments, &[&[*kind, "rule", "note"], *beside].concat())?;
    let value = &arguments[*kind];
    let at_least = arguments.get("min_tokens_to_keep").map_or(Ok(1), whole)?;
    let ends = || arguments.get("eos").ok_or_else(|| format!("{id} has no eos")).and_then(tokens);
    match *kind {
        "temperature" => one(Temperature::new(number(value)? as f32)),
        "top_k" => one(TopK::new(whole(value)?.max(at_least))),
        "top_p" => one(TopP::new(number(value)?).map(|p| p.at_least(at_least))),
        "min_p" => one(MinP::new(number(value)?).map(|p| p.at_least(at_least))),
        "mass" => one(TypicalP::new(number(value)?).map(|p| p.at_least(at_least))),
        "epsilon" if id.starts_with("eta") => one(EtaCutoff::new(number(value)?).map(|p| p.at_least(at_least))),
        "epsilon" => one(EpsilonCutoff::new(number(value)?).map(|p| p.at_least(at_least))),
        "top_h" => one(TopH::new(number(value)?)),
        "penalty" => one(RepetitionPenalty::new(number(value)? as f32)),
        "ngram" => one(NoRepeatNgram::new(whole(value)?)),
        "bad_words_ids" => {
            one(BadWords::new(list(value)?.iter().map(tokens).collect::<Result<Vec<_>, _>>()?, &ends()?))
        }
        "min_length" => one(Ok(MinimumLength::new(whole(value)?, ends()?))),
        "bos" => one(Ok(ForcedTokens::first(token(value)?))),
        "max_length" => one(Ok(ForcedTokens::last(ends()?, whole(value)?))),
        "ids" => {
            let suppressed = SuppressedTokens::new(tokens(value)?);
            let at = arguments.get("begin_index").map(whole).transpose()?;
            one(Ok(at.into_iter().fold(suppressed, SuppressedTokens::at)))
        }
        "factor" => one(LengthDecay::new(whole(&arguments["start"])?, number(value)? as f32, ends()?)),
        "bias" => {
            let pair = |pair: &Json| Ok((tokens(&pair[0])?, number(&pair[1])? as f32));
            one(SequenceBias::new(list(value)?.iter().map(pair).collect::<Result<Vec<_>, String>>()?))
        }
        "order" => list(value)?.iter().try_fold(Chain::new(), |chain, step| Ok(chain.then(step_of(step)?))),
        _ => known(value, "nan->0, inf->finfo").and_then(|()| one(Ok(RemoveInvalid))),
    }
}

/// A step of a pipeline: "name value".
fn step_of(step: &Json) -> Result<Chain, String> {
    let (name, value) = step.as_str().and_then(|text| text.split_once(' ')).ok_or("a step is no name and value")?;
    let value: Json = serde_json::from_str(value).map_err(|e| format!("{name}: {e}"))?;
    let kind = match name {
        "repetition_penalty" => "penalty",
        "typical_p" | "typical" => "mass",
        "epsilon_cutoff" | "eta_cutoff" | "epsilon" | "eta" => "epsilon",
        "no_repeat_ngram" | "no_repeat_ngram_size" => "ngram",
        "temperature" | "top_k" | "top_p" | "min_p" | "top_h" => name,
        _ => return Err(format!("step {name:?} is unknown")),
    };
    chain(name, &Arguments::from_iter([(kind.to_owned(), value)]))
}

fn one(processor: Result<impl Processor + 'static, Error>) -> Result<Chain, String> {
    processor.map(|processor| Chain::new().then(processor)).map_err(|e| e.to_string())
}

/// The rows of `cond`, guided away from those of `uncond`.
fn guided(case: &Case, arguments: &Arguments) -> Result<Vec<Vec<f32>>, String> {
    only(arguments, &["guidance_scale", "rule", "rows"])?;
    known(&arguments["rows"], "cond rows first, then uncond")?;
    let scale = number(&arguments["guidance_scale"])? as f32;
    let (mut rows, without) = (case.rows("cond")?, case.rows("uncond")?);
    let guided = rows.iter_mut().zip(&without).try_for_each(|(row, without)| guide(row, without, scale));
    guided.map(|()| rows).map_err(|e| e.to_string())
}

/// A guided picture, brought back to the spread of the conditioned one; a row is everything but the first axis.
fn rescaled(case: &Case, id: &str, r: f32, report: &mut Report) -> Result<(), String> {
    let (guided, text) = (case.input(id)?, case.input("rescale_text")?);
    let width = guided.shape()[1..].iter().product();
    let (mut x, text) = (guided.to_vec::<f32>(), text.to_vec::<f32>());
    let rows = x.chunks_mut(width).zip(text.chunks(width));
    rows.into_iter().try_for_each(|(x, text)| rescale(x, text, r)).map_err(|e| e.to_string())?;
    report.compare(case, id, x);
    Ok(())
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let most = logits.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    let weights: Vec<f64> = logits.iter().map(|&x| f64::from(x - most).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / total) as f32).collect()
}

/// That there are no arguments but these.
fn only(arguments: &Arguments, known: &[&str]) -> Result<(), String> {
    let unknown = arguments.keys().find(|key| !known.contains(&key.as_str()));
    unknown.map_or(Ok(()), |key| Err(format!("argument {key:?} is unknown")))
}

/// That a rule in words is the one that is built here.
fn known(rule: &Json, expected: &str) -> Result<(), String> {
    if rule == expected { Ok(()) } else { Err(format!("rule {rule} is unknown")) }
}

fn number(value: &Json) -> Result<f64, String> {
    value.as_f64().ok_or_else(|| format!("{value} is no number"))
}

fn whole(value: &Json) -> Result<usize, String> {
    value.as_u64().and_then(|x| usize::try_from(x).ok()).ok_or_else(|| format!("{value} is no whole number"))
}

fn list(value: &Json) -> Result<&Vec<Json>, String> {
    value.as_array().ok_or_else(|| format!("{value} is no list"))
}

fn token(value: &Json) -> Result<u32, String> {
    whole(value)?.try_into().map_err(|_| format!("{value} is no token"))
}

/// One token or a list of them.
fn tokens(value: &Json) -> Result<Vec<u32>, String> {
    if value.is_number() { Ok(vec![token(value)?]) } else { list(value)?.iter().map(token).collect() }
}
