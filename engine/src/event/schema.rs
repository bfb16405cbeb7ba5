//! The one place that names columns. Every Arrow schema of the house is built here, from these constants, and nowhere else
//! spells a column name in Rust.
//!
//! Times are µs since the epoch, UTC, half-open where they bound something; positions are WGS 84 degrees; `kelurahan` is the
//! Kemendagri code without its dots as an integer (`31.74.01.1001` → 3174011001), `cell` an H3 index at the configured
//! resolution (9 by default).

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// Position of the payload in its lane: the Kafka offset, or the line number from 0 in a replayed file.
pub const OFFSET: &str = "offset";
/// What the event is: [`super::Class`] as its number.
pub const CLASS: &str = "class";
/// The source's own id, as text (`post_id`, `uuid`, tweet id, `report_id`, gauge id).
pub const ID: &str = "id";
/// Which version of the id this is: a 64-bit hash of what changes between versions.
pub const VERSION: &str = "version";
/// When it happened in the city.
pub const EVENT_TIME: &str = "event_time";
/// What moves the watermark: `updated_at` where the event has one, else its event time.
pub const OWN_TIME: &str = "own_time";
/// Degrees east; null where missing or unreadable.
pub const LONGITUDE: &str = "longitude_deg";
/// Degrees north; null where missing or unreadable.
pub const LATITUDE: &str = "latitude_deg";
/// [`super::Category`] as its number; null for events that have none.
pub const CATEGORY: &str = "category";
/// The source's category name, kept where it is not in the map.
pub const SOURCE_CATEGORY: &str = "source_category";
/// [`super::Kind`] as its number; null where nobody has said (a tweet nobody read, a driver's alert).
pub const KIND: &str = "kind";
/// [`super::Status`] as its number.
pub const STATUS: &str = "status";
/// Keyed hash of the reporter; never the name.
pub const REPORTER: &str = "reporter";
/// The unit that holds the case, as the source names it.
pub const UNIT: &str = "unit";
/// Who made the transition, as a role (`lurah`, `petugas`, `warga`), never a person.
pub const ACTOR_ROLE: &str = "actor_role";
/// Channel of the report a transition speaks of; null = whichever channel knows the id.
pub const REPORT_CHANNEL: &str = "report_channel";
/// Kemendagri code as an integer, by the position.
pub const KELURAHAN: &str = "kelurahan";
/// Kemendagri code as an integer, as the source itself names it.
pub const NAMED_KELURAHAN: &str = "named_kelurahan";
/// End of the feed window a Waze object was seen in.
pub const SEEN_AT: &str = "seen_at";
/// Flattened lon, lat, lon, lat… of a line, degrees.
pub const LINE: &str = "line";
/// Speed on the line, km/h.
pub const SPEED_KMH: &str = "speed_kmh";
/// Delay on the line, seconds; null where the source says -1 (closed road).
pub const DELAY_S: &str = "delay_s";
/// Length of the line, metres.
pub const LENGTH_M: &str = "length_m";
/// Jam level 0 (free) to 5 (closed).
pub const JAM_LEVEL: &str = "jam_level";
/// Water level, centimetres above the gauge's zero.
pub const LEVEL_CM: &str = "level_cm";
/// Which RT or RW a duty report is of, without its kelurahan: `RT 003/RW 05`, or `RW 05`.
pub const DUTY_POST: &str = "duty_post";
/// The reporter's mark, 1 (worst) to 5.
pub const RATING: &str = "rating";
/// Why a case was closed or a duty report refused, as a short code of the source: at most 40 lower-case ASCII letters, digits, `_` and
/// `-`. Never a sentence.
pub const CLOSE_REASON: &str = "close_reason";
/// Photo from before the work: 64-bit hash of the text of its exact hash, in lower case ([`super::photo_hash`]). Equal where the files are
/// equal.
pub const BEFORE_PHOTO: &str = "before_photo";
/// The same photo: its 64-bit perceptual hash itself. Two that differ in few bits look alike.
pub const BEFORE_LOOK: &str = "before_look";
/// Photo from after the work, as [`BEFORE_PHOTO`].
pub const AFTER_PHOTO: &str = "after_photo";
/// The same photo, as [`BEFORE_LOOK`].
pub const AFTER_LOOK: &str = "after_look";
/// When the photo from after the work was taken, as its source says.
pub const AFTER_TAKEN_AT: &str = "after_taken_at";
/// The other report a link speaks of, `<channel>:<id>` ([`super::Status::Linked`], [`super::Status::Unlinked`]).
pub const OTHER: &str = "other";
/// Kemendagri code of a kota as an integer (`31.74` → 3174), as a text names it or a smaller place in it.
pub const NAMED_KOTA: &str = "named_kota";
/// What a text is about ([`crate::text::terms`]), joined by spaces; empty where it has no term, null where none are kept.
pub const TERMS: &str = "terms";

