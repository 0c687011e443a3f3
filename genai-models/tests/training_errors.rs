//! What is wrong with a text, a setting or a checkpoint is said, naming it; what was saved stays.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use genai_models::Error;
use genai_models::core::format::safetensors;
use genai_models::core::optim::{Adam, AdamConfig};
use genai_models::core::random::Key;
use genai_models::core::{Init, Param, Params, Run, Tensor};
use genai_models::data::{Tokens, read_text};
use genai_models::train::{Checkpoint, CsvLog, Finish, NextToken, TrainConfig, Trainer};
use serde_json::{Value, json};

/// An empty folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("training-errors-{name}"));
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[track_caller]
fn assert_says<T: std::fmt::Debug>(result: Result<T, Error>, parts: &[&str]) {
    let message = result.unwrap_err().to_string();
    for part in parts {
        assert!(message.contains(part), "{message:?} does not say {part:?}");
    }
}

#[test]
fn texts() {
    let folder = scratch("texts");
    for (name, bytes, said) in [
        ("empty.txt", &b""[..], "the file is empty"),
        ("latin1.txt", b"caf\xe9 au lait", "not UTF-8 at byte 3"),
        ("cut.txt", b"ab\xc3", "not UTF-8 at byte 2"),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
        assert_says(read_text(folder.join(name)), &[name, said]);
    }
    assert_says(read_text(folder.join("missing.txt")), &["missing.txt"]);
    assert_says(read_text(&folder), &["texts"]);
    let short = Tokens::new(vec![1; 64]);
    let said = ["short.txt", "the held-out part has 64 tokens", "a context of 64 needs 65"];
    assert_says(short.check(Path::new("short.txt"), "the held-out part", 64), &said);
    assert!(short.check(Path::new("short.txt"), "the held-out part", 63).is_ok());
}

#[test]
fn settings() {
    type Change = fn(&mut TrainConfig);
    let broken: [(Change, &str); 7] = [
        (|it| it.schedule.peak = 0.0, "learning rate is 0"),
        (|it| it.schedule.peak = f64::NAN, "learning rate is NaN"),
        (|it| it.schedule.peak = -1e-3, "learning rate is -0.001"),
        (|it| it.clip = Some(0.0), "clip is 0"),
        (|it| it.accumulate = 0, "accumulate is 0"),
        (|it| it.evaluate_batches = Some(0), "evaluate_batches is 0"),
        (|it| it.patience = Some(0), "patience is 0"),
    ];
    for (change, said) in broken {
        let mut config = TrainConfig::default();
        change(&mut config);
        assert_says(config.check(), &[said]);
    }
}

/// A table of what follows each token, trained on tokens that go round; its loss is infinite from step `poisoned` on.
struct Round {
    params: Params,
    table: Param,
    tokens: usize,
    poisoned: u64,
}

impl Round {
    fn new(tokens: usize, poisoned: u64) -> Self {
        let params = Params::new(Key::new(1));
        let table = params.get("table", [tokens, tokens], Init::Normal(0.1));
        Self { params, table, tokens, poisoned }
    }

    fn write(&self, folder: &Path) -> Result<(), Error> {
        let value = self.table.value().into_value();
        Ok(safetensors::save(folder.join("model.safetensors"), [("table", &value)], &BTreeMap::new())?)
    }

    /// Trains to a step, from the checkpoint in the folder if there is one, with a log in it.
    fn train(&self, folder: &Path, until: u64) -> Result<Finish, Error> {
        let tokens = Tokens::new((0..500).map(|i| i % self.tokens as u32).collect());
        let task = NextToken {
            loss: |x: &Tensor, y: &Tensor, run: &Run<'_>| {
                let loss = run.weight(&self.table).embedding(x).cross_entropy(y);
                if run.train && run.step >= self.poisoned { loss * f64::INFINITY } else { loss }
            },
            train: tokens.clone(),
            validation: tokens,
            rows: 2,
            context: 8,
        };
        let config = TrainConfig { steps: 100, evaluate_every: 10, ..TrainConfig::default() };
        let mut trainer = Trainer::new(config, &task, &self.params, Adam::new(AdamConfig::adam()))?;
        if folder.join("training.json").exists() || folder.join(".complete").exists() {
            trainer.resume(&Checkpoint::open(folder)?)?;
        }
        trainer.save_to(folder, json!(null), |folder| self.write(folder))?;
        trainer.observe(CsvLog::new(folder.join("losses.csv")));
        trainer.run(until)
    }
}

