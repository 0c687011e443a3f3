//! Every model of this crate against the reference implementations, on the folders of `fixtures/` or `$GENAI_FIXTURES`.
//!
//! A folder's `config.json` and `case.json` say what is built; every output that the case lists is compared. What is not
//! there yet stands in [`NOT_YET`], is tried all the same, and must fail.
#![cfg(test)]

mod case;
mod decoder;
mod pattern;
mod training;

use case::{Case, Outcome};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Pattern → what is missing. `folder`, or `folder:tensor`; a folder goes by its own name or by its family's.
const NOT_YET: &[(&str, &str)] = &[
    ("gpt2-classify", "sequence classification"),
    ("gpt-neox*", "GPT-NeoX"),
    ("gpt-bigcode*", "GPT-BigCode"),
    ("llama*", "LLaMA"),
    ("mistral*", "Mistral"),
    ("mixtral*", "Mixtral"),
    ("gemma*", "Gemma"),
    ("qwen*", "Qwen"),
    ("falcon*", "Falcon"),
    ("codegen*", "CodeGen"),
    ("bert*", "BERT"),
    ("t5*", "T5"),
    ("bart*", "BART"),
    ("dpr-*", "dense retrieval"),
    ("lora-*", "LoRA"),
    ("tokenizers", "tokenizers other than byte-level BPE, which has a test of its own"),
    ("torch-*", "recurrent layers"),
    ("lstm-*", "recurrent language models"),
    ("gru-*", "recurrent translation"),
    ("vit-*", "vision transformers"),
    ("clip*", "CLIP"),
    ("llava*", "LLaVA"),
    ("imagegpt*", "ImageGPT"),
    ("inception-*", "Inception"),
    ("vqgan*", "VQGAN"),
    ("dalle-*", "DALL-E"),
    ("ddpm-*", "denoising diffusion"),
    ("sd*", "Stable Diffusion"),
    ("unet-*", "class-conditional U-Net"),
    ("dit*", "diffusion transformers"),
    ("pixart*", "PixArt"),
    ("flux*", "Flux"),
    ("unclip-*", "unCLIP"),
    ("cogvideox*", "CogVideoX"),
    ("latte-*", "Latte"),
    ("svd-*", "Stable Video Diffusion"),
    ("wan-*", "Wan"),
    ("video-*", "video U-Net"),
    ("stylegan2*", "StyleGAN2"),
    ("cyclegan*", "CycleGAN"),
    ("pix2pix*", "pix2pix"),
    ("musegan*", "MuseGAN"),
    ("dcgan-*", "DCGAN"),
    ("vae*", "variational autoencoders"),
    ("encodec*", "EnCodec"),
    ("musicgen*", "MusicGen"),
    ("jukebox-*", "Jukebox"),
    ("whisper*", "Whisper"),
    ("classic-*", "classical models"),
    ("eval-*", "evaluation"),
    ("image-ops*", "image operations"),
    ("privacy*", "privacy accounting"),
];

/// Folders that are compared as a whole, but for [`NOT_YET`].
const HERE: &[&str] = &["gpt2", "gpt2-hub-layout", "gpt2-train20"];

/// Folders of the other crates.
const ELSEWHERE: &[&str] =
    &["ops", "optim", "dists", "sampling", "watermark", "schedulers", "gaussian-diffusion", "repaint-inpainting"];

#[test]
fn reference() {
    let root = env::var_os("GENAI_FIXTURES")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures").into(), PathBuf::from);
    let mut say = io::stdout(); // past the test harness, which keeps what is printed
    let mut seen = Seen::default();
    for folder in folders(&root) {
        seen.add(&folder);
    }
    for (pattern, what) in NOT_YET {
        writeln!(say, "not yet: {pattern}: {what}").unwrap();
    }
    for name in HERE.iter().filter(|name| !root.join(name).is_dir()) {
        writeln!(say, "skipped: {name} is not in {}", root.display()).unwrap();
    }
    let Seen { cases, tensors, worst, at, .. } = &seen;
    writeln!(say, "reference: {cases} cases, {tensors} tensors, worst error {worst:.3} × tolerance").unwrap();
    writeln!(say, "worst: {at}").unwrap();
    let failures = seen.failures();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert!(*cases > 0, "no case of this crate in {}", root.display());
}

