//! The hash that tells versions of one id apart: the same parts give the same version, in every process and release.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// What no value hashes to in practice: the part is not there.
const ABSENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// The version of some parts, order kept.
pub(super) fn of<const N: usize>(parts: [u64; N]) -> u64 {
    parts
        .iter()
        .fold(0, |version, part| xxh3_64_with_seed(&part.to_le_bytes(), version))
}

/// A part that may be absent.
pub(super) fn part(value: Option<u64>) -> u64 {
    value.unwrap_or(ABSENT)
}

/// A part that is text.
pub(super) fn text(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// A part that is a time.
pub(super) fn time(micros: i64) -> u64 {
    micros.cast_unsigned()
}
