//! Steps of diffusion solvers, without the model.

use super::Prepared;
use crate::inputs::pattern;
use crate::protocol::{Request, Work};
use genai_models::sampling::Error;
use genai_models::sampling::diffusion::solver::{Ddim, DpmMultistep, Heun, Memory, Solver};
use genai_models::sampling::diffusion::{Denoise, Model, Path as _, Prediction, Step, VarianceExploding};

/// One step of x [32, 3, 32, 32] in f32 with a model that predicts noise and takes no time, or a copy of such an array; the
/// check is the sum of x after the first.
pub(super) fn solver_step(request: &mut Request) -> Prepared {
    let (name, count) = (request.word("solver", "ddim"), request.number("elements", 32 * 3 * 32 * 32));
    let solver: Box<dyn Solver<f32> + Send> = match name.as_str() {
        "ddim" => Box::new(Ddim::default()),
        "heun" => Box::new(Heun::default()),
        "dpmpp_2m" => Box::new(DpmMultistep::default()),
        "copy" => return Ok(copy(count)),
        other => return Err(format!("no solver {other:?}").into()),
    };
    let mut x = pattern(count, 1, 2.0);
    // the network's output is what lies in its buffer
    let mut model = Model::new(Prediction::Noise, |_: &[f32], _: f64, _: &mut [f32]| Ok::<(), Error>(()));
    let steps = Step::between([1.01, 1.005, 1.0].map(|sigma| VarianceExploding.at_ratio(sigma)));
    let (mut memory, mut once) = (Memory::default(), 0);
    let mut step = move || {
        let step = Step { index: once.min(1), count: 100, ..steps[once.min(1)] };
        once += 1;
        let mut denoise = Denoise::new(&mut model, &VarianceExploding);
        solver.step(&mut denoise, &mut x, step, &mut memory).expect("finite");
        x.iter().map(|x| f64::from(*x)).take(1).sum::<f64>()
    };
    let check = step();
    Ok(Work::new(count, "element", check, step))
}

fn copy(count: usize) -> Work {
    let (from, mut to) = (pattern(count, 1, 2.0), vec![0.0; count]);
    Work::new(count, "element", f64::from(from[0]), move || {
        to.copy_from_slice(std::hint::black_box(&from));
        to[0]
    })
}

pub(super) fn usual() -> Vec<Request> {
    let row = |solver: &str| Request::new("solver_step").with("solver", solver).with("threads", 1);
    ["copy", "ddim", "heun", "dpmpp_2m"].iter().map(|solver| row(solver)).collect()
}
