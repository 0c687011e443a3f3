//! Conversions to and from the distributions of statrs.

use crate::{Error, continuous, discrete};
use ::statrs::distribution as peer;
use ::statrs::statistics::{Distribution, Mode};
use std::fmt::Debug;

/// Both ways for a family: the arguments of each constructor, from a member of the other crate.
macro_rules! convert {
    ($( $ours:ty, $theirs:ty: |$o:ident| ($($to:expr),+), |$p:ident| ($($from:expr),+); )+) => {
        $(
            impl TryFrom<$ours> for $theirs {
                type Error = Error;

                fn try_from($o: $ours) -> Result<Self, Error> {
                    Self::new($($to),+).map_err(|_| refused(&$o, "parameters that statrs takes"))
                }
            }

            impl TryFrom<$theirs> for $ours {
                type Error = Error;

                fn try_from($p: $theirs) -> Result<Self, Error> {
                    Self::new($($from),+)
                }
            }
        )+
    };
}

fn refused(d: &dyn Debug, expected: &'static str) -> Error {
    Error::data("conversion to statrs", format!("{d:?}"), expected)
}

convert! {
    continuous::Normal, peer::Normal:
        |o| (o.mean(), o.sd()), |p| (p.mean().unwrap_or(f64::NAN), p.std_dev().unwrap_or(f64::NAN));
    continuous::LogNormal, peer::LogNormal: |o| (o.mu(), o.sigma()), |p| (p.location(), p.scale());
    continuous::Uniform, peer::Uniform: |o| (o.low(), o.high()), |p| (p.min(), p.max());
    continuous::Exponential, peer::Exp: |o| (o.rate()), |p| (p.rate());
    continuous::Gamma, peer::Gamma: |o| (o.shape(), o.rate()), |p| (p.shape(), p.rate());
    continuous::Erlang, peer::Erlang: |o| (o.shape() as u64, o.rate()), |p| (p.shape() as f64, p.rate());
    continuous::InverseGamma, peer::InverseGamma: |o| (o.shape(), o.scale()), |p| (p.shape(), p.rate());
    continuous::ChiSquared, peer::ChiSquared: |o| (o.df()), |p| (p.freedom());
    continuous::Beta, peer::Beta: |o| (o.a(), o.b()), |p| (p.shape_a(), p.shape_b());
    continuous::FisherF, peer::FisherSnedecor: |o| (o.d1(), o.d2()), |p| (p.freedom_1(), p.freedom_2());
    continuous::StudentT, peer::StudentsT:
        |o| (o.loc(), o.scale(), o.df()), |p| (p.freedom(), p.location(), p.scale());
    continuous::Cauchy, peer::Cauchy: |o| (o.loc(), o.scale()), |p| (p.location(), p.scale());
    continuous::Laplace, peer::Laplace: |o| (o.loc(), o.scale()), |p| (p.location(), p.scale());
    continuous::Gumbel, peer::Gumbel: |o| (o.loc(), o.scale()), |p| (p.location(), p.scale());
    continuous::Weibull, peer::Weibull: |o| (o.shape(), o.scale()), |p| (p.shape(), p.scale());
    continuous::Pareto, peer::Pareto: |o| (o.minimum(), o.shape()), |p| (p.shape(), p.scale());
    continuous::Triangular, peer::Triangular:
        |o| (o.low(), o.high(), o.mode()), |p| (p.min(), p.max(), p.mode().unwrap_or(f64::NAN));
    discrete::Bernoulli, peer::Bernoulli: |o| (o.p()), |p| (p.p());
    discrete::Binomial, peer::Binomial: |o| (o.p(), o.n() as u64), |p| (p.n() as f64, p.p());
    discrete::Poisson, peer::Poisson: |o| (o.rate()), |p| (p.lambda());
    discrete::Hypergeometric, peer::Hypergeometric:
        |o| (o.population() as u64, o.successes() as u64, o.draws() as u64),
        |p| (p.population() as f64, p.successes() as f64, p.draws() as f64);
    discrete::DiscreteUniform, peer::DiscreteUniform:
        |o| (o.low() as i64, o.high() as i64), |p| (p.min() as f64, p.max() as f64);
    // statrs gives the probability of a failure, which ends the count
    discrete::NegativeBinomial, peer::NegativeBinomial: |o| (o.r(), 1.0 - o.p()), |p| (p.r(), 1.0 - p.p());
}

impl TryFrom<continuous::Levy> for peer::Levy {
    type Error = Error;

    fn try_from(ours: continuous::Levy) -> Result<Self, Error> {
        Self::new(0.0, ours.scale()).map_err(|_| refused(&ours, "parameters that statrs takes"))
    }
}

impl TryFrom<peer::Levy> for continuous::Levy {
    type Error = Error;

    fn try_from(theirs: peer::Levy) -> Result<Self, Error> {
        if theirs.mu() != 0.0 {
            return Err(Error::data("conversion from statrs", format!("{theirs:?}"), "a Lévy distribution from 0 on"));
        }
        Self::new(theirs.c())
    }
}
