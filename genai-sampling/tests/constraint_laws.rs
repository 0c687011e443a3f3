//! Laws of constraints: what is allowed is exactly what can be completed, every text meets its constraint, and what must
//! come is not asked for.
//!
//! Seeds are fixed.
#![cfg(test)]

use std::time::Duration;

use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::token::constraint::{Choice, Constraint, Regex, TokenSet, Vocabulary, constrain};
use genai_sampling::token::strategy::Uncached;
use genai_sampling::token::{Chain, Finish, Greedy, Options, Step, TopK, generate_model};

/// A constraint, and what it says in other words.
struct Row {
    name: &'static str,
    make: fn(&Vocabulary) -> Result<Box<dyn Constraint>, Error>,
    holds: fn(&[u8]) -> bool,
}

fn regex(vocabulary: &Vocabulary, pattern: &str) -> Result<Box<dyn Constraint>, Error> {
    Ok(Box::new(Regex::new(vocabulary, pattern)?))
}

const WORDS: [&str; 5] = ["yes", "no", "none", "yesterday", "é🦀"];

fn digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "choice", make: |v| Ok(Box::new(Choice::new(v, &WORDS)?)), holds: |t| WORDS.iter().any(|w| w.as_bytes() == t) },
    Row { name: "date", make: |v| regex(v, r"[0-9]{2}-[0-9]{2}"), holds: |t| t.len() == 5 && digits(&t[..2]) && t[2] == b'-' && digits(&t[3..]) },
    Row { name: "a or ab", make: |v| regex(v, "a|ab"), holds: |t| t == b"a" || t == b"ab" },
    Row { name: "even", make: |v| regex(v, "(ab|ba|aa|bb)*"), holds: |t| t.len() % 2 == 0 && t.iter().all(|b| b"ab".contains(b)) },
    Row { name: "anchors", make: |v| regex(v, "^(no|yes)$"), holds: |t| t == b"no" || t == b"yes" },
    Row { name: "number", make: |v| regex(v, "-?(0|[1-9][0-9]*)"), holds: |t| {
        let t = t.strip_prefix(b"-").unwrap_or(t);
        t == b"0" || !t.is_empty() && digits(t) && t[0] != b'0'
    } },
    Row { name: "unicode", make: |v| regex(v, "[é🦀]{1,2}"), holds: |t| {
        std::str::from_utf8(t).is_ok_and(|t| (1..=2).contains(&t.chars().count()) && t.chars().all(|c| "é🦀".contains(c)))
    } },
    Row { name: "no b after a", make: |v| regex(v, "[b-d]*[ac-d]*"), holds: |t| {
        let a = t.iter().position(|&b| b == b'a').unwrap_or(t.len());
        t.iter().all(|b| b"abcd".contains(b)) && !t[a..].contains(&b'b')
    } },
];

/// Single bytes of what the rows are made of, and longer pieces, some of which end within a character; the last is the end.
fn vocabulary() -> Vocabulary {
    let singles = "yesnotrdé🦀-0123456789abc".bytes().map(|byte| vec![byte]);
    let pieces: [&[u8]; 13] =
        [b"ye", b"no", b"ab", b"ba", b"12", b"1-", b"-0", b"\xa9\xf0", b"\x9f\xa6", "é".as_bytes(), b"sda", b"ca", b""];
    let mut texts: Vec<Vec<u8>> = singles.collect();
    texts.sort_unstable();
    texts.dedup();
    texts.extend(pieces.map(<[u8]>::to_vec));
    Vocabulary::new(texts)
}

fn logits_after(tokens: &[u32], vocabulary: usize) -> Vec<f32> {
    let mut logits = vec![0.0; vocabulary];
    tokens.iter().fold(Key::new(5), |key, &token| key.split(token.into())).normal_f32(&mut logits);
    logits
}

fn allowed(constraint: &mut dyn Constraint, room: usize) -> Vec<u32> {
    let mut set = TokenSet::default();
    constraint.allow(room, &mut set);
    assert_eq!(set.len(), set.iter().count());
    set.iter().collect()
}

