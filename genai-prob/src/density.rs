//! The formula of a density, once for scalars, arrays and tensors.

use genai_core::ops::Elementwise;
use genai_core::{Real, formula};
use std::fmt::Debug;
use std::marker::PhantomData;

/// The logarithm of a density or mass with `K` parameters, written once over [`Real`].
///
/// `prepare` computes the `M` numbers that depend on the parameters alone; a scalar distribution keeps them, an array pays
/// for them once, and a tensor differentiates through them. `ln_density` uses [`Real::select`] instead of `if`, and is
/// −∞ outside the support; there no side may become NaN where the other is chosen.
pub trait Density<const K: usize, const M: usize>: Copy + Debug + Send + Sync + 'static {
    /// The name in messages.
    const NAME: &'static str;

    /// What depends on the parameters alone.
    fn prepare<R: Real>(parameters: [R; K]) -> [R; M];

    /// ln f(x).
    fn ln_density<R: Real>(prepared: [R; M], x: R) -> R;
}

/// The formula with its prepared numbers fixed: a function of x alone.
#[derive(Clone, Copy, Debug)]
struct Prepared<D, const K: usize, const M: usize> {
    prepared: [f64; M],
    density: PhantomData<D>,
}

impl<D: Density<K, M>, const K: usize, const M: usize> Elementwise<1> for Prepared<D, K, M> {
    const NAME: &'static str = D::NAME;

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        let mut prepared = [R::lit(0.0); M];
        #[expect(
            clippy::needless_range_loop,
            reason = "an index loop is inlined into the kernel, a closure may not be"
        )]
        for i in 0..M {
            prepared[i] = R::lit(self.prepared[i]);
        }
        D::ln_density(prepared, x)
    }
}

/// ln f(x) of every element, on registers and threads.
///
/// # Panics
///
/// If the slices differ in length.
#[track_caller]
pub(crate) fn ln_density_into<D: Density<K, M>, const K: usize, const M: usize>(
    prepared: [f64; M],
    x: &[f64],
    out: &mut [f64],
) {
    assert_eq!(x.len(), out.len(), "{}: ln_prob_into reads {} values and writes {}", D::NAME, x.len(), out.len());
    formula::evaluate(Prepared::<D, K, M> { prepared, density: PhantomData }, [x], out);
}
