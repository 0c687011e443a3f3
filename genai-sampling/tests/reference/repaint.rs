//! RePaint: jumps and trajectory under the toy network.

use genai_sampling::diffusion::control::RePaint;
use genai_sampling::diffusion::solver::Ddim;
use genai_sampling::diffusion::{Betas, Denoise, Discrete, Limit, Model, Number, Prediction};

use super::schedulers::{self, toy};
use crate::case::Case;
use crate::report::{Report, Values};

/// Compares every tensor of the folder, in f32 and in f64.
pub(crate) fn run(case: &Case, report: &mut Report) -> Result<(), String> {
    case.expect_keys(&["settings"])?;
    let (single, double) = (follow::<f32>(case), follow::<f64>(case));
    for name in case.outputs() {
        let of = |all: &[(&str, Vec<f64>)]| all.iter().find(|(what, _)| *what == name).map(|(_, got)| got.clone());
        match (of(&single), of(&double)) {
            (Some(single), Some(double)) => {
                report.compare(case, name, Values::of_single(case, name, single));
                report.compare(case, name, Values::of(case, name, double));
            }
            _ => report.fail(name, "an unknown tensor"),
        }
    }
    Ok(())
}

fn follow<F: Number>(case: &Case) -> [(&'static str, Vec<f64>); 2] {
    let settings = case.json["settings"].as_object().expect("settings");
    let known = ["num_inference_steps", "jump_length", "jump_n_sample", "eta", "train_steps", "betas", "network"];
    settings.keys().for_each(|name| assert!(known.contains(&name.as_str()), "{name}: an unknown setting"));
    let count = |name: &str| settings[name].as_u64().expect("a number") as usize;
    let betas = betas(settings["betas"].as_str().expect("a schedule"));
    let path = Discrete::new(&betas, count("train_steps")).expect("valid betas");
    let steps = count("num_inference_steps");
    let times = RePaint::<F>::times(&path, steps, count("jump_length"), count("jump_n_sample")).expect("valid jumps");

    let read = |name: &str| -> Vec<F> { case.numbers(name).into_iter().map(F::from_f64).collect() };
    let (mut x, image, mask, noise) = (read("x"), read("image"), read("mask"), read("noise"));
    let planes = case.shape("image")[1] / case.shape("mask")[1];
    let rows = case.shape("mask")[0];
    let mask: Vec<F> = mask.chunks(mask.len() / rows).flat_map(|row| row.repeat(planes)).collect();
    let mask = mask.repeat(case.shape("image")[0] / rows); // one mask may stand for all pictures
    let repaint = RePaint::new(&image, &mask).expect("equal lengths");
    let mut draws = noise.chunks_exact(x.len());
    let mut model = Model::new(Prediction::Noise, |x: &[F], time, out: &mut [F]| {
        out.iter_mut().zip(x).for_each(|(out, x)| *out = F::from_f64(toy(x.to_f64(), time)));
        Ok(())
    });
    let mut denoise = Denoise::new(&mut model, &path)
        .with_noise(|out: &mut [F]| out.copy_from_slice(draws.next().expect("a draw that is left")))
        .with_limit(Limit::Clip(1.0));
    let solver = Ddim { eta: settings["eta"].as_f64().expect("a number"), consistent: false };
    let mut samples = vec![];
    for to in RePaint::<F>::moves(&path, &times, steps) {
        repaint.apply(&solver, &mut denoise, &mut x, &to).expect("a finite sample");
        samples.extend(x.iter().map(|x| x.to_f64()));
    }
    [("timesteps", times.into_iter().map(|t| t as f64).collect()), ("xs", samples)]
}

/// A schedule and its ends, if it has such: `linear 1e-4..0.02`.
fn betas(text: &str) -> Betas {
    if text == "squaredcos_cap_v2" {
        return Betas::Cosine;
    }
    let ends = text.split_once(' ').and_then(|(name, ends)| Some((name, ends.split_once("..")?)));
    let (name, (start, end)) = ends.unwrap_or_else(|| panic!("{text}: unknown betas"));
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{text} is no number"));
    let (start, end) = (number(start), number(end));
    schedulers::betas(name, start, end).unwrap_or_else(|| panic!("{name}: an unknown schedule"))
}
