//! Decisions as rows: complaints of a lane go in, one route each comes out.
//!
//! Most complaints of a city are decided alike, so each different decision is made and put into words once per batch of rows.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, AsArray, Float64Builder, Int64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, SchemaRef, UInt8Type};
use hashbrown::HashMap;

use super::{Complaint, Deadline, Decision, Router};
use crate::event::{Category, Kind, schema};
use crate::lane::Place;
use crate::territory::Layer;

/// Routes of complaints. Times to the deadlines are seconds from the event time, null where there is none or it depends on the calendar
/// ([`Router::level`] says which clocks run); `unit_code` is empty where nobody is asked.
pub static ROUTES: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new(schema::ID, DataType::Utf8, false),
        Field::new("unit_code", DataType::Utf8, false),
        Field::new(schema::UNIT, DataType::Utf8, false),
        Field::new("rule", DataType::Utf8, false),
        Field::new("confidence", DataType::Float64, false),
        Field::new("reason_id", DataType::Utf8, false),
        Field::new("reason_en", DataType::Utf8, false),
        Field::new("second_unit", DataType::Utf8, true),
        Field::new("boundary_m", DataType::Float64, true),
        Field::new("respond_s", DataType::Int64, true),
        Field::new("finish_s", DataType::Int64, true),
    ]))
});

/// Decides for each complaint of [`schema::REPORTS`] that came by a channel; one row of [`ROUTES`] each, in the same order.
///
/// # Panics
/// If the rows are not of [`schema::REPORTS`]; lanes give nothing else.
#[must_use]
pub fn route(router: &Router, channel: &str, complaints: &RecordBatch, place: &impl Place) -> RecordBatch {
    let column = |name: &str| {
        complaints
            .column_by_name(name)
            .expect("lanes give the columns of the report schema")
    };
    let (id, unit) = (column(schema::ID).as_string::<i32>(), column(schema::UNIT).as_string::<i32>());
    let (longitude, latitude) = (
        column(schema::LONGITUDE).as_primitive::<Float64Type>(),
        column(schema::LATITUDE).as_primitive::<Float64Type>(),
    );
    let kelurahan = column(schema::KELURAHAN).as_primitive::<Int64Type>();
    let (category, kind) = (
        column(schema::CATEGORY).as_primitive::<UInt8Type>(),
        column(schema::KIND).as_primitive::<UInt8Type>(),
    );
    let mut worded: HashMap<Situation<'_>, usize> = HashMap::new();
    let mut wordings: Vec<Wording> = Vec::new();
    let mut columns = Columns::default();
    for row in 0..complaints.num_rows() {
        let located = longitude.is_valid(row) && latitude.is_valid(row);
        let position = located.then(|| (longitude.value(row), latitude.value(row)));
        let complaint = Complaint {
            category: Category::from_number(category.value(row)),
            kind: kind.is_valid(row).then(|| kind.value(row)).and_then(Kind::from_number),
            kelurahan: kelurahan.is_valid(row).then(|| kelurahan.value(row)),
            position,
            source_unit: unit.is_valid(row).then(|| unit.value(row)),
            boundary_m: position.and_then(|(longitude_deg, latitude_deg)| place.boundary_m(longitude_deg, latitude_deg)),
        };
        let wording = *worded.entry(Situation::of(&complaint, router)).or_insert_with(|| {
            wordings.push(Wording::of(&router.decide(&complaint), router, channel));
            wordings.len() - 1
        });
        columns.push(id.value(row), &wordings[wording], complaint.boundary_m);
    }
    columns.finish()
}

/// What a decision and its words depend on; metres only where they are said.
#[derive(PartialEq, Eq, Hash)]
struct Situation<'a> {
    category: Option<Category>,
    kind: Option<Kind>,
    kelurahan: Option<i64>,
    located: bool,
    source_unit: Option<&'a str>,
    near_border_m: Option<i64>,
    /// Names of what the position touches, by layer.
    touched: [Option<&'a str>; Layer::COUNT],
}

impl<'a> Situation<'a> {
    fn of(complaint: &Complaint<'a>, router: &'a Router) -> Self {
        let near = complaint.boundary_m.filter(|metres| *metres < router.near_border_m());
        Self {
            category: complaint.category,
            kind: complaint.kind,
            kelurahan: complaint.kelurahan,
            located: complaint.position.is_some(),
            source_unit: complaint.source_unit,
            near_border_m: near.map(whole),
            touched: router.touched(complaint.position).names(),
        }
    }
}

/// One decision in words.
struct Wording {
    unit_code: String,
    unit: String,
    rule: String,
    confidence: f64,
    reason_id: String,
    reason_en: String,
    second_unit: Option<String>,
    respond_s: Option<i64>,
    finish_s: Option<i64>,
}

impl Wording {
    fn of(decision: &Decision<'_>, router: &Router, channel: &str) -> Self {
        // Who is never queued is held to no clock, whatever rule named it.
        let level = router.level(decision.rule_id(), channel).filter(|_| !decision.passed_on());
        let deadline = level.map(Deadline::of).unwrap_or_default();
        let seconds = |hours: u64| i64::try_from(hours.saturating_mul(3_600)).unwrap_or(i64::MAX);
        Self {
            unit_code: decision.unit_code().to_owned(),
            unit: decision.unit_name().to_owned(),
            rule: decision.rule_id().to_owned(),
            confidence: decision.confidence,
            reason_id: decision.reason_id(),
            reason_en: decision.reason_en(),
            second_unit: decision.second_unit.as_ref().map(|unit| unit.name.to_string()),
            respond_s: deadline.respond_h.map(seconds),
            finish_s: deadline.finish_h.map(seconds),
        }
    }
}

#[derive(Default)]
struct Columns {
    id: StringBuilder,
    unit_code: StringBuilder,
    unit: StringBuilder,
    rule: StringBuilder,
    confidence: Float64Builder,
    reason_id: StringBuilder,
    reason_en: StringBuilder,
    second_unit: StringBuilder,
    boundary_m: Float64Builder,
    respond_s: Int64Builder,
    finish_s: Int64Builder,
}

impl Columns {
    fn push(&mut self, id: &str, wording: &Wording, boundary_m: Option<f64>) {
        self.id.append_value(id);
        self.unit_code.append_value(&wording.unit_code);
        self.unit.append_value(&wording.unit);
        self.rule.append_value(&wording.rule);
        self.confidence.append_value(wording.confidence);
        self.reason_id.append_value(&wording.reason_id);
        self.reason_en.append_value(&wording.reason_en);
        self.second_unit.append_option(wording.second_unit.as_deref());
        self.boundary_m.append_option(boundary_m);
        self.respond_s.append_option(wording.respond_s);
        self.finish_s.append_option(wording.finish_s);
    }

    fn finish(mut self) -> RecordBatch {
        RecordBatch::try_new(
            Arc::clone(&ROUTES),
            vec![
                Arc::new(self.id.finish()),
                Arc::new(self.unit_code.finish()),
                Arc::new(self.unit.finish()),
                Arc::new(self.rule.finish()),
                Arc::new(self.confidence.finish()),
                Arc::new(self.reason_id.finish()),
                Arc::new(self.reason_en.finish()),
                Arc::new(self.second_unit.finish()),
                Arc::new(self.boundary_m.finish()),
                Arc::new(self.respond_s.finish()),
                Arc::new(self.finish_s.finish()),
            ],
        )
        .expect("columns are appended together, with the schema's types")
    }
}

#[expect(clippy::cast_possible_truncation, reason = "metres below a doubt's distance: far below 2^53")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}
