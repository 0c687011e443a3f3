//! What was compared, and how far off it was.

use std::fmt::Write as _;
use std::io::{self, Write as _};

/// One entry of a table.
struct Entry {
    name: String,
    values: usize,
    tight: usize,
    worst: f64,
    wrong: Vec<String>,
}

/// The entries seen so far.
#[derive(Default)]
pub(crate) struct Score {
    entries: Vec<Entry>,
}

impl Score {
    /// Begins an entry; the values that follow are its own.
    pub(crate) fn begin(&mut self, name: String) {
        self.entries.push(Entry { name, values: 0, tight: 0, worst: 0.0, wrong: Vec::new() });
    }

    /// Whether this is the entry that was begun last.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.entries.last().is_some_and(|entry| entry.name == name)
    }

    /// Something that cannot even be compared.
    pub(crate) fn fail(&mut self, what: String) {
        self.entries.last_mut().expect("an entry was begun").wrong.push(what);
    }

    /// Compares relatively; a truth below the normal range may be missed by one step.
    pub(crate) fn relative(&mut self, what: &str, got: f64, truth: f64, tolerance: f64) {
        self.value(
            what,
            got,
            truth,
            tolerance * truth.abs() + if truth.abs() < f64::MIN_POSITIVE { 4.95e-324 } else { 0.0 },
            tolerance,
        );
    }

    /// Compares by `tolerance · max(1, |truth|)`.
    pub(crate) fn mixed(&mut self, what: &str, got: f64, truth: f64, tolerance: f64) {
        self.value(what, got, truth, tolerance * truth.abs().max(1.0), tolerance);
    }

    /// Compares by what is allowed, of which the tolerance relative to the scale of its list is a part.
    pub(crate) fn within(&mut self, what: &str, got: f64, truth: f64, allowed: f64, tolerance: f64) {
        self.value(what, got, truth, allowed, tolerance);
    }

    fn value(&mut self, what: &str, got: f64, truth: f64, allowed: f64, tolerance: f64) {
        let entry = self.entries.last_mut().expect("an entry was begun");
        entry.values += 1;
        let off = if got == truth || (got.is_nan() && truth.is_nan()) { 0.0 } else { (got - truth).abs() };
        if off > allowed || off.is_nan() {
            entry.wrong.push(format!("{what}: {got:e}, expected {truth:e} (off by {:.1e} x tolerance)", off / allowed));
        }
        entry.tight += usize::from(off <= allowed * (1e-13 / tolerance).min(1.0) || off < 5e-324);
        entry.worst = entry.worst.max(if off == 0.0 { 0.0 } else { off / allowed });
    }

    /// Prints the lines that sum up, and fails unless all is right that is not listed.
    pub(crate) fn report(&self, not_yet: &[(&str, &str)]) {
        let mut text = String::new();
        not_yet.iter().for_each(|(pattern, what)| writeln!(text, "not yet: {pattern}: {what}").expect("memory"));
        let listed = |name: &str| not_yet.iter().position(|(pattern, _)| matches(pattern, name));
        let mut wrong = Vec::new();
        let mut failed_as_listed = vec![false; not_yet.len()];
        let (mut values, mut tight, mut worst, mut cases) = (0, 0, 0f64, 0);
        for entry in &self.entries {
            match listed(&entry.name) {
                Some(i) => failed_as_listed[i] |= !entry.wrong.is_empty(),
                None => {
                    wrong.extend(entry.wrong.iter().map(|what| format!("{}: {what}", entry.name)));
                    (cases, values, tight, worst) =
                        (cases + 1, values + entry.values, tight + entry.tight, worst.max(entry.worst));
                }
            }
        }
        for ((pattern, _), failed) in not_yet.iter().zip(&failed_as_listed) {
            let met = self.entries.iter().any(|entry| matches(pattern, &entry.name));
            if met && !failed {
                wrong.push(format!("{pattern} is listed as missing and passes"));
            }
        }
        writeln!(text, "reference: {cases} cases, {values} tensors, worst error {worst:.3} x tolerance")
            .expect("memory");
        writeln!(text, "within 1e-13: {tight} of {values}").expect("memory");
        writeln!(io::stdout(), "{text}").expect("standard output"); // not println: tests would keep it to themselves
        assert!(wrong.is_empty(), "{} failures:\n{}", wrong.len(), wrong.join("\n"));
        assert!(values > 0, "nothing was compared");
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}
