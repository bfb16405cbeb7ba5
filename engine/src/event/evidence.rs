//! What closing a complaint leaves behind: photos as hashes, the reporter's mark, the reason as a code. Links, notes and faces stay
//! outside.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder, TimestampMicrosecondBuilder, UInt8Builder, UInt64Builder};
use xxhash_rust::xxh3::xxh3_64;

use super::schema;

/// What stands for a photo in [`schema::BEFORE_PHOTO`] and [`schema::AFTER_PHOTO`]: XXH3-64 of the text of its exact hash in lower case,
/// whatever hash that is.
///
/// ```
/// use tanggap_engine::event::photo_hash;
///
/// assert_eq!(photo_hash("AB12"), photo_hash("ab12"));
/// ```
#[must_use]
pub fn photo_hash(exact: &str) -> u64 {
    xxh3_64(exact.to_ascii_lowercase().as_bytes())
}

/// What a transition proves or claims. What its source does not say is null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence<'a> {
    /// The reporter's mark, 1 (worst) to 5.
    pub rating: Option<u8>,
    /// Why, as a short code ([`schema::CLOSE_REASON`]).
    pub close_reason: Option<&'a str>,
    /// Photo from before the work: hash of its exact hash ([`schema::BEFORE_PHOTO`]).
    pub before_photo: Option<u64>,
    /// The same photo: its perceptual hash.
    pub before_look: Option<u64>,
    /// Photo from after the work: hash of its exact hash.
    pub after_photo: Option<u64>,
    /// The same photo: its perceptual hash.
    pub after_look: Option<u64>,
    /// When the photo from after the work was taken, µs UTC.
    pub after_taken_at: Option<i64>,
}

impl Evidence<'_> {
    /// Nothing is said.
    pub const NONE: Self = Self {
        rating: None,
        close_reason: None,
        before_photo: None,
        before_look: None,
        after_photo: None,
        after_look: None,
        after_taken_at: None,
    };
}

/// The columns [`schema::EVIDENCE`] being built.
#[derive(Debug)]
pub(crate) struct EvidenceRows {
    rating: UInt8Builder,
    close_reason: StringBuilder,
    before_photo: UInt64Builder,
    before_look: UInt64Builder,
    after_photo: UInt64Builder,
    after_look: UInt64Builder,
    after_taken_at: TimestampMicrosecondBuilder,
}

impl EvidenceRows {
    /// Columns without rows.
    pub(crate) fn new() -> Self {
        Self {
            rating: UInt8Builder::new(),
            close_reason: StringBuilder::new(),
            before_photo: UInt64Builder::new(),
            before_look: UInt64Builder::new(),
            after_photo: UInt64Builder::new(),
            after_look: UInt64Builder::new(),
            after_taken_at: TimestampMicrosecondBuilder::new().with_data_type(schema::time_type()),
        }
    }

    /// Appends one row.
    pub(crate) fn push(&mut self, evidence: &Evidence<'_>) {
        self.rating.append_option(evidence.rating);
        self.close_reason.append_option(evidence.close_reason);
        self.before_photo.append_option(evidence.before_photo);
        self.before_look.append_option(evidence.before_look);
        self.after_photo.append_option(evidence.after_photo);
        self.after_look.append_option(evidence.after_look);
        self.after_taken_at.append_option(evidence.after_taken_at);
    }

    /// Gives the rows so far and starts anew.
    pub(crate) fn finish(&mut self) -> [ArrayRef; 7] {
        [
            Arc::new(self.rating.finish()),
            Arc::new(self.close_reason.finish()),
            Arc::new(self.before_photo.finish()),
            Arc::new(self.before_look.finish()),
            Arc::new(self.after_photo.finish()),
            Arc::new(self.after_look.finish()),
            Arc::new(self.after_taken_at.finish()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::Array;

    use super::{Evidence, EvidenceRows};
    use crate::event::schema;

    #[test]
    fn what_is_not_said_is_null_in_every_column_of_the_schema() {
        assert_eq!(Evidence::NONE, Evidence::default());
        let mut rows = EvidenceRows::new();
        rows.push(&Evidence::NONE);
        for (column, name) in rows.finish().iter().zip(schema::EVIDENCE) {
            let field = schema::TRANSITIONS.field_with_name(name).unwrap();
            assert_eq!((column.data_type(), column.null_count()), (field.data_type(), 1), "{name}");
        }
    }
}
