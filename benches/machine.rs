//! The machine's own limits, measured beside the kernels that should reach them.

use genai_models::core::kernels::lanes::{F32s, Vector};
use genai_models::core::kernels::{Kernel, Simd, dispatch};
use genai_models::core::real::Real;
use std::hint::black_box;
use std::time::Instant;

/// Registers in flight: enough to hide the latency of a fused multiply-add.
const CHAINS: usize = 14;

/// A loop of nothing but fused multiply-adds.
struct Peak(usize);

impl Kernel for Peak {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self) -> f32 {
        let (a, b) = (F32s::<S>::splat(black_box(0.999)), F32s::<S>::splat(black_box(0.001)));
        let mut chains = [F32s::<S>::splat(1.0); CHAINS];
        for _ in 0..self.0 {
            for chain in &mut chains {
                *chain = chain.fma(a, b);
            }
        }
        let mut sum = F32s::<S>::splat(0.0);
        for chain in chains {
            sum += chain;
        }
        sum.sum()
    }
}

/// Floating-point operations a second in `f32`, on this many threads at once: the best of several runs.
pub fn peak_flops(threads: usize) -> f64 {
    const ROUNDS: usize = 1 << 20;
    let once = || {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| black_box(dispatch(Peak(ROUNDS))));
            }
        });
        (threads * ROUNDS * CHAINS * 16 * 2) as f64 / start.elapsed().as_secs_f64()
    };
    (0..9).map(|_| once()).fold(0.0, f64::max)
}
