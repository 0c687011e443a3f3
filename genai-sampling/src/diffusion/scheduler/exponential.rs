//! Schedulers of exponential integrators: DPM-Solver, UniPC, DEIS.

use super::super::grid::{self, Spacing, falling, trailing};
use super::super::solver::{Algorithm, Deis, DpmMultistep, DpmSinglestep, Kind, Solver, UniPc};
use super::super::{Discrete, Flow, Level, Number, Path, Prediction, Scale, Step};
use super::continuous::dynamic_shift;
use super::ratios::spread;
use super::settings::Settings;
use super::{Plan, Scheduler};
use crate::Error;

pub(super) fn plan<F: Number>(scheduler: &Scheduler, steps: usize) -> Result<Plan<F>, Error> {
    let settings = &scheduler.settings;
    let class = scheduler.class();
    let mut path = settings.discrete(1e-4, 0.02, "linear")?;
    if settings.flag("rescale_betas_zero_snr", false)? {
        path = path.with_last_mean(2f64.powi(-24)); // its logarithm stays finite
    }
    let straight = settings.flag("use_flow_sigmas", false)?;
    let prediction = settings.prediction("epsilon")?;
    match (prediction, straight) {
        (Prediction::Flow, false) => {
            return Err(settings.wrong("prediction_type", "one of a diffusion path, without use_flow_sigmas"));
        }
        (Prediction::Velocity, true) => {
            return Err(settings.wrong("prediction_type", "flow_prediction, epsilon or sample, with use_flow_sigmas"));
        }
        _ => {}
    }
    let (solver, of_clean) = solver::<F>(settings, class)?;
    let levels = if straight { flow(scheduler, &path, steps)? } else { preserving(settings, class, &path, steps)? };
    let limit = if of_clean || class != "UniPCMultistepScheduler" { settings.threshold()? } else { Default::default() };
    let clock = path.steps() as f64;
    let path: Box<dyn Path> = if straight { Box::new(Flow { clock }) } else { Box::new(path) };
    let (steps, scale, learns) = (Step::between(levels), Scale::None, settings.learns()?);
    Ok(Plan { path, steps, start: 1.0, prediction, scale, learns, limit, solver })
}

/// The solver, and whether it works on clean samples.
fn solver<F: Number>(settings: &Settings, class: &str) -> Result<(Box<dyn Solver<F>>, bool), Error> {
    let order = match settings.count("solver_order", 2)? {
        order @ 1..=3 => order,
        _ => return Err(settings.wrong("solver_order", "from 1 to 3")),
    };
    match class {
        "UniPCMultistepScheduler" => {
            let uncorrected = settings.numbers("disable_corrector")?.unwrap_or_default();
            let of_clean = settings.flag("predict_x0", true)?;
            let plain = match settings.word("solver_type", "bh2")? {
                "bh1" => true,
                "bh2" | "midpoint" | "heun" | "logrho" => false,
                _ => return Err(settings.wrong("solver_type", "bh1 or bh2")),
            };
            if !settings.word("solver_p", "")?.is_empty() {
                return Err(settings.wrong("solver_p", "null"));
            }
            let lower_order_final = settings.flag("lower_order_final", true)?;
            let uncorrected = uncorrected.into_iter().map(|step| step as usize).collect();
            Ok((Box::new(UniPc { order, plain, of_clean, lower_order_final, uncorrected }), of_clean))
        }
        "DEISMultistepScheduler" => {
            let known = ["deis", "dpmsolver", "dpmsolver++"].contains(&settings.word("algorithm_type", "deis")?);
            let kinds = ["logrho", "midpoint", "heun", "bh1", "bh2"];
            if !known || !kinds.contains(&settings.word("solver_type", "logrho")?) {
                return Err(settings.wrong("algorithm_type", "deis with the solver_type logrho"));
            }
            Ok((Box::new(Deis { order, lower_order_final: settings.flag("lower_order_final", true)? }), true))
        }
        _ => dpm(settings, class, order),
    }
}

