//! Laws of watermarks: text without one is rarely accused, marked text is found, and by its own key alone; those that
//! promise it leave every probability as it was.
//!
//! Seeds are fixed.
#![cfg(test)]

use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::token::watermark::{
    Detection, Exponential, Hash, Kgw, KgwOptions, SynthId, SynthIdOptions, Unigram,
};
use genai_sampling::token::{Chain, Options, generate};

const VOCABULARY: usize = 500;
const LENGTH: usize = 120;

type Detect = Box<dyn Fn(&[u32]) -> Result<Detection, Error>>;

/// A watermark by its secret, and what it promises.
struct Row {
    name: &'static str,
    make: fn(u64) -> Result<(Chain, Detect), Error>,
    keeps_probabilities: bool,
}

fn kgw(secret: u64, options: KgwOptions) -> Result<(Chain, Detect), Error> {
    let mark = Kgw::new(VOCABULARY, KgwOptions { key: 15_485_863 + 2 * secret as i64, ..options })?;
    Ok((Chain::new().then(mark.clone()), Box::new(move |text| mark.detect_distinct(text))))
}

fn synth_id(secret: u64) -> Result<SynthId, Error> {
    let keys = (0..20).map(|i| (secret as i64 + 1) * 7919 + i * 104_729).collect();
    SynthId::new(SynthIdOptions { keys, ..SynthIdOptions::default() })
}

const ROWS: &[Row] = &[
    Row { name: "left hash", make: |secret| kgw(secret, KgwOptions::default()), keeps_probabilities: false },
    Row {
        name: "own hash",
        make: |secret| kgw(secret, KgwOptions { hash: Hash::Own, context: 2, bias: 3.0, ..KgwOptions::default() }),
        keeps_probabilities: false,
    },
    Row {
        name: "unigram",
        make: |secret| {
            let mark = Unigram::new(VOCABULARY, 0.5, 2.0, Key::new(secret))?;
            Ok((Chain::new().then(mark.clone()), Box::new(move |text| mark.detect(text))))
        },
        keeps_probabilities: false,
    },
    Row {
        name: "SynthID",
        make: |secret| {
            let (mark, detector) = (synth_id(secret)?, synth_id(secret)?);
            Ok((Chain::new().then(mark), Box::new(move |text| detector.detect(text))))
        },
        keeps_probabilities: true,
    },
    Row {
        name: "SynthID, weighted",
        make: |secret| {
            let (mark, detector) = (synth_id(secret)?, synth_id(secret)?);
            Ok((Chain::new().then(mark), Box::new(move |text| detector.detect_weighted(text))))
        },
        keeps_probabilities: true,
    },
    Row {
        name: "exponential",
        make: |secret| {
            let mark = Exponential::new(VOCABULARY, 2, Key::new(secret))?;
            Ok((Chain::new().then(mark.clone()), Box::new(move |text| mark.detect(text))))
        },
        keeps_probabilities: true,
    },
];

/// Logits that follow some tokens.
fn logits_after(tokens: &[u32]) -> Vec<f32> {
    let last = &tokens[tokens.len().saturating_sub(2)..];
    let mut logits = vec![0.0; VOCABULARY];
    last.iter().fold(Key::new(9), |key, &token| key.split(token.into())).normal_f32(&mut logits);
    logits
}

fn text(chain: Chain, seed: u64) -> Result<Vec<u32>, Error> {
    let options = Options { chain, maximum_new_tokens: LENGTH, seed, ..Options::default() };
    generate(|tokens| Ok(logits_after(tokens)), &[1, 2], options).map(|step| Ok(step?.token)).collect()
}

#[test]
fn false_positives_are_as_rare_as_the_p_value_says() -> Result<(), Error> {
    let texts: Vec<Vec<u32>> = (0..400).map(|seed| text(Chain::new(), seed)).collect::<Result<_, _>>()?;
    for row in ROWS {
        let (_, detect) = (row.make)(3)?;
        let found: Vec<f64> = texts.iter().map(|t| Ok(detect(t)?.p_value)).collect::<Result<_, Error>>()?;
        let share = |level: f64| found.iter().filter(|&&p| p < level).count();
        // 20 are expected below 5 %, with a standard deviation of 4.4; below 1e-4, 0.04.
        assert!((4..=40).contains(&share(0.05)), "{}: {} below .05", row.name, share(0.05));
        assert!(share(1e-4) <= 2, "{}: {} below 1e-4", row.name, share(1e-4));
    }
    Ok(())
}

#[test]
fn marked_text_is_found_and_only_by_its_own_key() -> Result<(), Error> {
    for row in ROWS {
        let (mut found, mut accused) = (0, 0);
        for seed in 0..40 {
            let (chain, detect) = (row.make)(seed)?;
            let text = text(chain, seed)?;
            found += usize::from(detect(&text)?.p_value < 1e-4);
            accused += usize::from((row.make)(seed + 1000)?.1(&text)?.p_value < 1e-3);
        }
        assert!(found >= 39 && accused <= 1, "{}: {found} of 40 found, {accused} by another key", row.name);
    }
    Ok(())
}

