//! One draw from each of many rows of weights, each used once: two passes over a row, the second over one block of it.

use genai_core::Real;
use genai_core::kernels::lanes::{F32s, Vector};
use genai_core::kernels::{Kernel, Simd, dispatch, parallel, soon};
use genai_core::random::Key;

/// Weights that one partial sum stands for.
const BLOCK: usize = 512;

/// Chooses one column of each row of `weights` (`[rows, columns]`, row-major), a column as likely as its share of the row's
/// sum. The weights are finite and at least 0; the same key gives the same choices for any number of threads.
///
/// A table that makes later draws cheap does not pay for one draw; here a row costs one pass over it, in registers.
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
/// use genai_prob::choose_rows;
///
/// let weights = [0.0, 1.0, 0.0, 2.0, 0.0, 0.0]; // two rows of three
/// assert_eq!(choose_rows(&weights, 3, Key::new(1))?, [1, 0]);
/// # Ok::<(), genai_prob::Error>(())
/// ```
///
/// # Errors
///
/// If the weights are no whole rows, or a row's sum is not a positive finite number, or a weight is negative.
pub fn choose_rows(weights: &[f32], columns: usize, key: Key) -> Result<Vec<usize>, crate::Error> {
    const WHAT: &str = "choose_rows";
    if columns == 0 || !weights.len().is_multiple_of(columns) {
        let found = format!("{} weights in rows of {columns}", weights.len());
        return Err(crate::Error::data(WHAT, found, "whole rows of at least one column"));
    }
    let mut chosen = vec![usize::MAX; weights.len() / columns];
    let mut units = vec![0.0; chosen.len()];
    key.uniform_f64(&mut units);
    parallel::chunks(&mut chosen, 8, columns, |i, chosen| {
        let mut sums = vec![0.0; columns.div_ceil(BLOCK)];
        for (j, chosen) in chosen.iter_mut().enumerate() {
            let row = 8 * i + j;
            let weights = &weights[row * columns..][..columns];
            *chosen = dispatch(Choose { weights, unit: units[row], sums: &mut sums });
        }
    });
    match chosen.iter().position(|&column| column == usize::MAX) {
        Some(row) => {
            Err(crate::Error::data(WHAT, format!("row {row}"), "weights of at least 0 with a positive finite sum"))
        }
        None => Ok(chosen),
    }
}

struct Choose<'a> {
    weights: &'a [f32],
    unit: f64,
    sums: &'a mut [f64],
}

impl Kernel for Choose<'_> {
    /// The column; `usize::MAX` if there is none.
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self) -> usize {
        let (mut total, mut least) = (0.0, [F32s::<S>::splat(0.0); 4]);
        for (sum, block) in self.sums.iter_mut().zip(self.weights.chunks(BLOCK)) {
            soon(block.as_ptr().wrapping_add(BLOCK), BLOCK);
            let mut partial = [F32s::<S>::splat(0.0); 4];
            let mut fours = block.chunks_exact(4 * F32s::<S>::WIDTH);
            for four in &mut fours {
                for i in 0..4 {
                    let x = F32s::<S>::load(&four[i * F32s::<S>::WIDTH..]);
                    partial[i] += x;
                    least[i] = lesser(least[i], x);
                }
            }
            *sum = f64::from(((partial[0] + partial[1]) + (partial[2] + partial[3])).sum());
            for &x in fours.remainder() {
                *sum += f64::from(x);
                least[0] = lesser(least[0], F32s::<S>::splat(x));
            }
            total += *sum;
        }
        let valid = total > 0.0 && total < f64::INFINITY && least.iter().all(|least| least.smallest() >= 0.0);
        if valid { find(self.weights, self.sums, self.unit * total) } else { usize::MAX }
    }
}

/// The lesser, in one instruction: of a NaN the sum tells.
#[inline(always)]
fn lesser<V: Real>(a: V, b: V) -> V {
    V::select(b.lt(a), b, a)
}

/// The column where the running sum first exceeds `target`.
fn find(weights: &[f32], sums: &[f64], mut target: f64) -> usize {
    let mut block = 0;
    while block + 1 < sums.len() && target >= sums[block] {
        target -= sums[block];
        block += 1;
    }
    let mut last = None; // the sums were rounded: the end of a block may be reached, a column of weight 0 never chosen
    for (i, &weight) in weights.iter().enumerate().skip(block * BLOCK) {
        if weight > 0.0 {
            last = Some(i);
            if target < f64::from(weight) {
                return i;
            }
            target -= f64::from(weight);
        }
        if last.is_some() && i >= (block + 1) * BLOCK {
            break;
        }
    }
    last.or_else(|| weights.iter().rposition(|&weight| weight > 0.0)).expect("a positive sum has a positive weight")
}
