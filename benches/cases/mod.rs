//! The cases that are timed. To add one: a function here or in a file of its kin, a row in [`prepare`] and in [`usual`].

pub mod chains;
mod diffusion;
mod draws;
mod elements;
mod overhead;
mod products;
mod tokens;
mod training;

use crate::protocol::{Request, Work};
use std::error::Error;

pub use tokens::CHAINS;

/// A prepared case, or what the request has wrong.
pub type Prepared = Result<Work, Box<dyn Error>>;

/// Prepares the case that a request names.
///
/// # Errors
///
/// If there is no such case, or an argument is none of it.
pub fn prepare(request: &mut Request) -> Prepared {
    match request.word("case", "").as_str() {
        "gemm" => products::gemm(request),
        "linear" => products::linear(request),
        "bmm" => products::bmm(request),
        "attention" => products::attention(request),
        "elementwise" => elements::elementwise(request),
        "total" => elements::total(request),
        "rows" => elements::rows(request),
        "overhead" => overhead::overhead(request),
        "choose_token" => tokens::choose_token(request),
        "solver_step" => diffusion::solver_step(request),
        "fill" => draws::fill(request),
        "nuts" => chains::nuts(request),
        "choose" => draws::choose(request),
        "density" => draws::density(request),
        "train" => training::train(request),
        other => Err(format!("no case {other:?}").into()),
    }
}

/// Requests for all usual cases.
pub fn usual() -> Vec<Request> {
    let mut list = products::usual();
    list.extend(elements::usual());
    list.extend(overhead::usual());
    list.extend(tokens::usual());
    list.extend(chains::usual());
    list.extend(diffusion::usual());
    list.extend(draws::usual());
    list.extend(training::usual());
    list
}

/// An argument that has one value only here.
fn only(request: &mut Request, name: &str, value: &str) -> Result<(), Box<dyn Error>> {
    let given = request.word(name, value);
    if given == value { Ok(()) } else { Err(format!("{name} is {value} here, not {given}").into()) }
}
