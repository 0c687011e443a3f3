//! Language models that read from left to right: states, logits, loss, gradients, greedy texts.

use super::case::{Case, Outcome, Results};
use genai_core::{DType, Run, Tensor};
use genai_models::text::gpt::Gpt;
use genai_models::text::tokenizer;
use genai_sampling::token::strategy::{BeamOptions, EarlyStopping, beam_search};
use genai_sampling::token::{CausalLm, Greedy, Options, Positions, generate_model};
use serde_json::Value as Json;
use std::iter::repeat;

const SETTINGS: &[&str] =
    &["gradstat.names", "gen.greedy", "gen.beam", "padded.greedy", "padded.beam", "text.greedy", "text", "layout"];

pub(crate) fn run(case: &Case) -> Result<Vec<Outcome>, String> {
    case.expect_keys(SETTINGS)?;
    let mut results = Results::default();
    for dtype in [DType::F32, DType::F64] {
        let model = Gpt::from_pretrained_as(&case.folder, dtype).map_err(|e| e.to_string())?;
        one_pass(case, &model, &mut results)?;
        gradients(case, &model, &mut results)?;
        for prefix in ["gen", "padded", "text"] {
            let settings = &case.json[format!("{prefix}.greedy")];
            if !settings.is_null() {
                greedy(case, &model, prefix, settings, &mut results)?;
            }
            let settings = &case.json[format!("{prefix}.beam")];
            if !settings.is_null() {
                beam(case, &model, prefix, settings, &mut results)?;
            }
        }
    }
    if !case.json["text"].is_null() {
        text(case)?;
    }
    Ok(case.compare(&results))
}

/// Logits, states and attention weights; with the weights looked at, and without.
fn one_pass(case: &Case, model: &Gpt, results: &mut Results) -> Result<(), String> {
    let tokens = case.input("input_ids")?;
    let mask = mask(case, "attention_mask")?;
    let inside = model.inspect(&tokens, mask.as_ref(), &Run::infer());
    if mask.is_none() {
        results.put("logits", model.forward(&tokens, &Run::infer()));
    }
    results.put("logits", inside.logits);
    for (i, states) in inside.states.into_iter().enumerate() {
        results.put(format!("hidden.{i}"), states);
    }
    let ends = [inside.attention.first(), inside.attention.last()];
    for (i, weights) in ends.into_iter().flatten().enumerate() {
        results.put(format!("attn_probs.{i}"), weights.clone());
    }
    Ok(())
}

/// The loss and its gradients: whole, and two numbers of each.
fn gradients(case: &Case, model: &Gpt, results: &mut Results) -> Result<(), String> {
    if !case.has_input("labels") {
        return Ok(());
    }
    let (tokens, targets) = (case.input("input_ids")?, shifted(&case.input("labels")?));
    let run = Run::infer().with_tracked(true);
    let loss = match mask(case, "attention_mask")? {
        None => model.loss(&tokens, &targets, &run),
        Some(mask) => model.inspect(&tokens, Some(&mask), &run).logits.cross_entropy(&targets),
    };
    let grads = loss.backward();
    results.put("loss", loss.detach());
    let (mut norms, mut dots) = (Vec::new(), Vec::new());
    for name in case.json["gradstat.names"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        let param = model.params().find(name).ok_or_else(|| format!("no parameter {name}"))?;
        let gradient = grads.param(&param).ok_or_else(|| format!("no gradient of {name}"))?;
        let numbers = gradient.to_dtype(DType::F64).to_vec::<f64>();
        norms.push(numbers.iter().map(|g| g * g).sum::<f64>().sqrt());
        dots.push(numbers.iter().enumerate().map(|(i, g)| g * (0.1 * i as f64).cos()).sum::<f64>());
        results.put(format!("grad.{name}"), gradient.clone());
    }
    // as exact as the gradients are
    results.put("gradstat.norm", Tensor::from(norms).to_dtype(loss.dtype()));
    results.put("gradstat.dot", Tensor::from(dots).to_dtype(loss.dtype()));
    Ok(())
}

