//! The table of ops: value, first and second gradient of each case.

use crate::arguments::Arguments;
use crate::{Outcome, Table, compare, special, tried};
use genai_core::ops::{Attention, CrossEntropyConfig};
use genai_core::{Backward, DType, Tensor, grad};
use serde_json::Value as Json;

pub(crate) fn run(table: &Table) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut known = 0;
    for case in table.json["cases"].as_array().into_iter().flatten() {
        let id = case["id"].as_str().unwrap_or_default();
        for dtype in [DType::F32, DType::F64] {
            let mut take = |tensor: String, result| {
                outcomes.push(Outcome { case: format!("ops:{id}"), tensor: format!("{tensor} in {dtype}"), result });
            };
            match tried(|| run_case(table, case, dtype)) {
                Ok(results) => results.into_iter().for_each(|(tensor, result)| take(tensor, result)),
                Err(what) => take("all".into(), Err(what)),
            }
        }
        known += table.names().filter(|name| name.strip_prefix(id).is_some_and(is_part)).count();
    }
    if known != table.names().count() {
        let result = Err(format!("{} tensors belong to no case", table.names().count() - known));
        outcomes.push(Outcome { case: "ops:all".into(), tensor: "names".into(), result });
    }
    outcomes.extend(special::run(table));
    outcomes
}

fn is_part(name: &str) -> bool {
    ["/in.", "/out.", "/ct.", "/grad.", "/v.", "/gg."].iter().any(|part| name.starts_with(part))
}

type Results = Vec<(String, Result<f64, String>)>;

fn run_case(table: &Table, case: &Json, dtype: DType) -> Result<Results, String> {
    const KNOWN: [&str; 11] =
        ["id", "op", "args", "inputs", "differentiated", "second_order", "outputs", "gap32", "tol", "note", "of"];
    if let Some(key) =
        case.as_object().into_iter().flatten().map(|(key, _)| key).find(|key| !KNOWN.contains(&key.as_str()))
    {
        return Err(format!("setting {key} is unknown"));
    }
    let id = case["id"].as_str().ok_or("no id")?;
    let op = case["op"].as_str().ok_or("no op")?;
    let tolerance = if dtype == DType::F64 { 1e-10 } else { case["tol"].as_f64().ok_or("no tol")? };
    let part = |kind: &str, name: &str| table.get(&format!("{id}/{kind}.{name}"));
    let of_type = |x: Tensor| if x.dtype().is_float() { x.to_dtype(dtype) } else { x };
    let listed =
        |key: &str| -> Vec<&str> { case[key].as_array().into_iter().flatten().filter_map(Json::as_str).collect() };

    let differentiated = listed("differentiated");
    let names: Vec<&str> = case["inputs"].as_object().ok_or("no inputs")?.keys().map(String::as_str).collect();
    let mut inputs = Vec::new();
    for name in &names {
        let x = of_type(part("in", name)?);
        inputs.push(if differentiated.contains(name) { x.tracked() } else { x });
    }
    let args = Arguments::new(&case["args"])?;
    let outputs = apply(id, op, &args, &inputs)?;
    args.finish()?;
    if outputs.len() != case["outputs"].as_array().map_or(0, Vec::len) {
        return Err(format!("{} outputs", outputs.len()));
    }

    let mut results = Vec::new();
    let mut loss: Option<Tensor> = None;
    for (k, y) in outputs.iter().enumerate() {
        let k = k.to_string();
        results.push((format!("out.{k}"), compare(y, &part("out", &k)?, tolerance)));
        if let Ok(weight) = part("ct", &k) {
            let term = (y * of_type(weight)).sum();
            loss = Some(loss.map_or(term.clone(), |loss| loss + &term));
        }
    }
    if differentiated.is_empty() {
        return Ok(results);
    }
    let loss = loss.ok_or("nothing weighs the outputs")?;
    let leaves: Vec<&Tensor> = inputs.iter().filter(|x| x.is_tracked()).collect();
    // As training takes it, then recorded: the two ways to a gradient.
    for create_graph in [false, true] {
        let gradients = Backward { create_graph, ..Backward::default() }.grad(&loss, &leaves);
        for (name, g) in names.iter().filter(|name| differentiated.contains(name)).zip(&gradients) {
            results.push((format!("grad.{name}"), compare(g, &part("grad", name)?, tolerance)));
        }
        if create_graph && case["second_order"] == true {
            let leaf_names = names.iter().filter(|name| differentiated.contains(name));
            let mut total = Tensor::zeros_of((), dtype);
            for (name, g) in leaf_names.clone().zip(&gradients) {
                total = total + (g * of_type(part("v", name)?)).sum();
            }
            for (name, g) in leaf_names.zip(grad(&total, &leaves, false)) {
                results.push((format!("gg.{name}"), compare(&g, &part("gg", name)?, tolerance)));
            }
        }
    }
    Ok(results)
}

