//! Printing as NumPy prints: brackets, aligned columns, long axes shortened.

use crate::dtype::{DType, Stored, with_stored};
use crate::tensor::Tensor;
use std::fmt;

/// More elements than this are shortened.
const THRESHOLD: usize = 1000;
/// What is shown at either end of a shortened axis.
const EDGE: usize = 3;

impl fmt::Display for Tensor {
    /// As NumPy prints an array; `{:.3}` sets the number of digits behind the point (4 by default).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<f64> =
            with_stored!(self.dtype(), T => self.value().read::<T>().iter().map(|x| x.to_f64()).collect());
        let style = Style::of(&numbers, self.dtype(), f.precision().unwrap_or(4));
        let words: Vec<String> = match self.dtype() {
            DType::I64 => self.value().read::<i64>().iter().map(ToString::to_string).collect(),
            _ => numbers.iter().map(|&x| style.word(x)).collect(),
        };
        let width = words.iter().map(|w| w.len()).max().unwrap_or(0);
        let shown = Shown { words: &words, width, shorten: words.len() > THRESHOLD };
        shown.axis(f, self.shape(), 0, 1)
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor({:?}, {}{})", self.shape(), self.dtype(), if self.is_tracked() { ", tracked" } else { "" })?;
        if f.alternate() { write!(f, "\n{self}") } else { Ok(()) }
    }
}

/// How the numbers of a tensor are written.
enum Style {
    Truth,
    Whole,
    Fixed(usize),
    Scientific(usize),
}

impl Style {
    fn of(numbers: &[f64], dtype: DType, digits: usize) -> Self {
        if dtype == DType::Bool {
            return Self::Truth;
        }
        if !dtype.is_float() {
            return Self::Whole;
        }
        let finite = || numbers.iter().map(|x| x.abs()).filter(|x| x.is_finite() && *x > 0.0);
        let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(0.0, f64::max));
        if high >= 1e8 || low < 1e-4 || high / low > 1e3 * 10f64.powi(digits as i32) {
            return Self::Scientific(digits);
        }
        let needed = |x: &f64| {
            let text = format!("{x:.digits$}");
            digits - text.bytes().rev().take_while(|&b| b == b'0').count().min(digits)
        };
        Self::Fixed(numbers.iter().filter(|x| x.is_finite()).map(needed).max().unwrap_or(0))
    }

    fn word(&self, x: f64) -> String {
        match self {
            Self::Truth => (x != 0.0).to_string(),
            Self::Whole => format!("{x:.0}"),
            _ if x.is_nan() => "nan".into(),
            _ if x.is_infinite() => if x > 0.0 { "inf" } else { "-inf" }.into(),
            Self::Fixed(0) => format!("{x:.0}."),
            Self::Fixed(digits) => format!("{x:.digits$}"),
            Self::Scientific(digits) => format!("{x:.digits$e}"),
        }
    }
}

struct Shown<'a> {
    words: &'a [String],
    width: usize,
    shorten: bool,
}

impl Shown<'_> {
    /// Prints the block of elements from `start` with the remaining axes; `depth` brackets are open.
    fn axis(&self, f: &mut fmt::Formatter<'_>, shape: &[usize], start: usize, depth: usize) -> fmt::Result {
        let Some((&n, inner)) = shape.split_first() else {
            return write!(f, "{}", self.words[start]);
        };
        let stride: usize = inner.iter().product();
        f.write_str("[")?;
        let mut i = 0;
        while i < n {
            if i > 0 {
                self.separate(f, inner.len(), depth)?;
            }
            if self.shorten && n > 2 * EDGE && i == EDGE {
                f.write_str("...")?;
                i = n - EDGE;
                continue;
            }
            if inner.is_empty() {
                write!(f, "{:>1$}", self.words[start + i], self.width)?;
            } else {
                self.axis(f, inner, start + i * stride, depth + 1)?;
            }
            i += 1;
        }
        f.write_str("]")
    }

    fn separate(&self, f: &mut fmt::Formatter<'_>, inner: usize, depth: usize) -> fmt::Result {
        if inner == 0 {
            return f.write_str(" ");
        }
        for _ in 0..inner {
            f.write_str("\n")?;
        }
        write!(f, "{:depth$}", "")
    }
}
