//! `GET /v1/cells`: the heat, cell by cell.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use h3o::CellIndex;
use serde::Serialize;
use tanggap_queries::QueryError;
use tanggap_queries::named::{HeatLevel, HeatRow};
use utoipa::ToSchema;

use super::answer::{json, rows, typed};
use super::freshness::Frame;
use super::heat::heat;
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Format, Params, Viewer};
use crate::live::ring;
use crate::state::{AppState, HeatKey};
use crate::time::{Window, now_us, rfc3339};

/// One cell with reports.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CellItem {
    /// H3 index, 15 hexadecimal digits.
    h3: String,
    /// Number of the cell in `/v1/grid`; null where it lies outside.
    index: Option<u32>,
    /// Code of the kelurahan; null outside.
    kelurahan: Option<String>,
    /// Category id; only with `split=category`.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// Reports; in public rounded down to a multiple of `rounded_to`, as `reporters` are: 5 is five to nine.
    n: i64,
    /// Reports expected at this hour of the week; in public by rounded counts.
    expected: f64,
    /// Surprise in standard deviations; in public that of the rounded count.
    z: f64,
    /// Different reporters.
    reporters: i64,
    #[serde(skip)]
    cell: u64,
}

/// The heat of a window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Start of the window, inclusive.
    window_start: Option<String>,
    /// End of the window, exclusive.
    window_end: Option<String>,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// Cells with reports, by H3 index and category.
    items: Vec<CellItem>,
}

const FORMATS: [Format; 4] = [Format::Json, Format::GeoJson, Format::Csv, Format::Arrow];

