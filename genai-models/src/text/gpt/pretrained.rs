//! GPT-2 from and to Hugging Face folders.

use super::{Gpt, GptConfig};
use crate::{Error, hub};
use genai_core::{DType, Params, Value};
use serde_json::{Map, Value as Json, json};
use std::path::Path;

impl GptConfig {
    /// From the `config.json` of a folder.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or no GPT-2 can be built from it: the file and the setting are named.
    pub fn from_pretrained(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let path = folder.as_ref().join(hub::CONFIG);
        let config: Self = hub::read_json(&folder, hub::CONFIG)?;
        let kind = config.other.get("model_type").unwrap_or(&Json::Null);
        if !kind.is_null() && kind != "gpt2" {
            let (field, what) = ("model_type".into(), format!("{kind}, expected \"gpt2\""));
            return Err(Error::Config { path: Some(path), field, what });
        }
        config.check().map_err(|error| match error {
            Error::Config { field, what, .. } => Error::Config { path: Some(path), field, what },
            other => other,
        })?;
        Ok(config)
    }

    /// As `config.json` holds it: with the names of the model and of the class that loads it.
    fn file(&self) -> Result<Map<String, Json>, serde_json::Error> {
        let mut file = match serde_json::to_value(self)? {
            Json::Object(file) => file,
            other => [("config".to_owned(), other)].into_iter().collect(),
        };
        file.entry("model_type").or_insert_with(|| json!("gpt2"));
        file.insert("architectures".to_owned(), json!(["GPT2LMHeadModel"]));
        Ok(file)
    }
}

impl Gpt {
    /// From a folder with `config.json` and `model.safetensors`, as `transformers` and the Hugging Face Hub have them, in
    /// `f32`.
    ///
    /// Names may lack `transformer.` in front, as on the Hub; mask buffers (`h.0.attn.bias`) are passed over, and so is
    /// `lm_head.weight` where the head is tied to the embedding.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, the configuration is not a GPT-2's, or weights are missing, left over or of another shape:
    /// the file and the names are told.
    pub fn from_pretrained(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::from_pretrained_as(folder, DType::F32)
    }

    /// [`from_pretrained`](Self::from_pretrained), computing in another type.
    ///
    /// # Errors
    ///
    /// As [`from_pretrained`](Self::from_pretrained).
    pub fn from_pretrained_as(folder: impl AsRef<Path>, dtype: DType) -> Result<Self, Error> {
        let config = GptConfig::from_pretrained(&folder)?;
        let (path, values) = hub::read_weights(&folder)?;
        let params = Params::from_values(renamed(values, config.tied)).with_dtype(dtype);
        let model = Self::new(&config, &params);
        params.check().map_err(|source| Error::Weights { path, source })?;
        Ok(model)
    }

    /// Writes `model.safetensors`, `generation_config.json` and `config.json` into a folder, which is made if missing;
    /// `transformers`' `GPT2LMHeadModel` loads it.
    ///
    /// # Errors
    ///
    /// If a file cannot be written. Each file is then either the old one or the new one.
    pub fn save_pretrained(&self, folder: impl AsRef<Path>) -> Result<(), Error> {
        let folder = folder.as_ref();
        let path = folder.join(hub::CONFIG);
        let config = self.config.file().map_err(|source| Error::Json { path, source })?;
        hub::write_weights(folder, &self.params.list())?;
        let generation = json!({
            "_from_model_config": true,
            "bos_token_id": self.config.first_token,
            "eos_token_id": self.config.last_token,
        });
        hub::write_json(folder, hub::GENERATION_CONFIG, &generation)?;
        hub::write_json(folder, hub::CONFIG, &config)
    }
}

/// Tensors under the names of `GPT2LMHeadModel`, without those that are no parameters.
fn renamed(values: Vec<(String, Value)>, tied: bool) -> impl Iterator<Item = (String, Value)> {
    values.into_iter().filter_map(move |(name, value)| {
        let bare = name.strip_prefix("transformer.").unwrap_or(&name);
        let buffer = bare.starts_with("h.") && (bare.ends_with(".attn.bias") || bare.ends_with(".attn.masked_bias"));
        match bare {
            _ if buffer => None,
            "lm_head.weight" => (!tied).then_some((bare.to_owned(), value)),
            _ if ["wte.", "wpe.", "h.", "ln_f."].iter().any(|start| bare.starts_with(start)) => {
                Some((format!("transformer.{bare}"), value))
            }
            _ => Some((name, value)),
        }
    })
}
