//! Every solver on normal data, whose ideal denoiser is linear: where it ends, what it draws, that it repeats itself.

use genai_core::random::Key;
use genai_sampling::diffusion::solver::{
    Algorithm, Churn, Consistency, Ddim, Ddpm, Deis, DormandPrince, Dpm2, Dpm2Ancestral, DpmMultistep, DpmSinglestep,
    Euler, EulerAncestral, Heun, Ipndm, Kind, Langevin, Lcm, Lms, Pndm, RungeKutta, Solver, Tcd, UniPc, Variance,
    sample,
};
use genai_sampling::diffusion::{
    Betas, Denoise, Discrete, Flow, Level, Model, Number, Path, Prediction, Step, SubVariancePreserving,
    VarianceExploding, VariancePreserving, grid, normal,
};

/// A solver, whether it draws noise, and how far from theory it may end with 60 steps: the true end point where it draws
/// nothing, mean and deviation of many samples where it does.
struct Row {
    name: &'static str,
    of_f64: Box<dyn Solver<f64>>,
    of_f32: Box<dyn Solver<f32>>,
    draws: bool,
    tolerance: f64,
}

fn row<S: Solver<f64> + Solver<f32> + Clone + 'static>(
    name: &'static str,
    solver: S,
    draws: bool,
    tolerance: f64,
) -> Row {
    Row { name, of_f64: Box::new(solver.clone()), of_f32: Box::new(solver), draws, tolerance }
}

fn rows() -> Vec<Row> {
    let multistep = |order, algorithm, kind| DpmMultistep { order, algorithm, kind, ..DpmMultistep::default() };
    let singlestep = |order, algorithm, kind| DpmSinglestep { order, algorithm, kind, lower_order_final: false };
    let churn = Churn { amount: 10.0, ..Churn::default() };
    vec![
        row("DDPM", Ddpm::default(), true, 0.08),
        row("DDPM, large", Ddpm { variance: Variance::FixedLarge }, true, 0.1),
        row("DDIM", Ddim::default(), false, 0.08),
        row("DDIM, eta 1", Ddim { eta: 1.0, consistent: false }, true, 0.08),
        row("Euler", Euler::default(), false, 0.08),
        row("Euler, churn", Euler { churn }, true, 0.1),
        row("Euler ancestral", EulerAncestral, true, 0.08),
        row("Heun", Heun::default(), false, 4e-3),
        row("Heun, churn", Heun { churn }, true, 0.08),
        row("DPM2", Dpm2::default(), false, 4e-3),
        row("DPM2 ancestral", Dpm2Ancestral, true, 0.08),
        row("LMS", Lms::default(), false, 2e-3),
        row("DPM++1", multistep(1, Algorithm::Clean, Kind::Midpoint), false, 0.08),
        row("DPM++2M", multistep(2, Algorithm::Clean, Kind::Midpoint), false, 4e-3),
        row("DPM++2M, Heun", multistep(2, Algorithm::Clean, Kind::Heun), false, 6e-3),
        row("DPM++3M", multistep(3, Algorithm::Clean, Kind::Midpoint), false, 3e-3),
        row("DPM 2M", multistep(2, Algorithm::Noise, Kind::Midpoint), false, 3e-3),
        row("DPM 3M", multistep(3, Algorithm::Noise, Kind::Heun), false, 3e-3),
        row("DPM++2M SDE", multistep(2, Algorithm::CleanSde, Kind::Midpoint), true, 0.08),
        row("DPM 2M SDE", multistep(2, Algorithm::NoiseSde, Kind::Midpoint), true, 0.1),
        row("DPM++2S", singlestep(2, Algorithm::Clean, Kind::Midpoint), false, 8e-3),
        row("DPM++3S", singlestep(3, Algorithm::Clean, Kind::Heun), false, 5e-3),
        row("DPM 2S", singlestep(2, Algorithm::Noise, Kind::Heun), false, 5e-3),
        row("UniPC", UniPc::default(), false, 3e-3),
        row("UniPC 3, plain", UniPc { order: 3, plain: true, ..UniPc::default() }, false, 3e-3),
        row("UniPC of noise", UniPc { of_clean: false, ..UniPc::default() }, false, 3e-3),
        row("DEIS 2", Deis::default(), false, 3e-3),
        row("DEIS 3", Deis { order: 3, lower_order_final: false }, false, 3e-3),
        row("PNDM", Pndm::default(), false, 5e-3),
        row("iPNDM", Ipndm, false, 5e-3),
        row("Langevin", Langevin { snr: 0.1, corrections: 1 }, true, 0.12),
        row("Runge–Kutta", RungeKutta, false, 1e-5),
        row("Dormand–Prince", DormandPrince { relative: 1e-8, absolute: 1e-8, most: 1000 }, false, 1e-5),
    ]
}

