//! Cells, tiles, what rises, and the past.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::ipc::reader::StreamReader;
use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::Category;

use super::town::{EAST, Town, WEST, bytes, flooded, json};

#[tokio::test]
async fn a_report_is_on_cells_at_once_for_staff_and_suppressed_in_public() {
    let town = flooded();
    let staff = town.staff("/v1/cells?window=60m").await;
    let counts: Vec<i64> = staff["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["n"].as_i64().unwrap())
        .collect();
    assert_eq!(counts.iter().sum::<i64>(), 9);
    assert_eq!(staff["final"], false);
    assert_eq!(staff["sources"][0]["source"], "qlue");
    let public = json(town.get("/v1/cells?window=60m").await).await;
    let items = public["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "a suppressed cell is listed all the same");
    for item in items {
        if item["suppressed"] == true {
            assert!(item["n"].is_null() && item["reporters"].is_null() && item["z"].is_null(), "{item}");
        } else {
            assert_eq!((&item["n"], &item["reporters"]), (&Value::from(6), &Value::from(6)));
        }
    }
    assert_eq!(items.iter().filter(|item| item["suppressed"] == true).count(), 1);
}

#[tokio::test]
async fn the_grid_covers_the_town_and_is_sent_once() {
    let town = flooded();
    let first = town.get("/v1/grid").await;
    let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
    assert!(tag.starts_with("W/\""));
    let version = first.headers()["version"].to_str().unwrap().to_owned();
    let grid = json(first).await;
    assert_eq!(grid["version"], version);
    let features = grid["features"].as_array().unwrap();
    assert_eq!(features.len(), town.state.grid.cells().len());
    assert!(features.iter().enumerate().all(|(number, feature)| feature["id"] == number));
    let cells = town.staff("/v1/cells").await;
    for item in cells["items"].as_array().unwrap() {
        let number = usize::try_from(item["index"].as_u64().unwrap()).unwrap();
        assert_eq!(features[number]["properties"]["h3"], item["h3"]);
    }
    let request = Request::get("/v1/grid").header(header::IF_NONE_MATCH, tag);
    let again = town.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn json_geojson_csv_and_arrow_say_the_same() {
    let mut town = Town::new(ApiSettings {
        public_minimum_reporters: 0,
        ..ApiSettings::default()
    });
    town.hear(&[
        (5, WEST, Category::Banjir, 1),
        (4, WEST, Category::Sampah, 2),
        (3, EAST, Category::Sampah, 3),
    ]);
    let path = "/v1/cells?split=category&format=";
    let plain = json(town.get(&format!("{path}json")).await).await;
    let total: i64 = plain["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["n"].as_i64().unwrap())
        .sum();
    assert_eq!((plain["items"].as_array().unwrap().len(), total), (3, 3));
    let shapes = json(town.get(&format!("{path}geojson")).await).await;
    assert_eq!(shapes["type"], "FeatureCollection");
    let features = shapes["features"].as_array().unwrap();
    assert_eq!(features.len(), 3);
    let ring = features[0]["geometry"]["coordinates"][0].as_array().unwrap();
    assert_eq!(ring.first(), ring.last());
    let csv = String::from_utf8(bytes(town.get(&format!("{path}csv")).await).await).unwrap();
    assert_eq!(csv.lines().count(), 4);
    assert!(
        csv.starts_with("h3,cell,kelurahan,category,n,expected,z,reporters,suppressed\n"),
        "{csv}"
    );
    let request = Request::get("/v1/cells?split=category").header(header::ACCEPT, "application/vnd.apache.arrow.stream");
    let arrow = bytes(town.send(request.body(Body::empty()).unwrap()).await).await;
    let rows: Vec<_> = StreamReader::try_new(arrow.as_slice(), None).unwrap().map(Result::unwrap).collect();
    let n: i64 = rows
        .iter()
        .flat_map(|rows| rows.column_by_name("n").unwrap().as_primitive::<Int64Type>().values().to_vec())
        .sum();
    assert_eq!(n, 3);
}

#[tokio::test]
async fn what_rises_is_a_flood_seen_by_many_and_not_one_person_thrice() {
    let town = flooded();
    for level in ["cell", "kelurahan"] {
        let answer = json(town.get(&format!("/v1/trending?level={level}")).await).await;
        let items = answer["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{level}");
        assert_eq!((&items[0]["category"], &items[0]["n"]), (&Value::from("banjir"), &Value::from(6)));
        assert_eq!(items[0]["category_label"]["en"], "Flood");
        assert_eq!(items[0]["kelurahan"], "31.71.01.1001");
        assert_eq!(items[0]["h3"].is_string(), level == "cell");
    }
}

#[tokio::test]
async fn a_window_of_the_past_holds_what_was_then() {
    let mut town = Town::new(ApiSettings::default());
    town.hear(&[(300, WEST, Category::Banjir, 1), (0, EAST, Category::Sampah, 2)]);
    // 14:03 − 300 min = 09:03 in Jakarta.
    let then = town.staff("/v1/cells?window=15m&at=2026-01-15T09:04:00+07:00").await;
    assert_eq!(then["final"], true);
    assert_eq!(then["items"].as_array().unwrap().len(), 1);
    assert_eq!(then["items"][0]["kelurahan"], "31.71.01.1001");
}

#[tokio::test]
async fn tiles_hold_the_cells_and_the_outlines_of_the_town() {
    let mut town = Town::new(ApiSettings {
        public_minimum_reporters: 0,
        ..ApiSettings::default()
    });
    town.hear(&[(5, WEST, Category::Banjir, 1), (4, EAST, Category::Sampah, 2)]);
    // Zoom 10 around 106.83 E, 6.2 S: column 815, row 529.
    for (layer, features) in [("cells", 2), ("kelurahan", 2)] {
        let response = town.get(&format!("/v1/tiles/{layer}/10/815/529")).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/vnd.mapbox-vector-tile");
        let tile = bytes(response).await;
        let reader = fast_mvt::MvtReaderRef::new(&tile).unwrap();
        let found: usize = reader.layers().map(|layer| layer.features().count()).sum();
        assert_eq!(found, features, "{layer}");
        let description = json(town.get(&format!("/v1/tiles/{layer}.json")).await).await;
        assert_eq!(description["tilejson"], "3.0.0");
    }
    let outlines = town.get("/v1/areas?level=kota&format=geojson").await;
    assert_eq!(outlines.headers()[header::CONTENT_TYPE], "application/geo+json");
    let outlines = json(outlines).await;
    assert_eq!(outlines["features"][0]["properties"]["code"], "31.71");
    assert_eq!(
        outlines["features"][0]["geometry"]["coordinates"].as_array().unwrap().len(),
        1,
        "two neighbours are one shape"
    );
}
