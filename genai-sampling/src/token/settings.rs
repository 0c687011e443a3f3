//! The parameters of the known engines, without an order.

use super::Dry;

/// What can be set of a chain: the parameters that text generators share, each off unless set.
///
/// The same settings give different distributions in different engines, because these run their processors in different
/// orders: [`Chain::hf`](super::Chain::hf), [`Chain::vllm`](super::Chain::vllm),
/// [`Chain::llama_cpp`](super::Chain::llama_cpp) and [`Chain::mistral_rs`](super::Chain::mistral_rs) build theirs.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, Settings};
///
/// let settings = Settings { temperature: Some(0.8), top_k: Some(40), min_p: Some(0.05), ..Settings::default() };
/// assert_eq!(Chain::llama_cpp(&settings)?.len(), 3);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// [`Temperature`](super::Temperature).
    pub temperature: Option<f32>,
    /// Range and exponent of a [`DynamicTemperature`](super::DynamicTemperature) around `temperature` (1 if that is unset).
    pub dynamic_temperature: Option<(f32, f32)>,
    /// [`TopK`](super::TopK).
    pub top_k: Option<usize>,
    /// [`TopP`](super::TopP).
    pub top_p: Option<f64>,
    /// [`MinP`](super::MinP).
    pub min_p: Option<f64>,
    /// [`TypicalP`](super::TypicalP).
    pub typical_p: Option<f64>,
    /// [`EpsilonCutoff`](super::EpsilonCutoff).
    pub epsilon_cutoff: Option<f64>,
    /// [`EtaCutoff`](super::EtaCutoff).
    pub eta_cutoff: Option<f64>,
    /// [`TopH`](super::TopH).
    pub top_h: Option<f64>,
    /// [`TopNSigma`](super::TopNSigma).
    pub top_n_sigma: Option<f32>,
    /// Probability and threshold of [`Xtc`](super::Xtc).
    pub xtc: Option<(f64, f64)>,
    /// [`Dry`].
    pub dry: Option<Dry>,
    /// [`RepetitionPenalty`](super::RepetitionPenalty).
    pub repetition_penalty: Option<f32>,
    /// [`FrequencyPenalty`](super::FrequencyPenalty).
    pub frequency_penalty: Option<f32>,
    /// [`PresencePenalty`](super::PresencePenalty).
    pub presence_penalty: Option<f32>,
    /// On how many of the last tokens the three penalties look; all if unset.
    pub penalty_window: Option<usize>,
    /// [`NoRepeatNgram`](super::NoRepeatNgram).
    pub no_repeat_ngram: Option<usize>,
    /// [`BadWords`](super::BadWords).
    pub bad_words: Vec<Vec<u32>>,
    /// [`SequenceBias`](super::SequenceBias).
    pub sequence_bias: Vec<(Vec<u32>, f32)>,
    /// [`AllowedTokens`](super::AllowedTokens); all if empty.
    pub allowed_tokens: Vec<u32>,
    /// [`SuppressedTokens`](super::SuppressedTokens).
    pub suppressed_tokens: Vec<u32>,
    /// Tokens suppressed at one position alone, the number of tokens before it.
    pub begin_suppressed_tokens: Option<(usize, Vec<u32>)>,
    /// The forced second token, behind a start token.
    pub forced_begin: Option<u32>,
    /// The forced last tokens, one of which ends a text of that length, the prompt included.
    pub forced_end: Option<(usize, Vec<u32>)>,
    /// Tokens that end a text, for the lengths below and for `bad_words`.
    pub end_tokens: Vec<u32>,
    /// [`MinimumLength`](super::MinimumLength), the prompt included.
    pub minimum_length: usize,
    /// [`MinimumLength::generated`](super::MinimumLength::generated).
    pub minimum_new_tokens: usize,
    /// Start and factor of [`LengthDecay`](super::LengthDecay).
    pub length_decay: Option<(usize, f32)>,
    /// [`RemoveInvalid`](super::RemoveInvalid).
    pub remove_invalid: bool,
    /// [`Renormalize`](super::Renormalize).
    pub renormalize: bool,
}
