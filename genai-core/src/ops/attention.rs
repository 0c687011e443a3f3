//! Scaled dot-product attention: fused, without the matrix of scores.

use super::attention_packed::Packed;
use crate::dtype::{DType, Element, Stored, check_float, with_float};
use crate::graph::Sink;
use crate::kernels::attention::{self as kernel, Gradients, Heads, HeadsMut, Masking, Place, Shape, Table};
use crate::kernels::lanes::Float;
use crate::layout::Layout;
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};
use smallvec::SmallVec;

/// Which keys a query sees, and how scores are scaled.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    /// A query sees no key behind its own position.
    pub causal: bool,
    /// The position of query 0 among the keys: 0, PyTorch's choice, unless a cache holds earlier keys.
    pub first: usize,
    /// A query sees only keys nearer than this.
    pub window: Option<usize>,
    /// Factor of the scores; 1/√d unless given.
    pub scale: Option<f64>,
    /// Keys may be seen where this is true: of `bool`, broadcast to `[b, h, t, s]`.
    pub allowed: Option<Tensor>,
    /// Added to the scaled scores, broadcast to `[b, h, t, s]`.
    pub bias: Option<Tensor>,
}

impl Attention {
    /// Each query sees the keys up to its own position.
    pub fn causal() -> Self {
        Self { causal: true, ..Self::default() }
    }
}

/// Inputs: q, k, v, then the table of allowed keys and the bias where there are any.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fused {
    pub(super) causal: bool,
    pub(super) first: usize,
    pub(super) window: Option<usize>,
    pub(super) scale: f64,
    allowed: bool,
    bias: bool,
}

impl Fused {
    fn allowed_of<'a, X>(&self, x: &'a [X]) -> Option<&'a X> {
        self.allowed.then(|| &x[3])
    }

    fn bias_of<'a, X>(&self, x: &'a [X]) -> Option<&'a X> {
        self.bias.then(|| &x[3 + usize::from(self.allowed)])
    }

    fn shape(q: &[usize], k: &[usize]) -> Shape {
        Shape { batch: q[0], heads: q[1], key_heads: k[1], queries: q[2], keys: k[2], width: q[3] }
    }

    /// Which keys each query sees, by its position and by the table: of `bool`, broadcast to [b, h, t, s].
    fn visible(&self, shape: Shape, allowed: Option<&Tensor>) -> Option<Tensor> {
        let near = |t: usize, s: usize| {
            let t = t + self.first;
            !(self.causal && s > t) && self.window.is_none_or(|window| t.abs_diff(s) < window)
        };
        let by_position = (self.causal || self.window.is_some()).then(|| {
            let cells = (0..shape.queries).flat_map(|t| (0..shape.keys).map(move |s| near(t, s)));
            Tensor::from_vec(cells.collect::<Vec<bool>>(), [shape.queries, shape.keys])
        });
        match (by_position, allowed) {
            (Some(a), Some(b)) => Some(a.logical_and(b)),
            (a, b) => a.or_else(|| b.cloned()),
        }
    }

    /// softmax(q kᵀ · scale + bias) over the visible keys, from other ops.
    fn weights(&self, x: &[Tensor]) -> Tensor {
        let shape = Self::shape(x[0].shape(), x[1].shape());
        let mut scores = x[0].matmul(&repeated(&x[1], shape).t()) * self.scale; // [b, h, t, s]
        if let Some(bias) = self.bias_of(x) {
            scores = scores + bias;
        }
        match self.visible(shape, self.allowed_of(x)) {
            None => scores.softmax(-1),
            Some(visible) => {
                // A large number, not −∞: a row that sees nothing must give 0, not NaN.
                let p = scores.masked_fill(&visible.logical_not(), -1e30).softmax(-1);
                Tensor::choose(&visible, &p, &Tensor::zeros_of((), p.dtype()))
            }
        }
    }

    fn run<T: Computed>(&self, x: &[&Value]) -> Kept {
        let shape = Self::shape(x[0].shape(), x[1].shape());
        let inputs = Inputs::<T>::new(x);
        let tables = Tables::new(self, x, shape);
        let attention = inputs.attention(self, shape, &tables);
        let Shape { batch, heads, queries, width, .. } = shape;
        let mut log_sum_exp = Value::filled::<T>(&[batch, heads, queries], |_| ());
        let joined = Value::filled::<T>(&[batch, queries, heads, width], |out| {
            kernel::forward(&attention, out, log_sum_exp.make_mut());
        });
        let out = joined.with_layout(joined.layout().permuted(&[0, 2, 1, 3]));
        Kept { out, aside: vec![log_sum_exp, joined] }
    }

    fn gradients<T: Computed>(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let x = saved.all_inputs();
        let values: SmallVec<[&Value; 5]> = x.iter().map(Tensor::value).collect();
        let shape = Self::shape(saved.shape(0), saved.shape(1));
        let inputs = Inputs::<T>::new(&values);
        let tables = Tables::new(self, &values, shape);
        let (log_sum_exp, out) = (saved.aside(0), saved.aside(1));
        let g = heads::<T>(g.value());
        let Shape { batch, heads: h, key_heads, queries, keys, width } = shape;
        let extents = [[batch, queries, h, width], [batch, keys, key_heads, width], [batch, keys, key_heads, width]];
        let mut parts = extents.map(|shape| Value::filled::<T>(&shape, |_| ()));
        {
            let [dq, dk, dv] = &mut parts;
            let place =
                |heads: usize, t: usize| Place { offset: 0, strides: [t * heads * width, width, heads * width] };
            let mut into = Gradients {
                q: HeadsMut::new(dq.make_mut::<T>(), place(h, queries)),
                k: HeadsMut::new(dk.make_mut::<T>(), place(key_heads, keys)),
                v: HeadsMut::new(dv.make_mut::<T>(), place(key_heads, keys)),
            };
            let attention = inputs.attention(self, shape, &tables);
            let (out, log_sum_exp) = (out.value().read::<T>(), log_sum_exp.value().read::<T>());
            kernel::backward(&attention, &out, &log_sum_exp, g.heads(), &mut into);
        }
        for (i, part) in parts.into_iter().enumerate() {
            to.add(i, Tensor::from(part.with_layout(part.layout().permuted(&[0, 2, 1, 3]))));
        }
    }
}

