//! Draws have the moments and the distribution that the methods state, stay in the support, and do not depend on threads.

use crate::{Failures, each_row, every, number, numbers};
use genai_core::random::Key;
use genai_core::{DType, Tensor};
use genai_prob::tensor::Distribution;
use rayon::ThreadPoolBuilder;

/// Draws of a member.
const N: usize = 60_000;

/// Standard errors that a mean of draws may be off: exceeded by right ones with probability 2e-9 (6e-7 with the skewness that
/// the members have); one whose truth is 12 of them away passes with as much.
const ERRORS: f64 = 6.0;

/// Bound on the distance of the empirical cdf: exceeded with probability 2 exp(−2 n ε²) = 3e-9 by right draws (the inequality
/// of Dvoretzky, Kiefer, Wolfowitz and Massart); draws off by 2 ε anywhere pass with at most that.
const EPSILON: f64 = 0.013;

/// Mean of columns of `[n, ..]`, and its standard error.
fn mean_of(x: &Tensor) -> (Tensor, Tensor) {
    let n = x.extent(0) as f64;
    (x.mean_over(0, false), (x.var_over(0, 1.0, false) * n.recip()).sqrt())
}

fn within(failures: &mut Failures, what: &str, x: &Tensor, truth: &Tensor, rounding: f64) {
    let (mean, error) = mean_of(x);
    failures.unless(mean.shape() == truth.shape(), || {
        format!("{what}: shape {:?} beside {:?}", truth.shape(), mean.shape())
    });
    for ((mean, error), truth) in numbers(&mean).iter().zip(numbers(&error)).zip(numbers(truth)) {
        let bound = ERRORS * error + rounding * truth.abs().max(1e-3);
        let off = (mean - truth).abs();
        failures.unless(off <= bound, || format!("{what} {truth:e}: draws say {mean:e} ± {error:e}"));
    }
}

#[test]
fn draws_have_the_stated_moments() {
    every(|row, member, d, failures| {
        for (dtype, rounding) in [(DType::F64, 1e-12), (DType::F32, 1e-5)] {
            let narrow: Vec<Tensor> = member.iter().map(|p| p.to_dtype(dtype)).collect();
            let own = (row.make)(&narrow).unwrap_or_else(|e| panic!("{}: {e}", row.name));
            let drawn = own.sample(Key::new(1).named(row.name), &[N]);
            failures
                .unless(own.support().holds(&drawn), || format!("{dtype}: a draw lies outside {:?}", own.support()));
            let x = drawn.to_dtype(DType::F64);
            if row.moments > 0 {
                within(failures, &format!("{dtype}: the mean"), &x, &d.mean(), rounding);
            }
            if row.moments > 1 {
                within(failures, &format!("{dtype}: the variance"), &(&x - d.mean()).square(), &d.variance(), rounding);
                failures.close("std", &d.std().square(), &d.variance(), 1e-12);
            }
            if row.has("rsample") {
                let again = own.rsample(Key::new(1).named(row.name), &[N]);
                failures.close("rsample beside sample", &again, &drawn, 0.0);
            }
        }
    });
}

#[test]
fn draws_follow_the_cdf() {
    every(|row, member, d, failures| {
        for dtype in [DType::F64, DType::F32] {
            let narrow: Vec<Tensor> = member.iter().map(|p| p.to_dtype(dtype)).collect();
            let own = (row.make)(&narrow).unwrap_or_else(|e| panic!("{}: {e}", row.name));
            let mut x = numbers(&own.sample(Key::new(2).named(row.name), &[N]));
            if !d.event_shape().is_empty() || d.cdf(&number(x[0])).is_none() {
                continue;
            }
            x.sort_unstable_by(f64::total_cmp);
            let at: Vec<f64> = (0..1000).map(|i| x[i * (N / 1000)]).collect();
            let truth = numbers(&d.cdf(&Tensor::from_vec(at.clone(), [1000])).expect("there is one"));
            // What rounds to an end of the type lies there together, and the cdf has no step.
            let ends = [x[0], x[N - 1]];
            for (at, truth) in at.iter().zip(truth).filter(|(at, _)| !row.has("rsample") || !ends.contains(at)) {
                let found = x.partition_point(|y| y <= at) as f64 / N as f64;
                failures.unless((found - truth).abs() <= EPSILON, || {
                    format!("{dtype}: {found} of the draws are up to {at:e}, expected {truth}")
                });
            }
        }
    });
}

