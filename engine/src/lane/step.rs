//! What one batch did to a lane: new rows for its tables, and the columns they are built in.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Array, Int64Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder, UInt8Builder, UInt64Builder,
};
use arrow::datatypes::SchemaRef;

use crate::event::{Evidence, EvidenceRows, schema};

/// New rows of a lane's tables after one batch; every table may be empty.
#[derive(Clone, Debug)]
pub struct Step {
    /// Counted reports ([`schema::PANES`], one row each), for the kernel.
    pub counted: RecordBatch,
    /// Complaints seen for the first time, late ones too ([`schema::REPORTS`]): each opens a case.
    pub cases: RecordBatch,
    /// Other reports seen for the first time ([`schema::REPORTS`]); emergencies only, unless the lane keeps signals.
    pub signals: RecordBatch,
    /// Transitions ([`schema::TRANSITIONS`]), late ones too.
    pub transitions: RecordBatch,
    /// Water levels ([`schema::LEVELS`]).
    pub levels: RecordBatch,
    /// Offsets of late events, for the late output.
    pub late: Vec<i64>,
    /// Panes that are over, and what was counted in them since they were ([`schema::CLOSED`]); empty unless the lane tells them.
    pub closed: RecordBatch,
    /// What became of every event ([`schema::LOG`]): events in one batch, refusals in the next. None unless the lane keeps a log.
    pub log: Vec<RecordBatch>,
    /// Traffic that is over ([`schema::TRAFFIC`]); empty unless the lane keeps a log.
    pub over: RecordBatch,
}

fn time_builder() -> TimestampMicrosecondBuilder {
    TimestampMicrosecondBuilder::new().with_data_type(schema::time_type())
}

fn batch(schema: &SchemaRef, columns: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(Arc::clone(schema), columns).expect("columns are appended together, with the schema's types")
}

/// Columns of [`schema::PANES`] being built.
#[derive(Debug)]
pub(super) struct CountedRows {
    pane: TimestampMicrosecondBuilder,
    cell: UInt64Builder,
    kelurahan: Int64Builder,
    category: UInt8Builder,
}

impl CountedRows {
    pub(super) fn new() -> Self {
        Self {
            pane: time_builder(),
            cell: UInt64Builder::new(),
            kelurahan: Int64Builder::new(),
            category: UInt8Builder::new(),
        }
    }

    pub(super) fn push(&mut self, pane: i64, place: Located, category: u8) {
        self.pane.append_value(pane);
        self.cell.append_option(place.cell);
        self.kelurahan.append_option(place.kelurahan);
        self.category.append_value(category);
    }

    pub(super) fn finish(mut self) -> RecordBatch {
        let pane = self.pane.finish();
        let ones = Int64Array::from(vec![1_i64; arrow::array::Array::len(&pane)]);
        batch(
            &schema::PANES,
            vec![
                Arc::new(pane),
                Arc::new(self.cell.finish()),
                Arc::new(self.kelurahan.finish()),
                Arc::new(self.category.finish()),
                Arc::new(ones),
            ],
        )
    }
}

/// Where a report was found to lie.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Located {
    pub(super) position: Option<(f64, f64)>,
    pub(super) cell: Option<u64>,
    pub(super) kelurahan: Option<i64>,
}

/// One row of [`schema::REPORTS`].
#[derive(Clone, Copy, Debug)]
pub(super) struct ReportRow<'a> {
    pub(super) id: &'a str,
    pub(super) offset: i64,
    pub(super) event_time: i64,
    pub(super) place: Located,
    pub(super) category: u8,
    pub(super) source_category: Option<&'a str>,
    pub(super) kind: Option<u8>,
    pub(super) reporter: u64,
    pub(super) unit: Option<&'a str>,
    pub(super) late: bool,
    pub(super) duty_post: Option<&'a str>,
    pub(super) named_kota: Option<i64>,
    pub(super) terms: Option<&'a str>,
}

/// Columns of [`schema::REPORTS`] being built.
#[derive(Debug)]
pub(super) struct ReportRows {
    id: StringBuilder,
    offset: Int64Builder,
    event_time: TimestampMicrosecondBuilder,
    longitude: Float64Builder,
    latitude: Float64Builder,
    cell: UInt64Builder,
    kelurahan: Int64Builder,
    category: UInt8Builder,
    source_category: StringBuilder,
    kind: UInt8Builder,
    reporter: UInt64Builder,
    unit: StringBuilder,
    late: BooleanBuilder,
    duty_post: StringBuilder,
    named_kota: Int64Builder,
    terms: StringBuilder,
}

impl ReportRows {
    pub(super) fn new() -> Self {
        Self {
            id: StringBuilder::new(),
            offset: Int64Builder::new(),
            event_time: time_builder(),
            longitude: Float64Builder::new(),
            latitude: Float64Builder::new(),
            cell: UInt64Builder::new(),
            kelurahan: Int64Builder::new(),
            category: UInt8Builder::new(),
            source_category: StringBuilder::new(),
            kind: UInt8Builder::new(),
            reporter: UInt64Builder::new(),
            unit: StringBuilder::new(),
            late: BooleanBuilder::new(),
            duty_post: StringBuilder::new(),
            named_kota: Int64Builder::new(),
            terms: StringBuilder::new(),
        }
    }