/// H3 cell of a located event.
pub const CELL: &str = "cell";
/// Start of the 1-minute pane (inclusive).
pub const PANE: &str = "pane";
/// Number of reports, each id once.
pub const N: &str = "n";
/// Whether the pane had been told before.
pub const REVISES: &str = "revises";
/// Channel of the lane (`qlue`, `waze`, `twitter`, `<channel>` of `reports.<channel>`).
pub const CHANNEL: &str = "channel";
/// Whether the event came past the allowed lateness.
pub const LATE: &str = "late";
/// Whether the transition is a report's state as its channel showed it (QLUE), not an entry of a log of transitions.
pub const SNAPSHOT: &str = "snapshot";
/// When a transition took effect.
pub const TIME: &str = "time";
/// First and last time an episode was seen.
pub const FIRST_SEEN: &str = "first_seen";
/// See [`FIRST_SEEN`].
pub const LAST_SEEN: &str = "last_seen";
/// Every cell an episode's line crosses.
pub const CELLS: &str = "cells";

/// Running number of an event in its lane, from 1: how many had come in with it.
pub const SEQ: &str = "seq";
/// What became of an event: [`super::Fate`] as its number.
pub const FATE: &str = "fate";
/// Why an event was refused: id of its [`super::Reason`].
pub const REASON: &str = "reason";
/// Which field of it was at fault.
pub const FIELD: &str = "field";
/// Watermark of the lane after an event.
pub const WATERMARK: &str = "watermark";

/// Identity of an event: a 128-bit hash of its id, or of its id and version.
pub const KEY: &str = "key";
/// First version seen of an id; null where the key is that of a further version.
pub const FIRST_VERSION: &str = "first_version";
/// Whether further versions of the id were seen.
pub const MORE_VERSIONS: &str = "more_versions";
/// Forgotten once the watermark passes this, µs.
pub const KEEP_UNTIL: &str = "keep_until_us";

/// Event time: µs since the epoch, UTC.
#[must_use]
pub fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

fn schema(fields: Vec<Field>) -> SchemaRef {
    Arc::new(Schema::new(fields))
}

/// Columns that tables of former formats did not have, of format 1 all of them, of format 2 the last three, of format 3 the last two: of a
/// table that lacks them they are null ([`super::completed`]).
pub const ADDED: [&str; 11] = [
    DUTY_POST,
    RATING,
    CLOSE_REASON,
    BEFORE_PHOTO,
    BEFORE_LOOK,
    AFTER_PHOTO,
    AFTER_LOOK,
    AFTER_TAKEN_AT,
    OTHER,
    NAMED_KOTA,
    TERMS,
];

/// The columns of an [`super::Evidence`], in their order.
pub(crate) const EVIDENCE: [&str; 7] = [
    RATING,
    CLOSE_REASON,
    BEFORE_PHOTO,
    BEFORE_LOOK,
    AFTER_PHOTO,
    AFTER_LOOK,
    AFTER_TAKEN_AT,
];

fn evidence() -> [Field; 7] {
    EVIDENCE.map(|name| {
        let kind = match name {
            RATING => DataType::UInt8,
            CLOSE_REASON => DataType::Utf8,
            AFTER_TAKEN_AT => time_type(),
            _ => DataType::UInt64,
        };
        Field::new(name, kind, true)
    })
}

/// What decoders give the engine: one row an event, in log order, every class in the same wide table.
pub static EVENTS: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields = vec![
        Field::new(OFFSET, DataType::Int64, false),
        Field::new(CLASS, DataType::UInt8, false),
        Field::new(ID, DataType::Utf8, false),
        Field::new(VERSION, DataType::UInt64, false),
        Field::new(EVENT_TIME, time_type(), false),
        Field::new(OWN_TIME, time_type(), false),
        Field::new(LONGITUDE, DataType::Float64, true),
        Field::new(LATITUDE, DataType::Float64, true),
        Field::new(CATEGORY, DataType::UInt8, true),
        Field::new(SOURCE_CATEGORY, DataType::Utf8, true),
        Field::new(KIND, DataType::UInt8, true),
        Field::new(STATUS, DataType::UInt8, true),
        Field::new(REPORTER, DataType::UInt64, true),
        Field::new(UNIT, DataType::Utf8, true),
        Field::new(ACTOR_ROLE, DataType::Utf8, true),
        Field::new(REPORT_CHANNEL, DataType::Utf8, true),
        Field::new(NAMED_KELURAHAN, DataType::Int64, true),
        Field::new(SEEN_AT, time_type(), true),
        Field::new(LINE, list_of(DataType::Float64), true),
        Field::new(SPEED_KMH, DataType::Float64, true),
        Field::new(DELAY_S, DataType::Int32, true),
        Field::new(LENGTH_M, DataType::Int32, true),
        Field::new(JAM_LEVEL, DataType::UInt8, true),
        Field::new(LEVEL_CM, DataType::Int32, true),
        Field::new(DUTY_POST, DataType::Utf8, true),
    ];
    fields.extend(evidence());
    fields.push(Field::new(OTHER, DataType::Utf8, true));
    fields.push(Field::new(NAMED_KOTA, DataType::Int64, true));
    fields.push(Field::new(TERMS, DataType::Utf8, true));
    schema(fields)
});

