//! Rows of ops that look at more than one element.

use super::{Row, indices, mask, positive, row, t};
use genai_core::ops::{Attention, CrossEntropyConfig};
use genai_core::random::Key;
use genai_core::{Backward, DType, Tensor};

/// The adjoint of a linear function, applied to g: its gradient, recorded for gradients by g.
fn adjoint(shape: &[usize], g: &Tensor, f: impl Fn(&Tensor) -> Tensor) -> Tensor {
    let x = Tensor::zeros_of(shape, g.dtype()).tracked();
    Backward { create_graph: true, ..Backward::default() }.grad_with(&f(&x), &[&x], g).remove(0)
}

/// Every second of the inner rows, backwards.
fn part(x: &Tensor) -> Tensor {
    let rows = x.shape()[0];
    x.slice(0, rows - 2, rows / 2 - 1, -2)
}

/// The adjoint of [`part`].
fn place(g: &Tensor) -> Tensor {
    adjoint(&[2 * (g.shape()[0] + 1), g.shape()[1]], g, part)
}

pub(crate) fn rows() -> Vec<Row> {
    [reductions(), scans(), systems(), views(), picks(), products(), normalisations(), attentions(), choices()].concat()
}

fn reductions() -> Vec<Row> {
    let large = || [t(&[48, 80, 60])];
    vec![
        row("sum", [t(&[3, 4, 5])], |x| x[0].sum()).large(large()).integers(),
        row("sum/first", [t(&[3, 4, 5])], |x| x[0].sum_over(0, false)).large(large()).integers(),
        row("sum/middle", [t(&[3, 4, 5])], |x| x[0].sum_over(1, true)).large(large()).integers(),
        row("sum/last", [t(&[3, 4, 5])], |x| x[0].sum_over(-1, false)).large(large()).integers(),
        row("sum/apart", [t(&[3, 4, 5])], |x| x[0].sum_over([0, 2], false)).large(large()).integers(),
        row("mean", [t(&[3, 4, 5])], |x| x[0].mean_over([0, -1], true)).large(large()).composed(),
        row("var", [t(&[3, 4, 5])], |x| x[0].var_over(1, 1.0, false)).large(large()).composed(),
        row("prod", [t(&[3, 4, 5])], |x| x[0].prod_over(1, false)).large([positive(&[60, 4, 900])]),
        row("prod/apart", [t(&[3, 2, 2])], |x| x[0].prod_over([0, 2], true)).large([t(&[4, 30000, 2])]).integers(),
        row("max", [t(&[3, 4, 5])], |x| x[0].max_over(1, false)).large(large()).integers(),
        row("max/all", [t(&[3, 4, 5])], |x| x[0].max()).large(large()).integers(),
        row("min", [t(&[3, 4, 5])], |x| x[0].min_over([0, 2], true)).large(large()).integers(),
        row("argmax", [t(&[3, 4, 5])], |x| x[0].argmax(1)).large(large()).integers().not_differentiable(),
        row("argmin", [t(&[3, 4, 5])], |x| x[0].argmin(-1)).large(large()).integers().not_differentiable(),
        row("log_sum_exp", [t(&[3, 4, 5])], |x| x[0].log_sum_exp_over(1, false)).large(large()).composed(),
    ]
}

fn scans() -> Vec<Row> {
    let large = || [t(&[48, 80, 60])];
    vec![
        row("cumulative_sum", [t(&[3, 4, 5])], |x| x[0].cumulative_sum(1)).large(large()),
        row("cumulative_sum/last", [t(&[3, 4])], |x| x[0].cumulative_sum(-1)).large([t(&[300, 400])]),
        row("recurrence", [t(&[3, 4, 5]), t(&[3, 4, 5])], |x| x[0].recurrence(&x[1], 1))
            .large([t(&[48, 80, 60]).within(-1.0, 1.0), t(&[48, 80, 60])]),
        row("cumulative_product", [t(&[3, 4, 5])], |x| x[0].cumulative_product(1))
            .large([t(&[48, 80, 60]).within(-1.2, 1.2)])
            .composed(),
        // Its gradient is exact at zeros, too.
        row("cumulative_product/zeros", [t(&[3, 6])], |x| {
            (&x[0] * x[0].gt(0.0).to_dtype(x[0].dtype())).cumulative_product(1)
        })
        .large([t(&[48, 4800]).within(-1.2, 1.2)])
        .composed(),
        row("log_cumulative_sum_exp", [t(&[3, 4, 5])], |x| x[0].log_cumulative_sum_exp(1)).large(large()),
    ]
}

