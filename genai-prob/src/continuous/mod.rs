//! Distributions with a density.
//!
//! To add one: a file with the family (`family!`, `Density`, `Univariate`, `draw`, `Fit`), `mod` and `pub use` here, one row
//! in `tests/families`.

mod arcsine;
mod beta;
mod cauchy;
mod chi_squared;
mod continuous_bernoulli;
mod erlang;
mod expectation;
mod exponential;
mod exponential_integral;
mod fisher_f;
mod gamma;
mod generalised_extreme_value;
mod generalised_pareto;
mod gompertz;
mod gumbel;
mod half_cauchy;
mod half_normal;
mod hazard;
mod inverse_gamma;
mod inverse_gaussian;
mod kumaraswamy;
mod laplace;
mod levy;
mod log_logistic;
mod log_normal;
mod logistic;
mod maxwell;
mod normal;
mod pareto;
mod rayleigh;
mod skew_normal;
mod standard_normal;
mod standardised;
mod student_t;
mod triangular;
mod truncated_normal;
mod uniform;
mod von_mises;
mod weibull;

pub use arcsine::Arcsine;
pub use beta::Beta;
pub use cauchy::Cauchy;
pub use chi_squared::ChiSquared;
pub use continuous_bernoulli::ContinuousBernoulli;
pub use erlang::Erlang;
pub use exponential::Exponential;
pub use fisher_f::FisherF;
pub use gamma::Gamma;
pub use generalised_extreme_value::GeneralisedExtremeValue;
pub use generalised_pareto::GeneralisedPareto;
pub use gompertz::Gompertz;
pub use gumbel::Gumbel;
pub use half_cauchy::HalfCauchy;
pub use half_normal::HalfNormal;
pub use inverse_gamma::InverseGamma;
pub use inverse_gaussian::InverseGaussian;
pub use kumaraswamy::Kumaraswamy;
pub use laplace::Laplace;
pub use levy::Levy;
pub use log_logistic::LogLogistic;
pub use log_normal::LogNormal;
pub use logistic::Logistic;
pub use maxwell::Maxwell;
pub use normal::Normal;
pub use pareto::Pareto;
pub use rayleigh::Rayleigh;
pub use skew_normal::SkewNormal;
pub use student_t::StudentT;
pub use triangular::Triangular;
pub use truncated_normal::TruncatedNormal;
pub use uniform::Uniform;
pub use von_mises::VonMises;
pub use weibull::Weibull;

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
