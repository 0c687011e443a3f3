//! Writing with a model.

use std::error::Error;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use genai_models::sampling::token::{Chain, Options, Overflow, Temperature, TopK, TopP, generate_model};
use genai_models::text::tokenizer::TextStream;

use crate::flags::Flags;
use crate::session::Session;

/// How to write.
#[derive(Debug)]
pub(crate) struct Writer {
    chain: Chain,
    tokens: usize,
    seed: u64,
}

impl Writer {
    /// As the flags say, if they make sense.
    pub(crate) fn new(flags: &Flags) -> Result<Self, Box<dyn Error>> {
        let mut chain = Chain::new().then(Temperature::new(flags.temperature)?);
        if let Some(k) = flags.top_k {
            chain = chain.then(TopK::new(k)?);
        }
        Ok(Self { chain: chain.then(TopP::new(flags.top_p)?), tokens: flags.tokens(), seed: flags.seed })
    }

    /// Writes to stdout, each piece of text as soon as it is made.
    pub(crate) fn write(
        self,
        session: &Session,
        prompt: &[u32],
        interrupted: &AtomicBool,
    ) -> Result<(), Box<dyn Error>> {
        let options = Options {
            chain: self.chain,
            maximum_new_tokens: self.tokens,
            stop_tokens: session.model().config().last_token.into_iter().collect(),
            overflow: Overflow::Slide,
            seed: self.seed,
            ..Options::default()
        };
        let (tokenizer, mut out) = (session.tokenizer(), io::stdout());
        let mut text = TextStream::plain(tokenizer);
        write!(out, "{}", tokenizer.decode(prompt)?)?;
        for step in generate_model(session.model(), &[prompt], options) {
            if interrupted.load(Ordering::Relaxed) {
                break;
            }
            write!(out, "{}", text.push(step?.token)?)?;
            out.flush()?;
        }
        Ok(writeln!(out, "{}", text.finish())?)
    }
}
