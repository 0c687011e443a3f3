//! Kernels beside the machine's limits: products as a share of the peak of fused multiply-adds, functions on each
//! instruction set. Outside of test mode it fails if `exp` with AVX2 is not at least 1.5 times as fast as without: a kernel
//! that lost an `#[inline(always)]` is compiled for the baseline, and nothing else would tell.

use criterion::{BenchmarkId, Criterion, Throughput};
use genai_benches::cases::prepare;
use genai_benches::inputs::tensor;
use genai_benches::machine::peak_flops;
use genai_benches::protocol::Request;
use genai_models::core::kernels::{Isa, isa, with_isa};
use std::time::Instant;

/// Whether this is `cargo bench -- --test` or `cargo test --benches`: run everything once, time nothing.
fn testing() -> bool {
    std::env::args().any(|argument| argument == "--test") || !std::env::args().any(|argument| argument == "--bench")
}

fn products(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gemm");
    let sizes: &[usize] = if testing() { &[64] } else { &[64, 128, 256, 512, 1024] };
    for &n in sizes {
        let mut request = Request::new("gemm").with("m", n).with("n", n).with("k", n);
        let mut work = prepare(&mut request).expect("the case exists");
        group.throughput(Throughput::Elements(2 * (n as u64).pow(3)));
        group.bench_function(BenchmarkId::from_parameter(n), |b| b.iter(|| work.once()));
        #[cfg(feature = "peers")]
        peer_product(&mut group, n);
    }
    group.finish();
}

/// The same product by the `gemm` crate.
#[cfg(feature = "peers")]
fn peer_product(group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>, n: usize) {
    let (x, w) = (genai_benches::inputs::pattern(n * n, 1, 1.0), genai_benches::inputs::pattern(n * n, 2, 1.0));
    let mut out = vec![0.0_f32; n * n];
    let (row, threads) = (n.cast_signed(), gemm::Parallelism::Rayon(0));
    group.bench_function(BenchmarkId::new("gemm crate", n), |b| {
        b.iter(|| {
            let (to, x, w) = (out.as_mut_ptr(), x.as_ptr(), w.as_ptr());
            // SAFETY: each pointer is to n² elements that are read and written as n rows of n.
            unsafe {
                gemm::gemm(n, n, n, to, 1, row, false, x, 1, row, w, 1, row, 0.0, 1.0, false, false, false, threads);
            }
        });
    });
}

fn cases(criterion: &mut Criterion, group: &str, requests: Vec<(&str, Request)>) {
    let mut group = criterion.benchmark_group(group);
    for (name, mut request) in requests {
        let mut work = prepare(&mut request).expect("the case exists");
        group.bench_function(name, |b| b.iter(|| work.once()));
    }
    group.finish();
}

/// The best time of `exp` over numbers that stay in the second-level cache.
fn exp_seconds(isa: Isa) -> f64 {
    let x = tensor(&[1 << 14], 1, 8.0);
    let once = || {
        let start = Instant::now();
        (0..100).for_each(|_| drop(std::hint::black_box(x.exp())));
        start.elapsed().as_secs_f64() / 100.0
    };
    with_isa(isa, || (0..20).map(|_| once()).fold(f64::INFINITY, f64::min))
}

#[expect(clippy::print_stdout, reason = "a bench reports to the terminal")]
fn main() {
    if !testing() {
        let share = |threads| peak_flops(threads) / 1e9;
        println!("instruction set {:?}; peak of f32: {:.0} GFLOP/s on 1 thread, {:.0} on 2", isa(), share(1), share(2));
        let [portable, avx2] = [Isa::Portable, Isa::Avx2].map(exp_seconds);
        println!("exp: {:.2} times as fast on AVX2 as on the baseline", portable / avx2);
        if isa() >= Isa::Avx2 {
            assert!(portable / avx2 >= 1.5, "exp on AVX2 is compiled for the baseline");
        }
    }
    let mut criterion = Criterion::default().configure_from_args();
    products(&mut criterion);
    let n = if testing() { 1000 } else { 1_000_000 };
    let functions = ["exp", "tanh", "erf", "gelutanh", "add"];
    let functions = functions.map(|op| (op, Request::new("elementwise").with("op", op).with("n", n)));
    cases(&mut criterion, "elementwise", functions.into());
    let r = if testing() { 3 } else { 4096 };
    let rows = ["softmax", "layernorm", "sumrows", "sumcols", "transpose"];
    cases(&mut criterion, "rows", rows.map(|op| (op, Request::new("rows").with("op", op).with("r", r))).into());
    let chain = |tracked| Request::new("overhead").with("tracked", tracked);
    cases(&mut criterion, "overhead of 100 ops", vec![("untracked", chain(false)), ("tracked", chain(true))]);
    criterion.final_summary();
}