/// Axes of a reduction: none given are all.
fn axes(args: &Arguments<'_>, x: &Tensor) -> Vec<isize> {
    args.list("dim").unwrap_or_else(|| (0..x.rank() as isize).collect())
}

/// Outputs of an op; the order of `inputs` is the order of its arguments.
fn apply(id: &str, op: &str, args: &Arguments<'_>, inputs: &[Tensor]) -> Result<Vec<Tensor>, String> {
    let mut x = inputs.to_vec();
    if let Some(of) = args.text("of").filter(|of| !of.contains('I')) {
        let factor = of.strip_suffix("*x").and_then(|factor| factor.parse::<f64>().ok());
        x[0] = &x[0] * factor.ok_or_else(|| format!("of {of}"))?;
    }
    let one = match op {
        "neg" => -&x[0],
        "abs" => x[0].abs(),
        "exp" => x[0].exp(),
        "log" => x[0].ln(),
        "log1p" => x[0].ln_1p(),
        "expm1" => x[0].exp_m1(),
        "sqrt" => x[0].sqrt(),
        "rsqrt" => x[0].rsqrt(),
        "square" => x[0].square(),
        "reciprocal" => x[0].reciprocal(),
        "sin" => x[0].sin(),
        "cos" => x[0].cos(),
        "tanh" => x[0].tanh(),
        "sigmoid" => x[0].sigmoid(),
        "relu" => x[0].relu(),
        "elu" => x[0].elu(args.number("alpha", 1.0)),
        "gelu" => x[0].gelu(),
        "gelu_tanh" => x[0].gelu_tanh(),
        "silu" => x[0].silu(),
        "logsigmoid" => x[0].log_sigmoid(),
        "erf" => x[0].erf(),
        "erfc" => x[0].erfc(),
        "erfinv" => x[0].erf_inv(),
        "lgamma" => x[0].ln_gamma(),
        "digamma" => x[0].digamma(),
        "i0" => x[0].bessel_i0(),
        "logaddexp" => x[0].log_add_exp(&x[1]),
        "xlogy" => x[0].xlogy(&x[1]),
        "cumsum" => x[0].cumulative_sum(args.whole("dim")?),
        "cumprod" => x[0].cumulative_product(args.whole("dim")?),
        "logcumsumexp" => x[0].log_cumulative_sum_exp(args.whole("dim")?),
        "cholesky" | "logdet" | "slogdet" | "solve" | "solve_triangular" | "inv" => return linear(op, args, &x),
        "tril" => x[0].lower_triangle(args.whole_or("diagonal", 0)?),
        "triu" => x[0].upper_triangle(args.whole_or("diagonal", 0)?),
        "diagonal" => {
            let axes = [args.whole_or("dim1", 0)?, args.whole_or("dim2", 1)?];
            axes_last(&x[0], &axes).diagonal(args.whole_or("offset", 0)?)
        }
        "diag_embed" => x[0].diagonal_matrix(),
        "sign" => x[0].sign(),
        "floor" => x[0].floor(),
        "round" => x[0].round(),
        "leaky_relu" => x[0].leaky_relu(args.number("negative_slope", 0.01)),
        "softplus" => {
            let (beta, threshold) = (args.number("beta", 1.0), args.number("threshold", 20.0));
            let scaled = &x[0] * beta;
            Tensor::choose(&scaled.gt(threshold), &x[0], &(scaled.softplus() / beta))
        }
        "clamp" => x[0].clamp(args.number("min", f64::NEG_INFINITY), args.number("max", f64::INFINITY)),
        "softcap" => {
            let cap = args.needed("cap")?;
            (&x[0] / cap).tanh() * cap
        }
        "pow" if x.len() == 1 => x[0].pow(args.needed("exponent")?),
        "pow" => x[0].pow_tensor(&x[1]),
        "add" => &x[0] + &x[1],
        "sub" => &x[0] - &x[1],
        "mul" => &x[0] * &x[1],
        "div" => &x[0] / &x[1],
        "maximum" => x[0].maximum(&x[1]),
        "minimum" => x[0].minimum(&x[1]),
        "where" => Tensor::choose(&truth(&x[0]), &x[1], &x[2]),
        "lerp" => &x[0] + (&x[1] - &x[0]) * &x[2],
        "addcmul" => &x[0] + &x[1] * &x[2] * args.number("value", 1.0),
        "eq/lt/le" => {
            let [x, y] = [&x[0], &x[1]];
            return Ok([x.eq(y), x.lt(y), x.le(y)].map(|mask| mask.to_dtype(DType::I64)).to_vec());
        }
        "linear" => x[0].linear(&x[1], x.get(2)),
        "matmul" if id == "matmul/transposed_views" => x[0].t().matmul(&x[1].t()),
        "matmul" => product(&x[0], &x[1]),
        "baddbmm" => &x[0] * args.number("beta", 1.0) + x[1].matmul(&x[2]) * args.number("alpha", 1.0),
        "layer_norm" => layer_norm(args, &x)?,
        "rms_norm" => x[0].rms_norm(x.get(1), args.number("eps", 1e-5)),
        "softmax" | "log_softmax" => {
            let input = if args.text("mask").is_some() { &x[0] + &x[1] } else { x[0].clone() };
            let axis = args.list("dim").map_or(-1, |list| list[0]);
            if op == "softmax" { input.softmax(axis) } else { input.log_softmax(axis) }
        }
        "cross_entropy" => cross_entropy(args, &x)?,
        "mse" => x[0].mse(&x[1]),
        "embedding" => x[1].embedding(&x[0]),
        "gather" => x[0].gather(args.whole("dim")?, &x[1]),
        "scatter_add" => x[0].scatter_add(args.whole("dim")?, &x[1], &x[2]),
        "index_select" => x[0].index_select(args.whole("dim")?, &x[1]),
        "masked_fill" => x[0].masked_fill(&truth(&x[1]), args.needed("value")?),
        "scaled_dot_product_attention" => attention(args, &x)?,
        "multi_head_attention" => return multi_head_attention(args, &x),
        "gradient_penalty" => gradient_penalty(args, &x)?,
        _ => match reduce(op, args, &x[0])? {
            Some(outputs) => return Ok(outputs),
            None => return shape(op, args, &x),
        },
    };
    Ok(vec![one])
}

