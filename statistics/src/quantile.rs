//! Quantile of values that are all known, by linear interpolation: what a spreadsheet calls PERCENTILE.INC, numpy `linear`, R type 7.

/// The value at position `(n − 1) p` of ascending `sorted`, halfway positions interpolated. None if there are no values, or `p` is
/// not from 0 to 1.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    if sorted.is_empty() || !(0.0..=1.0).contains(&p) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
    let position = (sorted.len() - 1) as f64 * p;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ position ≤ n − 1")]
    let below = position.floor() as usize;
    let low = sorted[below];
    let high = sorted[(below + 1).min(sorted.len() - 1)];
    Some(low + (high - low) * position.fract())
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn positions_between_values_are_interpolated() {
        // numpy.quantile([1, 2, 4, 8], [0, .25, .5, .9, 1]).
        let values = [1.0, 2.0, 4.0, 8.0];
        for (p, expected) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.9, 6.8), (1.0, 8.0)] {
            let given = quantile(&values, p).unwrap();
            assert!((given - expected).abs() < 1e-12, "{p}: {given}");
        }
        assert_eq!(quantile(&[7.0], 0.5), Some(7.0));
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[1.0], 1.5), None);
        assert_eq!(quantile(&[1.0], f64::NAN), None);
    }
}
