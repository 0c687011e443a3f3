//! What cannot be sampled is an error that names the thing.

use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::diffusion::control::{
    Downsample, Keep, MaskBlend, Measurement, Posterior, RePaint, image_to_image,
};
use genai_sampling::diffusion::exact::GaussianMixture;
use genai_sampling::diffusion::guidance::ClassifierFree;
use genai_sampling::diffusion::likelihood::{Divergence, ln_likelihood};
use genai_sampling::diffusion::scheduler::Scheduler;
use genai_sampling::diffusion::solver::{
    Ddim, Ddpm, Deis, DormandPrince, DpmMultistep, DpmSinglestep, Heun, Lms, Solver, Tcd, UniPc, Variance, sample,
};
use genai_sampling::diffusion::theory::{GaussianDiffusion, Sections, spaced};
use genai_sampling::diffusion::{
    Betas, Denoise, Discrete, Level, Limit, Model, Path as _, Prediction, Step, VarianceExploding, grid, returning,
};

fn steps() -> Vec<Step> {
    Step::between([3.0, 2.0, 1.0].map(|sigma| VarianceExploding.at_ratio(sigma)))
}

fn run(solver: &dyn Solver<f64>, value: f64, limit: Limit) -> Result<(), Error> {
    let mut model = Model::new(Prediction::Clean, move |_: &[f64], _, out: &mut [f64]| {
        out.fill(value);
        Ok(())
    });
    let mut denoise = Denoise::new(&mut model, &VarianceExploding).with_limit(limit);
    sample(solver, &mut denoise, &mut [1.0, 2.0, 3.0], &steps())
}

fn says(error: Result<impl Sized, Error>, words: &str) {
    let text = error.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(text.contains(words), "{text:?} does not say {words:?}");
}

#[test]
fn denoisers_that_fail() {
    for value in [f64::NAN, f64::INFINITY] {
        for solver in
            [&Ddim::default() as &dyn Solver<f64>, &Heun::default(), &DpmMultistep::default(), &Lms::default()]
        {
            says(run(solver, value, Limit::None), "the denoiser's output or the sample at time 3 is not finite");
            says(run(solver, value, Limit::Clip(1.0)), "not finite");
        }
    }
    let mut model = Model::new(Prediction::Clean, returning(|x: &[f64], _| Ok(x[1..].to_vec())));
    let mut denoise = Denoise::new(&mut model, &VarianceExploding);
    let done = sample(&Ddim::default(), &mut denoise, &mut [1.0, 2.0], &steps());
    says(done, "the denoiser's output: 1 given, expected 2");
    let mut model = Model::new(Prediction::Clean, |_: &[f64], _, _: &mut [f64]| Err(Error::model("no weights")));
    let mut denoise = Denoise::new(&mut model, &VarianceExploding);
    says(sample(&Ddim::default(), &mut denoise, &mut [1.0], &steps()), "no weights");
    // no variances from a network that gives none
    says(run(&Ddpm { variance: Variance::LearnedRange }, 0.0, Limit::None), "outputs per element");
    // no noise of a clean level
    let mut model = Model::new(Prediction::Noise, |_: &[f64], _, out: &mut [f64]| {
        out.fill(1.0);
        Ok(())
    });
    let mut denoise = Denoise::new(&mut model, &VarianceExploding);
    let nothing = Level { alpha: 0.0, sigma: 1.0, time: 9.0 };
    let step = Step { from: nothing, to: Level::CLEAN, index: 0, count: 1 };
    says(sample(&Ddpm::default(), &mut denoise, &mut [1.0], &[step]), "not finite");
}

