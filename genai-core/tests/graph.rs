//! The graph: what it records, what it costs, what it leaves behind.
#![cfg(test)]

use genai_core::ops::Attention;
use genai_core::random::Key;
use genai_core::{Backward, DType, Tensor, buffer, check_gradient, check_second_gradient, grad};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tests here take turns: some measure the pool of the whole process.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn uniform(shape: &[usize], seed: u64) -> Tensor {
    let mut data = vec![0.0; shape.iter().product()];
    Key::new(seed).uniform_f64(&mut data);
    data.iter_mut().for_each(|x| *x = 2.0 * *x - 1.0);
    Tensor::from_vec(data, shape)
}

#[test]
fn a_chain_of_a_million_ops() {
    let _turn = turn();
    let x = Tensor::from([1.0]).tracked();
    let chain = || {
        let mut y = x.clone();
        for _ in 0..1_000_000 {
            y = y + 0.5;
        }
        y
    };
    let y = chain();
    assert_eq!(y.item::<f32>(), 500_001.0);
    let g = grad(&y, &[&x], false).remove(0);
    assert_eq!(g.item::<f32>(), 1.0);
    drop((y, g));
    let before = buffer::pool::held();
    drop(chain());
    assert_eq!(buffer::pool::held(), before, "a second chain of the same length took more memory");
}

#[test]
fn recorded_gradients_of_a_long_chain() {
    let _turn = turn();
    let x = Tensor::of::<f64>([0.1]).tracked();
    let mut y = x.clone();
    for _ in 0..50_000 {
        y = y.sin();
    }
    let first = grad(&y, &[&x], true).remove(0);
    let second = grad(&first, &[&x], false).remove(0);
    assert!(first.item::<f64>() > 0.0 && second.item::<f64>() < 0.0);
}

#[test]
fn a_training_loop_holds_no_more_after_its_first_steps() {
    let _turn = turn();
    let w = uniform(&[64, 64], 1).tracked();
    let step = || {
        let y = w.matmul(&w.softmax(-1)).gelu().square().mean();
        let first = grad(&y, &[&w], true).remove(0);
        let penalty = first.square().sum();
        assert!(penalty.backward().get(&w).is_some());
    };
    (0..3).for_each(|_| step());
    let before = buffer::pool::held();
    (0..50).for_each(|_| step());
    assert_eq!(buffer::pool::held(), before);
}

#[test]
fn a_graph_is_not_consumed() {
    let _turn = turn();
    let x = uniform(&[3, 4], 2).tracked();
    let y = x.softmax(-1).matmul(&x.t()).sum();
    let [first, second] = [0, 1].map(|_| y.backward().get(&x).expect("y depends on x").to_vec::<f64>());
    assert_eq!(first, second);
    let recorded = grad(&y, &[&x], true).remove(0).to_vec::<f64>();
    let close = recorded.iter().zip(&first).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(close, "the recorded gradient is another one");
    assert_eq!(y.backward().get(&x).map(Tensor::to_vec::<f64>), Some(first));
}

#[test]
fn gradients_of_intermediates() {
    let _turn = turn();
    let x = Tensor::from([3.0]).tracked();
    let square = x.square();
    let y = &square * &square + &x;
    let [by_square, by_x] = &grad(&y, &[&square, &x], false)[..] else { panic!("two gradients") };
    assert_eq!(by_square.item::<f32>(), 18.0, "d(s² + x)/ds = 2 s");
    assert_eq!(by_x.item::<f32>(), 109.0, "d(x⁴ + x)/dx = 4 x³ + 1");
    assert_eq!(grad(&y, &[&y], false)[0].item::<f32>(), 1.0, "a result by itself");
}

