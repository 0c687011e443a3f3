//! The same bits for any number of threads, and nearly the same numbers on every instruction set, for values and gradients.
#![cfg(test)]

mod rows;

use genai_core::kernels::parallel::pieces;
use genai_core::kernels::{Isa, with_isa};
use genai_core::{DType, Tensor};
use rayon::{ThreadPool, ThreadPoolBuilder};
use rows::{for_each, gap, same, value_and_gradients};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// Pools of one, two and three threads.
static POOLS: LazyLock<[ThreadPool; 3]> = LazyLock::new(|| {
    [1, 2, 3].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start"))
});

fn first_difference(a: &[Tensor], b: &[Tensor]) -> Option<usize> {
    a.iter().zip(b).position(|(a, b)| !same(a, b))
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    // One instruction set at a time: the other test of this file switches it for the process.
    with_isa(Isa::Avx512, || {
        for dtype in [DType::F32, DType::F64] {
            for_each(
                |_| true,
                |row| {
                    let x = row.make_large(dtype);
                    let [one, more @ ..] = POOLS.each_ref().map(|pool| pool.install(|| value_and_gradients(row.f, &x)));
                    for (many, threads) in more.iter().zip(2..) {
                        if let Some(i) = first_difference(&one, many) {
                            return Err(format!("{dtype}: output {i} differs on {threads} threads"));
                        }
                    }
                    Ok(())
                },
            );
        }
    });
}

#[test]
fn large_rows_are_large() {
    for_each(
        |_| true,
        |row| {
            let y = (row.f)(&row.make_large(DType::F32));
            let elements = row.large.iter().map(|input| input.shape.iter().product()).chain([y.count()]).max();
            if elements >= Some(10_000) {
                Ok(())
            } else {
                Err(format!("{elements:?} elements are no work for threads"))
            }
        },
    );
}

#[test]
fn instruction_sets_agree() {
    for (dtype, allowed) in [(DType::F32, 3e-6), (DType::F64, 1e-13)] {
        for_each(
            |_| true,
            |row| {
                let sets = [Isa::Portable, Isa::Avx2, Isa::Avx512];
                for x in [row.make(dtype), row.make_large(dtype)] {
                    let [portable, others @ ..] = sets.map(|isa| with_isa(isa, || value_and_gradients(row.f, &x)));
                    for (other, isa) in others.iter().zip(&sets[1..]) {
                        let gaps = other.iter().zip(&portable).map(|(a, b)| gap(a, b));
                        if let Some((i, gap)) = gaps.enumerate().find(|&(_, gap)| gap > allowed) {
                            return Err(format!("{dtype} {:?} on {isa:?}: output {i}, gap {gap:e}", x[0].shape()));
                        }
                    }
                }
                Ok(())
            },
        );
    }
}

/// Counts how often each of `n` pieces runs.
fn counts(n: usize, cost: usize, also: impl Fn(usize) + Sync) -> Vec<usize> {
    let counts: Vec<AtomicUsize> = (0..n).map(|_| AtomicUsize::new(0)).collect();
    pieces(n, cost, |i| {
        counts[i].fetch_add(1, Relaxed);
        also(i);
    });
    counts.into_iter().map(AtomicUsize::into_inner).collect()
}

/// From outside of a pool, and on threads of pools.
fn everywhere(test: impl Fn() + Sync) {
    test();
    for pool in POOLS.iter() {
        pool.install(&test);
    }
}

#[test]
fn every_piece_runs_once() {
    everywhere(|| {
        for n in [0, 1, 2, 3, 7, 64, 1000, 10_001] {
            for cost in [0, 1, 300, 50_000, usize::MAX] {
                assert_eq!(counts(n, cost, |_| ()), vec![1; n], "{n} pieces of {cost} ns");
            }
        }
    });
}

#[test]
fn pieces_may_share_work_themselves() {
    everywhere(|| {
        let inner = AtomicUsize::new(0);
        let outer = counts(20, 50_000, |_| {
            let (a, b) = rayon::join(|| counts(30, 50_000, |_| ()), || counts(40, 50_000, |_| ()));
            inner.fetch_add(a.iter().chain(&b).sum(), Relaxed);
        });
        assert_eq!((outer, inner.into_inner()), (vec![1; 20], 20 * 70));
    });
}

#[test]
fn many_threads_share_work_at_once() {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| everywhere(|| (1..200).for_each(|n| assert_eq!(counts(n, 20_000, |_| ()), vec![1; n]))));
        }
    });
}

#[test]
fn a_panic_of_any_piece_reaches_the_caller() {
    everywhere(|| {
        for bad in [0, 1, 49, 50, 98, 99] {
            let run = || counts(100, 50_000, |i| assert_ne!(i, bad, "this piece"));
            let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("a piece panicked");
            let message = panic.downcast_ref::<String>().expect("a message");
            assert!(message.contains("this piece"), "{message}");
            assert_eq!(counts(100, 50_000, |_| ()), [1; 100], "afterwards");
        }
    });
}

/// Waits until this many threads have come here, half a minute at most.
fn meet(came: &AtomicUsize, all: usize) {
    came.fetch_add(1, Relaxed);
    let start = Instant::now();
    while came.load(Relaxed) < all {
        assert!(start.elapsed() < Duration::from_secs(30), "{came:?} of {all} threads came");
        thread::yield_now();
    }
}

#[test]
fn every_thread_of_a_pool_takes_part() {
    for pool in POOLS.iter() {
        let (all, came) = (pool.current_num_threads(), AtomicUsize::new(0));
        pool.install(|| assert_eq!(counts(all, 50_000, |_| meet(&came, all)), vec![1; all]));
    }
}

#[test]
fn a_panic_of_a_helper_reaches_the_caller() {
    for pool in &POOLS[1..] {
        let came = AtomicUsize::new(0);
        let run = || {
            let caller = thread::current().id();
            counts(2, 50_000, |_| {
                meet(&came, 2);
                assert_eq!(thread::current().id(), caller, "a helper");
            })
        };
        let panic = pool.install(|| catch_unwind(AssertUnwindSafe(run))).expect_err("a helper panicked");
        let message = panic.downcast_ref::<String>().expect("a message");
        assert!(message.contains("a helper"), "{message}");
        assert_eq!(pool.install(|| counts(100, 50_000, |_| ())), [1; 100], "afterwards");
    }
}