fn truth(x: &Tensor) -> Tensor {
    x.to_dtype(DType::Bool)
}

/// What is computed on square matrices, which are made of the input as `of` says.
fn linear(op: &str, args: &Arguments<'_>, x: &[Tensor]) -> Result<Vec<Tensor>, String> {
    let a = match args.text("of") {
        None => x[0].clone(),
        Some(of) => {
            let (left, q) = of.strip_suffix(" I").and_then(|of| of.split_once(" + ")).ok_or(format!("of {of}"))?;
            let q: f64 = q.parse().map_err(|_| format!("of {of}"))?;
            let left = match left {
                "a a^T" => x[0].matmul(&x[0].t()),
                "tril(a)" => x[0].lower_triangle(0),
                "triu(a)" => x[0].upper_triangle(0),
                _ => return Err(format!("of {of}")),
            };
            left + Tensor::eye(x[0].extent(-1)).to_dtype(x[0].dtype()) * q
        }
    };
    let one = match op {
        "cholesky" => a.cholesky(),
        "logdet" => Ok(a.log_determinant().1),
        "slogdet" => {
            let (sign, ln) = a.log_determinant();
            return Ok(vec![sign, ln]);
        }
        "solve" => a.solve(&x[1]),
        "solve_triangular" => Ok(if args.is("upper") { a.solve_upper(&x[1]) } else { a.solve_lower(&x[1]) }),
        _ => a.inverse(),
    };
    Ok(vec![one.map_err(|e| e.to_string())?])
}

