//! Matrix products and attention.

use super::{Prepared, only};
use crate::inputs::{mean_abs, tensor};
use crate::protocol::{Request, Work};
use genai_models::core::ops::Attention;
use genai_models::core::{Backward, Tensor};

/// [m, k] by [k, n].
pub(super) fn gemm(request: &mut Request) -> Prepared {
    let [m, n, k] = ["m", "n", "k"].map(|x| request.number(x, 512));
    only(request, "dtype", "f32")?;
    let (x, w) = (tensor(&[m, k], 1, 1.0), tensor(&[k, n], 2, 1.0));
    let check = mean_abs(&x.matmul(&w));
    Ok(Work::new(2 * m * n * k, "flop", check, move || x.matmul(&w)))
}

/// Activations [m, k] by weights [n, k].
pub(super) fn linear(request: &mut Request) -> Prepared {
    let (m, n, k) = (request.number("m", 256), request.number("n", 768), request.number("k", 768));
    only(request, "dtype", "f32")?;
    let (bias, _) = (request.flag("bias", false), request.flag("out", true));
    let (x, w) = (tensor(&[m, k], 1, 1.0), tensor(&[n, k], 2, 1.0));
    let bias = bias.then(|| tensor(&[n], 3, 1.0));
    let run = move || x.linear(&w, bias.as_ref());
    Ok(Work::new(2 * m * n * k, "flop", mean_abs(&run()), run))
}

/// b products [m, k] by [k, n], or by the transpose of [n, k].
pub(super) fn bmm(request: &mut Request) -> Prepared {
    let (b, m, n, k) =
        (request.number("b", 64), request.number("m", 256), request.number("n", 256), request.number("k", 64));
    only(request, "dtype", "f32")?;
    let transposed = request.flag("transposed", false);
    let x = tensor(&[b, m, k], 1, 1.0);
    let w = if transposed { tensor(&[b, n, k], 2, 1.0).t() } else { tensor(&[b, k, n], 2, 1.0) };
    let check = mean_abs(&x.matmul(&w));
    Ok(Work::new(2 * b * m * n * k, "flop", check, move || x.matmul(&w)))
}

/// Scaled dot-product attention of views of one [b, t, 3, h, d] tensor; flops count the causal half.
pub(super) fn attention(request: &mut Request) -> Prepared {
    let (b, h, t, d) =
        (request.number("b", 12), request.number("h", 6), request.number("t", 256), request.number("d", 64));
    let (causal, backward) = (request.flag("causal", true), request.flag("backward", true));
    let qkv = tensor(&[b, t, 3 * h * d], 1, 2.0);
    let flops = (if causal { 2 } else { 4 }) * b * h * t * t * d;
    let how = Attention { causal, ..Attention::default() };
    if !backward {
        let run = move || how.packed(&qkv, h);
        return Ok(Work::new(flops, "flop", mean_abs(&run()), run));
    }
    let qkv = qkv.tracked();
    let run = move || {
        let y = how.packed(&qkv, h);
        let g = Backward::default().grad(&y, &[&qkv]).remove(0);
        (y.detach(), g)
    };
    let (y, g): (Tensor, Tensor) = run();
    Ok(Work::new(3 * flops, "flop", mean_abs(&y) + mean_abs(&g), run))
}

pub(super) fn usual() -> Vec<Request> {
    let square = |n: usize| Request::new("gemm").with("m", n).with("n", n).with("k", n);
    let linear = |m: usize, n: usize, k: usize| Request::new("linear").with("m", m).with("n", n).with("k", k);
    let heads = |t: usize, d: usize| {
        Request::new("bmm").with("b", 64).with("m", t).with("n", t).with("k", d).with("transposed", true)
    };
    let values = |t: usize, d: usize| Request::new("bmm").with("b", 64).with("m", t).with("n", d).with("k", t);
    let mut list: Vec<Request> = [64, 128, 256, 512, 1024, 2048].map(square).into();
    for (n, k) in [(768, 768), (2304, 768), (3072, 768), (768, 3072)] {
        list.extend([1, 4, 16, 64, 256].map(|m| linear(m, n, k)));
    }
    list.extend([linear(1, 50257, 768), linear(3072, 384, 384), linear(3072, 1536, 384)]);
    for (t, d) in [(64, 32), (256, 32), (256, 64)] {
        list.extend([heads(t, d), values(t, d)]);
    }
    for backward in [false, true] {
        for (b, h, t, d) in [(12, 6, 256, 64), (32, 4, 64, 32), (1, 12, 1024, 64)] {
            let shape = Request::new("attention").with("b", b).with("h", h).with("t", t).with("d", d);
            list.push(shape.with("backward", backward));
        }
    }
    list
}
