//! diffusers' schedulers: whole trajectories under a toy network, their levels, and tables of betas.

use std::cell::RefCell;
use std::fs;

use genai_sampling::Error;
use genai_sampling::diffusion::scheduler::{Plan, Scheduler};
use genai_sampling::diffusion::{Betas, Discrete, Level, Number, Path as _, Prediction, Scale, Step};
use serde_json::Value as Json;

use crate::case::Case;
use crate::report::{Report, Values};

/// Compares every tensor of the folder, in f32 and in f64.
pub(crate) fn run(case: &Case, report: &mut Report) -> Result<(), String> {
    case.expect_keys(&["samplers", "toy", "start", "forward", "schedules"])?;
    let samplers = case.json["samplers"].as_object().ok_or("there is no table of samplers")?;
    let of_sampler = |name: &str| {
        samplers.keys().find(|id| name.strip_prefix(id.as_str()).is_some_and(|rest| rest.starts_with('.')))
    };
    for (id, entry) in samplers {
        trajectory::<f32>(case, id, entry, report);
        trajectory::<f64>(case, id, entry, report);
    }
    for name in case.outputs().filter(|name| of_sampler(name).is_none()) {
        match table(case, name) {
            Some(got) => report.compare(case, name, Values::of_single(case, name, got)),
            None => report.fail(name, "an unknown tensor"),
        }
    }
    Ok(())
}

/// ε(x, t) of the toy network.
pub(crate) fn toy(x: f64, t: f64) -> f64 {
    0.6 * x + 0.3 * (2.0 * x + 0.004 * t).sin() + 0.05
}

/// What was seen on the way.
#[derive(Default)]
struct Seen {
    samples: Vec<Vec<f64>>,
    inputs: Vec<Vec<f64>>,
    times: Vec<f64>,
}

/// diffusers' betas and their products are of f32 whatever the sample is, so both runs are held to the case's own tolerance.
fn trajectory<F: Number>(case: &Case, id: &str, entry: &Json, report: &mut Report) {
    let got = match follow::<F>(case, id, entry) {
        Ok(got) => got,
        Err(error) => return report.fail(id, error.to_string()),
    };
    let prefix = format!("{id}.");
    for name in case.outputs().filter(|name| name.starts_with(&prefix)) {
        match got.iter().find(|(what, _)| **what == name[prefix.len()..]) {
            Some((_, found)) => report.compare(case, name, Values::of_single(case, name, found.clone())),
            None => report.fail(name, "an unknown tensor"),
        }
    }
}