pub(super) fn algorithm(settings: &Settings) -> Result<Algorithm, Error> {
    Ok(match settings.word("algorithm_type", "dpmsolver++")? {
        "dpmsolver++" | "deis" => Algorithm::Clean,
        "sde-dpmsolver++" => Algorithm::CleanSde,
        "dpmsolver" => Algorithm::Noise,
        "sde-dpmsolver" => Algorithm::NoiseSde,
        _ => return Err(settings.wrong("algorithm_type", "dpmsolver, dpmsolver++, or one of them with sde- before it")),
    })
}

pub(super) fn kind(settings: &Settings) -> Result<Kind, Error> {
    Ok(match settings.word("solver_type", "midpoint")? {
        "midpoint" | "logrho" | "bh1" | "bh2" => Kind::Midpoint,
        "heun" => Kind::Heun,
        _ => return Err(settings.wrong("solver_type", "midpoint or heun")),
    })
}

fn dpm<F: Number>(settings: &Settings, class: &str, order: usize) -> Result<(Box<dyn Solver<F>>, bool), Error> {
    let (algorithm, kind) = (algorithm(settings)?, kind(settings)?);
    let of_clean = matches!(algorithm, Algorithm::Clean | Algorithm::CleanSde);
    if !of_clean && settings.ends_clean()? {
        return Err(settings.wrong("final_sigmas_type", "sigma_min, where the algorithm works on noise"));
    }
    if class == "DPMSolverSinglestepScheduler" {
        let lower_order_final = settings.flag("lower_order_final", false)? || settings.ends_clean()?;
        return Ok((Box::new(DpmSinglestep { order, algorithm, kind, lower_order_final }), of_clean));
    }
    let lower_order_final = settings.flag("lower_order_final", true)?;
    let euler_at_final = settings.flag("euler_at_final", false)?;
    Ok((Box::new(DpmMultistep { order, algorithm, kind, lower_order_final, euler_at_final }), of_clean))
}

/// Levels of the variance-preserving path.
fn preserving(settings: &Settings, class: &str, path: &Discrete, steps: usize) -> Result<Vec<Level>, Error> {
    let all = path.ratios();
    let (least, largest) = (all[0], all[all.len() - 1]);
    let cosine = settings.word("beta_schedule", "linear")? == "squaredcos_cap_v2";
    let karras = settings.flag("use_karras_sigmas", false)?;
    let log = settings.flag("use_lu_lambdas", false)? && class == "DPMSolverMultistepScheduler";
    let multistep = class == "DPMSolverMultistepScheduler";
    let spread = match log && !karras {
        true => Some(grid::exponential(steps, least, largest)),
        false => spread(settings, (least, largest), steps)?,
    };
    let mut levels: Vec<Level> = match &spread {
        Some(ratios) => {
            let rounds = (karras || log) && !(multistep && cosine);
            let time = |ratio: f64| {
                let time = path.time(ratio);
                if rounds { time.round_ties_even() } else { time.trunc() }
            };
            ratios.iter().map(|ratio| path.level_of(*ratio, time(*ratio))).collect()
        }
        None => times(settings, class, path, steps)?.into_iter().map(|time| path.level(time)).collect(),
    };
    let last = levels[levels.len() - 1];
    levels.push(match class {
        // ends with its last level twice, or with that of step 0
        "DEISMultistepScheduler" => {
            if spread.is_some() {
                last
            } else {
                Level { time: 0.0, ..path.level(0.0) }
            }
        }
        _ if settings.ends_clean()? => Level::CLEAN,
        "UniPCMultistepScheduler" if spread.is_some() => last,
        _ => Level { time: 0.0, ..path.level(0.0) },
    });
    Ok(levels)
}

