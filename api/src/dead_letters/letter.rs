//! Refused events as rows of their lane's table (`run/letters.rs` writes them), read where they lie: nothing is copied.

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use tanggap_engine::event::Reason;

/// A refused event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Letter<'t> {
    /// Its number on the dead-letter topic among its lane's.
    pub(crate) seq: i64,
    /// Where its payload stands in its lane.
    pub(crate) offset: i64,
    /// Why it was refused; none of a reason that only a later version knows.
    pub(crate) reason: Option<Reason>,
    /// Which field is to blame; empty = the whole payload.
    pub(crate) field: &'t str,
    /// What came in; empty where an earlier letter of this offset has it.
    pub(crate) payload: &'t [u8],
}

/// The letters of a lane's tables, oldest first. The tables are the lane's own: others have other columns, which is a fault of the program.
pub(crate) fn letters(tables: &[RecordBatch]) -> impl DoubleEndedIterator<Item = Letter<'_>> {
    tables.iter().flat_map(|batch| {
        let number = |column: usize| batch.column(column).as_primitive::<Int64Type>();
        let text = |column: usize| batch.column(column).as_string::<i32>();
        let (seqs, offsets, reasons, fields) = (number(0), number(1), text(2), text(3));
        let payloads = batch.column(4).as_binary::<i32>();
        (0..batch.num_rows()).map(move |row| Letter {
            seq: seqs.value(row),
            offset: offsets.value(row),
            reason: Reason::from_id(reasons.value(row)),
            field: fields.value(row),
            payload: payloads.value(row),
        })
    })
}
