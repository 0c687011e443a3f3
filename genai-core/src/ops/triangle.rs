//! Triangles and diagonals of matrices: made of other ops.

use crate::tensor::Tensor;

/// Which elements of an `[m, n]` matrix a condition on row and column holds for.
fn pattern(m: usize, n: usize, holds: impl Fn(isize, isize) -> bool) -> Tensor {
    let at = |i: usize| holds((i / n) as isize, (i % n) as isize);
    Tensor::from_vec((0..m * n).map(at).collect::<Vec<bool>>(), [m, n])
}

impl Tensor {
    /// The extents of its matrices, the last two axes.
    #[track_caller]
    fn matrices(&self, name: &str) -> [usize; 2] {
        match *self.shape() {
            [.., m, n] => [m, n],
            ref short => panic!("{name}: {short:?} is no matrix"),
        }
    }

    #[track_caller]
    fn masked(&self, name: &str, holds: impl Fn(isize, isize) -> bool) -> Self {
        let [m, n] = self.matrices(name);
        Self::choose(&pattern(m, n, holds), self, &Self::zeros_of((), self.dtype()))
    }

    /// The lower triangle of matrices `[.., m, n]`, up to `diagonal` steps above the main diagonal; 0 elsewhere.
    ///
    /// # Panics
    ///
    /// If there are fewer than two axes.
    #[track_caller]
    pub fn lower_triangle(&self, diagonal: isize) -> Self {
        self.masked("lower_triangle", |row, column| column - row <= diagonal)
    }

    /// The upper triangle of matrices `[.., m, n]`, from `diagonal` steps above the main diagonal on; 0 elsewhere.
    ///
    /// # Panics
    ///
    /// If there are fewer than two axes.
    #[track_caller]
    pub fn upper_triangle(&self, diagonal: isize) -> Self {
        self.masked("upper_triangle", |row, column| column - row >= diagonal)
    }

    /// The diagonals of matrices `[.., m, n]`, `offset` steps above the main one: `[.., k]`.
    ///
    /// # Panics
    ///
    /// If there are fewer than two axes.
    #[track_caller]
    pub fn diagonal(&self, offset: isize) -> Self {
        let [m, n] = self.matrices("diagonal");
        let (down, right) = ((-offset).max(0) as usize, offset.max(0) as usize);
        let count = m.saturating_sub(down).min(n.saturating_sub(right));
        let start = if count == 0 { 0 } else { down * n + right };
        self.flatten_matrices().slice(-1, start, count, n as isize + 1)
    }

    /// [.., m, n] → [.., m·n].
    #[track_caller]
    fn flatten_matrices(&self) -> Self {
        let (lead, [m, n]) = (&self.shape()[..self.rank() - 2], self.matrices("diagonal"));
        self.reshape(lead.iter().copied().chain([m * n]).collect::<Vec<usize>>().as_slice())
    }

    /// Matrices `[.., n, n]` with these rows `[.., n]` as their diagonals; 0 elsewhere.
    ///
    /// # Panics
    ///
    /// If there is no axis.
    #[track_caller]
    pub fn diagonal_matrix(&self) -> Self {
        assert!(self.rank() > 0, "diagonal_matrix: a scalar has no axis");
        let n = self.extent(-1);
        Self::choose(
            &pattern(n, n, |row, column| row == column),
            &self.unsqueeze(-1),
            &Self::zeros_of((), self.dtype()),
        )
    }

    /// The lower triangle with the diagonal halved.
    pub(super) fn lower_half(&self) -> Self {
        let [m, n] = self.matrices("lower_half");
        let weight = |i: usize| [0.0, 0.5, 1.0][1 + usize::from(i / n > i % n) - usize::from(i / n < i % n)];
        self * Self::from_vec((0..m * n).map(weight).collect::<Vec<f64>>(), [m, n]).to_dtype(self.dtype())
    }
}
