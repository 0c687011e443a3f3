//! How an estimate would vary, from the data alone.

use super::Likelihood;
use super::estimate::two_sided;
use crate::special;
use crate::{Error, data};
use genai_core::random::Key;
use rayon::prelude::*;

/// Estimates from data drawn again from the data, with replacement.
///
/// Source: Efron 1979, *Bootstrap methods: another look at the jackknife*; intervals of Efron 1987, *Better bootstrap
/// confidence intervals*.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrap {
    names: Vec<String>,
    values: Vec<f64>,
    /// For each parameter, ascending.
    replicates: Vec<Vec<f64>>,
    /// For each parameter, without one group of the data.
    left_out: Vec<Vec<f64>>,
    failed: usize,
}

/// Groups that are left out in turn: all data one by one up to this number.
const GROUPS: usize = 1000;

impl Bootstrap {
    /// Of any statistic of data. The same key gives the same replicates on any number of threads.
    ///
    /// # Errors
    ///
    /// If there are no data or no replicates, the statistic fails on the data themselves, or on more than half of the
    /// replicates.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_core::random::Key;
    /// use genai_prob::likelihood::Bootstrap;
    ///
    /// let heights = [1.62, 1.75, 1.80, 1.71, 1.68, 1.90, 1.77];
    /// let mean = |x: &[f64]| Ok(vec![x.iter().sum::<f64>() / x.len() as f64]);
    /// let bootstrap = Bootstrap::of(&heights, mean, 2000, Key::new(1))?;
    /// let (low, high) = bootstrap.bca("0", 0.95)?;
    /// assert!(low < bootstrap.values()[0] && bootstrap.values()[0] < high);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub fn of<T: Clone + Sync>(
        data: &[T],
        statistic: impl Fn(&[T]) -> Result<Vec<f64>, Error> + Sync,
        replicates: usize,
        key: Key,
    ) -> Result<Self, Error> {
        let values = statistic(data)?;
        let names = (0..values.len()).map(|i| i.to_string()).collect();
        let again = |counts: &[f64]| {
            let rows = data.iter().zip(counts).flat_map(|(x, n)| std::iter::repeat_n(x.clone(), *n as usize));
            statistic(&rows.collect::<Vec<_>>())
        };
        Self::resample(names, values, data.len(), again, replicates, key)
    }

    /// `again` estimates from how often each of `rows` data counts.
    fn resample(
        names: Vec<String>,
        values: Vec<f64>,
        rows: usize,
        again: impl Fn(&[f64]) -> Result<Vec<f64>, Error> + Sync,
        replicates: usize,
        key: Key,
    ) -> Result<Self, Error> {
        if rows == 0 || replicates == 0 {
            let found = format!("{rows} data and {replicates} replicates");
            return Err(Error::data("bootstrap", found, "at least one of each"));
        }
        let finite = |estimate: &Vec<f64>| estimate.len() == values.len() && estimate.iter().all(|x| x.is_finite());
        let drawn: Vec<Option<Vec<f64>>> = (0..replicates)
            .into_par_iter()
            .map(|r| again(&counts(rows, key.split(r as u64))).ok().filter(finite))
            .collect();
        let failed = drawn.iter().filter(|estimate| estimate.is_none()).count();
        if 2 * failed > replicates {
            let found = format!("{failed} of {replicates} replicates without an estimate");
            return Err(Error::data("bootstrap", found, "data that can be drawn again"));
        }
        let groups = rows.min(GROUPS);
        let left_out: Vec<Vec<f64>> = (0..groups)
            .into_par_iter()
            .filter_map(|g| {
                let out = g * rows / groups..(g + 1) * rows / groups;
                let counts: Vec<f64> = (0..rows).map(|i| f64::from(u8::from(!out.contains(&i)))).collect();
                again(&counts).ok().filter(finite)
            })
            .collect();
        let column = |table: &mut dyn Iterator<Item = &Vec<f64>>, i: usize| table.map(|row| row[i]).collect::<Vec<_>>();
        let mut sorted: Vec<Vec<f64>> = (0..values.len()).map(|i| column(&mut drawn.iter().flatten(), i)).collect();
        sorted.iter_mut().for_each(|replicates| replicates.sort_by(f64::total_cmp));
        let left_out = (0..values.len()).map(|i| column(&mut left_out.iter(), i)).collect();
        Ok(Self { names, values, replicates: sorted, left_out, failed })
    }

    /// The names of the parameters; those of a statistic are `0`, `1`, ….
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The estimates from the data themselves.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Replicates that had no estimate, and were left out.
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// The replicates of a parameter, ascending.
    ///
    /// # Errors
    ///
    /// If no parameter has the name.
    pub fn replicates(&self, name: &str) -> Result<&[f64], Error> {
        Ok(&self.replicates[self.place(name)?])
    }

    /// Standard deviation of the replicates of each parameter.
    pub fn standard_errors(&self) -> Vec<f64> {
        let of = |replicates: &Vec<f64>| {
            let n = replicates.len() as f64;
            let (_, variance) = data::mean_and_variance(replicates, &vec![1.0; replicates.len()], n);
            (variance * n / (n - 1.0).max(1.0)).sqrt()
        };
        self.replicates.iter().map(of).collect()
    }

    /// Mean of the replicates less the estimate, for each parameter.
    pub fn bias(&self) -> Vec<f64> {
        let mean = |replicates: &Vec<f64>| data::sum(replicates.iter().copied()) / replicates.len() as f64;
        self.replicates.iter().zip(&self.values).map(|(replicates, value)| mean(replicates) - value).collect()
    }

    /// The interval between the replicates' quantiles of (1 − level)/2 and (1 + level)/2.
    ///
    /// # Errors
    ///
    /// If no parameter has the name, or the level is not between 0 and 1.
    pub fn percentile(&self, name: &str, level: f64) -> Result<(f64, f64), Error> {
        two_sided(level)?;
        let sorted = self.replicates(name)?;
        Ok((linear_quantile(sorted, 0.5 * (1.0 - level)), linear_quantile(sorted, 0.5 * (1.0 + level))))
    }

    /// The interval corrected for bias and for a spread that changes with the parameter (BCa).
    ///
    /// # Errors
    ///
    /// As [`percentile`](Self::percentile); if all replicates lie on one side of the estimate, or the estimate does not
    /// change when data are left out.
    pub fn bca(&self, name: &str, level: f64) -> Result<(f64, f64), Error> {
        let (i, z) = (self.place(name)?, two_sided(level)?);
        let sorted = &self.replicates[i];
        let n = sorted.len() as f64;
        let below = sorted.partition_point(|x| *x < self.values[i]) as f64;
        let equal = sorted.partition_point(|x| *x <= self.values[i]) as f64 - below;
        let bias = special::ndtri((below + 0.5 * equal) / n);
        let acceleration = acceleration(&self.left_out[i]);
        if !bias.is_finite() || !acceleration.is_finite() {
            let found = format!("bias {bias} and acceleration {acceleration} of {name}");
            return Err(Error::data("bca", found, "replicates on both sides of the estimate"));
        }
        let share = |z: f64| special::ndtr(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
        Ok((linear_quantile(sorted, share(-z)), linear_quantile(sorted, share(z))))
    }

    fn place(&self, name: &str) -> Result<usize, Error> {
        let found = || format!("parameter {name:?}, known are {:?}", self.names);
        self.names
            .iter()
            .position(|known| known == name)
            .ok_or_else(|| Error::data("bootstrap", found(), "the name of a parameter"))
    }
}

