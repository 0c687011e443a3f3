//! Probabilities are what probabilities must be.

use crate::{Failures, every, places};
use genai_core::random::Key;
use genai_prob::Univariate;

#[test]
fn below_and_above_add_up_to_one() {
    every(|m, failures| {
        for x in places(&*m.d) {
            failures.close(&format!("cdf + sf at {x:e}"), m.d.cdf(x) + m.d.sf(x), 1.0, 4.0 * f64::EPSILON);
        }
    });
}

#[test]
fn the_cdf_rises() {
    every(|m, failures| {
        let mut x = places(&*m.d);
        let near: Vec<f64> = x.iter().flat_map(|x| [x.next_down(), x.next_up(), x * (1.0 + 1e-12)]).collect();
        x.extend(near);
        x.retain(|x| x.is_finite());
        x.sort_by(f64::total_cmp);
        for pair in x.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let holds = m.d.cdf(a) <= m.d.cdf(b) * (1.0 + 2e-13) && m.d.sf(b) <= m.d.sf(a) * (1.0 + 2e-13);
            failures.unless(holds, || format!("falls from {a:e} to {b:e}: {} to {}", m.d.cdf(a), m.d.cdf(b)));
        }
    });
}

#[test]
fn ends_have_the_probabilities_zero_and_one() {
    every(|m, failures| {
        let (d, support) = (&*m.d, m.d.support());
        let before = [f64::NEG_INFINITY, -f64::MAX, support.lower.next_down()];
        for x in before.into_iter().filter(|x| *x < support.lower) {
            is_before(d, x, failures);
        }
        let behind = [f64::INFINITY, f64::MAX, support.upper.next_up()];
        for x in behind.into_iter().filter(|x| *x > support.upper) {
            is_behind(d, x, failures);
            failures.unless(d.prob(x) == 0.0 && d.ln_prob(x) == f64::NEG_INFINITY, || format!("mass at {x:e}"));
        }
        is_behind(d, support.upper, failures);
        if support.lower == f64::NEG_INFINITY {
            is_before(d, f64::NEG_INFINITY, failures);
        }
    });
}

fn is_before(d: &dyn Univariate, x: f64, failures: &mut Failures) {
    let found = (d.cdf(x), d.sf(x), d.ln_cdf(x), d.ln_sf(x), d.prob(x), d.ln_prob(x));
    let holds = found == (0.0, 1.0, f64::NEG_INFINITY, 0.0, 0.0, f64::NEG_INFINITY);
    failures.unless(holds, || format!("cdf, sf, their logs, prob and its log before the support, at {x:e}: {found:?}"));
}

fn is_behind(d: &dyn Univariate, x: f64, failures: &mut Failures) {
    let found = (d.cdf(x), d.sf(x), d.ln_cdf(x), d.ln_sf(x));
    let holds = found == (1.0, 0.0, 0.0, f64::NEG_INFINITY);
    failures.unless(holds, || format!("cdf, sf and their logs at the upper end, at {x:e}: {found:?}"));
}

#[test]
fn whole_numbers_alone_have_mass_in_a_discrete_family() {
    every(|m, failures| {
        let middle = m.d.median();
        if m.d.support().discrete && middle.abs() < 1e15 {
            let (half, down) = (middle + 0.5, m.d.cdf(middle));
            failures.unless(m.d.prob(half) == 0.0, || format!("mass at {half}"));
            failures.unless(m.d.ln_prob(half) == f64::NEG_INFINITY, || format!("a logarithm of the mass at {half}"));
            failures.close(&format!("cdf at {half}"), m.d.cdf(half), down, 0.0);
            failures.close(&format!("sf at {half}"), m.d.sf(half), m.d.sf(middle), 0.0);
        }
    });
}