/// A product with vectors, which stand for a row on the left and for a column on the right.
fn product(a: &Tensor, b: &Tensor) -> Tensor {
    match (a.rank(), b.rank()) {
        (1, 1) => (a * b).sum(),
        (1, _) => a.unsqueeze(0).matmul(b).squeeze(-2),
        (_, 1) => a.matmul(&b.unsqueeze(-1)).squeeze(-1),
        _ => a.matmul(b),
    }
}

fn reduce(op: &str, args: &Arguments<'_>, x: &Tensor) -> Result<Option<Vec<Tensor>>, String> {
    if !["sum", "mean", "logsumexp", "amax", "amin", "prod", "var", "std", "max", "min", "argmax"].contains(&op) {
        return Ok(None);
    }
    let (keep, axes) = (args.is("keepdim"), &axes(args, x)[..]);
    let y = match op {
        "sum" => x.sum_over(axes, keep),
        "mean" => x.mean_over(axes, keep),
        "logsumexp" => x.log_sum_exp_over(axes, keep),
        "amax" => x.max_over(axes, keep),
        "amin" => x.min_over(axes, keep),
        "prod" => x.prod_over(axes, keep),
        "var" => x.var_over(axes, args.number("correction", 1.0), keep),
        "std" => x.var_over(axes, args.number("correction", 1.0), keep).sqrt(),
        "argmax" if axes.len() == x.rank() => x.flatten().argmax(0),
        "argmax" => kept(x.argmax(axes[0]), axes[0], x, keep),
        "max" => return Ok(Some(vec![x.max_over(axes, keep), kept(x.argmax(axes[0]), axes[0], x, keep)])),
        _ => return Ok(Some(vec![x.min_over(axes, keep), kept(x.argmin(axes[0]), axes[0], x, keep)])),
    };
    Ok(Some(vec![y]))
}

/// Indices along an axis of x, of extent 1 there if it is kept.
fn kept(indices: Tensor, axis: isize, x: &Tensor, keep: bool) -> Tensor {
    if keep { indices.unsqueeze(axis.rem_euclid(x.rank() as isize)) } else { indices }
}

/// The same with these axes last, in their order.
fn axes_last(x: &Tensor, axes: &[isize]) -> Tensor {
    let axes: Vec<usize> = axes.iter().map(|axis| axis.rem_euclid(x.rank() as isize) as usize).collect();
    let others = (0..x.rank()).filter(|axis| !axes.contains(axis));
    x.permute(others.chain(axes.iter().copied()).collect::<Vec<usize>>().as_slice())
}

fn layer_norm(args: &Arguments<'_>, x: &[Tensor]) -> Result<Tensor, String> {
    let over = args.get("normalized_shape").map(|_| args.extents("normalized_shape")).transpose()?;
    let from = x[0].rank() - over.map_or(1, |shape| shape.len());
    let (gain, bias) = (x.get(1).map(Tensor::flatten), x.get(2).map(Tensor::flatten));
    let y = x[0].flatten_from(from).layer_norm(gain.as_ref(), bias.as_ref(), args.number("eps", 1e-5));
    Ok(y.reshape(x[0].shape()))
}

