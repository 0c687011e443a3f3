//! Threads. Work is cut by its shape into pieces, and pieces are handed to whichever thread is free: results never depend
//! on the number of threads. The caller's rayon pool is used.

#[cfg(not(target_arch = "wasm32"))]
mod crew;

/// Below this estimated cost in nanoseconds the work stays on the caller's thread: waking another costs tens of
/// microseconds.
#[cfg(not(target_arch = "wasm32"))]
const SERIAL: usize = 50_000;
/// The same where another thread is awake and waits for work.
#[cfg(not(target_arch = "wasm32"))]
const SERIAL_AWAKE: usize = 10_000;

/// Runs `piece(0)`, …, `piece(n − 1)`, on several threads where the work is worth it.
///
/// `cost` is the estimated time of one piece in nanoseconds; it decides where pieces run, never what they compute.
#[inline]
pub fn pieces(n: usize, cost: usize, piece: impl Fn(usize) + Sync) {
    // As a pointer: the machinery of threads is compiled once, not once a kernel.
    run(n, cost, &piece);
}

#[cfg(not(target_arch = "wasm32"))]
#[inline(never)]
fn run(n: usize, cost: usize, piece: &(dyn Fn(usize) + Sync)) {
    if n <= 1 || n.saturating_mul(cost) < SERIAL_AWAKE || rayon::current_num_threads() == 1 {
        return (0..n).for_each(piece);
    }
    crew::share(n, cost, SERIAL, piece);
}

#[cfg(target_arch = "wasm32")]
fn run(n: usize, _: usize, piece: &(dyn Fn(usize) + Sync)) {
    (0..n).for_each(piece);
}

/// Cuts `out` into chunks of `size` elements (the last may be shorter) and runs `piece(i, chunk)` for each, on several
/// threads where the work is worth it; `cost` as in [`pieces`].
#[inline]
pub fn chunks<T: Send>(out: &mut [T], size: usize, cost: usize, piece: impl Fn(usize, &mut [T]) + Sync) {
    cut(out, size, cost, &piece);
}

/// As a pointer: compiled once a type, not once a kernel.
#[inline(never)]
fn cut<T: Send>(out: &mut [T], size: usize, cost: usize, piece: &(dyn Fn(usize, &mut [T]) + Sync)) {
    let (n, length, start) = (out.len().div_ceil(size.max(1)), out.len(), Shared(out.as_mut_ptr()));
    pieces(n, cost, |i| {
        let from = i * size;
        // SAFETY: chunks of different `i` do not overlap, each lies within `out`, and `pieces` runs each `i` once, before
        // `out` is used again.
        let chunk = unsafe { std::slice::from_raw_parts_mut(start.at(from), size.min(length - from)) };
        piece(i, chunk);
    });
}

/// A pointer that tasks share, each touching elements of its own.
#[derive(Debug)]
pub(crate) struct Shared<T>(*mut T);

// SAFETY: the pointer is only offset by the tasks; whoever dereferences it promises that tasks touch different elements.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Shared<T> {}

impl<T> Shared<T> {
    /// Wraps the start of a slice.
    pub(crate) fn new(slice: &mut [T]) -> Self {
        Self(slice.as_mut_ptr())
    }

    /// The pointer `offset` elements on.
    pub(crate) fn at(self, offset: usize) -> *mut T {
        self.0.wrapping_add(offset)
    }
}
