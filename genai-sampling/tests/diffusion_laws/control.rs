//! Control with several solvers: what is known comes out, and measurements agree.

use genai_core::random::Key;
use genai_sampling::diffusion::control::{
    Blur, Downsample, Keep, MaskBlend, Measurement, Posterior, RePaint, image_to_image,
};
use genai_sampling::diffusion::exact::GaussianMixture;
use genai_sampling::diffusion::solver::{Ddim, DpmMultistep, EulerAncestral, Heun, Solver, sample, sample_with};
use genai_sampling::diffusion::{Betas, Denoise, Discrete, Level, Path as _, Step, VarianceExploding, grid, normal};

fn solvers() -> Vec<(&'static str, Box<dyn Solver<f64>>)> {
    vec![
        ("DDIM", Box::new(Ddim::default())),
        ("Heun", Box::new(Heun::default())),
        ("DPM++2M", Box::new(DpmMultistep::default())),
        ("Euler ancestral", Box::new(EulerAncestral)),
    ]
}

fn steps() -> Vec<Step> {
    let sigmas = grid::karras(60, 0.02, 20.0, 7.0);
    Step::between(sigmas.into_iter().map(|sigma| VarianceExploding.at_ratio(sigma)).chain([Level::CLEAN]))
}

fn start(count: usize) -> Vec<f64> {
    let mut x = vec![0.0; count];
    normal(Key::new(4))(&mut x);
    x.iter_mut().for_each(|x| *x *= 20.0);
    x
}

/// Images of two by two pixels: bright on the left or on the right.
fn images() -> GaussianMixture {
    GaussianMixture::new(&[0.5, 0.5], &[vec![1.0, 0.0, 1.0, 0.0], vec![0.0, 1.0, 0.0, 1.0]], 0.1).expect("valid")
}

#[test]
fn a_strength_of_0_changes_nothing_and_a_small_one_little() {
    let steps = steps();
    for (name, solver) in solvers() {
        let mut model = images();
        let mut denoise = Denoise::new(&mut model, &VarianceExploding).with_noise(normal(Key::new(2)));
        let clean = [0.95, 0.02, 1.05, -0.03];
        let mut x = clean;
        let none = image_to_image(&mut denoise, &mut x, &steps, 0.0).expect("a valid strength");
        assert!(none.is_empty() && x == clean);
        let rest = image_to_image(&mut denoise, &mut x, &steps, 0.3).expect("a valid strength");
        assert!((rest[0].from.sigma - steps[steps.len() - 18].from.sigma).abs() < 1e-12);
        let rest = Step::from_pairs(rest.iter().map(|step| (step.from, step.to)));
        sample(&*solver, &mut denoise, &mut x, &rest).expect("finite");
        assert!(x.iter().zip(clean).all(|(x, clean)| (x - clean).abs() < 0.6), "{name}: {x:?}");
    }
}

#[test]
fn a_mask_keeps_what_is_known() {
    for (name, solver) in solvers() {
        let mut model = images();
        let mut denoise = Denoise::new(&mut model, &VarianceExploding).with_noise(normal(Key::new(2)));
        let (known, mask) = ([0.9, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]);
        let blend = MaskBlend::new(&known, &mask, &[0.4; 4]).expect("equal lengths");
        let mut x = start(4);
        sample_with(&*solver, &mut denoise, &mut x, &steps(), |_, x, step| blend.apply(x, step)).expect("finite");
        assert_eq!(x[0], 0.9, "{name}");
        assert!(x[2] > 0.5 && x[1] < 0.5, "{name}: the left is bright in {x:?}");
    }
}

