//! Tails of the standard normal distribution, as the tests of this room need them.

use std::f64::consts::SQRT_2;

use statrs::function::erf::{erfc, erfc_inv};

/// P(Z ≥ z): small where z is large.
pub(super) fn upper_tail(z: f64) -> f64 {
    0.5 * erfc(z / SQRT_2)
}

/// P(|Z| ≥ |z|).
pub(super) fn two_sided(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2)
}

/// The z above which a share `tail` lies; infinite at 0 and below, negative infinite at 1 and above.
pub(super) fn critical(tail: f64) -> f64 {
    SQRT_2 * erfc_inv(2.0 * tail)
}

#[cfg(test)]
mod tests {
    use super::{critical, two_sided, upper_tail};

    #[test]
    fn tails_are_those_of_a_printed_table() {
        assert!((upper_tail(1.644_853_626_951_472_2) - 0.05).abs() < 1e-10);
        assert!((two_sided(-1.959_963_984_540_054) - 0.05).abs() < 1e-10);
        assert!((critical(0.001) - 3.090_232_306_167_813).abs() < 1e-9);
        assert!((critical(0.975) + 1.959_963_984_540_054).abs() < 1e-9);
    }
}