/// Whole training steps.
fn times(settings: &Settings, class: &str, path: &Discrete, steps: usize) -> Result<Vec<f64>, Error> {
    let training = path.steps();
    let clipped = match class {
        "DPMSolverMultistepScheduler" | "DPMSolverSinglestepScheduler" => {
            let least = settings.number("lambda_min_clipped", f64::NEG_INFINITY)?;
            path.ratios().iter().filter(|ratio| -ratio.ln() < least).count()
        }
        _ => 0,
    };
    let last = training - clipped;
    let spacing = match class {
        "DPMSolverSinglestepScheduler" => Spacing::Linspace,
        _ => settings.spacing("linspace")?,
    };
    settings.at_most(steps, last)?;
    let mut times = match spacing {
        Spacing::Linspace => falling(steps + 1, last as f64 - 1.0),
        Spacing::Leading => {
            let offset = settings.count("steps_offset", 0)?;
            (0..=steps).rev().map(|i| (i * (last / (steps + 1)) + offset) as f64).collect()
        }
        Spacing::Trailing => {
            let mut times = trailing(last as f64, training as f64 / steps as f64);
            times.push(f64::NAN); // as the others, one more than is used
            times
        }
    };
    times.pop();
    match times.iter().any(|time| *time >= training as f64) {
        true => Err(settings.wrong("steps_offset", "within the training steps")),
        false => Ok(times.into_iter().map(f64::round_ties_even).collect()),
    }
}

/// Levels of the straight path.
fn flow(scheduler: &Scheduler, path: &Discrete, steps: usize) -> Result<Vec<Level>, Error> {
    let settings = &scheduler.settings;
    let training = path.steps() as f64;
    let unipc = scheduler.class() == "UniPCMultistepScheduler";
    let dynamic = settings.flag("use_dynamic_shifting", false)?;
    let shift = match (dynamic, scheduler.shift) {
        (false, _) => settings.number("flow_shift", 1.0)?,
        (true, Some(mu)) => dynamic_shift(settings, mu)?,
        (true, None) if unipc => return Err(settings.wrong("use_dynamic_shifting", "false, or a shift that is given")),
        (true, None) => settings.number("flow_shift", 1.0)?,
    };
    let flow = Flow { clock: training };
    let mut sigmas = grid::linear(steps + 1, 1.0, 1.0 / training);
    if !unipc {
        sigmas.iter_mut().for_each(|alpha| *alpha = 1.0 - *alpha);
        sigmas.reverse();
    }
    sigmas.pop();
    sigmas.iter_mut().for_each(|sigma| *sigma = Flow::shifted(*sigma, shift));
    if let (true, Some(terminal)) = (unipc, settings.number_if_any("shift_terminal")?) {
        stretch(&mut sigmas, terminal);
    }
    if unipc && (sigmas[0] - 1.0).abs() < 1e-6 {
        sigmas[0] -= 1e-6; // some signal is left to divide by
    }
    let ends = (sigmas[sigmas.len() - 1], sigmas[0]);
    if spread(settings, ends, steps)?.is_some() {
        return Err(settings.wrong("use_flow_sigmas", "the only grid"));
    }
    // diffusers keeps levels in f32, and 1 − σ tells
    let at = |sigma: f64| flow.at(f64::from(sigma as f32));
    let level = |sigma: f64| Level { time: (sigma * training).trunc(), ..at(sigma) };
    let mut levels: Vec<Level> = sigmas.into_iter().map(level).collect();
    let last = levels[levels.len() - 1];
    let repeats = scheduler.class() == "DEISMultistepScheduler";
    levels.push(match (repeats, settings.ends_clean()?, unipc) {
        (false, true, _) => Level::CLEAN,
        (true, ..) | (_, _, true) => last,
        _ => at(path.ratios()[0]),
    });
    Ok(levels)
}

/// Moves levels so that the last is `terminal`.
pub(super) fn stretch(sigmas: &mut [f64], terminal: f64) {
    if let Some(last) = sigmas.last().copied() {
        let factor = (1.0 - last) / (1.0 - terminal);
        sigmas.iter_mut().for_each(|sigma| *sigma = 1.0 - (1.0 - *sigma) / factor);
    }
}
