//! Training steps: forward, backward and AdamW.

use super::{Prepared, only};
use crate::inputs::tokens;
use crate::protocol::{Request, Work};
use genai_models::core::optim::{Adam, AdamConfig, Optimizer};
use genai_models::core::random::Key;
use genai_models::core::{Params, Run};
use genai_models::text::gpt::{Gpt, GptConfig};

/// A model by name: a pre-norm decoder with a vocabulary of 65, tanh GELU, an untied head, no dropout.
struct Case {
    name: &'static str,
    layers: usize,
    heads: usize,
    width: usize,
    context: usize,
    batch: usize,
    /// Floating-point operations of a step's products.
    flops: usize,
}

const CASES: [Case; 3] = [
    Case { name: "gpt_4l128_b12", layers: 4, heads: 4, width: 128, context: 64, batch: 12, flops: 4_014_400_000 },
    Case { name: "gpt_4l128_b32", layers: 4, heads: 4, width: 128, context: 64, batch: 32, flops: 10_705_000_000 },
    Case { name: "gpt_6l384_b12", layers: 6, heads: 6, width: 384, context: 256, batch: 12, flops: 221_520_000_000 },
];

/// One step of a model; the check is the loss before the first update.
pub(super) fn train(request: &mut Request) -> Prepared {
    let name = request.word("model", "gpt_4l128_b12");
    only(request, "mode", "eager")?;
    request.flag("fused", false);
    let case = CASES.iter().find(|case| case.name == name).ok_or_else(|| format!("no model {name:?}"))?;
    let config = GptConfig {
        vocabulary: 65,
        context: case.context,
        width: case.width,
        layers: case.layers,
        heads: case.heads,
        embedding_dropout: 0.0,
        attention_dropout: 0.0,
        residual_dropout: 0.0,
        tied: false,
        ..GptConfig::default()
    };
    let params = Params::new(Key::new(1));
    let gpt = Gpt::new(&config, &params);
    let mut optimizer = Adam::new(AdamConfig::default());
    let batch = tokens(case.batch, case.context, 65);
    let mut step = 0;
    let mut run = move || {
        step += 1;
        let loss = gpt.loss(&batch, &batch, &Run::train(Key::new(2), step));
        let grads = loss.backward();
        let loss = loss.detach();
        optimizer.step(&params, &grads);
        loss
    };
    let check = f64::from(run().item::<f32>());
    run();
    Ok(Work::new(case.flops, "flop", check, run))
}

pub(super) fn usual() -> Vec<Request> {
    let time = |case: &Case| Request::new("train").with("model", case.name);
    let memory = |case: &Case| time(case).with("measure", "memory").with("repeat", 2);
    CASES.iter().map(time).chain(CASES.iter().map(memory)).collect()
}
