//! One training, fresh or going on: its settings, model, tokenizer and text.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use genai_models::core::optim::{Adam, AdamConfig, Decay, WarmupCosine};
use genai_models::core::random::Key;
use genai_models::core::{Params, Run, Tensor};
use genai_models::data::Tokens;
use genai_models::text::gpt::{Gpt, GptConfig};
use genai_models::text::tokenizer::{self, ByteLevelBpe, Characters, Tokenizer};
use genai_models::train::{
    Checkpoint, CsvLog, Evaluation, Finish, LossCurve, NextToken, Task, TrainConfig, Trainer, evaluate,
};
use serde::{Deserialize, Serialize};

use crate::flags::{Flags, TokenizerKind};
use crate::interruption::Interruption;
use crate::progress::ProgressLine;
use crate::text::Text;

const LOSSES: &str = "losses.csv";
const CURVE: &str = "losses.svg";

/// The special token of the byte-pair encoding; Hugging Face's GPT-2 tokenizer expects one of this name.
const END: &str = "<|endoftext|>";

/// A training of this example.
#[derive(Debug)]
pub(crate) struct Session {
    out: PathBuf,
    from: Option<Checkpoint>,
    config: TrainConfig,
    settings: Settings,
    model: Gpt,
    tokenizer: Box<dyn Tokenizer>,
    parts: Option<[Tokens; 2]>, // to learn, to be judged by; without them there is nothing left to train
}

/// What a checkpoint of this example holds beside the library's own settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Settings {
    data: Option<PathBuf>,
    limit: Option<usize>,
    fingerprint: Key,
    batch: usize,
    adam: AdamConfig,
}

impl Session {
    /// A new training, or the one of `--resume`.
    pub(crate) fn open(flags: &Flags) -> Result<Self, Box<dyn Error>> {
        match &flags.resume {
            Some(folder) => Self::resume(folder, flags),
            None => Self::start(flags),
        }
    }

    fn start(flags: &Flags) -> Result<Self, Box<dyn Error>> {
        let config = train_config(flags);
        config.check()?;
        let limit = flags.quick.then_some(100_000);
        let text = Text::read(flags.data.as_deref(), limit)?;
        let tokenizer: Box<dyn Tokenizer> = match flags.tokenizer {
            TokenizerKind::Char => Box::new(Characters::train(&text.content)),
            TokenizerKind::Bpe => Box::new(ByteLevelBpe::train(text.parts().0, flags.vocabulary, &[END])?),
        };
        let model_config = model_config(flags, &*tokenizer);
        model_config.check()?;
        let parts = text.tokens(&*tokenizer, flags.context)?;
        let adam =
            AdamConfig { betas: (0.9, 0.99), weight_decay: 0.1, decay: Decay::Matrices, ..AdamConfig::default() };
        let data = flags.data.as_deref().map(absolute).transpose()?;
        let settings = Settings { data, limit, fingerprint: fingerprint(&text), batch: flags.batch, adam };
        let model = Gpt::new(&model_config, &Params::new(Key::new(flags.seed).named("weights")));
        Ok(Self { out: flags.out(), from: None, config, settings, model, tokenizer, parts: Some(parts) })
    }

    fn resume(folder: &Path, flags: &Flags) -> Result<Self, Box<dyn Error>> {
        let from = Checkpoint::open(folder)?;
        let mut settings: Settings = from.settings()?;
        let (model, tokenizer) = (Gpt::from_pretrained(folder)?, tokenizer::load(folder)?);
        let (spelled, known) = (tokenizer.vocabulary(), model.config().vocabulary);
        if spelled > known {
            return Err(format!("{}: {spelled} tokens for a model of {known}", folder.display()).into());
        }
        let config = from.config().clone();
        let is_left = from.state().step < config.steps;
        let mut parts = None;
        if is_left || flags.data.is_some() {
            let file = flags.data.as_deref().map(absolute).transpose()?.or_else(|| settings.data.clone());
            let text = Text::read(file.as_deref(), settings.limit)?;
            if flags.data.is_none() && fingerprint(&text) != settings.fingerprint {
                eprintln!("note: {} has changed since the training began", text.path.display());
            }
            parts = Some(text.tokens(&*tokenizer, model.config().context)?);
            (settings.data, settings.fingerprint) = (file, fingerprint(&text));
        }
        Ok(Self { out: flags.out(), from: Some(from), config, settings, model, tokenizer, parts })
    }

    pub(crate) fn model(&self) -> &Gpt {
        &self.model
    }

