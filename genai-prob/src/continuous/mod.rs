//! Distributions with a density.
//!
//! To add one: a file with the family (`family!`, `Density`, `Univariate`, `draw`, `Fit`), `mod` and `pub use` here, one row
//! in `tests/families`.

mod beta;
mod chi_squared;
mod erlang;
mod exponential;
mod fisher_f;
mod gamma;
mod inverse_gamma;
mod maxwell;
mod student_t;

pub use beta::Beta;
pub use chi_squared::ChiSquared;
pub use erlang::Erlang;
pub use exponential::Exponential;
pub use fisher_f::FisherF;
pub use gamma::Gamma;
pub use inverse_gamma::InverseGamma;
pub use maxwell::Maxwell;
pub use student_t::StudentT;

/// The methods of a family that is a gamma distribution under other names, from its `gamma()`.
macro_rules! through_gamma {
    ($($method:ident($($argument:ident),*)),+ $(,)?) => {
        $(fn $method(&self, $($argument: f64),*) -> f64 {
            self.gamma().$method($($argument),*)
        })+
    };
    () => {
        fn support(&self) -> crate::Support {
            crate::Support::reals(0.0, f64::INFINITY)
        }

        $crate::continuous::through_gamma!(
            ln_prob(x), prob(x), cdf(x), sf(x), ln_cdf(x), ln_sf(x), quantile(p), isf(q), quantile_ln(ln_p), isf_ln(ln_q),
            mean(), variance(), skewness(), kurtosis(), mode(), entropy(),
        );
    };
}
use through_gamma;
