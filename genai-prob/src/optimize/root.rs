//! Where a function of one number crosses zero.

/// A zero between `a` and `b`, where `f` has opposite signs: secant steps inside a shrinking bracket, the middle when they
/// shrink it too slowly. Ends at neighbouring doubles, at a zero, or where the bracket is `width` wide.
///
/// Source: the rule of Dowell & Jarratt 1971 (Illinois), with bisection every third step.
pub(crate) fn root(mut a: f64, mut b: f64, width: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let (mut fa, mut fb) = (f(a), f(b));
    for i in 0..200 {
        if fa == 0.0 {
            return a;
        }
        if fb == 0.0 || (b - a).abs() <= width {
            return b;
        }
        let secant = b - fb * (b - a) / (fb - fa);
        let inside = secant > a.min(b) && secant < a.max(b);
        let x = if inside && i % 3 != 2 { secant } else { 0.5 * (a + b) };
        if x == a || x == b {
            return x;
        }
        let fx = f(x);
        if (fx > 0.0) == (fb > 0.0) {
            fa *= 0.5;
        } else {
            (a, fa) = (b, fb);
        }
        (b, fb) = (x, fx);
    }
    b
}