#[test]
fn settings_out_of_range() {
    says(run(&Ddim { eta: 1.5, consistent: false }, 0.0, Limit::None), "eta: 1.5");
    says(run(&Tcd { gamma: -0.1 }, 0.0, Limit::None), "gamma: -0.1");
    for solver in [
        &Lms { order: 0 } as &dyn Solver<f64>,
        &Lms { order: 5 },
        &DpmMultistep { order: 4, ..Default::default() },
        &DpmSinglestep { order: 0, ..Default::default() },
        &UniPc { order: 4, ..Default::default() },
        &Deis { order: 0, lower_order_final: true },
    ] {
        says(run(solver, 0.0, Limit::None), "order");
    }
    says(run(&DormandPrince { relative: 0.0, ..Default::default() }, 0.0, Limit::None), "relative: 0");
    says(run(&DormandPrince { most: 1, relative: 1e-12, absolute: 1e-12 }, 0.0, Limit::None), "inner steps");
    says(run(&Ddim::default(), 0.0, Limit::Clip(0.0)), "clip: 0");
    says(run(&Ddim::default(), 0.0, Limit::Dynamic { quantile: 1.5, most: 1.0 }), "quantile: 1.5");
    says(Discrete::new(&Betas::Given(vec![0.1]), 0), "training steps: 1");
    says(Discrete::new(&Betas::Given(vec![0.1, 1.0]), 0), "beta: 1");
    says(Discrete::new(&Betas::Given(vec![0.1, f64::NAN]), 0), "beta: NaN");
    says(grid::beta(3, 0.1, 1.0, [0.0, 1.0]), "shape");
}

#[test]
fn mixtures_guidance_and_control() {
    says(GaussianMixture::new(&[], &[], 1.0), "weights");
    says(GaussianMixture::new(&[1.0], &[vec![0.0]], 0.0), "deviation: 0");
    says(GaussianMixture::new(&[0.0], &[vec![0.0]], 1.0), "weights: 0");
    says(GaussianMixture::new(&[1.0, 1.0], &[vec![0.0], vec![]], 1.0), "a mean of a mixture");
    let model = |prediction| Model::new(prediction, |_: &[f64], _, _: &mut [f64]| Ok(()));
    says(ClassifierFree::new(model(Prediction::Noise), model(Prediction::Clean), 2.0), "one prediction");
    says(ClassifierFree::new(model(Prediction::Noise), model(Prediction::Noise), f64::NAN), "guidance scale");
    says(MaskBlend::new(&[0.0; 2], &[0.0; 3], &[0.0; 2]), "mask and noise: 3 given, expected 2");
    let ring = || GaussianMixture::ring(8, 1.0, 0.1);
    let mut mixture = ring();
    let mut denoise = Denoise::new(&mut mixture, &VarianceExploding);
    says(image_to_image(&mut denoise, &mut [0.0; 2], &steps(), 1.1), "strength: 1.1");
    says(sample(&Ddim::default(), &mut denoise, &mut [0.0; 3], &steps()), "rows of a mixture");
    says(Posterior::new(ring(), Keep(vec![0]), &[f64::NAN], 0.1), "the measurement");
    says(Posterior::new(ring(), Keep(vec![0]), &[0.0], -0.1), "measurement noise");
    let mut far = Posterior::new(ring(), Keep(vec![7]), &[0.0], 0.1).expect("checked where it is used");
    let mut denoise = Denoise::new(&mut far, &VarianceExploding);
    says(sample(&Ddim::default(), &mut denoise, &mut [0.0; 2], &steps()), "a kept element: 7");
    says(Measurement::<f64>::length(&Downsample { height: 3, width: 4, factor: 2 }, 12), "factor: 2");
    let path = Discrete::new(&Betas::Cosine, 100).expect("valid betas");
    says(RePaint::<f64>::times(&path, 0, 1, 1), "steps: 0");
}

