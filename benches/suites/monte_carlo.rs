//! NUTS: time of a transition, and minimum effective draws per second beside `nuts-rs` where the peers are built.

use criterion::Criterion;
use genai_benches::cases::{chains::TARGETS, prepare};
use genai_benches::protocol::Request;

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    for (name, ..) in TARGETS {
        let mut work = prepare(&mut Request::new("nuts").with("target", name)).expect("the case exists");
        criterion.bench_function(&format!("nuts/{name}"), |b| b.iter(|| work.once()));
    }
    criterion.final_summary();
    #[cfg(feature = "peers")]
    peer::compare(if std::env::args().any(|a| a == "--test") { 1 } else { 20 });
}

/// The same chains by `nuts-rs`: same targets, same starts, 1,000 draws after 1,000 of warm-up.
#[cfg(feature = "peers")]
mod peer {
    use genai_benches::cases::chains::{TARGETS, Target, start};
    use genai_models::core::random::Key;
    use genai_models::sampling::monte_carlo::{Chain as _, Nuts, Phase, diagnostics};
    use nuts_rs::rand::{Rng, SeedableRng, rngs::StdRng};
    use nuts_rs::{Chain, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError, Settings};
    use std::collections::HashMap;
    use std::time::Instant;

    /// Minimum effective draws per second, of the draws alone and with the warm-up.
    type Speed = [f64; 2];

    /// Prints the geometric means over seeds, which take turns.
    pub(super) fn compare(seeds: u64) {
        let (mut product, mut count) = (0.0, 0.0);
        for (name, dim, target) in TARGETS.into_iter().take(2) {
            let (mut ours, mut theirs) = ([0.0; 2], [0.0; 2]);
            for seed in 0..seeds {
                let pair = (own(dim, target, seed), of_nuts_rs(dim, target, seed));
                for i in 0..2 {
                    ours[i] += pair.0[i].ln() / seeds as f64;
                    theirs[i] += pair.1[i].ln() / seeds as f64;
                }
            }
            let ratio = [0, 1].map(|i| (ours[i] - theirs[i]).exp());
            println!(
                "{name}: {:.0} effective draws/s, nuts-rs {:.0}: {:.2} x; {:.2} x with the warm-up",
                ours[0].exp(),
                theirs[0].exp(),
                ratio[0],
                ratio[1]
            );
            (product, count) = (product + ratio[0].ln(), count + 1.0);
        }
        println!("geometric mean: {:.2} x nuts-rs", f64::exp(product / count));
    }

    fn own(dim: usize, target: Target, seed: u64) -> Speed {
        let mut rng = Key::new(seed).stream();
        let mut chain = Nuts::default().chain(target, &start(dim, &mut rng)).expect("a finite start");
        speed(|done| {
            let phase = if done < 1000 { Phase::WarmUp { done, of: 1000 } } else { Phase::Draw };
            chain.step(phase, &mut rng).expect("NUTS never fails");
            chain.position().to_vec()
        })
    }

    fn of_nuts_rs(dim: usize, target: Target, seed: u64) -> Speed {
        let settings = DiagNutsSettings { num_tune: 1000, ..DiagNutsSettings::default() };
        let math = CpuMath::new(Density { dim, target });
        let mut chain = settings.new_chain(0, math, &mut StdRng::seed_from_u64(seed)).expect("valid settings");
        chain.set_position(&start(dim, &mut Key::new(seed).stream())).expect("a finite start");
        speed(|_| chain.draw().expect("the density never fails").0.to_vec())
    }

    fn speed(mut draw: impl FnMut(usize) -> Vec<f64>) -> Speed {
        let begin = Instant::now();
        (0..1000).for_each(|i| drop(draw(i)));
        let warm = begin.elapsed().as_secs_f64();
        let draws: Vec<Vec<f64>> = (1000..2000).map(draw).collect();
        let whole = begin.elapsed().as_secs_f64();
        let column = |i: usize| draws.iter().map(|x| x[i]).collect::<Vec<f64>>();
        let least = (0..draws[0].len()).map(|i| diagnostics::ess_bulk(&[&column(i)])).fold(f64::INFINITY, f64::min);
        [least / (whole - warm), least / whole]
    }

    #[derive(Debug)]
    struct Density {
        dim: usize,
        target: Target,
    }

    #[derive(Debug)]
    struct Never;

    impl std::fmt::Display for Never {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "never")
        }
    }

    impl std::error::Error for Never {}

    impl LogpError for Never {
        fn is_recoverable(&self) -> bool {
            false
        }
    }

    impl HasDims for Density {
        fn dim_sizes(&self) -> HashMap<String, u64> {
            HashMap::from([("unconstrained_parameter".to_owned(), self.dim as u64)])
        }
    }

    impl CpuLogpFunc for Density {
        type LogpError = Never;
        type ExpandedVector = Vec<f64>;
        type FlowParameters = ();

        fn dim(&self) -> usize {
            self.dim
        }

        fn logp(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, Never> {
            Ok((self.target)(x, gradient))
        }

        fn expand_vector<R: Rng + ?Sized>(&mut self, _: &mut R, x: &[f64]) -> Result<Vec<f64>, CpuMathError> {
            Ok(x.to_vec())
        }
    }
}