/// How often each of `n` things is drawn in `n` draws.
fn counts(n: usize, key: Key) -> Vec<f64> {
    let (mut counts, mut stream) = (vec![0.0; n], key.stream());
    (0..n).for_each(|_| counts[stream.below(n as u64) as usize] += 1.0);
    counts
}

/// A sixth of the skewness of the jackknife's values.
fn acceleration(left_out: &[f64]) -> f64 {
    let mean = data::sum(left_out.iter().copied()) / left_out.len() as f64;
    let power = |k: i32| data::sum(left_out.iter().map(|x| (mean - x).powi(k)));
    power(3) / (6.0 * power(2).powf(1.5))
}

/// Quantile of sorted values, linear between them (Hyndman & Fan 1996, type 7).
pub(crate) fn linear_quantile(sorted: &[f64], p: f64) -> f64 {
    let place = p.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (i, share) = (place.floor() as usize, place.fract());
    if share == 0.0 { sorted[i] } else { sorted[i] + share * (sorted[i + 1] - sorted[i]) }
}

impl Likelihood<'_> {
    /// The parameters' estimates from data drawn again: so many replicates.
    ///
    /// # Errors
    ///
    /// As [`Bootstrap::of`]; if the likelihood is a function, whose data are not known.
    pub fn bootstrap(&self, replicates: usize, key: Key) -> Result<Bootstrap, Error> {
        if self.model.rows() == 0 {
            let found = "a likelihood given as a function";
            return Err(Error::data("bootstrap", found, "data under a family; see Bootstrap::of"));
        }
        let values = self.best()?;
        let again = |counts: &[f64]| self.reweighted(counts, &values).best();
        Bootstrap::resample(self.names(), values.clone(), self.model.rows(), again, replicates, key)
    }
}