#[test]
fn probabilities_stay_in_the_mean_over_keys() -> Result<(), Error> {
    let p = [0.4f32, 0.3, 0.15, 0.1, 0.05];
    let draws = 1500;
    for row in ROWS.iter().filter(|row| row.keeps_probabilities) {
        let mut counts = [0.0; 5];
        for secret in 0..draws {
            let (chain, _) = (row.make)(secret)?;
            let options = Options { chain, maximum_new_tokens: 1, seed: secret, ..Options::default() };
            let next =
                |_: &[u32]| Ok((0..VOCABULARY).map(|i| p.get(i).map_or(f32::NEG_INFINITY, |p| p.ln())).collect());
            let step = generate(next, &[7, 8, 9, 10, 11], options).next().expect("a step")?;
            counts[step.token as usize] += 1.0;
        }
        let expected = p.map(|p| f64::from(p) * draws as f64);
        let chi2: f64 = counts.iter().zip(expected).map(|(c, e)| (c - e) * (c - e) / e).sum();
        assert!(chi2 < 33.4, "{}: χ²(4) = {chi2}, counts {counts:?}", row.name); // p = 1e-6
    }
    Ok(())
}

#[test]
fn removed_tokens_stay_removed() -> Result<(), Error> {
    for row in ROWS {
        let mut logits = logits_after(&[5]);
        logits.iter_mut().step_by(3).for_each(|x| *x = f32::NEG_INFINITY);
        (row.make)(1)?.0.apply(&[1, 2, 3, 4, 5], &mut logits)?;
        assert!(logits.iter().step_by(3).all(|&x| x == f32::NEG_INFINITY), "{}", row.name);
        assert!(logits.iter().any(|x| x.is_finite()), "{}", row.name);
        let mut empty = vec![f32::NEG_INFINITY; VOCABULARY];
        assert!((row.make)(1)?.0.apply(&[1, 2, 3, 4, 5], &mut empty).is_err(), "{}", row.name);
    }
    Ok(())
}

#[test]
fn repetition_proves_nothing_twice() -> Result<(), Error> {
    let repeated: Vec<u32> = [3, 4].repeat(100);
    let mark = Kgw::new(VOCABULARY, KgwOptions::default())?;
    assert_eq!(mark.detect(&repeated)?.scored, 199);
    assert_eq!(mark.detect_distinct(&repeated)?.scored, 2);
    assert_eq!(Unigram::new(VOCABULARY, 0.5, 2.0, Key::new(1))?.detect(&repeated)?.scored, 2);
    assert_eq!(Exponential::new(VOCABULARY, 2, Key::new(1))?.detect(&repeated)?.scored, 2);
    assert_eq!(synth_id(1)?.detect(&repeated)?.scored, 2);
    Ok(())
}

#[test]
fn bad_settings_and_texts_are_errors() -> Result<(), Error> {
    let kgw = |options| Kgw::new(100, options).err().map(|e| e.to_string());
    let defaults = KgwOptions::default();
    assert!(kgw(KgwOptions { ratio: 0.0, ..defaults }).expect("an error").starts_with("greenlist_ratio: 0"));
    assert!(kgw(KgwOptions { ratio: 1.0, ..defaults }).is_some());
    assert!(kgw(KgwOptions { ratio: f64::NAN, ..defaults }).is_some());
    assert!(kgw(KgwOptions { ratio: 0.001, ..defaults }).is_some());
    assert!(kgw(KgwOptions { bias: f32::INFINITY, ..defaults }).expect("an error").starts_with("bias"));
    assert!(kgw(KgwOptions { context: 0, ..defaults }).expect("an error").starts_with("context_width"));
    assert!(Unigram::new(0, 0.5, 1.0, Key::new(0)).is_err());
    assert!(matches!(Exponential::new(0, 1, Key::new(0)), Err(Error::EmptyVocabulary)));
    assert!(Exponential::new(9, 0, Key::new(0)).is_err());
    assert!(SynthId::new(SynthIdOptions::default()).is_err());
    assert!(SynthId::new(SynthIdOptions { keys: vec![1; 65], ..SynthIdOptions::default() }).is_err());
    assert!(SynthId::new(SynthIdOptions { keys: vec![1], ngram: 1, ..SynthIdOptions::default() }).is_err());
    for row in ROWS {
        let (_, detect) = (row.make)(1)?;
        assert!(matches!(detect(&[]), Err(Error::TooShort { length: 0, .. })), "{}", row.name);
    }
    let mark = Kgw::new(100, defaults)?;
    assert_eq!(mark.detect(&[1]).expect_err("too short").to_string(), "a text of 1 tokens is too short: 2 are needed");
    assert!(matches!(mark.detect(&[1, 100]), Err(Error::Token { token: 100, vocabulary: 100 })));
    assert!(mark.detect(&[1, 2]).is_ok());
    Ok(())
}
