//! The answers of `case_clocks` as columns: a struct a case, with its spells and its pauses as lists of structs.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, StructArray, TimestampMicrosecondBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::common::Result;
use tanggap_engine::case::{End, Story};
use tanggap_engine::event::{Status, schema};

use super::case_state::{list_end, lists};

/// The columns of one struct, by name and type. All may be null.
pub(super) fn fields() -> Fields {
    let time = |name| Field::new(name, schema::time_type(), true);
    Fields::from(vec![
        time("first_response"),
        time("resolution"),
        time("ended"),
        Field::new("status", DataType::Utf8, true),
        Field::new("reopened", DataType::Boolean, true),
        Field::new("unit", DataType::Utf8, true),
        Field::new("transitions", DataType::Int64, true),
        time("coordinated"),
        time("dispatched"),
        Field::new("end_kind", DataType::Utf8, true),
        Field::new("reopenings", DataType::Int64, true),
        Field::new("paused_s", DataType::Float64, true),
        Field::new("spells", DataType::List(spell_field()), true),
        Field::new("pauses", DataType::List(pause_field()), true),
    ])
}

fn spell_fields() -> Fields {
    Fields::from(vec![
        Field::new("unit", DataType::Utf8, true),
        Field::new("from", schema::time_type(), true),
        Field::new("to", schema::time_type(), true),
        Field::new("paused_s", DataType::Float64, true),
    ])
}

fn spell_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(spell_fields()), true))
}

fn pause_fields() -> Fields {
    Fields::from(vec![
        Field::new("from", schema::time_type(), true),
        Field::new("to", schema::time_type(), true),
    ])
}

fn pause_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(pause_fields()), true))
}

/// Stories, written down one after the other.
pub(super) struct StoryColumns {
    first_response: TimestampMicrosecondBuilder,
    resolution: TimestampMicrosecondBuilder,
    ended: TimestampMicrosecondBuilder,
    status: StringBuilder,
    reopened: BooleanBuilder,
    unit: StringBuilder,
    transitions: Int64Builder,
    coordinated: TimestampMicrosecondBuilder,
    dispatched: TimestampMicrosecondBuilder,
    end_kind: StringBuilder,
    reopenings: Int64Builder,
    paused: Float64Builder,
    spells: SpellColumns,
    pauses: PauseColumns,
}

/// The pauses of all stories.
struct PauseColumns {
    from: TimestampMicrosecondBuilder,
    to: TimestampMicrosecondBuilder,
    /// Where the pauses of each story end.
    ends: Vec<i32>,
}

/// The spells of all stories.
struct SpellColumns {
    unit: StringBuilder,
    from: TimestampMicrosecondBuilder,
    to: TimestampMicrosecondBuilder,
    paused: Float64Builder,
    /// Where the spells of each story end.
    ends: Vec<i32>,
}

fn times() -> TimestampMicrosecondBuilder {
    TimestampMicrosecondBuilder::new().with_data_type(schema::time_type())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 285 years")]
fn seconds(time_us: i64) -> f64 {
    time_us as f64 / 1e6
}

impl StoryColumns {
    pub(super) fn new() -> Self {
        Self {
            first_response: times(),
            resolution: times(),
            ended: times(),
            status: StringBuilder::new(),
            reopened: BooleanBuilder::new(),
            unit: StringBuilder::new(),
            transitions: Int64Builder::new(),
            coordinated: times(),
            dispatched: times(),
            end_kind: StringBuilder::new(),
            reopenings: Int64Builder::new(),
            paused: Float64Builder::new(),
            spells: SpellColumns {
                unit: StringBuilder::new(),
                from: times(),
                to: times(),
                paused: Float64Builder::new(),
                ends: vec![0],
            },
            pauses: PauseColumns {
                from: times(),
                to: times(),
                ends: vec![0],
            },
        }
    }

    /// Writes one story down; its holders are places in `names`.
    pub(super) fn push(&mut self, story: &Story, names: &[&str]) -> Result<()> {
        let name = |holder: Option<u32>| holder.map(|place| names[place as usize]);
        let (resolution, ended) = match story.end {
            Some((End::Resolved, time)) => (Some(time), None),
            Some((_, time)) => (None, Some(time)),
            None => (None, None),
        };
        self.first_response.append_option(story.first_response_us);
        self.resolution.append_option(resolution);
        self.ended.append_option(ended);
        self.status.append_option(story.status.map(Status::id));
        self.reopened.append_value(story.reopened);
        self.unit.append_option(name(story.holder));
        self.transitions.append_value(count(story.transitions));
        self.coordinated.append_option(story.coordinated_us);
        self.dispatched.append_option(story.dispatched_us);
        self.end_kind.append_option(story.end.map(|(end, _)| end.id()));
        self.reopenings.append_value(count(story.reopenings));
        self.paused.append_value(seconds(story.paused_us));
        for spell in &story.spells {
            self.spells.unit.append_option(name(spell.holder));
            self.spells.from.append_value(spell.from_us);
            self.spells.to.append_option(spell.to_us);
            self.spells.paused.append_value(seconds(spell.paused_us));
        }
        self.spells.ends.push(list_end(self.spells.unit.len())?);
        for pause in &story.pauses {
            self.pauses.from.append_value(pause.from_us);
            self.pauses.to.append_value(pause.to_us);
        }
        self.pauses.ends.push(list_end(self.pauses.from.len())?);
        Ok(())
    }

    /// All of them as one column.
    pub(super) fn finish(mut self) -> Result<ArrayRef> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.first_response.finish()),
            Arc::new(self.resolution.finish()),
            Arc::new(self.ended.finish()),
            Arc::new(self.status.finish()),
            Arc::new(self.reopened.finish()),
            Arc::new(self.unit.finish()),
            Arc::new(self.transitions.finish()),
            Arc::new(self.coordinated.finish()),
            Arc::new(self.dispatched.finish()),
            Arc::new(self.end_kind.finish()),
            Arc::new(self.reopenings.finish()),
            Arc::new(self.paused.finish()),
            self.spells.finish()?,
            self.pauses.finish()?,
        ];
        Ok(Arc::new(StructArray::try_new(fields(), columns, None)?))
    }
}

impl PauseColumns {
    fn finish(mut self) -> Result<ArrayRef> {
        let columns: Vec<ArrayRef> = vec![Arc::new(self.from.finish()), Arc::new(self.to.finish())];
        let pauses = StructArray::try_new(pause_fields(), columns, None)?;
        lists(pause_field(), self.ends, Arc::new(pauses))
    }
}

impl SpellColumns {
    fn finish(mut self) -> Result<ArrayRef> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.unit.finish()),
            Arc::new(self.from.finish()),
            Arc::new(self.to.finish()),
            Arc::new(self.paused.finish()),
        ];
        let spells = StructArray::try_new(spell_fields(), columns, None)?;
        lists(spell_field(), self.ends, Arc::new(spells))
    }
}
