//! The safeguarded Newton iteration of the quantiles.

/// Where f(t) = 0 for a rising f of a logarithm t, to 10⁻⁹, by Newton's steps inside a bracket that every value narrows.
///
/// The caller takes one more step from the number that the logarithm stands for, which then has all its digits. `f` gives value and slope at t. Steps are cut to `longest` and to the bracket; it ends after 100 steps at the latest.
/// For a concave f Newton's method needs no bracket; it serves the flat places where f is constant in f64.
pub(crate) fn rising_root(mut t: f64, longest: f64, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for _ in 0..100 {
        let (value, slope) = f(t);
        if value == 0.0 || value.is_nan() {
            return t;
        }
        if value < 0.0 {
            low = t;
        } else {
            high = t;
        }
        let newton = if slope > 0.0 { -value / slope } else { -value.signum() * longest };
        let next =
            if newton.abs() < 1e-6 { t + newton } else { inside(t + newton.clamp(-longest, longest), low, high) };
        let step = (next - t).abs();
        t = next;
        if step <= 1e-9 {
            break; // what is left is the square of this
        }
    }
    t
}

/// `t` if it lies inside the bracket, its middle otherwise.
fn inside(t: f64, low: f64, high: f64) -> f64 {
    if t > low && t < high {
        return t;
    }
    match (low.is_finite(), high.is_finite()) {
        (true, true) => 0.5 * (low + high),
        (true, false) => t.max(low),
        _ => t.min(high),
    }
}
