//! Rows of events, built straight into Arrow. A decoder fills an [`Event`] from the payload it reads and pushes it; what it
//! does not set is null. Out comes one [`RecordBatch`] of [`schema::EVENTS`], in log order, with its rejects beside it.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Builder, Int32Builder, Int64Builder, ListBuilder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
    UInt8Builder, UInt64Builder,
};

use super::{Category, Class, Evidence, EvidenceRows, Kind, Reject, Status, schema};

/// One event as a decoder sees it; borrowed from the payload. Times are µs UTC, positions degrees WGS 84.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// What it is.
    pub class: Class,
    /// The source's id.
    pub id: &'a str,
    /// Hash of what tells versions of the id apart.
    pub version: u64,
    /// When it happened.
    pub event_time: i64,
    /// What moves the watermark.
    pub own_time: i64,
    /// Longitude and latitude as sent; whether they are usable is the engine's decision.
    pub position: Option<(f64, f64)>,
    /// Canonical category.
    pub category: Option<Category>,
    /// The source's name for it, where the map has none.
    pub source_category: Option<&'a str>,
    /// Complaint, suggestion…
    pub kind: Option<Kind>,
    /// Status it shows.
    pub status: Option<Status>,
    /// Keyed hash of the reporter.
    pub reporter: Option<u64>,
    /// Unit named by the source.
    pub unit: Option<&'a str>,
    /// Role of who acted.
    pub actor_role: Option<&'a str>,
    /// Channel of the report a transition speaks of.
    pub report_channel: Option<&'a str>,
    /// Kelurahan named by the source, as an integer code.
    pub kelurahan: Option<i64>,
    /// End of the feed window.
    pub seen_at: Option<i64>,
    /// Flattened lon, lat pairs.
    pub line: Option<&'a [f64]>,
    /// km/h.
    pub speed_kmh: Option<f64>,
    /// Seconds.
    pub delay_s: Option<i32>,
    /// Metres.
    pub length_m: Option<i32>,
    /// 0 to 5.
    pub jam_level: Option<u8>,
    /// Centimetres.
    pub level_cm: Option<i32>,
    /// RT or RW of a duty report ([`schema::DUTY_POST`]).
    pub duty_post: Option<&'a str>,
    /// What a transition proves or claims.
    pub evidence: Evidence<'a>,
    /// The report a link speaks of ([`schema::OTHER`]).
    pub other: Option<&'a str>,
    /// Kota that a text names ([`schema::NAMED_KOTA`]).
    pub named_kota: Option<i64>,
    /// What a text is about ([`schema::TERMS`]).
    pub terms: Option<&'a str>,
}

impl<'a> Event<'a> {
    /// An event with only what every event has; set the rest with struct update.
    #[must_use]
    pub const fn new(class: Class, id: &'a str, version: u64, event_time: i64) -> Self {
        Self {
            class,
            id,
            version,
            event_time,
            own_time: event_time,
            position: None,
            category: None,
            source_category: None,
            kind: None,
            status: None,
            reporter: None,
            unit: None,
            actor_role: None,
            report_channel: None,
            kelurahan: None,
            seen_at: None,
            line: None,
            speed_kmh: None,
            delay_s: None,
            length_m: None,
            jam_level: None,
            level_cm: None,
            duty_post: None,
            evidence: Evidence::NONE,
            other: None,
            named_kota: None,
            terms: None,
        }
    }
}

/// Events decoded from some payloads of one lane, and what was refused of them.
#[derive(Clone, Debug)]
pub struct EventBatch {
    /// One row an event ([`schema::EVENTS`]), in log order.
    pub events: RecordBatch,
    /// Refused events, in log order.
    pub rejects: Vec<Reject>,
}

/// Collects events of one lane into Arrow columns.
#[derive(Debug)]
pub struct EventBatchBuilder {
    offset: Int64Builder,
    class: UInt8Builder,
    id: StringBuilder,
    version: UInt64Builder,
    event_time: TimestampMicrosecondBuilder,
    own_time: TimestampMicrosecondBuilder,
    longitude: Float64Builder,
    latitude: Float64Builder,
    category: UInt8Builder,
    source_category: StringBuilder,
    kind: UInt8Builder,
    status: UInt8Builder,
    reporter: UInt64Builder,
    unit: StringBuilder,
    actor_role: StringBuilder,
    report_channel: StringBuilder,
    kelurahan: Int64Builder,
    seen_at: TimestampMicrosecondBuilder,
    line: ListBuilder<Float64Builder>,
    speed_kmh: Float64Builder,
    delay_s: Int32Builder,
    length_m: Int32Builder,
    jam_level: UInt8Builder,
    level_cm: Int32Builder,
    duty_post: StringBuilder,
    evidence: EvidenceRows,
    other: StringBuilder,
    named_kota: Int64Builder,
    terms: StringBuilder,
    rejects: Vec<Reject>,
}

