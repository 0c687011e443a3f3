//! What differs between `f32` and `f64`: coefficients, limits and the layout of the bits.

use crate::kernels::lanes::Float;

/// A precision of the vector maths.
pub(in crate::kernels) trait Precision: Float {
    /// 1.5 · 2^(mantissa bits): adding it rounds to an integer, which the lowest bits then hold.
    const ROUNDER: Self;
    /// 2^(mantissa bits): numbers from here on are integers.
    const INTEGERS: Self;
    /// The distance from 1 to the next number.
    const EPSILON: Self;
    /// The smallest number that is not subnormal.
    const SMALLEST_NORMAL: Self;
    /// A power of two that makes subnormal numbers normal.
    const TO_NORMAL: Self;
    /// Its exponent.
    const TO_NORMAL_EXPONENT: Self;
    /// ln 2 with enough zero bits that a product with an exponent is exact.
    const LN2_HIGH: Self;
    /// ln 2 − `LN2_HIGH`.
    const LN2_LOW: Self;
    /// exp is infinite from here.
    const EXP_CEILING: Self;
    /// exp is zero from here.
    const EXP_FLOOR: Self;
    /// (eʳ − 1 − r) / r².
    const EXP: &'static [Self];
    /// (2 artanh(s) / s − 2) / s², in s².
    const LN: &'static [Self];
    /// erf(x) / x − 1 for |x| ≤ 1, in x².
    const ERF: &'static [Self];
    /// ln(1 − erf(x)) + x² from 1 to where erf is 1, in x − `ERF_TAIL_CENTRE`.
    const ERF_TAIL: &'static [Self];
    /// The centre of the interval of `ERF_TAIL`.
    const ERF_TAIL_CENTRE: Self;
    /// erf rounds to 1 from here.
    const ERF_IS_ONE: Self;
    /// (sin(r) / r − 1) / r² for |r| ≤ π/4, in r².
    const SIN: &'static [Self];
    /// (tanh(x) / x − 1) / x² for |x| ≤ 0.5625, in x².
    const TANH: &'static [Self];
    /// (cos(r) − 1 + r²/2) / r⁴ for |r| ≤ π/4, in r².
    const COS: &'static [Self];
    /// π/2 in parts, short enough that a part times an integer below 2¹⁶ is exact.
    const HALF_PI: &'static [Self];
    /// π/2 in parts, for fused multiply-adds.
    const HALF_PI_FUSED: &'static [Self];
    /// lnΓ(2 + t) / (t·(t + 1)) for −1 ≤ t ≤ ½, in t + ¼.
    const LN_GAMMA: &'static [Self];
    /// x·(lnΓ(x) − (x − ½)·ln x + x − ½·ln 2π) from `GAMMA_FAR` on, in 1/x².
    const STIRLING: &'static [Self];
    /// Where Stirling's series begins: `GAMMA_STEPS` + 2.5.
    const GAMMA_FAR: Self;
    /// ψ(1 + t) / (t − t₀) for 0 ≤ t ≤ 1, in t − ½; ψ(1 + t₀) = 0.
    const DIGAMMA: &'static [Self];
    /// t₀.
    const DIGAMMA_ZERO: Self;
    /// t₀ − `DIGAMMA_ZERO`.
    const DIGAMMA_ZERO_LOW: Self;
    /// x²·(ln x − 1/(2x) − ψ(x)) from `DIGAMMA_FAR_FROM` on, in 1/x².
    const DIGAMMA_FAR: &'static [Self];
    /// x³·(ψ′(x) − 1/x − 1/(2x²)) from `DIGAMMA_FAR_FROM` on, in 1/x².
    const TRIGAMMA_FAR: &'static [Self];
    /// Where the series of ψ and ψ′ begin: `GAMMA_STEPS` + 2.
    const DIGAMMA_FAR_FROM: Self;
    /// Steps of the recurrence that lead from there to the polynomials.
    const GAMMA_STEPS: usize;
    /// (1 + 2x)·erfcx(x) for x ≥ 0, in x / (x + c) − ½.
    const ERFCX: &'static [Self];
    /// c.
    const ERFCX_CENTRE: Self;
    /// erfc is 0 from here.
    const ERFC_FLOOR: Self;
    /// Adding it rounds numbers below `ERFC_FLOOR` to so few bits that their squares are exact.
    const SQUARE_ROUNDER: Self;

