//! Families that are known by their cumulative hazard H(x) = −ln P(X > x).

/// Distribution functions and quantiles from four methods of the family: `hazard(x) -> Double` (0 below the support),
/// `at_hazard(h)`, the x where it is h, and both for hazards that underflow, by their logarithms:
/// `ln_tiny_hazard(x)`, `at_tiny_hazard(ln h)`.
macro_rules! by_hazard {
    () => {
        fn cdf(&self, x: f64) -> f64 {
            -(-self.hazard(x).value()).exp_m1()
        }

        fn sf(&self, x: f64) -> f64 {
            (-self.hazard(x)).exp()
        }

        fn ln_cdf(&self, x: f64) -> f64 {
            let hazard = self.hazard(x).value();
            if hazard < 1e-290 && x > self.support().lower {
                return self.ln_tiny_hazard(x);
            }
            crate::special::log1mexp(hazard)
        }

        fn ln_sf(&self, x: f64) -> f64 {
            -self.hazard(x).value()
        }

        fn quantile(&self, p: f64) -> f64 {
            self.at_hazard(-(-p.clamp(0.0, 1.0)).ln_1p())
        }

        fn isf(&self, q: f64) -> f64 {
            self.at_hazard(-q.clamp(0.0, 1.0).ln())
        }

        fn quantile_ln(&self, ln_p: f64) -> f64 {
            if ln_p < -690.0 && ln_p > f64::NEG_INFINITY {
                return self.at_tiny_hazard(ln_p);
            }
            self.at_hazard(-crate::continuous::standardised::ln_complement(ln_p))
        }

        fn isf_ln(&self, ln_q: f64) -> f64 {
            self.at_hazard(-crate::continuous::standardised::ln_probability(ln_q))
        }
    };
}

pub(super) use by_hazard;