const SAVED: [&str; 3] = ["model.safetensors", "optimizer.safetensors", "training.json"];

fn read(folder: &Path) -> [Vec<u8>; 3] {
    SAVED.map(|name| fs::read(folder.join(name)).unwrap())
}

/// The loss leaves the finite numbers at step 18: an error that says so, and the checkpoint of step 10 is as it was.
#[test]
fn a_loss_that_is_not_finite_ends_the_training() {
    let (whole, poisoned) = (scratch("finite"), scratch("poisoned"));
    Round::new(5, u64::MAX).train(&whole, 10).unwrap();
    let model = Round::new(5, 17);
    assert_says(model.train(&poisoned, 100), &["step 18", "the loss is inf"]);
    assert_eq!(read(&poisoned), read(&whole));
    assert!(model.table.value().is_finite());
    assert_eq!(Checkpoint::open(&poisoned).unwrap().state().step, 10);
}

#[test]
fn a_gradient_that_is_not_finite_ends_the_training() {
    let params = Params::new(Key::new(1));
    let weight = params.get("weight", [7], Init::Zeros);
    let tokens = Tokens::new((0..50).collect());
    let task = NextToken {
        loss: |_: &Tensor, _: &Tensor, run: &Run<'_>| run.weight(&weight).sqrt().sum(), // 0, of infinite slope
        train: tokens.clone(),
        validation: tokens,
        rows: 1,
        context: 4,
    };
    for clip in [Some(1.0), None] {
        let config = TrainConfig { clip, ..TrainConfig::default() };
        let mut trainer = Trainer::new(config, &task, &params, Adam::new(AdamConfig::adam())).unwrap();
        assert_says(trainer.run(10), &["step 1", "gradient of weight is not finite"]);
        assert_eq!(weight.value().to_vec::<f32>(), [0.0; 7]);
    }
}

/// Not even root can make a folder below a file.
#[test]
fn folders_that_cannot_be_written() {
    let folder = scratch("unwritable");
    fs::write(folder.join("file"), "").unwrap();
    assert_says(Round::new(5, u64::MAX).train(&folder.join("file").join("out"), 10), &["file"]);
    assert_says(Round::new(5, u64::MAX).train(&folder.join("file"), 10), &["file"]);
}

