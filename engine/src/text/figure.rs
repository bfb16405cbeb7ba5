//! Counts as numbers.

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts of texts, words and labels are far below 2^52")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}
