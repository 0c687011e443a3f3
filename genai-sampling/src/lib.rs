//! From logits, denoisers and densities to samples.
#![forbid(unsafe_code)]
