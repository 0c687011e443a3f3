//! Formulas over arrays: the way to registers and threads for those who have slices and no tensors.

use crate::dtype::Stored;
use crate::kernels::lanes::Float;
use crate::kernels::map::{self, Feed};
use crate::ops::Elementwise;
use crate::ops::elementwise::Map;

/// `out[i] = f(x₀[i], x₁[i], …)`: a formula on the machine's registers, and on several threads where the work is worth it. The
/// bits do not depend on their number.
///
/// An input of one element stands for that number everywhere. What depends on parameters alone is best computed before and
/// held by the formula's struct, whose fields [`Real::lit`](crate::Real::lit) brings into the formula.
///
/// # Panics
///
/// If an input has neither one element nor as many as `out`.
///
/// The log-density of a gamma distribution, ln f(x) = (α − 1)·ln x − βx + α·ln β − lnΓ(α):
///
/// ```
/// use genai_core::ops::Elementwise;
/// use genai_core::{Real, formula, special};
///
/// #[derive(Clone, Copy, Debug)]
/// struct LnPdf {
///     shape: f64,
///     rate: f64,
///     norm: f64,
/// }
///
/// impl Elementwise<1> for LnPdf {
///     const NAME: &'static str = "gamma";
///
///     #[inline(always)]
///     fn eval<R: Real>(self, [x]: [R; 1]) -> R {
///         x.ln().fma(R::lit(self.shape - 1.0), x.fma(R::lit(-self.rate), R::lit(self.norm)))
///     }
/// }
///
/// let (shape, rate): (f64, f64) = (2.5, 0.5);
/// let density = LnPdf { shape, rate, norm: shape * rate.ln() - special::ln_gamma(shape) };
/// let mut out = [0.0; 3];
/// formula::evaluate(density, [&[1.0, 2.0, 4.0]], &mut out);
/// assert!((out[0] + 2.517_550_821_872_783).abs() < 1e-14);
/// ```
#[track_caller]
pub fn evaluate<T: Float + Stored, const N: usize>(f: impl Elementwise<N>, inputs: [&[T]; N], out: &mut [T]) {
    const { assert!(N < map::INPUTS, "a formula has five inputs at most") };
    let count = out.len();
    for (i, x) in inputs.iter().enumerate() {
        assert!(x.len() == count || x.len() == 1, "evaluate: input {i} has {} elements, not 1 or {count}", x.len());
    }
    let formula = |x: &[&[T]], out: &mut [T]| map::over::<T, N>(Map(f), x, out);
    if inputs.iter().all(|x| x.len() == count) {
        return map::straight(&formula, &inputs, out);
    }
    let feeds = inputs.map(|x| if x.len() == count { Feed::Run(x) } else { Feed::Constant(x[0]) });
    map::map(&formula, &feeds, out);
}
