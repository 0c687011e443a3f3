//! Paths, predictions and grids.

use genai_sampling::diffusion::grid::{self, Spacing};
use genai_sampling::diffusion::{
    Betas, Discrete, Edm, Flow, Level, Limit, Path, Prediction, SubVariancePreserving, VarianceExploding,
    VariancePreserving,
};

fn discrete() -> Discrete {
    Discrete::new(&Betas::Linear { start: 1e-4, end: 0.02 }, 1000).expect("valid betas")
}

fn rows() -> Vec<(&'static str, Box<dyn Path>, [f64; 3])> {
    vec![
        ("exploding", Box::new(VarianceExploding), [0.01, 1.0, 50.0]),
        ("EDM", Box::new(Edm::default()), [-1.5, 0.0, 1.0]),
        ("flow", Box::new(Flow { clock: 1000.0 }), [1.0, 500.0, 990.0]),
        ("preserving", Box::new(VariancePreserving::default()), [1e-3, 0.5, 1.0]),
        ("sub-preserving", Box::new(SubVariancePreserving::default()), [1e-3, 0.5, 1.0]),
        ("discrete", Box::new(discrete()), [0.0, 400.0, 999.0]),
        ("discrete, exploding", Box::new(discrete().exploding()), [0.0, 400.5, 999.0]),
    ]
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3)
}

#[test]
fn a_level_is_found_by_its_ratio() {
    for (name, path, times) in rows() {
        for level in times.map(|time| path.level(time)) {
            let again = path.at_ratio(level.ratio());
            assert!(close(level.alpha, again.alpha) && close(level.sigma, again.sigma), "{name}: {level:?}, {again:?}");
            if !name.contains("exploding") {
                assert!(close(level.time, again.time), "{name}: {level:?}, {again:?}");
            }
        }
        let [low, middle, high] = times.map(|time| path.level(time).ratio());
        assert!(low < middle && middle < high, "{name}: noise grows");
    }
}

#[test]
fn variances_are_what_the_names_say() {
    for time in [1e-3, 0.3, 1.0] {
        let level = VariancePreserving::default().level(time);
        assert!((level.scale() - 1.0).abs() < 1e-12);
        let sub = SubVariancePreserving::default().level(time);
        assert!(sub.alpha == level.alpha && (sub.sigma - level.sigma.powi(2)).abs() < 1e-12);
    }
    let zero = discrete().with_zero_terminal_snr();
    assert_eq!(zero.means()[999], 0.0);
    assert!((zero.means()[0] - discrete().means()[0]).abs() < 1e-12);
    assert_eq!(zero.level(999.0).sigma, 1.0);
    assert_eq!(Flow::shifted(1.0, 3.0), 1.0);
}

#[test]
fn predictions_convert_into_each_other_and_back() {
    let kinds = [
        Prediction::Clean,
        Prediction::Noise,
        Prediction::Velocity,
        Prediction::Flow,
        Prediction::Score,
        Prediction::Edm { data: 0.5, negated: false },
        Prediction::Edm { data: 0.7, negated: true },
        Prediction::Consistency { data: 0.5, floor: 0.002 },
    ];
    let (clean, noise) = (0.7, -1.3);
    for (name, path, times) in rows() {
        let level: Level = path.level(times[1]);
        let x = level.alpha * clean + level.sigma * noise;
        for from in kinds {
            // the output of a network that is right
            let of_clean = from.clean(level);
            let output = (clean - of_clean.x * x) / of_clean.output;
            for to in kinds {
                let there = from.convert(to, level);
                let other = there.x * x + there.output * output;
                let of_other = to.clean(level);
                assert!(close(of_other.x * x + of_other.output * other, clean), "{name}: {from:?} to {to:?}");
                let back = to.convert(from, level);
                assert!(close(back.x * x + back.output * other, output), "{name}: {from:?} to {to:?} and back");
                let of_noise = to.noise(level);
                assert!(close(of_noise.x * x + of_noise.output * other, noise), "{name}: noise of {to:?}");
            }
        }
    }
}

#[test]
fn grids_fall_from_end_to_end() {
    let grids = [
        ("linear", grid::linear(7, 5.0, 0.1)),
        ("quadratic", grid::quadratic(7, 5.0, 0.1)),
        ("karras", grid::karras(7, 0.1, 5.0, 7.0)),
        ("exponential", grid::exponential(7, 0.1, 5.0)),
        ("poly-exponential", grid::poly_exponential(7, 0.1, 5.0, 0.5)),
        ("log-SNR", grid::log_snr(7, -(5f64.ln()), -(0.1f64.ln()))),
        ("beta", grid::beta(7, 0.1, 5.0, [0.6, 0.6]).expect("positive shapes")),
    ];
    for (name, grid) in grids {
        assert!(close(grid[0], 5.0) && close(grid[6], 0.1), "{name}: {grid:?}");
        assert!(grid.windows(2).all(|pair| pair[0] > pair[1]), "{name}: {grid:?}");
    }
    for (a, b) in grid::poly_exponential(9, 0.1, 5.0, 1.0).iter().zip(grid::exponential(9, 0.1, 5.0)) {
        assert!(close(*a, b));
    }
    assert_eq!(grid::uniform(3, 0.5), [1.0, 0.75, 0.5]);
    assert_eq!(Spacing::Linspace.times(3, 1000, 5), [999.0, 499.5, 0.0]);
}

#[test]
fn limits_keep_samples_within_range() {
    let mut x = [-3.0, 0.5, 2.0, 0.1];
    Limit::Clip(1.0).apply(&mut x, 1).expect("a positive bound");
    assert_eq!(x, [-1.0, 0.5, 1.0, 0.1]);
    // a row's 50 % quantile of sizes is 2 here and below 1 there
    let mut x = [-4.0, 2.0, 1.0, 0.5, -0.5, 0.25];
    Limit::Dynamic { quantile: 0.5, most: 10.0 }.apply(&mut x, 2).expect("a valid quantile");
    assert_eq!(x, [-1.0, 1.0, 0.5, 0.5, -0.5, 0.25]);
    let mut x = [-4.0, 2.0, 1.0];
    Limit::Dynamic { quantile: 0.75, most: 1.5 }.apply(&mut x, 1).expect("a valid quantile");
    assert_eq!(x, [-1.0, 1.0, 1.0 / 1.5]);
}
