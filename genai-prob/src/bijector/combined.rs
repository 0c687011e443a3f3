//! Bijections made of others.

use super::Bijector;
use crate::tensor::Constraint;
use genai_core::Tensor;

/// One after the other, the first first.
#[derive(Debug)]
pub struct Compose {
    parts: Vec<Box<dyn Bijector>>,
}

impl Compose {
    /// The parts in the order in which they are applied.
    ///
    /// # Panics
    ///
    /// If there are none.
    #[track_caller]
    pub fn new(parts: Vec<Box<dyn Bijector>>) -> Self {
        assert!(!parts.is_empty(), "Compose: there is nothing to compose");
        Self { parts }
    }

    fn last(&self) -> &dyn Bijector {
        self.parts.last().expect("there is a part").as_ref()
    }
}

impl Bijector for Compose {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.parts.iter().fold(x.clone(), |x, part| part.forward(&x))
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        self.parts.iter().rev().fold(y.clone(), |y, part| part.inverse(&y))
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        let (mut x, mut axes, mut sum) = (x.clone(), self.axes().0, None::<Tensor>);
        for part in &self.parts {
            let y = part.forward(&x);
            let (own, after) = part.axes();
            let own = (own..axes).fold(part.log_determinant(&x, &y), |d, _| d.sum_over(-1, false));
            sum = Some(sum.map_or(own.clone(), |sum| sum + own));
            (x, axes) = (y, axes + after - part.axes().0);
        }
        sum.expect("there is a part")
    }

    fn axes(&self) -> (usize, usize) {
        // As many as the part that mixes most needs, counted back through the changes before it.
        let (mut before, mut change) = (0, 0isize);
        for part in &self.parts {
            let (own, after) = part.axes();
            before = before.max((own as isize - change).max(0) as usize);
            change += after as isize - own as isize;
        }
        (before, (before as isize + change) as usize)
    }

    fn is_increasing(&self) -> Option<bool> {
        self.parts.iter().try_fold(true, |so_far, part| Some(so_far == part.is_increasing()?))
    }

    fn domain(&self) -> Constraint {
        self.parts[0].domain()
    }

    fn range(&self) -> Constraint {
        // An affine map moves the bounds of what it is given.
        match (self.parts.len(), self.last().range()) {
            (n, Constraint::Real) if n > 1 && self.last().axes() == (0, 0) => match self.parts[n - 2].range() {
                Constraint::Between(low, high) => self.moved(low, high),
                Constraint::Positive => self.moved_half(),
                _ => Constraint::Real,
            },
            (_, range) => range,
        }
    }

    fn forward_shape(&self, x: &[usize]) -> Vec<usize> {
        self.parts.iter().fold(x.to_vec(), |shape, part| part.forward_shape(&shape))
    }

    fn inverse_shape(&self, y: &[usize]) -> Vec<usize> {
        self.parts.iter().rev().fold(y.to_vec(), |shape, part| part.inverse_shape(&shape))
    }
}

impl Compose {
    fn end(&self, x: f64) -> f64 {
        self.last().forward(&Tensor::of([x])).to_vec::<f64>()[0]
    }

    fn moved(&self, low: f64, high: f64) -> Constraint {
        let (a, b) = (self.end(low), self.end(high));
        Constraint::Between(a.min(b), a.max(b))
    }

    fn moved_half(&self) -> Constraint {
        if self.end(1.0) > self.end(0.0) { Constraint::Above(self.end(0.0)) } else { Constraint::Real }
    }
}

/// The other direction.
#[derive(Debug)]
pub struct Inverse<B>(pub B);

impl<B: Bijector> Bijector for Inverse<B> {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.0.inverse(x)
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        self.0.forward(y)
    }

    fn log_determinant(&self, x: &Tensor, y: &Tensor) -> Tensor {
        -self.0.log_determinant(y, x)
    }

    fn axes(&self) -> (usize, usize) {
        let (x, y) = self.0.axes();
        (y, x)
    }

    fn is_increasing(&self) -> Option<bool> {
        self.0.is_increasing()
    }

    fn domain(&self) -> Constraint {
        self.0.range()
    }

    fn range(&self) -> Constraint {
        self.0.domain()
    }

    fn forward_shape(&self, x: &[usize]) -> Vec<usize> {
        self.0.inverse_shape(x)
    }

    fn inverse_shape(&self, y: &[usize]) -> Vec<usize> {
        self.0.forward_shape(y)
    }
}

/// The elements of the last axis in another order: yᵢ = x at the i-th place of the order.
#[derive(Clone, Debug)]
pub struct Permutation {
    order: Vec<usize>,
}

impl Permutation {
    /// # Panics
    ///
    /// If the order does not hold each of 0 … n − 1 once.
    #[track_caller]
    pub fn new(order: &[usize]) -> Self {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        assert!(sorted.iter().enumerate().all(|(i, x)| i == *x), "Permutation: {order:?} is none");
        Self { order: order.to_vec() }
    }

    fn picked(x: &Tensor, order: &[usize]) -> Tensor {
        x.index_select(-1, &Tensor::from_vec(order.iter().map(|i| *i as i64).collect::<Vec<_>>(), [order.len()]))
    }
}

impl Bijector for Permutation {
    fn forward(&self, x: &Tensor) -> Tensor {
        Self::picked(x, &self.order)
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        let mut back = vec![0; self.order.len()];
        self.order.iter().enumerate().for_each(|(i, from)| back[*from] = i);
        Self::picked(y, &back)
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        x.sum_over(-1, false).zeros_like()
    }

    fn axes(&self) -> (usize, usize) {
        (1, 1)
    }

    fn range(&self) -> Constraint {
        Constraint::Real
    }
}
