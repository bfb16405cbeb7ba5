//! The decoder of one lane: bytes of one payload in, rows in an [`EventBatchBuilder`] out. It never fails: what cannot be
//! read is a reject, and one bad event never harms its neighbours.

use std::fmt;
use std::sync::Arc;

use tanggap_engine::event::{CategoryMap, EventBatchBuilder, Reason, SourceCategories};

use super::config::{DecodeConfig, ReporterHasher, ZoneOffset};
use super::error::DecodeError;
use super::mapping::Mapping;
use super::reading::TextReader;
use super::sink::Sink;
use super::waze::Waze;
use super::{crm, gauge, qlue, twitter};

/// One message of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a> {
    /// Position in the lane.
    pub offset: i64,
    /// When the broker stored it, µs UTC; `None` in a replay, where no event can be `future`.
    pub broker_time: Option<i64>,
    /// The value; `None` is a tombstone.
    pub bytes: Option<&'a [u8]>,
}

/// Turns the payloads of one topic into events.
pub struct Decoder {
    channel: String,
    zone: ZoneOffset,
    future_skew: i64,
    max_payload_bytes: usize,
    reporters: ReporterHasher,
    texts: Option<Arc<TextReader>>,
    format: Format,
}

enum Format {
    Qlue(&'static SourceCategories),
    Crm,
    Waze(Waze),
    Twitter,
    Gauge,
    Mapped(Box<Mapping>),
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("channel", &self.channel)
            .field("zone", &self.zone)
            .finish_non_exhaustive()
    }
}

impl Decoder {
    /// The decoder of a topic: one of the five streams, or `reports.<channel>` by the mapping of that channel.
    ///
    /// ```
    /// use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
    /// use tanggap_engine::event::EventBatchBuilder;
    ///
    /// let mut decoder = Decoder::for_topic("qlue.reports", &DecodeConfig::default())?;
    /// let mut out = EventBatchBuilder::default();
    /// let report = br#"{"post_id": 7, "post_date": "2016-02-05 16:00:00", "category": "Macet", "lat": "-6.2", "lng": "106.8"}"#;
    /// assert_eq!(decoder.decode(&Payload { offset: 0, broker_time: None, bytes: Some(report) }, &mut out), 1);
    /// assert_eq!(decoder.decode(&Payload { offset: 1, broker_time: None, bytes: None }, &mut out), 1);
    /// let batch = out.finish();
    /// assert_eq!(batch.events.num_rows(), 1);
    /// assert_eq!(batch.rejects[0].reason.id(), "no_json_object");
    /// # Ok::<(), tanggap_connectors::decode::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// [`DecodeError`] when the topic is none of these, or the mapping is missing or wrong.
    pub fn for_topic(topic: &str, config: &DecodeConfig) -> Result<Self, DecodeError> {
        let (channel, format) = match topic {
            "qlue.reports" => ("qlue", Format::Qlue(CategoryMap::builtin().source("qlue"))),
            "crm.status" => ("crm", Format::Crm),
            "waze.feed" => ("waze", Format::Waze(Waze::default())),
            "twitter.tweets" => ("twitter", Format::Twitter),
            "gauge.levels" => ("gauge", Format::Gauge),
            _ => match topic.strip_prefix("reports.") {
                Some(channel) => (channel, Format::Mapped(Box::new(Mapping::of_channel(channel, config)?))),
                None => return Err(DecodeError::UnknownTopic(topic.to_owned())),
            },
        };
        let mapped_zone = if let Format::Mapped(mapping) = &format {
            mapping.zone()
        } else {
            None
        };
        Ok(Self {
            channel: channel.to_owned(),
            zone: mapped_zone.unwrap_or(config.zone_offset),
            future_skew: i64::from(config.future_skew_s) * 1_000_000,
            max_payload_bytes: config.max_payload_bytes,
            reporters: config.reporter_key.hasher(channel),
            texts: None,
            format,
        })
    }

    /// From now on texts are read by this reader, if it reads this channel: tweets, and reports of a mapped channel that have a text and no
    /// category.
    #[must_use]
    pub fn reading(self, reader: Option<&Arc<TextReader>>) -> Self {
        let texts = reader.filter(|reader| reader.reads(&self.channel)).map(Arc::clone);
        Self { texts, ..self }
    }

    /// Whether texts are read.
    #[must_use]
    pub const fn reads(&self) -> bool {
        self.texts.is_some()
    }

    /// The channel: `qlue`, `crm`, `waze`, `twitter`, `gauge`, or the `<channel>` of `reports.<channel>`.
    #[must_use]
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// Decodes one payload and tells how many events it held: those pushed and those rejected. An unreadable payload is one
    /// event, a feed document as many as it has objects (none in an empty one).
    pub fn decode(&mut self, payload: &Payload<'_>, out: &mut EventBatchBuilder) -> usize {
        let mut sink = Sink {
            offset: payload.offset,
            broker_time: payload.broker_time,
            latest: payload.broker_time.map(|time| time.saturating_add(self.future_skew)),
            zone: self.zone,
            reporters: self.reporters,
            texts: self.texts.as_deref(),
            element: None,
            events: 0,
            out,
        };
        let bytes = payload.bytes.unwrap_or_default();
        if bytes.len() > self.max_payload_bytes {
            sink.reject(Reason::TooLarge, "");
            return sink.events;
        }
        match &mut self.format {
            Format::Qlue(categories) => qlue::decode(bytes, categories, &mut sink),
            Format::Crm => crm::decode(bytes, &mut sink),
            Format::Waze(waze) => waze.decode(bytes, &mut sink),
            Format::Twitter => twitter::decode(bytes, &mut sink),
            Format::Gauge => gauge::decode(bytes, &mut sink),
            Format::Mapped(mapping) => mapping.decode(bytes, &mut sink),
        }
        sink.events
    }
}
