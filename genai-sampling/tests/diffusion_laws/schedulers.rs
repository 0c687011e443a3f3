//! Schedulers by configuration: every class with every setting that changes its levels or its solver ends at the data.

use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::diffusion::scheduler::{Plan, Scheduler};
use genai_sampling::diffusion::{Level, Prediction};

/// Classes, and settings of which each is tried alone.
const ROWS: [(&str, &[&str]); 10] = [
    (
        "DDPMScheduler",
        &["\"variance_type\": \"fixed_large_log\"", "\"beta_schedule\": \"laplace\"", "\"beta_schedule\": \"sigmoid\""],
    ),
    (
        "DDIMScheduler",
        &["\"set_alpha_to_one\": false", "\"timestep_spacing\": \"linspace\"", "\"timestep_spacing\": \"trailing\""],
    ),
    (
        "PNDMScheduler",
        &[
            "\"skip_prk_steps\": true",
            "\"skip_prk_steps\": true, \"timestep_spacing\": \"linspace\"",
            "\"timestep_spacing\": \"trailing\"",
        ],
    ),
    (
        "EulerDiscreteScheduler",
        &[
            "\"use_karras_sigmas\": true",
            "\"use_exponential_sigmas\": true",
            "\"use_beta_sigmas\": true",
            "\"interpolation_type\": \"log_linear\"",
            "\"final_sigmas_type\": \"sigma_min\"",
            "\"timestep_spacing\": \"leading\", \"steps_offset\": 1",
            "\"rescale_betas_zero_snr\": true, \"timestep_spacing\": \"trailing\"",
        ],
    ),
    ("HeunDiscreteScheduler", &["\"use_karras_sigmas\": true", "\"clip_sample\": true, \"clip_sample_range\": 4.0"]),
    ("KDPM2DiscreteScheduler", &["\"use_karras_sigmas\": true", "\"use_beta_sigmas\": true"]),
    (
        "DPMSolverMultistepScheduler",
        &[
            "\"use_lu_lambdas\": true",
            "\"use_beta_sigmas\": true",
            "\"lambda_min_clipped\": -5.1",
            "\"timestep_spacing\": \"trailing\"",
            "\"euler_at_final\": true, \"final_sigmas_type\": \"sigma_min\"",
            "\"solver_order\": 3, \"algorithm_type\": \"sde-dpmsolver++\"",
            "\"algorithm_type\": \"sde-dpmsolver++\", \"solver_type\": \"heun\"",
            "\"use_flow_sigmas\": true, \"prediction_type\": \"flow_prediction\", \"flow_shift\": 3.0",
        ],
    ),
    (
        "DPMSolverSinglestepScheduler",
        &["\"solver_order\": 3", "\"solver_order\": 3, \"solver_type\": \"heun\"", "\"solver_order\": 1"],
    ),
    (
        "UniPCMultistepScheduler",
        &[
            "\"solver_order\": 3",
            "\"solver_type\": \"bh1\"",
            "\"predict_x0\": false, \"final_sigmas_type\": \"sigma_min\"",
            "\"disable_corrector\": [0, 1]",
            "\"use_karras_sigmas\": true",
            "\"use_flow_sigmas\": true, \"prediction_type\": \"flow_prediction\", \"shift_terminal\": 0.02",
        ],
    ),
    ("DEISMultistepScheduler", &["\"solver_order\": 3", "\"use_exponential_sigmas\": true"]),
];

