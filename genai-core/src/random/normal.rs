//! Two standard normal values from random bits, by additions, multiplications, a division and a square root alone: a loop
//! over it is vectorised, and with the instructions of [`Portable`](crate::kernels::Portable), which rounds each of them, it
//! has the same bits on every machine.

use crate::kernels::Simd;

/// The Box–Muller transform of random bits: `√(−2 ln u) · (cos θ, sin θ)`, u from `radius`, θ from `angle`.
///
/// Logarithm: u = 2ᵉ·m with m in [√½, √2), s = (m − 1)/(m + 1), −2 ln u = −2e·ln 2 + s·P(s²). Angle: the nearest quarter
/// turn is taken off exactly, in integers; of the rest r, at most π/4, sin r = r·P(r²) and cos r = P(r²). The polynomials P
/// are of our own fit in 60 digits (Remez exchange).
///
/// Source: Box & Muller 1958, *A note on the generation of random normal deviates*.
macro_rules! box_muller {
    ($(#[$meta:meta])* $visibility:vis fn $name:ident, $float:ty, $bits:ty, $signed:ty, mantissa $mantissa:literal, root_half $root:literal,
     ln $ln:expr, sin $sin:expr, cos $cos:expr) => {
        $(#[$meta])*
        #[inline(always)]
        $visibility fn $name<S: Simd>(radius: $bits, angle: $bits) -> ($float, $float) {
            const TURN: $float = std::f64::consts::TAU as $float * (0.5 / ((1 as $bits) << (<$bits>::BITS - 1)) as $float);
            const ROOT_HALF: $bits = $root;
            /// The same of `radius`, which counts in units of 2¹⁻ᴮ where it has B bits.
            const ROOT_HALF_UNITS: $bits = ROOT_HALF + (((<$bits>::BITS - 1) as $bits) << $mantissa);
            let u = (radius >> 1) as $signed as $float + 0.5; // signed: the conversion that vector units have
            let shifted = u.to_bits().wrapping_sub(ROOT_HALF_UNITS);
            let exponent = (shifted as $signed >> $mantissa) as $float;
            let m = <$float>::from_bits((shifted & ((1 << $mantissa) - 1)).wrapping_add(ROOT_HALF));
            let s = (m - 1.0) / (m + 1.0);
            let whole = exponent * (-2.0 * std::f64::consts::LN_2 as $float);
            let radius = sum::<S>(s, polynomial::<S, _>(&$ln, s * s), whole).sqrt();

            let quarter = angle.wrapping_add(1 << (<$bits>::BITS - 3)) >> (<$bits>::BITS - 2);
            let rest = angle.wrapping_sub(quarter << (<$bits>::BITS - 2)) as $signed as $float * TURN;
            let z = rest * rest;
            let (sin, cos) = (rest * polynomial::<S, _>(&$sin, z), polynomial::<S, _>(&$cos, z));
            let (x, y) = if quarter & 1 == 0 { (cos, sin) } else { (sin, cos) };
            let sign = |value: $float, negative: $bits| {
                <$float>::from_bits(value.to_bits() ^ (negative << (<$bits>::BITS - 2)))
            };
            return (radius * sign(x, (quarter + 1) & 2), radius * sign(y, quarter & 2));

            /// ab + c.
            #[inline(always)]
            fn sum<S: Simd>(a: $float, b: $float, c: $float) -> $float {
                if S::FMA { a.mul_add(b, c) } else { a * b + c }
            }

            /// c₀ + c₁z + c₂z² + …
            #[inline(always)]
            fn polynomial<S: Simd, const N: usize>(coefficients: &[$float; N], z: $float) -> $float {
                let mut value = coefficients[N - 1];
                for i in (0..N - 1).rev() {
                    value = sum::<S>(value, z, coefficients[i]);
                }
                value
            }
        }
    };
}

box_muller!(pub(super) fn normals_f32, f32, u32, i32, mantissa 23, root_half 0x3f35_04f3,
    ln [-4.0, -1.3333363, -0.7994959, -0.598513],
    sin [1.0, -0.1666665, 0.008332016, -0.00019501822],
    cos [1.0, -0.5, 0.041666616, -0.001388662, 2.437993e-5]);
box_muller!(
    /// Two independent standard normal values (|z| < 9.5) from two random words, with [`Portable`](crate::kernels::Portable)
    /// to the bit as [`Key::normal_f64`](super::Key::normal_f64) makes them; a loop over it runs on registers.
    pub fn normals, f64, u64, i64, mantissa 52, root_half 0x3fe6_a09e_667f_3bcd,
    ln [-4.000000000000001, -1.3333333333310444, -0.8000000012403299, -0.5714283196241807, -0.44446874328967145, -0.3624371066789227, -0.3367711270039363],
    sin [1.0, -0.16666666666666616, 0.008333333333320002, -0.0001984126982840214, 2.755731329901719e-6, -2.5050705846547716e-8, 1.5894136374921707e-10],
    cos [1.0, -0.4999999999999925, 0.04166666666647244, -0.0013888888869987913, 2.480157854145622e-5, -2.755523430174425e-7, 2.063047690697169e-9]);
