//! Whether chains have met, and what their draws are worth.
//!
//! Every function takes one quantity as its chains, of equal lengths. Where it cannot be known, because there are fewer than
//! four draws a chain, a draw is not finite, or all are equal, the answer is NaN.
//!
//! Source: Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, *Rank-normalization, folding, and localization: an improved R̂*,
//! [arXiv:1903.08008](https://arxiv.org/abs/1903.08008).

use genai_core::special::normal_quantile;

/// Rank-normalised split R̂: the larger of that of ranks (location) and of folded ranks (scale). 1.01 or less is good.
pub fn r_hat(chains: &[&[f64]]) -> f64 {
    let Some(halves) = split(chains) else { return f64::NAN };
    let ranked = basic_r_hat(&rank_normalise(&halves));
    let folded = basic_r_hat(&rank_normalise(&fold(&halves)));
    if ranked.is_nan() { folded } else { ranked.max(folded) }
}

/// Effective sample size of the bulk: of rank-normalised draws. 100 for each chain is enough for most uses.
pub fn ess_bulk(chains: &[&[f64]]) -> f64 {
    split(chains).map_or(f64::NAN, |halves| effective(&rank_normalise(&halves)))
}

/// Effective sample size of the tails: the smaller of those for the 5 % and 95 % quantiles.
pub fn ess_tail(chains: &[&[f64]]) -> f64 {
    ess_quantile(chains, 0.05).min(ess_quantile(chains, 0.95))
}

/// Effective sample size for the mean.
pub fn ess_mean(chains: &[&[f64]]) -> f64 {
    split(chains).map_or(f64::NAN, |halves| effective(&halves))
}

/// Effective sample size for the standard deviation: that of squared deviations.
pub fn ess_std(chains: &[&[f64]]) -> f64 {
    ess_mean(&views(&squares(chains)))
}

/// Effective sample size for a quantile: that of the indicator of lying below it.
pub fn ess_quantile(chains: &[&[f64]], p: f64) -> f64 {
    let Some(halves) = split(chains) else { return f64::NAN };
    let bound = quantile(chains, p);
    effective(&map(views(&halves), |x| f64::from(u8::from(x <= bound))))
}

/// Monte Carlo standard error of the mean: sd / √ESS.
pub fn mcse_mean(chains: &[&[f64]]) -> f64 {
    std(chains) / ess_mean(chains).sqrt()
}

/// Monte Carlo standard error of the standard deviation: from that of the mean of squared deviations, by the delta method.
pub fn mcse_std(chains: &[&[f64]]) -> f64 {
    let squares = squares(chains);
    let variance = mean(squares.iter().flatten());
    let fourth =
        squares.iter().flatten().map(|s| s * s).sum::<f64>() / squares.iter().map(Vec::len).sum::<usize>() as f64;
    ((fourth - variance * variance) / ess_mean(&views(&squares)) / variance / 4.0).sqrt()
}

/// The p-quantile of all draws, linear between order statistics (type 7).
pub fn quantile(chains: &[&[f64]], p: f64) -> f64 {
    let mut all: Vec<f64> = chains.iter().copied().flatten().copied().collect();
    if all.is_empty() || !(0.0..=1.0).contains(&p) || all.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    all.sort_unstable_by(f64::total_cmp);
    let at = p * (all.len() - 1) as f64;
    let (low, high) = (all[at as usize], all[(at.ceil() as usize).min(all.len() - 1)]);
    if low == high { low } else { low + (high - low) * at.fract() }
}

/// Energy fraction of missing information of one chain: Σ (Eₜ − Eₜ₋₁)² / Σ (Eₜ − Ē)². Below .3 momenta explore the energies
/// too slowly.
///
/// Source: Betancourt 2016, [arXiv:1604.00695](https://arxiv.org/abs/1604.00695).
pub fn e_bfmi(energies: &[f64]) -> f64 {
    let center = mean(energies);
    let jumps: f64 = energies.windows(2).map(|e| (e[1] - e[0]).powi(2)).sum();
    jumps / energies.iter().map(|e| (e - center).powi(2)).sum::<f64>()
}

