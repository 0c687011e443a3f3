//! Generation: its end, its text, its cache, its randomness.
#![cfg(test)]

use genai_core::random::Key;
use genai_sampling::Error;
use genai_sampling::token::{
    Cache, CausalLm, Chain, Closure, Finish, Generate, Greedy, Guided, MinimumLength, Model, Options, Overflow,
    Positions, PresencePenalty, RepetitionPenalty, Step, Temperature, TopK, Xtc, generate, generate_model, guide,
    perplexity, rescale, score, score_model,
};
use std::time::Duration;

const VOCABULARY: usize = 40;

/// Logits that follow some tokens: arbitrary, and different for every sequence.
fn logits_after(tokens: &[u32]) -> Vec<f32> {
    let key = tokens.iter().fold(Key::new(9), |key, &token| key.split(token.into()));
    let mut logits = vec![0.0; VOCABULARY];
    key.normal_f32(&mut logits);
    logits
}

/// A model whose logits depend on all tokens that its cache holds, of a limited context.
struct Memory {
    context: Option<usize>,
}

#[derive(Clone)]
struct Seen {
    rows: Vec<Vec<Option<u32>>>, // None where padded
}

impl Cache for Seen {
    fn len(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    fn truncate(&mut self, len: usize) {
        self.rows.iter_mut().for_each(|row| row.truncate(len));
    }

    fn fork(&self) -> Self {
        self.clone()
    }

    fn reorder(&mut self, rows: &[usize]) {
        self.rows = rows.iter().map(|&row| self.rows[row].clone()).collect();
    }
}

impl CausalLm for Memory {
    type Cache = Seen;

    fn vocabulary(&self) -> usize {
        VOCABULARY
    }

    fn context(&self) -> Option<usize> {
        self.context
    }

    fn start(&self, rows: usize) -> Seen {
        Seen { rows: vec![Vec::new(); rows] }
    }

