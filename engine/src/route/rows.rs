//! Decisions as rows: complaints of a lane go in, one route each comes out.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, AsArray, Float64Builder, Int64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, SchemaRef, UInt8Type};

use super::{Complaint, Router};
use crate::event::{Category, Kind, schema};
use crate::lane::Place;

/// Routes of complaints. Times to the deadlines are seconds from the event time; `unit_code` is empty where nobody is asked.
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

/// Decides for each complaint of [`schema::REPORTS`]; one row of [`ROUTES`] each, in the same order.
///
/// # Panics
/// If the rows are not of [`schema::REPORTS`]; lanes give nothing else.
#[must_use]
pub fn route(router: &Router, complaints: &RecordBatch, place: &impl Place) -> RecordBatch {
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
    let mut texts: [StringBuilder; 6] = Default::default();
    let mut second_unit = StringBuilder::new();
    let (mut confidence, mut boundary) = (Float64Builder::new(), Float64Builder::new());
    let (mut respond, mut finish) = (Int64Builder::new(), Int64Builder::new());
    for row in 0..complaints.num_rows() {
        let located = longitude.is_valid(row) && latitude.is_valid(row);
        let complaint = Complaint {
            category: Category::from_number(category.value(row)),
            kind: kind.is_valid(row).then(|| kind.value(row)).and_then(Kind::from_number),
            kelurahan: kelurahan.is_valid(row).then(|| kelurahan.value(row)),
            source_unit: unit.is_valid(row).then(|| unit.value(row)),
            boundary_m: located
                .then(|| place.boundary_m(longitude.value(row), latitude.value(row)))
                .flatten(),
        };
        let decision = router.decide(&complaint);
        let words = [
            id.value(row),
            decision.unit_code(),
            decision.unit_name(),
            decision.rule_id(),
            &decision.reason_id(),
            &decision.reason_en(),
        ];
        for (builder, word) in texts.iter_mut().zip(words) {
            builder.append_value(word);
        }
        second_unit.append_option(decision.second_unit.as_ref().map(|unit| &*unit.name));
        confidence.append_value(decision.confidence);
        boundary.append_option(decision.boundary_m);
        respond.append_option(decision.deadline.respond_h.map(seconds));
        finish.append_option(decision.deadline.finish_h.map(seconds));
    }
    let [id, unit_code, unit, rule, reason_id, reason_en] = &mut texts;
    RecordBatch::try_new(
        Arc::clone(&ROUTES),
        vec![
            Arc::new(id.finish()),
            Arc::new(unit_code.finish()),
            Arc::new(unit.finish()),
            Arc::new(rule.finish()),
            Arc::new(confidence.finish()),
            Arc::new(reason_id.finish()),
            Arc::new(reason_en.finish()),
            Arc::new(second_unit.finish()),
            Arc::new(boundary.finish()),
            Arc::new(respond.finish()),
            Arc::new(finish.finish()),
        ],
    )
    .expect("columns are appended together, with the schema's types")
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "deadlines are hours of at most months, checked when the rules are read"
)]
fn seconds(hours: f64) -> i64 {
    (hours * 3_600.0).round() as i64
}