/// The standard deviation of all draws (n − 1).
pub(super) fn std(chains: &[&[f64]]) -> f64 {
    let (center, n) = (mean(chains.iter().copied().flatten()), chains.iter().map(|c| c.len()).sum::<usize>() as f64);
    (chains.iter().copied().flatten().map(|x| (x - center).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

pub(super) fn mean<'a>(x: impl IntoIterator<Item = &'a f64>) -> f64 {
    let (sum, n) = x.into_iter().fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
    sum / n
}

/// Both halves of every chain (without the middle draw of an odd number); `None` where nothing can be known.
fn split(chains: &[&[f64]]) -> Option<Vec<Vec<f64>>> {
    let n = chains.first()?.len();
    let usable = n >= 4 && chains.iter().all(|c| c.len() == n && c.iter().all(|x| x.is_finite()));
    usable.then(|| chains.iter().flat_map(|c| [c[..n / 2].to_vec(), c[n - n / 2..].to_vec()]).collect())
}

fn map<'a>(chains: impl IntoIterator<Item = &'a [f64]>, f: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    chains.into_iter().map(|c| c.iter().map(|&x| f(x)).collect()).collect()
}

fn views(chains: &[Vec<f64>]) -> Vec<&[f64]> {
    chains.iter().map(Vec::as_slice).collect()
}

/// (x − mean)².
fn squares(chains: &[&[f64]]) -> Vec<Vec<f64>> {
    let center = mean(chains.iter().copied().flatten());
    map(chains.iter().copied(), |x| (x - center) * (x - center))
}

/// |x − median|: what differs between chains of different spreads.
fn fold(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let median = quantile(&views(chains), 0.5);
    map(views(chains), |x| (x - median).abs())
}

/// Normal scores of ranks over all chains (Blom's offsets), ties by their mean rank.
fn rank_normalise(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let length = chains[0].len();
    let all: Vec<f64> = chains.iter().flatten().copied().collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_unstable_by(|&i, &j| all[i].total_cmp(&all[j]));
    let (mut scores, mut at) = (vec![0.0; all.len()], 0);
    while at < order.len() {
        let ties = order[at..].iter().take_while(|&&i| all[i] == all[order[at]]).count();
        let rank = at as f64 + 0.5 * (ties as f64 + 1.0); // from 1
        let score = normal_quantile((rank - 0.375) / (all.len() as f64 + 0.25));
        order[at..at + ties].iter().for_each(|&i| scores[i] = score);
        at += ties;
    }
    scores.chunks(length).map(<[f64]>::to_vec).collect()
}

fn variance(x: &[f64]) -> f64 {
    let center = mean(x);
    x.iter().map(|x| (x - center).powi(2)).sum::<f64>() / (x.len() as f64 - 1.0)
}

/// √(pooled variance / variance within chains).
fn basic_r_hat(chains: &[Vec<f64>]) -> f64 {
    let n = chains[0].len() as f64;
    let within = mean(&chains.iter().map(|c| variance(c)).collect::<Vec<f64>>());
    let between = variance(&chains.iter().map(mean).collect::<Vec<f64>>());
    let r_hat = ((between + (n - 1.0) / n * within) / within).sqrt();
    if within > 0.0 { r_hat } else { f64::NAN }
}

/// Effective sample size of split chains: Geyer's initial monotone sequence over the pooled autocorrelations (eq. 10 to 13).
fn effective(chains: &[Vec<f64>]) -> f64 {
    let (m, n) = (chains.len() as f64, chains[0].len());
    let length = n as f64;
    let means: Vec<f64> = chains.iter().map(mean).collect();
    let centred: Vec<Vec<f64>> =
        chains.iter().zip(&means).map(|(c, mean)| c.iter().map(|x| x - mean).collect()).collect();
    let covariance = |lag: usize| {
        let of = |c: &Vec<f64>| c[lag..].iter().zip(c).map(|(a, b)| a * b).sum::<f64>() / length;
        centred.iter().map(of).sum::<f64>() / m
    };
    let within = covariance(0) * length / (length - 1.0);
    let pooled = within * (length - 1.0) / length + if chains.len() > 1 { variance(&means) } else { 0.0 };
    if pooled.is_nan() || pooled <= 1e-300 || within == 0.0 {
        return f64::NAN;
    }
    let rho = |lag: usize| 1.0 - (within - covariance(lag)) / pooled;
    let (mut even, mut odd) = (1.0, rho(1));
    let (mut lag, mut sum, mut least) = (1, 0.0, f64::INFINITY);
    while lag + 3 < n && even + odd > 0.0 {
        least = (even + odd).min(least); // monotone
        sum += least;
        (even, odd) = (rho(lag + 1), rho(lag + 2));
        lag += 2;
    }
    let time = -1.0 + 2.0 * sum + even.max(0.0); // half of a pair that is left out: it matters where draws are antithetic
    let total = m * length;
    total / time.max(1.0 / total.log10())
}
