//! What every optimiser obeys: it minimises, goes on from a saved state to the bit, leaves alone what it must, and clips.
#![cfg(test)]

use genai_core::optim::{
    Adam, AdamConfig, Constant, Decay, Optimizer, Schedule, Sgd, SgdConfig, State, WarmupCosine, clip_norm, clip_value,
    global_norm,
};
use genai_core::random::Key;
use genai_core::{Error, Grads, Init, Params, Tensor};

/// One row an optimiser.
fn rows() -> Vec<(&'static str, Box<dyn Optimizer>)> {
    let sgd = |momentum, nesterov| SgdConfig { learning_rate: 0.05, momentum, nesterov, ..SgdConfig::default() };
    let adam = AdamConfig { learning_rate: 0.05, ..AdamConfig::adam() };
    vec![
        ("sgd", Box::new(Sgd::new(sgd(0.0, false)))),
        ("sgd with momentum", Box::new(Sgd::new(sgd(0.5, false)))),
        ("sgd of nesterov", Box::new(Sgd::new(sgd(0.5, true)))),
        ("adam", Box::new(Adam::new(adam))),
        ("amsgrad", Box::new(Adam::new(AdamConfig { amsgrad: true, ..adam }))),
        ("adamw", Box::new(Adam::new(AdamConfig { learning_rate: 0.05, weight_decay: 1e-4, ..AdamConfig::default() }))),
    ]
}

fn params() -> Params {
    let params = Params::new(Key::new(1));
    params.get("w", [4, 3], Init::Normal(1.0));
    params.get("b", [3], Init::Uniform(1.0));
    params
}

/// Σ (x w + b − y)² / rows of a fixed regression problem.
fn loss(params: &Params) -> Tensor {
    let mut data = vec![0.0; 60];
    Key::new(2).normal_f32(&mut data);
    let x = Tensor::from_vec(data, [15, 4]);
    let y = x.narrow(1, 0, 3) * 2.0 + 1.0;
    let [w, b] = ["w", "b"].map(|name| params.find(name).expect("it was made").tracked());
    (x.linear_inputs_first(&w, Some(&b)) - y).square().sum() / 15.0
}

fn step(optimizer: &mut dyn Optimizer, params: &Params) -> f32 {
    let loss = loss(params);
    let grads = loss.backward();
    let value = loss.item();
    drop(loss);
    optimizer.step(params, &grads);
    value
}

fn steps(count: usize, optimizer: &mut dyn Optimizer, params: &Params) {
    for _ in 0..count {
        step(optimizer, params);
    }
}

fn values(params: &Params) -> Vec<Vec<f32>> {
    params.list().iter().map(|param| param.value().to_vec()).collect()
}

#[test]
fn minimises() {
    for (name, mut optimizer) in rows() {
        let params = params();
        let first = step(&mut *optimizer, &params);
        let last = (0..500).map(|_| step(&mut *optimizer, &params)).last().expect("there are steps");
        assert!(last < 1e-3 * first, "{name}: from {first} to {last}");
    }
}

#[test]
fn goes_on_from_a_saved_state() {
    for ((name, mut whole), (_, mut resumed)) in rows().into_iter().zip(rows()) {
        let params = params();
        steps(5, &mut *whole, &params);
        let copy =
            Params::from_values(params.list().iter().map(|p| (p.name().to_owned(), copied(&p.value()).into_value())));
        copy.get("w", [4, 3], Init::Zeros);
        copy.get("b", [3], Init::Zeros);
        let State { steps, moments } = whole.state();
        let moments = moments.into_iter().map(|(k, v)| (k, copied(&Tensor::from(v)).into_value())).collect();
        resumed.restore(State { steps, moments }, &copy).expect("its own state fits");
        for _ in 0..5 {
            step(&mut *whole, &params);
            step(&mut *resumed, &copy);
        }
        let [mut a, mut b] = [&params, &copy].map(values);
        a.sort_by_key(Vec::len);
        b.sort_by_key(Vec::len);
        assert_eq!(a, b, "{name}");
    }
}

