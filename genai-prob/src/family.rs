//! What every family of one number has besides its formulas, written once.

/// Defines a distribution with scalar parameters: the struct, `new` with its checks, the accessors, [`Display`], serde
/// (read back through `new`), `rand`'s `Distribution<f64>` and [`Parametric`](crate::Parametric).
///
/// `prepared M` is the number of values that [`Density::prepare`](crate::Density::prepare) gives; `drawn by T(…)` keeps
/// `sample::T::new(…)`, what all draws share, as `self.sampler`; `where |a, b| test => field, "expected"` adds a condition
/// between parameters. The family then writes `Density`, `Univariate` (with
/// [`common!`] for what follows from the formula), an inherent `draw<R: RngCore + ?Sized>(&self, &mut R) -> f64`, and
/// [`Fit`](crate::Fit).
///
/// [`Display`]: std::fmt::Display
macro_rules! family {
    (
        $(#[$meta:meta])*
        pub struct $name:ident: $kind:ident {
            $( $(#[$field_meta:meta])* $field:ident: $domain:expr, )+
        }
        prepared $prepared:literal
        $( drawn by $sampler:ident($($shared:expr),+) )?
        $( where |$($bound:ident),+| $test:expr => $culprit:ident, $expected:literal )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "fields::Fields", into = "fields::Fields")]
        pub struct $name {
            $( $field: f64, )+
            prepared: [f64; $prepared],
            $( sampler: $crate::sample::$sampler, )?
        }

        /// How the parameters are written to files.
        mod fields {
            #[derive(serde::Serialize, serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            pub(crate) struct Fields {
                $( pub(super) $field: f64, )+
            }
        }

        impl $name {
            /// The distribution with these parameters.
            ///
            /// # Errors
            ///
            /// If a parameter lies outside its domain.
            pub fn new($($field: f64),+) -> Result<Self, $crate::Error> {
                #[allow(unused_imports, reason = "not every family names a domain")]
                use $crate::Domain::*;
                $( $crate::Domain::check($domain, stringify!($name), stringify!($field), $field)?; )+
                $(
                    let test = |$($bound: f64),+| -> bool { $test };
                    if !test($($bound),+) {
                        let name = stringify!($name);
                        return Err($crate::Error::parameter(name, stringify!($culprit), $culprit, $expected));
                    }
                )?
                let prepared = <Self as $crate::Density<_, $prepared>>::prepare([$($field),+]);
                Ok(Self { $($field,)+ prepared, $( sampler: $crate::sample::$sampler::new($($shared),+), )? })
            }

            $(
                $(#[$field_meta])*
                pub fn $field(&self) -> f64 {
                    self.$field
                }
            )+
        }

        impl TryFrom<fields::Fields> for $name {
            type Error = $crate::Error;

            fn try_from(fields: fields::Fields) -> Result<Self, $crate::Error> {
                Self::new($(fields.$field),+)
            }
        }

        impl From<$name> for fields::Fields {
            fn from(of: $name) -> Self {
                Self { $($field: of.$field),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let parameters = [$((stringify!($field), self.$field)),+];
                $crate::family::write(f, stringify!($name), &parameters)
            }
        }

        impl $crate::$kind for $name {}

        impl rand::distr::Distribution<f64> for $name {
            #[inline]
            fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
                self.draw(rng)
            }
        }

        impl $crate::Parametric for $name {
            const NAME: &'static str = stringify!($name);
            const PARAMETERS: &'static [$crate::Parameter] = {
                #[allow(unused_imports, reason = "not every family names a domain")]
                use $crate::Domain::*;
                &[$($crate::Parameter::new(stringify!($field), $domain)),+]
            };

            fn parameters(&self) -> Vec<f64> {
                vec![$(self.$field),+]
            }

            fn from_parameters(values: &[f64]) -> Result<Self, $crate::Error> {
                let [$($field),+] = *values else {
                    return Err($crate::family::wrong_count(stringify!($name), values.len()));
                };
                Self::new($($field),+)
            }

            fn score(&self, x: f64, out: &mut [f64]) {
                $crate::family::score::<Self, _, $prepared>([$(self.$field),+], x, out);
            }
        }
    };
}

