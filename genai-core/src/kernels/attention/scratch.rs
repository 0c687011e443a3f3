//! Memory that a thread keeps between tasks.

use super::Float;
use std::cell::Cell;

/// A cache line, so that scratch is aligned to registers.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

thread_local! {
    static LINES: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
}

/// Lends `f` slices of these lengths; what is in them is left from earlier uses.
pub(super) fn with_scratch<T: Float, const N: usize>(lengths: [usize; N], f: impl FnOnce([&mut [T]; N])) {
    let per_line = size_of::<Line>() / size_of::<T>();
    let needed = lengths.iter().map(|length| length.div_ceil(per_line)).sum();
    let mut lines = LINES.take();
    if lines.len() < needed {
        lines.resize(needed, Line([0; 64]));
    }
    let mut rest: &mut [Line] = &mut lines;
    f(lengths.map(|length| {
        let (part, after) = std::mem::take(&mut rest).split_at_mut(length.div_ceil(per_line));
        rest = after;
        // SAFETY: the lines are initialised, aligned to more than `T` and hold `length` of them; any bits are a `T`, which
        // is plain old data. Parts are disjoint and borrowed from `lines`.
        unsafe { std::slice::from_raw_parts_mut(part.as_mut_ptr().cast::<T>(), length) }
    }));
    LINES.set(lines);
}
