//! Files: tensors in safetensors, and writes that either happen or do not.

mod atomic;
pub mod safetensors;

pub use atomic::write_atomically;
pub use safetensors::SafeTensors;
