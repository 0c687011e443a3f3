//! Schedulers that follow x/α over σ/α, with a network that was trained on a variance-preserving path.

use super::super::solver::{Dpm2, Dpm2Ancestral, Euler, EulerAncestral, Heun, Lms, Solver};
use super::super::{Discrete, Level, Limit, Number, Prediction, Scale, Step, grid, grid::Spacing};
use super::settings::Settings;
use super::{Plan, Scheduler};
use crate::Error;

pub(super) fn plan<F: Number>(scheduler: &Scheduler, steps: usize) -> Result<Plan<F>, Error> {
    let settings = &scheduler.settings;
    let class = scheduler.class();
    let (start, end) = match class {
        "HeunDiscreteScheduler" | "KDPM2DiscreteScheduler" | "KDPM2AncestralDiscreteScheduler" => (0.00085, 0.012),
        _ => (1e-4, 0.02),
    };
    let mut path = settings.discrete(start, end, "linear")?;
    if settings.flag("rescale_betas_zero_snr", false)? {
        path = path.with_last_mean(2f64.powi(-24)); // σ/α stays finite
    }
    let path = path.exploding();
    let prediction = settings.prediction("epsilon")?;
    if prediction == Prediction::Flow {
        return Err(settings.wrong("prediction_type", "epsilon, sample or v_prediction"));
    }
    let spacing = settings.spacing("linspace")?;
    let rounds = class.starts_with("KDPM2");
    let (mut levels, own_end) = levels(settings, &path, spacing, steps, rounds, prediction)?;
    let largest = levels.iter().map(|level| level.sigma).fold(0.0, f64::max);
    levels.push(match own_end || !(settings.ends_clean()? || class != "EulerDiscreteScheduler") {
        true => path.level_of(path.ratios()[0], 0.0),
        false => Level::CLEAN,
    });
    let (solver, limit): (Box<dyn Solver<F>>, Limit) = match class {
        "EulerDiscreteScheduler" => (Box::new(Euler::default()), Limit::None),
        "EulerAncestralDiscreteScheduler" => (Box::new(EulerAncestral), Limit::None),
        "HeunDiscreteScheduler" => {
            let clips = settings.flag("clip_sample", false)?;
            let limit = if clips { Limit::Clip(settings.number("clip_sample_range", 1.0)?) } else { Limit::None };
            (Box::new(Heun::default()), limit)
        }
        "KDPM2DiscreteScheduler" => (Box::new(Dpm2::default()), Limit::None),
        "KDPM2AncestralDiscreteScheduler" => (Box::new(Dpm2Ancestral), Limit::None),
        _ => (Box::new(Lms::default()), Limit::None),
    };
    let start = if spacing == Spacing::Leading { largest.hypot(1.0) } else { largest };
    let steps = Step::between(levels);
    let (scale, learns) = (Scale::Unit, settings.learns()?);
    Ok(Plan { path: Box::new(path), steps, start, prediction, scale, learns, limit, solver })
}

/// The levels, and whether the grid that they are of has one more, the smallest.
fn levels(
    settings: &Settings,
    path: &Discrete,
    spacing: Spacing,
    steps: usize,
    rounds: bool,
    prediction: Prediction,
) -> Result<(Vec<Level>, bool), Error> {
    let times = spacing.times(steps, path.steps(), settings.count("steps_offset", 0)?);
    let ratios: Vec<f64> = times.iter().map(|time| path.ratio(*time)).collect();
    let even = match settings.word("interpolation_type", "linear")? {
        "linear" => ratios,
        "log_linear" => {
            let all = path.ratios();
            grid::exponential(steps + 1, all[0], all[all.len() - 1])
        }
        _ => return Err(settings.wrong("interpolation_type", "linear or log_linear")),
    };
    let spread = spread(settings, (even[even.len() - 1], even[0]), times.len())?;
    let karras = settings.flag("use_karras_sigmas", false)?;
    let continuous = match settings.word("timestep_type", "discrete")? {
        "discrete" => false,
        "continuous" => prediction == Prediction::Velocity,
        _ => return Err(settings.wrong("timestep_type", "discrete or continuous")),
    };
    let time = |i: usize, ratio: f64| match (continuous, &spread) {
        (true, _) => 0.25 * ratio.ln(),
        (false, None) => times[i],
        (false, Some(_)) if rounds && karras => path.time(ratio).round_ties_even(),
        (false, Some(_)) => path.time(ratio),
    };
    let ratios = spread.as_ref().unwrap_or(&even);
    let count = if continuous { ratios.len() } else { times.len() }; // each ratio has such a time
    let levels = ratios.iter().take(count).enumerate();
    let levels = levels.map(|(i, ratio)| path.level_of(*ratio, time(i, *ratio))).collect();
    Ok((levels, ratios.len() > count))
}

/// A grid between the smallest and the largest ratio, if one is asked for.
pub(super) fn spread(settings: &Settings, ends: (f64, f64), count: usize) -> Result<Option<Vec<f64>>, Error> {
    let least = settings.number_if_any("sigma_min")?.unwrap_or(ends.0);
    let largest = settings.number_if_any("sigma_max")?.unwrap_or(ends.1);
    let asked = ["use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas"];
    let asked: Vec<bool> = asked.iter().map(|name| settings.flag(name, false)).collect::<Result<_, _>>()?;
    Ok(match asked[..] {
        [false, false, false] => None,
        [true, false, false] => Some(grid::karras(count, least, largest, 7.0)),
        [false, true, false] => Some(grid::exponential(count, least, largest)),
        [false, false, true] => Some(grid::beta(count, least, largest, [0.6, 0.6])?),
        _ => return Err(settings.wrong("use_karras_sigmas", "one grid only")),
    })
}
