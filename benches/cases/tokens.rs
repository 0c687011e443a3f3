//! Choosing a token from logits.

use std::error::Error;

use super::Prepared;
use crate::inputs::{logits, past};
use crate::protocol::{Request, Work};
use genai_models::core::random::Key;
use genai_models::sampling::token::{
    Buffers, Candidates, Chain, Greedy, Gumbel, MinP, Multinomial, Processor, RepetitionPenalty, Select, Temperature,
    TopK, TopP,
};

/// Chains by name. `full` penalises 64 tokens of the past; `gumbel` has the distribution of `temperature`.
pub const CHAINS: [&str; 7] = ["greedy", "temperature", "gumbel", "top_k", "top_p", "top_k_top_p", "full"];

/// One token from logits of a vocabulary, through a chain of processors; the check is the number of tokens kept, or the token
/// of a greedy choice. Steps share their memory, as those of a generation do.
pub(super) fn choose_token(request: &mut Request) -> Prepared {
    let (name, vocabulary) = (request.word("chain", "full"), request.number("vocabulary", 50_257));
    let (chain, mut select) = (chain(&name)?, selection(&name));
    let (logits, past) = (logits(vocabulary), past(64, vocabulary));
    let (mut step, mut buffers, mut stream) = (logits.clone(), Buffers::default(), Key::new(1).stream());
    let mut choose = move || {
        for &token in &past {
            step[token as usize] = logits[token as usize]; // a penalty has written into these: they are as a model gives them
        }
        let mut candidates = Candidates::with_buffers(&mut step, std::mem::take(&mut buffers));
        chain.process(&past, &mut candidates)?;
        let kept = candidates.len();
        let token = select.select(&mut candidates, &mut stream)?;
        buffers = candidates.into_buffers();
        Ok::<_, genai_models::sampling::Error>((token, kept))
    };
    let (token, kept) = choose()?;
    let check = if name == "greedy" { f64::from(token) } else { kept as f64 };
    Ok(Work::new(1, "token", check, choose))
}

fn chain(name: &str) -> Result<Chain, Box<dyn Error>> {
    let warm = || Temperature::new(0.8).map(|temperature| Chain::new().then(temperature));
    Ok(match name {
        "greedy" => Chain::new(),
        "temperature" | "gumbel" => warm()?,
        "top_k" => warm()?.then(TopK::new(50)?),
        "top_p" => warm()?.then(TopP::new(0.9)?),
        "top_k_top_p" => warm()?.then(TopK::new(50)?).then(TopP::new(0.9)?),
        "full" => Chain::new()
            .then(RepetitionPenalty::new(1.1)?)
            .then(Temperature::new(0.8)?)
            .then(TopK::new(40)?)
            .then(TopP::new(0.95)?)
            .then(MinP::new(0.05)?),
        other => return Err(format!("no chain {other:?}").into()),
    })
}

fn selection(name: &str) -> Box<dyn Select> {
    match name {
        "greedy" => Box::new(Greedy),
        "gumbel" => Box::new(Gumbel),
        _ => Box::new(Multinomial),
    }
}

pub(super) fn usual() -> Vec<Request> {
    let row = |chain: &str, v: usize| {
        Request::new("choose_token").with("chain", chain).with("vocabulary", v).with("threads", 1)
    };
    CHAINS.iter().flat_map(|chain| [row(chain, 50_257), row(chain, 128_256)]).collect()
}
