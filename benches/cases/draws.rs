//! Random draws, densities and distribution functions over arrays.

use super::{Prepared, only};
use crate::inputs::{pattern, tensor};
use crate::protocol::{Request, Work};
use genai_models::core::random::Key;
use genai_models::core::{DType, Tensor};
use genai_models::prob::continuous::{Beta, Exponential, Gamma, Normal, StudentT, Uniform};
use genai_models::prob::discrete::{Binomial, Categorical, Poisson};
use genai_models::prob::tensor::{self as tensors, Distribution};
use genai_models::prob::{Error, Univariate, choose_rows};

/// The distributions that are drawn from, by the names that the peers use.
fn distribution(name: &str, classes: usize) -> Result<Box<dyn Univariate>, Box<dyn std::error::Error>> {
    let weights: Vec<f64> = (1..=classes).map(|i| i as f64).collect();
    let made: Result<Box<dyn Univariate>, Error> = match name {
        "uniform" => Uniform::new(0.0, 1.0).map(boxed),
        "normal" => Normal::new(0.0, 1.0).map(boxed),
        "exponential" => Exponential::new(1.0).map(boxed),
        "gamma" => Gamma::new(2.5, 1.0).map(boxed),
        "gamma03" => Gamma::new(0.3, 1.0).map(boxed),
        "beta" => Beta::new(2.0, 5.0).map(boxed),
        "studentt" => StudentT::new(5.0, 0.0, 1.0).map(boxed),
        "poisson" => Poisson::new(50.0).map(boxed),
        "binomial" => Binomial::new(100.0, 0.4).map(boxed),
        "categorical" => Categorical::new(&weights).map(boxed),
        other => return Err(format!("no distribution {other:?}").into()),
    };
    Ok(made?)
}

fn boxed(d: impl Univariate + 'static) -> Box<dyn Univariate> {
    Box::new(d)
}

/// `n` draws; the check is the mean absolute value.
pub(super) fn fill(request: &mut Request) -> Prepared {
    let (name, n, classes) =
        (request.word("dist", "normal"), request.number("n", 10_000_000), request.number("classes", 10));
    let dtype = request.word("dtype", "f64");
    let key = Key::new(1);
    if dtype == "f32" {
        let mut out = vec![0.0_f32; n];
        let run: fn(Key, &mut [f32]) = match name.as_str() {
            "uniform" => Key::uniform_f32,
            "normal" => Key::normal_f32,
            other => return Err(format!("{other} is drawn in f64").into()),
        };
        run(key, &mut out);
        let check = out.iter().map(|x| f64::from(x.abs())).sum::<f64>() / n as f64;
        return Ok(Work::new(n, "draw", check, move || run(key, &mut out)));
    }
    let (d, mut out) = (distribution(&name, classes)?, vec![0.0; n]);
    d.fill(key, &mut out);
    let check = out.iter().map(|x| x.abs()).sum::<f64>() / n as f64;
    Ok(Work::new(n, "draw", check, move || d.fill(key, &mut out)))
}

/// One draw from each of `n` rows of weights; the check is their number.
pub(super) fn choose(request: &mut Request) -> Prepared {
    let (n, classes) = (request.number("n", 64), request.number("classes", 32_000));
    let weights = tensor(&[n, classes], 1, 8.0).softmax(-1).to_vec::<f32>();
    let run = move || choose_rows(&weights, classes, Key::new(1)).expect("weights of a softmax");
    Ok(Work::new(n, "draw", run().len() as f64, run))
}

/// Log-density, distribution function or quantile of n values; the check is their mean.
pub(super) fn density(request: &mut Request) -> Prepared {
    let (name, of, n) =
        (request.word("dist", "normal"), request.word("of", "log_prob"), request.number("n", 10_000_000));
    if request.flag("backward", false) {
        return gradients(request, &name, n);
    }
    only(request, "dtype", "f64")?;
    let (low, high) = match name.as_str() {
        _ if of == "icdf" => (0.0, 1.0),
        "beta" => (0.0, 1.0),
        "poisson" => (20.0, 80.0),
        "binomial" => (20.0, 60.0),
        "normal" | "studentt" => (-4.0, 4.0),
        _ => (0.0, 8.0),
    };
    let d = distribution(&name, 10)?;
    let mut x: Vec<f64> = pattern(n, 1, 0.998).iter().map(|u| low + (high - low) * (f64::from(*u) + 0.5)).collect();
    if d.support().discrete && of != "icdf" {
        x.iter_mut().for_each(|x| *x = x.floor());
    }
    let values: fn(&dyn Univariate, &[f64], &mut [f64]) = match of.as_str() {
        "log_prob" => |d, x, out| d.ln_prob_into(x, out),
        "cdf" => |d, x, out| d.cdf_into(x, out),
        "sf" => |d, x, out| d.sf_into(x, out),
        "icdf" => |d, p, out| out.iter_mut().zip(p).for_each(|(out, p)| *out = d.quantile(*p)),
        other => return Err(format!("no function {other:?}").into()),
    };
    let mut out = vec![0.0; n];
    values(&*d, &x, &mut out);
    let check = out.iter().sum::<f64>() / n as f64;
    Ok(Work::new(n, "element", check, move || values(&*d, &x, &mut out)))
}

/// Log-density of n values, with the gradients of the values and of every parameter.
fn gradients(request: &mut Request, name: &str, n: usize) -> Prepared {
    let dtype = if request.word("dtype", "f32") == "f64" { DType::F64 } else { DType::F32 };
    let (low, high) = if name == "gamma" { (0.0, 8.0) } else { (-4.0, 4.0) };
    let x = (tensor(&[n], 1, 0.998).to_dtype(DType::F64) + 0.5) * (high - low) + low;
    let x = x.to_dtype(dtype).tracked();
    let parameter = |value: f64| Tensor::full_of((), value, dtype).tracked();
    let d: Box<dyn Distribution> = match name {
        "normal" => Box::new(tensors::Normal::new(&parameter(0.0), &parameter(1.0))?),
        "gamma" => Box::new(tensors::Gamma::new(&parameter(2.5), &parameter(1.0))?),
        "studentt" => Box::new(tensors::StudentT::new(&parameter(5.0), &parameter(0.0), &parameter(1.0))?),
        other => return Err(format!("no gradients of {other:?}").into()),
    };
    let run = move || {
        let value = d.log_prob(&x);
        (value.sum().backward(), value.detach()).1
    };
    let check = run().to_dtype(DType::F64).mean().item();
    Ok(Work::new(n, "element", check, run))
}

pub(super) fn usual() -> Vec<Request> {
    let fills = ["uniform", "normal", "exponential", "gamma", "gamma03", "beta", "poisson", "binomial", "categorical"];
    let mut list: Vec<Request> =
        fills.iter().map(|d| Request::new("fill").with("dist", *d).with("dtype", "f64")).collect();
    list.push(Request::new("fill").with("dist", "categorical").with("dtype", "f64").with("classes", 50_000));
    list.extend(["uniform", "normal"].map(|d| Request::new("fill").with("dist", d).with("dtype", "f32")));
    list.push(Request::new("choose"));
    let densities = ["normal", "exponential", "gamma", "beta", "studentt", "poisson", "binomial"];
    list.extend(densities.map(|d| Request::new("density").with("dist", d).with("dtype", "f64")));
    for (d, of) in [("normal", "cdf"), ("normal", "icdf"), ("gamma", "cdf"), ("studentt", "cdf")] {
        list.push(Request::new("density").with("dist", d).with("of", of).with("dtype", "f64"));
    }
    list.into_iter().map(|request| request.with("threads", 1)).collect()
}
