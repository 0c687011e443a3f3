//! Selections: their distribution, their memory.

use super::{assert_likely, softmax};
use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::token::{Candidates, Greedy, Gumbel, Mirostat, MirostatV1, Multinomial, Select, Temperature, TopK};
use genai_sampling::token::{Chain, Processor};

/// Logits of several sizes and widths; the last is a law of Zipf.
fn vocabularies() -> Vec<Vec<f32>> {
    let normal = |(n, width): (usize, f32)| {
        let mut logits = vec![0.0; n];
        Key::new(7).split(n as u64).normal_f32(&mut logits);
        logits.iter_mut().for_each(|x| *x *= width);
        logits
    };
    let mut all: Vec<Vec<f32>> =
        [(1, 1.0), (2, 1.0), (30, 2.0), (1100, 1.5), (5000, 3.0), (20_000, 6.0)].map(normal).into();
    all.push((1..3000).map(|rank| -(rank as f32).ln()).collect());
    all.push((0..3000).map(|i| if i % 3 == 0 { f32::NEG_INFINITY } else { (i % 5) as f32 }).collect());
    all
}

#[test]
fn draws_have_the_probabilities_of_the_softmax() -> Result<(), Error> {
    let rows: [(&str, Box<dyn Select>); 2] = [("multinomial", Box::new(Multinomial)), ("Gumbel", Box::new(Gumbel))];
    for (name, mut select) in rows {
        for (index, mut logits) in vocabularies().into_iter().enumerate() {
            let chain = Chain::new().then(Temperature::new(0.8)?);
            let (mut after, mut counts, vocabulary) = (logits.clone(), vec![0u32; logits.len()], logits.len());
            chain.apply(&[], &mut after)?;
            let mut stream = Key::new(8).split(index as u64).stream();
            let mut candidates = Candidates::new(&mut logits);
            chain.process(&[], &mut candidates)?;
            for _ in 0..(10_000_000 / vocabulary).clamp(1_000, 10_000) {
                counts[select.select(&mut candidates, &mut stream)? as usize] += 1;
            }
            assert_likely(&softmax(&after), &counts, name);
        }
    }
    Ok(())
}

/// Draws from a list equal in distribution those from all logits.
#[test]
fn gumbel_draws_from_a_list_too() -> Result<(), Error> {
    let mut logits = vocabularies().swap_remove(4);
    let mut after = logits.clone();
    let chain = Chain::new().then(TopK::new(40)?);
    chain.apply(&[], &mut after)?;
    let (mut counts, mut stream) = (vec![0u32; logits.len()], Key::new(9).stream());
    let mut candidates = Candidates::new(&mut logits);
    chain.process(&[], &mut candidates)?;
    for _ in 0..10_000 {
        counts[Gumbel.select(&mut candidates, &mut stream)? as usize] += 1;
    }
    assert_likely(&softmax(&after), &counts, "Gumbel of a list");
    Ok(())
}

