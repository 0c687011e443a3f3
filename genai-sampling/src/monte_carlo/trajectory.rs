//! What NUTS remembers of a trajectory: running sums of momenta, from which each of its parts is known.
//!
//! Row i holds the sum of all momenta before leaf i, so a leaf's momentum is the difference of two neighbouring rows, and the
//! sum over any stretch the difference of two rows. No state is copied while a tree grows.

use genai_core::kernels::{Kernel, Simd, dispatch};

/// Running sums, growing in both directions from leaf 0.
#[derive(Debug)]
pub(super) struct Trajectory {
    dim: usize,
    /// Rows 0, 1, 2, …
    up: Vec<f64>,
    /// Rows −1, −2, …
    down: Vec<f64>,
    /// The last row in use, and how many there are below 0; what the vectors hold beyond is of earlier trajectories.
    highest: usize,
    lowest: usize,
}

impl Trajectory {
    pub(super) fn new(dim: usize) -> Self {
        Self { dim, up: vec![0.0; 16 * dim], down: vec![0.0; 16 * dim], highest: 0, lowest: 0 }
    }

    /// Starts with leaf 0.
    pub(super) fn start(&mut self, momentum: &[f64]) {
        let dim = self.dim;
        (self.highest, self.lowest) = (1, 0);
        self.up[..dim].fill(0.0);
        self.up[dim..2 * dim].copy_from_slice(momentum);
    }

    /// Adds a leaf after the last.
    pub(super) fn push_up(&mut self, momentum: &[f64]) {
        self.highest += 1;
        let (dim, end) = (self.dim, self.highest * self.dim);
        grow(&mut self.up, end + dim);
        let (before, after) = self.up.split_at_mut(end);
        dispatch(Sum { from: &before[end - dim..], momentum, sign: 1.0, to: &mut after[..dim] });
    }

    /// Adds a leaf before the first.
    pub(super) fn push_down(&mut self, momentum: &[f64]) {
        let (dim, end) = (self.dim, self.lowest * self.dim);
        self.lowest += 1;
        grow(&mut self.down, end + dim);
        let (before, after) = self.down.split_at_mut(end);
        let from = if end == 0 { &self.up[..dim] } else { &before[end - dim..] };
        dispatch(Sum { from, momentum, sign: -1.0, to: &mut after[..dim] });
    }

    fn row(&self, i: i64) -> &[f64] {
        let (rows, i) = if i >= 0 { (&self.up, i as usize) } else { (&self.down, (-i - 1) as usize) };
        &rows[i * self.dim..(i + 1) * self.dim]
    }

    /// Whether leaves `a ..= b` turn back: whether their summed momenta point against the momentum of either end, for the
    /// whole, for its left part (before `m`) with the next leaf, and for its right part with the leaf before.
    ///
    /// Source: Betancourt 2017, [arXiv:1701.02434](https://arxiv.org/abs/1701.02434), A.4.2, with Stan's additional checks.
    #[inline]
    pub(super) fn turns(&self, a: i64, m: i64, b: i64) -> bool {
        if a + 1 == b {
            let rows = [self.row(a), self.row(m), self.row(b + 1)];
            return dispatch(Pair { rows, dim: self.dim });
        }
        let rows = [a, a + 1, m - 1, m, m + 1, b, b + 1].map(|i| self.row(i));
        dispatch(Parts { rows, dim: self.dim })
    }
}

/// Makes room for a row: seldom, and twice as much as there was.
fn grow(rows: &mut Vec<f64>, length: usize) {
    if rows.len() < length {
        rows.resize(2 * length, 0.0);
    }
}

/// to = from + sign · momentum.
struct Sum<'a> {
    from: &'a [f64],
    momentum: &'a [f64],
    sign: f64,
    to: &'a mut [f64],
}

impl Kernel for Sum<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { from, momentum, sign, to } = self;
        let n = to.len();
        let (from, momentum) = (&from[..n], &momentum[..n]);
        for i in 0..n {
            to[i] = from[i] + sign * momentum[i];
        }
    }
}

/// Two leaves.
struct Pair<'a> {
    rows: [&'a [f64]; 3],
    dim: usize,
}

impl Kernel for Pair<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        let n = self.dim;
        let (a, m, b) = (&self.rows[0][..n], &self.rows[1][..n], &self.rows[2][..n]);
        let (mut sums, mut at) = ([[0.0; 8]; 2], 0);
        while at < n {
            let width = if at + 8 <= n { 8 } else { n - at };
            if width == 8 {
                for l in 0..8 {
                    pair(&mut sums, l, a[at + l], m[at + l], b[at + l]);
                }
            } else {
                for l in 0..width {
                    pair(&mut sums, l, a[at + l], m[at + l], b[at + l]);
                }
            }
            at += width;
        }
        total(&sums[0]) <= 0.0 || total(&sums[1]) <= 0.0
    }
}

#[inline(always)]
fn pair(sums: &mut [[f64; 8]; 2], l: usize, a: f64, m: f64, b: f64) {
    let whole = b - a;
    sums[0][l] += (m - a) * whole;
    sums[1][l] += (b - m) * whole;
}

/// Four leaves or more.
struct Parts<'a> {
    /// Rows a, a + 1, m − 1, m, m + 1, b, b + 1.
    rows: [&'a [f64]; 7],
    dim: usize,
}

impl Kernel for Parts<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        let n = self.dim;
        let [a, a1, l0, m, m1, b, b1] = self.rows;
        let (a, a1, l0, m, m1, b, b1) = (&a[..n], &a1[..n], &l0[..n], &m[..n], &m1[..n], &b[..n], &b1[..n]);
        let (mut sums, mut at) = ([[0.0; 8]; 6], 0);
        while at + 8 <= n {
            for l in 0..8 {
                let i = at + l;
                parts(&mut sums, l, [a[i], a1[i], l0[i], m[i], m1[i], b[i], b1[i]]);
            }
            at += 8;
        }
        for i in at..n {
            parts(&mut sums, i - at, [a[i], a1[i], l0[i], m[i], m1[i], b[i], b1[i]]);
        }
        let mut turns = false;
        for sums in &sums {
            turns |= total(sums) <= 0.0;
        }
        turns
    }
}

#[inline(always)]
fn parts(sums: &mut [[f64; 8]; 6], l: usize, [a, a1, l0, m, m1, b, b1]: [f64; 7]) {
    let (first, left_last, right_first, last) = (a1 - a, m - l0, m1 - m, b1 - b);
    let (whole, left, right) = (b1 - a, m1 - a, b1 - l0); // left and right: each with one leaf of the other
    sums[0][l] += first * whole;
    sums[1][l] += last * whole;
    sums[2][l] += first * left;
    sums[3][l] += right_first * left;
    sums[4][l] += left_last * right;
    sums[5][l] += last * right;
}

#[inline(always)]
fn total(s: &[f64; 8]) -> f64 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}
