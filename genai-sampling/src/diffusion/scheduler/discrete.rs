//! Schedulers that go from training step to training step of a variance-preserving path.

use super::super::solver::{Ddim, Ddpm, Lcm, Pndm, Solver, Tcd, Variance};
use super::super::{Discrete, Level, Limit, Number, Path, Scale, Step, grid::Spacing};
use super::settings::Settings;
use super::{Plan, Scheduler};
use crate::Error;

/// Linear betas of DDPM, and latent diffusion's.
const DDPM: (f64, f64, &str) = (1e-4, 0.02, "linear");
const LATENT: (f64, f64, &str) = (0.00085, 0.012, "scaled_linear");

pub(super) fn plan<F: Number>(scheduler: &Scheduler, steps: usize) -> Result<Plan<F>, Error> {
    let settings = &scheduler.settings;
    let class = scheduler.class();
    let (start, end, schedule) = match class {
        "LCMScheduler" | "TCDScheduler" => LATENT,
        "UnCLIPScheduler" => (DDPM.0, DDPM.1, "squaredcos_cap_v2"),
        _ => DDPM,
    };
    let path = settings.discrete(start, end, schedule)?;
    settings.at_most(steps, path.steps())?;
    let (solver, limit, steps): (Box<dyn Solver<F>>, Limit, Vec<Step>) = match class {
        "DDPMScheduler" | "DDPMParallelScheduler" => {
            let steps = following(&path, &times(settings, steps, &path)?);
            (Box::new(Ddpm { variance: variance(settings, "fixed_small")? }), settings.limit(true)?, steps)
        }
        "UnCLIPScheduler" => {
            let steps = following(&path, &unclip_times(steps, path.steps()));
            (Box::new(Ddpm { variance: variance(settings, "fixed_small_log")? }), settings.limit(true)?, steps)
        }
        "DDIMScheduler" | "DDIMParallelScheduler" => {
            let steps = strided(settings, &path, &times(settings, steps, &path)?, steps, true)?;
            (Box::new(Ddim { eta: scheduler.eta.unwrap_or(0.0), consistent: false }), settings.limit(true)?, steps)
        }
        "DDIMInverseScheduler" => {
            let limit = if settings.flag("clip_sample", true)? {
                Limit::Clip(settings.number("clip_sample_range", 1.0)?)
            } else {
                Limit::None
            };
            (Box::new(Ddim::default()), limit, inverse(settings, &path, steps)?)
        }
        "PNDMScheduler" => match pndm(settings, &path, steps)? {
            // a single step is not made again
            (Pndm { runge_kutta: false, .. }, steps) if steps.len() == 1 => {
                (Box::new(Ddim::default()), Limit::None, steps)
            }
            (solver, steps) => (Box::new(solver), Limit::None, steps),
        },
        "LCMScheduler" => {
            let steps = distilled(settings, &path, steps)?;
            (Box::new(Lcm { scale: settings.number("timestep_scaling", 10.0)? }), settings.limit(false)?, steps)
        }
        _ => {
            let steps = distilled(settings, &path, steps)?;
            (Box::new(Tcd { gamma: scheduler.eta.unwrap_or(0.3) }), Limit::None, steps)
        }
    };
    let prediction = settings.prediction("epsilon")?;
    let (scale, learns) = (Scale::None, settings.learns()?);
    Ok(Plan { path: Box::new(path), steps, start: 1.0, prediction, scale, learns, limit, solver })
}

fn variance(settings: &Settings, default: &'static str) -> Result<Variance, Error> {
    Ok(match settings.word("variance_type", default)? {
        "fixed_small" | "fixed_small_log" => Variance::FixedSmall,
        "fixed_large" | "fixed_large_log" => Variance::FixedLarge,
        "learned" => Variance::Learned,
        "learned_range" => Variance::LearnedRange,
        _ => {
            let expected = "fixed_small, fixed_small_log, fixed_large, fixed_large_log, learned or learned_range";
            return Err(settings.wrong("variance_type", expected));
        }
    })
}

