//! What cannot be sampled is a clear error: no panic, no endless loop.

use genai_core::random::{Key, Stream};
use genai_sampling::Error;
use genai_sampling::monte_carlo::{
    AdaptiveRejection, Alias, Annealed, EllipticalSlice, Gibbs, Hmc, InverseTransform, Mala, Metropolis, Nuts,
    Rejection, Run, Sgld, Slice, Smc, Weighted, importance, nuts, stratified_mean,
};

type Kernel = fn(f64, &Run<'_>, &[&[f64]]) -> Result<(), Error>;

/// Kernels on a target that is this number everywhere.
#[rustfmt::skip]
const KERNELS: &[(&str, Kernel)] = &[
    ("metropolis", |value, run, starts| Metropolis::default().sample(|_| value, starts, run).map(drop)),
    ("slice", |value, run, starts| Slice::default().sample(|_| value, starts, run).map(drop)),
    ("elliptical slice", |value, run, starts| EllipticalSlice::new(&[0.0, 0.0], &[1.0, 0.0, 0.0, 1.0])?.sample(|_| value, starts, run).map(drop)),
    ("mala", |value, run, starts| Mala::default().sample(flat(value), starts, run).map(drop)),
    ("hmc", |value, run, starts| Hmc::default().sample(flat(value), starts, run).map(drop)),
    ("nuts", |value, run, starts| Nuts::default().sample(flat(value), starts, run).map(drop)),
];

fn flat(value: f64) -> impl Fn(&[f64], &mut [f64]) -> f64 + Sync {
    move |_, gradient| {
        gradient.fill(0.0);
        value
    }
}

const START: &[&[f64]] = &[&[0.0, 0.0]];

fn small() -> Run<'static> {
    Run { warm_up: 20, draws: 20, chains: 2, ..Run::new(1) }
}

#[test]
fn starts_without_density_are_named() {
    for (name, kernel) in KERNELS {
        for value in [f64::NEG_INFINITY, f64::NAN, f64::INFINITY] {
            let error = kernel(value, &small(), START).unwrap_err();
            assert!(matches!(error, Error::Start { .. }), "{name}: {error}");
            assert_eq!(error.to_string(), format!("start: its log-density is {value}"));
        }
    }
    let no_gradient = |_: &[f64], gradient: &mut [f64]| {
        gradient.copy_from_slice(&[0.0, f64::NAN]);
        0.0
    };
    let error = Nuts::default().sample(no_gradient, START, &small()).unwrap_err();
    assert_eq!(error.to_string(), "start: coordinate 1 of the gradient is NaN");
    assert!(nuts(|x| x.ln().sum(), &[0.0], 1).is_err());
}

#[test]
fn runs_without_draws_are_refused() {
    let runs = [Run { draws: 0, ..small() }, Run { chains: 0, ..small() }, Run { thin: 0, ..small() }];
    for (name, kernel) in KERNELS {
        for run in &runs {
            assert!(matches!(kernel(0.0, run, START), Err(Error::Parameter { .. })), "{name}: {run:?}");
        }
        let starts: [&[&[f64]]; 4] = [&[], &[&[]], &[&[0.0, 0.0], &[0.0]], &[&[0.0, f64::NAN]]];
        for starts in starts {
            assert!(kernel(0.0, &small(), starts).is_err(), "{name}: {starts:?}");
        }
    }
    assert!(Gibbs::default().sample(|_, _, rng| rng.normal(), START, &runs[0]).is_err());
    assert!(Sgld::default().sample(|_, _, _| {}, START, &runs[0]).is_err());
}

/// Targets that a kernel can leave, or that have no normalising constant, end like others.
#[test]
fn hopeless_targets_come_to_an_end() {
    let targets: [fn(&[f64]) -> f64; 4] = [
        |x| if x.iter().all(|x| *x == 0.0) { 0.0 } else { f64::NAN },
        |x| if x.iter().all(|x| *x == 0.0) { 0.0 } else { f64::NEG_INFINITY },
        |x| if x.iter().all(|x| *x == 0.0) { 0.0 } else { f64::INFINITY },
        |_| 0.0,
    ];
    for (i, target) in targets.into_iter().enumerate() {
        let smooth = move |x: &[f64], gradient: &mut [f64]| {
            gradient.fill(0.0);
            target(x)
        };
        let nuts = Nuts { depth: 5, ..Nuts::default() }.sample(smooth, START, &small()).unwrap();
        let hmc = Hmc::default().sample(smooth, START, &small()).unwrap();
        let metropolis = Metropolis::default().sample(target, START, &small()).unwrap();
        let slice = Slice::default().sample(target, START, &small()).unwrap();
        if i < 3 {
            for draws in [nuts, hmc, metropolis, slice] {
                assert!(draws.iter().flatten().all(|x| *x == 0.0), "target {i} holds the chain where it stands");
            }
        }
    }
}

