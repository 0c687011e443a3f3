//! Random numbers: known answers, the same bits for any number of threads, and the distributions that they claim.
//!
//! Seeds are fixed, so a passing test passes for ever; each statistical test was given an error rate of 1e-6 (chance that a
//! correct generator with another seed fails it).
#![cfg(test)]

use std::collections::HashSet;

use genai_core::kernels::{Isa, with_isa};
use genai_core::random::{Key, Stream, philox4x32};
use rand_core::{RngCore, SeedableRng};

const Z: f64 = 4.9; // two-sided 1e-6 quantile of the normal distribution

/// From Random123's `kat_vectors`: counter, key, block.
#[test]
fn philox_gives_the_known_answers() {
    #[rustfmt::skip]
    let rows = [
        ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
        ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
        ([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
         [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
    ];
    for (counter, key, block) in rows {
        assert_eq!(philox4x32(counter, key), block);
    }
}

/// From state 1, 2, 3, 4, as in the generator's reference implementation (also the test of `rand_xoshiro`).
#[test]
fn stream_gives_the_known_answers_of_xoshiro() {
    let mut stream = Stream::try_from([1, 2, 3, 4, 0, 0]).expect("a state");
    #[rustfmt::skip]
    let expected = [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205, 9973669472204895162,
        14011001112246962877, 12406186145184390807, 15849039046786891736, 10450023813501588000];
    assert_eq!(expected.map(|_| stream.next_u64()), expected);
}

/// A fill of every kind, as bits.
fn fills(key: Key, n: usize) -> Vec<(&'static str, Vec<u64>)> {
    macro_rules! bits {
        ($zero:expr, $fill:expr, $bits:expr) => {{
            let mut out = vec![$zero; n];
            $fill(&mut out[..]);
            out.into_iter().map($bits).collect()
        }};
    }
    vec![
        ("uniform_f32", bits!(0f32, |x: &mut [_]| key.uniform_f32(x), |x| x.to_bits().into())),
        ("uniform_f64", bits!(0f64, |x: &mut [_]| key.uniform_f64(x), f64::to_bits)),
        ("normal_f32", bits!(0f32, |x: &mut [_]| key.normal_f32(x), |x| x.to_bits().into())),
        ("normal_f64", bits!(0f64, |x: &mut [_]| key.normal_f64(x), f64::to_bits)),
        ("bernoulli", bits!(false, |x: &mut [_]| key.bernoulli(0.3, x), u64::from)),
        ("mask_f32", bits!(0f32, |x: &mut [_]| key.mask_f32(0.9, x), |x| x.to_bits().into())),
        ("below", bits!(0i64, |x: &mut [_]| key.below(1000, x), |x| x as u64)),
        ("below_most", bits!(0i64, |x: &mut [_]| key.below((1 << 63) - 1, x), |x| x as u64)),
    ]
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    let n = 1_000_003;
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| fills(Key::new(1), n))
    };
    let one = on(1);
    for threads in [2, 3] {
        for ((name, a), (_, b)) in one.iter().zip(on(threads)) {
            assert!(*a == b, "{name} on {threads} threads");
        }
    }
}

#[test]
fn bits_do_not_depend_on_the_instruction_set() {
    let on = |isa| with_isa(isa, || fills(Key::new(2), 10_000));
    for ((name, a), (_, b)) in on(Isa::Portable).iter().zip(on(Isa::Avx512)) {
        assert!(*a == b, "{name}");
    }
}

#[test]
fn a_shorter_fill_begins_a_longer_one() {
    let long = fills(Key::new(3), 9000);
    for n in [0, 1, 255, 256, 257, 513, 4095, 4096, 4097, 8999] {
        for ((name, long), (_, short)) in long.iter().zip(fills(Key::new(3), n)) {
            assert!(long[..n] == short, "{name} of {n}");
        }
    }
}

#[test]
fn keys_differ() {
    let mut keys = HashSet::new();
    for seed in [0, 1, u64::MAX] {
        let key = Key::new(seed);
        assert!(keys.insert(key));
        assert!((0..10_000).chain([u64::MAX]).all(|i| keys.insert(key.split(i))));
        assert!((0..100).all(|i| keys.insert(key.split(0).split(i))));
        for name in ["", "\0", "a", "b", "ab", "a\0", "abcdefgh", "abcdefgh\0", "abcdefghi", "h.0.attn", "h.1.attn"] {
            assert!(keys.insert(key.named(name)), "{name:?}");
        }
    }
}

#[test]
fn neighbouring_keys_are_uncorrelated() {
    let n = 100_000;
    let normal = |key: Key| {
        let mut out = vec![0.0; n];
        key.normal_f64(&mut out);
        out
    };
    let key = Key::new(4);
    let rows = [key, Key::new(5), key.split(0), key.split(1), key.named("a"), key.named("b")].map(normal);
    for (i, a) in rows.iter().enumerate() {
        for b in &rows[..i] {
            let sum: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            assert!((sum / (n as f64).sqrt()).abs() < Z, "row {i}");
        }
        let serial: f64 = a.windows(2).map(|w| w[0] * w[1]).sum();
        assert!((serial / (n as f64).sqrt()).abs() < Z, "row {i}, lag 1");
    }
}

/// Kolmogorov–Smirnov at 1e-6: √n · sup |F_n − F| < √(ln(2/1e-6)/2).
fn assert_distribution(name: &str, mut x: Vec<f64>, cdf: impl Fn(f64) -> f64) {
    x.sort_by(f64::total_cmp);
    let n = x.len() as f64;
    let worst = x.iter().enumerate().map(|(i, &x)| {
        let f = cdf(x);
        (f - i as f64 / n).abs().max((f - (i + 1) as f64 / n).abs())
    });
    let statistic = worst.fold(0.0, f64::max) * n.sqrt();
    assert!(statistic < 2.694, "{name}: KS {statistic}");
}

/// Mean of xᵏ against the truth, within 4.9 standard errors, for k = 1 … 4.
fn assert_moments(name: &str, x: &[f64], moments: [f64; 8]) {
    for k in 1..=4 {
        let mean = x.iter().map(|x| x.powi(k)).sum::<f64>() / x.len() as f64;
        let (truth, second) = (moments[k as usize - 1], moments[2 * k as usize - 1]);
        let error = ((second - truth * truth) / x.len() as f64).sqrt();
        assert!((mean - truth).abs() < Z * error, "{name}: moment {k} is {mean}");
    }
}

#[test]
fn values_have_their_distributions() {
    let (n, key) = (1_000_000, Key::new(6));
    let (mut a, mut b) = (vec![0f32; n], vec![0f64; n]);
    let uniform: [f64; 8] = std::array::from_fn(|i| 1.0 / (i as f64 + 2.0));
    let normal = [0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0, 105.0];
    let exponential = [1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0];
    let normal_cdf = |x: f64| 0.5 * libm::erfc(-x / 2f64.sqrt());
    let check = |name: &str, x: Vec<f64>, moments, cdf: &dyn Fn(f64) -> f64| {
        assert!(x.iter().all(|x| x.is_finite()), "{name}");
        assert_moments(name, &x, moments);
        assert_distribution(name, x, cdf);
    };
    let wide = |x: &[f32]| x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();

    key.uniform_f32(&mut a);
    check("uniform_f32", wide(&a), uniform, &|x| x);
    key.uniform_f64(&mut b);
    check("uniform_f64", b.clone(), uniform, &|x| x);
    key.normal_f32(&mut a);
    check("normal_f32", wide(&a), normal, &normal_cdf);
    key.normal_f64(&mut b);
    check("normal_f64", b, normal, &normal_cdf);
    let mut stream = key.stream();
    check("stream uniform", (0..n).map(|_| stream.uniform()).collect(), uniform, &|x| x);
    check("stream normal", (0..n).map(|_| stream.normal()).collect(), normal, &normal_cdf);
    check("stream exponential", (0..n).map(|_| stream.exponential()).collect(), exponential, &|x| -(-x).exp_m1());
}

/// The two values of a Box–Muller pair, against the library functions.
#[test]
fn normal_values_are_accurate() {
    let key = Key::new(7);
    let (mut single, mut double) = (vec![0f32; 512], vec![0f64; 256]);
    key.normal_f32(&mut single);
    key.normal_f64(&mut double);
    let mut bits = vec![0i64; 256];
    key.below(1 << 63, &mut bits); // the upper 63 bits of the same words
    for i in 0..256 {
        let (x, y) = (f64::from(single[i]), f64::from(single[256 + i]));
        let turn = (bits[i] as f64 / 2f64.powi(63)).fract() * std::f64::consts::TAU;
        let distance = (y.atan2(x) - turn).rem_euclid(std::f64::consts::TAU);
        assert!(distance.min(std::f64::consts::TAU - distance) < 1e-6, "angle of {x}, {y}");
    }
    for i in 0..128 {
        let u = bits[i] as f64 / 2f64.powi(63);
        let turn = bits[128 + i] as f64 / 2f64.powi(63) * std::f64::consts::TAU;
        let radius = (-2.0 * u.ln()).sqrt();
        assert!((double[i] - radius * turn.cos()).abs() < 1e-14 * radius.max(1.0), "cosine {i}");
        assert!((double[128 + i] - radius * turn.sin()).abs() < 1e-14 * radius.max(1.0), "sine {i}");
    }
}

/// χ² of counts against equal probabilities; Wilson & Hilferty's normal approximation at 1e-6.
fn assert_equal_counts(name: &str, counts: &[u64]) {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    let statistic: f64 = counts.iter().map(|&c| (c as f64 - expected).powi(2) / expected).sum();
    let d = counts.len() as f64 - 1.0;
    let z = ((statistic / d).cbrt() - 1.0 + 2.0 / (9.0 * d)) / (2.0 / (9.0 * d)).sqrt();
    assert!(z.abs() < Z, "{name}: χ² {statistic} at {d} degrees of freedom");
}

#[test]
fn integers_are_equally_likely() {
    let (key, draws) = (Key::new(8), 600_000);
    let mut out = vec![0; draws];
    for n in [2, 6, 10, 257] {
        let (mut counts, mut one_by_one, mut stream) = (vec![0; n], vec![0; n], key.split(n as u64).stream());
        key.below(n as u64, &mut out);
        out.iter().for_each(|&i| counts[i as usize] += 1);
        (0..draws).for_each(|_| one_by_one[stream.below(n as u64) as usize] += 1);
        assert_equal_counts("below", &counts);
        assert_equal_counts("stream below", &one_by_one);
    }
    // With a modulo, the lower half of 0 … ¾·2⁶³ would be drawn twice as often as the rest.
    let n = 3 << 61;
    key.below(n, &mut out);
    let mut thirds = [0; 3];
    out.iter().for_each(|&i| thirds[(i >> 61) as usize] += 1);
    assert_equal_counts("thirds", &thirds);
}

#[test]
fn permutations_are_equally_likely() {
    let mut counts = [0; 24];
    for i in 0..48_000 {
        let p = Key::new(9).split(i).permutation(4);
        let rank = p.iter().enumerate().map(|(i, a)| p[i + 1..].iter().filter(|b| *b < a).count() * [6, 2, 1, 0][i]);
        counts[rank.sum::<usize>()] += 1;
    }
    assert_equal_counts("permutation", &counts);
    assert!(Key::new(9).permutation(0).is_empty());
}

#[test]
fn masks_keep_their_share() {
    let n = 1_000_000;
    let (mut kept, mut mask) = (vec![false; n], vec![0f32; n]);
    for p in [0.0, 0.1, 0.5, 0.9, 1.0] {
        Key::new(10).bernoulli(p, &mut kept);
        Key::new(10).mask_f32(p, &mut mask);
        let count = kept.iter().filter(|k| **k).count() as f64;
        assert!((count - p * n as f64).abs() <= Z * (n as f64 * p * (1.0 - p)).sqrt(), "{p}: {count}");
        assert!(kept.iter().zip(&mask).all(|(&k, &m)| m == if k { (1.0 / p) as f32 } else { 0.0 }));
    }
}

#[test]
fn a_stream_resumes_bit_for_bit() {
    for before in 0..5 {
        let mut stream = Key::new(12).stream();
        (0..before).for_each(|_| {
            stream.normal();
        });
        let text = serde_json::to_string(&stream).expect("numbers");
        let mut again: Stream = serde_json::from_str(&text).expect("its own form");
        assert_eq!(again, stream);
        assert_eq!([0; 9].map(|_| again.normal()), [0; 9].map(|_| stream.normal()));
    }
    assert!(serde_json::from_str::<Stream>("[0,0,0,0,0,0]").is_err());
    assert!(Stream::try_from([1, 2, 3, 4, 1, f64::NAN.to_bits()]).is_err());
    let key = Key::new(13).named("weights");
    assert_eq!(serde_json::from_str::<Key>(&serde_json::to_string(&key).expect("numbers")).expect("a key"), key);
}

#[test]
fn seeds_of_rand_core_are_keys() {
    assert_eq!(Stream::seed_from_u64(14), Key::new(14).stream());
    let mut bytes = [0; 11];
    Stream::from_seed(*b"sixteen bytes !!").fill_bytes(&mut bytes);
    assert_ne!(bytes, [0; 11]);
}

#[cfg(feature = "ndarray-rand")]
#[test]
fn ndarray_rand_draws_from_a_stream() {
    use ndarray::Array2;
    use ndarray_rand::RandomExt;
    use ndarray_rand::rand_distr::StandardNormal;

    let draw = || Array2::<f64>::random_using((100, 100), StandardNormal, &mut Key::new(15).stream());
    assert_eq!(draw(), draw());
    assert_distribution("random_using", draw().into_iter().collect(), |x| 0.5 * libm::erfc(-x / 2f64.sqrt()));
}
