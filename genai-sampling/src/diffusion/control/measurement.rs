//! Linear measurements of a sample: what is left of it in an inverse problem.

use crate::Error;
use crate::diffusion::Number;

/// A linear map y = Ax, with its transpose.
pub trait Measurement<F: Number> {
    /// The length of y for an x of a length.
    ///
    /// # Errors
    ///
    /// If x of this length cannot be measured.
    fn length(&self, of: usize) -> Result<usize, Error>;

    /// Writes Ax.
    fn apply(&self, x: &[F], out: &mut [F]);

    /// Writes Aᵀy.
    fn transpose(&self, y: &[F], out: &mut [F]);
}

/// Some elements are kept: inpainting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep(
    /// Which, in x; each less than its length.
    pub Vec<usize>,
);

impl<F: Number> Measurement<F> for Keep {
    fn length(&self, of: usize) -> Result<usize, Error> {
        match self.0.iter().find(|i| **i >= of) {
            Some(i) => Err(Error::Length { name: "a kept element", found: *i, expected: of }),
            None => Ok(self.0.len()),
        }
    }

    fn apply(&self, x: &[F], out: &mut [F]) {
        out.iter_mut().zip(&self.0).for_each(|(out, i)| *out = x[*i]);
    }

    fn transpose(&self, y: &[F], out: &mut [F]) {
        out.fill(F::default());
        y.iter().zip(&self.0).for_each(|(y, i)| out[*i] += *y);
    }
}

/// Means of squares of pixels: super-resolution. Images lie in planes of `height` rows of `width` pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Downsample {
    /// Of a plane.
    pub height: usize,
    /// Of a plane.
    pub width: usize,
    /// The side of a square, by which both can be divided.
    pub factor: usize,
}

impl Downsample {
    /// For each pixel of x its place in y.
    fn places(&self, count: usize) -> impl Iterator<Item = usize> {
        let Self { height, width, factor } = *self;
        let (rows, columns) = (height / factor, width / factor);
        (0..count).map(move |i| {
            let (plane, y, x) = (i / (height * width), i / width % height, i % width);
            (plane * rows + y / factor) * columns + x / factor
        })
    }
}

impl<F: Number> Measurement<F> for Downsample {
    fn length(&self, of: usize) -> Result<usize, Error> {
        let Self { height, width, factor } = *self;
        if factor == 0 || height == 0 || width == 0 || height % factor != 0 || width % factor != 0 {
            let expected = "a divisor of height and width";
            return Err(Error::Parameter { name: "factor", value: factor as f64, expected });
        }
        match of % (height * width) {
            0 => Ok(of / (factor * factor)),
            _ => Err(Error::Length { name: "pixels of planes", found: of, expected: height * width }),
        }
    }

    fn apply(&self, x: &[F], out: &mut [F]) {
        out.fill(F::default());
        let share = F::from_f64(1.0 / (self.factor * self.factor) as f64);
        x.iter().zip(self.places(x.len())).for_each(|(x, place)| out[place] += share * *x);
    }

    fn transpose(&self, y: &[F], out: &mut [F]) {
        let share = F::from_f64(1.0 / (self.factor * self.factor) as f64);
        let count = out.len();
        out.iter_mut().zip(self.places(count)).for_each(|(out, place)| *out = share * y[place]);
    }
}

/// A separable kernel over rows and columns, with zeros around: deblurring.
#[derive(Clone, Debug, PartialEq)]
pub struct Blur {
    /// Of a plane.
    pub height: usize,
    /// Of a plane.
    pub width: usize,
    /// An odd number of weights.
    pub kernel: Vec<f64>,
}

impl Blur {
    /// A normal kernel that ends at three deviations, of sum 1.
    pub fn gaussian(height: usize, width: usize, deviation: f64) -> Self {
        let reach = (3.0 * deviation).ceil() as i32;
        let weights = (-reach..=reach).map(|i| (-0.5 * (f64::from(i) / deviation).powi(2)).exp());
        let weights: Vec<f64> = weights.collect();
        let total: f64 = weights.iter().sum();
        Self { height, width, kernel: weights.into_iter().map(|w| w / total).collect() }
    }

    /// Along lines: element j of a line lies at `start + j·stride`.
    fn along<F: Number>(&self, x: &[F], out: &mut [F], vertical: bool, flipped: bool) {
        let reach = self.kernel.len() / 2;
        let (length, stride) = if vertical { (self.height, self.width) } else { (self.width, 1) };
        for (i, out) in out.iter_mut().enumerate() {
            let at = i / stride % length;
            let terms = self.kernel.iter().enumerate().filter_map(|(k, weight)| {
                let offset = if flipped { reach as isize - k as isize } else { k as isize - reach as isize };
                let inside = (0..length as isize).contains(&(at as isize + offset));
                inside.then(|| weight * x[(i as isize + offset * stride as isize) as usize].to_f64())
            });
            *out = F::from_f64(terms.sum());
        }
    }

    fn both<F: Number>(&self, x: &[F], out: &mut [F], flipped: bool) {
        let mut rows = vec![F::default(); x.len()];
        self.along(x, &mut rows, false, flipped);
        self.along(&rows, out, true, flipped);
    }
}

impl<F: Number> Measurement<F> for Blur {
    fn length(&self, of: usize) -> Result<usize, Error> {
        if self.kernel.len().is_multiple_of(2) {
            return Err(Error::Length { name: "weights of a kernel", found: self.kernel.len(), expected: 1 });
        }
        match of.checked_rem(self.height * self.width) {
            Some(0) => Ok(of),
            _ => Err(Error::Length { name: "pixels of planes", found: of, expected: self.height * self.width }),
        }
    }

    fn apply(&self, x: &[F], out: &mut [F]) {
        self.both(x, out, false);
    }

    fn transpose(&self, y: &[F], out: &mut [F]) {
        self.both(y, out, true);
    }
}
