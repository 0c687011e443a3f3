//! Training steps of a GPT: forward, backward and AdamW.

use criterion::Criterion;
use genai_benches::cases::prepare;
use genai_benches::protocol::Request;

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    for model in ["gpt_4l128_b12", "gpt_4l128_b32"] {
        let mut work = prepare(&mut Request::new("train").with("model", model)).expect("the case exists");
        criterion.bench_function(model, |b| b.iter(|| work.once()));
    }
    criterion.final_summary();
}
