//! Steps that are done in one pass, with the bits of the steps one by one.

use super::operation::{Kind, Number};
use super::program::{Folded, Place, Program};
use crate::kernels::lanes::Vector;
use crate::kernels::map::WIDEST;
use crate::kernels::{Kernel, Simd};
use crate::real::Real;

/// What a live step of a bound program becomes.
#[derive(Clone, Debug)]
pub(super) enum Fused<T> {
    /// Its operation.
    Alone,
    /// Nothing: another step does it too.
    Elsewhere,
    /// x·a + b for each of these pairs, one after the other.
    Affine(Place, Vec<[T; 2]>),
    /// 1 where a number lies between two others, else 0.
    Within([Place; 3]),
}

impl Program {
    /// Joins what is x·a + b with known numbers to what it is computed of, and two comparisons to the question whether both are
    /// true, where nothing else needs the first. `last` grows where a number is needed longer then.
    pub(super) fn fuse<T: Number>(
        &self,
        known: &[Option<T>],
        wanted: &[bool],
        folded: &Folded<T>,
        last: &mut [Option<usize>],
    ) -> Vec<Fused<T>> {
        let uses = self.uses(wanted, folded, last);
        let mut fused = vec![Fused::Alone; self.steps.len()];
        for i in 0..self.steps.len() {
            if last[i].is_none() {
                continue;
            }
            let from = &folded.from[i];
            // An earlier step that nobody else asks for.
            let own = |place: Place| match place {
                Place::Step(j) if uses[j] == 1 && folded.value(place, known).is_none() => Some(j),
                _ => None,
            };
            let values: Vec<Option<T>> = from.iter().map(|&place| folded.value(place, known)).collect();
            let whole = if let Some((at, map)) = self.steps[i].affine(&values) {
                match own(from[at]).map(|j| (j, &fused[j])) {
                    Some((j, Fused::Affine(source, maps))) => {
                        let joined = Fused::Affine(*source, maps.iter().copied().chain([map]).collect());
                        fused[j] = Fused::Elsewhere;
                        joined
                    }
                    _ => Fused::Affine(from[at], vec![map]),
                }
            } else if self.steps[i].operation.kind() == Kind::Both
                && let (Some(j), Some(k)) = (own(from[0]), own(from[1]))
                && self.steps[j].operation.kind() == Kind::Less
                && self.steps[k].operation.kind() == Kind::Less
                && let (&[low, x], &[also_x, high]) = (&folded.from[j][..], &folded.from[k][..])
                && x == also_x
            {
                (fused[j], fused[k]) = (Fused::Elsewhere, Fused::Elsewhere);
                Fused::Within([x, low, high])
            } else {
                continue;
            };
            for place in whole.reads() {
                if let Place::Step(source) = place {
                    last[source] = last[source].max(Some(i));
                }
            }
            fused[i] = whole;
        }
        fused
    }

    /// How often each step's number is asked for; one that decides something, or is a result, by somebody else too.
    fn uses<T: Number>(&self, wanted: &[bool], folded: &Folded<T>, last: &[Option<usize>]) -> Vec<usize> {
        let mut uses: Vec<usize> = folded.decides.iter().map(|&decides| usize::from(decides)).collect();
        let results =
            self.results.iter().zip(wanted).filter(|(_, wanted)| **wanted).map(|(&place, _)| folded.found(place));
        let live = (0..self.steps.len()).filter(|&i| last[i].is_some());
        for place in live.flat_map(|i| folded.from[i].iter().copied()).chain(results) {
            if let Place::Step(j) = place {
                uses[j] += 1;
            }
        }
        uses
    }
}

impl<T> Fused<T> {
    /// The numbers that are read, where it is not the operation itself.
    pub(super) fn reads(&self) -> Vec<Place> {
        match self {
            Self::Alone | Self::Elsewhere => Vec::new(),
            Self::Affine(x, _) => vec![*x],
            Self::Within(places) => places.to_vec(),
        }
    }
}

/// out = x·a + b for each pair of `maps`, one after the other; a register of each number.
pub(super) struct Affine<'a, T> {
    pub(super) x: &'a [T],
    pub(super) maps: &'a [T],
    pub(super) out: &'a mut [T],
}

/// Registers that are computed together, so that none waits for itself.
const TOGETHER: usize = 4;

impl<T: Number> Kernel for Affine<'_, T> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "an iterator would not be inlined into the shell")]
    fn run<S: Simd>(self) {
        let width = <T::Single<S> as Vector>::WIDTH;
        let mut at = 0;
        while at < self.out.len() {
            let mut y = [T::Single::<S>::splat(T::ZERO); TOGETHER];
            for i in 0..TOGETHER {
                y[i] = T::Single::<S>::at(self.x, at + i * width, T::ZERO);
            }
            let mut map = 0;
            while map < self.maps.len() {
                let a = T::Single::<S>::load(&self.maps[map..]);
                let b = T::Single::<S>::load(&self.maps[map + WIDEST..]);
                for i in 0..TOGETHER {
                    y[i] = y[i].fma(a, b);
                }
                map += 2 * WIDEST;
            }
            for i in 0..TOGETHER {
                y[i].put(self.out, at + i * width);
            }
            at += TOGETHER * width;
        }
    }
}