/// A class and its settings, and times that diffusers gives for as many steps, where rounding is at a half or a whole.
#[rustfmt::skip]
const TIMES: [(&str, &[f64]); 8] = [
    (r#""DPMSolverMultistepScheduler""#, &[
        999.0, 966.0, 932.0, 899.0, 866.0, 832.0, 799.0, 766.0, 733.0, 699.0, 666.0, 633.0, 599.0, 566.0, 533.0, 499.0, 466.0,
        433.0, 400.0, 366.0, 333.0, 300.0, 266.0, 233.0, 200.0, 166.0, 133.0, 100.0, 67.0, 33.0,
    ]),
    (r#""DDIMScheduler", "timestep_spacing": "linspace""#, &[
        999.0, 961.0, 922.0, 884.0, 845.0, 807.0, 768.0, 730.0, 692.0, 653.0, 615.0, 576.0, 538.0, 499.0, 461.0, 423.0, 384.0,
        346.0, 307.0, 269.0, 231.0, 192.0, 154.0, 115.0, 77.0, 38.0, 0.0,
    ]),
    (r#""DDIMScheduler", "timestep_spacing": "trailing", "num_train_timesteps": 250"#, &[
        249.0, 228.0, 207.0, 186.0, 166.0, 145.0, 124.0, 103.0, 82.0, 61.0, 41.0, 20.0,
    ]),
    (r#""DEISMultistepScheduler", "use_flow_sigmas": true, "prediction_type": "flow_prediction""#, &[
        999.0, 888.0, 777.0, 666.0, 555.0, 443.0, 332.0, 221.0, 110.0,
    ]),
    (r#""UniPCMultistepScheduler", "use_flow_sigmas": true, "prediction_type": "flow_prediction",
        "use_dynamic_shifting": true, "time_shift_type": "linear""#, &[999.0, 775.0, 535.0, 277.0]),
    (r#""DPMSolverMultistepScheduler", "rescale_betas_zero_snr": true, "use_lu_lambdas": true"#, &[
        999.0, 856.0, 204.0, 0.0,
    ]),
    (r#""EulerDiscreteScheduler""#, &[0.0]),
    (r#""EulerDiscreteScheduler", "timestep_spacing": "trailing""#, &[999.0]),
];

/// A network that knows the data to be all 0.25, whatever it is asked to predict.
fn network(prediction: Prediction, levels: &[Level]) -> impl FnMut(&[f64], f64, &mut [f64]) -> Result<(), Error> {
    let levels = levels.to_vec();
    move |x, time, out| {
        let near = levels.iter().min_by(|a, b| (a.time - time).abs().total_cmp(&(b.time - time).abs()));
        let level = *near.expect("there are levels");
        let scale = if level.alpha == 1.0 { level.scale() } else { 1.0 }; // what a scaled input was divided by
        let clean = prediction.clean(level);
        for (out, x) in out.iter_mut().zip(x) {
            *out = (0.25 - clean.x * x * scale) / clean.output;
        }
        Ok(())
    }
}

fn samples(plan: &Plan<f64>) -> Vec<f64> {
    let levels: Vec<Level> = plan.steps.iter().map(|step| step.from).collect();
    let mut x = vec![1.0, -0.5, 0.2, 0.7];
    plan.sample(network(plan.prediction, &levels), &mut x, 2, Key::new(3)).expect("finite samples");
    x
}

#[test]
fn every_setting_leads_to_the_data() {
    let mut wrong = vec![];
    for (class, settings) in ROWS {
        for setting in settings.iter().chain([&"\"prediction_type\": \"v_prediction\""]) {
            let base = "\"beta_start\": 0.00085, \"beta_end\": 0.012, \"clip_sample\": false";
            let text = format!("{{\"_class_name\": \"{class}\", {base}, {setting}}}");
            // a setting that stands twice is the later
            let plan =
                Scheduler::from_json(&text).and_then(|scheduler| scheduler.plan::<f64>(12)).expect("a valid file");
            let times: Vec<f64> = plan.steps.iter().map(|step| step.from.time).collect();
            assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "{class} with {setting}: {times:?}");
            let last = plan.steps[plan.steps.len() - 1].to;
            let off = samples(&plan).iter().map(|x| (x - 0.25 * last.alpha).abs()).fold(0.0, f64::max);
            let rough = class == "PNDMScheduler" || class.starts_with("KDPM2") || class.starts_with("Heun");
            // the noise that is left, and what networks of nearby times make of it
            if off > 4.0 * last.sigma + if rough { 0.25 } else { 0.03 } {
                wrong.push(format!("{class} with {setting}: off by {off}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn times_are_those_of_diffusers() {
    for (settings, expected) in TIMES {
        let scheduler = Scheduler::from_json(&format!("{{\"_class_name\": {settings}}}")).expect("a valid file");
        let plan = scheduler.with_shift(1.15).plan::<f64>(expected.len()).expect("steps");
        let times: Vec<f64> = plan.steps.iter().map(|step| step.from.time).collect();
        assert_eq!(times, expected, "{settings}");
    }
}

/// σ/α as diffusers gives it: the grid's last value ends the steps where it is one more than they are.
#[test]
fn log_linear_interpolation_ends_at_the_smallest_ratio() {
    let rows: [(&str, [f64; 5]); 2] =
        [("false", [157.41, 14.053, 1.2547, 0.11202, 0.010001]), ("true", [157.41, 21.106, 1.2464, 0.010001, 0.0])];
    for (karras, expected) in rows {
        let settings = format!("\"interpolation_type\": \"log_linear\", \"use_karras_sigmas\": {karras}");
        let scheduler = Scheduler::from_json(&format!("{{\"_class_name\": \"EulerDiscreteScheduler\", {settings}}}"));
        let plan = scheduler.and_then(|scheduler| scheduler.plan::<f64>(4)).expect("a valid file");
        let last = plan.steps[3].to;
        let levels = plan.steps.iter().map(|step| step.from).chain([last]);
        for (level, expected) in levels.zip(expected) {
            assert!((level.ratio() - expected).abs() <= 1e-4 * expected, "{} for {expected}", level.ratio());
        }
    }
}

/// Without any signal a prediction of noise says on which side a clean sample lies, and the limit how far.
#[test]
fn a_limit_holds_without_a_signal() {
    let text = r#"{"_class_name": "DDIMScheduler", "rescale_betas_zero_snr": true, "timestep_spacing": "trailing"}"#;
    let plan = Scheduler::from_json(text).and_then(|scheduler| scheduler.plan::<f32>(1)).expect("a valid file");
    let mut x = vec![1.0, -0.5, 0.25];
    let network = |x: &[f32], _: f64, out: &mut [f32]| {
        out.iter_mut().zip(x).for_each(|(out, x)| *out = 0.5 * x);
        Ok(())
    };
    plan.sample(network, &mut x, 1, Key::new(1)).expect("a finite sample");
    assert_eq!(x, [1.0, -1.0, 1.0]);
}

/// A last step over no distance, and single steps.
#[test]
fn degenerate_steps_are_finite() {
    for (settings, steps) in [
        (r#""EDMDPMSolverMultistepScheduler", "final_sigmas_type": "sigma_min", "solver_type": "heun""#, 20),
        (r#""EDMDPMSolverMultistepScheduler", "final_sigmas_type": "sigma_min", "solver_order": 3"#, 20),
        (r#""EDMEulerScheduler", "sigma_schedule": "exponential""#, 1),
        (r#""PNDMScheduler", "skip_prk_steps": true"#, 1),
        (r#""ScoreSdeVeScheduler", "sigma_max": 50.0"#, 1),
    ] {
        let scheduler = Scheduler::from_json(&format!("{{\"_class_name\": {settings}}}")).expect("a valid file");
        let plan = scheduler.plan::<f64>(steps).expect("steps");
        let (mut x, mut calls) = (vec![1.0, -0.5], 0);
        let network = |x: &[f64], _: f64, out: &mut [f64]| {
            calls += 1;
            out.iter_mut().zip(x).for_each(|(out, x)| *out = 0.5 * x);
            Ok(())
        };
        plan.sample(network, &mut x, 1, Key::new(1)).expect("finite samples");
        assert!(calls == steps || settings.contains("Sde"), "{settings}: {calls} calls");
    }
}

#[test]
fn learned_variances_come_from_the_network() {
    let text = r#"{"_class_name": "DDPMScheduler", "variance_type": "learned_range", "clip_sample": false}"#;
    let plan = Scheduler::from_json(text).and_then(|scheduler| scheduler.plan::<f64>(4)).expect("a valid file");
    let run = |share: f64| {
        let mut x = vec![1.0, -0.5];
        let network = |x: &[f64], _: f64, out: &mut [f64]| {
            for (row, x) in out.chunks_exact_mut(2).zip(x) {
                row.copy_from_slice(&[0.5 * x, share]); // rows of one element
            }
            Ok(())
        };
        let mut draws = 0;
        let noise = |out: &mut [f64]| {
            draws += 1;
            out.fill(1.0);
        };
        plan.sample_with(network, &mut x, 2, noise, |_, _| Ok(())).expect("finite");
        assert_eq!(draws, 3, "none at time 0");
        x
    };
    let fixed = |variance: &str| {
        let text = text.replace("learned_range", variance);
        let plan = Scheduler::from_json(&text).and_then(|scheduler| scheduler.plan::<f64>(4)).expect("a valid file");
        let mut x = vec![1.0, -0.5];
        let network = |x: &[f64], _: f64, out: &mut [f64]| {
            out.iter_mut().zip(x).for_each(|(out, x)| *out = 0.5 * x);
            Ok(())
        };
        plan.sample_with(network, &mut x, 2, |out: &mut [f64]| out.fill(1.0), |_, _| Ok(())).expect("finite");
        x
    };
    let near = |a: Vec<f64>, b: Vec<f64>| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(near(run(-1.0), fixed("fixed_small")) && near(run(1.0), fixed("fixed_large")));
}
