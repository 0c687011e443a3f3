//! Distributions of vectors and matrices, and mixtures, against PyTorch and SciPy in f64.

use crate::score::Score;
use crate::{number, numbers};
use genai_core::Tensor;
use genai_prob::bijector::{Bijector, CorrelationCholesky, StickBreaking, Tanh};
use genai_prob::combinator::{Mixture, MultivariateMixture};
use genai_prob::continuous::Normal;
use genai_prob::multivariate::{
    Dirichlet, DirichletMultinomial, InverseWishart, LkjCholesky, LogisticNormal, LowRankNormal, MatrixNormal,
    Multinomial, Multivariate, MultivariateHypergeometric, MultivariateNormal, MultivariateStudentT, OneHotCategorical,
    VonMisesFisher, Wishart,
};
use genai_prob::{Error, Univariate};
use serde_json::Value as Json;

/// Relative.
const TOLERANCE: f64 = 1e-10;

pub(crate) fn check(table: &Json, score: &mut Score) {
    for (name, entry) in table.as_object().expect("a table of distributions") {
        score.begin(format!("multivariate:{name}"));
        match run(name, entry) {
            Some(Ok(case)) => case.compare(entry, score),
            Some(Err(error)) => score.fail(error.to_string()),
            None => score.fail("an unknown distribution".into()),
        }
    }
}

/// What an entry's keys are: parameters and values that went into the results, and the results.
struct Case {
    given: &'static [&'static str],
    got: Vec<(&'static str, Vec<f64>)>,
}

impl Case {
    fn compare(&self, entry: &Json, score: &mut Score) {
        for (key, json) in entry.as_object().expect("an object a distribution") {
            if self.given.contains(&key.as_str()) {
                continue;
            }
            let Some((_, got)) = self.got.iter().find(|(name, _)| name == key) else {
                score.fail(format!("{key}: an unknown key"));
                continue;
            };
            let truth = flat(json.get("kl").unwrap_or(json));
            if got.len() != truth.len() {
                score.fail(format!("{key}: {} values, expected {}", got.len(), truth.len()));
            }
            for (i, (got, truth)) in got.iter().zip(&truth).enumerate() {
                // PyTorch's normal cdf is 0 where it underflows in 1 + erf: compared as parts of 1
                let compare = if key == "cdf" { Score::mixed } else { Score::relative };
                compare(score, &format!("{key}[{i}]"), *got, *truth, TOLERANCE);
            }
        }
    }
}

/// The numbers of lists in lists.
fn flat(json: &Json) -> Vec<f64> {
    json.as_array().map_or_else(|| vec![number(json)], |list| list.iter().flat_map(flat).collect())
}

fn rows(json: &Json) -> Vec<Vec<f64>> {
    json.as_array().expect("a list of rows").iter().map(numbers).collect()
}

/// `ln_prob` of each row.
fn ln_probs(d: &dyn Multivariate, values: &Json) -> Vec<f64> {
    rows(values).iter().map(|x| d.ln_prob(x)).collect()
}

/// `ln_prob` of one value.
fn ln_prob(d: &dyn Multivariate, value: &Json) -> Vec<f64> {
    vec![d.ln_prob(&flat(value))]
}

fn entropy(d: &dyn Multivariate) -> Vec<f64> {
    d.entropy().into_iter().collect()
}

fn run(name: &str, e: &Json) -> Option<Result<Case, Error>> {
    Some(match name {
        "mvn" => normal(e),
        "transforms" => Ok(transforms(e)),
        "low_rank_mvn" => low_rank(e),
        "mvt_scipy" => MultivariateStudentT::new(number(&e["df"]), &flat(&e["loc"]), &flat(&e["shape"]))
            .map(|d| Case { given: &["loc", "shape", "df", "x"], got: vec![("log_prob", ln_probs(&d, &e["x"]))] }),
        "dirichlet" => dirichlet(e),
        "multinomial" => {
            let build = |n: f64| Multinomial::new(n, &flat(&e["probs"]));
            counts(e, &["probs", "counts"], build)
        }
        "dirichlet_multinomial_scipy" => {
            let build = |n: f64| DirichletMultinomial::new(n, &flat(&e["alpha"]));
            counts(e, &["alpha", "counts"], build)
        }
        "multivariate_hypergeom_scipy" => MultivariateHypergeometric::new(&flat(&e["m"]), number(&e["n"]))
            .map(|d| Case { given: &["m", "n", "x"], got: vec![("log_prob", ln_prob(&d, &e["x"]))] }),
        "wishart" => wishart(e),
        "inverse_wishart_scipy" => InverseWishart::new(number(&e["df"]), &flat(&e["scale"]))
            .map(|d| Case { given: &["df", "scale", "x"], got: vec![("log_prob", ln_prob(&d, &e["x"]))] }),
        "lkj_cholesky" => LkjCholesky::new(number(&e["dim"]) as usize, number(&e["eta"]))
            .map(|d| Case { given: &["dim", "eta", "chol"], got: vec![("log_prob", ln_prob(&d, &e["chol"]))] }),
        "matrix_normal_scipy" => {
            let mean = vec![0.0; flat(&e["x"]).len()];
            MatrixNormal::new(&mean, &flat(&e["rowcov"]), &flat(&e["colcov"]))
                .map(|d| Case { given: &["rowcov", "colcov", "x"], got: vec![("log_prob", ln_prob(&d, &e["x"]))] })
        }
        "vonmises_fisher_scipy" => VonMisesFisher::new(&flat(&e["mu"]), number(&e["kappa"]))
            .map(|d| Case { given: &["mu", "kappa", "x"], got: vec![("log_prob", ln_prob(&d, &e["x"]))] }),
        "mixture_normal" => mixture(e),
        "mixture_mvn" => mixture_of_normals(e),
        "logistic_normal" => LogisticNormal::new(&flat(&e["loc"]), &flat(&e["scale"])).map(|d| Case {
            given: &["loc", "scale", "x", "x0", "note", "value"],
            got: vec![("log_prob", ln_probs(&d, &e["value"]))],
        }),
        "onehot_categorical" => one_hot(e),
        _ => return None,
    })
}

