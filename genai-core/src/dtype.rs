//! Element types, chosen at run time.

use half::{bf16, f16};
use std::fmt;

/// The type of a tensor's elements.
///
/// Arithmetic runs in [`F32`](Self::F32), [`F64`](Self::F64) and [`I64`](Self::I64); the others are storage, read and
/// written through [`to_dtype`](crate::Tensor::to_dtype). Tensors of different types are never promoted silently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DType {
    /// 32-bit float, the default.
    F32,
    /// 64-bit float.
    F64,
    /// 64-bit signed integer: indices, tokens, counts.
    I64,
    /// 16-bit float with eight exponent bits; storage.
    Bf16,
    /// IEEE 16-bit float; storage.
    F16,
    /// 32-bit unsigned integer; storage.
    U32,
    /// Byte; storage.
    U8,
    /// Truth value: what comparisons return and masks are made of.
    Bool,
}

impl DType {
    /// Bytes of one element.
    #[inline]
    pub const fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::U32 => 4,
            Self::Bf16 | Self::F16 => 2,
            Self::U8 | Self::Bool => 1,
        }
    }

    /// Whether it is a floating-point type; only these have gradients.
    #[inline]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64 | Self::Bf16 | Self::F16)
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I64 => "i64",
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
            Self::U32 => "u32",
            Self::U8 => "u8",
            Self::Bool => "bool",
        })
    }
}

/// A Rust type that a tensor's elements can be read as and made from. Sealed.
pub trait Element: Copy + fmt::Debug + PartialEq + Send + Sync + 'static + sealed::Sealed {
    /// The type of a tensor of these.
    const DTYPE: DType;
    /// How it lies in memory: itself, but for `bool`, which is a byte of 0 or 1.
    type Stored: Stored;
    /// To its memory form.
    fn store(self) -> Self::Stored;
    /// From its memory form.
    fn load(stored: Self::Stored) -> Self;
}

/// A plain type that lies in buffers as it is: every pattern of bits is a value. Sealed.
pub trait Stored: bytemuck::Pod + fmt::Debug + PartialEq + Send + Sync + sealed::Sealed {
    /// Widens to f64, for printing and conversion.
    fn to_f64(self) -> f64;
    /// Widens to i64; a float is truncated towards zero, as `as` does.
    fn to_i64(self) -> i64;
    /// Rounds from f64.
    fn from_f64(x: f64) -> Self;
    /// Narrows from i64.
    fn from_i64(x: i64) -> Self;
}

#[allow(unnameable_types, reason = "a sealed trait is one that nobody else can name")]
mod sealed {
    pub trait Sealed {}
}

macro_rules! element {
    ($($t:ty, $dtype:ident, $to_f64:expr, $to_i64:expr, $from_f64:expr, $from_i64:expr;)*) => {$(
        impl sealed::Sealed for $t {}

        impl Element for $t {
            const DTYPE: DType = DType::$dtype;
            type Stored = Self;
            #[inline(always)]
            fn store(self) -> Self {
                self
            }
            #[inline(always)]
            fn load(stored: Self) -> Self {
                stored
            }
        }

        impl Stored for $t {
            #[inline(always)]
            fn to_f64(self) -> f64 {
                $to_f64(self)
            }
            #[inline(always)]
            fn to_i64(self) -> i64 {
                $to_i64(self)
            }
            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                $from_f64(x)
            }
            #[inline(always)]
            fn from_i64(x: i64) -> Self {
                $from_i64(x)
            }
        }
    )*};
}

element! {
    f32, F32, |x| x as f64, |x| x as i64, |x| x as f32, |x| x as f32;
    f64, F64, |x| x, |x| x as i64, |x| x, |x| x as f64;
    i64, I64, |x| x as f64, |x| x, |x| x as i64, |x| x;
    u32, U32, |x| x as f64, |x| x as i64, |x| x as u32, |x| x as u32;
    u8, U8, |x| x as f64, |x| x as i64, |x| x as u8, |x| x as u8;
    bf16, Bf16, bf16::to_f64, |x: bf16| x.to_f64() as i64, bf16::from_f64, |x| bf16::from_f64(x as f64);
    f16, F16, f16::to_f64, |x: f16| x.to_f64() as i64, f16::from_f64, |x| f16::from_f64(x as f64);
}

impl sealed::Sealed for bool {}

impl Element for bool {
    const DTYPE: DType = DType::Bool;
    type Stored = u8;
    #[inline(always)]
    fn store(self) -> u8 {
        u8::from(self)
    }
    #[inline(always)]
    fn load(stored: u8) -> Self {
        stored != 0
    }
}

/// Runs a block with `$t` standing for the stored Rust type of a dtype.
macro_rules! with_stored {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $t = f32;
                $body
            }
            $crate::DType::F64 => {
                type $t = f64;
                $body
            }
            $crate::DType::I64 => {
                type $t = i64;
                $body
            }
            $crate::DType::Bf16 => {
                type $t = half::bf16;
                $body
            }
            $crate::DType::F16 => {
                type $t = half::f16;
                $body
            }
            $crate::DType::U32 => {
                type $t = u32;
                $body
            }
            $crate::DType::U8 | $crate::DType::Bool => {
                type $t = u8;
                $body
            }
        }
    };
}
pub(crate) use with_stored;

/// Runs a block with `$t` standing for the Rust type of a dtype that arithmetic runs in.
macro_rules! with_float {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $t = f32;
                $body
            }
            $crate::DType::F64 => {
                type $t = f64;
                $body
            }
            other => unreachable!("the op's shape rule refuses {other}"),
        }
    };
}
pub(crate) use with_float;

/// That a tensor is of a type that arithmetic runs in.
pub(crate) fn check_float(dtype: DType) -> Result<(), String> {
    if matches!(dtype, DType::F32 | DType::F64) {
        return Ok(());
    }
    Err(format!("is not defined on {dtype}; convert with to_dtype"))
}
