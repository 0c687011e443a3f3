//! A training that was interrupted goes on to the bit, and no number of threads changes a bit of what it saves.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use genai_models::core::optim::{Adam, AdamConfig, Decay, WarmupCosine};
use genai_models::core::random::Key;
use genai_models::core::{Params, Run, Tensor};
use genai_models::data::{Tokens, split_text};
use genai_models::text::gpt::{Gpt, GptConfig};
use genai_models::text::tokenizer::{self, Characters, Tokenizer};
use genai_models::train::{
    Answer, Checkpoint, CsvLog, Finish, JsonLog, LossCurve, NextToken, Observer, Progress, TrainConfig, Trainer,
};
use serde_json::{Value, json};

const STEPS: u64 = 40;

/// An empty folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("resume-{name}"));
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A text with something to learn: numbers and their words.
fn text() -> String {
    let words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    (0..600).map(|i: usize| format!("{} is {}\n", i * 7 % 10, words[i * 7 % 10])).collect()
}

/// What varies between the trainings of a test.
#[derive(Clone, Copy)]
struct Variant {
    dropout: f64,
    accumulate: u64,
    patience: Option<u64>,
}

const VARIANTS: [Variant; 3] = [
    Variant { dropout: 0.0, accumulate: 1, patience: None },
    Variant { dropout: 0.2, accumulate: 1, patience: Some(3) },
    Variant { dropout: 0.1, accumulate: 3, patience: None },
];

fn config(variant: Variant) -> TrainConfig {
    TrainConfig {
        steps: STEPS,
        schedule: WarmupCosine { peak: 3e-3, floor: 3e-4, warmup: 5, steps: STEPS, ..WarmupCosine::default() },
        accumulate: variant.accumulate,
        evaluate_every: 10,
        evaluate_batches: Some(1),
        patience: variant.patience,
        seed: 7,
        ..TrainConfig::default()
    }
}

/// Stops after a step, as Ctrl-C does.
struct StopAt(u64);

impl Observer for StopAt {
    fn step_end(&mut self, progress: &Progress) -> Result<Answer, genai_models::Error> {
        Ok(if progress.step == self.0 { Answer::Stop } else { Answer::Continue })
    }
}

/// Trains to a step, from what is in `from` or from the start, and saves to `out`.
fn train(variant: Variant, from: Option<&Path>, out: &Path, until: u64, stop: u64) -> Finish {
    let checkpoint = from.map(|folder| Checkpoint::open(folder).unwrap());
    let text = text();
    let (model, tokenizer): (_, Box<dyn Tokenizer>) = match from {
        Some(folder) => (Gpt::from_pretrained(folder).unwrap(), tokenizer::load(folder).unwrap()),
        None => {
            let tokenizer = Characters::train(&text);
            let config = GptConfig {
                vocabulary: tokenizer.vocabulary(),
                context: 24,
                width: 32,
                layers: 2,
                heads: 2,
                residual_dropout: variant.dropout,
                embedding_dropout: variant.dropout,
                attention_dropout: variant.dropout,
                first_token: None,
                last_token: None,
                ..GptConfig::default()
            };
            (Gpt::new(&config, &Params::new(Key::new(5))), Box::new(tokenizer))
        }
    };
    let (learned, held_out) = split_text(&text, 0.1);
    let task = NextToken {
        loss: |x: &Tensor, y: &Tensor, run: &Run<'_>| model.loss(x, y, run),
        train: Tokens::new(tokenizer.encode(learned).unwrap()),
        validation: Tokens::new(tokenizer.encode(held_out).unwrap()),
        rows: 16,
        context: 24,
    };
    let config = checkpoint.as_ref().map_or_else(|| config(variant), |it| it.config().clone());
    let adam = AdamConfig { weight_decay: 0.1, decay: Decay::Matrices, ..AdamConfig::default() };
    let mut trainer = Trainer::new(config, &task, model.params(), Adam::new(adam)).unwrap();
    if let Some(checkpoint) = &checkpoint {
        trainer.resume(checkpoint).unwrap();
    }
    let write = |folder: &Path| {
        model.save_pretrained(folder)?;
        tokenizer.save(folder)
    };
    trainer.save_to(out, json!({"of": "the caller"}), write).unwrap();
    trainer.observe(LossCurve::new(out.join("losses.svg")).with_history(out.join("losses.csv")));
    trainer.observe(CsvLog::new(out.join("losses.csv")));
    trainer.observe(JsonLog::new(out.with_extension("jsonl"))); // outside: it holds the speed
    trainer.observe(StopAt(stop));
    trainer.run(until).unwrap()
}

/// Every file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    };
    fs::read_dir(folder).unwrap().map(file).collect()
}

#[track_caller]
fn assert_same(one: &Path, two: &Path) {
    let (one, two) = (files(one), files(two));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(bytes == &two[name], "{name} differs");
    }
}

const FILES: [&str; 8] = [
    "config.json",
    "generation_config.json",
    "losses.csv",
    "losses.svg",
    "model.safetensors",
    "optimizer.safetensors",
    "tokenizer.json",
    "training.json",
];

#[test]
fn pause_and_resume_save_what_one_run_saves() {
    for (i, variant) in VARIANTS.into_iter().enumerate() {
        let (whole, parts) = (scratch(&format!("whole-{i}")), scratch(&format!("parts-{i}")));
        assert_eq!(train(variant, None, &whole, STEPS, 0), Finish::Complete);
        assert_eq!(files(&whole).into_keys().collect::<Vec<_>>(), FILES);

        assert_eq!(train(variant, None, &parts, STEPS / 2, 0), Finish::Paused);
        assert_ne!(files(&whole)["model.safetensors"], files(&parts)["model.safetensors"]);
        assert_eq!(train(variant, Some(&parts), &parts, STEPS, STEPS / 2 + 3), Finish::Stopped);
        assert_eq!(train(variant, Some(&parts), &parts, STEPS, 0), Finish::Complete);
        assert_same(&whole, &parts);
    }
}

/// A process that is killed has logged steps behind its last checkpoint, the last of them in part.
#[test]
fn logs_go_back_to_the_checkpoint() {
    let (whole, killed) = (scratch("logs-whole"), scratch("logs-killed"));
    train(VARIANTS[0], None, &whole, STEPS, 0);
    train(VARIANTS[0], None, &killed, 17, 0);
    let mut log = fs::read_to_string(killed.join("losses.csv")).unwrap();
    log.push_str("18,9.9,1,1,\n19,9.9,1,1,\n20,9");
    fs::write(killed.join("losses.csv"), log).unwrap();
    let path = killed.with_extension("jsonl");
    let log = fs::read_to_string(&path).unwrap() + "{\"event\":\"step\",\"step\":18}\n{\"event\":\"st";
    fs::write(&path, log).unwrap();
    train(VARIANTS[0], Some(&killed), &killed, STEPS, 0);
    assert_same(&whole, &killed);

    let events: Vec<Value> =
        fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let steps = |kind| events.iter().filter(move |it| it["event"] == kind).map(|it| it["step"].as_u64().unwrap());
    assert!(steps("step").eq(1..=STEPS));
    assert!(steps("evaluate").eq([10, 20, 30, 40]));
    assert!(events.iter().all(|it| it["loss"].as_f64().is_some_and(|loss| (0.0..9.0).contains(&loss))));
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let folders = [1, 2, 3].map(|threads| {
        let folder = scratch(&format!("threads-{threads}"));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train(VARIANTS[2], None, &folder, STEPS, 0));
        folder
    });
    assert_same(&folders[0], &folders[1]);
    assert_same(&folders[0], &folders[2]);
}
