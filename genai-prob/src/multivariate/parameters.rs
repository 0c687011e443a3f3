//! What every distribution of vectors has besides its formulas, written once.

use std::fmt::{Formatter, Result as Written};

/// `Display`, serde (read back through `new`) and an accessor for each parameter of `new`, which are fields of the struct.
macro_rules! parameters {
    ($name:ident { $( $(#[$meta:meta])* $field:ident: $type:ty => $given:ty ),+ $(,)? }) => {
        /// How the parameters are written to files.
        mod fields {
            #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            pub(crate) struct $name {
                $( pub(super) $field: $type, )+
            }
        }

        impl $name {
            $(
                $(#[$meta])*
                pub fn $field(&self) -> $given {
                    #[allow(clippy::borrow_deref_ref, clippy::needless_borrow, reason = "numbers and lists alike")]
                    $crate::multivariate::parameters::Given::given(&self.$field)
                }
            )+
        }

        impl TryFrom<fields::$name> for $name {
            type Error = $crate::Error;

            fn try_from(fields: fields::$name) -> Result<Self, $crate::Error> {
                Self::new($( $crate::multivariate::parameters::Given::given(&fields.$field) ),+)
            }
        }

        impl From<$name> for fields::$name {
            fn from(of: $name) -> Self {
                Self { $($field: of.$field),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let parameters: &[(&str, &dyn std::fmt::Debug)] = &[$((stringify!($field), &self.$field)),+];
                $crate::multivariate::parameters::write(f, stringify!($name), parameters)
            }
        }
    };
}

pub(crate) use parameters;

/// How a parameter is given to `new` and by accessors: numbers as they are, lists as slices.
pub(crate) trait Given<'a> {
    type As;

    fn given(&'a self) -> Self::As;
}

impl Given<'_> for f64 {
    type As = Self;

    fn given(&self) -> Self {
        *self
    }
}

impl Given<'_> for usize {
    type As = Self;

    fn given(&self) -> Self {
        *self
    }
}

impl<'a> Given<'a> for Vec<f64> {
    type As = &'a [f64];

    fn given(&'a self) -> &'a [f64] {
        self
    }
}

/// `Name(a = 1.0, b = [2.0, 3.0])`.
pub(crate) fn write(f: &mut Formatter<'_>, name: &str, parameters: &[(&str, &dyn std::fmt::Debug)]) -> Written {
    write!(f, "{name}(")?;
    for (i, (parameter, value)) in parameters.iter().enumerate() {
        write!(f, "{}{parameter} = {value:?}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str(")")
}