/// Every row with every kind of end: the text meets the constraint.
#[test]
fn every_text_meets_its_constraint() -> Result<(), Error> {
    let vocabulary = vocabulary();
    let (count, end) = (vocabulary.len(), vocabulary.len() as u32 - 1);
    let model = Uncached::new(count, |t| Ok(logits_after(t, count)));
    for row in ROWS {
        let needed = (row.make)(&vocabulary)?.needed().expect("it can be met");
        for seed in 0..60 {
            let stop_tokens = if seed % 2 == 0 { vec![end] } else { vec![] };
            let maximum_new_tokens = (needed + seed as usize % 7).max(1);
            let options = Options { seed, stop_tokens, maximum_new_tokens, ..Options::default() };
            let steps: Vec<Step> =
                constrain(&model, &[0], (row.make)(&vocabulary)?, options)?.collect::<Result<_, _>>()?;
            let made = steps.iter().filter(|step| step.token != end).map(|step| step.token);
            let bytes: Vec<u8> = made.flat_map(|token| vocabulary.bytes(token).to_vec()).collect();
            assert!((row.holds)(&bytes), "{}: {:?}", row.name, String::from_utf8_lossy(&bytes));
            let text: String = steps.iter().map(|step| step.text.as_str()).collect();
            assert_eq!(text.as_bytes(), bytes, "{}", row.name);
            assert!(steps.len() <= maximum_new_tokens, "{}", row.name);
            let (last, before) = steps.split_last().expect("a step");
            assert!(last.finish.is_some() && before.iter().all(|step| step.finish.is_none()), "{}", row.name);
        }
    }
    Ok(())
}

/// All texts of up to three tokens are tried: a token may come if, and only if, one of them meets the constraint.
#[test]
fn allowed_is_what_can_be_completed() -> Result<(), Error> {
    let vocabulary = vocabulary();
    let count = vocabulary.len() as u32;
    let text = |tokens: &[u32]| tokens.iter().flat_map(|&t| vocabulary.bytes(t).to_vec()).collect::<Vec<u8>>();
    for row in ROWS {
        let mut constraint = (row.make)(&vocabulary)?;
        for room in 1..=3 {
            let mut expected = TokenSet::default();
            for i in 0..count.pow(room) {
                let tokens: Vec<u32> = (0..room).map(|j| i / count.pow(j) % count).collect();
                let used = tokens.iter().position(|&token| token == count - 1).unwrap_or(tokens.len());
                if used > 0
                    && tokens[used..].iter().all(|&token| token == count - 1)
                    && (row.holds)(&text(&tokens[..used]))
                {
                    expected.insert(tokens[0]);
                }
            }
            assert_eq!(
                allowed(constraint.as_mut(), room as usize),
                expected.iter().collect::<Vec<_>>(),
                "{}, room for {room}",
                row.name
            );
        }
    }
    Ok(())
}

#[test]
fn accepted_is_what_is_allowed_and_rewinding_undoes_it() -> Result<(), Error> {
    let vocabulary = vocabulary();
    let count = vocabulary.len() as u32;
    for row in ROWS {
        let mut constraint = (row.make)(&vocabulary)?;
        let mut random = Key::new(3).stream();
        let mut history = Vec::new();
        for _ in 0..30 {
            let now = (allowed(constraint.as_mut(), 100), constraint.is_complete(), constraint.needed());
            assert_eq!(now.1, now.2 == Some(0), "{}", row.name);
            for token in 0..count {
                let accepted = constraint.accept(token);
                assert_eq!(accepted.is_ok(), now.0.contains(&token), "{}: token {token}", row.name);
                match accepted {
                    Ok(()) => constraint.rewind(1),
                    Err(error) => assert!(matches!(error, Error::Forbidden { token: t } if t == token)),
                }
            }
            let Some(&token) = now.0.get(random.below(now.0.len().max(1) as u64) as usize) else { break };
            history.push(now);
            constraint.accept(token)?;
        }
        let steps = history.len();
        for (back, expected) in history.iter().rev().enumerate() {
            if back % 2 == 0 {
                constraint.rewind(1);
                let now = (allowed(constraint.as_mut(), 100), constraint.is_complete(), constraint.needed());
                assert_eq!(&now, expected, "{}: {back} back of {steps}", row.name);
            } else {
                constraint.rewind(1);
            }
        }
        constraint.rewind(1000);
        assert_eq!(allowed(constraint.as_mut(), 100), history[0].0);
    }
    Ok(())
}