    pub(crate) fn tokenizer(&self) -> &dyn Tokenizer {
        &*self.tokenizer
    }

    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    /// What the writing goes on from.
    pub(crate) fn prompt(&self, flags: &Flags) -> Result<Vec<u32>, Box<dyn Error>> {
        let tokens = match &flags.prompt {
            Some(prompt) => self.tokenizer.encode(prompt).map_err(|error| format!("--prompt: {error}"))?,
            None => self.tokenizer.encode("\n").unwrap_or_else(|_| vec![0]), // a text of one line
        };
        if tokens.is_empty() {
            return Err("--prompt is empty: the model needs a token to go on from".into());
        }
        Ok(tokens)
    }

    /// Trains until all steps are done, or `pause_at`, or an interruption, and saves; nothing where nothing is left. Returns
    /// the loss on the text that was held out, too, unless it was interrupted.
    pub(crate) fn train(
        &self,
        pause_at: Option<u64>,
        interrupted: &Arc<AtomicBool>,
    ) -> Result<(Finish, Option<Evaluation>), Box<dyn Error>> {
        let state = self.from.as_ref().map(|from| *from.state()).unwrap_or_default();
        let Some(parts) = &self.parts else { return Ok((Finish::Complete, state.last)) };
        let task = self.task(parts);
        if state.step >= self.config.steps {
            return Ok((Finish::Complete, Some(evaluate(&task, None, state.step)?)));
        }
        let mut trainer = Trainer::new(self.config.clone(), &task, self.model.params(), Adam::new(self.settings.adam))?;
        if let Some(from) = &self.from {
            trainer.resume(from)?;
        }
        trainer.save_to(&self.out, serde_json::to_value(&self.settings)?, |folder| {
            self.model.save_pretrained(folder)?;
            self.tokenizer.save(folder)
        })?;
        self.take_over_losses()?;
        let losses = self.out.join(LOSSES);
        trainer.observe(LossCurve::new(self.out.join(CURVE)).with_history(&losses));
        trainer.observe(CsvLog::new(losses));
        trainer.observe(ProgressLine::new("tokens"));
        trainer.observe(Interruption(interrupted.clone()));
        eprintln!("{}", self.description(parts));
        let finish = trainer.run(pause_at.unwrap_or(u64::MAX))?;
        eprintln!("saved in {}", self.out.display());
        let evaluation = match finish {
            Finish::Complete => trainer.state().last,
            Finish::Stopped => None,
            Finish::Paused | Finish::Converged => Some(trainer.evaluate()?),
        };
        Ok((finish, evaluation))
    }

    fn task<'s>(&'s self, [train, validation]: &[Tokens; 2]) -> impl Task + use<'s> {
        NextToken {
            loss: |x: &Tensor, y: &Tensor, run: &Run<'_>| self.model.loss(x, y, run),
            train: train.clone(),
            validation: validation.clone(),
            rows: self.settings.batch,
            context: self.model.config().context,
        }
    }

    /// The losses so far, where a training goes on in another folder.
    fn take_over_losses(&self) -> std::io::Result<()> {
        let Some(from) = &self.from else { return Ok(()) };
        let (old, new) = (from.folder().join(LOSSES), self.out.join(LOSSES));
        if old.exists() && !new.exists() {
            fs::copy(old, new)?;
        }
        Ok(())
    }

    fn description(&self, [train, validation]: &[Tokens; 2]) -> String {
        let (parameters, vocabulary) = (self.model.params().count(), self.tokenizer.vocabulary());
        format!(
            "{parameters} parameters, a vocabulary of {vocabulary}, {} tokens to learn, {} held out",
            train.len(),
            validation.len()
        )
    }
}

/// Tells whether a text has changed.
fn fingerprint(text: &Text) -> Key {
    Key::new(0).named(&text.content)
}

fn train_config(flags: &Flags) -> TrainConfig {
    let (steps, peak) = (flags.steps(), flags.learning_rate);
    let schedule =
        WarmupCosine { peak, floor: peak / 10.0, warmup: 100.min(steps / 2), steps, ..WarmupCosine::default() };
    TrainConfig { steps, schedule, seed: flags.seed, ..TrainConfig::default() }
}

fn model_config(flags: &Flags, tokenizer: &dyn Tokenizer) -> GptConfig {
    GptConfig {
        vocabulary: tokenizer.vocabulary(),
        context: flags.context,
        width: flags.width,
        layers: flags.layers,
        heads: flags.heads,
        residual_dropout: flags.dropout,
        embedding_dropout: flags.dropout,
        attention_dropout: flags.dropout,
        first_token: tokenizer.added_id(END),
        last_token: tokenizer.added_id(END),
        ..GptConfig::default()
    }
}