/// A positive definite matrix.
fn definite(x: &Tensor) -> Tensor {
    x.matmul(&x.t()) + Tensor::eye(x.extent(-1)).to_dtype(x.dtype()) * 4.0
}

/// An invertible matrix that is not symmetric.
fn invertible(x: &Tensor) -> Tensor {
    definite(x) + x - x.t()
}

/// A matrix whose triangles are well conditioned.
fn strong(x: &Tensor) -> Tensor {
    x * 0.25 + Tensor::eye(x.extent(-1)).to_dtype(x.dtype()) * 4.0
}

fn systems() -> Vec<Row> {
    let large = || [t(&[60, 14, 14])];
    let sides = || [t(&[2, 4, 4]), t(&[2, 4, 3])];
    let large_sides = || [t(&[60, 14, 14]), t(&[60, 14, 9])];
    vec![
        row("cholesky", [t(&[2, 4, 4])], |x| definite(&x[0]).cholesky().expect("positive definite")).large(large()),
        row("solve_triangular", sides(), |x| strong(&x[0]).solve_lower(&x[1])).large(large_sides()),
        row("solve_triangular/upper", sides(), |x| strong(&x[0]).solve_upper(&x[1])).large(large_sides()),
        row("solve_triangular/broadcast", [t(&[4, 4]), t(&[2, 4, 3])], |x| strong(&x[0]).t().solve_upper(&x[1]))
            .large([t(&[14, 14]), t(&[90, 14, 9])]),
        row("solve", sides(), |x| invertible(&x[0]).solve(&x[1]).expect("invertible")).large(large_sides()),
        row("inverse", [t(&[2, 4, 4])], |x| invertible(&x[0]).inverse().expect("invertible")).large(large()),
        row("log_determinant", [t(&[2, 4, 4])], |x| {
            let (sign, ln) = (&x[0] * 2.0 + x[0].t()).log_determinant();
            sign * 3.0 + ln
        })
        .large(large()),
        row("lower_triangle", [t(&[2, 4, 5])], |x| x[0].lower_triangle(-1)).large([t(&[6, 140, 150])]).composed(),
        row("upper_triangle", [t(&[2, 4, 5])], |x| x[0].upper_triangle(1)).large([t(&[6, 140, 150])]).composed(),
        row("diagonal", [t(&[2, 4, 5])], |x| x[0].diagonal(1)).large([t(&[6, 140, 150])]).composed(),
        row("diagonal/below", [t(&[2, 5, 4])], |x| x[0].diagonal(-2)).large([t(&[6, 150, 140])]).composed(),
        row("diagonal_matrix", [t(&[2, 4])], |x| x[0].diagonal_matrix()).large([t(&[50, 70])]).composed(),
    ]
}

fn views() -> Vec<Row> {
    let large = || [t(&[600, 400])];
    vec![
        row("reshape", [t(&[6, 4])], |x| x[0].reshape([2, x[0].count() / 2])).large(large()).integers(),
        row("permute", [t(&[6, 4])], |x| x[0].permute([1, 0])).large(large()).integers(),
        row("expand", [t(&[6, 4])], |x| x[0].unsqueeze(1).expand([x[0].shape()[0], 3, x[0].shape()[1]]))
            .large(large())
            .integers(),
        row("slice", [t(&[6, 4])], |x| part(&x[0])).large(large()).integers(),
        row("slice/flip", [t(&[6, 4])], |x| x[0].flip(1)).large(large()).integers(),
        row("slice/overlapping", [t(&[6, 4])], |x| x[0].narrow(0, 0, 4) * x[0].narrow(0, 2, 4))
            .large(large())
            .integers(),
        row("place", [t(&[2, 4])], |x| place(&x[0])).large(large()),
        row("select", [t(&[6, 4])], |x| adjoint(&[x[0].shape()[0] / 2 - 1, x[0].shape()[1]], &x[0], place))
            .large(large()),
        row("contiguous", [t(&[6, 4])], |x| x[0].t().contiguous()).large(large()).integers(),
        row("concat", [t(&[6, 4]), t(&[6, 1]), t(&[6, 4])], |x| Tensor::concat(&[&x[0], &x[1], &x[2]], 1))
            .large([t(&[600, 400]), t(&[600, 1]), t(&[600, 40])])
            .integers(),
        row("concat/first", [t(&[6, 4]), t(&[1, 4])], |x| Tensor::concat(&[&x[0], &x[1], &x[0]], 0))
            .large([t(&[600, 400]), t(&[1, 400])])
            .integers(),
        row("pad", [t(&[6, 4])], |x| x[0].pad(&[(1, 2), (0, 3)], 0.5)).large(large()).composed(),
        row("to_dtype", [t(&[6, 4])], |x| x[0].to_dtype(DType::F64).square().to_dtype(x[0].dtype())).large(large()),
    ]
}

