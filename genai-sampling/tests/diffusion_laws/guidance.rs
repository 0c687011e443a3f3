//! Guidance: what the scale 1 is, which way a larger one pushes, and that denoisers nest.

use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::diffusion::exact::GaussianMixture;
use genai_sampling::diffusion::guidance::{AutoGuidance, Classifier, ClassifierFree, Projected};
use genai_sampling::diffusion::solver::{Heun, sample};
use genai_sampling::diffusion::{Denoise, Denoiser, Level, Path as _, Step, VarianceExploding, grid, normal};

const LEVEL: Level = Level { alpha: 1.0, sigma: 0.6, time: 0.6 };

fn one(at: f64) -> GaussianMixture {
    GaussianMixture::new(&[1.0], &[vec![at, 0.0]], 0.1).expect("a valid mixture")
}

fn two() -> GaussianMixture {
    GaussianMixture::new(&[0.5, 0.5], &[vec![1.0, 0.0], vec![-1.0, 0.0]], 0.1).expect("a valid mixture")
}

fn outputs(mut denoiser: impl Denoiser<f64>) -> Vec<f64> {
    outputs_of(&mut denoiser)
}

fn outputs_of(denoiser: &mut impl Denoiser<f64>) -> Vec<f64> {
    let x = [0.2, -0.7, 1.4, 0.3];
    let mut out = [0.0; 4];
    denoiser.predict(&x, LEVEL, &mut out).expect("a valid denoiser");
    out.to_vec()
}

fn near(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12)
}

#[test]
fn a_scale_of_1_is_the_conditional_and_of_0_the_other() {
    let (conditional, unconditional) = (outputs(one(1.0)), outputs(two()));
    let free = |scale| ClassifierFree::new(one(1.0), two(), scale).expect("a finite scale");
    assert!(near(&outputs(free(1.0)), &conditional) && near(&outputs(free(0.0)), &unconditional));
    let auto = |scale| AutoGuidance::new(one(1.0), two(), scale).expect("a finite scale");
    assert!(near(&outputs(auto(1.0)), &conditional) && near(&outputs(auto(2.5)), &outputs(free(2.5))));
    let projected = Projected::new(one(1.0), two(), 1.0).expect("a finite scale");
    assert!(near(&outputs(projected), &conditional));
    // all of the parallel part, no momentum and no bound: classifier-free
    let mut all = Projected::new(one(1.0), two(), 3.0).expect("a finite scale");
    all.parallel = 1.0;
    assert!(near(&outputs(all), &outputs(free(3.0))));
    // outside its interval guidance does nothing
    assert!(near(&outputs(free(3.0).within(1.0..=2.0)), &conditional));
    assert!(near(&outputs(free(3.0).within(0.5..=2.0)), &outputs(free(3.0))));
    // guidance of guidance
    let nested = ClassifierFree::new(free(2.0), two(), 1.0).expect("a finite scale");
    assert!(near(&outputs(nested), &outputs(free(2.0))));
}

#[test]
fn projection_takes_the_parallel_part_away() {
    let conditional = outputs(one(1.0));
    let guided = outputs(Projected::new(one(1.0), two(), 4.0).expect("a finite scale"));
    let along: f64 = guided.iter().zip(&conditional).map(|(g, c)| (g - c) * c).sum();
    assert!(along.abs() < 1e-12 && !near(&guided, &conditional));
    let mut bounded = Projected::new(one(1.0), two(), 4.0).expect("a finite scale");
    bounded.parallel = 1.0;
    bounded.radius = 0.01;
    let moved: f64 = outputs(bounded).iter().zip(&conditional).map(|(g, c)| (g - c).powi(2)).sum::<f64>().sqrt();
    assert!((moved - 3.0 * 0.01).abs() < 1e-9);
}

#[test]
fn rescaling_brings_the_deviation_back() {
    let deviation = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|x| (x - mean).powi(2)).sum::<f64>().sqrt()
    };
    let free = ClassifierFree::new(one(1.0), two(), 5.0).expect("a finite scale").rescaled(1.0, 2);
    let (guided, conditional) = (outputs(free), outputs(one(1.0)));
    for (guided, conditional) in guided.chunks(2).zip(conditional.chunks(2)) {
        assert!((deviation(guided) - deviation(conditional)).abs() < 1e-9);
    }
}

#[test]
fn a_classifier_s_gradient_leads_to_its_class() {
    // ln p(right | x) of two normal distributions at ±1 at a level: the exact gradient is that of a logistic function
    let gradient = |x: &[f64], level: Level, out: &mut [f64]| -> Result<(), Error> {
        let variance = 0.01 + level.sigma.powi(2);
        for (x, out) in x.chunks_exact(2).zip(out.chunks_exact_mut(2)) {
            let slope = 2.0 / variance;
            out[0] = slope / (1.0 + (slope * x[0]).exp());
            out[1] = 0.0;
        }
        Ok(())
    };
    let mut guided = Classifier::new(two(), gradient, 1.0).expect("a finite scale");
    // Bayes: the guided denoiser is that of the right class
    assert!(outputs_of(&mut guided).iter().zip(outputs(one(1.0))).all(|(a, b)| (a - b).abs() < 1e-9));
    let mut x = vec![0.0; 200];
    normal(Key::new(1))(&mut x);
    x.iter_mut().for_each(|x| *x *= 20.0);
    let sigmas = grid::karras(40, 0.01, 20.0, 7.0);
    let steps = Step::between(sigmas.into_iter().map(|sigma| VarianceExploding.at_ratio(sigma)));
    let mut denoise = Denoise::new(&mut guided, &VarianceExploding);
    sample(&Heun::default(), &mut denoise, &mut x, &steps).expect("finite");
    assert!(x.chunks_exact(2).all(|x| (x[0] - 1.0).abs() < 0.5));
}
