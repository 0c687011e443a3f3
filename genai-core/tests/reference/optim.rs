//! The table of optimisers and schedules: every step of every trajectory.

use crate::arguments::Arguments;
use crate::{Outcome, Table, compare, tried};
use genai_core::optim::{Adam, AdamConfig, Optimizer, Schedule, Sgd, SgdConfig, WarmupCosine, clip_norm, clip_value};
use genai_core::{DType, Grads, Init, Params, Tensor};
use serde_json::Value as Json;

type Results = Vec<(String, Result<f64, String>)>;

pub(crate) fn run(table: &Table) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (id, case) in table.json["cases"].as_object().into_iter().flatten() {
        let types: &[DType] = if case["float64_only"] == true { &[DType::F64] } else { &[DType::F32, DType::F64] };
        for &dtype in types {
            let mut take = |tensor: String, result| {
                outcomes.push(Outcome { case: format!("optim:{id}"), tensor: format!("{tensor} in {dtype}"), result });
            };
            match tried(|| run_case(table, id, case, dtype)) {
                Ok(results) => results.into_iter().for_each(|(tensor, result)| take(tensor, result)),
                Err(what) => take("all".into(), Err(what)),
            }
        }
    }
    outcomes
}

fn run_case(table: &Table, id: &str, case: &Json, dtype: DType) -> Result<Results, String> {
    const KNOWN: [&str; 7] = ["what", "args", "gap32", "tol", "schedule", "N", "float64_only"];
    if let Some(key) =
        case.as_object().into_iter().flatten().map(|(key, _)| key).find(|key| !KNOWN.contains(&key.as_str()))
    {
        return Err(format!("setting {key} is unknown"));
    }
    let tolerance = case["tol"].as_f64().ok_or("no tol")?;
    let tolerance = if dtype == DType::F64 && id != "ema" { 1e-10 } else { tolerance };
    let args = Arguments::new(&case["args"])?;
    let results = if id.starts_with("lr/") {
        rates(table, id, case, &args)?
    } else if id.starts_with("rosenbrock_") {
        rosenbrock(table, id, case, &args, dtype)?
    } else {
        trajectory(table, id, case, &args, dtype)?
    };
    args.finish()?;
    let listed = table
        .names()
        .filter(|name| name.strip_prefix(id).is_some_and(|rest| rest.starts_with(['/', '.']) || rest.is_empty()));
    let (listed, compared) = (listed.count(), results.len());
    if listed != compared {
        return Err(format!("{compared} of {listed} tensors are compared"));
    }
    let judge = |(name, (got, expected)): (String, (Tensor, Tensor))| (name, compare(&got, &expected, tolerance));
    Ok(results.into_iter().map(judge).collect())
}

/// Names, with what came out and what should.
type Compared = Vec<(String, (Tensor, Tensor))>;

fn optimizer(what: &str, args: &Arguments<'_>) -> Result<Box<dyn Optimizer>, String> {
    let learning_rate = args.needed("lr")?;
    let decoupled = what.contains("AdamW");
    if what.contains("SGD") {
        let config = SgdConfig {
            learning_rate,
            momentum: args.number("momentum", 0.0),
            dampening: args.number("dampening", 0.0),
            nesterov: args.is("nesterov"),
            weight_decay: args.number("weight_decay", 0.0),
            maximize: args.is("maximize"),
        };
        return Ok(Box::new(Sgd::new(config)));
    }
    if !["torch.optim.Adam", "torch.optim.AdamW"].contains(&what)
        && !what.starts_with("Adam on ")
        && !what.starts_with("AdamW on ")
    {
        return Err(format!("{what} is unknown"));
    }
    let start = if decoupled { AdamConfig::default() } else { AdamConfig::adam() };
    let betas = args.get("betas").and_then(Json::as_array).map_or(start.betas, |betas| {
        let beta = |i: usize| betas.get(i).and_then(Json::as_f64).unwrap_or(f64::NAN);
        (beta(0), beta(1))
    });
    let config = AdamConfig {
        learning_rate,
        betas,
        eps: args.number("eps", start.eps),
        weight_decay: args.number("weight_decay", start.weight_decay),
        amsgrad: args.is("amsgrad"),
        maximize: args.is("maximize"),
        ..start
    };
    Ok(Box::new(Adam::new(config)))
}