/// Keys or values with each head repeated for the queries that share it.
fn repeated(x: &Tensor, shape: Shape) -> Tensor {
    let Shape { batch, heads, key_heads, keys, .. } = shape;
    if heads == key_heads {
        return x.clone();
    }
    let width = x.extent(-1);
    let apart = x.unsqueeze(2).expand([batch, key_heads, heads / key_heads, keys, width]);
    apart.reshape([batch, heads, keys, width])
}

/// A type that attention is computed in.
pub(super) trait Computed: Float + Stored + Element<Stored = Self> {}
impl Computed for f32 {}
impl Computed for f64 {}

/// [b, h, t, d] as the kernels take it: the last axis without gaps, no axis backwards.
pub(super) struct Placed<'a, T> {
    value: Value,
    place: Place,
    marker: std::marker::PhantomData<&'a T>,
}

pub(super) fn heads<'a, T: Computed>(x: &Value) -> Placed<'a, T> {
    let fits = |l: &Layout| (l.strides()[3] == 1 || l.shape()[3] == 1) && l.strides().iter().all(|&s| s >= 0);
    let value = if fits(x.layout()) { x.clone() } else { x.contiguous() };
    let layout = value.layout();
    let strides = [0, 1, 2].map(|a| layout.strides()[a].unsigned_abs());
    Placed { place: Place { offset: layout.offset(), strides }, value, marker: std::marker::PhantomData }
}

impl<T: Computed> Placed<'_, T> {
    pub(super) fn heads(&self) -> Heads<'_, T> {
        Heads { data: self.value.data::<T>(), place: self.place }
    }
}

struct Inputs<'a, T> {
    q: Placed<'a, T>,
    k: Placed<'a, T>,
    v: Placed<'a, T>,
}

impl<T: Computed> Inputs<'_, T> {
    fn new(x: &[&Value]) -> Self {
        Self { q: heads(x[0]), k: heads(x[1]), v: heads(x[2]) }
    }

    fn attention<'a>(&'a self, how: &Fused, shape: Shape, tables: &'a Tables) -> kernel::Attention<'a, T> {
        let masking = Masking {
            causal: how.causal,
            first: how.first.cast_signed(),
            window: how.window,
            allowed: tables.allowed.as_ref().map(table::<u8>),
            bias: tables.bias.as_ref().map(table::<T>),
        };
        let scale = <T as Float>::from_f64(how.scale);
        kernel::Attention { shape, q: self.q.heads(), k: self.k.heads(), v: self.v.heads(), scale, masking }
    }
}

