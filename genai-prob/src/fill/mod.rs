//! Filling arrays with draws: on registers, or from a table of masses.
//!
//! What a block of random words becomes is a method ([`FromWords`]); [`fill`] runs it over chunks of an array, on all
//! threads, with the same bits for any number of them.

mod alias;
mod beta;
mod exponential;
mod gamma;
mod rows;
mod tabled;
mod words;

pub(crate) use alias::Alias;
pub(crate) use beta::fill_beta;
pub(crate) use exponential::Exponential;
pub(crate) use gamma::Gamma;
pub use rows::choose_rows;
pub(crate) use tabled::fill_tabled;
pub(crate) use words::fill;
