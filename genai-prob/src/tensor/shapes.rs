//! Shapes of parameters and draws, and draws element by element.

use crate::distribution::fill_with;
use crate::{Domain, Error};
use genai_core::kernels::parallel;
use genai_core::random::{Key, Stream};
use genai_core::{DType, Tensor};

/// Elements that one task draws.
const CHUNK: usize = 1024;

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

/// The value of `x`, with given derivatives by each parameter: exact in value, of first order in its gradient.
pub(super) fn with_slopes(x: &Tensor, slopes: &[(&Tensor, Tensor)]) -> Tensor {
    slopes.iter().fold(x.detach(), |y, (parameter, slope)| {
        if parameter.is_tracked() { y + slope * (*parameter - parameter.detach()) } else { y }
    })
}

/// A function of the elements of tensors that broadcast, computed in f64 one by one.
pub(super) fn elementwise<const K: usize>(x: [&Tensor; K], f: impl Fn([f64; K]) -> f64 + Sync) -> Tensor {
    let shape = broadcast("elementwise", &x.map(Tensor::shape)).expect("the caller's shapes broadcast");
    let columns = x.map(|x| x.detach().to_dtype(DType::F64).expand(&shape[..]).to_vec::<f64>());
    let mut out = vec![0.0; columns[0].len()];
    parallel::chunks(&mut out, CHUNK, CHUNK * 50, |chunk, out| {
        for (j, y) in out.iter_mut().enumerate() {
            *y = f(std::array::from_fn(|k| columns[k][chunk * CHUNK + j]));
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
    with_slopes(&elementwise([x], |[x]| x.atan()), &[(x, (x.detach().square() + 1.0).reciprocal())])
}
