//! A configuration file's settings.

use serde_json::{Map, Value};

use super::super::{Betas, Discrete, Limit, Prediction, grid::Spacing};
use crate::Error;

/// Every setting of the known classes. Files carry those of other classes along, as they were converted from them.
const KNOWN: [&str; 61] = [
    "algorithm_type",
    "base_image_seq_len",
    "base_shift",
    "beta_end",
    "beta_schedule",
    "beta_start",
    "clip_denoised",
    "clip_sample",
    "clip_sample_range",
    "correct_steps",
    "disable_corrector",
    "dynamic_thresholding_ratio",
    "euler_at_final",
    "final_sigmas_type",
    "flow_shift",
    "interpolation_type",
    "invert_sigmas",
    "lambda_min_clipped",
    "lower_order_final",
    "max_image_seq_len",
    "max_shift",
    "num_train_timesteps",
    "original_inference_steps",
    "predict_x0",
    "prediction_type",
    "rescale_betas_zero_snr",
    "rho",
    "s_noise",
    "sample_max_value",
    "sampling_eps",
    "set_alpha_to_one",
    "set_alpha_to_zero",
    "shift",
    "shift_terminal",
    "sigma_data",
    "sigma_max",
    "sigma_min",
    "sigma_schedule",
    "skip_prk_steps",
    "snr",
    "solver_order",
    "solver_p",
    "solver_type",
    "steps_offset",
    "stochastic_sampling",
    "thresholding",
    "time_shift_type",
    "timestep_scaling",
    "timestep_spacing",
    "timestep_type",
    "timesteps",
    "trained_betas",
    "use_beta_sigmas",
    "use_dynamic_shifting",
    "use_exponential_sigmas",
    "use_flow_sigmas",
    "use_karras_sigmas",
    "use_lu_lambdas",
    "variance_type",
    "skip_type",
    "eta",
];

/// The settings, of which those that are absent have the class's default.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    values: Map<String, Value>,
}