/// Greedy text step by step, each token chosen among the allowed ones.
fn step_by_step(mut constraint: Box<dyn Constraint>, prompt: &[u32], count: usize) -> Result<Vec<u32>, Error> {
    let mut tokens = prompt.to_vec();
    loop {
        let allowed = allowed(constraint.as_mut(), 100);
        let logits = logits_after(&tokens, count);
        let best = allowed.iter().copied().reduce(|a, b| if logits[b as usize] > logits[a as usize] { b } else { a });
        let Some(token) = best else { return Ok(tokens.split_off(prompt.len())) };
        constraint.accept(token)?;
        tokens.push(token);
    }
}

#[test]
fn forced_tokens_are_not_asked_for() -> Result<(), Error> {
    // Without longer pieces, the text of a choice is forced as soon as it is clear which one it is.
    let vocabulary = Vocabulary::new((b'a'..=b'z').map(|byte| vec![byte]));
    let model = Uncached::new(26, |t| Ok(logits_after(t, 26)));
    let words = ["determined", "developing", "whatsoever"];
    let make = || Choice::new(&vocabulary, &words);
    for first in 0..8 {
        let options = Options { select: Box::new(Greedy), maximum_new_tokens: 100, ..Options::default() };
        let mut steps = constrain(&model, &[first, 3], make()?, options)?;
        let made: Vec<Step> = steps.by_ref().collect::<Result<_, _>>()?;
        let tokens: Vec<u32> = made.iter().map(|step| step.token).collect();
        assert_eq!(tokens, step_by_step(Box::new(make()?), &[first, 3], 26)?);
        assert_eq!(made.last().and_then(|step| step.finish), Some(Finish::Complete));
        let text: String = made.iter().map(|step| step.text.as_str()).collect();
        assert!(words.contains(&text.as_str()));
        assert!(steps.calls() <= 3, "{text}: {} calls for {} tokens", steps.calls(), tokens.len());
        for (i, step) in made.iter().enumerate() {
            let logits = logits_after(&[&[first, 3], &tokens[..i]].concat(), 26);
            let total = logits.iter().map(|&x| f64::from(x).exp()).sum::<f64>().ln();
            let expected = f64::from(logits[step.token as usize]) - total;
            assert!((step.log_probability - expected).abs() < 1e-6, "forced tokens have the model's probability, too");
        }
    }
    let mut whole = Choice::new(&vocabulary, &["abc"])?;
    assert_eq!(whole.forced(10), [0, 1, 2]);
    assert!(whole.forced(2).is_empty()); // there is no room for it
    Ok(())
}

#[test]
fn when_time_is_over_the_text_takes_the_shortest_way() -> Result<(), Error> {
    let vocabulary = Vocabulary::new(["a", "b", "-"]);
    let model = Uncached::new(3, |_| Ok(vec![9.0, 0.0, 0.0]));
    for (pattern, text) in [("a*", "a"), ("a*b-b", "ab-b"), ("(a|b){3}a*", "aaa")] {
        let options = Options { maximum_time: Some(Duration::ZERO), select: Box::new(Greedy), ..Options::default() };
        let steps = constrain(&model, &[0], Regex::new(&vocabulary, pattern)?, options)?;
        let steps: Vec<Step> = steps.collect::<Result<_, _>>()?;
        assert_eq!(steps.iter().map(|step| step.text.as_str()).collect::<String>(), text);
        assert_eq!(steps.last().and_then(|step| step.finish), Some(Finish::Time));
    }
    Ok(())
}