/// Heat by cell
///
/// Reports per H3 cell in a window of event time, beside what the hour of the week lets expect. To the public counts are rounded down (`rounded_to`,
/// usually 5), and cells of fewer different reporters are left out, as are cells of which one could tell that all reports of a kelurahan lie there.
#[utoipa::path(
    get,
    path = "/v1/cells",
    tag = "heat",
    params(
        ("window" = Option<String>, Query, description = "length: 15m, 60m (default), 6h or 24h; for staff any from 1m to 7d"),
        ("category" = Option<String>, Query, description = "only this category"),
        ("channel" = Option<String>, Query, description = "only this channel; for staff"),
        ("kelurahan" = Option<String>, Query, description = "only cells of this kelurahan, as 31.74.01.1001"),
        ("split" = Option<String>, Query, description = "`category`: one item a cell and category"),
        ("at" = Option<String>, Query, description = "end of the window in the past, RFC 3339; for the public rounded down to a quarter of an hour"),
        ("format" = Option<String>, Query, description = "json, geojson, csv or arrow; else Accept decides"),
    ),
    responses(
        (status = 200, description = "The heat", body = CellsAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn cells(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["window", "category", "channel", "kelurahan", "split", "at", "format"])?;
    let format = Format::choose(&params, &headers, &FORMATS)?;
    let length_us = params.window_us(viewer.staff())?;
    let split = params.one_of("split", &["category"])?.is_some();
    if let Some(channel) = params.get("channel").filter(|_| !viewer.staff()) {
        // One channel less the others would tell of few.
        return Err(Problem::parameter("channel", channel, &["none: channels are counted for staff"]));
    }
    let (category, kelurahan, at) = (params.category()?, params.kelurahan()?, params.moment("at")?);
    let snapshot = state.city.snapshot();
    let disclosure = Disclosure::of(&viewer, &state);
    let window = Window::of(&snapshot, length_us, state.settings.delay_s, at.map(|at| disclosure.quarter(at)));
    let mut items = Vec::new();
    if let Some(window) = window {
        let key = HeatKey {
            level: HeatLevel::Cell,
            split,
            public: !viewer.staff(),
            start_us: window.start_us,
            end_us: window.end_us,
            category,
            channel: params.get("channel").map(str::to_owned),
            kelurahan,
        };
        let answer = heat(&state, &snapshot, key).await?;
        items.extend(answer.rows.iter().filter_map(|row| item(&state, row)));
    }
    let answer = CellsAnswer {
        frame: Frame::of(
            &snapshot,
            window.is_some_and(|window| window.complete),
            state.settings.delay_s,
            now_us(),
        ),
        window_start: window.map(|window| rfc3339(window.start_us)),
        window_end: window.map(|window| rfc3339(window.end_us)),
        rounded_to: disclosure.rounded_to(),
        items,
    };
    match format {
        Format::Json => json(&answer),
        Format::GeoJson => geojson(&answer),
        Format::Csv | Format::Arrow => rows(format, "cells", &table(&answer.items).map_err(QueryError::from)?),
    }
}

fn item(state: &AppState, row: &HeatRow) -> Option<CellItem> {
    let cell = CellIndex::try_from(row.area.cast_unsigned()).ok()?;
    Some(CellItem {
        h3: cell.to_string(),
        index: state.grid.number(cell.into()),
        kelurahan: state.place(row.kelurahan).0,
        category: Some(row.category.clone()).filter(|category| !category.is_empty()),
        n: row.n,
        expected: row.expected,
        z: row.z,
        reporters: row.reporters,
        cell: cell.into(),
    })
}

fn table(items: &[CellItem]) -> Result<RecordBatch, datafusion::arrow::error::ArrowError> {
    let texts = |of: fn(&CellItem) -> Option<&str>| Arc::new(items.iter().map(of).collect::<StringArray>()) as ArrayRef;
    let wholes = |of: fn(&CellItem) -> i64| Arc::new(items.iter().map(|item| Some(of(item))).collect::<Int64Array>()) as ArrayRef;
    let numbers = |of: fn(&CellItem) -> f64| Arc::new(items.iter().map(|item| Some(of(item))).collect::<Float64Array>()) as ArrayRef;
    RecordBatch::try_from_iter_with_nullable([
        ("h3", texts(|item| Some(&item.h3)), false),
        (
            "cell",
            Arc::new(items.iter().map(|item| Some(item.cell)).collect::<UInt64Array>()) as ArrayRef,
            false,
        ),
        ("kelurahan", texts(|item| item.kelurahan.as_deref()), true),
        ("category", texts(|item| item.category.as_deref()), true),
        ("n", wholes(|item| item.n), true),
        ("expected", numbers(|item| item.expected), true),
        ("z", numbers(|item| item.z), true),
        ("reporters", wholes(|item| item.reporters), true),
    ])
}

fn geojson(answer: &CellsAnswer) -> Result<Response, Problem> {
    let features = answer.items.iter().map(|item| Feature {
        kind: "Feature",
        properties: item,
        geometry: polygon(item.cell),
    });
    // The frame's fields are foreign members of the collection, which RFC 7946 allows.
    let collection = FeatureCollection {
        kind: "FeatureCollection",
        frame: &answer.frame,
        rounded_to: answer.rounded_to,
        features: features.collect(),
    };
    typed(Format::GeoJson.media_type(), &collection)
}

#[derive(Serialize)]
struct FeatureCollection<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    frame: &'a Frame,
    rounded_to: i64,
    features: Vec<Feature<'a>>,
}

#[derive(Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    properties: &'a CellItem,
    geometry: Polygon,
}

/// The outline of a cell as GeoJSON.
#[derive(Serialize)]
pub(super) struct Polygon {
    #[serde(rename = "type")]
    kind: &'static str,
    coordinates: [Vec<(f64, f64)>; 1],
}

pub(super) fn polygon(cell: u64) -> Polygon {
    // Six decimals are 0.1 m.
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let corners = CellIndex::try_from(cell).map(ring).unwrap_or_default();
    Polygon {
        kind: "Polygon",
        coordinates: [corners
            .into_iter()
            .map(|(longitude, latitude)| (round(longitude), round(latitude)))
            .collect()],
    }
}
