//! Copies between layouts and element types.

use super::parallel;
use crate::dtype::{DType, Stored};
use crate::layout::{Layout, coalesce};
use smallvec::SmallVec;

/// Elements that a task copies.
const PIECE: usize = 1 << 16;

/// Copies the elements that `layout` describes in `data` to `out`, in row-major order.
pub(crate) fn gather<T: Stored>(data: &[T], layout: &Layout, out: &mut [T]) {
    if layout.is_contiguous() {
        return parallel::chunks(out, PIECE, PIECE / 4, |i, out| {
            let from = layout.offset() + i * PIECE;
            out.copy_from_slice(&data[from..from + out.len()]);
        });
    }
    let walk = Walk::new(layout);
    parallel::chunks(out, PIECE, PIECE, |i, out| walk.from(i * PIECE).read(data, out));
}

/// A walk over the elements of a layout in row-major order, along as few axes as describe it.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    axes: SmallVec<[(usize, isize); 6]>,
    index: SmallVec<[usize; 6]>,
    at: isize,
}

impl Walk {
    /// At the first element.
    pub(crate) fn new(layout: &Layout) -> Self {
        let axes: SmallVec<[(usize, isize); 6]> =
            coalesce(layout.shape(), [&layout.strides()]).map(|(n, [s])| (n, s)).collect();
        Self { index: SmallVec::from_elem(0, axes.len()), at: layout.offset() as isize, axes }
    }

    /// The same walk from element `position` on.
    pub(crate) fn from(&self, position: usize) -> Self {
        let (mut walk, mut rest) = (self.clone(), position);
        for (a, &(n, s)) in self.axes.iter().enumerate().rev() {
            walk.index[a] = rest % n;
            walk.at += (rest % n) as isize * s;
            rest /= n;
        }
        walk
    }

    /// The element of the buffer where it stands.
    pub(crate) fn position(&self) -> usize {
        self.at as usize
    }

    /// Goes `count` elements on.
    #[inline]
    pub(crate) fn skip(&mut self, count: usize) {
        let Some(last) = self.axes.len().checked_sub(1) else { return };
        let mut count = count;
        while count > 0 {
            let (n, step) = self.axes[last];
            let run = (n - self.index[last]).min(count);
            self.index[last] += run;
            self.at += run as isize * step;
            count -= run;
            self.carry();
        }
    }

    /// Copies the next elements to `out` and goes on.
    pub(crate) fn read<T: Stored>(&mut self, data: &[T], out: &mut [T]) {
        let Some(last) = self.axes.len().checked_sub(1) else {
            return out.fill(data[self.at as usize]);
        };
        let mut done = 0;
        while done < out.len() {
            let (n, step) = self.axes[last];
            let run = (n - self.index[last]).min(out.len() - done);
            let part = &mut out[done..done + run];
            match step {
                1 => part.copy_from_slice(&data[self.at as usize..self.at as usize + run]),
                0 => part.fill(data[self.at as usize]),
                _ => {
                    let mut at = self.at;
                    for x in part {
                        *x = data[at as usize];
                        at += step;
                    }
                }
            }
            self.index[last] += run;
            self.at += run as isize * step;
            done += run;
            self.carry();
        }
    }

    /// After the innermost axis has run: steps the outer ones.
    #[inline]
    fn carry(&mut self) {
        let mut a = self.axes.len() - 1;
        while self.index[a] == self.axes[a].0 {
            self.at -= self.axes[a].0 as isize * self.axes[a].1;
            self.index[a] = 0;
            if a == 0 {
                return;
            }
            a -= 1;
            self.index[a] += 1;
            self.at += self.axes[a].1;
        }
    }
}

/// Adds `x`, read in row-major order, to the elements of `out` that `layout` describes; they are all different.
pub(crate) fn scatter_add<T: Stored + std::ops::AddAssign>(out: &mut [T], layout: &Layout, x: &[T]) {
    let mut axes: SmallVec<[(usize, isize); 6]> =
        coalesce(layout.shape(), [&layout.strides()]).map(|(n, [s])| (n, s)).collect();
    let (n, step) = axes.pop().unwrap_or((1, 1));
    let mut outer = Walk { index: SmallVec::from_elem(0, axes.len()), at: layout.offset() as isize, axes };
    for part in x.chunks_exact(n.max(1)) {
        let start = outer.at;
        if step == 1 {
            let row = &mut out[start as usize..start as usize + n];
            row.iter_mut().zip(part).for_each(|(y, &x)| *y += x);
        } else {
            part.iter().enumerate().for_each(|(i, &x)| out[(start + i as isize * step) as usize] += x);
        }
        outer.skip(1);
    }
}

/// Numbers on their way to another type: those from an index on, as what every type can be made from.
pub(crate) struct Numbers<'a> {
    /// Whether they are floats, and so travel as `f64`.
    pub(crate) are_floats: bool,
    pub(crate) floats: &'a (dyn Fn(usize, &mut [f64]) + Sync),
    pub(crate) integers: &'a (dyn Fn(usize, &mut [i64]) + Sync),
}

/// Numbers that are widened at a time, to stay in the first-level cache.
const WIDENED: usize = 512;

/// Writes numbers as another type, by way of the widest one: so types are compiled one by one, not pair by pair.
pub(crate) fn convert<T: Stored>(x: &Numbers<'_>, out: &mut [T], to: DType) {
    parallel::chunks(out, PIECE, PIECE, |piece, out| {
        for (block, out) in out.chunks_mut(WIDENED).enumerate() {
            let from = piece * PIECE + block * WIDENED;
            if x.are_floats || to == DType::Bool {
                let mut wide = [0.0; WIDENED];
                (x.floats)(from, &mut wide[..out.len()]);
                if to == DType::Bool {
                    out.iter_mut().zip(wide).for_each(|(y, x)| *y = T::from_i64(i64::from(x != 0.0)));
                } else {
                    out.iter_mut().zip(wide).for_each(|(y, x)| *y = T::from_f64(x));
                }
            } else {
                let mut wide = [0; WIDENED];
                (x.integers)(from, &mut wide[..out.len()]);
                out.iter_mut().zip(wide).for_each(|(y, x)| *y = T::from_i64(x));
            }
        }
    });
}
