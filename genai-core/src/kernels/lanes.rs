//! Virtual vector registers.
