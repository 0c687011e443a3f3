//! Schedulers whose levels have no table of betas: EDM, flow matching, consistency models, score SDEs.

use std::f64::consts::{FRAC_PI_2, PI};

use super::super::solver::{Consistency, DpmMultistep, Euler, Heun, Ipndm, Langevin, Solver};
use super::super::{Edm, Flow, Level, Limit, Number, Path, Prediction, Scale, Step, VarianceExploding, grid};
use super::exponential::{algorithm, kind, stretch};
use super::ratios::spread;
use super::settings::Settings;
use super::{Plan, Scheduler};
use crate::Error;

pub(super) fn plan<F: Number>(scheduler: &Scheduler, steps: usize) -> Result<Plan<F>, Error> {
    let settings = &scheduler.settings;
    match scheduler.class() {
        "IPNDMScheduler" => ipndm(settings, steps),
        "EDMEulerScheduler" => edm(settings, steps, Box::new(Euler::default())),
        "EDMDPMSolverMultistepScheduler" => {
            let order = settings.count("solver_order", 2)?;
            let lower_order_final = settings.flag("lower_order_final", true)?;
            let euler_at_final = settings.flag("euler_at_final", false)?;
            let (algorithm, kind) = (algorithm(settings)?, kind(settings)?);
            edm(settings, steps, Box::new(DpmMultistep { order, algorithm, kind, lower_order_final, euler_at_final }))
        }
        "FlowMatchEulerDiscreteScheduler" => flow_euler(scheduler, steps),
        "FlowMatchHeunDiscreteScheduler" => {
            let (flow, sigmas) = flow_sigmas(scheduler, steps, settings.number("shift", 1.0)?)?;
            Ok(straight(flow, sigmas, 0.0, Box::new(Heun::default())))
        }
        "CMStochasticIterativeScheduler" => consistency(settings, steps),
        _ => score(settings, steps),
    }
}

/// α² + β² = 1 with β = sin², timed by the angle.
fn ipndm<F: Number>(settings: &Settings, steps: usize) -> Result<Plan<F>, Error> {
    if settings.numbers("trained_betas")?.is_some() {
        return Err(settings.wrong("trained_betas", "null"));
    }
    let level = |place: f64| {
        let sigma = (place * FRAC_PI_2).sin().powi(2);
        let alpha = (1.0 - sigma * sigma).sqrt();
        Level { alpha, sigma, time: sigma.atan2(alpha) / PI * 2.0 }
    };
    let levels = grid::linear(steps + 1, 1.0, 0.0).into_iter().map(level);
    Ok(Plan {
        path: Box::new(VarianceExploding),
        steps: Step::between(levels),
        start: 1.0,
        prediction: Prediction::Velocity,
        scale: Scale::None,
        learns: false,
        limit: Limit::None,
        solver: Box::new(Ipndm),
    })
}

fn edm<F: Number>(settings: &Settings, steps: usize, solver: Box<dyn Solver<F>>) -> Result<Plan<F>, Error> {
    let (least, largest) = (settings.number("sigma_min", 0.002)?, settings.number("sigma_max", 80.0)?);
    let data = settings.number("sigma_data", 0.5)?;
    let sigmas = match settings.word("sigma_schedule", "karras")? {
        "karras" => grid::karras(steps, least, largest, settings.number("rho", 7.0)?),
        "exponential" => grid::exponential(steps, largest, least).into_iter().rev().collect(), // a single one is the least
        _ => return Err(settings.wrong("sigma_schedule", "karras or exponential")),
    };
    let prediction = match settings.word("prediction_type", "epsilon")? {
        "epsilon" => Prediction::Edm { data, negated: false },
        "v_prediction" => Prediction::Edm { data, negated: true },
        _ => return Err(settings.wrong("prediction_type", "epsilon or v_prediction")),
    };
    let path = Edm::default();
    let one = sigmas.len() == 1 && settings.class() != "EDMEulerScheduler";
    let end = if one { least } else { sigmas[sigmas.len() - 1] };
    let last = if settings.ends_clean()? { Level::CLEAN } else { path.at_ratio(end) };
    let steps = Step::between(sigmas.iter().map(|sigma| path.at_ratio(*sigma)).chain([last]));
    let limit = settings.threshold()?;
    let start = largest.hypot(1.0);
    let (scale, learns) = (Scale::Edm(data), false);
    Ok(Plan { path: Box::new(path), steps, start, prediction, scale, learns, limit, solver })
}

