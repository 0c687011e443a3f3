//! Improved DDPM's theory: posteriors, losses, variational terms, respaced steps.

use genai_sampling::Error;
use genai_sampling::diffusion::solver::{Ddim, Solver, Variance};
use genai_sampling::diffusion::theory::{GaussianDiffusion, Loss, Losses, Sections, spaced};
use genai_sampling::diffusion::{Betas, Denoise, Level, Limit, Model, Path as _, Prediction, Step};

use super::schedulers::toy;
use crate::case::Case;
use crate::report::{Report, Values};

/// Compares every tensor of the folder.
pub(crate) fn run(case: &Case, report: &mut Report) -> Result<(), String> {
    case.expect_keys(&["settings", "network"])?;
    let settings = case.json["settings"].as_object().ok_or("there are no settings")?;
    let known = ["T", "rescale_timesteps", "ddim"];
    if let Some(name) = settings.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("setting {name:?} is unknown"));
    }
    for name in case.outputs() {
        match value(case, name) {
            Some(Ok(got)) => report.compare(case, name, Values::of(case, name, got)),
            Some(Err(error)) => report.fail(name, error.to_string()),
            None => report.fail(name, "an unknown tensor"),
        }
    }
    Ok(())
}

/// What a learned-range network adds to the toy: rows of predictions, then of variances.
fn learned(x: &[f64], times: &[f64], out: &mut [f64]) -> Result<(), Error> {
    let row = x.len() / times.len();
    for (i, x) in x.iter().enumerate() {
        let at = i / row * 2 * row + i % row;
        out[at] = toy(*x, times[i / row]);
        out[at + row] = 0.5 * x.tanh();
    }
    Ok(())
}

fn fixed(x: &[f64], times: &[f64], out: &mut [f64]) -> Result<(), Error> {
    let row = x.len() / times.len();
    (0..x.len()).for_each(|i| out[i] = toy(x[i], times[i / row]));
    Ok(())
}

fn value(case: &Case, name: &str) -> Option<Result<Vec<f64>, Error>> {
    let steps = case.json["settings"]["T"].as_u64().expect("a number") as usize;
    let (group, what) = name.split_once('.')?;
    if group == "space_timesteps" {
        let kept = Sections::parse(what).and_then(|sections| spaced(steps, &sections));
        return Some(kept.map(|kept| kept.into_iter().map(|t| t as f64).collect()));
    }
    let schedule = if group == "betas" { what } else { group };
    let betas = match schedule {
        "linear" => GaussianDiffusion::linear(steps),
        "cosine" => Betas::Cosine,
        _ => return None,
    };
    let mut diffusion = GaussianDiffusion::new(&betas, steps).expect("valid betas");
    if case.json["settings"]["rescale_timesteps"].as_bool().expect("a bool") {
        diffusion = diffusion.with_rescaled_times();
    }
    if group == "betas" {
        return Some(Ok(diffusion.path().betas().to_vec()));
    }
    match what.split_once('.') {
        Some((kind, term)) => loss(case, diffusion, kind, term),
        None => theory(case, &diffusion.with_variance(Variance::LearnedRange), what),
    }
}

fn inputs(case: &Case) -> (Vec<f64>, Vec<f64>, Vec<usize>) {
    let steps = case.numbers("t").into_iter().map(|t| t as usize).collect();
    (case.numbers("x"), case.numbers("noise"), steps)
}

fn loss(case: &Case, diffusion: GaussianDiffusion, kind: &str, term: &str) -> Option<Result<Vec<f64>, Error>> {
    let (variance, loss) = match kind {
        "mse" => (Variance::FixedSmall, Loss::Mse),
        "kl" => (Variance::FixedLarge, Loss::Kl),
        "hybrid" => (Variance::LearnedRange, Loss::RescaledMse),
        "rescaled_kl" => (Variance::LearnedRange, Loss::RescaledKl),
        _ => return None,
    };
    let (clean, noise, steps) = inputs(case);
    let network = if variance == Variance::LearnedRange { learned } else { fixed };
    let losses = diffusion.with_variance(variance).losses(network, loss, &clean, &steps, &noise);
    let Losses { loss, mse, variational } = match losses {
        Ok(losses) => losses,
        Err(error) => return Some(Err(error)),
    };
    match term {
        "loss" => Some(Ok(loss)),
        "mse" => mse.map(Ok),
        "vb" => variational.map(Ok),
        _ => None,
    }
}

fn theory(case: &Case, diffusion: &GaussianDiffusion, what: &str) -> Option<Result<Vec<f64>, Error>> {
    let (clean, noise, steps) = inputs(case);
    let row = clean.len() / steps.len();
    let x = diffusion.forward(&clean, &steps, &noise).expect("equal lengths");
    let posterior = || diffusion.posterior(&clean, &x, &steps);
    let reverse = || diffusion.reverse(learned, &x, &steps, true);
    let spread = |rows: Vec<f64>| rows.iter().flat_map(|value| vec![*value; row]).collect::<Vec<f64>>();
    Some(match what {
        "q_sample" => Ok(x),
        "posterior_mean" => posterior().map(|p| p.mean),
        "posterior_var" => posterior().map(|p| spread(p.variance)),
        "posterior_logvar" => posterior().map(|p| spread(p.ln_variance)),
        "p_mean" => reverse().map(|p| p.mean),
        "p_variance" => reverse().map(|p| p.variance),
        "p_log_variance" => reverse().map(|p| p.ln_variance),
        "p_pred_xstart" => reverse().map(|p| p.clean),
        "prior_bpd" => diffusion.prior_term(&clean, steps.len()),
        "vb" => diffusion.variational_terms(learned, &clean, &x, &steps, true),
        "ddim" => ddim(diffusion, x, steps[1], steps.len()),
        _ => return None,
    })
}

/// One DDIM step of samples that are told one time, whatever theirs is.
fn ddim(diffusion: &GaussianDiffusion, mut x: Vec<f64>, t: usize, rows: usize) -> Result<Vec<f64>, Error> {
    let path = diffusion.path();
    let told = diffusion.times()[t];
    let mut model = Model::new(Prediction::Noise, |x: &[f64], _, out: &mut [f64]| fixed(x, &vec![told; rows], out));
    let mut denoise = Denoise::new(&mut model, path).with_limit(Limit::Clip(1.0));
    let to = if t == 0 { Level::CLEAN } else { path.level(t as f64 - 1.0) };
    let step = Step { from: path.level(t as f64), to, index: 0, count: 1 };
    Ddim { eta: 0.0, consistent: true }.step(&mut denoise, &mut x, step, &mut Default::default())?;
    Ok(x)
}
