//! What a snapshot has of reports and of what was shown and said of them, from a place in each lane's log on.

use datafusion::arrow::array::{
    Array, AsArray, Float64Array, Int64Array, PrimitiveArray, RecordBatch, StringArray, TimestampMicrosecondArray, UInt8Array, UInt64Array,
};
use datafusion::arrow::datatypes::{ArrowPrimitiveType, Float64Type, Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
use tanggap_engine::event::{Category, Kind, Status, schema};
use tanggap_engine::incident::{Note, ReportKey, Shown, Witness};

/// Channel of a report that a transition names none of.
const UNNAMED: &str = "qlue";

/// Last place in the log that a batch has rows of; none of an empty one. Rows are in log order.
pub(super) fn last_offset(batch: &RecordBatch) -> Option<i64> {
    let offsets = primitive::<Int64Type>(batch, schema::OFFSET)?;
    (!offsets.is_empty()).then(|| offsets.value(offsets.len() - 1))
}

/// Reports of a lane of this channel that tell of incidents, from a place in the log on.
pub(super) fn witnesses<'a>(batch: &'a RecordBatch, channel: &'a str, from: i64, found: &mut Vec<Witness<'a>>) {
    let Some(columns) = Reports::of(batch) else { return };
    for row in 0..batch.num_rows() {
        let kind = value(columns.kind, row).and_then(Kind::from_number);
        if columns.offset.value(row) < from || !tells(kind) {
            continue;
        }
        found.push(Witness {
            channel,
            id: columns.id.value(row),
            time_us: columns.time.value(row),
            position: value(columns.longitude, row).zip(value(columns.latitude, row)),
            kelurahan: value(columns.kelurahan, row),
            category: Category::from_number(columns.category.value(row)).unwrap_or(Category::Lainnya),
            kind,
            reporter: columns.reporter.value(row),
        });
    }
}

/// Whether a report of this kind tells of something that happened. A duty report is paid, and a wish or thanks is none.
fn tells(kind: Option<Kind>) -> bool {
    matches!(kind, None | Some(Kind::Complaint | Kind::Emergency))
}

/// What transitions show or say, from a place in the log on.
pub(super) fn told<'a>(batch: &'a RecordBatch, from: i64, mut shows: impl FnMut(Shown<'a>), mut says: impl FnMut(Note)) {
    let Some(columns) = Transitions::of(batch) else { return };
    for row in (0..batch.num_rows()).filter(|row| columns.offset.value(*row) >= from) {
        let channel = text(columns.channel, row).unwrap_or(UNNAMED);
        let (id, time_us) = (columns.id.value(row), columns.time.value(row));
        let (file, look) = (value(columns.photo, row), value(columns.look, row));
        if file.is_some() || look.is_some() {
            shows(Shown {
                channel,
                id,
                time_us,
                file,
                look,
            });
        }
        let linked = match Status::from_number(columns.status.value(row)) {
            Some(Status::Linked) => true,
            Some(Status::Unlinked) => false,
            _ => continue,
        };
        says(Note {
            time_us,
            offset: columns.offset.value(row),
            report: ReportKey::new(channel, id),
            other: text(columns.other, row).and_then(ReportKey::parse),
            linked,
        });
    }
}

/// Columns of [`schema::REPORTS`].
struct Reports<'a> {
    id: &'a StringArray,
    offset: &'a Int64Array,
    time: &'a TimestampMicrosecondArray,
    longitude: &'a Float64Array,
    latitude: &'a Float64Array,
    kelurahan: &'a Int64Array,
    category: &'a UInt8Array,
    kind: &'a UInt8Array,
    reporter: &'a UInt64Array,
}

impl<'a> Reports<'a> {
    fn of(batch: &'a RecordBatch) -> Option<Self> {
        Some(Self {
            id: texts(batch, schema::ID)?,
            offset: primitive::<Int64Type>(batch, schema::OFFSET)?,
            time: primitive::<TimestampMicrosecondType>(batch, schema::EVENT_TIME)?,
            longitude: primitive::<Float64Type>(batch, schema::LONGITUDE)?,
            latitude: primitive::<Float64Type>(batch, schema::LATITUDE)?,
            kelurahan: primitive::<Int64Type>(batch, schema::KELURAHAN)?,
            category: primitive::<UInt8Type>(batch, schema::CATEGORY)?,
            kind: primitive::<UInt8Type>(batch, schema::KIND)?,
            reporter: primitive::<UInt64Type>(batch, schema::REPORTER)?,
        })
    }
}

/// Columns of [`schema::TRANSITIONS`].
struct Transitions<'a> {
    id: &'a StringArray,
    channel: &'a StringArray,
    offset: &'a Int64Array,
    time: &'a TimestampMicrosecondArray,
    status: &'a UInt8Array,
    photo: &'a UInt64Array,
    look: &'a UInt64Array,
    other: &'a StringArray,
}

impl<'a> Transitions<'a> {
    fn of(batch: &'a RecordBatch) -> Option<Self> {
        Some(Self {
            id: texts(batch, schema::ID)?,
            channel: texts(batch, schema::REPORT_CHANNEL)?,
            offset: primitive::<Int64Type>(batch, schema::OFFSET)?,
            time: primitive::<TimestampMicrosecondType>(batch, schema::TIME)?,
            status: primitive::<UInt8Type>(batch, schema::STATUS)?,
            photo: primitive::<UInt64Type>(batch, schema::BEFORE_PHOTO)?,
            look: primitive::<UInt64Type>(batch, schema::BEFORE_LOOK)?,
            other: texts(batch, schema::OTHER)?,
        })
    }
}

fn primitive<'a, T: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> Option<&'a PrimitiveArray<T>> {
    batch.column_by_name(name)?.as_primitive_opt::<T>()
}

fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a StringArray> {
    batch.column_by_name(name)?.as_string_opt::<i32>()
}

fn value<T: ArrowPrimitiveType>(column: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    column.is_valid(row).then(|| column.value(row))
}

fn text(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
