//! Draws and densities over arrays, beside `rand_distr` where the peers are built.

use criterion::Criterion;
use genai_benches::cases::prepare;
use genai_benches::protocol::Request;

const DRAWN: [&str; 9] =
    ["uniform", "normal", "exponential", "gamma", "gamma03", "beta", "poisson", "binomial", "categorical"];

/// Values of an array.
const N: usize = 10_000_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    for name in DRAWN {
        let mut work = prepare(&mut Request::new("fill").with("dist", name).with("n", N)).expect("the case exists");
        criterion.bench_function(&format!("fill/{name}"), |b| b.iter(|| work.once()));
        #[cfg(feature = "peers")]
        peer::fill(&mut criterion, name);
    }
    for name in ["normal", "gamma", "studentt"] {
        let mut work = prepare(&mut Request::new("density").with("dist", name).with("n", N)).expect("the case exists");
        criterion.bench_function(&format!("density/{name}"), |b| b.iter(|| work.once()));
    }
    let mut work = prepare(&mut Request::new("choose").with("n", 16)).expect("the case exists");
    criterion.bench_function("choose/16 rows", |b| b.iter(|| work.once()));
    #[cfg(feature = "peers")]
    {
        peer::choose(&mut criterion);
        peer::single(&mut criterion);
    }
    criterion.final_summary();
}

/// The same draws by `rand_distr` with rand's fast generator.
#[cfg(feature = "peers")]
mod peer {
    use criterion::Criterion;
    use genai_benches::inputs::tensor;
    use genai_models::prob::{continuous, discrete};
    use rand::distr::weighted::WeightedIndex;
    use rand::rngs::SmallRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::{
        Beta, Binomial, Distribution, Exp, Exp1, Gamma, Normal, Poisson, StandardNormal, StandardUniform,
    };

    pub(super) fn fill(criterion: &mut Criterion, name: &str) {
        let weights = WeightedIndex::new(1..=10).expect("positive weights");
        match name {
            "uniform" => time(criterion, name, |rng| StandardUniform.sample(rng)),
            "normal" => time(criterion, name, |rng| StandardNormal.sample(rng)),
            "exponential" => time(criterion, name, |rng| Exp1.sample(rng)),
            "gamma" => of(criterion, name, &Gamma::new(2.5, 1.0).expect("valid")),
            "gamma03" => of(criterion, name, &Gamma::new(0.3, 1.0).expect("valid")),
            "beta" => of(criterion, name, &Beta::new(2.0, 5.0).expect("valid")),
            "poisson" => of(criterion, name, &Poisson::new(50.0).expect("valid")),
            "binomial" => {
                let d = Binomial::new(100, 0.4).expect("valid");
                time(criterion, name, move |rng| d.sample(rng) as f64);
            }
            _ => time(criterion, name, move |rng| rng.sample(&weights) as f64),
        }
    }

    fn of(criterion: &mut Criterion, name: &str, d: &impl Distribution<f64>) {
        time(criterion, name, |rng| d.sample(rng));
    }

    fn time(criterion: &mut Criterion, name: &str, draw: impl Fn(&mut SmallRng) -> f64) {
        let (mut out, mut rng) = (vec![0.0; super::N], SmallRng::seed_from_u64(1));
        let id = format!("fill/{name}/rand_distr");
        criterion.bench_function(&id, |b| b.iter(|| out.iter_mut().for_each(|x| *x = draw(&mut rng))));
    }

    /// One draw from each of 16 rows of 32,000 weights.
    pub(super) fn choose(criterion: &mut Criterion) {
        let weights = tensor(&[16, 32_000], 1, 8.0).softmax(-1).to_vec::<f32>();
        let mut rng = SmallRng::seed_from_u64(1);
        let mut draw = || -> usize {
            let rows = weights.chunks(32_000).map(|row| WeightedIndex::new(row).expect("positive weights"));
            rows.map(|row| row.sample(&mut rng)).sum()
        };
        criterion.bench_function("choose/16 rows/rand", |b| b.iter(&mut draw));
    }

    /// One value after the other from the same generator, ours and theirs.
    pub(super) fn single(criterion: &mut Criterion) {
        let valid = "valid parameters";
        let normal = Normal::new(0.3, 1.7).expect(valid);
        pair(criterion, "normal", &continuous::Normal::new(0.3, 1.7).expect(valid), &normal);
        let exponential = Exp::new(1.5).expect(valid);
        pair(criterion, "exponential", &continuous::Exponential::new(1.5).expect(valid), &exponential);
        let gamma = Gamma::new(2.5, 1.0).expect(valid);
        pair(criterion, "gamma", &continuous::Gamma::new(2.5, 1.0).expect(valid), &gamma);
        let beta = Beta::new(2.0, 5.0).expect(valid);
        pair(criterion, "beta", &continuous::Beta::new(2.0, 5.0).expect(valid), &beta);
        let poisson = Poisson::new(50.0).expect(valid);
        pair(criterion, "poisson", &discrete::Poisson::new(50.0).expect(valid), &poisson);
        let binomial = Binomial::new(100, 0.4).expect(valid).map(|k| k as f64);
        pair(criterion, "binomial", &discrete::Binomial::new(100.0, 0.4).expect(valid), &binomial);
    }

    fn pair(criterion: &mut Criterion, name: &str, ours: &impl Distribution<f64>, theirs: &impl Distribution<f64>) {
        one(criterion, &format!("single/{name}"), ours);
        one(criterion, &format!("single/{name}/rand_distr"), theirs);
    }

    fn one(criterion: &mut Criterion, name: &str, d: &impl Distribution<f64>) {
        let mut rng = SmallRng::seed_from_u64(1);
        criterion.bench_function(name, |b| b.iter(|| (0..1000).map(|_| d.sample(&mut rng)).sum::<f64>()));
    }
}
