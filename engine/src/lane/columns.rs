//! A typed look at the wide event table, so that the lane reads plain slices.

use arrow::array::{
    Array, AsArray, Float64Array, Int32Array, Int64Array, ListArray, PrimitiveArray, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt8Array, UInt64Array,
};
use arrow::datatypes::{ArrowPrimitiveType, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};

use crate::event::{Evidence, schema};

/// Columns of [`schema::EVENTS`].
#[derive(Debug)]
pub(super) struct Columns<'a> {
    pub(super) offset: &'a Int64Array,
    pub(super) class: &'a UInt8Array,
    pub(super) id: &'a StringArray,
    pub(super) version: &'a UInt64Array,
    pub(super) event_time: &'a TimestampMicrosecondArray,
    pub(super) own_time: &'a TimestampMicrosecondArray,
    pub(super) longitude: &'a Float64Array,
    pub(super) latitude: &'a Float64Array,
    pub(super) category: &'a UInt8Array,
    pub(super) source_category: &'a StringArray,
    pub(super) kind: &'a UInt8Array,
    pub(super) status: &'a UInt8Array,
    pub(super) reporter: &'a UInt64Array,
    pub(super) unit: &'a StringArray,
    pub(super) actor_role: &'a StringArray,
    pub(super) report_channel: &'a StringArray,
    /// Kept in history; a position decides, and a name only where a lane is told so.
    pub(super) named_kelurahan: &'a Int64Array,
    pub(super) seen_at: &'a TimestampMicrosecondArray,
    pub(super) line: &'a ListArray,
    pub(super) speed_kmh: &'a Float64Array,
    pub(super) delay_s: &'a Int32Array,
    pub(super) length_m: &'a Int32Array,
    pub(super) jam_level: &'a UInt8Array,
    pub(super) level_cm: &'a Int32Array,
    pub(super) duty_post: &'a StringArray,
    pub(super) evidence: EvidenceColumns<'a>,
    pub(super) other: &'a StringArray,
    pub(super) named_kota: &'a Int64Array,
    pub(super) terms: &'a StringArray,
}

/// The columns of what transitions prove.
#[derive(Debug)]
pub(super) struct EvidenceColumns<'a> {
    rating: &'a UInt8Array,
    close_reason: &'a StringArray,
    before_photo: &'a UInt64Array,
    before_look: &'a UInt64Array,
    after_photo: &'a UInt64Array,
    after_look: &'a UInt64Array,
    after_taken_at: &'a TimestampMicrosecondArray,
}

impl<'a> EvidenceColumns<'a> {
    /// What a row says.
    pub(super) fn of_row(&self, row: usize) -> Evidence<'a> {
        Evidence {
            rating: value(self.rating, row),
            close_reason: text(self.close_reason, row),
            before_photo: value(self.before_photo, row),
            before_look: value(self.before_look, row),
            after_photo: value(self.after_photo, row),
            after_look: value(self.after_look, row),
            after_taken_at: value(self.after_taken_at, row),
        }
    }
}

impl<'a> Columns<'a> {
    /// Looks at a batch of events.
    ///
    /// # Panics
    /// If the batch is not of [`schema::EVENTS`]; the builder gives nothing else.
    pub(super) fn of(events: &'a RecordBatch) -> Self {
        debug_assert_eq!(events.schema_ref(), &*schema::EVENTS);
        let mut next = 0..events.num_columns();
        let mut column = || events.column(next.next().expect("the event schema has this many columns")).as_ref();
        Self {
            offset: primitive::<Int64Type>(column()),
            class: primitive::<UInt8Type>(column()),
            id: column().as_string(),
            version: primitive::<UInt64Type>(column()),
            event_time: primitive::<TimestampMicrosecondType>(column()),
            own_time: primitive::<TimestampMicrosecondType>(column()),
            longitude: primitive::<Float64Type>(column()),
            latitude: primitive::<Float64Type>(column()),
            category: primitive::<UInt8Type>(column()),
            source_category: column().as_string(),
            kind: primitive::<UInt8Type>(column()),
            status: primitive::<UInt8Type>(column()),
            reporter: primitive::<UInt64Type>(column()),
            unit: column().as_string(),
            actor_role: column().as_string(),
            report_channel: column().as_string(),
            named_kelurahan: primitive::<Int64Type>(column()),
            seen_at: primitive::<TimestampMicrosecondType>(column()),
            line: column().as_list(),
            speed_kmh: primitive::<Float64Type>(column()),
            delay_s: primitive::<Int32Type>(column()),
            length_m: primitive::<Int32Type>(column()),
            jam_level: primitive::<UInt8Type>(column()),
            level_cm: primitive::<Int32Type>(column()),
            duty_post: column().as_string(),
            evidence: EvidenceColumns {
                rating: primitive::<UInt8Type>(column()),
                close_reason: column().as_string(),
                before_photo: primitive::<UInt64Type>(column()),
                before_look: primitive::<UInt64Type>(column()),
                after_photo: primitive::<UInt64Type>(column()),
                after_look: primitive::<UInt64Type>(column()),
                after_taken_at: primitive::<TimestampMicrosecondType>(column()),
            },
            other: column().as_string(),
            named_kota: primitive::<Int64Type>(column()),
            terms: column().as_string(),
        }
    }
}

fn primitive<T: ArrowPrimitiveType>(column: &dyn Array) -> &PrimitiveArray<T> {
    column.as_primitive::<T>()
}

/// The value of a row, if it has one.
pub(super) fn value<T: ArrowPrimitiveType>(column: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    column.is_valid(row).then(|| column.value(row))
}

/// The text of a row, if it has one.
pub(super) fn text(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
