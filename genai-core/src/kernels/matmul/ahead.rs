//! Memory that is asked for ahead of time, a few lines at a time, so that the requests hide behind the arithmetic.

use super::vector::Vector;

/// Lines of memory that a later tile will read, asked for a few at a time.
#[derive(Debug)]
pub(super) struct Ahead<T> {
    row: *const T,
    row_step: isize,
    /// The lines of a row, and at which of them it stands.
    lines: usize,
    line: usize,
    left: usize,
    at_a_time: usize,
}

impl<T> Ahead<T> {
    /// `rows` rows of `width` elements, asked for in `calls` calls or fewer.
    pub(super) fn new(row: *const T, row_step: isize, rows: usize, width: usize, calls: usize) -> Self {
        let lines = (width * size_of::<T>()).div_ceil(64);
        Self { row, row_step, lines, line: 0, left: rows * lines, at_a_time: (rows * lines).div_ceil(calls.max(1)) }
    }

    /// Asks for the next lines.
    ///
    /// # Safety
    ///
    /// The instruction set is there.
    #[inline(always)]
    pub(super) unsafe fn ask<V: Vector<Element = T>>(&mut self) {
        for _ in 0..self.at_a_time.min(self.left) {
            // SAFETY: passed on; any address may be asked for.
            unsafe { V::prefetch(self.row.wrapping_byte_add(self.line * 64)) };
            self.line += 1;
            if self.line == self.lines {
                (self.row, self.line) = (self.row.wrapping_offset(self.row_step), 0);
            }
        }
        self.left = self.left.saturating_sub(self.at_a_time);
    }
}
