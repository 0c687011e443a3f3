//! PyTorch's stream: values of torch 2.15 after `manual_seed(0)`.
#![cfg(test)]

use genai_core::random::TorchRng;

fn close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        assert!((got - expected).abs() <= tolerance * expected.abs(), "{got}, not {expected}");
    }
}

#[test]
fn uniform_numbers_have_every_bit() {
    let mut single = [0.0; 4];
    TorchRng::new(0).rand_f32(&mut single);
    let expected =
        [0.49625658988952637, 0.7682217955589294, 0.08847743272781372, 0.13203048706054688].map(|x: f64| x as f32);
    assert_eq!(single, expected);
    let mut double = [0.0; 4];
    TorchRng::new(0).rand_f64(&mut double);
    assert_eq!(double, [0.9700530018065531, 0.707819864399788, 0.45938294312745087, 0.9207476841219603]);
}

#[test]
fn normal_numbers_below_sixteen() {
    let mut single = [0.0; 4];
    TorchRng::new(0).randn_f32(&mut single);
    let expected: [f64; 4] = [1.5409960746765137, -0.293428897857666, -2.1787893772125244, 0.5684312582015991];
    assert_eq!(single, expected.map(|x| x as f32));
    let mut double = [0.0; 4];
    TorchRng::new(0).randn_f64(&mut double);
    close(&double, &[1.5409961082440433, -0.2934289057609464, -2.1787893820745574, 0.5684312772806678], 1e-15);
}

#[test]
fn normal_numbers_from_sixteen_on() {
    let mut values = [0.0; 17];
    TorchRng::new(0).randn_f32(&mut values);
    let shown = [0, 1, 8, 15, 16].map(|i| f64::from(values[i]));
    let expected =
        [-1.1258398294448853, -1.6959311962127686, 0.46809640526771545, -0.843676745891571, 0.9318265914916992];
    close(&shown, &expected, 1e-6);
}

#[test]
fn permutations_and_whole_numbers() {
    assert_eq!(TorchRng::new(0).randperm(10), [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
    assert_eq!(TorchRng::new(0).randperm_first(10, 4), [4, 1, 7, 5]);
    assert_eq!(TorchRng::new(0).randperm_first(3, 9).len(), 3);
    assert!(TorchRng::new(0).randperm(0).is_empty());
    let mut values = [0; 16];
    TorchRng::new(0).randint(0, 2, &mut values);
    assert_eq!(values, [0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0]);
    TorchRng::new(0).randint(-3, i64::MAX, &mut values);
    assert!(values.iter().all(|&x| x >= -3) && values.iter().any(|&x| x > 1 << 60));
}

#[test]
fn exponential_numbers() {
    let mut values = [0.0; 4];
    TorchRng::new(0).exponential_f64(&mut values);
    close(&values, &[3.508326186707642, 1.2303847641796768, 0.6150440938940115, 2.5351186442158817], 1e-15);
}

#[test]
fn only_the_lower_half_of_a_seed_counts() {
    assert_eq!(TorchRng::new(7).next_u64(), TorchRng::new(7 + (1 << 32)).next_u64());
    assert_ne!(TorchRng::new(7).next_u64(), TorchRng::new(8).next_u64());
}

#[test]
fn the_ten_thousandth_word_is_that_of_the_standard() {
    // ISO C++ [rand.predef]: the 10,000th output of mt19937 with its default seed.
    let mut random = TorchRng::new(5489);
    assert_eq!((0..10_000).map(|_| random.next_u32()).last(), Some(4_123_659_995));
}
