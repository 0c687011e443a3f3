//! Choosing a token from 50,257 logits.

use criterion::Criterion;
use genai_benches::cases::{CHAINS, prepare};
use genai_benches::protocol::Request;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for chain in CHAINS {
        let mut work = prepare(&mut Request::new("choose_token").with("chain", chain)).expect("the case exists");
        criterion.bench_function(chain, |b| b.iter(|| work.once()));
    }
    criterion.final_summary();
}