/// The tables of a masking, expanded to [b, h, t, s].
struct Tables {
    allowed: Option<Value>,
    bias: Option<Value>,
}

impl Tables {
    fn new(how: &Fused, x: &[&Value], s: Shape) -> Self {
        let full = [s.batch, s.heads, s.queries, s.keys];
        let expand = |x: &&Value| {
            let x = if x.layout().strides().iter().all(|&s| s >= 0) { (*x).clone() } else { x.contiguous() };
            x.with_layout(x.layout().expanded(&full))
        };
        Self { allowed: how.allowed_of(x).map(expand), bias: how.bias_of(x).map(expand) }
    }
}

fn table<T: Stored>(x: &Value) -> Table<'_, T> {
    let strides = [0, 1, 2, 3].map(|a| x.layout().strides()[a].unsigned_abs());
    Table { data: x.data::<T>(), offset: x.layout().offset(), strides }
}

/// The shape rule of attention. The fused op itself is given values as wide as the keys.
fn check(how: &Fused, x: &[&Value]) -> Result<(), String> {
    check_float(x[0].dtype())?;
    let shapes = || format!("q {:?}, k {:?}, v {:?}", x[0].shape(), x[1].shape(), x[2].shape());
    let (&[b, h, t, d], &[b_k, h_k, s, d_k]) = (x[0].shape(), x[1].shape()) else {
        return Err(format!("{}: not [b, h, t, d]", shapes()));
    };
    if x[2].rank() != 4 || x[2].shape()[..3] != x[1].shape()[..3] || b != b_k {
        return Err(format!("{}: keys and values differ", shapes()));
    }
    if d != d_k {
        return Err(format!("q {:?} and k {:?}: head widths differ", x[0].shape(), x[1].shape()));
    }
    if h_k == 0 || !h.is_multiple_of(h_k) {
        return Err(format!("{}: {h} heads over {h_k} heads of keys", shapes()));
    }
    for (what, table, dtype) in [("allowed", how.allowed_of(x), DType::Bool), ("bias", how.bias_of(x), x[0].dtype())] {
        let Some(table) = table else { continue };
        let full = [b, h, t, s];
        if table.dtype() != dtype || crate::layout::broadcast(table.shape(), &full).is_none_or(|x| x[..] != full) {
            return Err(format!("{what} {:?} of {} for {full:?} of {dtype}", table.shape(), table.dtype()));
        }
    }
    if x[1..3].iter().any(|y| y.dtype() != x[0].dtype()) {
        return Err(format!("{}: types differ", shapes()));
    }
    Ok(())
}

/// The shape rule for what is not run by [`apply`]: a panic at the caller's line.
#[track_caller]
fn insist(how: &Fused, x: &[&Value]) {
    if let Err(what) = check(how, x) {
        panic!("attention: {what}");
    }
}

impl Op for Fused {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check(self, x)?;
        Ok(x[0].spec())
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        with_float!(out.dtype, T => self.run::<T>(x))
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        with_float!(g.dtype(), T => self.gradients::<T>(saved, g, to));
    }

    fn plain(&self, x: &[Tensor]) -> Option<Tensor> {
        let v = repeated(&x[2], Self::shape(x[0].shape(), x[1].shape()));
        Some(self.weights(x).matmul(&v))
    }
}

impl Attention {
    fn fused(&self, q: &Tensor) -> Fused {
        let width = q.shape().last().copied().unwrap_or(1) as f64;
        Fused {
            causal: self.causal,
            first: self.first,
            window: self.window,
            scale: self.scale.unwrap_or(1.0 / width.sqrt()),
            allowed: self.allowed.is_some(),
            bias: self.bias.is_some(),
        }
    }

    fn inputs<'a>(&'a self, qkv: [&'a Tensor; 3]) -> SmallVec<[&'a Tensor; 5]> {
        qkv.into_iter().chain(&self.allowed).chain(&self.bias).collect()
    }

