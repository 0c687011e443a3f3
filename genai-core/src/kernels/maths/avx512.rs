//! Functions that AVX-512 has a shorter way to: instructions that take a number apart and tables that lie in registers.

use std::arch::x86_64::*;

/// ln x, in half the time of [`ln`](super::ln), which divides.
///
/// x = 2ᵉ·m with m in [¾, 3⁄2); one of sixteen numbers c, known by the leading bits of m, brings m·c near 1:
/// ln x = e·ln 2 − ln c + ln(1 + r) with r = m·c − 1 in [−1⁄32, 1⁄16]. Each c is a reciprocal near the middle of its piece
/// whose logarithm is a multiple of 2⁻⁴² to 67 bits or more, so that e·ln 2 − ln c is exact in its leading part; around
/// m = 1 it is 1, so that small results keep their digits.
///
/// Source of the choice of c: Gal & Bachelis 1991, *An accurate elementary mathematical library for the IEEE floating point
/// standard*.
///
/// # Safety
///
/// The machine has AVX-512.
#[inline(always)]
pub(in crate::kernels) unsafe fn ln(x: __m512d) -> __m512d {
    // SAFETY: the caller promises AVX-512; the tables are sixteen numbers long.
    unsafe {
        let splat = |x: f64| _mm512_set1_pd(x);
        let of = |table: &[f64; 16], at| {
            _mm512_permutex2var_pd(_mm512_loadu_pd(table.as_ptr()), at, _mm512_loadu_pd(table[8..].as_ptr()))
        };
        let m = _mm512_getmant_pd::<_MM_MANT_NORM_P75_1P5, _MM_MANT_SIGN_NAN>(x);
        let e = _mm512_sub_pd(_mm512_getexp_pd(x), _mm512_getexp_pd(m));
        let piece = _mm512_srli_epi64::<48>(_mm512_castpd_si512(m)); // its low four bits: of the mantissa the leading ones
        let r = _mm512_fmsub_pd(m, of(&RECIPROCALS, piece), splat(1.0));
        let high = _mm512_fmadd_pd(e, splat(<f64 as super::Precision>::LN2_HIGH), of(&LOGARITHMS, piece));
        let low = _mm512_mul_pd(e, splat(<f64 as super::Precision>::LN2_LOW));
        let mut series = splat(NEAR_ONE[NEAR_ONE.len() - 1]);
        for i in (0..NEAR_ONE.len() - 1).rev() {
            series = _mm512_fmadd_pd(series, r, splat(NEAR_ONE[i]));
        }
        let low = _mm512_fmadd_pd(_mm512_mul_pd(r, r), series, low);
        let ln = _mm512_add_pd(high, _mm512_add_pd(r, low));
        _mm512_fixupimm_pd::<0>(ln, x, _mm512_set1_epi64(EDGES))
    }
}

/// What becomes of quiet and signalling NaN (itself, quiet), 0 (−∞), 1 (as computed), −∞ (NaN), ∞ (∞), other negative (NaN)
/// and positive numbers (as computed): a digit each, the last first, as the instruction counts them.
const EDGES: i64 = 0x0353_0422;

/// c by the four leading bits of the mantissa: of m in [1, 3⁄2), then of m in [¾, 1).
static RECIPROCALS: [f64; 16] = [
    1.0,
    0.9142857112736085,
    0.8648648666649094,
    0.8205128217032249,
    0.7804878033083839,
    0.7441860443298262,
    0.7111111084850744,
    0.6808510609119962,
    1.3061224537059113,
    1.2549019662689727,
    1.2075471751897313,
    1.1636363684724935,
    1.1228070190220014,
    1.0847457671973124,
    1.0491803260891293,
    1.0,
];

/// −ln c.
static LOGARITHMS: [f64; 16] = [
    0.0,
    0.08961216198417787,
    0.14518200776319645,
    0.1978257418791145,
    0.24783616591571445,
    0.295464215825632,
    0.3409265906634573,
    0.3844117031958376,
    -0.26706278886763357,
    -0.22705745500593366,
    -0.18859117426154626,
    -0.15154990228325005,
    -0.11583181684159172,
    -0.08134564358897478,
    -0.04800921749006193,
    0.0,
];

/// (ln(1 + r) − r) / r² on [−1⁄32, 1⁄16].
const NEAR_ONE: [f64; 9] = [
    -0.5000000000000001,
    0.3333333333334603,
    -0.2499999999992264,
    0.19999999932619364,
    -0.16666666093763938,
    0.14285814799177152,
    -0.12501867710359482,
    0.1107316514482654,
    -0.08760635888504775,
];