/// From the largest to the smallest σ that a scheduler trains with, both shifted; and shifted as levels once more.
fn flow_sigmas(scheduler: &Scheduler, steps: usize, shift: f64) -> Result<(Flow, Vec<f64>), Error> {
    let training = scheduler.settings.training()? as f64;
    let dynamic = scheduler.settings.flag("use_dynamic_shifting", false)?;
    let least = if dynamic { 1.0 / training } else { Flow::shifted(1.0 / training, shift) };
    let mut sigmas = grid::linear(steps, 1.0, least);
    let shift = match (dynamic, scheduler.shift) {
        (false, _) => shift,
        (true, Some(mu)) => dynamic_shift(&scheduler.settings, mu)?,
        (true, None) => {
            return Err(scheduler.settings.wrong("use_dynamic_shifting", "false, or a shift that is given"));
        }
    };
    sigmas.iter_mut().for_each(|sigma| *sigma = Flow::shifted(*sigma, shift));
    Ok((Flow { clock: training }, sigmas))
}

/// The shift that a resolution's μ stands for.
pub(super) fn dynamic_shift(settings: &Settings, mu: f64) -> Result<f64, Error> {
    match settings.word("time_shift_type", "exponential")? {
        "exponential" => Ok(mu.exp()),
        "linear" => Ok(mu),
        _ => Err(settings.wrong("time_shift_type", "exponential or linear")),
    }
}

fn flow_euler<F: Number>(scheduler: &Scheduler, steps: usize) -> Result<Plan<F>, Error> {
    let settings = &scheduler.settings;
    let (flow, mut sigmas) = flow_sigmas(scheduler, steps, settings.number("shift", 1.0)?)?;
    if let Some(terminal) = settings.number_if_any("shift_terminal")?.filter(|terminal| *terminal != 0.0) {
        stretch(&mut sigmas, terminal);
    }
    let ends = (sigmas[sigmas.len() - 1], sigmas[0]);
    sigmas = spread(settings, ends, steps)?.unwrap_or(sigmas);
    let inverts = settings.flag("invert_sigmas", false)?;
    if inverts {
        sigmas.iter_mut().for_each(|sigma| *sigma = 1.0 - *sigma);
    }
    let solver: Box<dyn Solver<F>> = match settings.flag("stochastic_sampling", false)? {
        true => Box::new(Consistency { floor: 0.0, noise: 1.0 }),
        false => Box::new(Euler::default()),
    };
    Ok(straight(flow, sigmas, if inverts { 1.0 } else { 0.0 }, solver))
}

fn straight<F>(flow: Flow, sigmas: Vec<f64>, last: f64, solver: Box<dyn Solver<F>>) -> Plan<F> {
    Plan {
        path: Box::new(flow),
        steps: Step::between(sigmas.into_iter().chain([last]).map(|sigma| flow.at(sigma))),
        start: 1.0,
        prediction: Prediction::Flow,
        scale: Scale::None,
        learns: false,
        limit: Limit::None,
        solver,
    }
}

fn consistency<F: Number>(settings: &Settings, steps: usize) -> Result<Plan<F>, Error> {
    let training = settings.count("num_train_timesteps", 40)?;
    settings.at_most(steps, training)?;
    let (least, largest) = (settings.number("sigma_min", 0.002)?, settings.number("sigma_max", 80.0)?);
    let (data, rho) = (settings.number("sigma_data", 0.5)?, settings.number("rho", 7.0)?);
    let all = grid::karras(training, least, largest, rho);
    let path = Edm { factor: 250.0, least: 1e-44 };
    let levels = (0..steps).map(|i| path.at_ratio(all[i * (training / steps)])).chain([path.at_ratio(least)]);
    Ok(Plan {
        path: Box::new(path),
        steps: Step::between(levels),
        start: largest,
        prediction: Prediction::Consistency { data, floor: least },
        scale: Scale::Edm(data),
        learns: false,
        limit: if settings.flag("clip_denoised", true)? { Limit::Clip(1.0) } else { Limit::None },
        solver: Box::new(Consistency { floor: least, noise: settings.number("s_noise", 1.0)? }),
    })
}

/// Variance exploding: σ falls over discrete levels, the network is told that of its continuous time.
fn score<F: Number>(settings: &Settings, steps: usize) -> Result<Plan<F>, Error> {
    let (least, largest) = (settings.number("sigma_min", 0.01)?, settings.number("sigma_max", 1348.0)?);
    let times = grid::uniform(steps, settings.number("sampling_eps", 1e-5)?);
    let all = grid::exponential(steps, largest, least); // rising
    let pairs = times.into_iter().map(|time| {
        let place = (time * (steps - 1) as f64) as usize;
        let told = least * (largest / least).powf(time);
        let below = if place == 0 { 0.0 } else { all[place - 1] };
        (Level { alpha: 1.0, sigma: all[place], time: told }, Level { alpha: 1.0, sigma: below, time: below })
    });
    let snr = settings.number("snr", 0.15)?;
    Ok(Plan {
        path: Box::new(VarianceExploding),
        steps: Step::from_pairs(pairs),
        start: largest,
        prediction: Prediction::Score,
        scale: Scale::None,
        learns: false,
        limit: Limit::None,
        solver: Box::new(Langevin { snr, corrections: settings.count("correct_steps", 1)? }),
    })
}