/// What became of every event, one row each: the log as the lane understood it. Sorted by `seq` it is in the order the events came in;
/// refused events have no more than their offset, reason and field. A loss that an operator accepted is one row with the number of
/// messages in `n`, which is 1 elsewhere.
pub static LOG: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields = vec![
        Field::new(SEQ, DataType::Int64, false),
        Field::new(FATE, DataType::UInt8, false),
        Field::new(N, DataType::Int64, false),
        Field::new(REASON, DataType::Utf8, true),
        Field::new(FIELD, DataType::Utf8, true),
        Field::new(WATERMARK, time_type(), true),
        Field::new(CELL, DataType::UInt64, true),
        Field::new(KELURAHAN, DataType::Int64, true),
    ];
    fields.extend(EVENTS.fields().iter().map(|field| {
        let nullable = field.name() != OFFSET;
        field.as_ref().clone().with_nullable(nullable)
    }));
    schema(fields)
});

/// Partial state of panes: what a lane gives its kernel (one row a counted report, `n` = 1), what a kernel gives back, and
/// what segments hold. `n` adds up; a lane has one channel, so the lane's channel completes the key.
pub static PANES: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(vec![
        Field::new(PANE, time_type(), false),
        Field::new(CELL, DataType::UInt64, true),
        Field::new(KELURAHAN, DataType::Int64, true),
        Field::new(CATEGORY, DataType::UInt8, false),
        Field::new(N, DataType::Int64, false),
    ])
});

/// Panes that are over, told once each with what was counted by then, and what came for them later. `n` adds up to that of [`PANES`].
pub static CLOSED: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields: Vec<Field> = PANES.fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.push(Field::new(REVISES, DataType::Boolean, false));
    schema(fields)
});

/// Reports a lane keeps, one row an id, as first seen.
pub static REPORTS: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(vec![
        Field::new(ID, DataType::Utf8, false),
        Field::new(OFFSET, DataType::Int64, false),
        Field::new(EVENT_TIME, time_type(), false),
        Field::new(LONGITUDE, DataType::Float64, true),
        Field::new(LATITUDE, DataType::Float64, true),
        Field::new(CELL, DataType::UInt64, true),
        Field::new(KELURAHAN, DataType::Int64, true),
        Field::new(CATEGORY, DataType::UInt8, false),
        Field::new(SOURCE_CATEGORY, DataType::Utf8, true),
        Field::new(KIND, DataType::UInt8, true),
        Field::new(REPORTER, DataType::UInt64, false),
        Field::new(UNIT, DataType::Utf8, true),
        Field::new(LATE, DataType::Boolean, false),
        Field::new(DUTY_POST, DataType::Utf8, true),
        Field::new(NAMED_KOTA, DataType::Int64, true),
        Field::new(TERMS, DataType::Utf8, true),
    ])
});

/// Transitions a lane keeps, one row each, in log order.
pub static TRANSITIONS: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields = vec![
        Field::new(ID, DataType::Utf8, false),
        Field::new(REPORT_CHANNEL, DataType::Utf8, true),
        Field::new(OFFSET, DataType::Int64, false),
        Field::new(TIME, time_type(), false),
        Field::new(STATUS, DataType::UInt8, false),
        Field::new(UNIT, DataType::Utf8, true),
        Field::new(ACTOR_ROLE, DataType::Utf8, true),
        Field::new(SNAPSHOT, DataType::Boolean, false),
    ];
    fields.extend(evidence());
    fields.push(Field::new(OTHER, DataType::Utf8, true));
    schema(fields)
});

/// Waze jams and irregularities as episodes: one row an object, last seen state.
pub static TRAFFIC: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(vec![
        Field::new(ID, DataType::Utf8, false),
        Field::new(CLASS, DataType::UInt8, false),
        Field::new(EVENT_TIME, time_type(), false),
        Field::new(FIRST_SEEN, time_type(), false),
        Field::new(LAST_SEEN, time_type(), false),
        Field::new(CELLS, list_of(DataType::UInt64), false),
        Field::new(SPEED_KMH, DataType::Float64, true),
        Field::new(DELAY_S, DataType::Int32, true),
        Field::new(LENGTH_M, DataType::Int32, true),
        Field::new(JAM_LEVEL, DataType::UInt8, true),
    ])
});

/// Water levels, one row a reading.
pub static LEVELS: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(vec![
        Field::new(ID, DataType::Utf8, false),
        Field::new(TIME, time_type(), false),
        Field::new(LEVEL_CM, DataType::Int32, false),
    ])
});

/// Ids a lane remembers, and further versions of them. A later row of a key stands for the earlier ones.
pub static SEEN: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(vec![
        Field::new(KEY, DataType::FixedSizeBinary(16), false),
        Field::new(FIRST_VERSION, DataType::UInt64, true),
        Field::new(MORE_VERSIONS, DataType::Boolean, false),
        Field::new(KEEP_UNTIL, DataType::Int64, false),
    ])
});