    fn next(
        &self,
        tokens: &[u32],
        mask: Option<&[bool]>,
        positions: Positions,
        cache: &mut Seen,
        logits: &mut [f32],
    ) -> Result<(), Error> {
        let (rows, before) = (cache.rows.len(), cache.len());
        let (n, total) = (tokens.len() / rows, before + tokens.len() / rows);
        if self.context.is_some_and(|context| total > context) {
            return Err(Error::model(format!("{total} tokens")));
        }
        let each = if positions == Positions::All { n } else { 1 };
        assert_eq!(logits.len(), rows * each * VOCABULARY);
        assert!(mask.is_none_or(|mask| mask.len() == rows * total));
        for (i, row) in cache.rows.iter_mut().enumerate() {
            let real = |at: usize| mask.is_none_or(|mask| mask[i * total + at]);
            row.extend((0..n).map(|j| real(before + j).then_some(tokens[i * n + j])));
            for j in 0..each {
                let seen: Vec<u32> = row[..=before + n - each + j].iter().flatten().copied().collect();
                logits[(i * each + j) * VOCABULARY..][..VOCABULARY].copy_from_slice(&logits_after(&seen));
            }
        }
        Ok(())
    }
}

fn sampled(maximum_new_tokens: usize, seed: u64) -> Result<Options, Error> {
    let chain = Chain::new().then(RepetitionPenalty::new(1.1)?).then(Temperature::new(0.9)?).then(TopK::new(10)?);
    Ok(Options { chain, maximum_new_tokens, seed, ..Options::default() })
}

fn tokens(steps: impl Iterator<Item = Result<Step, Error>>) -> Result<Vec<u32>, Error> {
    steps.map(|step| Ok(step?.token)).collect()
}

#[test]
fn a_closure_and_a_cached_model_give_the_same() -> Result<(), Error> {
    let model = Memory { context: None };
    for seed in 0..5 {
        let a: Result<Vec<Step>, _> = generate(|t| Ok(logits_after(t)), &[1, 2], sampled(20, seed)?).collect();
        let b: Result<Vec<Step>, _> = generate_model(&model, &[&[1, 2]], sampled(20, seed)?).collect();
        let (a, b) = (a?, b?);
        assert_eq!(a, b);
        assert_eq!(a.len(), 20);
        assert!(a[..19].iter().all(|step| step.finish.is_none()) && a[19].finish == Some(Finish::Length));
    }
    Ok(())
}

#[test]
fn log_probabilities_are_the_models() -> Result<(), Error> {
    let mut before = vec![3];
    for step in generate(|t| Ok(logits_after(t)), &[3], sampled(10, 1)?) {
        let (step, logits) = (step?, logits_after(&before));
        let sum: f64 = logits.iter().map(|&x| f64::from(x).exp()).sum();
        let expected = f64::from(logits[step.token as usize]) - sum.ln();
        assert!((step.log_probability - expected).abs() < 1e-6, "{} {expected}", step.log_probability);
        before.push(step.token);
    }
    Ok(())
}

/// The same tokens whichever prompts share the batch and whichever of them end early.
#[test]
fn a_row_does_not_depend_on_its_batch() -> Result<(), Error> {
    let prompts: [&[u32]; 4] = [&[1, 2, 3], &[4], &[5, 6, 7, 8, 9], &[1, 2]];
    let options = || -> Result<_, Error> { Ok(Options { stop_tokens: vec![3, 11, 17], ..sampled(30, 7)? }) };
    let rows = |prompts: &[&[u32]]| -> Result<Vec<Vec<Step>>, Error> {
        let mut rows = vec![Vec::new(); prompts.len()];
        for step in generate_model(&Memory { context: None }, prompts, options()?) {
            let step = step?;
            rows[step.row].push(step);
        }
        Ok(rows)
    };
    let all = rows(&prompts)?;
    let lengths: Vec<usize> = all.iter().map(Vec::len).collect();
    assert!(lengths.iter().any(|&length| length != lengths[0]), "some end earlier: {lengths:?}");
    assert!(all.iter().all(|row| row.last().is_some_and(|step| step.finish.is_some())));
    for count in 1..4 {
        assert_eq!(rows(&prompts[..count])?, all[..count]);
    }
    Ok(())
}

#[test]
fn equal_prompts_in_a_batch_go_different_ways() -> Result<(), Error> {
    let mut rows = [Vec::new(), Vec::new()];
    for step in generate_model(&Memory { context: None }, &[&[1], &[1]], sampled(10, 0)?) {
        let step = step?;
        rows[step.row].push(step.token);
    }
    assert_ne!(rows[0], rows[1]);
    Ok(())
}

#[test]
fn generation_ends_where_it_should() -> Result<(), Error> {
    let count = |t: &[u32]| Ok((0..VOCABULARY).map(|i| if i == t.len() { 9.0 } else { 0.0 }).collect::<Vec<f32>>());
    let greedy = || Options { select: Box::new(Greedy), maximum_new_tokens: 8, ..Options::default() };
    let last = |options| generate(count, &[0], options).last().expect("a step");

    assert_eq!(tokens(generate(count, &[0], greedy()))?, [1, 2, 3, 4, 5, 6, 7, 8]);
    let step = last(Options { stop_tokens: vec![5], ..greedy() })?;
    assert_eq!((step.token, step.finish), (5, Some(Finish::StopToken)));
    let step = last(Options { stop_tokens: vec![8], ..greedy() })?;
    assert_eq!((step.token, step.finish), (8, Some(Finish::StopToken)));
    assert_eq!(generate(count, &[0], Options { maximum_new_tokens: 0, ..greedy() }).count(), 0);
    assert_eq!(generate_model(&Memory { context: None }, &[], greedy()).count(), 0);
    Ok(())
}

/// Token i is the i-th of these pieces; é and 🦀 come in halves. After n tokens comes token n.
#[test]
fn text_comes_in_whole_characters_and_ends_before_stop_strings() -> Result<(), Error> {
    let pieces: [&[u8]; 9] = [b"", b"On", b"ce up", b"on", b" a caf", b"\xc3", b"\xa9\n", b"\nTh", b"en\xf0\x9f"];
    let decode = |t: &[u32]| {
        let bytes: Vec<u8> = t.iter().flat_map(|&t| pieces[t as usize]).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let count = |t: &[u32]| Ok((0..9).map(|i| if i == t.len() { 9.0 } else { 0.0 }).collect::<Vec<f32>>());
    let run = |stop_strings: &[&str], stop_tokens: &[u32]| -> Result<(Vec<String>, Option<Finish>), Error> {
        let stop_strings = stop_strings.iter().map(|s| s.to_string()).collect();
        let (select, maximum_new_tokens, stop_tokens) = (Box::new(Greedy), 8, stop_tokens.to_vec());
        let options = Options { select, maximum_new_tokens, stop_strings, stop_tokens, ..Options::default() };
        let steps: Vec<Step> = generate(count, &[0], options).text(decode).collect::<Result<_, _>>()?;
        Ok((steps.iter().map(|step| step.text.clone()).collect(), steps.last().and_then(|step| step.finish)))
    };
    type Row = (&'static [&'static str], &'static [u32], &'static [&'static str], Finish);
    #[rustfmt::skip]
    let rows: [Row; 8] = [
        (&[], &[], &["On", "ce up", "on", " a caf", "", "é\n", "\nTh", "en\u{fffd}"], Finish::Length),
        (&["\n\n"], &[], &["On", "ce up", "on", " a caf", "", "é", ""], Finish::StopString),
        (&["upon"], &[], &["On", "ce ", ""], Finish::StopString),
        (&["upper", "a café!"], &[], &["On", "ce ", "upon", " ", "", "a café\n", "\nTh", "en\u{fffd}"], Finish::Length),
        (&["fé", "x"], &[], &["On", "ce up", "on", " a ca", "", ""], Finish::StopString),
        (&["pon", "up"], &[], &["On", "ce "], Finish::StopString),
        (&["Once"], &[], &["", ""], Finish::StopString),
        (&["Then"], &[7], &["On", "ce up", "on", " a caf", "", "é\n", ""], Finish::StopToken),
    ];
    for (strings, stop_tokens, pieces, finish) in rows {
        assert_eq!(
            run(strings, stop_tokens)?,
            (pieces.iter().map(|s| s.to_string()).collect(), Some(finish)),
            "{strings:?}"
        );
    }
    Ok(())
}

#[test]
fn a_full_context_stops_or_slides() -> Result<(), Error> {
    let model = Memory { context: Some(8) };
    let options = |overflow| -> Result<_, Error> { Ok(Options { overflow, ..sampled(50, 3)? }) };
    let stopped: Vec<Step> =
        generate_model(&model, &[&[1, 2, 3]], options(Overflow::Stop)?).collect::<Result<_, _>>()?;
    assert_eq!(stopped.len(), 6); // five fill the context, one more follows from all eight
    assert_eq!(stopped[5].finish, Some(Finish::Length));

    // Sliding, the model sees what a window over the whole text says.
    let slid = tokens(generate_model(&model, &[&[1, 2, 3]], options(Overflow::Slide)?))?;
    let mut window = 0;
    let windowed = |t: &[u32]| {
        window = if t.len() - window > 8 { t.len() - 4 } else { window };
        Ok(logits_after(&t[window..]))
    };
    assert_eq!(slid, tokens(generate(windowed, &[1, 2, 3], options(Overflow::Slide)?))?);
    assert_eq!(slid.len(), 50);

    let long = [1; 9];
    let error = generate_model(&model, &[&long], options(Overflow::Stop)?).next().expect("an item");
    assert!(matches!(error, Err(Error::Context { length: 9, context: 8 })));
    assert_eq!(tokens(generate_model(&model, &[&long], options(Overflow::Slide)?))?.len(), 50);
    Ok(())
}

#[test]
fn errors_end_the_iterator() -> Result<(), Error> {
    let ends = |mut steps: Box<dyn Iterator<Item = Result<Step, Error>> + '_>| {
        let error = steps.find_map(Result::err).expect("an error").to_string();
        assert!(steps.next().is_none());
        error
    };
    let model = Memory { context: None };
    let nan = |t: &[u32]| Ok(if t.len() > 2 { vec![0.0, f32::NAN] } else { vec![0.0, 1.0] });
    let fails = |t: &[u32]| if t.len() > 2 { Err(Error::model("lost")) } else { Ok(vec![0.0]) };
    let stop = || Options { stop_strings: vec!["x".to_owned()], ..Options::default() };
    assert_eq!(ends(Box::new(generate(nan, &[0], Options::default()))), "logits: that of token 1 is NaN");
    assert_eq!(ends(Box::new(generate(fails, &[0], Options::default()))), "model: lost");
    assert_eq!(ends(Box::new(generate(|_| Ok(vec![]), &[0], Options::default()))), "logits: the vocabulary is empty");
    assert!(ends(Box::new(generate(nan, &[0], stop()))).contains("decoder"));
    let prompt: [&[u32]; 2] = [&[1], &[]];
    assert!(ends(Box::new(generate_model(&model, &prompt, Options::default()))).starts_with("prompt 1 is empty"));
    let outside: [&[u32]; 1] = [&[40]];
    assert!(ends(Box::new(generate_model(&model, &outside, Options::default()))).starts_with("token 40 lies outside"));
    Ok(())
}

/// Scores of a text are what a closure gives, what a cached model gives, and what generation told of it.
#[test]
fn scores_are_those_of_generation() -> Result<(), Error> {
    let options = Options { top_log_probabilities: 3, ..sampled(200, 4)? };
    let steps: Vec<Step> = generate(|t| Ok(logits_after(t)), &[1, 2], options).collect::<Result<_, _>>()?;
    let text: Vec<u32> = [1, 2].into_iter().chain(steps.iter().map(|step| step.token)).collect();
    let by_closure = score(|t| Ok(logits_after(t)), &text, 3)?;
    assert_eq!(by_closure, score_model(&Memory { context: None }, &text, 3)?);
    assert_eq!(by_closure.len(), text.len() - 1);
    for (step, scored) in steps.iter().zip(&by_closure[1..]) {
        assert_eq!((step.token, step.log_probability, &step.top), (scored.token, scored.log_probability, &scored.top));
        let best = logits_after(&text[..2]).len().min(3);
        assert!(scored.top.len() == best && scored.top.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        let own = scored.top.iter().find(|(token, _)| *token == scored.token);
        assert!(own.is_none_or(|(_, p)| (p - scored.log_probability).abs() < 1e-9));
    }
    let mean = by_closure.iter().map(|scored| scored.log_probability).sum::<f64>() / by_closure.len() as f64;
    assert!((perplexity(&by_closure).ln() + mean).abs() < 1e-12);
    assert_eq!(score(|t| Ok(logits_after(t)), &[1], 3)?, []);
    Ok(())
}

#[test]
fn texts_without_a_score_are_errors() {
    let model = Memory { context: Some(4) };
    assert!(matches!(score_model(&model, &[], 0), Err(Error::EmptyPrompt { row: 0 })));
    assert!(matches!(score(|_| Ok(vec![0.0]), &[], 0), Err(Error::EmptyPrompt { row: 0 })));
    assert!(matches!(score_model(&model, &[0; 6], 0), Err(Error::Context { length: 5, context: 4 })));
    assert_eq!(score_model(&model, &[0; 5], 0).map(|scored| scored.len()).ok(), Some(4));
    assert!(matches!(score_model(&model, &[0, 40], 0), Err(Error::Token { token: 40, vocabulary: 40 })));
    assert!(matches!(score(|_| Ok(vec![0.0; 3]), &[0, 3], 0), Err(Error::Token { token: 3, vocabulary: 3 })));
    assert!(matches!(score(|_| Ok(vec![f32::NAN]), &[0, 0], 0), Err(Error::NotANumber { token: 0 })));
}

/// With a seed of its own, a sequence in a batch is what it is alone.
#[test]
fn a_seed_belongs_to_its_sequence() -> Result<(), Error> {
    let options = |seed| -> Result<_, Error> {
        let chain = Chain::new().then(Xtc::new(0.5, 0.1)?).then(PresencePenalty::new(0.5)?.generated_only());
        Ok(Options { chain, ..sampled(25, seed)? })
    };
    let (model, prompts): (_, [&[u32]; 3]) = (Memory { context: None }, [&[1], &[1], &[3, 4]]);
    let mut rows = vec![Vec::new(); 3];
    for step in generate_model(&model, &prompts, options(0)?).seeds(&[11, 12, 11])? {
        let step = step?;
        rows[step.row].push(step.token);
    }
    for ((prompt, seed), row) in prompts.iter().zip([11, 12, 11]).zip(&rows) {
        assert_eq!(&tokens(generate_model(&model, &[*prompt], options(seed)?))?, row);
    }
    assert_ne!(rows[0], rows[1]);
    let wrong = generate_model(&model, &prompts, options(0)?).seeds(&[1]).expect_err("one seed for three prompts");
    assert_eq!(wrong.to_string(), "seeds: 1 for 3 prompts");
    Ok(())
}

/// What a processor knows of the prompt's length, generation has told it.
#[test]
fn the_prompt_does_not_count_as_generated() -> Result<(), Error> {
    let end = |_: &[u32]| Ok(vec![5.0, 1.0]);
    for (prompt, least) in [(&[1][..], 3), (&[1, 1, 1, 1, 1][..], 3)] {
        let chain = Chain::new().then(MinimumLength::generated(least, [0]));
        let options = Options { chain, select: Box::new(Greedy), stop_tokens: vec![0], ..Options::default() };
        assert_eq!(tokens(generate(end, prompt, options))?, [1, 1, 1, 0]);
    }
    Ok(())
}

#[test]
fn time_ends_a_generation_and_is_reported() -> Result<(), Error> {
    let slow = |t: &[u32]| {
        std::thread::sleep(Duration::from_millis(5));
        Ok(logits_after(t))
    };
    let options = Options { maximum_time: Some(Duration::from_millis(40)), ..sampled(100_000, 1)? };
    let mut steps = generate(slow, &[1, 2, 3], options);
    let all: Vec<Step> = steps.by_ref().collect::<Result<_, _>>()?;
    assert_eq!(all.last().map(|step| step.finish), Some(Some(Finish::Time)));
    assert!((1..=8).contains(&all.len()), "{} steps", all.len());
    let report = steps.report();
    assert_eq!((report.prompt_tokens, report.generated_tokens), (3, all.len()));
    assert!(report.total >= Duration::from_millis(40) && report.first >= Duration::from_millis(5));
    let rate = report.tokens_per_second();
    assert!((rate * report.total.as_secs_f64() - all.len() as f64).abs() < 1e-6 && rate <= 200.0, "{rate}");
    assert!(report.prompt_tokens_per_second() <= 600.0);
    Ok(())
}

/// Guided at scale 1 is not guided; at another, the logits are moved, whatever gives them.
#[test]
fn guidance_moves_logits_away() -> Result<(), Error> {
    let model = Memory { context: None };
    let guided = |scale| {
        Guided::new(
            Model::new(&model, Overflow::Stop),
            Closure::new(|t: &[u32]| Ok(logits_after(t))),
            vec![vec![9]],
            scale,
        )
    };
    let plain = tokens(generate_model(&model, &[&[1, 2]], sampled(20, 3)?))?;
    assert_eq!(tokens(Generate::new(guided(1.0)?, &[&[1, 2]], sampled(20, 3)?))?, plain);
    let mut shadow = vec![9];
    let mut before = 0;
    let by_hand = |t: &[u32]| {
        shadow.extend(t.iter().skip(if before == 0 { t.len() } else { before }));
        before = t.len();
        let mut logits = logits_after(t);
        guide(&mut logits, &logits_after(&shadow), 2.5)?;
        Ok(logits)
    };
    let expected = tokens(generate(by_hand, &[1, 2], sampled(20, 3)?))?;
    assert_eq!(tokens(Generate::new(guided(2.5)?, &[&[1, 2]], sampled(20, 3)?))?, expected);
    assert_ne!(expected, plain);
    Ok(())
}

#[test]
fn guidance_that_cannot_be_is_an_error() -> Result<(), Error> {
    let source = || Closure::new(|t: &[u32]| Ok(logits_after(t)));
    let error = Generate::new(Guided::new(source(), source(), vec![], 2.0)?, &[&[1]], Options::default()).next();
    let message = error.expect("an item").expect_err("no negative prompt").to_string();
    assert_eq!(message, "guidance: 0 prompts without the condition for 1");
    assert!(Guided::new(source(), source(), vec![], f32::NAN).is_err());
    assert!(guide(&mut [0.0; 2], &[0.0; 3], 1.0).is_err() && guide(&mut [0.0], &[0.0], f32::INFINITY).is_err());
    assert!(rescale(&mut [0.0; 2], &[0.0; 3], 0.5).is_err() && rescale(&mut [0.0], &[0.0], 1.5).is_err());
    let (mut none, mut same) = ([-f32::INFINITY, 1.0], [3.0, 3.0]);
    guide(&mut none, &[-f32::INFINITY, 0.0], 3.0)?;
    rescale(&mut same, &[0.0, 1.0], 1.0)?; // no spread that could be scaled
    assert_eq!((none, same), ([-f32::INFINITY, 3.0], [3.0, 3.0]));
    Ok(())
}
