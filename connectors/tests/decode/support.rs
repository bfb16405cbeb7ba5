//! Decoded rows as plain values, so that a test can say what it expects.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
use tanggap_engine::event::{Category, Class, EventBatch, EventBatchBuilder, Kind, Status, schema};

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decoded {
    pub(crate) class: Class,
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) event_time: i64,
    pub(crate) own_time: i64,
    pub(crate) position: Option<(f64, f64)>,
    pub(crate) category: Option<&'static str>,
    pub(crate) source_category: Option<String>,
    pub(crate) kind: Option<Kind>,
    pub(crate) status: Option<Status>,
    pub(crate) reporter: Option<u64>,
    pub(crate) unit: Option<String>,
    pub(crate) actor_role: Option<String>,
    pub(crate) report_channel: Option<String>,
    pub(crate) kelurahan: Option<i64>,
    pub(crate) seen_at: Option<i64>,
    pub(crate) line: Option<Vec<f64>>,
    pub(crate) speed_kmh: Option<f64>,
    pub(crate) delay_s: Option<i32>,
    pub(crate) length_m: Option<i32>,
    pub(crate) jam_level: Option<u8>,
    pub(crate) level_cm: Option<i32>,
    pub(crate) duty_post: Option<String>,
    pub(crate) rating: Option<u8>,
    pub(crate) close_reason: Option<String>,
    pub(crate) before_photo: Option<u64>,
    pub(crate) before_look: Option<u64>,
    pub(crate) after_photo: Option<u64>,
    pub(crate) after_look: Option<u64>,
    pub(crate) after_taken_at: Option<i64>,
    pub(crate) other: Option<String>,
}

/// Reason and field.
pub(crate) type Refused = (&'static str, String);

/// 2016-02-05T09:00:00Z, µs: 16:00 in Jakarta.
pub(crate) const FRIDAY: i64 = 1_454_662_800_000_000;

/// The one event of a payload.
pub(crate) fn one(topic: &str, payload: &str) -> Decoded {
    let (events, rejects) = decode(topic, payload);
    assert_eq!(rejects, [], "{payload}");
    assert_eq!(events.len(), 1, "{payload}");
    events.into_iter().next().unwrap()
}

/// The one reject of a payload.
pub(crate) fn refused(topic: &str, payload: &str) -> Refused {
    let (events, rejects) = decode(topic, payload);
    assert_eq!(events.len(), 0, "{payload}");
    assert_eq!(rejects.len(), 1, "{payload}");
    rejects.into_iter().next().unwrap()
}

pub(crate) fn decoder(topic: &str) -> Decoder {
    Decoder::for_topic(topic, &DecodeConfig::default()).unwrap()
}

pub(crate) fn decode(topic: &str, payload: &str) -> (Vec<Decoded>, Vec<Refused>) {
    decode_at(&mut decoder(topic), None, Some(payload.as_bytes()))
}

pub(crate) fn decode_at(decoder: &mut Decoder, broker_time: Option<i64>, bytes: Option<&[u8]>) -> (Vec<Decoded>, Vec<Refused>) {
    let mut out = EventBatchBuilder::default();
    let payload = Payload {
        offset: 7,
        broker_time,
        bytes,
    };
    let events = decoder.decode(&payload, &mut out);
    let EventBatch { events: batch, rejects } = out.finish();
    assert_eq!(events, batch.num_rows() + rejects.len(), "events told");
    assert!(rejects.iter().all(|reject| reject.offset == 7));
    (
        rows(&batch),
        rejects.into_iter().map(|reject| (reject.reason.id(), reject.field)).collect(),
    )
}

pub(crate) fn rows(batch: &RecordBatch) -> Vec<Decoded> {
    macro_rules! value {
        ($name:expr, $type:ty, $row:expr) => {{
            let column = batch.column_by_name($name).unwrap().as_primitive::<$type>();
            column.is_valid($row).then(|| column.value($row))
        }};
    }
    let text = |name: &str, row: usize| {
        let column = batch.column_by_name(name).unwrap().as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let line = |row: usize| {
        let column = batch.column_by_name(schema::LINE).unwrap().as_list::<i32>();
        column
            .is_valid(row)
            .then(|| column.value(row).as_primitive::<Float64Type>().values().to_vec())
    };
    (0..batch.num_rows())
        .map(|row| Decoded {
            class: Class::from_number(value!(schema::CLASS, UInt8Type, row).unwrap()).unwrap(),
            id: text(schema::ID, row).unwrap(),
            version: value!(schema::VERSION, UInt64Type, row).unwrap(),
            event_time: value!(schema::EVENT_TIME, TimestampMicrosecondType, row).unwrap(),
            own_time: value!(schema::OWN_TIME, TimestampMicrosecondType, row).unwrap(),
            position: value!(schema::LONGITUDE, Float64Type, row).zip(value!(schema::LATITUDE, Float64Type, row)),
            category: value!(schema::CATEGORY, UInt8Type, row)
                .and_then(Category::from_number)
                .map(Category::id),
            source_category: text(schema::SOURCE_CATEGORY, row),
            kind: value!(schema::KIND, UInt8Type, row).and_then(Kind::from_number),
            status: value!(schema::STATUS, UInt8Type, row).and_then(Status::from_number),
            reporter: value!(schema::REPORTER, UInt64Type, row),
            unit: text(schema::UNIT, row),
            actor_role: text(schema::ACTOR_ROLE, row),
            report_channel: text(schema::REPORT_CHANNEL, row),
            kelurahan: value!(schema::NAMED_KELURAHAN, Int64Type, row),
            seen_at: value!(schema::SEEN_AT, TimestampMicrosecondType, row),
            line: line(row),
            speed_kmh: value!(schema::SPEED_KMH, Float64Type, row),
            delay_s: value!(schema::DELAY_S, Int32Type, row),
            length_m: value!(schema::LENGTH_M, Int32Type, row),
            jam_level: value!(schema::JAM_LEVEL, UInt8Type, row),
            level_cm: value!(schema::LEVEL_CM, Int32Type, row),
            duty_post: text(schema::DUTY_POST, row),
            rating: value!(schema::RATING, UInt8Type, row),
            close_reason: text(schema::CLOSE_REASON, row),
            before_photo: value!(schema::BEFORE_PHOTO, UInt64Type, row),
            before_look: value!(schema::BEFORE_LOOK, UInt64Type, row),
            after_photo: value!(schema::AFTER_PHOTO, UInt64Type, row),
            after_look: value!(schema::AFTER_LOOK, UInt64Type, row),
            after_taken_at: value!(schema::AFTER_TAKEN_AT, TimestampMicrosecondType, row),
            other: text(schema::OTHER, row),
        })
        .collect()
}