type Bounded = (&'static str, fn(f64, f64) -> Result<Box<dyn Bound>, Error>);

/// A selection that holds the surprise by a bound.
trait Bound: Select {
    fn bound(&self) -> f64;
}

impl Bound for Mirostat {
    fn bound(&self) -> f64 {
        Self::bound(self)
    }
}

impl Bound for MirostatV1 {
    fn bound(&self) -> f64 {
        Self::bound(self)
    }
}

const MIROSTATS: [Bounded; 2] = [
    ("mirostat 2", |tau, eta| Ok(Box::new(Mirostat::new(tau, eta)?))),
    ("mirostat 1", |tau, eta| Ok(Box::new(MirostatV1::new(tau, eta)?))),
];

/// Logits of one step of a text, different at each.
fn step(i: u64) -> Vec<f32> {
    let mut logits = vec![0.0; 500];
    Key::new(10).split(i).normal_f32(&mut logits);
    logits.iter_mut().for_each(|x| *x *= 2.0);
    logits
}

/// The bound follows from the surprise among what was left, and so the mean surprise is the one that was asked for.
#[test]
fn mirostat_holds_the_surprise() -> Result<(), Error> {
    for (name, make) in MIROSTATS {
        for (tau, eta) in [(2.0, 0.1), (4.0, 0.3)] {
            let (mut mirostat, mut stream, mut sum) = (make(tau, eta)?, Key::new(11).stream(), 0.0);
            for i in 0..2000 {
                let (mut logits, bound) = (step(i), mirostat.bound());
                let all = softmax(&logits);
                let mut candidates = Candidates::new(&mut logits);
                let token = mirostat.select(&mut candidates, &mut stream)?;
                let left: f64 = candidates.iter().map(|(token, _)| all[token as usize]).sum();
                let surprise = -(all[token as usize] / left).log2();
                let expected = bound - eta * (surprise - tau);
                assert!((mirostat.bound() - expected).abs() < 1e-5, "{name}: {} not {expected}", mirostat.bound());
                sum += surprise;
            }
            let mean = sum / 2000.0;
            assert!((mean - tau).abs() < 0.05, "{name}: {mean} bits, {tau} were asked for");
        }
    }
    Ok(())
}

/// The second version leaves what is less surprising than the bound; the first a top-k by the formula of the paper.
#[test]
fn mirostat_leaves_what_it_should() -> Result<(), Error> {
    let mut stream = Key::new(12).stream();
    let mut mirostat = Mirostat::new(3.0, 0.1)?;
    for i in 0..100 {
        let (mut logits, bound) = (step(i), mirostat.bound());
        let surprising = softmax(&logits).into_iter().filter(|p| -p.log2() <= bound).count();
        let mut candidates = Candidates::new(&mut logits);
        mirostat.select(&mut candidates, &mut stream)?;
        assert_eq!(candidates.len(), surprising.max(1));
    }
    for (exponent, tau) in [(1.2f64, 2.0f64), (0.8, 3.0), (2.0, 1.0)] {
        let mut logits: Vec<f32> = (1..=1000).map(|rank| (-exponent * f64::from(rank).ln()) as f32).collect();
        let epsilon = exponent - 1.0;
        let inside = epsilon * (2.0 * tau).exp2() / (1.0 - 1000f64.powf(-epsilon));
        let k = inside.powf(1.0 / exponent);
        let mut candidates = Candidates::new(&mut logits);
        MirostatV1::new(tau, 0.1)?.select(&mut candidates, &mut stream)?;
        assert!((candidates.len() as f64 - k).abs() <= 1.001, "{} of {k}", candidates.len());
    }
    Ok(())
}

/// Rewound by n tokens, a selection chooses as it did n tokens ago; a fresh one as at the beginning.
#[test]
fn rewinding_undoes_selecting() -> Result<(), Error> {
    for (name, make) in MIROSTATS {
        let mut mirostat = make(3.0, 0.2)?;
        let run = |mirostat: &mut Box<dyn Bound>, from: u64| -> Result<Vec<(u32, f64)>, Error> {
            (from..20)
                .map(|i| {
                    let token = mirostat.select(&mut Candidates::new(&mut step(i)), &mut Key::new(i).stream())?;
                    Ok((token, mirostat.bound()))
                })
                .collect()
        };
        let start = mirostat.bound();
        let all = run(&mut mirostat, 0)?;
        for n in [1, 5, 19] {
            mirostat.rewind(n);
            assert_eq!(run(&mut mirostat, 20 - n as u64)?, all[20 - n..], "{name} by {n}");
        }
        mirostat.rewind(20);
        assert_eq!(mirostat.bound(), start);
        mirostat.rewind(1000);
        assert_eq!(run(&mut mirostat, 0)?, all, "{name} by more than there is");
    }
    Ok(())
}

#[test]
fn selections_of_nothing_are_errors() {
    type Make = fn() -> Result<Box<dyn Select>, Error>;
    let rows: [Make; 5] = [
        || Ok(Box::new(Greedy)),
        || Ok(Box::new(Multinomial)),
        || Ok(Box::new(Gumbel)),
        || Ok(Box::new(Mirostat::new(5.0, 0.1)?)),
        || Ok(Box::new(MirostatV1::new(5.0, 0.1)?)),
    ];
    for make in rows {
        let message = |logits: &mut [f32]| -> Result<String, Error> {
            let mut select = make()?;
            let result = select.select(&mut Candidates::new(logits), &mut Key::new(0).stream());
            Ok(result.expect_err("no token").to_string())
        };
        let inf = f32::INFINITY;
        assert_eq!(message(&mut []).expect("made"), "logits: the vocabulary is empty");
        assert_eq!(message(&mut [0.0, f32::NAN]).expect("made"), "logits: that of token 1 is NaN");
        assert_eq!(message(&mut [0.0, inf]).expect("made"), "logits: that of token 1 is +∞");
        assert_eq!(message(&mut [-inf; 9]).expect("made"), "logits: all are −∞, no token is left to choose");
    }
    for (tau, eta) in [(0.0, 0.1), (f64::NAN, 0.1), (5.0, 0.0), (5.0, f64::INFINITY)] {
        assert!(Mirostat::new(tau, eta).is_err() && MirostatV1::new(tau, eta).is_err());
    }
}