/// A tensor of its own memory.
fn copied(x: &Tensor) -> Tensor {
    Tensor::from_vec(x.to_vec::<f32>(), x.shape())
}

#[test]
fn a_state_that_does_not_fit_is_refused() {
    let (params, mut adam) = (params(), Adam::new(AdamConfig::default()));
    step(&mut adam, &params);
    let state = adam.state();
    let mut left_over = state.clone();
    left_over.moments.insert("mean.other".into(), Tensor::ones([3]).into_value());
    assert!(matches!(adam.restore(left_over, &params), Err(Error::Unexpected { .. })));
    let mut unknown = state.clone();
    unknown.moments.insert("speed.w".into(), Tensor::ones([4, 3]).into_value());
    assert!(matches!(adam.restore(unknown, &params), Err(Error::Unexpected { .. })));
    let mut misshapen = state.clone();
    misshapen.moments.insert("mean.w".into(), Tensor::ones([3, 4]).into_value());
    assert!(matches!(adam.restore(misshapen, &params), Err(Error::Shape { .. })));
    assert!(adam.restore(state, &params).is_ok());
}

#[test]
fn what_is_not_trainable_or_has_no_gradient_stays() {
    for (name, mut optimizer) in rows() {
        let params = params();
        let unused = params.get("unused", [2], Init::Ones);
        params.find("b").expect("it was made").set_trainable(false);
        let before = params.find("b").expect("it was made").value().to_vec::<f32>();
        steps(3, &mut *optimizer, &params);
        assert_eq!(params.find("b").expect("it was made").value().to_vec::<f32>(), before, "{name}");
        assert_eq!(unused.value().to_vec::<f32>(), [1.0, 1.0], "{name}");
    }
}

#[test]
fn a_graph_that_is_alive_keeps_the_old_values() {
    for (name, mut optimizer) in rows() {
        let params = params();
        let (old, before) = (params.find("w").expect("it was made").value(), values(&params));
        let loss = loss(&params);
        let first = loss.backward();
        optimizer.step(&params, &first);
        assert!(before.contains(&old.to_vec::<f32>()), "{name}: a value changed under its holder's feet");
        assert_ne!(values(&params), before, "{name}");
        let w = params.find("w").expect("it was made");
        let again = loss.backward();
        let [a, b] = [&first, &again].map(|grads: &Grads| grads.param(&w).expect("w has a gradient").to_vec::<f32>());
        assert_eq!(a, b, "{name}: the graph computes with changed values");
    }
}

#[test]
fn adam_goes_up_as_it_goes_down() {
    let config = AdamConfig { learning_rate: 0.1, weight_decay: 0.5, ..AdamConfig::adam() };
    let [down, up] = [params(), params()];
    let (mut descent, mut ascent) = (Adam::new(config), Adam::new(AdamConfig { maximize: true, ..config }));
    for _ in 0..5 {
        descent.step(&down, &loss(&down).backward());
        ascent.step(&up, &(-loss(&up)).backward());
    }
    assert_eq!(values(&down), values(&up));
}

#[test]
fn decay_of_matrices_alone() {
    let config = AdamConfig { learning_rate: 0.1, weight_decay: 0.5, decay: Decay::Matrices, ..AdamConfig::default() };
    let params = params();
    let [w, b] = ["w", "b"].map(|name| params.find(name).expect("it was made"));
    let before = [w.value(), b.value()];
    let nothing = ((w.tracked() * 0.0).sum() + (b.tracked() * 0.0).sum()).backward();
    Adam::new(config).step(&params, &nothing);
    let shrunk: Vec<f32> = before[0].to_vec::<f32>().iter().map(|x| x * (1.0 - 0.1 * 0.5)).collect();
    let worst = w.value().to_vec::<f32>().iter().zip(&shrunk).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-6, "{worst}");
    assert_eq!(b.value().to_vec::<f32>(), before[1].to_vec::<f32>());
}

