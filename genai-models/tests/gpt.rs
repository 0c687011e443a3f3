//! What holds for every GPT, whatever its weights: caches, batches, folders, configurations.
#![cfg(test)]

use genai_core::{DType, Init, Params, Run, Tensor, random::Key};
use genai_models::nn::Activation;
use genai_models::text::gpt::{Gpt, GptConfig};
use genai_sampling::token::{Cache, CausalLm, Positions};
use std::fs;
use std::path::{Path, PathBuf};

/// Configurations that differ in every choice.
fn configs() -> Vec<(&'static str, GptConfig)> {
    let small = GptConfig {
        vocabulary: 61,
        context: 40,
        width: 24,
        layers: 3,
        heads: 4,
        std: 0.3,
        first_token: None,
        last_token: Some(3),
        ..GptConfig::default()
    };
    let other = |change: fn(&mut GptConfig)| {
        let mut config = small.clone();
        change(&mut config);
        config
    };
    vec![
        ("untied", other(|c| c.tied = false)),
        ("inner", other(|c| c.inner = Some(37))),
        ("relu", other(|c| c.activation = Activation::Relu)),
        ("unscaled", other(|c| c.scale_attention = false)),
        ("by layer", other(|c| c.scale_attention_by_layer = true)),
        ("both", other(|c| (c.scale_attention, c.scale_attention_by_layer) = (false, true))),
        ("no dropout", other(|c| (c.residual_dropout, c.embedding_dropout, c.attention_dropout) = (0.0, 0.0, 0.0))),
        ("default", small),
    ]
}

fn model(config: &GptConfig) -> Gpt {
    Gpt::new(config, &Params::new(Key::new(7)))
}

fn tokens(rows: usize, length: usize) -> Vec<u32> {
    (0..rows * length).map(|i| (i * i + 5 * i + i / length) as u32 % 61).collect()
}

fn tensor(tokens: &[u32], rows: usize) -> Tensor {
    Tensor::from_vec(tokens.iter().map(|&token| i64::from(token)).collect(), [rows, tokens.len() / rows])
}

/// The largest difference, in units of the largest value.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
    a.iter().zip(b).fold(0.0_f32, |m, (x, y)| m.max((x - y).abs())) / largest
}

/// Logits of all tokens, shown to the model in parts of these lengths.
fn in_parts(model: &Gpt, all: &[u32], rows: usize, mask: Option<&[bool]>, parts: &[usize]) -> Vec<f32> {
    let (length, v) = (all.len() / rows, model.vocabulary());
    let (mut cache, mut at) = (model.start(rows), 0);
    let mut out = vec![0.0; rows * length * v];
    for &n in parts {
        let part: Vec<u32> = all.chunks(length).flat_map(|row| row[at..at + n].to_vec()).collect();
        let mask: Option<Vec<bool>> =
            mask.map(|mask| mask.chunks(length).flat_map(|row| row[..at + n].to_vec()).collect());
        let mut logits = vec![0.0; rows * n * v];
        model.next(&part, mask.as_deref(), Positions::All, &mut cache, &mut logits).unwrap();
        for row in 0..rows {
            out[(row * length + at) * v..][..n * v].copy_from_slice(&logits[row * n * v..][..n * v]);
        }
        at += n;
    }
    assert_eq!(cache.len(), length);
    out
}

#[test]
fn a_cache_changes_no_bit() {
    for (name, config) in configs() {
        let model = model(&config);
        let all = tokens(2, 30);
        let expected = model.forward(&tensor(&all, 2), &Run::infer()).to_vec::<f32>();
        for parts in [vec![30], vec![1; 30], vec![7, 1, 1, 16, 5]] {
            let got = in_parts(&model, &all, 2, None, &parts);
            assert!(got == expected, "{name} {parts:?}: {}", distance(&got, &expected));
        }
    }
}

#[test]
fn a_row_has_the_same_bits_in_any_batch() {
    for (name, config) in configs() {
        let (model, all) = (model(&config), tokens(5, 11));
        let mask: Vec<bool> = (0..55).map(|i| i % 11 >= i / 11).collect(); // row i is padded by i
        for (mask, parts) in [(None, vec![8, 1, 2]), (Some(&mask[..]), vec![8, 1, 2]), (Some(&mask[..]), vec![11])] {
            let together = in_parts(&model, &all, 5, mask, &parts);
            for row in 0..5 {
                let at = row * 11..(row + 1) * 11;
                let alone = in_parts(&model, &all[at.clone()], 1, mask.map(|mask| &mask[at.clone()]), &parts);
                assert!(alone == together[at.start * 61..at.end * 61], "{name}: row {row} of 5, {parts:?}");
            }
        }
    }
}