fn cross_entropy(args: &Arguments<'_>, x: &[Tensor]) -> Result<Tensor, String> {
    let config = CrossEntropyConfig {
        ignore: args.number("ignore_index", -100.0) as i64,
        smoothing: args.number("label_smoothing", 0.0),
    };
    // Classes stand in axis 1.
    let classes_last = axes_last(&x[0], if x[0].rank() > 1 { &[1] } else { &[0] });
    Ok(match args.text("reduction") {
        Some("sum") => classes_last.cross_entropy_rows(&x[1], config).sum(),
        Some("none") => classes_last.cross_entropy_rows(&x[1], config),
        None | Some("mean") => classes_last.cross_entropy_with(&x[1], config),
        Some(other) => return Err(format!("reduction {other}")),
    })
}

fn attention(args: &Arguments<'_>, x: &[Tensor]) -> Result<Tensor, String> {
    let mut how = Attention { causal: args.is("is_causal"), ..Attention::default() };
    how.scale = args.get("scale").and_then(Json::as_f64);
    let grouped = args.is("enable_gqa");
    if !grouped && x[0].shape()[1] != x[1].shape()[1] {
        return Err("heads are grouped, and nobody said so".into());
    }
    match args.text("mask") {
        None => {}
        Some(text) if text.starts_with("bool") => how.allowed = Some(truth(&x[3])),
        Some("additive") => how.bias = Some(x[3].clone()),
        Some(other) => return Err(format!("mask {other}")),
    }
    let q = match args.text("q") {
        None => x[0].clone(),
        Some(of) => {
            let factor = of.strip_suffix("*q").and_then(|factor| factor.parse::<f64>().ok());
            &x[0] * factor.ok_or_else(|| format!("q {of}"))?
        }
    };
    Ok(how.apply(&q, &x[1], &x[2]))
}

fn multi_head_attention(args: &Arguments<'_>, x: &[Tensor]) -> Result<Vec<Tensor>, String> {
    let heads = args.needed("heads")? as usize;
    if !args.is("packed_in_proj") || args.get("out").is_none() {
        return Err("another layout of the projections".into());
    }
    let [x, in_weight, in_bias, out_weight, out_bias] = x else { return Err("five inputs".into()) };
    let how = Attention::causal();
    let qkv = x.linear(in_weight, Some(in_bias)); // [b, t, 3 c]
    let y = how.packed(&qkv, heads).linear(out_weight, Some(out_bias));
    let apart = |x: &Tensor| x.reshape([x.shape()[0], x.shape()[1], heads, x.shape()[2] / heads]).transpose(1, 2);
    let parts = qkv.chunk(-1, 3);
    let weights = how.weights(&apart(&parts[0]), &apart(&parts[1])).mean_over(1, false);
    Ok(vec![y, weights])
}

/// 10 · mean (‖∂s/∂x‖ − 1)²: the gradient of a loss that holds a gradient.
fn gradient_penalty(args: &Arguments<'_>, inputs: &[Tensor]) -> Result<Tensor, String> {
    let critic = "s = z + tanh(z), z = 0.3 * leaky_relu(0.5 x w1^T + b1, 0.2) w2";
    if args.text("critic") != Some(critic) || args.text("penalty") != Some("10 * mean((||ds/dx||_2 - 1)^2)") {
        return Err("another critic or penalty".into());
    }
    let [x, w1, b1, w2] = inputs else { return Err("four inputs".into()) };
    let z = ((x * 0.5).linear(w1, Some(b1)).leaky_relu(0.2) * w2).sum_over(-1, false) * 0.3;
    let score = &z + z.tanh();
    let slope = grad(&score, &[x], true).remove(0);
    Ok((slope.square().sum_over(-1, false).sqrt() - 1.0).square().mean() * 10.0)
}

