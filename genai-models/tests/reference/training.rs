//! Some steps of training: losses, gradient norms, learning rates, and what the model has become.

use super::case::{Case, Outcome, Results};
use super::decoder::shifted;
use genai_core::optim::{Adam, AdamConfig, Decay, Optimizer, Schedule, WarmupCosine, clip_norm};
use genai_core::{DType, Run, Tensor, random::Key};
use genai_models::text::gpt::Gpt;
use serde_json::Value as Json;

pub(crate) fn run(case: &Case) -> Result<Vec<Outcome>, String> {
    case.expect_keys(&["settings", "layout"])?;
    let mut results = Results::default();
    for dtype in [DType::F32, DType::F64] {
        let model = Gpt::from_pretrained_as(&case.folder, dtype).map_err(|e| e.to_string())?;
        train(case, &model, &mut results)?;
    }
    Ok(case.compare(&results))
}

fn train(case: &Case, model: &Gpt, results: &mut Results) -> Result<(), String> {
    let Settings { mut optimizer, schedule, clip } = settings(&case.json["settings"])?;
    let batches = case.input("batches")?; // [steps, b, t]
    let params = model.params();
    let (mut losses, mut norms, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for step in 0..batches.extent(0) {
        let tokens = batches.select(0, step);
        let loss = model.loss(&tokens, &shifted(&tokens), &Run::train(Key::new(0), step as u64));
        let mut grads = loss.backward();
        losses.push(loss.to_dtype(DType::F64).item::<f64>());
        norms.push(clip_norm(params, &mut grads, clip).map_err(|e| e.to_string())?);
        rates.push(schedule.rate(step as u64));
        optimizer.set_learning_rate(schedule.rate(step as u64));
        optimizer.step(params, &grads);
    }
    let dtype = params.list()[0].value().dtype();
    for (name, list) in [("losses", losses), ("grad_norms", norms), ("lrs", rates)] {
        results.put(name, Tensor::from(list).to_dtype(dtype));
    }
    let first = batches.select(0, 0);
    results.put("final_logits", model.forward(&first, &Run::infer()));
    let norm = params.find("transformer.ln_f.weight").ok_or("no last norm")?;
    results.put("final_ln_f", norm.value());
    Ok(())
}

struct Settings {
    optimizer: Adam,
    schedule: WarmupCosine,
    clip: f64,
}

fn settings(json: &Json) -> Result<Settings, String> {
    const KNOWN: [&str; 8] = ["lr", "warmup", "total", "weight_decay", "decayed", "betas", "eps", "clip_norm"];
    if let Some(key) = json.as_object().into_iter().flatten().map(|(key, _)| key).find(|k| !KNOWN.contains(&&***k)) {
        return Err(format!("setting {key} is unknown"));
    }
    let number = |x: &Json, name: &str| x.as_f64().ok_or_else(|| format!("setting {name} is no number"));
    let get = |name: &str| number(&json[name], name);
    let count = |name: &str| json[name].as_u64().ok_or_else(|| format!("setting {name} is no count"));
    let decayed = json["decayed"].as_str().unwrap_or_default();
    if !decayed.starts_with("parameters with ndim >= 2") {
        return Err(format!("setting decayed {decayed:?} is unknown"));
    }
    let config = AdamConfig {
        learning_rate: get("lr")?,
        betas: (number(&json["betas"][0], "betas")?, number(&json["betas"][1], "betas")?),
        eps: get("eps")?,
        weight_decay: get("weight_decay")?,
        decay: Decay::Matrices,
        ..AdamConfig::default()
    };
    let schedule = WarmupCosine {
        peak: get("lr")?,
        floor: 0.0,
        warmup: count("warmup")?,
        steps: count("total")?,
        ..WarmupCosine::default()
    };
    Ok(Settings { optimizer: Adam::new(config), schedule, clip: get("clip_norm")? })
}