fn picks() -> Vec<Row> {
    vec![
        row("index_select", [t(&[6, 4]), indices(&[2, 4], 6)], |x| x[0].index_select(0, &x[1]))
            .large([t(&[600, 400]), indices(&[20, 45], 600)])
            .integers(),
        row("index_select/last", [t(&[6, 4]), indices(&[5], 4)], |x| x[0].index_select(1, &x[1]))
            .large([t(&[600, 400]), indices(&[500], 400)])
            .integers(),
        row("index_add", [t(&[2, 5, 4]), indices(&[2, 5], 6)], |x| {
            adjoint(&[6, x[0].shape()[2]], &x[0], |table| table.index_select(0, &x[1]))
        })
        .large([t(&[40, 50, 120]), indices(&[40, 50], 6)]),
        row("gather", [t(&[3, 5, 4]), indices(&[3, 2, 4], 5)], |x| x[0].gather(1, &x[1]))
            .large([t(&[300, 20, 40]), indices(&[300, 25, 40], 20)])
            .integers(),
        row("gather/shorter", [t(&[3, 5, 4]), indices(&[2, 2, 3], 5)], |x| x[0].gather(1, &x[1]))
            .large([t(&[300, 20, 40]), indices(&[280, 25, 35], 20)])
            .integers(),
        row("scatter_add", [t(&[3, 5, 4]), indices(&[3, 7, 4], 5), t(&[3, 7, 4])], |x| {
            x[0].scatter_add(1, &x[1], &x[2])
        })
        .large([t(&[300, 20, 40]), indices(&[300, 25, 40], 20), t(&[300, 25, 40])])
        .integers(),
        row("scatter_add/shorter", [t(&[3, 5, 4]), indices(&[2, 7, 3], 5), t(&[2, 7, 3])], |x| {
            x[0].scatter_add(1, &x[1], &x[2])
        })
        .large([t(&[300, 20, 40]), indices(&[280, 25, 35], 20), t(&[280, 25, 35])])
        .integers(),
    ]
}

fn products() -> Vec<Row> {
    let matmul: fn(&[Tensor]) -> Tensor = |x| x[0].matmul(&x[1]);
    vec![
        row("matmul", [t(&[3, 5]), t(&[5, 4])], matmul).large([t(&[130, 200]), t(&[200, 170])]).integers(),
        row("matmul/batched", [t(&[2, 3, 5]), t(&[2, 5, 4])], matmul)
            .large([t(&[9, 60, 70]), t(&[9, 70, 50])])
            .integers(),
        row("matmul/broadcast", [t(&[2, 1, 3, 5]), t(&[4, 5, 2])], matmul)
            .large([t(&[3, 1, 50, 60]), t(&[4, 60, 70])])
            .integers(),
        row("matmul/shared", [t(&[2, 3, 5]), t(&[5, 4])], matmul).large([t(&[9, 60, 70]), t(&[70, 50])]).integers(),
        row("matmul/transposed", [t(&[5, 3]), t(&[4, 5])], |x| x[0].t().matmul(&x[1].t()))
            .large([t(&[200, 130]), t(&[170, 200])])
            .integers(),
        row("matmul/row", [t(&[1, 5]), t(&[5, 4])], matmul).large([t(&[1, 700]), t(&[700, 900])]).integers(),
        row("linear", [t(&[2, 3, 5]), t(&[4, 5]), t(&[4])], |x| x[0].linear(&x[1], Some(&x[2]))).large([
            t(&[5, 40, 150]),
            t(&[170, 150]),
            t(&[170]),
        ]),
        row("linear/no_bias", [t(&[3, 5]), t(&[4, 5])], |x| x[0].linear(&x[1], None))
            .large([t(&[200, 150]), t(&[170, 150])]),
        row("linear/inputs_first", [t(&[3, 5]), t(&[5, 4]), t(&[4])], |x| x[0].linear_inputs_first(&x[1], Some(&x[2])))
            .large([t(&[200, 150]), t(&[150, 170]), t(&[170])]),
    ]
}

