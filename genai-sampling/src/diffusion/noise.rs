//! Where noise comes from.

use genai_core::random::Key;

use super::Number;

/// Standard normal noise: draw i comes from `key.split(i)`, the same for any number of threads.
pub fn normal<F: Number>(key: Key) -> impl FnMut(&mut [F]) {
    let (mut draws, mut single) = (0, Vec::new());
    move |out: &mut [F]| {
        single.resize(out.len(), 0f64);
        key.split(draws).normal_f64(&mut single);
        draws += 1;
        out.iter_mut().zip(&single).for_each(|(out, x)| *out = F::from_f64(*x));
    }
}