#[test]
fn the_same_tensor_more_than_once() {
    let _turn = turn();
    let x = uniform(&[2, 1, 5, 4], 3);
    let tolerance = 1e-8;
    type Function = fn(&Tensor) -> Tensor;
    let cases: [(&str, Function); 5] = [
        ("x x", |x| x * x),
        ("x / x", |x| x / (x * x + 1.0) - x.maximum(x)),
        ("x xᵀ", |x| x.matmul(&x.t())),
        ("attention", |x| Attention::causal().apply(x, x, x)),
        ("concat", |x| Tensor::concat(&[x, x, x], 1).square()),
    ];
    for (name, f) in cases {
        check_gradient(|x| f(&x[0]), std::slice::from_ref(&x), tolerance).unwrap_or_else(|e| panic!("{name}: {e}"));
        check_second_gradient(|x| f(&x[0]), std::slice::from_ref(&x), tolerance)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[test]
fn untracked_inference_saves_nothing() {
    let _turn = turn();
    let x = uniform(&[256, 256], 4);
    let y = x.exp();
    assert!(!y.is_tracked());
    let mut value = y.softmax(-1).into_value();
    assert!(value.is_unshared(), "somebody keeps the result");
    // Tracked, exp keeps its output.
    let mut value = x.tracked().exp().detach().into_value();
    assert!(value.is_unshared(), "the graph was dropped with its last tensor");
    let kept = x.tracked().exp();
    let mut value = kept.detach().into_value();
    assert!(!value.is_unshared());
}

#[test]
fn integers_and_masks_are_never_tracked() {
    let _turn = turn();
    let x = uniform(&[4], 5).tracked();
    assert!(!x.gt(0.0).is_tracked());
    assert!(!x.argmax(0).is_tracked());
    assert!(!x.to_dtype(DType::I64).is_tracked());
}

#[test]
fn graphs_in_parallel_threads() {
    let _turn = turn();
    let work = |seed: u64| {
        let x = uniform(&[16, 16], seed).tracked();
        let mut y = x.clone();
        for _ in 0..20 {
            y = y.matmul(&x).tanh();
        }
        let first = grad(&y, &[&x], true).remove(0);
        grad(&first.square(), &[&x], false).remove(0).to_vec::<f64>()
    };
    let alone: Vec<Vec<f64>> = (0..8).map(work).collect();
    let together: Vec<Vec<f64>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|seed| scope.spawn(move || work(seed))).collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ends well")).collect()
    });
    assert_eq!(alone, together);
}

#[test]
fn a_shared_leaf_in_parallel_graphs() {
    let _turn = turn();
    let x = uniform(&[32], 6).tracked();
    let alone = grad(&x.exp(), &[&x], false).remove(0).to_vec::<f64>();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(grad(&x.exp(), &[&x], false).remove(0).to_vec::<f64>(), alone));
        }
    });
}

#[test]
fn check_finite_names_op_and_line() {
    let _turn = turn();
    let x = Tensor::from([0.0]).tracked();
    let inner = x.sqrt();
    let y = &inner * 2.0;
    let how = Backward { check_finite: true, ..Backward::default() };
    let message = *std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| how.grad(&y, &[&x])))
        .expect_err("√x has an infinite slope at 0")
        .downcast::<String>()
        .expect("a panic with a message");
    assert!(message.contains("leaf") || message.contains("sqrt"), "{message}");
    assert!(message.contains("graph.rs") && message.contains("not finite"), "{message}");
    // A gradient that is fine passes.
    assert_eq!(how.grad(&(&x * 2.0), &[&x])[0].item::<f32>(), 2.0);
}

#[test]
fn through_views() {
    let _turn = turn();
    let x = uniform(&[3, 4, 2], 7);
    let y = uniform(&[2, 3, 4], 8);
    let f = |x: &[Tensor]| {
        let moved = x[0].permute([2, 0, 1]); // [2, 3, 4]
        let parts = moved.split(2, &[1, 3]);
        let joined = Tensor::concat(&[&parts[1].flip(-1), &parts[0].expand([2, 3, 2]), &x[1].slice(2, 3, 2, -2)], -1);
        joined.select(0, 1).square() * moved.narrow(0, 1, 1).flip(1).squeeze(0).narrow(1, 1, 1)
    };
    check_gradient(f, &[x.clone(), y.clone()], 1e-9).expect("first gradient");
    check_second_gradient(f, &[x, y], 1e-8).expect("second gradient");
}

