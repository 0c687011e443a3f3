//! Pictures: the models that compress and make them.
//!
//! | item | what |
//! |---|---|
//! | [`Autoencoder`] | a picture as a few numbers, and back |

mod autoencoder;

pub use autoencoder::{Autoencoder, AutoencoderConfig};