#[test]
fn logarithms_agree_with_values() {
    every(|m, failures| {
        for x in places(&*m.d) {
            let pairs = [
                ("prob", m.d.prob(x), m.d.ln_prob(x)),
                ("cdf", m.d.cdf(x), m.d.ln_cdf(x)),
                ("sf", m.d.sf(x), m.d.ln_sf(x)),
            ];
            for (what, value, ln) in pairs {
                let truth = value.ln();
                if value > f64::MIN_POSITIVE {
                    failures.close(&format!("ln_{what}({x:e})"), ln, truth, 1e-12 * truth.abs().max(1.0));
                } else {
                    failures.unless(ln < -708.0, || format!("ln_{what}({x:e}) is {ln} where {what} is {value:e}"));
                }
            }
        }
    });
}

/// Places in the body and the tails, none at a quantile where a density likes to have its edge.
const BODY: [f64; 8] = [1e-10, 1e-3, 0.013, 0.21, 0.47, 0.64, 0.88, 0.997];

#[test]
fn the_density_is_the_slope_of_the_cdf() {
    every(|m, failures| {
        if m.d.support().discrete {
            return;
        }
        for p in BODY {
            let x = m.d.quantile(p);
            let step = x + 1e-3 * p.min(1.0 - p) / m.d.prob(x) - x; // both x ± step are then doubles
            let coarse = 20.0 * (x.abs() * f64::EPSILON) / step;
            if step > 0.0 && coarse < 1e-3 {
                let slope = slope(&*m.d, x, step);
                failures.close(&format!("prob({x:e})"), m.d.prob(x), slope, (1e-7 + coarse) * slope);
            }
        }
    });
}

/// The derivative of the cdf by differences of fourth order, from the side where it is small.
fn slope(d: &dyn Univariate, x: f64, h: f64) -> f64 {
    let upper = d.cdf(x) > 0.5;
    let between = |a: f64, b: f64| if upper { d.sf(a) - d.sf(b) } else { d.cdf(b) - d.cdf(a) };
    (8.0 * between(x - h, x + h) - between(x - 2.0 * h, x + 2.0 * h)) / (12.0 * h)
}

#[test]
fn the_mass_is_the_step_of_the_cdf() {
    every(|m, failures| {
        if !m.d.support().discrete {
            return;
        }
        for k in BODY.iter().flat_map(|p| [m.d.quantile(*p), m.d.quantile(*p) + 1.0]).filter(|k| k.abs() < 1e15) {
            let (below, above) = (m.d.cdf(k), m.d.sf(k - 1.0));
            let step = if below < above { below - m.d.cdf(k - 1.0) } else { above - m.d.sf(k) };
            failures.close(&format!("prob({k})"), m.d.prob(k), step, 1e-12 * below.min(above));
        }
    });
}

#[test]
fn arrays_are_treated_as_their_elements() {
    every(|m, failures| {
        let x = places(&*m.d);
        let mut y = vec![0.0; x.len()];
        m.d.ln_prob_into(&x, &mut y);
        for (x, y) in x.iter().zip(y) {
            let one = m.d.ln_prob(*x); // registers have logarithms of their own
            failures.close(&format!("ln_prob_into at {x:e}"), y, one, 1e-14 * one.abs().max(1.0));
        }
    });
}

/// Long arrays of values, tail and body, give what the values give one by one.
#[test]
fn distribution_functions_of_arrays() {
    const COUNT: usize = 200_000;
    every(|m, failures| {
        if !m.d.support().discrete && m.parameters == m.family.members[0] {
            let mut x = vec![0.0; COUNT];
            m.d.fill(Key::new(11), &mut x);
            let (low, high) = (m.d.quantile(1e-12), m.d.isf(1e-12));
            x.iter_mut().take(1000).enumerate().for_each(|(i, x)| *x = low + (high - low) * i as f64 / 999.0);
            let (mut cdf, mut sf) = (vec![0.0; COUNT], vec![0.0; COUNT]);
            m.d.cdf_into(&x, &mut cdf);
            m.d.sf_into(&x, &mut sf);
            for i in (0..2000).chain((2000..COUNT).step_by(101)) {
                let (p, q) = (m.d.cdf(x[i]), m.d.sf(x[i]));
                failures.close(&format!("cdf_into at {:e}", x[i]), cdf[i], p, 1e-13 * p);
                failures.close(&format!("sf_into at {:e}", x[i]), sf[i], q, 1e-13 * q);
            }
        }
    });
}
