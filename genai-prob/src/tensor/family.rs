//! What tensor families of one number share.

/// Defines a family whose log-density is the formula of its scalar form: the struct with its parameters, `new` with its
/// checks, one graph node for `log_prob`; the methods that follow are those of [`Distribution`](super::Distribution).
macro_rules! family {
    (
        $(#[$meta:meta])*
        pub struct $name:ident: $scalar:ty {
            $( $(#[$field_meta:meta])* $field:ident, )+
        }
        $(valid $valid:path;)?
        support $support:expr;
        $($methods:item)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: genai_core::Tensor, )+
            batch: Vec<usize>,
        }

        impl $name {
            /// The distributions with these parameters, which broadcast.
            ///
            /// # Errors
            ///
            /// If an element lies outside its domain, or the shapes do not broadcast.
            pub fn new($($field: &genai_core::Tensor),+) -> Result<Self, $crate::Error> {
                let mut domains = <$scalar as $crate::Parametric>::PARAMETERS.iter().map(|p| p.domain);
                let mut domain = || domains.next().expect("a domain for each parameter");
                let batch = $crate::tensor::shapes::checked(
                    stringify!($name),
                    &[$((stringify!($field), domain(), $field)),+],
                )?;
                let made = Self { $($field: $field.clone(),)+ batch };
                $( $valid(&made)?; )?
                Ok(made)
            }
        }

        /// The log-density as a function of the value and the parameters.
        #[derive(Clone, Copy, Debug)]
        struct Formula;

        impl genai_core::ops::Elementwise<{ 1 $(+ $crate::tensor::family::one!($field))+ }> for Formula {
            const NAME: &'static str = concat!(stringify!($name), "::log_prob");

            #[inline(always)]
            fn eval<R: genai_core::Real>(self, x: [R; 1 $(+ $crate::tensor::family::one!($field))+]) -> R {
                let [x, $($field),+] = x;
                <$scalar as $crate::Density<_, _>>::ln_density(<$scalar as $crate::Density<_, _>>::prepare([$($field),+]), x)
            }
        }

        impl $crate::tensor::numeric::Family for Formula {
            type Scalar = $scalar;

            fn ln_density(inputs: &[genai_core::Tensor]) -> genai_core::Tensor {
                let mut inputs = inputs.iter();
                let mut next = || inputs.next().expect("the value and each parameter");
                genai_core::formula::map(Self, [next() $(, { let $field = next(); $field })+])
            }
        }

        impl $crate::tensor::Distribution for $name {
            fn batch_shape(&self) -> &[usize] {
                &self.batch
            }

            fn support(&self) -> $crate::tensor::Constraint {
                $support
            }

            #[track_caller]
            fn log_prob(&self, x: &genai_core::Tensor) -> genai_core::Tensor {
                genai_core::formula::map(Formula, [x, $(&self.$field),+])
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }

            $($methods)*
        }
    };
}

/// 1, for counting.
macro_rules! one {
    ($any:ident) => {
        1
    };
}

pub(super) use {family, one};
