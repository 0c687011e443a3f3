//! Limits on gradients.

use crate::dtype::DType;
use crate::error::Error;
use crate::graph::Grads;
use crate::kernels::columns::sum_of_squares;
use crate::params::Params;

/// √Σ g² over the gradients of all parameters, in their order.
///
/// # Errors
///
/// [`Error::NotFinite`] naming the first parameter whose gradient is not finite.
pub fn global_norm(params: &Params, grads: &Grads) -> Result<f64, Error> {
    let mut total = 0.0;
    for param in params.list() {
        let Some(g) = grads.param(&param) else { continue };
        let square = match g.dtype() {
            DType::F64 => sum_of_squares(&g.value().read::<f64>()),
            _ => f64::from(sum_of_squares(&g.value().to_dtype(DType::F32).read::<f32>())),
        };
        if !square.is_finite() && !g.is_finite() {
            return Err(Error::NotFinite { what: format!("gradient of {}", param.name()) });
        }
        total += square;
    }
    Ok(total.sqrt())
}

/// Scales all gradients down together so that their norm is at most `largest`; returns the norm before. As PyTorch's
/// `clip_grad_norm_`: the factor is `largest` / (norm + 1e-6), if that is below 1.
///
/// # Errors
///
/// [`Error::NotFinite`] naming the first parameter whose gradient is not finite; nothing is scaled then.
pub fn clip_norm(params: &Params, grads: &mut Grads, largest: f64) -> Result<f64, Error> {
    let norm = global_norm(params, grads)?;
    let factor = largest / (norm + 1e-6);
    if factor < 1.0 {
        grads.scale(factor);
    }
    Ok(norm)
}

/// Cuts each element of each gradient to ±`largest`.
pub fn clip_value(grads: &mut Grads, largest: f64) {
    grads.change(|g| g.clamp(-largest, largest));
}
