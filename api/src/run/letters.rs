//! Dead letters as a table of their lane: what was refused, why, and its bytes, the newest ones as long as the configuration says.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, AsArray, BinaryArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use tanggap_engine::event::Reason;

use super::lane::DeadLetter;

static LETTERS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("seq", DataType::Int64, false),
        Field::new("offset", DataType::Int64, false),
        Field::new("reason", DataType::Utf8, false),
        Field::new("field", DataType::Utf8, false),
        Field::new("payload", DataType::Binary, false),
    ]))
});

/// A letter as it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// Its number on the dead-letter topic among its lane's.
    pub(super) seq: i64,
    /// Where it stands in its lane.
    pub(super) offset: i64,
    /// Why it was refused.
    pub(super) reason: Option<Reason>,
    /// Which field is to blame.
    pub(super) field: String,
    /// What came in; empty where an earlier letter of this offset has it.
    pub(super) payload: Vec<u8>,
}

/// Letters as rows, numbered from `first_seq`.
pub(super) fn rows(letters: &[DeadLetter], first_seq: i64) -> Result<RecordBatch, ArrowError> {
    let columns: Vec<Arc<dyn Array>> = vec![
        Arc::new((first_seq..).take(letters.len()).collect::<Int64Array>()),
        Arc::new(letters.iter().map(|letter| letter.reject.offset).collect::<Int64Array>()),
        Arc::new(StringArray::from_iter_values(
            letters.iter().map(|letter| letter.reject.reason.id()),
        )),
        Arc::new(StringArray::from_iter_values(letters.iter().map(|letter| &letter.reject.field))),
        Arc::new(BinaryArray::from_iter_values(letters.iter().map(|letter| &letter.payload))),
    ];
    RecordBatch::try_new(Arc::clone(&LETTERS), columns)
}

/// The newest rows of a table of letters.
pub(super) fn newest(rows: &RecordBatch, keep: usize) -> RecordBatch {
    let first = rows.num_rows().saturating_sub(keep);
    rows.slice(first, rows.num_rows() - first)
}

/// The letters of a lane's tables, oldest first.
pub(super) fn read(tables: &[RecordBatch]) -> impl Iterator<Item = Letter> {
    tables.iter().flat_map(|batch| {
        let number = |column: usize| batch.column(column).as_primitive::<Int64Type>();
        let text = |column: usize| batch.column(column).as_string::<i32>();
        let (seqs, offsets, reasons, fields) = (number(0), number(1), text(2), text(3));
        let payloads = batch.column(4).as_binary::<i32>();
        (0..batch.num_rows()).map(move |row| Letter {
            seq: seqs.value(row),
            offset: offsets.value(row),
            reason: Reason::from_id(reasons.value(row)),
            field: fields.value(row).to_owned(),
            payload: payloads.value(row).to_vec(),
        })
    })
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::{Reason, Reject};

    use super::{DeadLetter, newest, read, rows};

    #[test]
    fn letters_come_back_and_the_newest_stay() {
        let letters: Vec<DeadLetter> = (0..5_i64)
            .map(|offset| DeadLetter {
                reject: Reject {
                    offset,
                    reason: Reason::NoId,
                    field: "post_id".to_owned(),
                },
                payload: vec![0xff, u8::try_from(offset).unwrap()].into(),
            })
            .collect();
        let table = rows(&letters, 11).unwrap();
        let kept: Vec<_> = read(&[newest(&table, 2)]).collect();
        let told: Vec<_> = kept
            .iter()
            .map(|letter| (letter.seq, letter.offset, letter.reason, letter.payload[1]))
            .collect();
        assert_eq!(told, [(14, 3, Some(Reason::NoId), 3), (15, 4, Some(Reason::NoId), 4)]);
        assert_eq!(newest(&table, 9).num_rows(), 5);
    }
}
