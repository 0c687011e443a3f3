//! placeholder until rows land
use super::lanes::Float;

/// sum over the middle axis.
pub(crate) fn sum_axis<T: Float>(x: &[T], n: usize, inner: usize, out: &mut [T]) {
    for (o, out) in out.chunks_mut(inner.max(1)).enumerate() {
        out.fill(T::ZERO);
        for i in 0..n {
            for (j, y) in out.iter_mut().enumerate() {
                *y += x[(o * n + i) * inner + j];
            }
        }
    }
}