#[test]
fn gradients_of_what_is_not_connected_are_zeros() {
    let _turn = turn();
    let (x, other) = (Tensor::from([1.0, 2.0]).tracked(), Tensor::of::<f64>([[1.0, 2.0, 3.0]]).tracked());
    let y = x.square();
    let g = grad(&y, &[&other, &x], false);
    assert_eq!((g[0].shape(), g[0].dtype(), g[0].to_vec::<f64>()), (&[1, 3][..], DType::F64, vec![0.0; 3]));
    assert_eq!(g[1].to_vec::<f32>(), [2.0, 4.0]);
    assert!(y.backward().get(&other).is_none());
    let constant = grad(&Tensor::from([1.0]), &[&x], false);
    assert_eq!(constant[0].to_vec::<f32>(), [0.0, 0.0]);
    // The gradient of a linear function is constant: its own gradient is zeros.
    let slope = grad(&(&x * 3.0), &[&x], true).remove(0);
    assert_eq!(grad(&slope, &[&x], false)[0].to_vec::<f32>(), [0.0, 0.0]);
}

#[test]
fn detached_parts_have_no_gradient() {
    let _turn = turn();
    let x = Tensor::from([3.0]).tracked();
    let y = &x * x.detach();
    assert_eq!(grad(&y, &[&x], false)[0].item::<f32>(), 3.0);
    let again = y.tracked();
    assert!(again.square().backward().get(&x).is_none(), "a new leaf is where gradients end");
}

#[test]
fn gradients_of_parts_add_up() {
    let _turn = turn();
    let x = uniform(&[6, 4], 9).tracked();
    let whole = x.exp().sum().backward();
    let mut parts = x.narrow(0, 0, 2).exp().sum().backward();
    parts.accumulate(x.narrow(0, 2, 4).exp().sum().backward());
    let of = |grads: &genai_core::Grads| grads.get(&x).expect("depends on x").to_vec::<f64>();
    assert_eq!(of(&whole), of(&parts));
}

/// 10 · mean (‖∂s/∂x‖ − 1)² for a critic with one hidden layer, s = tanh(x w₁ᵀ) w₂: a loss that holds a gradient.
#[test]
fn gradient_penalty() {
    let _turn = turn();
    let penalty = |x: &[Tensor]| {
        let [x, w1, w2] = x else { panic!("three inputs") };
        let x = if x.is_tracked() { x.clone() } else { x.tracked() };
        let score = x.linear(w1, None).tanh().matmul(w2); // [b, 1]
        let slope = grad(&score, &[&x], true).remove(0); // [b, c]
        ((slope.square().sum_over(-1, false).sqrt() - 1.0).square().mean()) * 10.0
    };
    let inputs = [uniform(&[4, 5], 10), uniform(&[6, 5], 11), uniform(&[6, 1], 12)];
    // In closed form ∂s/∂x = ((1 − tanh²(x w₁ᵀ)) ∘ w₂ᵀ) w₁.
    let closed = |x: &[Tensor]| {
        let hidden = x[0].matmul(&x[1].t()).tanh();
        let slope = ((1.0 - hidden.square()) * x[2].t()).matmul(&x[1]);
        ((slope.square().sum_over(-1, false).sqrt() - 1.0).square().mean()) * 10.0
    };
    let leaves = inputs.each_ref().map(Tensor::tracked);
    let (got, expected) = (penalty(&leaves), closed(&leaves));
    assert!((got.item::<f64>() - expected.item::<f64>()).abs() < 1e-12);
    let by = leaves.each_ref();
    for (i, (g, e)) in grad(&got, &by, false).iter().zip(grad(&expected, &by, false)).enumerate() {
        let worst =
            g.to_vec::<f64>().into_iter().zip(e.to_vec::<f64>()).map(|(g, e)| (g - e).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-11, "gradient {i}: {worst:e} off");
    }
    check_gradient(penalty, &inputs, 1e-8).expect("gradient of the penalty");
    check_second_gradient(penalty, &inputs, 1e-7).expect("second gradient of the penalty");
}
