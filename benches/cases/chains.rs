//! Markov chains: transitions of NUTS after its warm-up.

use super::Prepared;
use crate::protocol::{Request, Work};
use genai_models::core::random::{Key, Stream};
use genai_models::sampling::monte_carlo::{Chain, Nuts, Phase};

/// A log-density that writes its gradient.
pub type Target = fn(&[f64], &mut [f64]) -> f64;

/// Targets by name, with their dimensions.
pub const TARGETS: [(&str, usize, Target); 4] = [
    ("eight_schools", 10, eight_schools),
    ("normal_100", 100, normal),
    ("scales_100", 100, scales),
    ("normal_10", 10, normal),
];

/// 100 transitions of one chain, in leapfrog steps.
pub(super) fn nuts(request: &mut Request) -> Prepared {
    let name = request.word("target", "eight_schools");
    let (_, dim, target) = TARGETS.into_iter().find(|t| t.0 == name).ok_or_else(|| format!("no target {name:?}"))?;
    let mut rng = Key::new(1).stream();
    let mut chain = Nuts::default().chain(target, &start(dim, &mut rng))?;
    for done in 0..1000 {
        chain.step(Phase::WarmUp { done, of: 1000 }, &mut rng)?;
    }
    let mut turn = move || -> u32 {
        let step = |_| chain.step(Phase::Draw, &mut rng).map_or(0, |step| step.evaluations);
        (0..100).map(step).sum()
    };
    let leaps = turn();
    Ok(Work::new(leaps as usize, "leapfrog steps", f64::from(leaps), turn))
}

/// All targets.
pub(super) fn usual() -> Vec<Request> {
    TARGETS.iter().map(|t| Request::new("nuts").with("target", t.0)).collect()
}

/// A start between −1 and 1.
pub fn start(dim: usize, rng: &mut Stream) -> Vec<f64> {
    (0..dim).map(|_| 2.0 * rng.uniform() - 1.0).collect()
}

/// Independent standard normals.
fn normal(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.iter_mut().zip(x).for_each(|(g, x)| *g = -x);
    -0.5 * x.iter().map(|x| x * x).sum::<f64>()
}

/// Independent normals with standard deviations 1, 2, 3, …
fn scales(x: &[f64], gradient: &mut [f64]) -> f64 {
    let mut log_density = 0.0;
    for (i, (g, x)) in gradient.iter_mut().zip(x).enumerate() {
        *g = -x / ((i + 1) * (i + 1)) as f64;
        log_density += 0.5 * x * *g;
    }
    log_density
}

/// Rubin's eight schools, without centring: z₁ … z₈, μ, ln τ.
fn eight_schools(x: &[f64], gradient: &mut [f64]) -> f64 {
    const EFFECTS: [f64; 8] = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
    const ERRORS: [f64; 8] = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];
    let (mu, tau) = (x[8], x[9].exp());
    let tail = tau * tau / 25.0;
    let mut log_density = x[9] - tail.ln_1p() - mu * mu / 50.0;
    let (mut to_mu, mut to_tau) = (-mu / 25.0, 0.0);
    for j in 0..8 {
        let rest = (EFFECTS[j] - mu - tau * x[j]) / ERRORS[j];
        let pull = rest / ERRORS[j];
        log_density -= 0.5 * (rest * rest + x[j] * x[j]);
        gradient[j] = pull * tau - x[j];
        to_mu += pull;
        to_tau += pull * x[j];
    }
    (gradient[8], gradient[9]) = (to_mu, to_tau * tau + 1.0 - 2.0 * tail / (1.0 + tail));
    log_density
}