fn shape(op: &str, args: &Arguments<'_>, x: &[Tensor]) -> Result<Vec<Tensor>, String> {
    let dim = || args.get("dim").and_then(Json::as_i64).unwrap_or(0) as isize;
    let one = match op {
        "cat" => Tensor::concat(&x.iter().collect::<Vec<_>>(), dim()),
        "stack" => Tensor::stack(&x.iter().collect::<Vec<_>>(), dim()),
        "split" => return Ok(x[0].split(dim(), &args.extents("sizes")?)),
        "chunk" => {
            // PyTorch rounds the parts' extents up; the last is what is left.
            let extent = x[0].extent(dim());
            let size = extent.div_ceil(args.needed("chunks")? as usize);
            let parts: Vec<usize> = (0..extent).step_by(size).map(|start| size.min(extent - start)).collect();
            return Ok(x[0].split(dim(), &parts));
        }
        "permute" => {
            let y = axes_last(&x[0], &args.list("dims").ok_or("no dims")?);
            match args.list("then_reshape") {
                Some(shape) => y.reshape(reshaped(&shape, y.count()).as_slice()),
                None => y,
            }
        }
        "expand" => x[0].expand(expanded(&args.list("shape").ok_or("no shape")?, &x[0]).as_slice()),
        "flip" => args.list("dims").ok_or("no dims")?.into_iter().fold(x[0].clone(), |x, axis| x.flip(axis)),
        "narrow" => x[0].narrow(dim(), args.needed("start")? as usize, args.needed("len")? as usize),
        "slice" => {
            let slices = args.get("slices").and_then(Json::as_array).ok_or("no slices")?;
            let texts = slices.iter().map(|slice| slice.as_str().unwrap_or_default());
            texts.enumerate().try_fold(x[0].clone(), |x, (axis, text)| python_slice(&x, axis, text))?
        }
        "pad" if args.text("mode").is_none_or(|mode| mode == "constant") => {
            // Pairs count from the last axis.
            let pairs: Vec<(usize, usize)> =
                args.extents("pad")?.chunks(2).rev().map(|pair| (pair[0], pair[1])).collect();
            x[0].pad(&pairs, args.number("value", 0.0))
        }
        _ => return Err(format!("{op} is unknown")),
    };
    Ok(vec![one])
}

/// A shape of so many elements in which −1 stands for what is left.
fn reshaped(shape: &[isize], count: usize) -> Vec<usize> {
    let known: usize = shape.iter().filter_map(|n| usize::try_from(*n).ok()).product();
    shape.iter().map(|n| usize::try_from(*n).unwrap_or(count / known.max(1))).collect()
}

/// A shape in which −1 stands for the extent of x, whose axes are the last ones.
fn expanded(shape: &[isize], x: &Tensor) -> Vec<usize> {
    let new = shape.len() - x.rank();
    shape.iter().enumerate().map(|(i, n)| usize::try_from(*n).unwrap_or_else(|_| x.shape()[i - new])).collect()
}

/// `start:end:step`, each of which may be missing; only forward steps, as in PyTorch.
fn python_slice(x: &Tensor, axis: usize, text: &str) -> Result<Tensor, String> {
    let extent = x.shape()[axis] as isize;
    let number = |text: Option<&str>, otherwise: isize| match text {
        None | Some("") => Ok(otherwise),
        Some(text) => text.parse::<isize>().map_err(|_| format!("slice {text}")),
    };
    let mut parts = text.split(':');
    let from_end = |i: isize| (if i < 0 { i + extent } else { i }).clamp(0, extent);
    let start = from_end(number(parts.next(), 0)?);
    let end = from_end(number(parts.next(), extent)?).max(start);
    let step = number(parts.next(), 1)?;
    let count = (end - start) as usize;
    Ok(x.slice(axis as isize, start as usize, count.div_ceil(step as usize), step))
}
