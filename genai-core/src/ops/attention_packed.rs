//! Self-attention from one joint projection of queries, keys and values.

use super::attention::{Computed, Fused, heads};
use crate::dtype::{check_float, with_float};
use crate::graph::Sink;
use crate::kernels::attention::{self as kernel, Gradients, Heads, HeadsMut, Masking, Place, Shape};
use crate::kernels::lanes::Float;
use crate::layout::Layout;
use crate::op::{Keep, Kept, Op, Saved};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// Self-attention from one joint tensor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed {
    pub(super) heads: usize,
    pub(super) how: Fused,
}

impl Packed {
    fn extents(&self, x: &[usize]) -> Shape {
        let (heads, width) = (self.heads, x[2] / (3 * self.heads));
        Shape { batch: x[0], heads, key_heads: heads, queries: x[1], keys: x[1], width }
    }

    /// Where part `i` (q, k or v) of a joint tensor lies.
    fn place(&self, layout: &Layout, part: usize) -> Place {
        let width = layout.shape()[2] / (3 * self.heads);
        let [b, t] = [0, 1].map(|a| layout.strides()[a].unsigned_abs());
        Place { offset: layout.offset() + part * self.heads * width, strides: [b, width, t] }
    }

    fn attention<'a, T: Computed>(&self, x: &'a Value) -> kernel::Attention<'a, T> {
        let part = |i| Heads { data: x.data::<T>(), place: self.place(x.layout(), i) };
        let masking = Masking {
            causal: self.how.causal,
            first: self.how.first.cast_signed(),
            window: self.how.window,
            allowed: None,
            bias: None,
        };
        let (shape, scale) = (self.extents(x.shape()), <T as Float>::from_f64(self.how.scale));
        kernel::Attention { shape, q: part(0), k: part(1), v: part(2), scale, masking }
    }

    fn run<T: Computed>(&self, x: &Value, out: &Spec) -> Kept {
        let x = straight(x);
        let shape = self.extents(x.shape());
        let mut log_sum_exp = Value::filled::<T>(&[shape.batch, shape.heads, shape.queries], |_| ());
        let out = Value::filled::<T>(&out.shape, |out| {
            kernel::forward(&self.attention::<T>(&x), out, log_sum_exp.make_mut());
        });
        Kept { out, aside: vec![log_sum_exp] }
    }

    fn gradient_of<T: Computed>(&self, saved: &Saved<'_>, g: &Tensor) -> Tensor {
        let (x, out, log_sum_exp) = (saved.input(0), saved.output(), saved.aside(0));
        let x = straight(x.value());
        let s = self.extents(x.shape());
        let g = g.reshape([s.batch, s.queries, s.heads, s.width]).permute([0, 2, 1, 3]);
        let g = heads::<T>(g.value());
        let layout = Layout::contiguous(x.shape());
        Tensor::from(Value::filled::<T>(x.shape(), |packed| {
            let places = [0, 1, 2].map(|i| self.place(&layout, i));
            let [q, k, v] = HeadsMut::parts(packed, places);
            let (out, log_sum_exp) = (out.value().read::<T>(), log_sum_exp.value().read::<T>());
            kernel::backward(&self.attention::<T>(&x), &out, &log_sum_exp, g.heads(), &mut Gradients { q, k, v });
        }))
    }
}

/// A joint tensor whose last axis has no gaps.
fn straight(x: &Value) -> Value {
    let strides = x.layout().strides();
    if strides[2] == 1 && strides.iter().all(|&s| s >= 0) { x.clone() } else { x.contiguous() }
}

impl Op for Packed {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_float(x[0].dtype())?;
        match *x[0].shape() {
            [b, t, c] if self.heads > 0 && c.is_multiple_of(3 * self.heads) => {
                Ok(Spec { shape: [b, t, c / 3].into(), dtype: x[0].dtype() })
            }
            ref shape => Err(format!("{shape:?} is not [b, t, 3 c] of {} heads", self.heads)),
        }
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        with_float!(out.dtype, T => self.run::<T>(x[0], &out))
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS.and(Keep::OUTPUT)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, with_float!(g.dtype(), T => self.gradient_of::<T>(saved, g)));
    }

    fn plain(&self, x: &[Tensor]) -> Option<Tensor> {
        let s = self.extents(x[0].shape());
        let apart = |x: Tensor| x.reshape([s.batch, s.queries, s.heads, s.width]).permute([0, 2, 1, 3]);
        let parts: Vec<Tensor> = x[0].chunk(-1, 3).into_iter().map(apart).collect();
        let joined = self.how.plain(&parts)?.permute([0, 2, 1, 3]);
        Some(joined.reshape([s.batch, s.queries, s.heads * s.width]))
    }
}
