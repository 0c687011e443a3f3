//! Laws of diffusion: every solver, path, prediction, guidance and control is a row, and a row brings every law of its kind.
#![cfg(test)]

mod bad_input;
mod control;
mod guidance;
mod likelihood;
mod paths;
mod ring;
mod schedulers;
mod solvers;
mod torch;