#[test]
fn padding_on_the_left_is_not_seen() {
    for (name, config) in configs() {
        let (model, all) = (model(&config), tokens(1, 9));
        let expected = model.forward(&tensor(&all, 1), &Run::infer()).to_vec::<f32>();
        let padded = [&[60; 4][..], &all].concat();
        let mask: Vec<bool> = (0..13).map(|i| i >= 4).collect();
        for parts in [vec![13], vec![6, 7], vec![2, 4, 1, 6]] {
            let got = in_parts(&model, &padded, 1, Some(&mask), &parts);
            assert!(distance(&got[4 * 61..], &expected) < 2e-6, "{name} {parts:?}");
        }
    }
}

#[test]
fn caches_fork_rewind_and_reorder() {
    let model = model(&configs()[0].1);
    let next = |tokens: &[u32], cache: &mut _| {
        let rows = 2;
        let mut logits = vec![0.0; rows * 61];
        model.next(tokens, None, Positions::Last, cache, &mut logits).unwrap();
        logits
    };
    let mut cache = model.start(2);
    next(&[1, 2, 3, 4, 5, 6], &mut cache);
    let mut fork = cache.fork();
    let expected = next(&[7, 8], &mut cache);
    assert_ne!(next(&[9, 10], &mut fork), expected);
    fork.truncate(3);
    assert_eq!(next(&[7, 8], &mut fork), expected);
    assert_eq!(model.hidden(&fork).unwrap().len(), 2 * 24);

    cache.truncate(3);
    cache.reorder(&[1, 0]);
    let swapped = next(&[8, 7], &mut cache);
    assert_eq!(swapped, [&expected[61..], &expected[..61]].concat());
    cache.truncate(3);
    cache.reorder(&[1]);
    let mut one = vec![0.0; 61];
    model.next(&[7], None, Positions::Last, &mut cache, &mut one).unwrap();
    assert_eq!(one, expected[..61]);
}

#[test]
fn what_cannot_be_computed_is_an_error() {
    let model = model(&configs()[0].1);
    let fails = |tokens: &[u32], mask: Option<&[bool]>, count: usize| {
        let mut logits = vec![0.0; count];
        let error = model.next(tokens, mask, Positions::Last, &mut model.start(1), &mut logits);
        error.unwrap_err().to_string()
    };
    assert_eq!(fails(&[61], None, 61), "token 61 lies outside the vocabulary of 61");
    assert!(fails(&[0; 41], None, 61).contains("41 tokens exceeds the model's context of 40"));
    assert!(fails(&[0; 4], Some(&[true; 3]), 61).contains("a mask of 3"));
    assert!(fails(&[0; 4], None, 60).contains("60 logits"));
    assert!(fails(&[], None, 61).contains("0 tokens"));
}

#[test]
fn fresh_weights_are_as_configured() {
    let config = GptConfig { vocabulary: 500, context: 64, width: 64, layers: 8, heads: 2, ..GptConfig::default() };
    let params = Params::new(Key::new(3));
    Gpt::new(&config, &params);
    for param in params.list() {
        let (name, value) = (param.name(), param.value().to_dtype(DType::F64));
        let std = match () {
            () if name.ends_with("c_proj.weight") => 0.02 / 4.0, // √(2 · 8)
            () if name.ends_with(".bias") => 0.0,
            () if name.contains("ln_") => {
                assert!(value.to_vec::<f64>().iter().all(|&x| x == 1.0), "{name}");
                continue;
            }
            () => 0.02,
        };
        let rms = value.square().mean().item::<f64>().sqrt();
        assert!((rms - std).abs() <= 0.06 * std, "{name}: {rms}, expected {std}");
    }
}

#[test]
fn dropout_acts_in_training_alone() {
    let all = tensor(&tokens(2, 9), 2);
    let loss = |config: &GptConfig, step| {
        let run = Run::train(Key::new(1), step);
        model(config).loss(&all, &all, &run).detach().item::<f32>()
    };
    let plain = &configs()[6].1;
    let expected = model(plain).loss(&all, &all, &Run::infer()).item::<f32>();
    assert_eq!(loss(plain, 0), expected);
    let places: [fn(&mut GptConfig); 3] =
        [|c| c.residual_dropout = 0.4, |c| c.embedding_dropout = 0.4, |c| c.attention_dropout = 0.4];
    for (i, change) in places.into_iter().enumerate() {
        let mut config = plain.clone();
        change(&mut config);
        assert_eq!(model(&config).loss(&all, &all, &Run::infer()).item::<f32>(), expected, "place {i}");
        assert_ne!(loss(&config, 0), expected, "place {i}");
        assert_ne!(loss(&config, 0), loss(&config, 1), "place {i}");
        assert_eq!(loss(&config, 1), loss(&config, 1), "place {i}");
    }
}

