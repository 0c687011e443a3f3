//! Patterns with `*` for any text.

/// Whether the whole name is as the pattern says.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            let cuts = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            cuts.into_iter().any(|at| matches(rest, &name[at..]))
        }),
    }
}

#[test]
fn patterns() {
    let cases = [("gpt2", "gpt2", true), ("gpt2", "gpt2-x", false), ("gpt2*", "gpt2-x", true), ("*", "", true)];
    let cases = cases.into_iter().chain([("*beam.*", "gen.beam.ids", true), ("*beam.*", "gen.greedy.ids", false)]);
    for (pattern, name, expected) in cases {
        assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
    }
}
