//! Layer norm and root-mean-square norm: fused over rows.

use crate::dtype::{check_float, with_float};
use crate::graph::Sink;
use crate::kernels::rows::{self, Norm, NormGradient};
use crate::layout::Dims;
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// Over the last axis; inputs are x, then gain and bias where there are any.
#[derive(Clone, Copy, Debug)]
struct Normalize {
    /// Whether the mean is taken away first.
    centred: bool,
    gain: bool,
    bias: bool,
    eps: f64,
}

impl Normalize {
    fn gain_of<'a, X>(&self, x: &'a [X]) -> Option<&'a X> {
        self.gain.then(|| &x[1])
    }

    fn bias_of<'a, X>(&self, x: &'a [X]) -> Option<&'a X> {
        self.bias.then(|| &x[1 + usize::from(self.gain)])
    }
}

impl Op for Normalize {
    fn name(&self) -> &'static str {
        if self.centred { "layer_norm" } else { "rms_norm" }
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        check_float(x[0].dtype())?;
        let Some(&c) = x[0].shape().last() else { return Err("the input is a scalar".into()) };
        for (what, y) in [("gain", self.gain_of(x)), ("bias", self.bias_of(x))] {
            let Some(y) = y else { continue };
            if y.shape() != [c] || y.dtype() != x[0].dtype() {
                let (found, input) = ((y.shape(), y.dtype()), (x[0].shape(), x[0].dtype()));
                return Err(format!("{what} {:?} of {} for {:?} of {}", found.0, found.1, input.0, input.1));
            }
        }
        Ok(x[0].spec())
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let c = out.shape[out.shape.len() - 1];
        let rows = Dims::from_slice(&out.shape[..out.shape.len() - 1]);
        with_float!(out.dtype, T => {
            let (input, gain, bias) = (
                x[0].read::<T>(),
                self.gain_of(x).map(|x| x.read::<T>()),
                self.bias_of(x).map(|x| x.read::<T>()),
            );
            let (centred, eps) = (self.centred, self.eps);
            let how = Norm { centred, gain: gain.as_deref(), bias: bias.as_deref(), eps, c };
            let mut kept = (None, None);
            let y = Value::filled::<T>(&out.shape, |y| {
                let mut mean = Value::filled::<T>(&rows, |_| ());
                let mut rstd = Value::filled::<T>(&rows, |_| ());
                rows::norm(&input, &how, y, mean.make_mut(), rstd.make_mut());
                kept = (Some(mean), Some(rstd));
            });
            let aside = [kept.0, kept.1].into_iter().flatten().collect();
            Kept { out: y, aside }
        })
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let x = saved.all_inputs();
        let (shape, c) = (Dims::from_slice(saved.shape(0)), saved.shape(0)[saved.shape(0).len() - 1]);
        let [dx, dgain, dbias] = with_float!(g.dtype(), T => {
            let gain = self.gain_of(&x).map(|x| x.value().read::<T>());
            let how = Norm { centred: self.centred, gain: gain.as_deref(), bias: None, eps: self.eps, c };
            let [mut dx, mut dgain, mut dbias] = [shape, [c].into(), [c].into()].map(|s: Dims| Value::filled::<T>(&s, |_| ()));
            let into = NormGradient { x: dx.make_mut(), gain: dgain.make_mut(), bias: dbias.make_mut() };
            let (mean, rstd) = (saved.aside(0), saved.aside(1));
            let (mean, rstd) = (mean.value().read::<T>(), rstd.value().read::<T>());
            rows::norm_gradient(&x[0].value().read::<T>(), &g.value().read::<T>(), &how, &mean, &rstd, into);
            [dx, dgain, dbias]
        });
        to.add(0, Tensor::from(dx));
        if self.gain {
            to.add(1, Tensor::from(dgain));
        }
        if self.bias {
            to.add(1 + usize::from(self.gain), Tensor::from(dbias));
        }
    }

    fn plain(&self, x: &[Tensor]) -> Option<Tensor> {
        let centre = if self.centred { &x[0] - x[0].mean_over(-1, true) } else { x[0].clone() };
        let mut y = &centre * (centre.square().mean_over(-1, true) + self.eps).rsqrt();
        if let Some(gain) = self.gain_of(x) {
            y = y * gain;
        }
        if let Some(bias) = self.bias_of(x) {
            y = y + bias;
        }
        Some(y)
    }
}

#[track_caller]
fn normalized(centred: bool, x: &Tensor, gain: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Tensor {
    let op = Normalize { centred, gain: gain.is_some(), bias: bias.is_some(), eps };
    let inputs: Vec<&Tensor> = [Some(x), gain, bias].into_iter().flatten().collect();
    apply(op, &inputs)
}

impl Tensor {
    /// Layer normalisation: each row to mean 0 and variance 1, then scaled and shifted by what is learned.
    ///
    /// `y = (x − mean(x)) / sqrt(var(x) + eps) · gain + bias`, with the variance over n. PyTorch's default eps is 1e-5.
    ///
    /// | tensor | shape |
    /// |---|---|
    /// | self | `[.., c]` |
    /// | `gain`, `bias` | `[c]` |
    /// | returned | as self |
    ///
    /// # Panics
    ///
    /// If gain or bias is not `[c]`.
    ///
    /// Source: Ba et al. 2016, [arXiv:1607.06450](https://arxiv.org/abs/1607.06450).
    #[track_caller]
    pub fn layer_norm(&self, gain: Option<&Self>, bias: Option<&Self>, eps: f64) -> Self {
        normalized(true, self, gain, bias, eps)
    }

    /// Root-mean-square normalisation: scales each row to unit mean square, then by a learned gain.
    ///
    /// `y = x / sqrt(mean(x²) + eps) · gain`
    ///
    /// | tensor | shape |
    /// |---|---|
    /// | self | `[.., c]` |
    /// | `gain` | `[c]` |
    /// | returned | as self |
    ///
    /// # Panics
    ///
    /// If `gain` is not `[c]`.
    ///
    /// Source: Zhang & Sennrich 2019, [arXiv:1910.07467](https://arxiv.org/abs/1910.07467), eq. 4.
    #[track_caller]
    pub fn rms_norm(&self, gain: Option<&Self>, eps: f64) -> Self {
        normalized(false, self, gain, None, eps)
    }
}
