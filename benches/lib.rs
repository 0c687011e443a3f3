//! What the benches share: inputs that every library makes alike, the cases that are timed, and the line protocol by which
//! the worker answers, so that a driver can time it and a peer turn by turn on the same machine.

pub mod cases;
pub mod inputs;
pub mod machine;
pub mod protocol;