#[test]
fn repaint_agrees_with_the_known_part() {
    let path = Discrete::new(&Betas::Linear { start: 1e-3, end: 0.05 }, 200).expect("valid betas");
    let times = RePaint::<f64>::times(&path, 20, 5, 10).expect("valid jumps");
    assert_eq!(times[0], 190);
    assert_eq!(times[times.len() - 1], 0);
    let mut bright = 0;
    for seed in 0..10 {
        let mut model = images();
        let mut denoise = Denoise::new(&mut model, &path).with_noise(normal(Key::new(seed)));
        let repaint = RePaint::new(&[1.0, 0.0, 0.0, 0.0], &[1.0, 0.0, 0.0, 0.0]).expect("equal lengths");
        let mut x = vec![0.0; 4];
        normal(Key::new(100 + seed))(&mut x);
        let solver = Ddim { eta: 1.0, consistent: false };
        let moves = RePaint::<f64>::moves(&path, &times, 20);
        repaint.sample(&solver, &mut denoise, &mut x, &moves).expect("finite");
        assert_eq!(x[0], 1.0);
        bright += usize::from(x[2] > 0.5 && x[1] < 0.5);
    }
    assert!(bright >= 9, "{bright} of 10 agree");
}

#[test]
fn transposes_are_transposes() {
    let rows: [(&str, Box<dyn Measurement<f64>>); 3] = [
        ("keep", Box::new(Keep(vec![3, 0, 17]))),
        ("downsample", Box::new(Downsample { height: 4, width: 6, factor: 2 })),
        ("blur", Box::new(Blur { height: 4, width: 6, kernel: vec![0.5, 0.3, 0.15, 0.05, 0.0] })),
    ];
    for (name, map) in rows {
        let x: Vec<f64> = (0..48).map(|i| f64::from(i * 7 % 11)).collect();
        let length = map.length(48).expect("two planes");
        let y: Vec<f64> = (0..length).map(|i| (i as f64 * 0.7).sin()).collect();
        let (mut ax, mut aty) = (vec![0.0; length], vec![0.0; 48]);
        map.apply(&x, &mut ax);
        map.transpose(&y, &mut aty);
        let (left, right): (f64, f64) =
            (ax.iter().zip(&y).map(|(a, b)| a * b).sum(), x.iter().zip(&aty).map(|(a, b)| a * b).sum());
        assert!((left - right).abs() < 1e-9, "{name}: {left} and {right}");
    }
    let blur = Blur::gaussian(3, 3, 0.5);
    assert!((blur.kernel.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn inverse_problems_agree_with_their_measurement() {
    let rows: [Problem; 3] = [
        ("inpainting", Box::new(Keep(vec![0])), vec![1.05]),
        ("super-resolution", Box::new(Downsample { height: 2, width: 2, factor: 2 }), vec![0.55]),
        (
            "deblurring",
            Box::new(Blur { height: 2, width: 2, kernel: vec![0.0, 0.75, 0.25] }),
            vec![0.75, 0.0, 0.56, 0.0],
        ),
    ];
    for (problem, measurement, y) in &rows {
        for (name, solver) in solvers() {
            let map = &**measurement;
            let mut model = Posterior::new(images(), Borrowed(map), y, 0.02).expect("a valid measurement");
            let mut denoise = Denoise::new(&mut model, &VarianceExploding).with_noise(normal(Key::new(2)));
            let mut x = start(4);
            sample(&*solver, &mut denoise, &mut x, &steps()).expect("finite");
            let mut got = vec![0.0; y.len()];
            map.apply(&x, &mut got);
            let off = got.iter().zip(y).map(|(got, y)| (got - y).abs()).fold(0.0, f64::max);
            assert!(off < 0.2, "{problem} with {name}: off by {off}, {x:?}");
            if *problem != "super-resolution" {
                assert!(x[0] > 0.6 && x[2] > 0.6 && x[1] < 0.4, "{problem} with {name}: {x:?}");
            }
        }
    }
}

/// Its name, the measurement, and what was measured.
type Problem = (&'static str, Box<dyn Measurement<f64>>, Vec<f64>);

/// A measurement by reference.
struct Borrowed<'a>(&'a dyn Measurement<f64>);

impl Measurement<f64> for Borrowed<'_> {
    fn length(&self, of: usize) -> Result<usize, genai_sampling::Error> {
        self.0.length(of)
    }

    fn apply(&self, x: &[f64], out: &mut [f64]) {
        self.0.apply(x, out);
    }

    fn transpose(&self, y: &[f64], out: &mut [f64]) {
        self.0.transpose(y, out);
    }
}