const MEAN: f64 = 0.5;
const DEVIATION: f64 = 0.7;

/// E[x₀ | x] of data that are normal.
fn ideal<F: Number>(x: &[F], level: Level, out: &mut [F]) {
    let variance = (level.alpha * DEVIATION).powi(2) + level.sigma.powi(2);
    let pull = level.alpha * DEVIATION * DEVIATION / variance;
    for (out, x) in out.iter_mut().zip(x) {
        *out = F::from_f64(MEAN + pull * (x.to_f64() - level.alpha * MEAN));
    }
}

struct Ideal;

impl<F: Number> genai_sampling::diffusion::Denoiser<F> for Ideal {
    fn predict(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), genai_sampling::Error> {
        ideal(x, level, out);
        Ok(())
    }
}

/// Paths, and levels on each from much noise to little.
fn paths() -> Vec<(&'static str, Box<dyn Path>)> {
    let linear = Betas::Linear { start: 1e-4, end: 0.02 };
    let discrete = Discrete::new(&linear, 1000).expect("valid betas");
    vec![
        ("variance exploding", Box::new(VarianceExploding)),
        ("variance preserving", Box::new(VariancePreserving::default())),
        ("sub-VP", Box::new(SubVariancePreserving::default())),
        ("flow", Box::new(Flow::default())),
        ("discrete", Box::new(discrete)),
    ]
}

fn steps(path: &dyn Path, count: usize) -> Vec<Step> {
    Step::between(grid::karras(count, 0.02, 20.0, 7.0).into_iter().map(|ratio| path.at_ratio(ratio)))
}

/// The end of the exact flow: the same number of deviations from the mean.
fn truth(x: f64, from: Level, to: Level) -> f64 {
    let deviation = |level: Level| (level.alpha * DEVIATION).hypot(level.sigma);
    to.alpha * MEAN + deviation(to) / deviation(from) * (x - from.alpha * MEAN)
}

