//! The tables of history, with the columns the world sees.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use tanggap_engine::event::schema;

use super::outward::outward_type;

/// A table of history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HistoryTable {
    /// What became of every event ([`schema::LOG`]).
    Events,
    /// Transitions of cases ([`schema::TRANSITIONS`]).
    Transitions,
    /// Traffic that is over ([`schema::TRAFFIC`]).
    Traffic,
    /// Partial sums of panes ([`schema::PANES`]): rows of one key add up.
    Panes,
    /// Where each lane stood at each append.
    Lanes,
}

/// Column by which tables are divided into folders: a local date.
pub(super) const DATE: &str = "date";
/// Channel of a row's lane.
pub(super) const CHANNEL: &str = "channel";
/// Lane of a row.
pub(super) const LANE: &str = "lane";

fn outward_schema(engine: &SchemaRef) -> SchemaRef {
    let mut fields: Vec<Field> = engine
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), outward_type(field), true))
        .collect();
    fields.push(Field::new(CHANNEL, DataType::Utf8, true));
    fields.push(Field::new(LANE, DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

static EVENTS: LazyLock<SchemaRef> = LazyLock::new(|| outward_schema(&schema::LOG));
static TRANSITIONS: LazyLock<SchemaRef> = LazyLock::new(|| outward_schema(&schema::TRANSITIONS));
static TRAFFIC: LazyLock<SchemaRef> = LazyLock::new(|| outward_schema(&schema::TRAFFIC));
static PANES: LazyLock<SchemaRef> = LazyLock::new(|| outward_schema(&schema::PANES));
static LANES: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new(LANE, DataType::Utf8, true),
        Field::new(schema::SEQ, DataType::Int64, true),
        Field::new("epoch", DataType::Int64, true),
        Field::new("next_offset", DataType::Int64, true),
        Field::new("input_hash", DataType::Utf8, true),
        Field::new("newest_broker_time_us", DataType::Int64, true),
        // JSON objects: messages sent by topic, and what the lane was made with.
        Field::new("sent", DataType::Utf8, true),
        Field::new("made_with", DataType::Utf8, true),
    ]))
});

impl HistoryTable {
    /// All of them, in the order they are appended to: the last one says that the others hold what it says.
    pub const ALL: [Self; 5] = [Self::Events, Self::Transitions, Self::Traffic, Self::Panes, Self::Lanes];

    /// Its name, and that of its folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Transitions => "transitions",
            Self::Traffic => "traffic",
            Self::Panes => "panes",
            Self::Lanes => "lanes",
        }
    }

    /// Its columns without the date of its folder.
    #[must_use]
    pub fn columns(self) -> SchemaRef {
        Arc::clone(match self {
            Self::Events => &EVENTS,
            Self::Transitions => &TRANSITIONS,
            Self::Traffic => &TRAFFIC,
            Self::Panes => &PANES,
            Self::Lanes => &LANES,
        })
    }

    /// Whether it is divided by local date.
    #[must_use]
    pub const fn dated(self) -> bool {
        !matches!(self, Self::Lanes)
    }

    /// The order of its rows in a file that was put together from several.
    pub(super) const fn order(self) -> &'static [&'static str] {
        match self {
            Self::Events | Self::Lanes => &[LANE, schema::SEQ],
            Self::Transitions => &[LANE, schema::OFFSET],
            Self::Traffic => &[LANE, schema::LAST_SEEN],
            Self::Panes => &[LANE, schema::PANE],
        }
    }

    /// Columns whose smallest and largest value a file's entry in the log tells, so that others need not open it.
    pub(super) const fn told(self) -> &'static [&'static str] {
        match self {
            Self::Events => &[schema::SEQ, schema::EVENT_TIME],
            Self::Transitions => &[schema::OFFSET, schema::TIME],
            Self::Traffic => &[schema::FIRST_SEEN, schema::LAST_SEEN],
            Self::Panes => &[schema::PANE],
            Self::Lanes => &[schema::SEQ],
        }
    }
}
