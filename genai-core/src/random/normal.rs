//! Two standard normal values from random bits, by additions, multiplications, a division and a square root alone: the
//! same bits on every machine, and a loop over it is vectorised.

/// The Box–Muller transform of random bits: `√(−2 ln u) · (cos θ, sin θ)`, u from `radius`, θ from `angle`.
///
/// Logarithm: m in [√½, √2), s = (m − 1)/(m + 1), ln m = 2s(1 + s²/3 + s⁴/5 + …). Angle: the nearest quarter turn is taken
/// off exactly, in integers; the rest, at most π/4, goes into the Taylor series of sine and cosine.
///
/// Source: Box & Muller 1958, *A note on the generation of random normal deviates*.
macro_rules! box_muller {
    ($(#[$meta:meta])* $visibility:vis fn $name:ident, $float:ty, $bits:ty, $signed:ty, mantissa $mantissa:literal, root_half $root:literal,
     ln $ln:expr, sin $sin:expr, cos $cos:expr) => {
        $(#[$meta])*
        #[inline(always)]
        $visibility fn $name(radius: $bits, angle: $bits) -> ($float, $float) {
            const SCALE: $float = 0.5 / ((1 as $bits) << (<$bits>::BITS - 1)) as $float;
            const TURN: $float = std::f64::consts::TAU as $float * SCALE;
            const ROOT_HALF: $bits = $root;
            let halved = (radius >> 1) as $signed as $float; // signed: the conversion that vector units have
            let u = (halved + 0.5) * (2.0 * SCALE); // (0, 1]
            let shifted = u.to_bits().wrapping_sub(ROOT_HALF);
            let exponent = (shifted as $signed >> $mantissa) as $float;
            let m = <$float>::from_bits((shifted & ((1 << $mantissa) - 1)).wrapping_add(ROOT_HALF));
            let s = (m - 1.0) / (m + 1.0);
            let ln = exponent * std::f64::consts::LN_2 as $float + 2.0 * s * series(&const { $ln }, s * s);
            let radius = (-2.0 * ln).max(0.0).sqrt();

            let quarter = angle.wrapping_add(1 << (<$bits>::BITS - 3)) >> (<$bits>::BITS - 2);
            let rest = angle.wrapping_sub(quarter << (<$bits>::BITS - 2)) as $signed as $float * TURN;
            let (sin, cos) = (rest * series(&const { $sin }, rest * rest), series(&const { $cos }, rest * rest));
            let (x, y) = if quarter & 1 == 0 { (cos, sin) } else { (sin, cos) };
            let sign = |value: $float, negative: $bits| {
                <$float>::from_bits(value.to_bits() ^ (negative << (<$bits>::BITS - 2)))
            };
            return (radius * sign(x, (quarter + 1) & 2), radius * sign(y, quarter & 2));

            /// c₀ + c₁z + c₂z² + …
            #[inline(always)]
            fn series<const N: usize>(coefficients: &[$float; N], z: $float) -> $float {
                let mut sum = coefficients[N - 1];
                for i in (0..N - 1).rev() {
                    sum = sum * z + coefficients[i];
                }
                sum
            }
        }
    };
}

box_muller!(pub(super) fn normals_f32, f32, u32, i32, mantissa 23, root_half 0x3f35_04f3,
    ln odd_reciprocals::<6>().map_f32(), sin inverse_factorials::<5>(1).map_f32(), cos inverse_factorials::<5>(0).map_f32());
box_muller!(
    /// Two independent standard normal values (|z| < 9.5) from two random words, as [`Key::normal_f64`](super::Key::normal_f64)
    /// makes them; a loop over it runs on registers.
    pub fn normals,  f64, u64, i64, mantissa 52, root_half 0x3fe6_a09e_667f_3bcd,
    ln odd_reciprocals::<12>().0, sin inverse_factorials::<8>(1).0, cos inverse_factorials::<9>(0).0);

/// Coefficients of a power series.
struct Coefficients<const N: usize>([f64; N]);

impl<const N: usize> Coefficients<N> {
    const fn map_f32(self) -> [f32; N] {
        let (mut out, mut i) = ([0.0; N], 0);
        while i < N {
            out[i] = self.0[i] as f32;
            i += 1;
        }
        out
    }
}

/// 1, 1/3, 1/5, …
const fn odd_reciprocals<const N: usize>() -> Coefficients<N> {
    let (mut out, mut i) = ([0.0; N], 0);
    while i < N {
        out[i] = 1.0 / (2 * i + 1) as f64;
        i += 1;
    }
    Coefficients(out)
}

/// 1/first!, −1/(first + 2)!, 1/(first + 4)!, …: sine for 1, cosine for 0.
const fn inverse_factorials<const N: usize>(first: usize) -> Coefficients<N> {
    let (mut out, mut i, mut term) = ([0.0; N], 0, 1.0);
    while i < N {
        out[i] = term;
        term /= -(((first + 2 * i + 1) * (first + 2 * i + 2)) as f64);
        i += 1;
    }
    Coefficients(out)
}