fn follow<F: Number>(case: &Case, id: &str, entry: &Json) -> Result<Vec<(&'static str, Vec<f64>)>, Error> {
    let path = case.folder.join(id).join("scheduler_config.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut scheduler = Scheduler::from_json(&text)?;
    assert_eq!(scheduler.class(), entry["class"].as_str().expect("a class"));
    if let Some(eta) = entry["eta"].as_f64() {
        scheduler = scheduler.with_eta(eta);
    }
    if let Some(mu) = entry["mu"].as_f64() {
        scheduler = scheduler.with_shift(mu);
    }
    let mut plan = scheduler.plan::<F>(entry["num_inference_steps"].as_u64().expect("a number") as usize)?;
    if scheduler.class() == "UnCLIPScheduler" {
        to_adjacent(&mut plan);
    }
    let scores = plan.prediction == Prediction::Score;
    let seen = RefCell::new(Seen::default());
    let mut x: Vec<F> = case.numbers("x").into_iter().map(F::from_f64).collect();
    let network = |input: &[F], time: f64, out: &mut [F]| {
        let mut seen = seen.borrow_mut();
        seen.times.push(time);
        seen.inputs.push(widened(input));
        for (out, x) in out.iter_mut().zip(input) {
            let x = x.to_f64();
            *out = F::from_f64(if scores { -toy(x / 50.0, 100.0) / 10.0 } else { toy(x, time) });
        }
        Ok(())
    };
    let draws = format!("{id}.noise");
    let noise = if case.has_input(&draws) { case.numbers(&draws) } else { vec![] };
    let mut at = 0;
    let draw = |out: &mut [F]| {
        let from = &noise[at..at + out.len()];
        out.iter_mut().zip(from).for_each(|(out, x)| *out = F::from_f64(*x));
        at += out.len();
    };
    let rows = case.shape("x")[0];
    plan.sample_with(network, &mut x, rows, draw, |x, _| {
        seen.borrow_mut().samples.push(widened(x));
        Ok(())
    })?;
    let seen = seen.into_inner();
    let after = unused(&text, plan.steps[plan.steps.len() - 1].to);
    Ok(outputs(scheduler.class(), &plan, after, &seen, widened(&x)))
}

/// The σ that log-linear interpolation lists after the `last` one it uses: 0, or that again.
fn unused(settings: &str, last: Level) -> Option<f64> {
    let settings: Json = serde_json::from_str(settings).ok()?;
    let own = settings["interpolation_type"] == "log_linear" && last.sigma > 0.0;
    let spread =
        ["use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas"].iter().any(|name| settings[*name] == true);
    let all = settings["timestep_type"] == "continuous" && settings["prediction_type"] == "v_prediction";
    (own && !spread && !all).then_some(if settings["final_sigmas_type"] == "sigma_min" { last.sigma } else { 0.0 })
}

fn outputs<F: Number>(
    class: &str,
    plan: &Plan<F>,
    after: Option<f64>,
    seen: &Seen,
    last: Vec<f64>,
) -> Vec<(&'static str, Vec<f64>)> {
    if class == "ScoreSdeVeScheduler" {
        let (least, largest) = (plan.steps[plan.steps.len() - 1].from.sigma, plan.start);
        let times = plan.steps.iter().map(|step| (step.from.time / least).ln() / (largest / least).ln());
        return vec![
            ("timesteps", times.collect()),
            ("sigmas", plan.steps.iter().rev().map(|step| step.from.sigma).collect()),
            ("xs", seen.samples.concat()),
        ];
    }
    // what the network sees is what the step before returned, scaled
    let unscaled = |i: usize| -> Vec<f64> {
        let factor = if plan.scale == Scale::None { 1.0 } else { plan.scale.factor(level_at(plan, class, i)) };
        seen.inputs[i].iter().map(|x| x / factor).collect()
    };
    let mut samples: Vec<Vec<f64>> = (1..seen.times.len()).map(unscaled).collect();
    samples.push(last);
    vec![
        ("timesteps", seen.times.clone()),
        ("sigmas", sigmas(class, plan, after)),
        ("xs", samples.concat()),
        ("model_inputs", seen.inputs[..seen.inputs.len().min(2)].concat()),
    ]
}

/// The level of a call: one a step, or two where a solver looks ahead.
fn level_at<F: Number>(plan: &Plan<F>, class: &str, call: usize) -> Level {
    let Step { from, to, .. } =
        plan.steps[if class.contains("Heun") || class.starts_with("KDPM2") { call / 2 } else { call }];
    match class {
        "KDPM2DiscreteScheduler" if call % 2 == 1 => Level { sigma: (from.sigma * to.sigma).sqrt(), ..from },
        // for the ancestral one the geometric mean of σ and σ′²/σ
        _ if call % 2 == 1 && (class.contains("Heun") || class.starts_with("KDPM2")) => to,
        _ => from,
    }
}

/// diffusers' list of σ, with its repetitions, and what stands after the last that is used.
fn sigmas<F: Number>(class: &str, plan: &Plan<F>, after: Option<f64>) -> Vec<f64> {
    let on_line = |level: &Level| (level.alpha + level.sigma - 1.0).abs() < 1e-9;
    let straight = plan.steps.iter().all(|step| on_line(&step.from));
    let sigma = |level: Level| if straight { level.sigma } else { level.ratio() };
    let mut all: Vec<f64> = plan.steps.iter().map(|step| sigma(step.from)).collect();
    all.push(sigma(plan.steps[plan.steps.len() - 1].to));
    all.extend(after);
    let twice = |list: &[f64]| list.iter().flat_map(|x| [*x, *x]).collect::<Vec<f64>>();
    let end = all.len() - 1;
    match class {
        "HeunDiscreteScheduler" | "FlowMatchHeunDiscreteScheduler" => {
            [vec![all[0]], twice(&all[1..end]), vec![all[end]]].concat()
        }
        "KDPM2DiscreteScheduler" | "KDPM2AncestralDiscreteScheduler" => {
            [vec![all[0]], twice(&all[1..]), vec![all[end]]].concat()
        }
        _ => all,
    }
}

/// unCLIP's `step` goes to t − 1 where it is not told otherwise; its pipeline tells it.
fn to_adjacent<F: Number>(plan: &mut Plan<F>) {
    let to = |from: Level| if from.time > 0.0 { plan.path.level(from.time - 1.0) } else { Level::CLEAN };
    plan.steps = Step::from_pairs(plan.steps.iter().map(|step| (step.from, to(step.from))));
}

/// Tables of betas, and forward noising.
fn table(case: &Case, name: &str) -> Option<Vec<f64>> {
    let settings = &case.json["schedules"];
    let number = |name: &str| settings[name].as_f64().expect("a number");
    let (start, end) = (number("beta_start"), number("beta_end"));
    let (steps, stride) = (number("train_steps") as usize, number("stride") as usize);
    let every = |values: &[f64]| Some(values.iter().step_by(stride).copied().collect());
    let path = |schedule| Some(Discrete::new(&betas(schedule, start, end)?, steps).expect("betas of a known schedule"));
    match name.split_once('.') {
        Some(("betas", schedule)) => every(path(schedule)?.betas()),
        Some(("alphas_cumprod", schedule)) => every(path(schedule)?.means()),
        None if name == "add_noise" => Some(forward(case, |level, x, noise| level.alpha * x + level.sigma * noise)),
        None if name == "velocity" => Some(forward(case, |level, x, noise| level.alpha * noise - level.sigma * x)),
        _ => None,
    }
}

/// A schedule of diffusers.
pub(crate) fn betas(schedule: &str, start: f64, end: f64) -> Option<Betas> {
    Some(match schedule {
        "linear" => Betas::Linear { start, end },
        "scaled_linear" => Betas::ScaledLinear { start, end },
        "squaredcos_cap_v2" => Betas::Cosine,
        "sigmoid" => Betas::Sigmoid { start, end },
        "laplace" => Betas::Laplace,
        "exp" => Betas::Exponential,
        _ => return None,
    })
}

/// The path that `add_noise/velocity: scaled_linear 0.00085..0.012, 1000 steps, …` says.
fn path_of(words: &str) -> Option<Discrete> {
    let (schedule, rest) = words.split_once(": ")?.1.split_once(' ')?;
    let (ends, rest) = rest.split_once(", ")?;
    let (start, end) = ends.split_once("..")?;
    let steps = rest.split_once(" steps")?.0.parse().ok()?;
    Discrete::new(&betas(schedule, start.parse().ok()?, end.parse().ok()?)?, steps).ok()
}

/// A value of level, sample and noise, at a time for every row; the path is said in `forward`.
fn forward(case: &Case, of: impl Fn(Level, f64, f64) -> f64) -> Vec<f64> {
    let words = case.json["forward"].as_str().expect("words");
    let path = path_of(words).unwrap_or_else(|| panic!("{words}: unknown"));
    let (x, noise, times) = (case.numbers("x"), case.numbers("noise"), case.numbers("t"));
    let row = x.len() / times.len();
    (0..x.len()).map(|i| of(path.level(times[i / row]), x[i], noise[i])).collect()
}

fn widened<F: Number>(x: &[F]) -> Vec<f64> {
    x.iter().map(|x| x.to_f64()).collect()
}