impl Settings {
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let wrong = |found: String| Error::Scheduler { name: "the file".into(), found, expected: "a JSON object" };
        let value: Value = serde_json::from_str(&strict(text)).map_err(|error| wrong(error.to_string()))?;
        let Value::Object(values) = value else { return Err(wrong("no object".into())) };
        let settings = Self { values };
        let unknown = settings.values.keys().find(|name| !name.starts_with('_') && !KNOWN.contains(&name.as_str()));
        match unknown {
            Some(name) => Err(settings.wrong(name, "a setting that is known")),
            None => Ok(settings),
        }
    }

    pub(super) fn class(&self) -> &str {
        self.values.get("_class_name").and_then(Value::as_str).unwrap_or_default()
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// An error about a setting.
    pub(super) fn wrong(&self, name: &str, expected: &'static str) -> Error {
        let found = self.values.get(name).map_or_else(|| "absent".into(), Value::to_string);
        Error::Scheduler { name: name.into(), found, expected }
    }

    pub(super) fn number_if_any(&self, name: &str) -> Result<Option<f64>, Error> {
        let infinite = |value: &Value| match value.as_str() {
            Some("-inf") => Some(f64::NEG_INFINITY),
            Some("inf") => Some(f64::INFINITY),
            _ => None,
        };
        let number =
            |value: &Value| value.as_f64().or_else(|| infinite(value)).ok_or_else(|| self.wrong(name, "a number"));
        self.get(name).map(number).transpose()
    }

    pub(super) fn number(&self, name: &str, default: f64) -> Result<f64, Error> {
        Ok(self.number_if_any(name)?.unwrap_or(default))
    }

    pub(super) fn count(&self, name: &str, default: usize) -> Result<usize, Error> {
        let count = |value: &Value| {
            let whole =
                value.as_u64().or_else(|| value.as_f64().filter(|x| x.fract() == 0.0 && *x >= 0.0).map(|x| x as u64));
            whole.map(|n| n as usize).ok_or_else(|| self.wrong(name, "a whole number"))
        };
        self.get(name).map_or(Ok(default), count)
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool, Error> {
        self.get(name).map_or(Ok(default), |value| value.as_bool().ok_or_else(|| self.wrong(name, "true or false")))
    }

    pub(super) fn word(&self, name: &str, default: &'static str) -> Result<&str, Error> {
        self.get(name).map_or(Ok(default), |value| value.as_str().ok_or_else(|| self.wrong(name, "a word")))
    }

    pub(super) fn numbers(&self, name: &str) -> Result<Option<Vec<f64>>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let list = value.as_array().ok_or_else(|| self.wrong(name, "a list of numbers"))?;
        let number = |value: &Value| value.as_f64().ok_or_else(|| self.wrong(name, "a list of numbers"));
        list.iter().map(number).collect::<Result<_, _>>().map(Some)
    }

    /// Training steps.
    pub(super) fn training(&self) -> Result<usize, Error> {
        match self.count("num_train_timesteps", 1000)? {
            0 | 1 => Err(self.wrong("num_train_timesteps", "2 or more")),
            steps => Ok(steps),
        }
    }

    /// The betas' path, with defaults of the class.
    pub(super) fn discrete(&self, start: f64, end: f64, schedule: &'static str) -> Result<Discrete, Error> {
        let (start, end) = (self.number("beta_start", start)?, self.number("beta_end", end)?);
        let betas = match (self.numbers("trained_betas")?, self.word("beta_schedule", schedule)?) {
            (Some(values), _) => Betas::Given(values),
            (None, "linear") => Betas::Linear { start, end },
            (None, "scaled_linear") => Betas::ScaledLinear { start, end },
            (None, "squaredcos_cap_v2") => Betas::Cosine,
            (None, "sigmoid") => Betas::Sigmoid { start, end },
            (None, "laplace") => Betas::Laplace,
            (None, "exp") => Betas::Exponential,
            _ => {
                return Err(
                    self.wrong("beta_schedule", "linear, scaled_linear, squaredcos_cap_v2, sigmoid, laplace or exp")
                );
            }
        };
        let path = Discrete::new(&betas, self.training()?)?;
        Ok(if self.flag("rescale_betas_zero_snr", false)? { path.with_zero_terminal_snr() } else { path })
    }

    pub(super) fn prediction(&self, default: &'static str) -> Result<Prediction, Error> {
        Ok(match self.word("prediction_type", default)? {
            "epsilon" => Prediction::Noise,
            "sample" | "original_sample" => Prediction::Clean,
            "v_prediction" => Prediction::Velocity,
            "flow_prediction" => Prediction::Flow,
            _ => return Err(self.wrong("prediction_type", "epsilon, sample, v_prediction or flow_prediction")),
        })
    }

    /// Whether a network gives variances too.
    pub(super) fn learns(&self) -> Result<bool, Error> {
        Ok(["learned", "learned_range"].contains(&self.word("variance_type", "")?))
    }

    pub(super) fn spacing(&self, default: &'static str) -> Result<Spacing, Error> {
        Ok(match self.word("timestep_spacing", default)? {
            "linspace" => Spacing::Linspace,
            "leading" => Spacing::Leading,
            "trailing" => Spacing::Trailing,
            _ => return Err(self.wrong("timestep_spacing", "linspace, leading or trailing")),
        })
    }

    /// Dynamic thresholding, or clipping where that is what the class does.
    pub(super) fn limit(&self, clips: bool) -> Result<Limit, Error> {
        if self.flag("thresholding", false)? {
            let quantile = self.number("dynamic_thresholding_ratio", 0.995)?;
            return Ok(Limit::Dynamic { quantile, most: self.number("sample_max_value", 1.0)? });
        }
        match self.flag("clip_sample", clips)? {
            true => Ok(Limit::Clip(self.number("clip_sample_range", 1.0)?)),
            false => Ok(Limit::None),
        }
    }

    /// Only dynamic thresholding, where a class does not clip.
    pub(super) fn threshold(&self) -> Result<Limit, Error> {
        Ok(if self.flag("thresholding", false)? { self.limit(false)? } else { Limit::None })
    }

    /// Whether the last level is clean, otherwise that of the smallest noise.
    pub(super) fn ends_clean(&self) -> Result<bool, Error> {
        match self.word("final_sigmas_type", "zero")? {
            "zero" => Ok(true),
            "sigma_min" => Ok(false),
            _ => Err(self.wrong("final_sigmas_type", "zero or sigma_min")),
        }
    }

    /// That not more steps are asked for than were trained.
    pub(super) fn at_most(&self, steps: usize, most: usize) -> Result<(), Error> {
        if steps <= most {
            return Ok(());
        }
        Err(Error::Parameter { name: "steps", value: steps as f64, expected: "no more than training steps" })
    }
}

/// Infinities that Python writes become words.
fn strict(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut quoted) = (text, false);
    while let Some(c) = rest.chars().next() {
        let word =
            [("-Infinity", "\"-inf\""), ("Infinity", "\"inf\"")].into_iter().find(|(word, _)| rest.starts_with(word));
        match (c, word) {
            ('\\', _) if quoted => {
                let escaped: String = rest.chars().take(2).collect();
                out.push_str(&escaped);
                rest = &rest[escaped.len()..];
                continue;
            }
            ('"', _) => quoted = !quoted,
            (_, Some((word, strict))) if !quoted => {
                out.push_str(strict);
                rest = &rest[word.len()..];
                continue;
            }
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}