/// Greedy texts: by the generator, with a cache by hand, and without one.
fn greedy(case: &Case, model: &Gpt, prefix: &str, settings: &Json, results: &mut Results) -> Result<(), String> {
    const KNOWN: [&str; 3] = ["new_tokens", "min_top1_top2_margin", "same_in_float64"];
    if let Some(key) = settings.as_object().into_iter().flatten().map(|(key, _)| key).find(|k| !KNOWN.contains(&&***k))
    {
        return Err(format!("setting {prefix}.greedy.{key} is unknown"));
    }
    let steps = settings["new_tokens"].as_u64().ok_or("new_tokens is no number")? as usize;
    let own = case.has_input(&format!("{prefix}.input_ids"));
    let (tokens, mask) = match own {
        true => (case.input(&format!("{prefix}.input_ids"))?, mask(case, &format!("{prefix}.attention_mask"))?),
        false => (case.input("input_ids")?, mask(case, "attention_mask")?),
    };
    for cached in [true, false] {
        let (ids, logits) = by_hand(model, tokens.clone(), mask.clone(), steps, cached);
        results.put(format!("{prefix}.greedy.ids"), ids);
        results.put(format!("{prefix}.greedy.step_logits"), logits);
    }
    let ids = generated(model, &tokens, mask.as_ref(), steps)?;
    results.put(format!("{prefix}.greedy.ids"), ids);
    Ok(())
}

/// All tokens `[b, t + steps]`, and the logits of each step `[steps, b, v]`.
fn by_hand(model: &Gpt, tokens: Tensor, mask: Option<Tensor>, steps: usize, cached: bool) -> (Tensor, Tensor) {
    let (mut all, mut new, mut mask) = (tokens.clone(), tokens, mask);
    let rows = all.extent(0);
    let (mut cache, mut logits, run) = (model.start(rows), Vec::new(), Run::infer());
    for _ in 0..steps {
        let last = match (&mask, cached) {
            (None, false) => model.forward(&all, &run).narrow(1, all.extent(1) - 1, 1),
            (Some(_), false) => model.advance(&all, mask.as_ref(), Positions::Last, &mut model.start(rows), &run),
            (_, true) => model.advance(&new, mask.as_ref(), Positions::Last, &mut cache, &run),
        };
        let last = last.squeeze(1); // [b, v]
        new = last.argmax(-1).unsqueeze(1); // [b, 1]
        all = Tensor::concat(&[&all, &new], 1);
        mask = mask.map(|mask| Tensor::concat(&[&mask, &Tensor::from_vec(vec![true; rows], [rows, 1])], 1));
        logits.push(last);
    }
    (all, Tensor::stack(&logits.iter().collect::<Vec<_>>(), 0))
}

/// Texts by beam search, each padded to the longest, and their scores; logits come in f32 whatever the model computes in.
fn beam(case: &Case, model: &Gpt, prefix: &str, settings: &Json, results: &mut Results) -> Result<(), String> {
    const KNOWN: [&str; 8] = [
        "num_beams",
        "num_return_sequences",
        "length_penalty",
        "early_stopping",
        "max_new_tokens",
        "eos_token_id",
        "pad_token_id",
        "same_in_float64",
    ];
    if let Some(key) = settings.as_object().into_iter().flatten().map(|(key, _)| key).find(|k| !KNOWN.contains(&&***k))
    {
        return Err(format!("setting {prefix}.beam.{key} is unknown"));
    }
    let number = |name: &str| settings[name].as_u64().ok_or_else(|| format!("{prefix}.beam.{name} is no number"));
    let options = BeamOptions {
        beams: number("num_beams")? as usize,
        returned: number("num_return_sequences")? as usize,
        length_penalty: settings["length_penalty"].as_f64().ok_or("length_penalty is no number")?,
        early_stopping: match &settings["early_stopping"] {
            Json::Bool(true) => EarlyStopping::Always,
            Json::Bool(false) => EarlyStopping::Heuristic,
            other if other == "never" => EarlyStopping::Never,
            other => return Err(format!("{prefix}.beam.early_stopping is {other}")),
        },
        maximum_new_tokens: number("max_new_tokens")? as usize,
        stop_tokens: vec![number("eos_token_id")? as u32],
        ..BeamOptions::default()
    };
    let tokens = case.input(&format!("{prefix}.input_ids"))?;
    let (rows, mut texts, mut scores) = (tokens.to_vec::<i64>(), Vec::new(), Vec::new());
    let prompts = prompts(&tokens, mask(case, &format!("{prefix}.attention_mask"))?.as_ref());
    for (row, prompt) in rows.chunks(tokens.extent(1)).zip(&prompts) {
        for found in beam_search(model, prompt, &options).map_err(|e| e.to_string())? {
            texts.push(row.iter().copied().chain(found.tokens.iter().map(|&t| t.into())).collect::<Vec<i64>>());
            scores.push(found.score as f32);
        }
    }
    let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
    let name = format!("{prefix}.beam.ids");
    let padded = |with: u64| -> Vec<i64> {
        texts.iter().flat_map(|text| text.iter().copied().chain(repeat(with as i64)).take(longest)).collect()
    };
    let (padding, end) = (number("pad_token_id")?, number("eos_token_id")?);
    // transformers takes a padding of 0 for none, and repeats the end token
    let repeats = padding == 0 && case.output(&name)?.to_vec::<i64>() == padded(end);
    let ids = padded(if repeats { end } else { padding });
    results.put(name, Tensor::from_vec(ids, [texts.len(), longest]));
    results.put(format!("{prefix}.beam.scores"), Tensor::from(scores));
    Ok(())
}