#[test]
fn settings_out_of_range_are_named() {
    let nuts = Nuts::default();
    let rows = [
        ("depth", Nuts { depth: 0, ..nuts }.sample(flat(0.0), START, &small())),
        ("depth", Nuts { depth: 64, ..nuts }.sample(flat(0.0), START, &small())),
        ("acceptance", Nuts { acceptance: 1.0, ..nuts }.sample(flat(0.0), START, &small())),
        ("acceptance", Nuts { acceptance: f64::NAN, ..nuts }.sample(flat(0.0), START, &small())),
        ("step_size", Nuts { step_size: Some(0.0), ..nuts }.sample(flat(0.0), START, &small())),
        ("path", Hmc { path: -1.0, ..Hmc::default() }.sample(flat(0.0), START, &small())),
        ("leaps", Hmc { leaps: 0, ..Hmc::default() }.sample(flat(0.0), START, &small())),
        ("width", Slice { width: 0.0, ..Slice::default() }.sample(|_| 0.0, START, &small())),
        ("acceptance", Metropolis { acceptance: Some(0.0), ..Metropolis::default() }.sample(|_| 0.0, START, &small())),
        ("step_size", Sgld { step_size: -1.0, ..Sgld::default() }.sample(|_, _, _| {}, START, &small())),
        ("decay", Sgld { decay: 2.0, ..Sgld::default() }.sample(|_, _, _| {}, START, &small())),
    ];
    for (name, result) in rows {
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with(name), "{name}: {error}");
    }
    assert!(EllipticalSlice::new(&[0.0, 0.0], &[1.0, 0.0, 0.0]).is_err());
    assert!(EllipticalSlice::new(&[0.0, 0.0], &[1.0, 2.0, 2.0, 1.0]).is_err());
    assert!(Gibbs::default().sample(|_, _, _| f64::NAN, START, &small()).is_err());
    assert!(Sgld::default().sample(|_, g, _| g.fill(f64::NAN), START, &small()).is_err());
}

#[test]
fn samplers_of_one_number_refuse_what_they_cannot_draw() {
    let rng = &mut Key::new(1).stream();
    for weights in [&[][..], &[0.0, 0.0], &[1.0, -1.0], &[f64::NAN], &[f64::INFINITY, 1.0]] {
        assert!(Alias::new(weights).is_err(), "{weights:?}");
    }
    assert!(InverseTransform::new(|x| x, 1.0, 1.0).is_err());
    let nowhere = InverseTransform::new(|_| f64::NAN, 0.0, 1.0).unwrap();
    assert!(nowhere.draw(rng).is_err() && nowhere.quantile(1.5).is_err());
    let rejection = |log_target: fn(&f64) -> f64| Rejection {
        log_target,
        log_proposal: |_: &f64| 0.0,
        propose: |rng: &mut Stream| rng.uniform(),
        log_bound: 0.0,
        tries: 1000,
    };
    assert!(matches!(rejection(|_| f64::NEG_INFINITY).draw(rng), Err(Error::Exhausted { .. })));
    assert!(rejection(|_| 1.0).draw(rng).is_err() && rejection(|_| f64::NAN).draw(rng).is_err());
    let all = (f64::NEG_INFINITY, f64::INFINITY);
    let adaptive = |f: fn(f64) -> (f64, f64), points: &[f64]| AdaptiveRejection::new(f, all.0, all.1, points).map(drop);
    assert!(adaptive(|x| (-x * x, -2.0 * x), &[]).is_err());
    assert!(adaptive(|x| (-x * x, -2.0 * x), &[1.0, 2.0]).is_err(), "no rise from −∞");
    assert!(adaptive(|x| (x * x, 2.0 * x), &[-1.0, 1.0]).is_err(), "convex");
    assert!(adaptive(|_| (f64::NEG_INFINITY, 0.0), &[0.0]).is_err());
    let mut cauchy =
        AdaptiveRejection::new(|x: f64| (-(x * x).ln_1p(), -2.0 * x / (1.0 + x * x)), -50.0, 50.0, &[0.5]).unwrap();
    assert!((0..1000).any(|_| matches!(cauchy.draw(rng), Err(Error::NotConcave { .. }))));
}

#[test]
fn weighted_points_need_weight() {
    assert!(importance(|rng| rng.normal(), |_| 0.0, |_| 0.0, 0, Key::new(1)).is_err());
    assert!(importance(|rng| rng.normal(), |_| f64::NAN, |_| 0.0, 5, Key::new(1)).is_err());
    assert!(importance(|rng| rng.normal(), |_| f64::NEG_INFINITY, |_| 0.0, 5, Key::new(1)).is_err());
    assert!(Weighted::new(vec![1, 2], vec![0.0]).is_err());
    assert!(
        stratified_mean(|_| 0.0, 0, 5, Key::new(1)).is_err() && stratified_mean(|_| 0.0, 2, 0, Key::new(1)).is_err()
    );
    assert!(
        stratified_mean(|_| 0.0, 50, 50, Key::new(1)).is_err()
            && stratified_mean(|_| f64::NAN, 1, 5, Key::new(1)).is_err()
    );
    let annealed = |annealed: Annealed| annealed.run(|rng| rng.normal(), |_| 0.0, |_, _, _| Ok(())).map(drop);
    assert!(annealed(Annealed::linear(10, 0, Key::new(1))).is_err());
    assert!(annealed(Annealed::linear(0, 5, Key::new(1))).is_err());
    assert!(
        annealed(Annealed { temperatures: vec![0.0, 0.7, 0.3, 1.0], ..Annealed::linear(3, 5, Key::new(1)) }).is_err()
    );
    let smc = |smc: Smc, ratio: f64| smc.run(|rng| rng.normal(), |_| ratio, |_, _, _, _| Ok(())).map(drop);
    assert!(smc(Smc::new(1), 0.0).is_ok());
    assert!(smc(Smc { particles: 0, ..Smc::new(1) }, 0.0).is_err());
    assert!(smc(Smc { threshold: 1.0, ..Smc::new(1) }, 0.0).is_err());
    assert!(smc(Smc::new(1), f64::NEG_INFINITY).is_err() && smc(Smc::new(1), f64::NAN).is_err());
}
