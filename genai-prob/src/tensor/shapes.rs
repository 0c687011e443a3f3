//! Shapes of parameters and draws, and draws element by element.

use super::implicit::{Slope, implicit};
use crate::distribution::fill_with;
use crate::{Domain, Error};
use genai_core::kernels::parallel;
use genai_core::random::{Key, Stream};
use genai_core::{DType, Tensor};

/// Elements that one task draws.
const CHUNK: usize = 1024;
/// Events of several numbers that one task draws.
const EVENTS: usize = 256;

/// The shape that all of them broadcast to.
pub(super) fn broadcast(name: &'static str, shapes: &[&[usize]]) -> Result<Vec<usize>, Error> {
    let rank = shapes.iter().map(|s| s.len()).max().unwrap_or(0);
    let mut out = vec![1; rank];
    for shape in shapes {
        for (extent, &own) in out[rank - shape.len()..].iter_mut().zip(*shape) {
            if *extent != own && *extent != 1 && own != 1 {
                let found = format!("parameters of shapes {shapes:?}");
                return Err(Error::data(name, found, "shapes that broadcast"));
            }
            *extent = if *extent == 1 { own } else { *extent };
        }
    }
    Ok(out)
}

/// Checks every element of parameters; gives the batch shape.
pub(super) fn checked(
    distribution: &'static str,
    parameters: &[(&'static str, Domain, &Tensor)],
) -> Result<Vec<usize>, Error> {
    for (name, domain, tensor) in parameters {
        let values = tensor.detach().to_dtype(DType::F64).to_vec::<f64>();
        if let Some(i) = values.iter().position(|x| !domain.contains(*x)) {
            return Err(Error::parameter(distribution, name, format!("{} at element {i}", values[i]), domain.words()));
        }
    }
    broadcast(distribution, &parameters.iter().map(|(_, _, tensor)| tensor.shape()).collect::<Vec<_>>())
}

/// `[shape.., batch.., event..]`.
pub(super) fn joined(parts: &[&[usize]]) -> Vec<usize> {
    parts.concat()
}

/// Standard normal noise.
pub(super) fn normal(key: Key, shape: &[usize], dtype: DType) -> Tensor {
    let n = shape.iter().product();
    if dtype == DType::F64 {
        let mut x = vec![0.0; n];
        key.normal_f64(&mut x);
        return Tensor::from_vec(x, shape);
    }
    let mut x = vec![0.0_f32; n];
    key.normal_f32(&mut x);
    Tensor::from_vec(x, shape).to_dtype(dtype)
}

/// Noise uniform on (0, 1), both ends excluded.
pub(super) fn uniform(key: Key, shape: &[usize], dtype: DType) -> Tensor {
    let mut x = vec![0.0; shape.iter().product()];
    fill_with(key, &mut x, crate::sample::open_uniform);
    let least = if dtype == DType::F64 { 0.0 } else { f64::from(f32::MIN_POSITIVE) };
    let most = if dtype == DType::F64 { 1.0 } else { f64::from(1.0 - f32::EPSILON / 2.0) };
    x.iter_mut().for_each(|x| *x = x.clamp(least, most)); // what rounds to an end of the narrower type
    Tensor::from_vec(x, shape).to_dtype(dtype)
}

/// A draw for each element of `[shape.., batch..]` from that element's parameters.
pub(super) fn each<const K: usize>(
    key: Key,
    shape: &[usize],
    batch: &[usize],
    parameters: [&Tensor; K],
    draw: impl Fn([f64; K], &mut Stream) -> f64 + Sync,
) -> Tensor {
    let dtype = parameters[0].dtype();
    let columns = parameters.map(|p| p.detach().to_dtype(DType::F64).expand(batch).to_vec::<f64>());
    let (n, full) = (columns[0].len(), joined(&[shape, batch]));
    let mut out = vec![0.0; full.iter().product()];
    parallel::chunks(&mut out, CHUNK, CHUNK * 20, |chunk, out| {
        let mut stream = key.split(chunk as u64).stream();
        for (j, x) in out.iter_mut().enumerate() {
            let i = (chunk * CHUNK + j) % n;
            *x = draw(std::array::from_fn(|k| columns[k][i]), &mut stream);
        }
    });
    Tensor::from_vec(out, full).to_dtype(dtype)
}

/// A function of the elements of tensors that broadcast, computed in f64 one by one.
pub(super) fn elementwise(x: &[&Tensor], f: impl Fn(&[f64]) -> f64 + Sync) -> Tensor {
    let shapes: Vec<&[usize]> = x.iter().map(|x| x.shape()).collect();
    let shape = broadcast("elementwise", &shapes).unwrap_or_else(|e| panic!("{e}"));
    let columns: Vec<Vec<f64>> =
        x.iter().map(|x| x.detach().to_dtype(DType::F64).expand(&shape[..]).to_vec()).collect();
    let mut out = vec![0.0; columns[0].len()];
    parallel::chunks(&mut out, CHUNK, CHUNK * 50, |chunk, out| {
        let mut row = vec![0.0; columns.len()];
        for (j, y) in out.iter_mut().enumerate() {
            row.iter_mut().zip(&columns).for_each(|(x, column)| *x = column[chunk * CHUNK + j]);
            *y = f(&row);
        }
    });
    Tensor::from_vec(out, shape).to_dtype(x[0].dtype())
}

/// The same number everywhere in the shape of `like`.
pub(super) fn constant(like: &Tensor, x: f64) -> Tensor {
    Tensor::full_of(like.shape(), x, like.dtype())
}

/// tan x.
pub(super) fn tangent(x: &Tensor) -> Tensor {
    x.sin() / x.cos()
}

/// arctan x; its derivative is 1 / (1 + x²).
pub(super) fn arctangent(x: &Tensor) -> Tensor {
    let slope = Slope::Exact(|x, _| (x[0].square() + 1.0).reciprocal());
    implicit("arctangent", elementwise(&[x], |x| x[0].atan()), &[x], &[slope])
}

/// The smallest normal number of a type.
pub(super) fn least(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => f64::MIN_POSITIVE,
        DType::F16 => 6.103_515_625e-5,
        _ => f64::from(f32::MIN_POSITIVE),
    }
}

/// Draws within (0, 1), moved off the ends to which they were rounded.
pub(super) fn inside(x: &Tensor) -> Tensor {
    let most = match x.dtype() {
        DType::F64 => 1.0 - f64::EPSILON / 2.0,
        DType::F32 => 1.0 - f64::from(f32::EPSILON) / 2.0,
        DType::F16 => 1.0 - 2f64.powi(-11),
        _ => 1.0 - 2f64.powi(-8),
    };
    x.clamp(least(x.dtype()), most)
}

/// A draw of `event` numbers for each element of `[shape.., batch..]` from that element's row of parameters.
pub(super) fn each_event(
    key: Key,
    shape: &[usize],
    rows: &Tensor,
    event: usize,
    draw: impl Fn(&[f64], &mut Stream, &mut [f64]) + Sync,
) -> Tensor {
    let (batch, width) = (&rows.shape()[..rows.rank() - 1], rows.extent(-1));
    let values = rows.detach().to_dtype(DType::F64).to_vec::<f64>();
    let (n, full) = (values.len() / width, joined(&[shape, batch, &[event]]));
    let mut out = vec![0.0; full.iter().product()];
    parallel::chunks(&mut out, EVENTS * event, EVENTS * event * 50, |chunk, out| {
        let mut stream = key.split(chunk as u64).stream();
        for (j, x) in out.chunks_exact_mut(event).enumerate() {
            let i = (chunk * EVENTS + j) % n;
            draw(&values[i * width..][..width], &mut stream, x);
        }
    });
    Tensor::from_vec(out, full).to_dtype(rows.dtype())
}
