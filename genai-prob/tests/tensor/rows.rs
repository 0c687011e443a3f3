//! The distributions.

use crate::number;
use genai_core::Tensor;
use genai_prob::bijector::{Affine, Bijector, Compose, Exp, Sigmoid, StickBreaking};
use genai_prob::tensor::{
    Bernoulli, Beta, Binomial, Categorical, Cauchy, ChiSquared, ContinuousBernoulli, Dirichlet, Distribution,
    Exponential, FisherF, Gamma, Geometric, Gumbel, HalfCauchy, HalfNormal, Independent, InverseGamma, Kumaraswamy,
    Laplace, LkjCholesky, LogNormal, Logistic, LowRankMultivariateNormal, Mixture, Multinomial, MultivariateNormal,
    NegativeBinomial, Normal, OneHotCategorical, Pareto, Poisson, RelaxedBernoulli, RelaxedOneHot, StudentT,
    Transformed, Uniform, VonMises, Weibull, Wishart,
};
use genai_prob::{Error, Parametric, Univariate, continuous, discrete};

pub(crate) type Made = Result<Box<dyn Distribution>, Error>;
type Scalar = fn(&[f64]) -> Result<Box<dyn Univariate>, Error>;

/// A distribution, members of it, and what it has.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) make: fn(&[Tensor]) -> Made,
    /// Parameters of one event each, all members of the same shapes.
    pub(crate) members: Vec<Vec<Tensor>>,
    /// The same family of one number.
    pub(crate) scalar: Option<Scalar>,
    /// Moments whose errors draws can state: of the mean with 1, of mean and variance with 2.
    pub(crate) moments: usize,
    /// Whether a draw at a fixed key is a smooth function of the parameters.
    pub(crate) smooth: bool,
    /// Whether finite differences can see its gradients: shapes far above their step.
    pub(crate) differences: bool,
    /// Methods that it lacks, of `entropy`, `cdf`, `icdf` and `rsample`.
    pub(crate) lacks: &'static [&'static str],
    /// Parameters that are refused.
    pub(crate) bad: Vec<Vec<Tensor>>,
}

fn boxed<D: Distribution + 'static>(made: Result<D, Error>) -> Made {
    Ok(Box::new(made?))
}

fn numbers(members: &[&[f64]]) -> Vec<Vec<Tensor>> {
    members.iter().map(|member| member.iter().map(|x| number(*x)).collect()).collect()
}

const NO_DENSITY: &[&str] = &["rsample"];
const VECTOR: &[&str] = &["cdf", "icdf"];

/// Of one number, with a scalar family.
fn scalar<D: Univariate + Parametric + 'static>(
    make: fn(&[Tensor]) -> Made,
    members: &[&[f64]],
    bad: &[&[f64]],
) -> Row {
    let scalar: Scalar = |p| Ok(Box::new(D::from_parameters(p)?));
    let (members, bad) = (numbers(members), numbers(bad));
    Row {
        name: D::NAME,
        make,
        members,
        scalar: Some(scalar),
        moments: 2,
        smooth: true,
        differences: true,
        lacks: &[],
        bad,
    }
}

/// Of events of several numbers, or without a scalar family.
fn vector(name: &'static str, make: fn(&[Tensor]) -> Made, members: Vec<Vec<Tensor>>, bad: Vec<Vec<Tensor>>) -> Row {
    Row { name, make, members, scalar: None, moments: 2, smooth: true, differences: true, lacks: VECTOR, bad }
}

impl Row {
    fn moments(self, moments: usize) -> Self {
        Self { moments, ..self }
    }

    fn rejects(self) -> Self {
        Self { smooth: false, ..self }
    }

    fn small(self) -> Self {
        Self { differences: false, ..self }
    }

    fn lacks(self, lacks: &'static [&'static str]) -> Self {
        Self { lacks, ..self }
    }

    pub(crate) fn has(&self, method: &str) -> bool {
        !self.lacks.contains(&method)
    }
}

/// Rows by the number of the parameters of their constructors.
macro_rules! make {
    ($distribution:ident 1) => {
        |p| boxed($distribution::new(&p[0]))
    };
    ($distribution:ident 2) => {
        |p| boxed($distribution::new(&p[0], &p[1]))
    };
    ($distribution:ident 3) => {
        |p| boxed($distribution::new(&p[0], &p[1], &p[2]))
    };
}

pub(crate) fn rows() -> Vec<Row> {
    [continuous_rows(), heavy_rows(), discrete_rows(), vector_rows(), made_rows()].into_iter().flatten().collect()
}

const NAN: f64 = f64::NAN;