/// Parameters w and b under fixed gradients.
fn trajectory(table: &Table, id: &str, case: &Json, args: &Arguments<'_>, dtype: DType) -> Result<Compared, String> {
    let what = case["what"].as_str().unwrap_or_default();
    let mut optimizer = optimizer(what, args)?;
    let (max_norm, largest) = (args.get("max_norm"), args.get("clip_value"));
    let start = ["w", "b"].map(|name| table.get(&format!("params0.{name}")).map(|x| (name, x.to_dtype(dtype))));
    let [w, b] = start;
    let start = [w?, b?];
    let params =
        Params::from_values(start.clone().map(|(name, x)| (name.to_owned(), x.into_value()))).with_dtype(dtype);
    let slots = start.each_ref().map(|(name, x)| params.get(name, x.shape(), Init::Zeros));
    let gradients = [table.get("grads.w")?.to_dtype(dtype), table.get("grads.b")?.to_dtype(dtype)];
    let (mut steps, mut norms) = ([vec![], vec![]], vec![]);
    for t in 0..gradients[0].shape()[0] {
        let terms = slots.iter().zip(&gradients).map(|(slot, g)| (slot.tracked() * g.select(0, t)).sum());
        let loss = terms.reduce(|a, b| a + b).expect("two parameters");
        let mut grads: Grads = loss.backward();
        drop(loss);
        if let Some(largest) = max_norm.and_then(Json::as_f64) {
            norms.push(clip_norm(&params, &mut grads, largest).map_err(|e| e.to_string())?);
        }
        if let Some(largest) = largest.and_then(Json::as_f64) {
            clip_value(&mut grads, largest);
        }
        optimizer.step(&params, &grads);
        steps.iter_mut().zip(&slots).for_each(|(steps, slot)| steps.push(copy(&slot.value())));
    }
    let mut compared = Vec::new();
    for (name, steps) in ["w", "b"].iter().zip(&steps) {
        let got = Tensor::stack(&steps.iter().collect::<Vec<_>>(), 0);
        compared.push((format!("{id}/{name}"), (got, table.get(&format!("{id}/{name}"))?)));
    }
    if !norms.is_empty() {
        let n = norms.len();
        compared.push((format!("{id}/norms"), (Tensor::from_vec(norms, [n]), table.get(&format!("{id}/norms"))?)));
    }
    Ok(compared)
}

/// A copy: the optimiser may change the original in place.
fn copy(x: &Tensor) -> Tensor {
    Tensor::from_vec(x.to_dtype(DType::F64).to_vec::<f64>(), x.shape())
}

/// f = Σ 100 (x_{i+1} − x_i²)² + (1 − x_i)² from the point that the description names.
fn rosenbrock(table: &Table, id: &str, case: &Json, args: &Arguments<'_>, dtype: DType) -> Result<Compared, String> {
    let what = case["what"].as_str().unwrap_or_default();
    let start = what.split_once("from ").map(|(_, point)| point).ok_or("no start")?;
    let start: Vec<f64> = serde_json::from_str(start).map_err(|e| e.to_string())?;
    let (n, start) = (start.len(), Tensor::from(start).to_dtype(dtype));
    let mut optimizer = optimizer(what, args)?;
    let params = Params::from_values([("x".to_owned(), start.into_value())]).with_dtype(dtype);
    let slot = params.get("x", [n], Init::Zeros);
    let expected = table.get(&format!("{id}/x"))?;
    let (mut points, mut values) = (vec![], vec![]);
    for _ in 0..expected.shape()[0] {
        let x = slot.tracked();
        let (here, next) = (x.narrow(0, 0, n - 1), x.narrow(0, 1, n - 1));
        let f = ((next - here.square()).square() * 100.0 + (1.0 - here).square()).sum();
        let grads = f.backward();
        values.push(f.detach());
        drop((x, f));
        optimizer.step(&params, &grads);
        points.push(copy(&slot.value()));
    }
    let stack = |parts: &[Tensor]| Tensor::stack(&parts.iter().collect::<Vec<_>>(), 0);
    Ok(vec![
        (format!("{id}/x"), (stack(&points), expected)),
        (format!("{id}/f_before"), (stack(&values), table.get(&format!("{id}/f_before"))?)),
    ])
}

/// Rates at steps 0 to N − 1 from a base rate of 0.1.
fn rates(table: &Table, id: &str, case: &Json, args: &Arguments<'_>) -> Result<Compared, String> {
    let expected = table.get(id)?;
    let schedule = match case["schedule"].as_str() {
        Some("get_cosine_schedule_with_warmup") => {
            let [warmup, steps] = ["num_warmup_steps", "num_training_steps"].map(|name| args.needed(name));
            let (warmup, steps) = (warmup? as u64, steps? as u64);
            WarmupCosine { peak: 0.1, floor: 0.0, warmup, steps, cycles: args.number("num_cycles", 0.5), goes_on: true }
        }
        other => return Err(format!("schedule {other:?} is unknown")),
    };
    let got: Vec<f64> = (0..expected.count() as u64).map(|step| schedule.rate(step)).collect();
    Ok(vec![(id.to_owned(), (Tensor::from(got), expected))])
}
