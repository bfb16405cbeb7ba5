//! The simulated history: rows of the log in the order of their numbers, appended now and then by whichever process is there, which may fail
//! and not say how far it came.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::{concat_batches, sort_to_indices, take_record_batch};
use datafusion::arrow::row::{RowConverter, SortField};
use rand::Rng;
use tanggap_engine::event::schema;

use super::super::history::{Through, Waiting, after, over_after};
use super::world::{Plant, State};

/// Rows as bytes.
pub(super) type Rows = Vec<Vec<u8>>;

/// What was appended.
#[derive(Clone, Debug, Default)]
pub(super) struct Archive {
    /// Events, in order.
    pub(super) log: Rows,
    /// Traffic that is over.
    pub(super) over: Rows,
    through: Option<Through>,
}

impl State {
    /// Appends what a process offers, maybe; what the process hears of it.
    pub(super) fn append(&mut self, waiting: &Waiting) -> Option<Through> {
        if !self.calm && self.chance.random_bool(0.8) {
            return None;
        }
        if waiting.stand.epoch > self.safe_epoch() {
            let (epoch, stands) = (waiting.stand.epoch, self.safe_epoch());
            self.is_wrong(format!("history is told of epoch {epoch} while {stands} is all that stands"));
        }
        if !self.calm && self.chance.random_bool(0.1) {
            return None;
        }
        self.tally.appends += 1;
        let from = self.archive.through.filter(|_| self.plant != Some(Plant::AppendedAgain));
        let seq = from.map_or(0, |from| from.seq);
        if waiting.stand.seq > seq {
            let new = log_rows(waiting, seq);
            if let Some(lost) = new.first().filter(|first| first.0 > seq + 1) {
                let lost = lost.0;
                self.is_wrong(format!("history has the events up to {seq} and is told those from {lost} on"));
            }
            self.archive.log.extend(new.into_iter().map(|(_, row)| row));
        }
        let sight = from.map_or(i64::MIN, |from| from.sight_us);
        let newest = waiting.stand.sight_us.unwrap_or(i64::MIN);
        if newest > sight {
            self.archive.over.extend(over_rows(waiting, sight));
        }
        self.archive.through = Some(Through {
            seq: seq.max(waiting.stand.seq),
            sight_us: sight.max(newest),
        });
        self.archive.through.filter(|_| self.calm || self.chance.random_bool(0.9))
    }
}

/// Events that wait, behind this number: for each row the number of the first event it stands for, and its bytes.
pub(super) fn log_rows(waiting: &Waiting, seq: i64) -> Vec<(i64, Vec<u8>)> {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::Int64Type;

    let batches: Vec<RecordBatch> = waiting.log.iter().map(|batch| after(batch, seq).unwrap()).collect();
    let rows = concat_batches(&schema::LOG, &batches).unwrap();
    let order = sort_to_indices(rows.column(0), None, None).unwrap();
    let rows = take_record_batch(&rows, &order).unwrap();
    let numbers = rows.column_by_name(schema::SEQ).unwrap().as_primitive::<Int64Type>().clone();
    let counts = rows.column_by_name(schema::N).unwrap().as_primitive::<Int64Type>().clone();
    bytes(&rows)
        .into_iter()
        .enumerate()
        .map(|(row, bytes)| (numbers.value(row) - counts.value(row) + 1, bytes))
        .collect()
}

/// Traffic that waits and was not over at this sight.
pub(super) fn over_rows(waiting: &Waiting, sight_us: i64) -> Rows {
    let batches: Vec<RecordBatch> = waiting.over.iter().map(|batch| over_after(batch, sight_us).unwrap()).collect();
    bytes(&concat_batches(&Arc::clone(&schema::TRAFFIC), &batches).unwrap())
}

fn bytes(rows: &RecordBatch) -> Rows {
    let fields = rows
        .schema_ref()
        .fields()
        .iter()
        .map(|field| SortField::new(field.data_type().clone()));
    let converter = RowConverter::new(fields.collect()).unwrap();
    let plain = converter.convert_columns(rows.columns()).unwrap();
    plain.iter().map(|row| row.as_ref().to_vec()).collect()
}
