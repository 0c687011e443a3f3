use super::{BlockConfig, Dropout, KeyValues, Linear};
use genai_core::ops::Attention;
use genai_core::{Params, Run, Tensor};

/// What a causal layer sees beside its input, and who looks at it. By default: nothing and nobody.
#[derive(Debug, Default)]
pub struct Sight<'a> {
    /// Where keys may be seen, padding being where they may not: of `bool`, broadcast to `[b, h, t, s]`.
    pub visible: Option<&'a Tensor>,
    /// Keys and values of earlier tokens; those of the input are added.
    pub past: Option<&'a mut KeyValues>,
    /// Receives the attention weights, `[b, h, t, s]`.
    pub weights: Option<&'a mut Vec<Tensor>>,
}

/// Causal self-attention of several heads: each position gathers from those up to itself.
///
/// `y = dropout(output(softmax(q kᵀ · scale) v))` with q, k, v from one joint projection of x.
///
/// The matrix of weights is not stored, unless it is asked for, or weights are dropped in training.
///
/// Source: Vaswani et al. 2017, [arXiv:1706.03762](https://arxiv.org/abs/1706.03762), section 3.2.
#[derive(Clone, Debug)]
pub struct SelfAttention {
    joint: Linear,
    output: Linear,
    heads: usize,
    scale: Option<f64>,
    weight_dropout: Dropout,
    dropout: Dropout,
}

impl SelfAttention {
    /// As a block's configuration says.
    ///
    /// # Panics
    ///
    /// If the heads do not divide the width.
    #[track_caller]
    pub fn new(p: &Params, config: &BlockConfig) -> Self {
        let (width, heads, names) = (config.width, config.heads, config.names);
        assert!(heads > 0 && width.is_multiple_of(heads), "attention: {heads} heads of a width of {width}");
        Self {
            joint: Linear::with(&p.at(names.joint), width, 3 * width, config.linear(config.std)),
            output: Linear::with(&p.at(names.output), width, width, config.linear(config.residual_std)),
            heads,
            scale: config.scale,
            weight_dropout: Dropout::new(p, "attn_dropout", config.attention_dropout),
            dropout: Dropout::new(p, "resid_dropout", config.residual_dropout),
        }
    }

    /// `[b, t, c]` to `[b, t, c]`.
    #[track_caller]
    pub fn forward(&self, x: &Tensor, run: &Run<'_>) -> Tensor {
        self.forward_with(x, Sight::default(), run)
    }

    /// [`forward`](Self::forward) with a cache, a mask, or a look at the attention weights.
    #[track_caller]
    pub fn forward_with(&self, x: &Tensor, sight: Sight<'_>, run: &Run<'_>) -> Tensor {
        let joint = self.joint.forward(x, run); // [b, t, 3 c]
        let drops = self.weight_dropout.is_active(run);
        let attention = Attention { scale: self.scale, ..Attention::causal() };
        let mixed = match sight {
            Sight { visible: None, past: None, weights: None } if !drops => attention.packed(&joint, self.heads),
            sight => self.apart(&joint, attention, sight, run),
        };
        self.dropout.forward(&self.output.forward(&mixed, run), run)
    }

    /// Attention over queries, keys and values of their own, heads joined: `[b, t, c]`.
    fn apart(&self, joint: &Tensor, attention: Attention, sight: Sight<'_>, run: &Run<'_>) -> Tensor {
        let [q, k, v] = self.heads(joint);
        let first = sight.past.as_ref().map_or(0, |past| past.len());
        let (k, v) = match sight.past {
            Some(past) => past.append(&k, &v),
            None => (k, v),
        };
        let attention = Attention { first, allowed: sight.visible.cloned(), ..attention };
        let drops = self.weight_dropout.is_active(run);
        let weights = (drops || sight.weights.is_some()).then(|| attention.weights(&q, &k)); // [b, h, t, s]
        if let (Some(list), Some(weights)) = (sight.weights, &weights) {
            list.push(weights.clone());
        }
        let y = match weights {
            Some(weights) if drops => self.weight_dropout.forward(&weights, run).matmul(&v),
            _ => attention.apply(&q, &k, &v),
        };
        y.transpose(1, 2).reshape(self.joined(joint)) // [b, t, c]
    }

    /// Queries, keys and values of a joint projection, `[b, h, t, d]` each.
    fn heads(&self, joint: &Tensor) -> [Tensor; 3] {
        let [b, t, c] = self.joined(joint);
        let part = |i: usize| joint.narrow(-1, i * c, c).reshape([b, t, self.heads, c / self.heads]).transpose(1, 2);
        [part(0), part(1), part(2)]
    }

    /// The shape of the joined heads.
    fn joined(&self, joint: &Tensor) -> [usize; 3] {
        [joint.extent(0), joint.extent(1), joint.extent(2) / 3]
    }
}