impl Default for EventBatchBuilder {
    fn default() -> Self {
        let time = || TimestampMicrosecondBuilder::new().with_data_type(schema::time_type());
        Self {
            offset: Int64Builder::new(),
            class: UInt8Builder::new(),
            id: StringBuilder::new(),
            version: UInt64Builder::new(),
            event_time: time(),
            own_time: time(),
            longitude: Float64Builder::new(),
            latitude: Float64Builder::new(),
            category: UInt8Builder::new(),
            source_category: StringBuilder::new(),
            kind: UInt8Builder::new(),
            status: UInt8Builder::new(),
            reporter: UInt64Builder::new(),
            unit: StringBuilder::new(),
            actor_role: StringBuilder::new(),
            report_channel: StringBuilder::new(),
            kelurahan: Int64Builder::new(),
            seen_at: time(),
            line: ListBuilder::new(Float64Builder::new()),
            speed_kmh: Float64Builder::new(),
            delay_s: Int32Builder::new(),
            length_m: Int32Builder::new(),
            jam_level: UInt8Builder::new(),
            level_cm: Int32Builder::new(),
            duty_post: StringBuilder::new(),
            evidence: EvidenceRows::new(),
            other: StringBuilder::new(),
            named_kota: Int64Builder::new(),
            terms: StringBuilder::new(),
            rejects: Vec::new(),
        }
    }
}

impl EventBatchBuilder {
    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        use arrow::array::ArrayBuilder;
        self.offset.len()
    }

    /// Rejects so far.
    #[must_use]
    pub fn rejects(&self) -> &[Reject] {
        &self.rejects
    }

    /// Appends one event of the payload at `offset`.
    pub fn push(&mut self, offset: i64, event: &Event<'_>) {
        self.offset.append_value(offset);
        self.class.append_value(event.class as u8);
        self.id.append_value(event.id);
        self.version.append_value(event.version);
        self.event_time.append_value(event.event_time);
        self.own_time.append_value(event.own_time);
        self.longitude.append_option(event.position.map(|(longitude, _)| longitude));
        self.latitude.append_option(event.position.map(|(_, latitude)| latitude));
        self.category.append_option(event.category.map(|category| category as u8));
        self.source_category.append_option(event.source_category);
        self.kind.append_option(event.kind.map(|kind| kind as u8));
        self.status.append_option(event.status.map(|status| status as u8));
        self.reporter.append_option(event.reporter);
        self.unit.append_option(event.unit);
        self.actor_role.append_option(event.actor_role);
        self.report_channel.append_option(event.report_channel);
        self.kelurahan.append_option(event.kelurahan);
        self.seen_at.append_option(event.seen_at);
        match event.line {
            Some(line) => {
                self.line.values().append_slice(line);
                self.line.append(true);
            }
            None => self.line.append(false),
        }
        self.speed_kmh.append_option(event.speed_kmh);
        self.delay_s.append_option(event.delay_s);
        self.length_m.append_option(event.length_m);
        self.jam_level.append_option(event.jam_level);
        self.level_cm.append_option(event.level_cm);
        self.duty_post.append_option(event.duty_post);
        self.evidence.push(&event.evidence);
        self.other.append_option(event.other);
        self.named_kota.append_option(event.named_kota);
        self.terms.append_option(event.terms);
    }

    /// Notes a refused event.
    pub fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject);
    }

    /// Gives the rows so far and starts anew.
    ///
    /// # Panics
    /// Never: the columns are appended together and their types are those of [`schema::EVENTS`].
    #[must_use]
    pub fn finish(&mut self) -> EventBatch {
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.offset.finish()),
            Arc::new(self.class.finish()),
            Arc::new(self.id.finish()),
            Arc::new(self.version.finish()),
            Arc::new(self.event_time.finish()),
            Arc::new(self.own_time.finish()),
            Arc::new(self.longitude.finish()),
            Arc::new(self.latitude.finish()),
            Arc::new(self.category.finish()),
            Arc::new(self.source_category.finish()),
            Arc::new(self.kind.finish()),
            Arc::new(self.status.finish()),
            Arc::new(self.reporter.finish()),
            Arc::new(self.unit.finish()),
            Arc::new(self.actor_role.finish()),
            Arc::new(self.report_channel.finish()),
            Arc::new(self.kelurahan.finish()),
            Arc::new(self.seen_at.finish()),
            Arc::new(self.line.finish()),
            Arc::new(self.speed_kmh.finish()),
            Arc::new(self.delay_s.finish()),
            Arc::new(self.length_m.finish()),
            Arc::new(self.jam_level.finish()),
            Arc::new(self.level_cm.finish()),
            Arc::new(self.duty_post.finish()),
        ];
        columns.extend(self.evidence.finish());
        columns.push(Arc::new(self.other.finish()));
        columns.push(Arc::new(self.named_kota.finish()));
        columns.push(Arc::new(self.terms.finish()));
        let events = RecordBatch::try_new(schema::EVENTS.clone(), columns).expect("columns are appended together, with the schema's types");
        EventBatch {
            events,
            rejects: std::mem::take(&mut self.rejects),
        }
    }
}