#[test]
fn corrupt_checkpoints() {
    let whole = scratch("whole");
    Round::new(5, u64::MAX).train(&whole, 20).unwrap();
    let json = |change: fn(&mut Value)| {
        move |folder: &Path| {
            let path = folder.join("training.json");
            let mut training: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            change(&mut training);
            fs::write(path, training.to_string()).unwrap();
        }
    };
    let cut = |folder: &Path, name: &str| {
        let bytes = fs::read(folder.join(name)).unwrap();
        fs::write(folder.join(name), &bytes[..bytes.len() / 2]).unwrap();
    };
    let flip = |folder: &Path, name: &str| {
        let mut bytes = fs::read(folder.join(name)).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(folder.join(name), bytes).unwrap();
    };
    type Change = Box<dyn Fn(&Path)>;
    let changes: [(Change, &str, &str); 11] = [
        (Box::new(|it| fs::remove_file(it.join("training.json")).unwrap()), "training.json", "No such file"),
        (Box::new(|it| fs::remove_file(it.join("model.safetensors")).unwrap()), "model.safetensors", "No such file"),
        (Box::new(move |it| cut(it, "training.json")), "training.json", "EOF"),
        (
            Box::new(move |it| cut(it, "model.safetensors")),
            "model.safetensors",
            "training.json was saved with at step 20",
        ),
        (Box::new(move |it| cut(it, "optimizer.safetensors")), "optimizer.safetensors", "saved with at step 20"),
        (Box::new(move |it| flip(it, "model.safetensors")), "model.safetensors", "saved with at step 20"),
        (Box::new(move |it| flip(it, "optimizer.safetensors")), "optimizer.safetensors", "saved with at step 20"),
        (Box::new(|it| fs::write(it.join("training.json"), "[]").unwrap()), "training.json", "expected"),
        (Box::new(json(|it| it["version"] = json!(2))), "training.json", "version 2 is not supported"),
        (Box::new(json(|it| it["state"]["step"] = json!(-1))), "training.json", "invalid value"),
        (
            Box::new(json(|it| _ = it.as_object_mut().unwrap().remove("config"))),
            "training.json",
            "missing field `config`",
        ),
    ];
    for (i, (change, file, said)) in changes.into_iter().enumerate() {
        let folder = scratch(&format!("corrupt-{i}"));
        SAVED.iter().for_each(|name| _ = fs::copy(whole.join(name), folder.join(name)).unwrap());
        assert_eq!(Checkpoint::open(&folder).unwrap().state().step, 20);
        change(&folder);
        assert_says(Checkpoint::open(&folder), &[file, said]);
    }
    assert_says(Checkpoint::open(scratch("nothing")), &["nothing", "training.json"]);
}

#[test]
fn a_checkpoint_of_another_shape() {
    let folder = scratch("shape");
    Round::new(5, u64::MAX).train(&folder, 10).unwrap();
    let before = read(&folder);
    assert_says(Round::new(6, u64::MAX).train(&folder, 20), &["optimizer.safetensors", "table", "[5, 5]", "[6, 6]"]);
    assert_eq!(read(&folder), before);
}

/// What a process leaves that is killed while it saves step 20: before the rename it has changed nothing, after it all is
/// there, wherever the files lie.
#[test]
fn a_kill_in_mid_write_loses_nothing() {
    let (old, new) = (scratch("old"), scratch("new"));
    Round::new(5, u64::MAX).train(&old, 10).unwrap();
    Round::new(5, u64::MAX).train(&new, 20).unwrap();
    let copy = |from: &Path, to: &Path, names: &[&str]| {
        fs::create_dir_all(to).unwrap();
        names.iter().for_each(|name| _ = fs::copy(from.join(name), to.join(name)).unwrap());
    };
    for written in 0..=SAVED.len() {
        let folder = scratch(&format!("before-{written}"));
        copy(&old, &folder, &SAVED);
        copy(&new, &folder.join(".next"), &SAVED[..written]);
        fs::write(folder.join(".next").join(".model.safetensors.1-1.partial"), "half of it").unwrap();
        assert_eq!(Checkpoint::open(&folder).unwrap().state().step, 10);
        assert_eq!(read(&folder), read(&old));
        fs::write(folder.join(".losses.csv.1-2.partial"), "half of it").unwrap();
        Round::new(5, u64::MAX).train(&folder, 10).unwrap();
        assert!(!folder.join(".next").exists() && !folder.join(".losses.csv.1-2.partial").exists());
    }
    for moved in 0..=SAVED.len() {
        let folder = scratch(&format!("after-{moved}"));
        copy(&old, &folder, &SAVED);
        copy(&new, &folder, &SAVED[..moved]);
        copy(&new, &folder.join(".complete"), &SAVED[moved..]);
        assert_eq!(Checkpoint::open(&folder).unwrap().state().step, 20);
        assert_eq!(read(&folder), read(&new));
        assert!(!folder.join(".complete").exists());
    }
}
