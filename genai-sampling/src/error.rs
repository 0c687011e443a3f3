//! What can go wrong.

/// What went wrong while sampling.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter lies outside its range.
    #[error("{name}: {value} is not {expected}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },
    /// A setting cannot be followed.
    #[error("{setting}: {reason}")]
    Setting {
        /// The setting.
        setting: String,
        /// Why not.
        reason: String,
    },
    /// There are no logits to choose from.
    #[error("logits: the vocabulary is empty")]
    EmptyVocabulary,
    /// A logit is not a number.
    #[error("logits: that of token {token} is NaN")]
    NotANumber {
        /// Its token, the first of them.
        token: u32,
    },
    /// A logit is +∞, which leaves no distribution.
    #[error("logits: that of token {token} is +∞")]
    Infinite {
        /// Its token, the first of them.
        token: u32,
    },
    /// Every logit is −∞: no token is left to choose.
    #[error("logits: all are −∞, no token is left to choose")]
    NoCandidates,
    /// A token lies outside the vocabulary.
    #[error("token {token} lies outside the vocabulary of {vocabulary}")]
    Token {
        /// The token.
        token: u32,
        /// Tokens that there are.
        vocabulary: usize,
    },
    /// There is nothing to continue.
    #[error("prompt {row} is empty: a model needs a token to start from")]
    EmptyPrompt {
        /// Which prompt of the batch.
        row: usize,
    },
    /// A prompt is longer than what the model can see.
    #[error("a prompt of {length} tokens exceeds the model's context of {context}")]
    Context {
        /// Tokens of the prompt.
        length: usize,
        /// Tokens that the model can see.
        context: usize,
    },
    /// Stop strings were asked for, and nothing turns tokens into text.
    #[error("stop strings need text: give `Generate::text` a decoder")]
    NoDecoder,
    /// A chain cannot start where its target has no finite log-density.
    #[error("start: its log-density is {log_density}")]
    Start {
        /// What the target returned.
        log_density: f64,
    },
    /// A chain cannot start where the gradient is not finite.
    #[error("start: coordinate {coordinate} of the gradient is {value}")]
    StartGradient {
        /// Which coordinate.
        coordinate: usize,
        /// What the target wrote.
        value: f64,
    },
    /// A coordinate became something that is not finite.
    #[error("{what} of coordinate {coordinate} is {value}")]
    Coordinate {
        /// What gave it.
        what: &'static str,
        /// Which coordinate.
        coordinate: usize,
        /// What it gave.
        value: f64,
    },
    /// A slice has another length than it must have.
    #[error("{name}: {found} given, expected {expected}")]
    Length {
        /// Whose.
        name: &'static str,
        /// What was given.
        found: usize,
        /// What there must be.
        expected: usize,
    },
    /// A log-density that must be concave is not.
    #[error("adaptive rejection: the log-density is not concave at {at}")]
    NotConcave {
        /// Where it shows.
        at: f64,
    },
    /// All tries were in vain.
    #[error("{what}: no success in {tries} tries")]
    Exhausted {
        /// What was tried.
        what: &'static str,
        /// How often.
        tries: u64,
    },
    /// A density could not be fitted.
    #[error(transparent)]
    Density(#[from] genai_prob::Error),
    /// A number that should be finite is not.
    #[error("{what} at time {time} is not finite")]
    NotFinite {
        /// Whose.
        what: &'static str,
        /// When: the time of its noise level.
        time: f64,
    },
    /// A scheduler's configuration that cannot be read or followed.
    #[error("scheduler configuration: {name}: {found}, expected {expected}")]
    Scheduler {
        /// The setting.
        name: String,
        /// What it is.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A regular expression cannot be used.
    #[error("pattern {pattern:?}: {reason}")]
    Pattern {
        /// The expression.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No text can meet a constraint.
    #[error("constraint: no text of the vocabulary's tokens can meet it")]
    Unsatisfiable,
    /// A constraint needs more tokens than may come.
    #[error("constraint: it needs {needed} tokens, and there is room for {room}")]
    NoRoom {
        /// Tokens that it needs at least.
        needed: usize,
        /// Tokens that may come.
        room: usize,
    },
    /// A constraint does not allow a token.
    #[error("constraint: token {token} may not come here")]
    Forbidden {
        /// The token.
        token: u32,
    },
    /// A strategy needs the model's states, and the model does not give them.
    #[error("the model gives no hidden states: implement `CausalLm::hidden`")]
    NoHiddenStates,
    /// A text is too short to say anything of it.
    #[error("a text of {length} tokens is too short: {needed} are needed")]
    TooShort {
        /// Tokens of the text.
        length: usize,
        /// Tokens that are needed.
        needed: usize,
    },
    /// The model failed.
    #[error("model: {0}")]
    Model(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The failure of a model, from an error of its own or a message.
    ///
    /// ```
    /// assert_eq!(genai_sampling::Error::model("no weights").to_string(), "model: no weights");
    /// ```
    pub fn model(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Model(source.into())
    }
}