#[test]
fn clipping() {
    let params = params();
    let norm_of = |grads: &Grads| global_norm(&params, grads).expect("the gradients are finite");
    let mut grads = loss(&params).backward();
    let norm = norm_of(&grads);
    let by_hand: f64 = params
        .list()
        .iter()
        .flat_map(|p| grads.param(p).expect("it has a gradient").to_vec::<f32>())
        .map(|g| f64::from(g).powi(2))
        .sum();
    assert!((norm - by_hand.sqrt()).abs() < 1e-5 * norm);
    assert_eq!(clip_norm(&params, &mut grads, 2.0 * norm).expect("finite"), norm);
    assert_eq!(norm_of(&grads), norm, "a norm below the limit is left alone");
    clip_norm(&params, &mut grads, 0.5).expect("finite");
    assert!((norm_of(&grads) - 0.5).abs() < 1e-5);
    clip_value(&mut grads, 0.01);
    let largest = |g: &Tensor| g.abs().max().item::<f32>();
    assert!(params.list().iter().all(|p| largest(grads.param(p).expect("it has a gradient")) <= 0.01));
    let w = params.find("w").expect("it was made");
    let mut infinite = (w.tracked() * f64::INFINITY).sum().backward();
    match clip_norm(&params, &mut infinite, 1.0) {
        Err(Error::NotFinite { what }) => assert!(what.contains('w'), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn schedules() {
    assert_eq!([0, 7].map(|step| Constant(0.3).rate(step)), [0.3, 0.3]);
    let schedule = WarmupCosine { peak: 1.0, floor: 0.1, warmup: 4, steps: 12, ..WarmupCosine::default() };
    assert_eq!([0, 1, 4, 12, 100].map(|step| schedule.rate(step)), [0.0, 0.25, 1.0, 0.1, 0.1]);
    assert!((schedule.rate(8) - 0.55).abs() < 1e-12, "half way down");
    let falls = (4..12).all(|step| schedule.rate(step + 1) < schedule.rate(step));
    assert!(falls);
    let no_warmup = WarmupCosine { warmup: 0, ..schedule };
    assert_eq!(no_warmup.rate(0), 1.0);
}

/// transformers' `get_cosine_schedule_with_warmup`, with warm-up, steps and `num_cycles`, before and after the last step.
#[test]
fn cosine_waves() {
    let table = [
        ((4, 12, 1.5), [0.25, 0.691_341_716_182_544_9, 0.308_658_283_817_455_1, 0.0, 0.961_939_766_255_643_4, 1.0]),
        (
            (0, 7, 0.5),
            [
                0.950_484_433_951_209_5,
                0.188_255_099_070_633_23,
                0.611_260_466_978_157_2,
                0.811_744_900_929_366_7,
                0.950_484_433_951_209_6,
                0.049_515_566_048_790_54,
            ],
        ),
        (
            (3, 9, 0.25),
            [1.0 / 3.0, 0.933_012_701_892_219_4, 0.25, 0.146_446_609_406_726_27, 0.0, 0.370_590_477_448_739_7],
        ),
    ];
    for ((warmup, steps, cycles), rates) in table {
        let schedule = WarmupCosine { peak: 1.0, warmup, steps, cycles, goes_on: true, ..WarmupCosine::default() };
        for (step, expected) in [1, 5, 11, 12, 15, 20].into_iter().zip(rates) {
            assert!((schedule.rate(step) - expected).abs() < 1e-14, "{schedule:?} at {step}");
        }
        let stays = WarmupCosine { goes_on: false, ..schedule };
        assert_eq!([steps, steps + 1, 100].map(|step| stays.rate(step)), [schedule.rate(steps); 3]);
    }
}

#[test]
fn a_schedule_is_read_from_older_files() {
    let old = r#"{ "peak": 0.001, "floor": 0.0, "warmup": 0, "steps": 1000 }"#;
    assert_eq!(
        serde_json::from_str::<WarmupCosine>(old).expect("it has every field of its time"),
        WarmupCosine::default()
    );
}