/// The tokens of each row that are not padding.
fn prompts(tokens: &Tensor, mask: Option<&Tensor>) -> Vec<Vec<u32>> {
    let (all, width) = (tokens.to_vec::<i64>(), tokens.extent(1));
    let real = mask.map_or_else(|| vec![true; all.len()], Tensor::to_vec::<bool>);
    let prompt = |(row, real): (&[i64], &[bool])| -> Vec<u32> {
        row.iter().zip(real).filter(|(_, real)| **real).map(|(&token, _)| token as u32).collect()
    };
    all.chunks(width).zip(real.chunks(width)).map(prompt).collect()
}

/// All tokens `[b, t + steps]` by the library's generator, which pads on the left itself.
fn generated(model: &Gpt, tokens: &Tensor, mask: Option<&Tensor>, steps: usize) -> Result<Tensor, String> {
    let (rows, width) = (tokens.extent(0), tokens.extent(1));
    let mut all: Vec<Vec<i64>> = tokens.to_vec::<i64>().chunks(width).map(<[_]>::to_vec).collect();
    let prompts = prompts(tokens, mask);
    let prompts: Vec<&[u32]> = prompts.iter().map(Vec::as_slice).collect();
    let options = Options { select: Box::new(Greedy), maximum_new_tokens: steps, ..Options::default() };
    for step in generate_model(model, &prompts, options) {
        let step = step.map_err(|e| e.to_string())?;
        all[step.row].push(step.token.into());
    }
    Ok(Tensor::from_vec(all.concat(), [rows, width + steps]))
}

/// The prompt's tokens, and the text of the greedy row.
fn text(case: &Case) -> Result<(), String> {
    const KNOWN: [&str; 3] = ["prompt", "ids", "decoded_all"];
    let text = &case.json["text"];
    if let Some(key) = text.as_object().into_iter().flatten().map(|(key, _)| key).find(|k| !KNOWN.contains(&&***k)) {
        return Err(format!("setting text.{key} is unknown"));
    }
    let tokenizer = tokenizer::load(&case.folder).map_err(|e| e.to_string())?;
    let prompt = text["prompt"].as_str().ok_or("text.prompt is no text")?;
    let ids: Vec<i64> = tokenizer.encode(prompt).map_err(|e| e.to_string())?.into_iter().map(i64::from).collect();
    expect("text.ids", &serde_json::json!(ids), &text["ids"])?;
    expect("in.text.input_ids", &serde_json::json!(case.input("text.input_ids")?.to_vec::<i64>()), &text["ids"])?;
    let greedy: Vec<u32> = case.output("text.greedy.ids")?.to_vec::<i64>().into_iter().map(|id| id as u32).collect();
    let decoded = tokenizer.decode(&greedy).map_err(|e| e.to_string())?;
    expect("text.decoded_all", &Json::from(decoded), &text["decoded_all"])
}

fn expect(name: &str, got: &Json, expected: &Json) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("{name} is {got}, expected {expected}")) }
}

/// A mask as truth values; none if there is no such input, or nothing is masked.
fn mask(case: &Case, name: &str) -> Result<Option<Tensor>, String> {
    if !case.has_input(name) {
        return Ok(None);
    }
    let mask = case.input(name)?.to_dtype(DType::Bool);
    Ok(mask.to_vec::<bool>().contains(&false).then_some(mask))
}

/// Labels as targets: each position's is the next one's label; the last has none.
pub(crate) fn shifted(labels: &Tensor) -> Tensor {
    let (rows, length) = (labels.extent(0), labels.extent(1));
    let none = Tensor::from_vec(vec![-100_i64; rows], [rows, 1]);
    Tensor::concat(&[&labels.narrow(1, 1, length - 1), &none], 1)
}