/// The methods of [`Univariate`](crate::Univariate) that follow from the formula (`common!(formula)`), from `draw`
/// (`common!(draw)`), or from both (`common!()`). `common!(careful)` takes `ln_double(x)` of twice the precision instead of the
/// formula where `needs_double(x)`. Distribution functions come from `side` and `ln_side` (`common!(sides)`) or `tails`
/// (`common!(tails)`), quantiles from `point` (`common!(points)`); `common!(heavy mean)` is for tails without moments.
macro_rules! common {
    () => {
        $crate::family::common!(formula);
        $crate::family::common!(draw);
    };
    (formula) => {
        #[inline]
        fn ln_prob(&self, x: f64) -> f64 {
            <Self as $crate::Density<_, _>>::ln_density(self.prepared, x)
        }

        #[track_caller]
        fn ln_prob_into(&self, x: &[f64], out: &mut [f64]) {
            $crate::density::ln_density_into::<Self, _, _>(self.prepared, x, out);
        }
    };
    (careful) => {
        fn ln_prob(&self, x: f64) -> f64 {
            if self.needs_double(x) {
                return self.ln_double(x).value();
            }
            <Self as $crate::Density<_, _>>::ln_density(self.prepared, x)
        }

        #[track_caller]
        fn ln_prob_into(&self, x: &[f64], out: &mut [f64]) {
            $crate::density::ln_density_into::<Self, _, _>(self.prepared, x, out);
            for (x, out) in x.chunks(256).zip(out.chunks_mut(256)) {
                // Numbers as wide as x: the compiler makes registers of them.
                if x.iter().fold(0, |any, x| any | u64::from(self.needs_double(*x))) > 0 {
                    for (x, y) in x.iter().zip(out).filter(|(x, _)| self.needs_double(**x)) {
                        *y = self.ln_double(*x).value();
                    }
                }
            }
        }
    };
    (draw) => {
        $crate::family::common!(sample);

        fn fill(&self, key: genai_core::random::Key, out: &mut [f64]) {
            $crate::distribution::fill_with(key, out, |stream| self.draw(stream));
        }
    };
    (tabled) => {
        $crate::family::common!(sample);

        fn fill(&self, key: genai_core::random::Key, out: &mut [f64]) {
            $crate::fill::fill_tabled(self, key, out, |stream| self.draw(stream));
        }
    };
    (sides) => {
        fn cdf(&self, x: f64) -> f64 {
            self.side(x, $crate::special::Side::Lower)
        }

        fn sf(&self, x: f64) -> f64 {
            self.side(x, $crate::special::Side::Upper)
        }

        fn ln_cdf(&self, x: f64) -> f64 {
            self.ln_side(x, $crate::special::Side::Lower)
        }

        fn ln_sf(&self, x: f64) -> f64 {
            self.ln_side(x, $crate::special::Side::Upper)
        }
    };
    (points) => {
        fn quantile(&self, p: f64) -> f64 {
            self.point($crate::continuous::gamma::ln_of(p), $crate::special::Side::Lower)
        }

        fn isf(&self, q: f64) -> f64 {
            self.point($crate::continuous::gamma::ln_of(q), $crate::special::Side::Upper)
        }

        fn quantile_ln(&self, ln_p: f64) -> f64 {
            self.point($crate::special::Double::from(ln_p.min(0.0)), $crate::special::Side::Lower)
        }

        fn isf_ln(&self, ln_q: f64) -> f64 {
            self.point($crate::special::Double::from(ln_q.min(0.0)), $crate::special::Side::Upper)
        }
    };
    (tails) => {
        fn cdf(&self, k: f64) -> f64 {
            self.tails(k).cdf()
        }

        fn sf(&self, k: f64) -> f64 {
            self.tails(k).sf()
        }

        fn ln_cdf(&self, k: f64) -> f64 {
            self.tails(k).ln_cdf()
        }

        fn ln_sf(&self, k: f64) -> f64 {
            self.tails(k).ln_sf()
        }
    };
    (heavy $mean:expr) => {
        fn mean(&self) -> f64 {
            $mean
        }

        fn variance(&self) -> f64 {
            f64::INFINITY
        }

        fn skewness(&self) -> f64 {
            f64::NAN
        }

        fn kurtosis(&self) -> f64 {
            f64::NAN
        }
    };
    (family) => {
        fn family(&self) -> Option<(&'static str, Vec<f64>)> {
            Some((<Self as $crate::Parametric>::NAME, $crate::Parametric::parameters(self)))
        }
    };
    (sample) => {
        $crate::family::common!(family);

        fn sample(&self, rng: &mut dyn rand_core::RngCore) -> f64 {
            self.draw(rng)
        }

        fn sample_n(&self, n: usize, rng: &mut dyn rand_core::RngCore) -> Vec<f64> {
            (0..n).map(|_| self.draw(rng)).collect()
        }
    };
}

pub(crate) use {common, family};

use crate::{Density, Error};
use genai_core::real::Dual;
use std::fmt::{Formatter, Result as Written};

/// `Name(a = 1, b = 2)`.
pub(crate) fn write(f: &mut Formatter<'_>, name: &str, parameters: &[(&str, f64)]) -> Written {
    write!(f, "{name}(")?;
    for (i, (parameter, value)) in parameters.iter().enumerate() {
        write!(f, "{}{parameter} = {value}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str(")")
}

/// The error of a list of parameters that is too short or too long.
pub(crate) fn wrong_count(name: &'static str, found: usize) -> Error {
    Error::data(name, format!("{found} parameters"), "one value for each parameter")
}

/// The gradient of the formula by its parameters.
#[track_caller]
pub(crate) fn score<D: Density<K, M>, const K: usize, const M: usize>(parameters: [f64; K], x: f64, out: &mut [f64]) {
    assert_eq!(out.len(), K, "{}: score of {K} parameters into {} places", D::NAME, out.len());
    let mut duals = parameters.map(Dual::<f64, K>::constant);
    (0..K).for_each(|i| duals[i].derivatives[i] = 1.0);
    let y = D::ln_density(D::prepare(duals), Dual::constant(x));
    out.copy_from_slice(&y.derivatives);
}
