//! Steps of diffusion solvers without the model, beside a copy of their array: at most four times that.

use criterion::Criterion;
use genai_benches::cases::prepare;
use genai_benches::protocol::Request;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for solver in ["copy", "ddim", "heun", "dpmpp_2m"] {
        let mut work = prepare(&mut Request::new("solver_step").with("solver", solver)).expect("the case exists");
        criterion.bench_function(&format!("step/{solver}"), |b| b.iter(|| work.once()));
    }
    criterion.final_summary();
}