    pub(super) fn push(&mut self, row: &ReportRow<'_>) {
        self.id.append_value(row.id);
        self.offset.append_value(row.offset);
        self.event_time.append_value(row.event_time);
        self.longitude.append_option(row.place.position.map(|(longitude, _)| longitude));
        self.latitude.append_option(row.place.position.map(|(_, latitude)| latitude));
        self.cell.append_option(row.place.cell);
        self.kelurahan.append_option(row.place.kelurahan);
        self.category.append_value(row.category);
        self.source_category.append_option(row.source_category);
        self.kind.append_option(row.kind);
        self.reporter.append_value(row.reporter);
        self.unit.append_option(row.unit);
        self.late.append_value(row.late);
        self.duty_post.append_option(row.duty_post);
        self.named_kota.append_option(row.named_kota);
        self.terms.append_option(row.terms);
    }

    pub(super) fn finish(mut self) -> RecordBatch {
        batch(
            &schema::REPORTS,
            vec![
                Arc::new(self.id.finish()),
                Arc::new(self.offset.finish()),
                Arc::new(self.event_time.finish()),
                Arc::new(self.longitude.finish()),
                Arc::new(self.latitude.finish()),
                Arc::new(self.cell.finish()),
                Arc::new(self.kelurahan.finish()),
                Arc::new(self.category.finish()),
                Arc::new(self.source_category.finish()),
                Arc::new(self.kind.finish()),
                Arc::new(self.reporter.finish()),
                Arc::new(self.unit.finish()),
                Arc::new(self.late.finish()),
                Arc::new(self.duty_post.finish()),
                Arc::new(self.named_kota.finish()),
                Arc::new(self.terms.finish()),
            ],
        )
    }
}

/// One row of [`schema::TRANSITIONS`].
#[derive(Clone, Copy, Debug)]
pub(super) struct TransitionRow<'a> {
    pub(super) id: &'a str,
    pub(super) report_channel: Option<&'a str>,
    pub(super) offset: i64,
    pub(super) time: i64,
    pub(super) status: u8,
    pub(super) unit: Option<&'a str>,
    pub(super) actor_role: Option<&'a str>,
    pub(super) snapshot: bool,
    pub(super) evidence: Evidence<'a>,
    pub(super) other: Option<&'a str>,
}

/// Columns of [`schema::TRANSITIONS`] being built.
#[derive(Debug)]
pub(super) struct TransitionRows {
    id: StringBuilder,
    report_channel: StringBuilder,
    offset: Int64Builder,
    time: TimestampMicrosecondBuilder,
    status: UInt8Builder,
    unit: StringBuilder,
    actor_role: StringBuilder,
    snapshot: BooleanBuilder,
    evidence: EvidenceRows,
    other: StringBuilder,
}

impl TransitionRows {
    pub(super) fn new() -> Self {
        Self {
            id: StringBuilder::new(),
            report_channel: StringBuilder::new(),
            offset: Int64Builder::new(),
            time: time_builder(),
            status: UInt8Builder::new(),
            unit: StringBuilder::new(),
            actor_role: StringBuilder::new(),
            snapshot: BooleanBuilder::new(),
            evidence: EvidenceRows::new(),
            other: StringBuilder::new(),
        }
    }

    pub(super) fn push(&mut self, row: &TransitionRow<'_>) {
        self.id.append_value(row.id);
        self.report_channel.append_option(row.report_channel);
        self.offset.append_value(row.offset);
        self.time.append_value(row.time);
        self.status.append_value(row.status);
        self.unit.append_option(row.unit);
        self.actor_role.append_option(row.actor_role);
        self.snapshot.append_value(row.snapshot);
        self.evidence.push(&row.evidence);
        self.other.append_option(row.other);
    }

    pub(super) fn finish(mut self) -> RecordBatch {
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.id.finish()),
            Arc::new(self.report_channel.finish()),
            Arc::new(self.offset.finish()),
            Arc::new(self.time.finish()),
            Arc::new(self.status.finish()),
            Arc::new(self.unit.finish()),
            Arc::new(self.actor_role.finish()),
            Arc::new(self.snapshot.finish()),
        ];
        columns.extend(self.evidence.finish());
        columns.push(Arc::new(self.other.finish()));
        batch(&schema::TRANSITIONS, columns)
    }
}

/// Columns of [`schema::LEVELS`] being built.
#[derive(Debug)]
pub(super) struct LevelRows {
    id: StringBuilder,
    time: TimestampMicrosecondBuilder,
    level_cm: Int32Builder,
}

impl LevelRows {
    pub(super) fn new() -> Self {
        Self {
            id: StringBuilder::new(),
            time: time_builder(),
            level_cm: Int32Builder::new(),
        }
    }

    pub(super) fn push(&mut self, gauge: &str, time: i64, level_cm: i32) {
        self.id.append_value(gauge);
        self.time.append_value(time);
        self.level_cm.append_value(level_cm);
    }

    pub(super) fn finish(mut self) -> RecordBatch {
        batch(
            &schema::LEVELS,
            vec![
                Arc::new(self.id.finish()),
                Arc::new(self.time.finish()),
                Arc::new(self.level_cm.finish()),
            ],
        )
    }
}
