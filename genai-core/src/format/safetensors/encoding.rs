//! How elements lie in a file: as one of our types, or as one that is widened when read.

use crate::dtype::{DType, Element, Stored};
use crate::value::Value;
use half::f16;

/// An element type of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Native(DType),
    I8,
    I16,
    I32,
    U16,
    U64,
    F8E4M3,
    F8E5M2,
}

impl Encoding {
    /// From the name that the header gives.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "F64" => Self::Native(DType::F64),
            "F32" => Self::Native(DType::F32),
            "F16" => Self::Native(DType::F16),
            "BF16" => Self::Native(DType::Bf16),
            "I64" => Self::Native(DType::I64),
            "U32" => Self::Native(DType::U32),
            "U8" => Self::Native(DType::U8),
            "BOOL" => Self::Native(DType::Bool),
            "I8" => Self::I8,
            "I16" => Self::I16,
            "I32" => Self::I32,
            "U16" => Self::U16,
            "U64" => Self::U64,
            "F8_E4M3" => Self::F8E4M3,
            "F8_E5M2" => Self::F8E5M2,
            _ => return None,
        })
    }

    /// Bytes of one element in the file.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Native(dtype) => dtype.size(),
            Self::I8 | Self::F8E4M3 | Self::F8E5M2 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 => 4,
            Self::U64 => 8,
        }
    }

    /// The type that it is read as.
    pub(super) fn dtype(self) -> DType {
        match self {
            Self::Native(dtype) => dtype,
            Self::I8 | Self::I16 | Self::I32 | Self::U16 | Self::U64 => DType::I64,
            Self::F8E4M3 | Self::F8E5M2 => DType::F32,
        }
    }

    /// A copy of the elements as the wider type.
    pub(super) fn widen(self, bytes: &[u8], shape: &[usize]) -> Result<Value, String> {
        Ok(match self {
            Self::Native(dtype) => unreachable!("{dtype} is read as it lies"),
            Self::I8 => each(bytes, shape, |b| i64::from(i8::from_le_bytes(b))),
            Self::I16 => each(bytes, shape, |b| i64::from(i16::from_le_bytes(b))),
            Self::I32 => each(bytes, shape, |b| i64::from(i32::from_le_bytes(b))),
            Self::U16 => each(bytes, shape, |b| i64::from(u16::from_le_bytes(b))),
            Self::U64 => {
                let words = || bytes.as_chunks().0.iter().map(|&b| u64::from_le_bytes(b));
                if let Some(large) = words().find(|&word| i64::try_from(word).is_err()) {
                    return Err(format!("{large} does not fit i64"));
                }
                each(bytes, shape, i64::from_le_bytes)
            }
            Self::F8E4M3 => each(bytes, shape, |[b]| e4m3(b)),
            Self::F8E5M2 => each(bytes, shape, |[b]| f16::from_bits(u16::from(b) << 8).to_f32()), // its upper half
        })
    }
}

fn each<const N: usize, T: Stored + Element<Stored = T>>(
    bytes: &[u8],
    shape: &[usize],
    read: impl Fn([u8; N]) -> T,
) -> Value {
    Value::filled(shape, |out| out.iter_mut().zip(bytes.as_chunks().0).for_each(|(out, &b)| *out = read(b)))
}

/// Sign, four exponent bits of bias 7, three of mantissa; no infinities, all ones is NaN.
///
/// Source: Micikevicius et al. 2022, arXiv:2209.05433, table 1.
fn e4m3(bits: u8) -> f32 {
    let (exponent, mantissa) = (i32::from(bits >> 3 & 15), f32::from(bits & 7));
    let magnitude = match (exponent, bits & 7) {
        (15, 7) => f32::NAN,
        (0, _) => mantissa * 2f32.powi(-9),
        _ => (8.0 + mantissa) * 2f32.powi(exponent - 10),
    };
    if bits >> 7 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bit_floats_have_the_published_extremes() {
        let rows = [
            (0x00, 0.0),
            (0x01, 2f32.powi(-9)),
            (0x07, 0.875 * 2f32.powi(-6)),
            (0x08, 2f32.powi(-6)),
            (0x38, 1.0),
            (0x7e, 448.0),
            (0xfe, -448.0),
        ];
        for (bits, value) in rows {
            assert_eq!(e4m3(bits), value, "{bits:#04x}");
        }
        assert!(e4m3(0x7f).is_nan() && e4m3(0xff).is_nan() && e4m3(0x80).is_sign_negative());
    }
}