/// The folders of this crate, in order.
fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> =
        paths.filter(|path| path.is_dir() && !ELSEWHERE.contains(&&*case::name_of(path))).collect();
    folders.sort();
    folders
}

/// What has come out so far.
#[derive(Default)]
struct Seen {
    cases: usize,
    tensors: usize,
    worst: f64,
    at: String,
    wrong: Vec<String>,
    tried: Vec<Tried>,
}

/// What an entry of [`NOT_YET`] has met.
#[derive(Clone, Default)]
struct Tried {
    met: bool,
    failed: bool,
}

impl Seen {
    fn add(&mut self, folder: &Path) {
        self.tried.resize(NOT_YET.len(), Tried::default());
        let name = case::name_of(folder);
        let family = family(folder);
        let names = [name.as_str(), family.unwrap_or_default()];
        let outcomes = match family {
            Some(family) => run(folder, family),
            None => Err("no model of this crate".to_owned()),
        };
        let whole = NOT_YET.iter().position(|(pattern, _)| !pattern.contains(':') && matches_any(pattern, &names));
        if let Some(entry) = whole {
            self.tried[entry].met = true;
            self.tried[entry].failed |= !outcomes.is_ok_and(|all| all.iter().all(|it| it.result.is_ok()));
            return;
        }
        match outcomes {
            Err(what) => self.wrong.push(format!("{name}: {what}")),
            Ok(outcomes) => {
                self.cases += 1;
                outcomes.into_iter().for_each(|outcome| self.take(&names, outcome));
            }
        }
    }

    fn take(&mut self, names: &[&str], Outcome { tensor, result }: Outcome) {
        let listed = |pattern: &str| {
            let (folder, part) = pattern.split_once(':')?;
            Some(matches_any(folder, names) && pattern::matches(part, &tensor))
        };
        let entry = NOT_YET.iter().position(|(pattern, _)| listed(pattern).unwrap_or(false));
        match (result, entry) {
            (result, Some(entry)) => {
                self.tried[entry].met = true;
                self.tried[entry].failed |= result.is_err();
            }
            (Ok(error), None) => {
                self.tensors += 1;
                if error >= self.worst {
                    (self.worst, self.at) = (error, format!("{}: {tensor}", names[0]));
                }
            }
            (Err(what), None) => self.wrong.push(format!("{}: {tensor}: {what}", names[0])),
        }
    }

    /// What is wrong, entries of [`NOT_YET`] that pass included.
    fn failures(&self) -> Vec<String> {
        let passing = self.tried.iter().zip(NOT_YET).filter(|(tried, _)| tried.met && !tried.failed);
        let passing = passing.map(|(_, (pattern, _))| format!("{pattern}: is here now, and still listed as missing"));
        self.wrong.iter().cloned().chain(passing).collect()
    }
}

fn matches_any(pattern: &str, names: &[&str]) -> bool {
    names.iter().any(|name| pattern::matches(pattern, name))
}

/// What kind of case a folder is, by its files; `None` if this crate has nothing for it.
fn family(folder: &Path) -> Option<&'static str> {
    let config = case::read_json(&folder.join("config.json")).ok()?;
    let case = case::read_json(&folder.join("case.json")).ok()?;
    let is_gpt = config["model_type"] == "gpt2" && config["architectures"] == serde_json::json!(["GPT2LMHeadModel"]);
    let trains = case["inputs"].get("batches").is_some();
    is_gpt.then_some(if trains { "gpt2-train" } else { "gpt2" })
}

fn run(folder: &Path, family: &str) -> Result<Vec<Outcome>, String> {
    let case = Case::load(folder)?;
    match family {
        "gpt2-train" => training::run(&case),
        _ => decoder::run(&case),
    }
}