fn continuous_rows() -> Vec<Row> {
    let scale: &[&[f64]] = &[&[0.0, 0.0], &[0.0, -1.0], &[NAN, 1.0], &[f64::INFINITY, 1.0], &[0.0, f64::INFINITY]];
    let shapes: &[&[f64]] = &[&[0.0, 1.0], &[1.0, -1.0], &[NAN, 1.0], &[1.0, f64::INFINITY]];
    let positive: &[&[f64]] = &[&[0.0], &[-1.0], &[NAN], &[f64::INFINITY]];
    let share: &[&[f64]] = &[&[0.0], &[1.0], &[-0.1], &[NAN]];
    vec![
        scalar::<continuous::Normal>(make!(Normal 2), &[&[0.3, 1.7], &[-2.0, 0.1]], scale),
        scalar::<continuous::LogNormal>(make!(LogNormal 2), &[&[0.3, 0.4], &[-1.0, 0.2]], scale),
        scalar::<continuous::HalfNormal>(make!(HalfNormal 1), &[&[1.5], &[0.2]], positive),
        scalar::<continuous::Laplace>(make!(Laplace 2), &[&[0.3, 1.7], &[-2.0, 0.1]], scale),
        scalar::<continuous::Logistic>(make!(Logistic 2), &[&[0.3, 1.7], &[-2.0, 0.1]], scale),
        scalar::<continuous::Gumbel>(make!(Gumbel 2), &[&[0.3, 1.7], &[-2.0, 0.1]], scale),
        scalar::<continuous::Exponential>(make!(Exponential 1), &[&[1.5], &[0.2]], positive),
        scalar::<continuous::Uniform>(
            make!(Uniform 2),
            &[&[-1.0, 2.5], &[0.1, 0.2]],
            &[&[1.0, 1.0], &[2.0, 1.0], &[NAN, 1.0]],
        ),
        scalar::<continuous::Weibull>(make!(Weibull 2), &[&[1.5, 2.0], &[3.0, 0.5]], shapes),
        scalar::<continuous::Kumaraswamy>(make!(Kumaraswamy 2), &[&[1.5, 2.0], &[0.7, 0.6]], shapes),
        scalar::<continuous::ContinuousBernoulli>(make!(ContinuousBernoulli 1), &[&[0.2], &[0.9]], share),
        scalar::<continuous::Gamma>(make!(Gamma 2), &[&[2.5, 0.4], &[0.3, 2.0]], shapes).rejects(),
        scalar::<continuous::ChiSquared>(make!(ChiSquared 1), &[&[2.5], &[0.6]], positive).rejects(),
        scalar::<continuous::Beta>(make!(Beta 2), &[&[2.5, 0.8], &[0.3, 0.2]], shapes).rejects(),
        scalar::<continuous::VonMises>(make!(VonMises 2), &[&[0.3, 1.7], &[-0.5, 20.0]], &[&[0.0, -1.0], &[NAN, 1.0]])
            .rejects()
            .moments(0),
    ]
}

/// With few moments, or shapes so small that most of the mass lies next to an end.
fn heavy_rows() -> Vec<Row> {
    vec![
        scalar::<continuous::StudentT>(
            make!(StudentT 3),
            &[&[12.0, 0.3, 1.7], &[9.5, -1.0, 0.1]],
            &[&[0.0, 0.0, 1.0], &[1.0, 0.0, 0.0]],
        )
        .rejects(),
        scalar::<continuous::StudentT>(make!(StudentT 3), &[&[2.5, 0.3, 1.7], &[1.7, -1.0, 0.1]], &[])
            .rejects()
            .moments(0),
        scalar::<continuous::FisherF>(make!(FisherF 2), &[&[5.0, 30.0], &[1.5, 24.0]], &[&[0.0, 1.0], &[1.0, 0.0]])
            .rejects(),
        scalar::<continuous::FisherF>(make!(FisherF 2), &[&[5.0, 3.0], &[1.5, 1.0]], &[]).rejects().moments(0),
        scalar::<continuous::InverseGamma>(
            make!(InverseGamma 2),
            &[&[12.0, 1.5], &[15.0, 1.0]],
            &[&[0.0, 1.0], &[1.0, 0.0]],
        )
        .rejects(),
        scalar::<continuous::InverseGamma>(make!(InverseGamma 2), &[&[2.5, 1.5], &[0.7, 0.1]], &[])
            .rejects()
            .moments(0),
        scalar::<continuous::Pareto>(make!(Pareto 2), &[&[12.0, 1.5], &[20.0, 1.0]], &[&[0.0, 1.0], &[1.0, 0.0]]),
        scalar::<continuous::Pareto>(make!(Pareto 2), &[&[2.5, 1.5], &[0.7, 0.1]], &[]).moments(0),
        scalar::<continuous::Cauchy>(make!(Cauchy 2), &[&[0.3, 1.7], &[-2.0, 0.1]], &[&[0.0, 0.0], &[NAN, 1.0]])
            .moments(0),
        scalar::<continuous::HalfCauchy>(make!(HalfCauchy 1), &[&[1.5], &[0.2]], &[&[0.0], &[NAN]]).moments(0),
        scalar::<continuous::Gamma>(make!(Gamma 2), &[&[0.02, 1.0], &[2000.0, 1.0]], &[]).rejects().small(),
        scalar::<continuous::Beta>(make!(Beta 2), &[&[0.02, 1.5], &[0.01, 3.0]], &[]).rejects().small(),
    ]
}

