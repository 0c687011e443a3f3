//! Fewer steps of a model that was trained with many.

use std::collections::BTreeSet;

use crate::Error;

/// Which training steps to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sections {
    /// Every n-th from 0 on, so that as many as this are kept.
    Stride(usize),
    /// The steps in as many sections of equal length, and out of each as many as this, evenly.
    Counts(Vec<usize>),
}

impl Sections {
    /// Reads `ddim8`, or `10` or `5,3,2`.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Scheduler {
            name: "sections".into(),
            found: text.into(),
            expected: "`ddim` and a number, or numbers with commas",
        };
        let number = |text: &str| text.trim().parse().map_err(|_| wrong());
        match text.strip_prefix("ddim") {
            Some(count) => Ok(Self::Stride(number(count)?)),
            None => text.split(',').map(number).collect::<Result<_, _>>().map(Self::Counts),
        }
    }
}

/// The training steps that are kept, sorted.
///
/// ```
/// use genai_sampling::diffusion::theory::{Sections, spaced};
///
/// assert_eq!(spaced(100, &Sections::parse("ddim5")?)?, [0, 20, 40, 60, 80]);
/// assert_eq!(spaced(100, &Sections::parse("2,1")?)?, [0, 49, 50]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// If no stride gives that number, or a section is shorter than what is asked of it.
pub fn spaced(steps: usize, sections: &Sections) -> Result<Vec<usize>, Error> {
    let wrong = |value: usize, expected| Error::Parameter { name: "sections", value: value as f64, expected };
    match sections {
        Sections::Stride(count) => {
            let stride = (1..steps.max(2)).find(|stride| steps.div_ceil(*stride) == *count);
            let stride = stride.ok_or_else(|| wrong(*count, "a number of steps that a whole stride gives"))?;
            Ok((0..steps).step_by(stride).collect())
        }
        Sections::Counts(counts) if counts.is_empty() => Err(wrong(0, "one section or more")),
        Sections::Counts(counts) => {
            let mut kept = BTreeSet::new();
            let mut start = 0;
            for (i, count) in counts.iter().enumerate() {
                let size = steps / counts.len() + usize::from(i < steps % counts.len());
                if size < *count {
                    return Err(wrong(*count, "no more than a section's steps"));
                }
                let stride = if *count <= 1 { 1.0 } else { (size as f64 - 1.0) / (*count as f64 - 1.0) };
                let mut place = 0.0f64;
                for _ in 0..*count {
                    kept.insert(start + place.round_ties_even() as usize);
                    place += stride;
                }
                start += size;
            }
            Ok(kept.into_iter().collect())
        }
    }
}