/// Whole training steps, from noise to data.
fn times(settings: &Settings, steps: usize, path: &Discrete) -> Result<Vec<f64>, Error> {
    let offset = settings.count("steps_offset", 0)?;
    let times = settings.spacing("leading")?.times(steps, path.steps(), offset);
    let times: Vec<f64> = times.into_iter().map(f64::round_ties_even).collect();
    match times.iter().any(|time| *time >= path.steps() as f64) {
        true => Err(settings.wrong("steps_offset", "within the training steps")),
        false => Ok(times),
    }
}

fn unclip_times(steps: usize, training: usize) -> Vec<f64> {
    let stride = (training as f64 - 1.0) / (steps as f64 - 1.0).max(1.0);
    (0..steps).rev().map(|i| (i as f64 * stride).round_ties_even()).collect()
}

/// From each time to the next, and to clean data.
fn following(path: &Discrete, times: &[f64]) -> Vec<Step> {
    let levels = times.iter().map(|time| path.level(*time)).chain([Level::CLEAN]);
    Step::between(levels)
}

/// From each time to the one `training / steps` before it, whether it is another of the times or not.
fn strided(settings: &Settings, path: &Discrete, times: &[f64], steps: usize, one: bool) -> Result<Vec<Step>, Error> {
    let stride = (path.steps() / steps) as f64;
    let last = clean(settings, path, one)?;
    let to = |time: f64| if time >= stride { path.level(time - stride) } else { last };
    Ok(Step::from_pairs(times.iter().map(|time| (path.level(*time), to(*time)))))
}

/// What comes before step 0: no noise, or that of step 0.
fn clean(settings: &Settings, path: &Discrete, one: bool) -> Result<Level, Error> {
    Ok(if settings.flag("set_alpha_to_one", one)? { Level::CLEAN } else { Level { time: 0.0, ..path.level(0.0) } })
}

/// From data to noise: the model is told where a step leads.
fn inverse(settings: &Settings, path: &Discrete, steps: usize) -> Result<Vec<Step>, Error> {
    let mut up = times(settings, steps, path)?;
    up.reverse();
    if settings.spacing("leading")? == Spacing::Linspace {
        return Err(settings.wrong("timestep_spacing", "leading or trailing"));
    }
    let first = match settings.flag("set_alpha_to_zero", false)? {
        true => Level::CLEAN,
        false => clean(settings, path, true)?,
    };
    let stride = (path.steps() / steps) as f64;
    let from = |time: f64| if time >= stride { path.level(time - stride) } else { first };
    Ok(Step::from_pairs(up.iter().map(|time| (Level { time: *time, ..from(*time) }, path.level(*time)))))
}

fn pndm(settings: &Settings, path: &Discrete, steps: usize) -> Result<(Pndm, Vec<Step>), Error> {
    let times = times(settings, steps, path)?;
    let mut moves = strided(settings, path, &times, steps, false)?;
    let stride = (path.steps() / steps) as f64;
    if settings.flag("skip_prk_steps", false)? {
        // the second call is told the next time, and comes back to one stride above it
        let again =
            times.get(1).map(|time| (path.level((time + stride).min(path.steps() as f64 - 1.0)), path.level(*time)));
        return Ok((Pndm { runge_kutta: false, half: None, again }, moves));
    }
    for i in 0..3.min(times.len().saturating_sub(1)) {
        moves[i].to = path.level(times[i + 1]);
    }
    Ok((Pndm { runge_kutta: true, half: Some((stride / 2.0).floor()), again: None }, moves))
}

/// Times out of those of distillation, evenly by place.
fn distilled(settings: &Settings, path: &Discrete, steps: usize) -> Result<Vec<Step>, Error> {
    let original = settings.count("original_inference_steps", 50)?;
    if original == 0 || original > path.steps() {
        return Err(settings.wrong("original_inference_steps", "from 1 to the training steps"));
    }
    if steps > original {
        return Err(Error::Parameter {
            name: "steps",
            value: steps as f64,
            expected: "no more than original_inference_steps",
        });
    }
    let stride = path.steps() / original;
    let time = |i: usize| {
        let place = (i as f64 * (original as f64 / steps as f64)).floor() as usize;
        ((original - place) * stride - 1) as f64
    };
    let levels = (0..steps).map(|i| path.level(time(i))).chain([path.level(0.0)]);
    Ok(Step::between(levels))
}