    /// self · b + c, rounded once.
    fn fused(self, b: Self, c: Self) -> Self;
    /// |self| with the sign of `x`.
    fn with_sign_of(self, x: Self) -> Self;
    /// 2ⁿ for an integer n within the range of normal numbers.
    fn power_of_two(self) -> Self;
    /// x = 2ᵉ·m with m in [√½, √2]: e and m, for positive normal numbers.
    fn split(self) -> (Self, Self);
    /// The two lowest bits of an integer below 2²²: whether it is odd, whether its half is.
    fn quadrant(self) -> (bool, bool);
}

macro_rules! precision {
    ($scalar:ident, $mantissa_bits:literal, $bias:literal, {$($constants:tt)*}) => {
        impl Precision for $scalar {
            $($constants)*
            const EPSILON: Self = Self::EPSILON;
            const SMALLEST_NORMAL: Self = Self::MIN_POSITIVE;

            #[inline(always)]
            fn fused(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }

            #[inline(always)]
            fn with_sign_of(self, x: Self) -> Self {
                self.copysign(x)
            }

            #[inline(always)]
            fn power_of_two(self) -> Self {
                Self::from_bits((self + (Self::ROUNDER + $bias)).to_bits() << $mantissa_bits)
            }

            #[inline(always)]
            fn split(self) -> (Self, Self) {
                const ROOT: $scalar = std::$scalar::consts::FRAC_1_SQRT_2;
                let mantissa = (1 << $mantissa_bits) - 1;
                let shifted = self.to_bits().wrapping_add((1.0 as $scalar).to_bits() - ROOT.to_bits());
                // An integer below 2^(mantissa bits) put behind the point of that power of two.
                let base = (1u64 << $mantissa_bits) as $scalar;
                let exponent = $scalar::from_bits((shifted >> $mantissa_bits) | base.to_bits()) - (base + $bias);
                (exponent, $scalar::from_bits((shifted & mantissa) + ROOT.to_bits()))
            }

            #[inline(always)]
            fn quadrant(self) -> (bool, bool) {
                let bits = (self + Self::ROUNDER).to_bits();
                (bits & 1 != 0, bits & 2 != 0)
            }
        }
    };
}

precision! {
    f32, 23, 127.0, {
        const ROUNDER: Self = 12_582_912.0;
        const INTEGERS: Self = 8_388_608.0;
        const TO_NORMAL: Self = 8_388_608.0;
        const TO_NORMAL_EXPONENT: Self = 23.0;
        const LN2_HIGH: Self = 0.693_145_75;
        const LN2_LOW: Self = 1.428_606_8e-6;
        const EXP_CEILING: Self = 89.0;
        const EXP_FLOOR: Self = -104.0;
        const ERF_TAIL_CENTRE: Self = 2.0;
        const ERF_IS_ONE: Self = 4.0;

        const EXP: &[Self] = &[0.5, 0.16666666, 0.04166636, 0.00833339, 0.001394072, 0.00019845886];
        const LN: &[Self] = &[0.6666666, 0.40000337, 0.28537238, 0.23583573];
        const ERF: &[Self] = &[0.12837917, -0.37612626, 0.112836, -0.026854444, 0.005189535, -0.00080208405, 7.889117e-5];
        const ERF_TAIL: &[Self] = &[-1.3649412, -0.4181608, 0.076249026, -0.016465815, 0.0035705024, -0.00073022075, 0.00013772064, -2.1686747e-5];
        const SIN: &[Self] = &[-0.16666667, 0.008333329, -0.00019839327, 2.7182373e-6];
        const TANH: &[Self] = &[-0.33333313, 0.13332471, -0.053839214, 0.021014133, -0.006188431];
        const COS: &[Self] = &[0.041666646, -0.0013887362, 2.443773e-5];
        const HALF_PI: &[Self] = &[1.5703125, 0.0004825592, 1.2665987e-6, 9.895302e-10, 2.5579538e-12, 5.3845817e-15, 5.721189e-18];
        const HALF_PI_FUSED: &[Self] = &[1.5707964, -4.371139e-8, -1.7151245e-15];
        const GAMMA_FAR: Self = 4.5;
        const DIGAMMA_ZERO: Self = 0.461_632_13;
        const DIGAMMA_ZERO_LOW: Self = 1.243_815e-8;
        const DIGAMMA_FAR_FROM: Self = 4.0;
        const GAMMA_STEPS: usize = 2;
        const ERFCX_CENTRE: Self = 2.0;
        const ERFC_FLOOR: Self = 10.5;
        const SQUARE_ROUNDER: Self = 49_152.0;
        const LN_GAMMA: &[Self] = &[0.4501393, -0.119481586, 0.044520587, -0.019054033, 0.008773534, -0.004224672, 0.0021165367, -0.0010718317, 0.0004761437, -0.00024632487, 0.00024690444, -0.00013117775];
        const STIRLING: &[Self] = &[0.08333333, -0.0027770346, 0.00075267913];
        const DIGAMMA: &[Self] = &[0.9510559, -0.4236275, 0.24054253, -0.14839886, 0.09498469, -0.06205598, 0.04085003, -0.025786884, 0.01711499, -0.01637362, 0.010902588];
        const DIGAMMA_FAR: &[Self] = &[0.083333336, -0.00833299, 0.003940102, -0.003397054];
        const TRIGAMMA_FAR: &[Self] = &[0.16666666, -0.033330087, 0.0235416, -0.025917629];
        const ERFCX: &[Self] = &[1.2769784, -0.18552752, -0.66412157, 1.3123952, -0.86752295, -0.25659636, 0.55835485, 0.15573318, -0.374659, -0.18287508, 0.22641198, 0.12922917, -0.08236618];
    }
}