#[test]
fn a_constraint_that_allows_everything_changes_nothing() -> Result<(), Error> {
    let vocabulary = Vocabulary::new((b'a'..=b'z').map(|byte| vec![byte]));
    let model = Uncached::new(26, |t| Ok(logits_after(t, 26)));
    for seed in 0..5 {
        let options = || -> Result<_, Error> {
            Ok(Options { seed, chain: Chain::new().then(TopK::new(5)?), maximum_new_tokens: 20, ..Options::default() })
        };
        let free: Vec<Step> = generate_model(&model, &[&[4]], options()?).collect::<Result<_, _>>()?;
        let bound = constrain(&model, &[4], Regex::new(&vocabulary, ".*")?, options()?)?;
        let bound: Vec<Step> =
            bound.map(|step| Ok(Step { text: String::new(), ..step? })).collect::<Result<_, Error>>()?;
        assert_eq!(free, bound);
    }
    Ok(())
}

#[test]
fn what_cannot_be_met_is_an_error_at_once() -> Result<(), Error> {
    let vocabulary = Vocabulary::new(["a", "b", "ab", ""]);
    let pattern = |pattern: &str| Regex::new(&vocabulary, pattern).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(pattern("(a").starts_with("pattern \"(a\": "), "{}", pattern("(a"));
    assert!(pattern("a{2,1}").starts_with("pattern"));
    assert!(pattern(r"\ba").starts_with("pattern"), "{}", pattern(r"\ba"));
    assert!(pattern("(a|b)*a(a|b){20}").starts_with("pattern"), "an automaton of a million states");
    for unsatisfiable in [r"[^\s\S]", "c", "a+c", "x{3}", "aa^b"] {
        assert!(matches!(Regex::new(&vocabulary, unsatisfiable), Err(Error::Unsatisfiable)), "{unsatisfiable}");
    }
    assert!(matches!(Choice::new(&vocabulary, &["c", "abc"]), Err(Error::Unsatisfiable)));
    assert!(matches!(Choice::new::<&str>(&vocabulary, &[]), Err(Error::Unsatisfiable)));
    assert!(matches!(Regex::new(&Vocabulary::new::<&str>([]), "a"), Err(Error::Unsatisfiable)));

    let model = Uncached::new(4, |_| Ok(vec![0.0; 4]));
    let options = |maximum_new_tokens| Options { maximum_new_tokens, ..Options::default() };
    let run =
        |pattern: &str, options| constrain(&model, &[0], Regex::new(&vocabulary, pattern)?, options).map(|s| s.count());
    assert!(matches!(run("a{5}", options(4)), Err(Error::NoRoom { needed: 5, room: 4 })));
    assert_eq!(run("a{5}", options(5))?, 5);
    assert_eq!(run("(ab){5}", options(5))?, 5, "longer tokens make room");
    assert_eq!(run("", options(5))?, 0);
    let stop_strings = vec!["x".to_owned()];
    assert!(matches!(
        run("a", Options { stop_strings, ..options(5) }),
        Err(Error::Parameter { name: "stop_strings", .. })
    ));
    let pattern = || Regex::new(&vocabulary, "a+");
    assert!(matches!(constrain(&model, &[], pattern()?, options(5)), Err(Error::EmptyPrompt { .. })));
    assert!(matches!(constrain(&model, &[9], pattern()?, options(5)), Err(Error::Token { token: 9, .. })));
    let empty = Uncached::new(0, |_| Ok(vec![]));
    assert!(matches!(constrain(&empty, &[0], pattern()?, options(5)), Err(Error::EmptyVocabulary)));

    for (logits, message) in [
        (vec![f32::NEG_INFINITY, 0.0, 0.0, 0.0], "logits: all are −∞"), // the constraint leaves "a" alone, the model the rest
        (vec![f32::NAN; 4], "logits: that of token 0 is NaN"),
        (vec![0.0; 2], "model: the closure returned 2 logits"),
    ] {
        let model = Uncached::new(4, |_| Ok(logits.clone()));
        let mut steps = constrain(&model, &[0], Regex::new(&vocabulary, "a|aa|aaa")?, options(5))?;
        let error = steps.find_map(Result::err).expect("an error").to_string();
        assert!(error.starts_with(message), "{error}");
        assert!(steps.next().is_none());
    }
    Ok(())
}