#[test]
fn likelihoods_and_theory() {
    let levels: Vec<Level> = [1.0, 2.0].map(|sigma| VarianceExploding.at_ratio(sigma)).to_vec();
    let mut ring = GaussianMixture::ring(8, 1.0, 0.1);
    let mut of = |levels: &[Level], divergence| ln_likelihood(&mut ring, &[0.0; 2], levels, |_| 0.0, divergence);
    says(of(&levels[..1], Divergence::Exact), "levels");
    says(of(&[Level::CLEAN, levels[0]], Divergence::Exact), "levels");
    says(of(&levels, Divergence::Hutchinson { probes: 0, key: Key::new(0) }), "probes: 0");
    says(ln_likelihood(&mut ring, &[0.0; 2], &levels, |_| f64::NAN, Divergence::Exact), "the likelihood");
    let nothing = |_: &[f64], _: &[f64], out: &mut [f64]| {
        out.fill(f64::NAN);
        Ok(())
    };
    let diffusion = GaussianDiffusion::new(&Betas::Cosine, 10).expect("valid betas");
    says(diffusion.forward(&[0.0; 3], &[0, 1], &[0.0; 3]), "elements of rows: 3 given, expected 2");
    says(diffusion.forward(&[0.0; 2], &[0, 10], &[0.0; 2]), "step: 10");
    says(diffusion.forward(&[0.0; 2], &[0, 1], &[0.0; 3]), "samples and noise: 3 given, expected 2");
    says(diffusion.reverse(nothing, &[0.0], &[3], true), "the network's output at time 3");
    says(diffusion.respaced(&[3, 3]), "kept steps");
    says(Sections::parse("ddimx"), "sections");
    says(spaced(10, &Sections::Stride(7)), "sections: 7");
    says(spaced(10, &Sections::Counts(vec![6, 1])), "sections: 6");
}

#[test]
fn scheduler_configurations() {
    for (text, words) in [
        ("{", "the file"),
        ("[]", "no object"),
        ("{}", "_class_name: absent"),
        (r#"{"_class_name": "NoScheduler"}"#, "\"NoScheduler\""),
        (r#"{"_class_name": "DDIMScheduler", "wings": 2}"#, "wings: 2"),
        (r#"{"_class_name": "DDIMScheduler", "beta_schedule": "steep"}"#, "beta_schedule: \"steep\""),
        (r#"{"_class_name": "DDIMScheduler", "beta_start": "low"}"#, "beta_start: \"low\""),
        (r#"{"_class_name": "DDIMScheduler", "beta_end": 1.5}"#, "beta"),
        (r#"{"_class_name": "DDIMScheduler", "num_train_timesteps": 0}"#, "num_train_timesteps"),
        (r#"{"_class_name": "DDIMScheduler", "timestep_spacing": "wide"}"#, "timestep_spacing"),
        (r#"{"_class_name": "DDIMScheduler", "steps_offset": 1000}"#, "steps_offset"),
        (r#"{"_class_name": "DDPMScheduler", "prediction_type": "mood"}"#, "prediction_type"),
        (r#"{"_class_name": "DDPMScheduler", "variance_type": "none"}"#, "variance_type"),
        (
            r#"{"_class_name": "EulerDiscreteScheduler", "use_karras_sigmas": true, "use_beta_sigmas": true}"#,
            "one grid",
        ),
        (r#"{"_class_name": "EulerDiscreteScheduler", "final_sigmas_type": "one"}"#, "final_sigmas_type"),
        (r#"{"_class_name": "DPMSolverMultistepScheduler", "solver_order": 4}"#, "solver_order: 4"),
        (r#"{"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "dpmsolver"}"#, "final_sigmas_type"),
        (r#"{"_class_name": "DPMSolverMultistepScheduler", "prediction_type": "flow_prediction"}"#, "prediction_type"),
        (r#"{"_class_name": "UniPCMultistepScheduler", "solver_type": "bh3"}"#, "solver_type"),
        (r#"{"_class_name": "LCMScheduler", "original_inference_steps": 2000}"#, "original_inference_steps"),
        (r#"{"_class_name": "EDMEulerScheduler", "sigma_schedule": "flat"}"#, "sigma_schedule"),
    ] {
        says(Scheduler::from_json(text), words);
    }
    let ddim = Scheduler::from_json(r#"{"_class_name": "DDIMScheduler", "lambda_min_clipped": -Infinity}"#);
    let ddim = ddim.expect("a known setting of another class");
    says(ddim.plan::<f32>(0), "steps: 0");
    says(ddim.plan::<f32>(1001), "steps: 1001");
    let flow = r#"{"_class_name": "FlowMatchEulerDiscreteScheduler", "use_dynamic_shifting": true}"#;
    let flow = Scheduler::from_json(flow).expect("a valid configuration");
    says(flow.plan::<f32>(4), "use_dynamic_shifting");
    assert!(flow.with_shift(1.15).plan::<f32>(4).is_ok());
}