precision! {
    f64, 52, 1023.0, {
        const ROUNDER: Self = 6_755_399_441_055_744.0;
        const INTEGERS: Self = 4_503_599_627_370_496.0;
        const TO_NORMAL: Self = 18_014_398_509_481_984.0;
        const TO_NORMAL_EXPONENT: Self = 54.0;
        const LN2_HIGH: Self = 0.693_147_180_369_123_8;
        const LN2_LOW: Self = 1.908_214_929_270_587_7e-10;
        const EXP_CEILING: Self = 710.0;
        const EXP_FLOOR: Self = -746.0;
        const ERF_TAIL_CENTRE: Self = 3.0;
        const ERF_IS_ONE: Self = 6.0;

        const EXP: &[Self] = &[0.5, 0.16666666666666677, 0.041666666666666505, 0.008333333333321606, 0.0013888888888962836, 0.00019841269886209292, 2.4801587171953696e-5, 2.7557244102949788e-6, 2.7557402855297506e-7, 2.510908179677196e-8, 2.08753528658129e-9];
        const LN: &[Self] = &[0.6666666666666735, 0.39999999999411073, 0.28571428743267524, 0.22222198475509478, 0.18183569763192953, 0.15313902683359945, 0.14797513028771922];
        const ERF: &[Self] = &[0.1283791670955126, -0.3761263890318375, 0.11283791670954885, -0.02686617064507787, 0.005223977624828397, -0.0008548326981424025, 0.00012055331132914794, -1.4925595771502634e-5, 1.6461008471293004e-6, -1.635039619458434e-7, 1.4660328772062062e-8, -1.1374956732946107e-9, 5.960688208552334e-11];
        const ERF_TAIL: &[Self] = &[-1.7203630419811307, -0.30375368900393446, 0.04260578119595086, -0.0074118917883068455, 0.001353310494651738, -0.0002456920565024084, 4.308167906761491e-5, -7.1158716781256504e-6, 1.0690949527655318e-6, -1.3588632969025398e-7, 1.2075930486268303e-8, 9.184643466017401e-10, -7.839058891692223e-10, -6.314588528756686e-11, -1.3300902074633885e-10, 2.7471455705645656e-11, 2.4445438915746576e-11, 8.59146543952949e-12, 1.0390538674488608e-12];
        const SIN: &[Self] = &[-0.16666666666666632, 0.008333333333322316, -0.00019841269829725183, 2.755731366205184e-6, -2.505075326401918e-8, 1.589650493893615e-10];
        const TANH: &[Self] = &[-0.3333333333333333, 0.13333333333332925, -0.053968253967944496, 0.021869488524379394, -0.00886323526693389, 0.003592124289624025, -0.001455798666547699, 0.0005897938669421184, -0.0002380735845506626, 9.364872498006152e-5, -3.255250636621612e-5, 7.214667154822083e-6];
        const COS: &[Self] = &[0.0416666666666666, -0.001388888888887399, 2.480158728939496e-5, -2.755731432603779e-7, 2.087571955932416e-9, -1.135944869707674e-11];
        const HALF_PI: &[Self] = &[1.5707963267923333, 2.5633441515839558e-12, 1.0562999066944068e-23, 4.3359050650618903e-35];
        const HALF_PI_FUSED: &[Self] = &[std::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33];
        const GAMMA_FAR: Self = 6.5;
        const DIGAMMA_ZERO: Self = 0.461_632_144_968_362_36;
        const DIGAMMA_ZERO_LOW: Self = -1.552_234_816_285_867_7e-17;
        const DIGAMMA_FAR_FROM: Self = 6.0;
        const GAMMA_STEPS: usize = 4;
        const ERFCX_CENTRE: Self = 4.0;
        const ERFC_FLOOR: Self = 28.0;
        const SQUARE_ROUNDER: Self = 6_442_450_944.0;
        const LN_GAMMA: &[Self] = &[0.4501393121092563, -0.11948158662524268, 0.044520447198509644, -0.019053957830260832, 0.008776370425257302, -0.004226194125189418, 0.0020955338799232407, -0.0010605660937984334, 0.0005448969907212743, -0.00028319036037842405, 0.0001485167612603942, -7.8464050392945e-05, 4.170547456941329e-05, -2.226821449897537e-05, 1.194925036645649e-05, -6.487859797094674e-06, 3.5071990932812468e-06, -1.76764375827818e-06, 9.597109616498142e-07, -7.562612463459416e-07, 4.142761109248788e-07, 3.404324894896923e-08, -1.9561462574604242e-08, -1.577723410210679e-07, 8.702854149462274e-08];
        const STIRLING: &[Self] = &[0.08333333333333333, -0.0027777777777380146, 0.0007936507665900421, -0.0005952311428421684, 0.000840891399401838, -0.0018619001080884038, 0.0045368906301007815];
        const DIGAMMA: &[Self] = &[0.9510558760318328, -0.4236274212814606, 0.24054248424078697, -0.14840492305388092, 0.09498872445289039, -0.06192213327548831, 0.040760833940846085, -0.026975796659787055, 0.017907248317313294, -0.011908220105959716, 0.007927021796868154, -0.005279937255532708, 0.003518106563802472, -0.0023454947397380833, 0.0015633696313653504, -0.0010364584817312839, 0.0006909255761282986, -0.00048595039220036254, 0.00032395945401345196, -0.00014480643368061614, 9.653646261410062e-05, -0.0001782188548855923, 0.00011881232908510335];
        const DIGAMMA_FAR: &[Self] = &[0.08333333333333331, -0.008333333333265424, 0.003968253916496818, -0.004166651522951171, 0.0075735577568517305, -0.020916085217393375, 0.0751835876696361, -0.2297854245497472];
        const TRIGAMMA_FAR: &[Self] = &[0.16666666666666666, -0.033333333333261904, 0.023809523740380884, -0.033333307366846185, 0.07575264096686857, -0.2525785652536767, 1.1316812833788938, -5.686494459221039, 20.39907980934681];
        const ERFCX: &[Self] = &[1.2329951186255526, -0.27924223368112455, 0.061518608410479896, 0.5447764340373471, -1.6166250565810898, 2.9994507199716045, -4.245143411959077, 4.757441987371265, -4.146619920111301, 2.576368675380355, -0.7759598014405198, -0.4080786482639909, 0.6169453612503837, -0.1998662135236468, -0.1838470867511854, 0.18699315770952057, 0.019119096183580087, -0.10761860459131485, 0.020373682889914875, 0.055741343826277295, -0.02173257906984789, -0.025876195240938715, 0.013557657111660135, 0.007799413366815696, -0.00463742422113355];
    }
}
