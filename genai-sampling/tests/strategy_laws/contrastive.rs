//! Contrastive search.

use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::token::strategy::{ContrastiveOptions, Uncached, UncachedTokens, contrastive_search};
use genai_sampling::token::{Cache, CausalLm, Positions};

use super::{log_softmax, logits_after};

/// The logits of [`logits_after`], with a state of each token: four numbers that depend on it alone.
pub(crate) struct Stateful {
    pub(crate) seed: u64,
    pub(crate) context: Option<usize>,
}

pub(crate) struct States {
    tokens: UncachedTokens,
    last: Vec<f32>,
}

impl Cache for States {
    fn len(&self) -> usize {
        self.tokens.len()
    }

    fn truncate(&mut self, len: usize) {
        self.tokens.truncate(len);
    }

    fn fork(&self) -> Self {
        Self { tokens: self.tokens.fork(), last: self.last.clone() }
    }

    fn reorder(&mut self, rows: &[usize]) {
        self.tokens.reorder(rows);
    }
}

fn state_of(token: u32) -> [f32; 4] {
    let mut state = [0.0; 4];
    Key::new(77).split(token.into()).normal_f32(&mut state);
    state
}

impl CausalLm for Stateful {
    type Cache = States;

    fn vocabulary(&self) -> usize {
        8
    }

    fn context(&self) -> Option<usize> {
        self.context
    }

    fn start(&self, rows: usize) -> States {
        let model = Uncached::new(8, |t| Ok(logits_after(t, 8, self.seed)));
        States { tokens: model.start(rows), last: Vec::new() }
    }

    fn next(
        &self,
        tokens: &[u32],
        mask: Option<&[bool]>,
        positions: Positions,
        cache: &mut States,
        logits: &mut [f32],
    ) -> Result<(), Error> {
        let model = Uncached::new(8, |t| Ok(logits_after(t, 8, self.seed)));
        let new = tokens.len() * 8 / logits.len();
        cache.last = tokens.chunks(new.max(1)).flat_map(|row| state_of(row[row.len() - 1])).collect();
        model.next(tokens, mask, positions, &mut cache.tokens, logits)?;
        match self.context {
            Some(context) if cache.len() > context => Err(Error::model("the context is exceeded")),
            _ => Ok(()),
        }
    }

    fn hidden<'a>(&self, cache: &'a States) -> Option<&'a [f32]> {
        Some(&cache.last)
    }
}

#[test]
fn contrastive_search_follows_its_formula() -> Result<(), Error> {
    let model = Stateful { seed: 11, context: None };
    let cosine = |a: u32, b: u32| {
        let (a, b) = (state_of(a).map(f64::from), state_of(b).map(f64::from));
        let dot = |a: [f64; 4], b: [f64; 4]| a.iter().zip(&b).map(|(x, y)| x * y).sum::<f64>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    for (top_k, penalty) in [(1, 0.6), (4, 0.0), (3, 0.4), (4, 0.6), (8, 0.9)] {
        let mut text = vec![1, 2];
        for _ in 0..10 {
            let p = log_softmax(&logits_after(&text, 8, 11));
            let mut order: Vec<usize> = (0..8).collect();
            order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
            let score = |&token: &usize| {
                let nearest = text.iter().map(|&t| cosine(token as u32, t)).fold(f64::NEG_INFINITY, f64::max);
                (1.0 - penalty) * p[token].exp() - penalty * nearest
            };
            let best = order[..top_k].iter().max_by(|a, b| score(a).total_cmp(&score(b))).expect("a token");
            text.push(*best as u32);
        }
        let options = ContrastiveOptions { top_k, penalty, maximum_new_tokens: 10, ..Default::default() };
        let found = contrastive_search(&model, &[1, 2], &options)?;
        assert_eq!(found, text[2..], "k {top_k}, α {penalty}");
        let stopped =
            contrastive_search(&model, &[1, 2], &ContrastiveOptions { stop_tokens: vec![found[4]], ..options })?;
        let end = found.iter().position(|&token| token == found[4]).expect("it is there");
        assert_eq!(stopped, found[..=end]);
    }
    let limited = Stateful { context: Some(6), ..model };
    assert_eq!(contrastive_search(&limited, &[1, 2], &ContrastiveOptions::default())?.len(), 5);
    Ok(())
}