fn normal(e: &Json) -> Result<Case, Error> {
    let d = MultivariateNormal::new(&flat(&e["mean"]), &flat(&e["cov"]))?;
    let other = MultivariateNormal::new(&flat(&e["kl_to"]["mean"]), &flat(&e["kl_to"]["cov"]))?;
    let again = MultivariateNormal::from_cholesky(&flat(&e["mean"]), &flat(&e["chol"]))?;
    Ok(Case {
        given: &["mean", "cov", "x"],
        got: vec![
            ("chol", d.cholesky().to_vec()),
            ("log_prob", ln_probs(&d, &e["x"])),
            ("scipy_log_prob", ln_probs(&again, &e["x"])),
            ("entropy", entropy(&d)),
            ("kl_to", vec![d.kl(&other)]),
        ],
    })
}

fn low_rank(e: &Json) -> Result<Case, Error> {
    let d = LowRankNormal::new(&flat(&e["loc"]), &flat(&e["factor"]), &flat(&e["diag"]))?;
    Ok(Case {
        given: &["loc", "factor", "diag", "x"],
        got: vec![("log_prob", ln_probs(&d, &e["x"])), ("entropy", entropy(&d)), ("variance", d.variance())],
    })
}

fn dirichlet(e: &Json) -> Result<Case, Error> {
    let d = Dirichlet::new(&flat(&e["alpha"]))?;
    let other = Dirichlet::new(&flat(&e["kl_to"]["alpha"]))?;
    Ok(Case {
        given: &["alpha", "x"],
        got: vec![
            ("log_prob", ln_probs(&d, &e["x"])),
            ("entropy", entropy(&d)),
            ("mean", d.mean()),
            ("variance", d.variance()),
            ("kl_to", vec![d.kl(&other)]),
        ],
    })
}

/// Each row is of a distribution of its own total.
fn counts<D: Multivariate>(
    e: &Json,
    given: &'static [&'static str],
    build: impl Fn(f64) -> Result<D, Error>,
) -> Result<Case, Error> {
    let got: Result<Vec<f64>, Error> =
        rows(&e["counts"]).iter().map(|x| Ok(build(x.iter().sum())?.ln_prob(x))).collect();
    Ok(Case { given, got: vec![("log_prob", got?)] })
}

fn wishart(e: &Json) -> Result<Case, Error> {
    let d = Wishart::new(number(&e["df"]), &flat(&e["scale"]))?;
    Ok(Case {
        given: &["df", "scale", "x"],
        got: vec![
            ("log_prob", ln_prob(&d, &e["x"])),
            ("scipy_log_prob", ln_prob(&d, &e["x"])),
            ("entropy", entropy(&d)),
        ],
    })
}

fn mixture(e: &Json) -> Result<Case, Error> {
    let parts = flat(&e["loc"]).into_iter().zip(flat(&e["scale"]));
    let parts: Result<Vec<Normal>, Error> = parts.map(|(mean, sd)| Normal::new(mean, sd)).collect();
    let d = Mixture::new(&flat(&e["weights"]), parts?)?;
    let over = |f: &dyn Fn(f64) -> f64| flat(&e["x"]).into_iter().map(f).collect();
    Ok(Case {
        given: &["weights", "loc", "scale", "x"],
        got: vec![
            ("log_prob", over(&|x| d.ln_prob(x))),
            ("cdf", over(&|x| d.cdf(x))),
            ("mean", vec![d.mean()]),
            ("variance", vec![d.variance()]),
        ],
    })
}

fn mixture_of_normals(e: &Json) -> Result<Case, Error> {
    let parts = rows(&e["means"]).into_iter().zip(e["covs"].as_array().expect("a list of matrices"));
    let parts: Result<Vec<_>, Error> = parts.map(|(mean, cov)| MultivariateNormal::new(&mean, &flat(cov))).collect();
    let d = MultivariateMixture::new(&flat(&e["weights"]), parts?)?;
    Ok(Case { given: &["weights", "means", "covs", "x"], got: vec![("log_prob", ln_probs(&d, &e["x"]))] })
}

/// `log_prob` is that of each category in turn.
fn one_hot(e: &Json) -> Result<Case, Error> {
    let d = OneHotCategorical::from_logits(&flat(&e["logits"]))?;
    let vector = |k: usize| (0..d.size()).map(|i| f64::from(u8::from(i == k))).collect::<Vec<f64>>();
    let each = (0..d.size()).map(|k| d.ln_prob(&vector(k))).collect();
    Ok(Case { given: &["logits"], got: vec![("log_prob", each), ("entropy", entropy(&d))] })
}

fn transforms(e: &Json) -> Case {
    let row = |key: &str| {
        let x = flat(&e[key]);
        let n = x.len();
        Tensor::from_vec(x, [n])
    };
    let (x, below, wide) = (row("x"), row("corr_cholesky_in"), row("tanh_x"));
    let broken = StickBreaking.forward(&x);
    let got = vec![
        ("stick_breaking", broken.to_vec()),
        ("stick_breaking_ladj", StickBreaking.log_determinant(&x, &broken).to_vec()),
        ("corr_cholesky", CorrelationCholesky.forward(&below).to_vec()),
        ("tanh_ladj", Tanh.log_determinant(&wide, &wide.tanh()).to_vec()),
    ];
    Case { given: &["x", "corr_cholesky_in", "tanh_x"], got }
}