/// An empty folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("gpt-{name}"));
    _ = fs::remove_dir_all(&folder);
    folder
}

#[test]
fn folders_hold_the_model() {
    for (i, (name, mut config)) in configs().into_iter().enumerate() {
        config.other.insert("summary_type".into(), "cls_index".into());
        let (model, folder) = (model(&config), scratch(&format!("folder-{i}")));
        model.save_pretrained(&folder).unwrap();
        let loaded = Gpt::from_pretrained(&folder).unwrap();
        let mut read = loaded.config().clone();
        assert_eq!(read.other.shift_remove("model_type").unwrap(), "gpt2");
        assert_eq!(read.other.shift_remove("architectures").unwrap(), serde_json::json!(["GPT2LMHeadModel"]));
        assert_eq!(read, config, "{name}");
        let mut names = model.params().names();
        let mut found = loaded.params().names();
        names.sort();
        found.sort();
        assert_eq!(names, found);
        assert_eq!(names.contains(&"lm_head.weight".to_owned()), !config.tied);
        let all = tensor(&tokens(2, 9), 2);
        let [a, b] = [&model, &loaded].map(|model| model.forward(&all, &Run::infer()).to_vec::<f32>());
        assert!(a == b, "{name}");
        loaded.save_pretrained(&folder).unwrap(); // over the file that is mapped
        assert!(a == loaded.forward(&all, &Run::infer()).to_vec::<f32>(), "{name}");
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn damaged_folders_are_named() {
    let folder = scratch("damaged");
    let (_, config) = configs().remove(0);
    model(&config).save_pretrained(&folder).unwrap();
    let text = fs::read_to_string(folder.join("config.json")).unwrap();
    let fails = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        fs::write(folder.join("config.json"), text.replacen(from, to, 1)).unwrap();
        Gpt::from_pretrained(&folder).unwrap_err().to_string()
    };
    let rows = [
        ("\"n_head\": 4", "\"n_head\": 5", "config.json: n_head: 5, which does not divide n_embd 24"),
        ("\"n_layer\": 3", "\"n_layer\": 0", "n_layer: 0, expected at least 1"),
        ("\"attn_pdrop\": 0.1", "\"attn_pdrop\": 1.5", "attn_pdrop: 1.5, expected in [0, 1)"),
        ("\"model_type\": \"gpt2\"", "\"model_type\": \"bert\"", "model_type: \"bert\", expected \"gpt2\""),
        ("\"gelu_new\"", "\"gelu_old\"", "gelu_old"),
        (
            "\"n_embd\": 24",
            "\"n_embd\": 28",
            "model.safetensors: transformer.wte.weight is [61, 24], expected [61, 28]",
        ),
        ("\"n_layer\": 3", "\"n_layer\": 4", "model.safetensors: missing: transformer.h.3.ln_1.weight"),
        ("\"n_layer\": 3", "\"n_layer\": 2", "model.safetensors: unexpected: transformer.h.2.attn.c_attn.bias"),
        ("{", "", "config.json"),
    ];
    for (from, to, expected) in rows {
        let error = fails(from, to);
        assert!(error.contains(expected), "{error}");
    }
    fs::write(folder.join("config.json"), &text).unwrap();
    fs::write(folder.join("model.safetensors"), b"short").unwrap();
    assert!(Gpt::from_pretrained(&folder).unwrap_err().to_string().contains("model.safetensors"));
    fs::remove_dir_all(&folder).unwrap();
    assert!(Gpt::from_pretrained(&folder).unwrap_err().to_string().contains("config.json"));
}

#[test]
fn the_head_is_a_parameter_of_its_own_only_if_untied() {
    let params = Params::new(Key::new(1));
    let table = params.at("lm_head").get("weight", [61, 24], Init::Zeros);
    let untied = Gpt::new(&configs()[0].1, &params);
    let logits = untied.forward(&tensor(&tokens(1, 4), 1), &Run::infer());
    assert_eq!(logits.to_vec::<f32>(), [0.0; 4 * 61]);
    assert_eq!(table.name(), "lm_head.weight");
}
