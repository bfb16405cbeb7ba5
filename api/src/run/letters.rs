//! Dead letters as a table of their lane: what was refused, why, and its bytes, the newest ones as long as the configuration says.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, AsArray, BinaryArray, BooleanArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use tanggap_engine::event::Reason;

use super::lane::DeadLetter;
use super::pile::Pile;
use crate::dead_letters::letters;

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
    letters(tables).map(|letter| Letter {
        seq: letter.seq,
        offset: letter.offset,
        reason: letter.reason,
        field: letter.field.to_owned(),
        payload: letter.payload.to_vec(),
    })
}

/// Bytes of payloads on a shelf at most: what a lane adds to the memory of the program when its source goes mad.
const MOST_BYTES: usize = 16 << 20;

/// The newest letters of a lane, at hand for whoever asks the running program: as many as the store keeps, as long as they are small.
#[derive(Debug)]
pub(super) struct Shelf {
    pile: Pile,
    keep: usize,
    most_bytes: usize,
    bytes: usize,
}

impl Shelf {
    /// An empty one for so many letters.
    pub(super) fn new(keep: usize) -> Self {
        Self {
            pile: Pile::default(),
            keep,
            most_bytes: MOST_BYTES,
            bytes: 0,
        }
    }

    /// Adds newer letters.
    ///
    /// # Errors
    /// Never in practice: the rows are ours.
    pub(super) fn push(&mut self, rows: RecordBatch) -> Result<(), ArrowError> {
        self.bytes += bytes(std::slice::from_ref(&rows));
        self.pile.push(rows);
        // Cleared when it is a quarter too full, so that a row is not moved each time another comes.
        let full = |held: usize, most: usize| held > most + most / 4;
        if full(self.pile.rows(), self.keep) || full(self.bytes, self.most_bytes) {
            self.clear()?;
        }
        Ok(())
    }

    /// The letters, oldest first.
    pub(super) fn batches(&self) -> &[RecordBatch] {
        self.pile.batches()
    }

    fn clear(&mut self) -> Result<(), ArrowError> {
        let (mut held, mut bytes_held, mut oldest) = (0_usize, 0_usize, i64::MAX);
        for letter in letters(self.pile.batches()).rev() {
            held += 1;
            bytes_held += letter.payload.len();
            if held > self.keep || bytes_held > self.most_bytes {
                break;
            }
            oldest = letter.seq;
        }
        self.pile.keep(|rows| {
            let seqs = rows.column(0).as_primitive::<Int64Type>();
            let keep: BooleanArray = seqs.values().iter().map(|seq| Some(*seq >= oldest)).collect();
            filter_record_batch(rows, &keep)
        })?;
        self.bytes = bytes(self.pile.batches());
        Ok(())
    }
}

/// Bytes of the payloads.
fn bytes(tables: &[RecordBatch]) -> usize {
    letters(tables).map(|letter| letter.payload.len()).sum()
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::{Reason, Reject};

    use super::{DeadLetter, Shelf, newest, read, rows};

    fn letter(offset: i64) -> DeadLetter {
        DeadLetter {
            reject: Reject {
                offset,
                reason: Reason::NoId,
                field: "post_id".to_owned(),
            },
            payload: vec![0xff, u8::try_from(offset).unwrap()].into(),
        }
    }

    #[test]
    fn a_shelf_holds_the_newest_and_no_more_bytes_than_it_may() {
        let pushed = |shelf: &mut Shelf| {
            for offset in 0..40_i64 {
                shelf.push(rows(&[letter(offset)], offset + 1).unwrap()).unwrap();
            }
            let held: Vec<i64> = read(shelf.batches()).map(|letter| letter.offset).collect();
            assert_eq!(held.last(), Some(&39));
            assert!(held.is_sorted() && held.windows(2).all(|two| two[0] + 1 == two[1]), "{held:?}");
            held.len()
        };
        let held = pushed(&mut Shelf::new(8));
        assert!((8..=10).contains(&held), "{held}");
        let mut narrow = Shelf::new(100);
        narrow.most_bytes = 12;
        let held = pushed(&mut narrow);
        assert!((6..=7).contains(&held), "{held} letters of two bytes");
        assert_eq!(narrow.bytes, held * 2);
    }

    #[test]
    fn letters_come_back_and_the_newest_stay() {
        let letters: Vec<DeadLetter> = (0..5_i64).map(letter).collect();
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
