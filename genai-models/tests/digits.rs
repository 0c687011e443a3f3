//! The built-in digits are those of scikit-learn; files that are none are named; an autoencoder learns them.
#![cfg(test)]

use std::fs;
use std::path::Path;

use genai_models::core::optim::{Adam, AdamConfig, WarmupCosine};
use genai_models::core::random::Key;
use genai_models::core::{Params, Run, Tensor};
use genai_models::data::Digits;
use genai_models::image::{Autoencoder, AutoencoderConfig};
use genai_models::train::{Rows, Task, TrainConfig, Trainer};

/// `load_digits()` of scikit-learn 1.9.1: 561,718 units of ink, and so many of each digit.
#[test]
fn built_in() {
    let digits = Digits::built_in();
    assert_eq!((digits.len(), digits.images.shape()), (1797, &[1797, 64][..]));
    let ink: f64 = digits.images.to_vec::<f32>().iter().map(|&x| f64::from(x) * 16.0).sum();
    assert_eq!(ink, 561_718.0);
    let counts: Vec<usize> =
        (0..10).map(|digit| digits.labels.iter().filter(|&&label| label == digit).count()).collect();
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let first: Vec<f32> = digits.images.select(0, 0).narrow(0, 0, 8).to_vec();
    assert_eq!(first.iter().map(|x| x * 16.0).collect::<Vec<_>>(), [0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0]);
}

#[test]
fn files() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("digits.csv");
    let row = |pixel: &str, digit: &str| format!("{}{pixel},{digit}\n", "0,".repeat(63));
    fs::write(&path, format!("{}\r\n{}", row("16", "3").trim_end(), row(" 8.0", "9"))).unwrap();
    let digits = Digits::from_csv(&path).unwrap();
    assert_eq!((digits.labels, digits.images.select(1, 63).to_vec::<f32>()), (vec![3, 9], vec![1.0, 0.5]));
    for (content, said) in [
        (String::new(), "the file is empty"),
        ("\n \n".into(), "no rows"),
        (row("0", "1") + "1,2,3\n", "line 2: 3 values, expected 65: 64 pixels and the digit"),
        (row("0,0", "1"), "line 1: 66 values"),
        (row("17", "1"), "line 1: pixel 64 is \"17\", expected 0 to 16"),
        (row("-1", "1"), "pixel 64 is \"-1\""),
        (row("nan", "1"), "pixel 64 is \"nan\""),
        (row("ink", "1"), "pixel 64 is \"ink\""),
        (row("0", "10"), "line 1: the digit is \"10\", expected 0 to 9"),
        (row("0", ""), "the digit is \"\""),
    ] {
        fs::write(&path, &content).unwrap();
        let message = Digits::from_csv(&path).unwrap_err().to_string();
        assert!(message.starts_with(&format!("{}: ", path.display())), "{message}");
        assert!(message.contains(said), "{message:?} does not say {said:?}");
    }
    fs::remove_file(&path).unwrap();
    assert!(Digits::from_csv(&path).unwrap_err().to_string().contains("digits.csv"));
}

#[test]
fn settings() {
    type Change = fn(&mut AutoencoderConfig);
    let broken: [(Change, &str); 6] = [
        (|it| it.latent = 65, "latent: 65, wider than the input of 64"),
        (|it| it.latent = 0, "latent: 0, expected at least 1"),
        (|it| it.input = 0, "input: 0, expected at least 1"),
        (|it| it.hidden = vec![8, 0], "hidden: 0, expected at least 1"),
        (|it| it.noise = -0.1, "noise: -0.1, expected 0 or more"),
        (|it| it.code_penalty = f64::NAN, "code_penalty: NaN, expected 0 or more"),
    ];
    for (change, said) in broken {
        let mut config = AutoencoderConfig::default();
        change(&mut config);
        assert_eq!(config.check().unwrap_err().to_string(), said);
    }
}

/// A round sees every row once, the next one in another order; validation sees them in theirs.
#[test]
fn rows_go_round() {
    let table = Tensor::linspace(0.0, 599.0, 600).reshape([600, 1]);
    let loss = |x: &Tensor, _: &Run<'_>| x.mean();
    let task = Rows { loss, train: table.narrow(0, 0, 10), validation: table.clone(), rows: 4 };
    assert_eq!(task.batches(), 3);
    let round = |i: u64| (3 * i..3 * i + 3).flat_map(|number| task.batch(Key::new(1), number).to_vec::<f32>());
    let [first, second] = [0, 1].map(|i| round(i).collect::<Vec<_>>());
    assert_ne!(first, second);
    for mut seen in [first, second] {
        seen.sort_by(f32::total_cmp);
        assert_eq!(seen, table.narrow(0, 0, 10).to_vec::<f32>());
    }
    let all: Vec<f32> = (0..task.validation_batches()).flat_map(|i| task.validation_batch(i).to_vec::<f32>()).collect();
    assert_eq!(all, table.to_vec::<f32>());
}

/// On two hundred digits a small one gets below a quarter of their variance, with noise or without.
#[test]
fn autoencoder_learns() {
    let digits = Digits::built_in().split(1597).0.images;
    let variance = digits.var_over(0, 0.0, false).mean().item::<f32>();
    for noise in [0.0, 0.05] {
        let config = AutoencoderConfig {
            hidden: vec![48],
            noise,
            code_noise: noise,
            code_penalty: 1e-4,
            ..AutoencoderConfig::default()
        };
        let model = Autoencoder::new(&config, &Params::new(Key::new(1)));
        let loss = |x: &Tensor, run: &Run<'_>| model.loss(x, run);
        let task = Rows { loss, train: digits.clone(), validation: digits.clone(), rows: 40 };
        let schedule = WarmupCosine { peak: 5e-3, floor: 0.0, warmup: 10, steps: 400, ..WarmupCosine::default() };
        let config = TrainConfig { steps: 400, schedule, evaluate_every: 0, ..TrainConfig::default() };
        let mut trainer = Trainer::new(config, &task, model.params(), Adam::new(AdamConfig::adam())).unwrap();
        let before = trainer.evaluate().unwrap().loss;
        assert!(before > f64::from(variance), "untrained: {before}, variance {variance}");
        trainer.run(u64::MAX).unwrap();
        let after = trainer.evaluate().unwrap().loss;
        assert!(after < f64::from(variance) / 4.0, "trained: {after}, variance {variance}");
    }
}