#[test]
fn deterministic_solvers_end_where_the_flow_does() {
    let mut wrong = vec![];
    for (path_name, path) in paths() {
        let steps = steps(&*path, 60);
        let (from, to) = (steps[0].from, steps[steps.len() - 1].to);
        for row in rows().iter().filter(|row| !row.draws) {
            let starts: Vec<f64> = (-3..=3).map(|i| f64::from(i) * from.scale()).collect();
            let mut x = starts.clone();
            let mut model = Ideal;
            let mut denoise = Denoise::new(&mut model, &*path).with_noise(|_: &mut [f64]| panic!("{} draws", row.name));
            sample(&*row.of_f64, &mut denoise, &mut x, &steps).expect("finite");
            for (x, start) in x.iter().zip(starts) {
                let off = (x - truth(start, from, to)).abs();
                if off.is_nan() || off > row.tolerance {
                    wrong.push(format!("{} on {path_name}: off by {off:e}", row.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn stochastic_solvers_have_the_mean_and_deviation_of_the_data() {
    for row in rows().iter().filter(|row| row.draws) {
        let path = VarianceExploding;
        let steps = steps(&path, 60);
        let count = 4000;
        let mut x = vec![0.0; count];
        normal(Key::new(1))(&mut x);
        x.iter_mut().for_each(|x| *x = truth(*x, Level { alpha: 1.0, sigma: 0.0, time: 0.0 }, steps[0].from));
        let spread = steps[0].from.sigma.hypot(DEVIATION);
        normal(Key::new(2))(&mut x);
        x.iter_mut().for_each(|x| *x = MEAN + spread * *x);
        let mut model = Ideal;
        let mut denoise = Denoise::new(&mut model, &path).with_noise(normal(Key::new(3)));
        sample(&*row.of_f64, &mut denoise, &mut x, &steps).expect("finite");
        let mean = x.iter().sum::<f64>() / count as f64;
        let deviation = (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count as f64).sqrt();
        assert!((mean - MEAN).abs() < 0.05, "{}: mean {mean}", row.name);
        assert!((deviation - DEVIATION).abs() < row.tolerance, "{}: deviation {deviation}", row.name);
    }
}

#[test]
fn the_same_key_gives_the_same_samples_and_f32_those_of_f64() {
    for row in rows() {
        let steps = steps(&VarianceExploding, 12);
        let run = || {
            let mut x: Vec<f32> = (0..40).map(|i| (i as f32 - 20.0) * 1.7).collect();
            let mut model = Ideal;
            let mut denoise = Denoise::new(&mut model, &VarianceExploding).with_noise(normal(Key::new(5)));
            sample(&*row.of_f32, &mut denoise, &mut x, &steps).expect("finite");
            x
        };
        let (once, again) = (run(), run());
        assert_eq!(once, again, "{}", row.name);
        let mut wide: Vec<f64> = (0..40).map(|i| f64::from((i as f32 - 20.0) * 1.7)).collect();
        let mut model = Ideal;
        let mut denoise = Denoise::new(&mut model, &VarianceExploding).with_noise(normal(Key::new(5)));
        sample(&*row.of_f64, &mut denoise, &mut wide, &steps).expect("finite");
        if row.name != "Dormand–Prince" {
            for (narrow, wide) in once.iter().zip(&wide) {
                assert!((f64::from(*narrow) - wide).abs() < 2e-4, "{}: {narrow} and {wide}", row.name);
            }
        }
    }
}

#[test]
fn steps_to_clean_data_end_at_the_prediction() {
    for row in rows().iter().filter(|row| !row.draws) {
        let mut levels: Vec<Level> = (1..=4).rev().map(|i| VarianceExploding.at_ratio(f64::from(i))).collect();
        levels.push(Level::CLEAN);
        let mut x = [1.5, -4.0];
        let mut model = Model::new(Prediction::Clean, |_: &[f64], _, out: &mut [f64]| {
            out.copy_from_slice(&[0.25, -0.5]);
            Ok(())
        });
        let mut denoise = Denoise::new(&mut model, &VarianceExploding);
        let names_an_infinite_level = row.name.starts_with("DPM ") || row.name == "UniPC of noise";
        let done = sample(&*row.of_f64, &mut denoise, &mut x, &Step::between(levels));
        if names_an_infinite_level && done.is_err() {
            continue; // of the noise, whose integral to σ = 0 is not finite
        }
        done.expect("finite");
        if row.name == "PNDM" {
            continue; // its sums extrapolate outputs, which need not be those of one clean sample
        }
        for (x, clean) in x.iter().zip([0.25, -0.5]) {
            assert!((x - clean).abs() < 0.2, "{}: {x}, expected {clean}", row.name);
        }
    }
}

#[test]
fn deterministic_solvers_invert() {
    let path = VariancePreserving::default();
    let steps = steps(&path, 400);
    let mut x = [0.3, -0.8, 1.1];
    let start = x;
    let mut model = Ideal;
    let mut denoise = Denoise::new(&mut model, &path);
    sample(&Ddim::default(), &mut denoise, &mut x, &Step::reversed(&steps)).expect("finite");
    assert!(x.iter().zip(start).any(|(x, start)| (x - start).abs() > 0.1));
    sample(&Ddim::default(), &mut denoise, &mut x, &steps).expect("finite");
    for (x, start) in x.iter().zip(start) {
        assert!((x - start).abs() < 0.02, "{x} and {start}");
    }
}

#[test]
fn distilled_solvers_follow_their_formulas() {
    // a model that always says the same clean sample
    let clean = 0.4;
    let path = Discrete::new(&Betas::ScaledLinear { start: 0.00085, end: 0.012 }, 1000).expect("valid betas");
    let steps = Step::between([999.0, 499.0, 0.0].map(|t| path.level(t)));
    let run = |solver: &dyn Solver<f64>| {
        let mut x = [1.0];
        let mut model = Model::new(Prediction::Clean, |_: &[f64], _, out: &mut [f64]| {
            out.fill(clean);
            Ok(())
        });
        let mut denoise = Denoise::new(&mut model, &path).with_noise(|out: &mut [f64]| out.fill(1.0));
        let mut memory = Default::default();
        solver.step(&mut denoise, &mut x, steps[0], &mut memory).expect("finite");
        x[0]
    };
    let Step { from, to, .. } = steps[0];
    let time: f64 = 9990.0;
    let denoised = 0.25 / (time * time + 0.25) + time / time.hypot(0.5) * clean;
    assert!((run(&Lcm::default()) - (to.alpha * denoised + to.sigma)).abs() < 1e-12);
    let noise = (1.0 - from.alpha * clean) / from.sigma;
    assert!((run(&Tcd { gamma: 0.0 }) - (to.alpha * clean + to.sigma * noise)).abs() < 1e-12);
    let past = path.level(249.0);
    let noised = past.alpha * clean + past.sigma * noise;
    let kept = to.alpha / past.alpha;
    let expected = kept * noised + (to.sigma.powi(2) - (kept * past.sigma).powi(2)).sqrt();
    assert!((run(&Tcd { gamma: 0.5 }) - expected).abs() < 1e-12);
    let consistency = Consistency { floor: 0.1, noise: 2.0 };
    let expected = to.alpha * clean + 2.0 * (to.sigma.powi(2) - 0.01).sqrt();
    assert!((run(&consistency) - expected).abs() < 1e-12);
}
