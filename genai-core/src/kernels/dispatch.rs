//! Which instruction set runs: found once, the same body compiled for each.

use super::lanes::{Lanes, Vector};
use std::fmt::Debug;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

/// An instruction set that kernels are compiled for, from the slowest to the fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Isa {
    /// What every machine of the target has.
    Portable = 1,
    /// AVX2 with fused multiply-add.
    Avx2 = 2,
    /// AVX-512 F, BW, DQ, VL and CD.
    Avx512 = 3,
}

/// The instruction set as a type, which a kernel's body is generic over.
pub trait Simd: Copy + Debug + Send + Sync + 'static {
    /// Which one it is.
    const ISA: Isa;
    /// Whether a fused multiply-add is one instruction (without it, `mul_add` is a call into libm).
    const FMA: bool;
    /// One register of the machine, of `f32`.
    type F32: Vector<Scalar = f32>;
    /// One register of the machine, of `f64`.
    type F64: Vector<Scalar = f64>;
}

/// A body that [`dispatch`] compiles for each instruction set.
///
/// `run` and everything that it calls down to the lane operations is `#[inline(always)]`: a single function that is not
/// falls back to the baseline instruction set.
pub trait Kernel {
    /// What it returns.
    type Output;
    /// The body.
    fn run<S: Simd>(self) -> Self::Output;
}

macro_rules! instruction_sets {
    ($($name:ident, $shell:ident, $fma:literal, $f32:literal, $f64:literal, $features:literal;)*) => {$(
        #[doc = concat!("The type of [`Isa::", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Simd for $name {
            const ISA: Isa = Isa::$name;
            const FMA: bool = $fma;
            type F32 = Lanes<f32, Self, $f32>;
            type F64 = Lanes<f64, Self, $f64>;
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $shell<K: Kernel>(kernel: K) -> K::Output {
            kernel.run::<$name>()
        }
    )*};
}

instruction_sets! {
    Portable, portable, false, 4, 2, "sse2";
    Avx2, avx2, true, 8, 4, "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt";
    Avx512, avx512, true, 16, 8, "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt";
}

/// Runs a kernel compiled for the instruction set of [`isa`].
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    match isa() {
        // SAFETY: `isa` names an instruction set only after the processor has reported its features.
        Isa::Avx512 => unsafe { avx512(kernel) },
        // SAFETY: as above.
        Isa::Avx2 => unsafe { avx2(kernel) },
        // SAFETY: SSE2 belongs to the baseline of x86-64.
        Isa::Portable => unsafe { portable(kernel) },
    }
    #[cfg(not(target_arch = "x86_64"))]
    kernel.run::<Portable>()
}

static CHOSEN: AtomicU8 = AtomicU8::new(0);
static FORCED: Mutex<()> = Mutex::new(());

/// The instruction set in use: the best that the processor has, unless the environment variable `GENAI_ISA` (`portable`,
/// `avx2` or `avx512`, read once; an aid for testing) asks for a lesser one.
#[inline]
pub fn isa() -> Isa {
    match CHOSEN.load(Ordering::Relaxed) {
        1 => Isa::Portable,
        2 => Isa::Avx2,
        3 => Isa::Avx512,
        _ => choose(),
    }
}

#[cold]
fn choose() -> Isa {
    let asked = match std::env::var("GENAI_ISA").as_deref() {
        Ok("portable") => Isa::Portable,
        Ok("avx2") => Isa::Avx2,
        _ => Isa::Avx512,
    };
    let chosen = asked.min(best());
    CHOSEN.store(chosen as u8, Ordering::Relaxed);
    chosen
}

/// The best instruction set of this processor.
fn best() -> Isa {
    #[cfg(target_arch = "x86_64")]
    {
        let avx2 = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        let avx512 = avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512cd");
        if avx512 {
            return Isa::Avx512;
        }
        if avx2 {
            return Isa::Avx2;
        }
    }
    Isa::Portable
}

/// Runs `f` with the kernels of another instruction set (capped at what the processor has), for tests and benches. It
/// holds for the whole process; calls on other threads wait for their turn.
#[doc(hidden)]
pub fn with_isa<R>(isa: Isa, f: impl FnOnce() -> R) -> R {
    struct Restore(Isa);
    impl Drop for Restore {
        fn drop(&mut self) {
            CHOSEN.store(self.0 as u8, Ordering::SeqCst);
        }
    }
    let _turn = FORCED.lock().unwrap_or_else(PoisonError::into_inner);
    let _restore = Restore(self::isa());
    CHOSEN.store(isa.min(best()) as u8, Ordering::SeqCst);
    f()
}
