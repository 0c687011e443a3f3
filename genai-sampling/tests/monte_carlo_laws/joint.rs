//! The joint test of Geweke: parameters drawn by a kernel given data, data drawn given parameters, in turn, are draws of the
//! prior if the kernel leaves the posterior as it is.
//!
//! Source: Geweke 2004, *Getting it right: joint distribution tests of posterior simulators*.

use genai_core::random::{Key, Stream};
use genai_sampling::Error;
use genai_sampling::monte_carlo::{
    AdaptiveRejection, Chain, EllipticalSlice, Gibbs, Hmc, Mala, Metropolis, Nuts, Phase, Slice, diagnostics,
};

/// Data: three numbers of N(m, e^s), with m ~ N(0, 1) and s ~ N(0, ½).
type Data = [f64; 3];

fn likelihood(data: &Data, x: &[f64]) -> f64 {
    data.iter().map(|y| -x[1] - 0.5 * ((y - x[0]) * (-x[1]).exp()).powi(2)).sum()
}

fn posterior(data: Data) -> impl Fn(&[f64], &mut [f64]) -> f64 + Copy {
    move |x, gradient| {
        let precision = (-2.0 * x[1]).exp();
        let rest: f64 = data.iter().map(|y| y - x[0]).sum();
        let squares: f64 = data.iter().map(|y| (y - x[0]).powi(2)).sum();
        gradient[0] = -x[0] + rest * precision;
        gradient[1] = -4.0 * x[1] - 3.0 + squares * precision;
        -0.5 * x[0] * x[0] - 2.0 * x[1] * x[1] + likelihood(&data, x)
    }
}

fn plain(data: Data) -> impl Fn(&[f64]) -> f64 {
    move |x| posterior(data)(x, &mut [0.0; 2])
}

/// Full conditionals: m is normal, and ln f(s | m) is concave.
fn conditional(data: Data) -> impl Fn(usize, &[f64], &mut Stream) -> f64 {
    move |i, x, rng| {
        if i == 0 {
            let precision = (-2.0 * x[1]).exp();
            let variance = 1.0 / (1.0 + 3.0 * precision);
            return variance * precision * data.iter().sum::<f64>() + variance.sqrt() * rng.normal();
        }
        let of = |s: f64| {
            let mut gradient = [0.0; 2];
            let value = posterior(data)(&[x[0], s], &mut gradient);
            (value, gradient[1])
        };
        let mut s = AdaptiveRejection::new(of, f64::NEG_INFINITY, f64::INFINITY, &[-6.0, 0.0, 20.0]).unwrap();
        s.draw(rng).unwrap()
    }
}

type Step = fn(Data, &mut [f64], &mut Stream) -> Result<(), Error>;

fn once(chain: Result<impl Chain, Error>, x: &mut [f64], rng: &mut Stream) -> Result<(), Error> {
    let mut chain = chain?;
    chain.step(Phase::Draw, rng)?;
    x.copy_from_slice(chain.position());
    Ok(())
}

#[rustfmt::skip]
const ROWS: &[(&str, Step)] = &[
    ("metropolis", |y, x, rng| once(Metropolis { step_size: Some(0.9), ..Metropolis::default() }.chain(plain(y), x), x, rng)),
    ("gibbs with adaptive rejection", |y, x, rng| once(Ok(Gibbs::default().chain(conditional(y), x)), x, rng)),
    ("slice", |y, x, rng| once(Slice { width: 1.5, steps: 3 }.chain(plain(y), x), x, rng)),
    ("elliptical slice", |y, x, rng| once(EllipticalSlice::new(&[0.0, 0.0], &[1.0, 0.0, 0.0, 0.25])?.chain(|x: &[f64]| likelihood(&y, x), x), x, rng)),
    ("mala", |y, x, rng| once(Mala { step_size: Some(0.6), ..Mala::default() }.chain(posterior(y), x), x, rng)),
    ("hmc", |y, x, rng| once(Hmc { step_size: Some(0.4), ..Hmc::default() }.chain(posterior(y), x), x, rng)),
    ("nuts", |y, x, rng| once(Nuts { step_size: Some(0.4), ..Nuts::default() }.chain(posterior(y), x), x, rng)),
    ("nuts, coarse", |y, x, rng| once(Nuts { step_size: Some(1.1), depth: 4, ..Nuts::default() }.chain(posterior(y), x), x, rng)),
];

#[test]
fn alternating_with_data_keeps_the_prior() {
    let e = std::f64::consts::E;
    for (name, step) in ROWS {
        let mut rng = Key::new(11).named(name).stream();
        let (mut x, n) = ([0.3f64, -0.2], 40_000);
        let mut columns = vec![Vec::new(); 6];
        for _ in 0..n {
            let y: Data = std::array::from_fn(|_| x[0] + x[1].exp() * rng.normal());
            step(y, &mut x, &mut rng).unwrap();
            let [m, s] = x;
            for (column, value) in columns.iter_mut().zip([m, m * m, s, s * s, m * s, y[0] * y[0]]) {
                column.push(value);
            }
        }
        let truth = [0.0, 1.0, 0.0, 0.25, 0.0, 1.0 + e.sqrt()];
        for (i, (column, truth)) in columns.iter().zip(truth).enumerate() {
            let c: [&[f64]; 1] = [column];
            let mean = column.iter().sum::<f64>() / n as f64;
            let off = (mean - truth) / diagnostics::mcse_mean(&c);
            assert!(off.abs() < 5.0, "{name}: mean {i} is {mean}, not {truth}: {off:.1} standard errors");
        }
    }
}