    /// Attention of queries over keys and values: `softmax(q kᵀ · scale + bias) v` over the keys that each query sees.
    ///
    /// The matrix of scores is never stored. A query that sees no key gives zeros and has no gradient. The result lies in
    /// memory as `[b, t, h, d]`, so joining its heads is free. Values may have another width than the keys: the narrower of
    /// the two are filled up with zeros.
    ///
    /// | tensor | shape |
    /// |---|---|
    /// | `q` | `[b, h, t, d]` |
    /// | `k` | `[b, g, s, d]`, where g divides h: head i reads keys of head i·g/h |
    /// | `v` | `[b, g, s, e]` |
    /// | returned | `[b, h, t, e]` |
    ///
    /// # Panics
    ///
    /// If shapes or types do not fit.
    ///
    /// Source: Vaswani et al. 2017, [arXiv:1706.03762](https://arxiv.org/abs/1706.03762), eq. 1; tiled as in Dao 2023,
    /// [arXiv:2307.08691](https://arxiv.org/abs/2307.08691).
    #[track_caller]
    pub fn apply(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
        let op = self.fused(q);
        let x = self.inputs([q, k, v]);
        if self.bias.as_ref().is_some_and(Tensor::is_tracked) {
            // The kernel has no gradient of a bias table: the plain form has.
            let values: SmallVec<[&Value; 5]> = x.iter().map(|x| x.value()).collect();
            insist(&op, &values);
            let x: Vec<Tensor> = x.into_iter().cloned().collect();
            return op.plain(&x).expect("attention has a plain form");
        }
        if k.shape().last() == v.shape().last() {
            return apply(op, &x);
        }
        let values: SmallVec<[&Value; 5]> = x.iter().map(|x| x.value()).collect();
        insist(&op, &values);
        self.of_two_widths(op, [q, k, v])
    }

    /// Queries and keys, or values, with zeros up to the width of the others: they add nothing to the scores, and are cut
    /// off the result. The scale stays that of the keys' own width.
    #[track_caller]
    fn of_two_widths(&self, op: Fused, qkv: [&Tensor; 3]) -> Tensor {
        let (by_keys, by_values) = (qkv[1].extent(-1), qkv[2].extent(-1));
        let width = by_keys.max(by_values);
        let filled = |x: &Tensor| match width - x.extent(-1) {
            0 => x.clone(),
            missing => x.pad(&[(0, missing)], 0.0),
        };
        let [q, k, v] = qkv.map(filled);
        let y = apply(op, &self.inputs([&q, &k, &v]));
        if by_values == width { y } else { y.narrow(-1, 0, by_values) }
    }

    /// The attention weights `softmax(q kᵀ · scale + bias)`, `[b, h, t, s]`, for those who want to look at them; 0 where a
    /// query does not see a key.
    ///
    /// # Panics
    ///
    /// If shapes or types do not fit.
    #[track_caller]
    pub fn weights(&self, q: &Tensor, k: &Tensor) -> Tensor {
        let op = self.fused(q);
        let x = self.inputs([q, k, k]);
        let values: SmallVec<[&Value; 5]> = x.iter().map(|x| x.value()).collect();
        insist(&op, &values);
        let x: Vec<Tensor> = x.into_iter().cloned().collect();
        op.weights(&x)
    }

    /// Self-attention from a joint projection: `qkv` holds queries, keys and values of all heads side by side. Nothing is
    /// permuted or copied on the way in or out, forward or backward.
    ///
    /// | tensor | shape |
    /// |---|---|
    /// | `qkv` | `[b, t, 3 c]`: q, then k, then v, each `heads` heads of width c / heads |
    /// | returned | `[b, t, c]`, heads joined |
    ///
    /// # Panics
    ///
    /// If the extents do not divide, or a table of allowed keys or a bias is given.
    #[track_caller]
    pub fn packed(&self, qkv: &Tensor, heads: usize) -> Tensor {
        assert!(self.allowed.is_none() && self.bias.is_none(), "attention: packed inputs have no tables");
        let width = qkv.shape().last().map_or(1, |&c| c / (3 * heads.max(1))) as f64;
        let scale = self.scale.unwrap_or(1.0 / width.sqrt());
        let plain = Fused { scale, ..self.fused(qkv) };
        apply(Packed { heads, how: plain }, &[qkv])
    }
}