fn discrete_rows() -> Vec<Row> {
    let share: &[&[f64]] = &[&[-0.1], &[1.1], &[NAN]];
    vec![
        scalar::<discrete::Bernoulli>(make!(Bernoulli 1), &[&[0.21], &[0.93]], share).lacks(NO_DENSITY),
        scalar::<discrete::Binomial>(
            make!(Binomial 2),
            &[&[10.0, 0.2], &[40.0, 0.9]],
            &[&[1.5, 0.2], &[-1.0, 0.2], &[3.0, 1.5]],
        )
        .lacks(NO_DENSITY),
        scalar::<discrete::Geometric>(make!(Geometric 1), &[&[0.3], &[0.9]], share).lacks(NO_DENSITY),
        scalar::<discrete::NegativeBinomial>(
            make!(NegativeBinomial 2),
            &[&[2.5, 0.4], &[0.7, 0.8]],
            &[&[0.0, 0.4], &[1.0, 1.5]],
        )
        .lacks(NO_DENSITY),
        scalar::<discrete::Poisson>(make!(Poisson 1), &[&[3.5], &[40.0]], &[&[-1.0], &[NAN]]).lacks(NO_DENSITY),
    ]
}

pub(crate) fn row(x: &[f64]) -> Tensor {
    Tensor::from_vec(x.to_vec(), [x.len()])
}

/// So that differences by one of two equal entries are those by both halves.
fn symmetric(x: &Tensor) -> Tensor {
    if x.rank() < 2 { x.clone() } else { (x + x.t()) * 0.5 }
}

fn square(x: &[f64]) -> Tensor {
    let n = x.len().isqrt();
    Tensor::from_vec(x.to_vec(), [n, n])
}

fn vector_rows() -> Vec<Row> {
    let weights = || vec![vec![row(&[0.2, 0.5, 0.3])], vec![row(&[3.0, 1.0, 0.2])]];
    let bad_weights = || vec![vec![row(&[0.2, -0.1])], vec![row(&[0.0, 0.0])], vec![row(&[NAN, 1.0])]];
    let logits = || vec![vec![row(&[0.2, -1.0, 0.9])], vec![row(&[3.0, 1.0, 0.2])]];
    let wide = || square(&[2.0, 0.3, -0.4, 0.3, 1.0, 0.2, -0.4, 0.2, 0.7]);
    let narrow = || square(&[0.4, 0.1, 0.0, 0.1, 0.9, 0.2, 0.0, 0.2, 0.5]);
    let means = || (row(&[0.5, -1.0, 2.0]), row(&[0.0, 0.3, 0.1]));
    let flat = || square(&[1.0, 1.0, 1.0, 1.0]);
    let rejecting = |lacks| move |r: Row| r.rejects().lacks(lacks);
    vec![
        vector("Categorical", make!(Categorical 1), weights(), bad_weights()).lacks(&["cdf", "icdf", "rsample"]),
        vector("OneHotCategorical", make!(OneHotCategorical 1), weights(), bad_weights())
            .lacks(&["cdf", "icdf", "rsample"]),
        vector("Multinomial", |p| boxed(Multinomial::new(7, &p[0])), weights(), bad_weights())
            .lacks(&["cdf", "icdf", "rsample"]),
        rejecting(VECTOR)(vector(
            "Dirichlet",
            make!(Dirichlet 1),
            vec![vec![row(&[0.2, 1.5, 3.0])], vec![row(&[4.0, 0.7, 2.0])]],
            vec![vec![row(&[0.0, 1.0])], vec![row(&[NAN, 1.0])], vec![number(1.0)]],
        )),
        rejecting(VECTOR)(vector(
            "Dirichlet, small",
            make!(Dirichlet 1),
            vec![vec![row(&[0.01, 0.02, 0.01])], vec![row(&[0.03, 0.01, 2.0])]],
            vec![],
        ))
        .small(),
        vector(
            "MultivariateNormal",
            |p| boxed(MultivariateNormal::new(&p[0], &symmetric(&p[1]))),
            vec![vec![means().0, wide()], vec![means().1, narrow()]],
            vec![
                vec![row(&[0.0, 0.0]), flat()],
                vec![row(&[0.0, NAN]), square(&[1.0, 0.0, 0.0, 1.0])],
                vec![row(&[0.0]), flat()],
            ],
        ),
        vector(
            "LowRankMultivariateNormal",
            make!(LowRankMultivariateNormal 3),
            vec![
                vec![means().0, wide().narrow(-1, 0, 2), row(&[0.3, 0.5, 0.1])],
                vec![means().1, narrow().narrow(-1, 1, 2), row(&[1.0, 0.2, 0.4])],
            ],
            vec![
                vec![row(&[0.0, 0.0]), flat(), row(&[0.0, 1.0])],
                vec![row(&[0.0, NAN]), flat(), row(&[1.0, 1.0])],
                vec![row(&[0.0]), flat(), row(&[1.0])],
            ],
        ),
        rejecting(VECTOR)(vector(
            "Wishart",
            |p| boxed(Wishart::new(&p[0], &symmetric(&p[1]))),
            vec![vec![number(4.5), wide()], vec![number(9.0), narrow()]],
            vec![
                vec![number(1.0), square(&[1.0, 0.0, 0.0, 1.0])],
                vec![number(5.0), flat()],
                vec![number(5.0), row(&[1.0])],
            ],
        )),
        rejecting(VECTOR)(vector(
            "LkjCholesky",
            |p| boxed(LkjCholesky::new(3, &p[0])),
            vec![vec![number(1.5)], vec![number(0.6)]],
            vec![vec![number(0.0)], vec![number(NAN)]],
        )),
        vector(
            "RelaxedBernoulli",
            |p| boxed(RelaxedBernoulli::new(0.7, &p[0])),
            numbers(&[&[0.4], &[-2.0]]),
            numbers(&[&[NAN]]),
        )
        .moments(0)
        .lacks(&["entropy"]),
        vector("RelaxedOneHot", |p| boxed(RelaxedOneHot::new(0.8, &p[0])), logits(), vec![vec![row(&[NAN, 1.0])]])
            .moments(0)
            .lacks(&["entropy", "cdf", "icdf"]),
    ]
}

