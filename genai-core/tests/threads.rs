//! The same bits for any number of threads, and nearly the same numbers on every instruction set, for values and gradients.
#![cfg(test)]

mod rows;

use genai_core::kernels::{Isa, with_isa};
use genai_core::{DType, Tensor};
use rayon::{ThreadPool, ThreadPoolBuilder};
use rows::{for_each, gap, same, value_and_gradients};
use std::sync::LazyLock;

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