fn normalisations() -> Vec<Row> {
    let large = || [t(&[700, 330])];
    let normed = || [t(&[3, 2, 6]), positive(&[6]), t(&[6])];
    let normed_large = || [t(&[30, 25, 330]), positive(&[330]), t(&[330])];
    vec![
        row("softmax", [t(&[3, 5])], |x| x[0].softmax(-1)).large(large()).fused(),
        row("softmax/middle", [t(&[2, 5, 3])], |x| x[0].softmax(1)).large([t(&[30, 90, 100])]),
        row("log_softmax", [t(&[3, 5])], |x| x[0].log_softmax(-1)).large(large()).fused(),
        row("layer_norm", normed(), |x| x[0].layer_norm(Some(&x[1]), Some(&x[2]), 1e-5)).large(normed_large()).fused(),
        row("layer_norm/plain", [t(&[3, 5])], |x| x[0].layer_norm(None, None, 1e-5)).large(large()).fused(),
        row("rms_norm", [t(&[3, 6]), positive(&[6])], |x| x[0].rms_norm(Some(&x[1]), 1e-6))
            .large([t(&[700, 330]), positive(&[330])])
            .fused(),
        row("rms_norm/plain", [t(&[3, 6])], |x| x[0].rms_norm(None, 1e-6)).large(large()).fused(),
        row("cross_entropy", [t(&[2, 3, 5]), indices(&[2, 3], 5)], |x| {
            x[0].cross_entropy_rows(&x[1], CrossEntropyConfig::default())
        })
        .large([t(&[20, 30, 400]), indices(&[20, 30], 400)])
        .fused(),
        row("cross_entropy/smooth", [t(&[6, 5]), indices(&[6], 5)], |x| {
            x[0].cross_entropy_rows(&x[1], CrossEntropyConfig { ignore: 2, smoothing: 0.2 })
        })
        .large([t(&[600, 400]), indices(&[600], 400)])
        .fused(),
        row("cross_entropy/mean", [t(&[6, 5]), indices(&[6], 5)], |x| x[0].cross_entropy(&x[1]))
            .large([t(&[600, 400]), indices(&[600], 400)]),
        row("mse", [t(&[6, 5]), t(&[6, 5])], |x| x[0].mse(&x[1])).large([t(&[600, 400]), t(&[600, 400])]).composed(),
        row("dropout", [t(&[6, 5])], |x| x[0].dropout(0.3, Key::new(5))).large(large()),
    ]
}