/// Made of others.
fn made_rows() -> Vec<Row> {
    let two = || vec![vec![row(&[0.5, -1.0]), row(&[0.3, 1.2])], vec![row(&[0.0, 0.3]), row(&[2.0, 0.1])]];
    let mixed = || {
        vec![
            vec![row(&[0.2, 0.8]), row(&[0.5, -1.0]), row(&[0.3, 1.2])],
            vec![row(&[3.0, 1.0]), row(&[0.0, 0.3]), row(&[2.0, 0.1])],
        ]
    };
    vec![
        vector("Independent", |p| boxed(Normal::new(&p[0], &p[1]).map(|d| Independent::new(d, 1))), two(), vec![]),
        vector(
            "Mixture",
            |p| {
                let pairs = p[0].shape().iter().rev().zip(p[1].shape().iter().rev());
                let fit = pairs.fold(true, |fit, (a, b)| fit && (a == b || *a == 1 || *b == 1));
                let mean = if fit { &p[1] + p[0].zeros_like() } else { p[1].clone() };
                boxed(Mixture::new(Categorical::new(&p[0])?, Normal::new(&mean, &p[2])?))
            },
            mixed(),
            vec![],
        )
        .lacks(&["entropy", "icdf", "rsample"]),
        vector(
            "Transformed by Exp",
            |p| boxed(Normal::new(&p[0], &p[1]).map(|d| Transformed::new(d, Box::new(Exp)))),
            numbers(&[&[0.3, 0.4], &[-1.0, 0.2]]),
            vec![],
        )
        .moments(0)
        .lacks(&["entropy"]),
        vector(
            "Transformed by Sigmoid and a falling Affine",
            |p| {
                let parts = || -> Vec<Box<dyn Bijector>> { vec![Box::new(Sigmoid), Box::new(Affine::new(2.0, -3.0))] };
                boxed(Normal::new(&p[0], &p[1]).map(|d| Transformed::new(d, Box::new(Compose::new(parts())))))
            },
            numbers(&[&[0.3, 0.4], &[-1.0, 0.2]]),
            vec![],
        )
        .moments(0)
        .lacks(&["entropy"]),
        vector(
            "Transformed by StickBreaking",
            |p| {
                boxed(
                    Normal::new(&p[0], &p[1])
                        .map(|d| Transformed::new(Independent::new(d, 1), Box::new(StickBreaking))),
                )
            },
            two(),
            vec![],
        )
        .moments(0)
        .lacks(&["entropy", "cdf", "icdf"]),
    ]
}
