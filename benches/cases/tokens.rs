//! Choosing a token from logits.

use super::Prepared;
use crate::inputs::logits;
use crate::protocol::{Request, Work};
use genai_models::core::random::Key;
use genai_models::sampling::token::{
    Candidates, Chain, Greedy, Multinomial, Processor, Select, Temperature, TopK, TopP,
};

/// One token from logits of a vocabulary, through a chain of processors; the check is the number of tokens kept, or the token
/// of a greedy choice.
pub(super) fn choose_token(request: &mut Request) -> Prepared {
    let (name, vocabulary) = (request.word("chain", "top_p"), request.number("vocabulary", 50_257));
    let chain = match name.as_str() {
        "greedy" => Chain::new(),
        "temperature" => Chain::new().then(Temperature::new(0.8)?),
        "top_k" => Chain::new().then(Temperature::new(0.8)?).then(TopK::new(50)?),
        "top_p" => Chain::new().then(Temperature::new(0.8)?).then(TopP::new(0.9)?),
        "top_k_top_p" => Chain::new().then(Temperature::new(0.8)?).then(TopK::new(50)?).then(TopP::new(0.9)?),
        other => return Err(format!("no chain {other:?}").into()),
    };
    let mut select: Box<dyn Select> = if name == "greedy" { Box::new(Greedy) } else { Box::new(Multinomial) };
    let (logits, mut scratch, mut stream) = (logits(vocabulary), Vec::new(), Key::new(1).stream());
    let mut choose = move || {
        scratch.clone_from(&logits); // the chain writes into its logits
        let mut candidates = Candidates::new(&mut scratch);
        chain.process(&[], &mut candidates)?;
        let kept = candidates.len();
        select.select(&mut candidates, &mut stream).map(|token| (token, kept))
    };
    let (token, kept) = choose()?;
    let check = if name == "greedy" { f64::from(token) } else { kept as f64 };
    Ok(Work::new(1, "token", check, choose))
}

pub(super) fn usual() -> Vec<Request> {
    let row = |chain: &str, v: usize| {
        Request::new("choose_token").with("chain", chain).with("vocabulary", v).with("threads", 1)
    };
    let chains = ["greedy", "temperature", "top_k", "top_p", "top_k_top_p"];
    chains.iter().flat_map(|chain| [row(chain, 50_257), row(chain, 128_256)]).collect()
}
