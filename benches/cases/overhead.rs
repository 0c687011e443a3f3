//! What an operation costs beside its arithmetic.

use super::Prepared;
use crate::protocol::{Request, Work};
use genai_models::core::Tensor;

/// A chain of products of one-element tensors, h → h · y: untracked, or forward, backward and drop.
pub(super) fn overhead(request: &mut Request) -> Prepared {
    let (tracked, chain) = (request.flag("tracked", false), request.number("chain", 100));
    let (x, y) = (Tensor::from([1.5]), Tensor::from([1.0]));
    let forward = move |x: &Tensor| (0..chain).fold(x.clone(), |h, _| &h * &y);
    if !tracked {
        let check = f64::from(forward(&x).item::<f32>());
        return Ok(Work::new(chain, "op", check, move || forward(&x)));
    }
    let x = x.tracked();
    let both = move || forward(&x).backward();
    both();
    Ok(Work::new(chain, "op", 1.0, both))
}

pub(super) fn usual() -> Vec<Request> {
    let row = |(tracked, chain): (bool, usize)| Request::new("overhead").with("tracked", tracked).with("chain", chain);
    [(false, 1), (false, 100), (true, 1), (true, 100)].map(row).into()
}
