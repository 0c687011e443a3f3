//! What solvers remember.

use crate::diffusion::{Level, Number};

/// What a solver passes from one step to the next; new for every sample.
///
/// Buffers are kept, so that steps allocate nothing after the first few.
#[derive(Clone, Debug, Default)]
pub struct Memory<F> {
    /// What was seen at earlier levels, the newest first.
    pub past: Vec<Past<F>>,
    /// The sample at the beginning of a group of steps.
    pub start: Vec<F>,
    /// The order of the last step.
    pub order: usize,
    /// Working space without meaning between steps.
    pub scratch: Vec<Vec<F>>,
}

/// What was seen at an earlier level: a clean sample, a noise or a slope, as its solver has it.
#[derive(Clone, Debug)]
pub struct Past<F> {
    /// Where.
    pub level: Level,
    /// What.
    pub values: Vec<F>,
}

impl<F: Number> Memory<F> {
    /// Room for a new entry before all others, of which `keep` are kept, this one included.
    pub fn remember(&mut self, level: Level, keep: usize, count: usize) -> &mut [F] {
        self.past.truncate(keep.max(1));
        if self.past.len() < keep.max(1) {
            self.past.insert(0, Past { level, values: Vec::new() });
        } else {
            self.past.rotate_right(1);
        }
        let first = &mut self.past[0];
        first.level = level;
        first.values.resize(count, F::default());
        &mut first.values
    }
}

/// `K` buffers of a length, out of a solver's scratch.
pub(super) fn buffers<F: Number, const K: usize>(scratch: &mut Vec<Vec<F>>, count: usize) -> [&mut [F]; K] {
    if scratch.len() < K {
        scratch.resize_with(K, Vec::new);
    }
    let mut each = scratch.iter_mut();
    std::array::from_fn(|_| {
        let buffer = each.next().expect("there are K or more");
        buffer.resize(count, F::default());
        buffer.as_mut_slice()
    })
}