fn attentions() -> Vec<Row> {
    let small = || [t(&[2, 3, 5, 4]), t(&[2, 3, 7, 4]), t(&[2, 3, 7, 4])];
    let square = || [t(&[2, 4, 6, 4]), t(&[2, 2, 6, 4]), t(&[2, 2, 6, 4])];
    let large = || [t(&[2, 4, 90, 16]), t(&[2, 4, 140, 16]), t(&[2, 4, 140, 16])];
    let large_square = || [t(&[2, 4, 130, 16]), t(&[2, 2, 130, 16]), t(&[2, 2, 130, 16])];
    vec![
        row("attention", small(), |x| Attention::default().apply(&x[0], &x[1], &x[2])).large(large()).fused(),
        row("attention/causal", square(), |x| Attention::causal().apply(&x[0], &x[1], &x[2]))
            .large(large_square())
            .fused(),
        row("attention/cached", small(), |x| {
            Attention { first: 2, scale: Some(0.7), ..Attention::causal() }.apply(&x[0], &x[1], &x[2])
        })
        .large(large())
        .fused(),
        row("attention/window", square(), |x| {
            Attention { window: Some(3), ..Attention::causal() }.apply(&x[0], &x[1], &x[2])
        })
        .large(large_square())
        .fused(),
        row("attention/allowed", [t(&[2, 3, 5, 4]), t(&[2, 3, 7, 4]), t(&[2, 3, 7, 4]), mask(&[2, 1, 5, 7])], |x| {
            Attention { allowed: Some(x[3].clone()), ..Attention::default() }.apply(&x[0], &x[1], &x[2])
        })
        .large([t(&[2, 4, 90, 16]), t(&[2, 4, 140, 16]), t(&[2, 4, 140, 16]), mask(&[2, 1, 90, 140])])
        .fused(),
        row("attention/constant_bias", small(), attention_with_constant_bias).large(large()).fused(),
        row("attention/bias", [t(&[2, 2, 5, 4]), t(&[2, 2, 7, 4]), t(&[2, 2, 7, 4]), t(&[2, 1, 7])], |x| {
            Attention { bias: Some(x[3].clone()), ..Attention::default() }.apply(&x[0], &x[1], &x[2])
        })
        .large([t(&[2, 4, 90, 16]), t(&[2, 4, 140, 16]), t(&[2, 4, 140, 16]), t(&[4, 1, 140])]),
        row("attention/narrow_values", [t(&[2, 3, 5, 4]), t(&[2, 3, 7, 4]), t(&[2, 3, 7, 3])], |x| {
            Attention::default().apply(&x[0], &x[1], &x[2])
        })
        .large([t(&[2, 4, 90, 16]), t(&[2, 4, 140, 16]), t(&[2, 4, 140, 15])]),
        row("attention/wide_values", [t(&[2, 4, 6, 3]), t(&[2, 2, 6, 3]), t(&[2, 2, 6, 5])], |x| {
            Attention::causal().apply(&x[0], &x[1], &x[2])
        })
        .large([t(&[2, 4, 130, 16]), t(&[2, 2, 130, 16]), t(&[2, 2, 130, 24])])
        .fused(),
        row(
            "attention/bias_wide_values",
            [t(&[2, 4, 5, 3]), t(&[2, 2, 7, 3]), t(&[2, 2, 7, 6]), t(&[2, 1, 1, 7])],
            |x| Attention { bias: Some(x[3].clone()), ..Attention::default() }.apply(&x[0], &x[1], &x[2]),
        )
        .large([t(&[2, 4, 90, 16]), t(&[2, 2, 140, 16]), t(&[2, 2, 140, 24]), t(&[4, 1, 140])]),
        row("attention/single_key", [t(&[2, 4, 5, 3]), t(&[2, 2, 1, 3]), t(&[2, 2, 1, 3])], |x| {
            Attention::default().apply(&x[0], &x[1], &x[2])
        })
        .large([t(&[2, 4, 130, 16]), t(&[2, 2, 1, 16]), t(&[2, 2, 1, 16])])
        .fused(),
        row("attention/packed", [t(&[2, 5, 24])], |x| Attention::default().packed(&x[0], 2))
            .large([t(&[3, 130, 192])])
            .fused(),
        row("attention/packed_causal", [t(&[2, 5, 24])], |x| Attention::causal().packed(&x[0], 2))
            .large([t(&[3, 130, 192])])
            .fused(),
        row("attention/weights", [t(&[2, 4, 5, 4]), t(&[2, 2, 5, 4])], |x| Attention::causal().weights(&x[0], &x[1]))
            .large([t(&[2, 4, 90, 16]), t(&[2, 2, 90, 16])]),
    ]
}

/// The bias is no input: a tracked one takes the plain form.
fn attention_with_constant_bias(x: &[Tensor]) -> Tensor {
    let (queries, keys) = (x[0].shape()[2], x[1].shape()[2]);
    let bias = Tensor::linspace(-1.0, 1.0, queries * keys).reshape([queries, keys]).to_dtype(x[0].dtype());
    Attention { bias: Some(bias), ..Attention::default() }.apply(&x[0], &x[1], &x[2])
}

fn choices() -> Vec<Row> {
    let pair = || [t(&[3, 4]), t(&[3, 4])];
    let large = || [t(&[600, 400]), t(&[600, 400])];
    let masked = || [mask(&[3, 4]), t(&[3, 4]), t(&[4])];
    let masked_large = || [mask(&[600, 400]), t(&[600, 400]), t(&[400])];
    let masks = || [mask(&[3, 4]), mask(&[3, 4])];
    let masks_large = || [mask(&[600, 400]), mask(&[600, 400])];
    vec![
        row("choose", masked(), |x| Tensor::choose(&x[0], &x[1], &x[2])).large(masked_large()).integers(),
        row("masked_fill", [mask(&[3, 1]), t(&[3, 4])], |x| x[1].masked_fill(&x[0], -2.0))
            .large([mask(&[600, 1]), t(&[600, 400])])
            .integers()
            .composed(),
        row("compare", pair(), |x| x[0].lt(&x[1])).large(large()).integers().not_differentiable(),
        row("compare/number", [t(&[3, 4])], |x| x[0].ge(0.0)).large([t(&[600, 400])]).integers().not_differentiable(),
        row("logical", masks(), |x| x[0].logical_and(&x[1])).large(masks_large()).not_differentiable(),
        row("logical/or", masks(), |x| x[0].logical_or(&x[1].logical_not())).large(masks_large()).not_differentiable(),
    ]
}
