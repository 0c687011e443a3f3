//! The ways to choose.

use genai_models::sampling::Error;
use genai_models::sampling::token::{
    Chain, DynamicTemperature, EpsilonCutoff, EtaCutoff, Greedy, Gumbel, MinP, Mirostat, MirostatV1, Multinomial,
    Processor, Select, Temperature, TopH, TopK, TopNSigma, TopP, TypicalP, Xtc,
};

/// A chain of processors and the selection that follows it.
pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) chain: fn() -> Result<Chain, Error>,
    pub(crate) select: fn() -> Result<Box<dyn Select>, Error>,
}

#[rustfmt::skip]
pub(crate) const METHODS: &[Method] = &[
    Method { name: "greedy", chain: all, select: || Ok(Box::new(Greedy)) },
    Method { name: "multinomial", chain: all, select: multinomial },
    Method { name: "Gumbel-max", chain: all, select: || Ok(Box::new(Gumbel)) },
    Method { name: "mirostat, 1 bit", chain: all, select: || Ok(Box::new(Mirostat::new(1.0, 0.1)?)) },
    Method { name: "mirostat 1, 1 bit", chain: all, select: || Ok(Box::new(MirostatV1::new(1.0, 0.1)?)) },
    Method { name: "temperature 0.5", chain: || one(Temperature::new(0.5)), select: multinomial },
    Method { name: "temperature 2", chain: || one(Temperature::new(2.0)), select: multinomial },
    Method { name: "dynamic temperature", chain: || one(DynamicTemperature::between(0.2, 1.5, 1.0)), select: multinomial },
    Method { name: "top-k 2", chain: || one(TopK::new(2)), select: multinomial },
    Method { name: "top-p 0.8", chain: || one(TopP::new(0.8)), select: multinomial },
    Method { name: "min-p 0.6", chain: || one(MinP::new(0.6)), select: multinomial },
    Method { name: "typical-p 0.4", chain: || one(TypicalP::new(0.4)), select: multinomial },
    Method { name: "epsilon 0.15", chain: || one(EpsilonCutoff::new(0.15)), select: multinomial },
    Method { name: "eta 0.2", chain: || one(EtaCutoff::new(0.2)), select: multinomial },
    Method { name: "top-h 0.8", chain: || one(TopH::new(0.8)), select: multinomial },
    Method { name: "top-n-sigma 1", chain: || one(TopNSigma::new(1.0)), select: multinomial },
    Method { name: "XTC half the time, 0.15", chain: || one(Xtc::new(0.5, 0.15)), select: multinomial },
    Method { name: "T 0.8, top-k 3, top-p 0.8", chain: usual, select: multinomial },
];

fn all() -> Result<Chain, Error> {
    Ok(Chain::new())
}

fn one(processor: Result<impl Processor + 'static, Error>) -> Result<Chain, Error> {
    Ok(Chain::new().then(processor?))
}

fn usual() -> Result<Chain, Error> {
    Ok(Chain::new().then(Temperature::new(0.8)?).then(TopK::new(3)?).then(TopP::new(0.8)?))
}

fn multinomial() -> Result<Box<dyn Select>, Error> {
    Ok(Box::new(Multinomial))
}