#[test]
fn entropies_are_those_of_draws() {
    every(|row, _, d, failures| {
        failures.unless(d.entropy().is_some() == row.has("entropy"), || format!("entropy is {:?}", d.entropy()));
        if let Some(truth) = d.entropy() {
            let x = d.sample(Key::new(3).named(row.name), &[N]);
            within(failures, "the entropy", &-d.log_prob(&x), &truth, 1e-12);
        }
    });
}

/// ∫ f = 1 over the support of `q` by draws of `q`: E_q f/q = 1, with q the other member of a row on the same support.
#[test]
fn densities_of_vectors_integrate_to_one() {
    each_row(|row, failures| {
        if row.scalar.is_some() {
            return;
        }
        let make = |i: usize| (row.make)(&row.members[i]).unwrap_or_else(|e| panic!("{}: {e}", row.name));
        let (p, q) = (make(0), make(1));
        let even: Box<dyn Distribution> = Box::new(
            genai_prob::tensor::Mixture::new(
                genai_prob::tensor::Categorical::new(&Tensor::of([0.5, 0.5])).expect("weights"),
                Pair(p, q),
            )
            .expect("two components"),
        );
        let x = even.sample(Key::new(4).named(row.name), &[N]);
        let p = make(0);
        let ratio = (p.log_prob(&x) - even.log_prob(&x)).exp(); // at most 2: its error is stated by the draws
        within(failures, "∫ f =", &ratio, &number(1.0), 1e-12);
    });
}

/// Two distributions of the same event as a batch of two.
#[derive(Debug)]
struct Pair(Box<dyn Distribution>, Box<dyn Distribution>);

impl Pair {
    fn both(&self, one: impl Fn(&dyn Distribution, usize) -> Tensor, axis: isize) -> Tensor {
        Tensor::stack(&[&one(&*self.0, 0), &one(&*self.1, 1)], axis)
    }
}

impl Distribution for Pair {
    fn batch_shape(&self) -> &[usize] {
        &[2]
    }

    fn event_shape(&self) -> &[usize] {
        self.0.event_shape()
    }

    fn support(&self) -> genai_prob::tensor::Constraint {
        self.0.support()
    }

    fn log_prob(&self, x: &Tensor) -> Tensor {
        let axis = -1 - self.event_shape().len() as isize;
        self.both(|d, _| d.log_prob(&x.squeeze(axis)), -1)
    }

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        let axis = -1 - self.event_shape().len() as isize;
        self.both(|d, i| d.sample(key.split(i as u64), shape), axis)
    }

    fn mean(&self) -> Tensor {
        self.both(|d, _| d.mean(), 0)
    }

    fn variance(&self) -> Tensor {
        self.both(|d, _| d.variance(), 0)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[test]
fn draws_do_not_depend_on_threads() {
    let pools = [1, 2, 3].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start"));
    every(|row, _, d, failures| {
        let draw = || numbers(&d.sample(Key::new(9).named(row.name), &[9_000]));
        let bits = |x: Vec<f64>| x.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        let [one, two, three] = [0, 1, 2].map(|i| bits(pools[i].install(draw)));
        failures.unless(one == two && one == three, || "bits depend on the threads".into());
        let other = bits(numbers(&d.sample(Key::new(10).named(row.name), &[9_000])));
        failures.unless(one != other, || "another key gives the same draws".into());
    });
}
