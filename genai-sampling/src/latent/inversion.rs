//! Finding the code of given data.

use crate::Error;
use crate::monte_carlo::check_between;

/// Inversion by optimisation: the code whose loss is least, by Adam with a warm-up and a falling rate, from several starts.
///
/// The loss is the user's: the distance of what the code generates to the data, with what holds the code near the prior.
///
/// Source: Karras et al. 2020, [arXiv:1912.04958](https://arxiv.org/abs/1912.04958), appendix D (schedule: 5 % up, 25 % down).
#[derive(Clone, Copy, Debug)]
pub struct Inversion {
    /// Steps from each start.
    pub steps: usize,
    /// Highest learning rate (StyleGAN2: .1).
    pub learning_rate: f64,
    /// Weight of ½ |z|², the normal prior's pull; 0 for none.
    pub prior: f64,
}

impl Default for Inversion {
    fn default() -> Self {
        Self { steps: 500, learning_rate: 0.1, prior: 0.0 }
    }
}

/// The best code that was found.
#[derive(Clone, Debug)]
pub struct Inverted {
    /// The code.
    pub code: Vec<f32>,
    /// Its loss.
    pub loss: f64,
    /// Which start it came from.
    pub start: usize,
    /// The loss at every step from that start.
    pub losses: Vec<f64>,
}

impl Inversion {
    /// Minimises `loss(z, gradient)`, which returns the loss and writes its gradient.
    ///
    /// ```
    /// use genai_sampling::latent::Inversion;
    ///
    /// let target = [3.0, -1.0]; // what the code 1.5, −0.5 generates by doubling
    /// let loss = |z: &[f32], gradient: &mut [f32]| {
    ///     (0..2).map(|i| { let rest = 2.0 * z[i] - target[i]; gradient[i] = 2.0 * rest; 0.5 * f64::from(rest * rest) }).sum()
    /// };
    /// let found = Inversion::default().run(loss, &[&[0.0, 0.0]])?;
    /// assert!((found.code[0] - 1.5).abs() < 1e-3 && found.loss < 1e-5);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are no starts or steps, a start is empty, or the loss or its gradient is not finite at every start.
    pub fn run(&self, loss: impl Fn(&[f32], &mut [f32]) -> f64, starts: &[&[f32]]) -> Result<Inverted, Error> {
        check_between("learning_rate", self.learning_rate, (0.0, f64::INFINITY), "positive and finite")?;
        if !(self.prior >= 0.0 && self.prior.is_finite()) {
            return Err(Error::Parameter { name: "prior", value: self.prior, expected: "finite and at least 0" });
        }
        if self.steps == 0 || starts.is_empty() {
            let name = if starts.is_empty() { "starts" } else { "steps" };
            return Err(Error::Parameter { name, value: 0.0, expected: "at least 1" });
        }
        let mut best: Option<Inverted> = None;
        for (i, start) in starts.iter().enumerate() {
            super::same_size("start", start.len(), starts[0].len())?;
            let found = self.descend(&loss, start, i);
            if found.as_ref().is_some_and(|found| best.as_ref().is_none_or(|best| found.loss < best.loss)) {
                best = found;
            }
        }
        best.ok_or(Error::Parameter {
            name: "loss",
            value: f64::NAN,
            expected: "finite, with its gradient, at a start",
        })
    }

    /// From one start; `None` if its loss is not finite. A step that leads out of what is finite ends the descent.
    fn descend(&self, loss: &impl Fn(&[f32], &mut [f32]) -> f64, start: &[f32], index: usize) -> Option<Inverted> {
        let d = start.len();
        let (mut z, mut gradient) = (start.to_vec(), vec![0.0; d]);
        let (mut first, mut second) = (vec![0.0; d], vec![0.0; d]);
        let mut best: Option<Inverted> = None;
        let mut losses = Vec::with_capacity(self.steps + 1);
        for step in 0..=self.steps {
            let squares = z.iter().map(|z| f64::from(*z).powi(2)).sum::<f64>();
            let value = loss(&z, &mut gradient) + 0.5 * self.prior * squares;
            if !value.is_finite() || gradient.iter().any(|g| !g.is_finite()) {
                break;
            }
            losses.push(value);
            if best.as_ref().is_none_or(|best| value < best.loss) {
                best = Some(Inverted { code: z.clone(), loss: value, start: index, losses: Vec::new() });
            }
            let (rate, t) = (self.rate(step), step as i32 + 1);
            for i in 0..d {
                let g = f64::from(gradient[i]) + self.prior * f64::from(z[i]);
                first[i] = 0.9 * first[i] + 0.1 * g;
                second[i] = 0.999 * second[i] + 0.001 * g * g;
                let (mean, square) = (first[i] / (1.0 - 0.9f64.powi(t)), second[i] / (1.0 - 0.999f64.powi(t)));
                z[i] -= (rate * mean / (square.sqrt() + 1e-8)) as f32;
            }
        }
        best.map(|best| Inverted { losses, ..best })
    }

    /// The learning rate of a step: up over the first 5 %, down along a cosine over the last 25 %.
    fn rate(&self, step: usize) -> f64 {
        let t = step as f64 / self.steps as f64;
        let down = ((1.0 - t) / 0.25).min(1.0);
        let up = ((t + 1.0 / self.steps as f64) / 0.05).min(1.0);
        self.learning_rate * up * 0.5 * (1.0 - (down * std::f64::consts::PI).cos())
    }
}
