//! Cells, tiles, what rises, and the past.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::ipc::reader::StreamReader;
use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::Category;

use super::town::{EAST, Said, TOKEN, Town, WEST, bytes, flooded, json};

#[tokio::test]
async fn a_report_is_on_cells_at_once_for_staff_and_in_public_where_enough_people_speak() {
    let town = flooded();
    let staff = town.staff("/v1/cells?window=60m").await;
    let counts: Vec<i64> = staff["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["n"].as_i64().unwrap())
        .collect();
    assert_eq!(counts.iter().sum::<i64>(), 9);
    assert_eq!((&staff["final"], &staff["rounded_to"]), (&Value::from(false), &Value::from(1)));
    assert_eq!(staff["sources"][0]["source"], "qlue");
    let public = json(town.get("/v1/cells?window=60m").await).await;
    let items = public["items"].as_array().unwrap();
    assert_eq!(
        (items.len(), &public["rounded_to"]),
        (1, &Value::from(5)),
        "that there is one with few would tell too: {public}"
    );
    assert_eq!((&items[0]["n"], &items[0]["reporters"]), (&Value::from(5), &Value::from(5)), "six");
}

#[tokio::test]
async fn where_all_of_a_kelurahan_lies_in_one_cell_the_public_is_not_told() {
    let mut town = Town::new(ApiSettings::default());
    let five: Vec<Said> = (0..5_u64).map(|person| (5, WEST, Category::Banjir, person)).collect();
    town.hear(&five);
    let cells = json(town.get("/v1/cells").await).await;
    assert_eq!(cells["items"], Value::Array(Vec::new()), "five of five");
    town.hear(&[(4, WEST, Category::Banjir, 9)]);
    let cells = json(town.get("/v1/cells?window=6h").await).await;
    assert_eq!(cells["items"][0]["n"], 5, "five of six: {cells}");
}

#[tokio::test]
async fn the_public_asks_for_windows_of_the_map_and_quarters_of_an_hour() {
    let mut town = Town::new(ApiSettings::default());
    let six: Vec<Said> = (0..6_u64).map(|person| (30, WEST, Category::Banjir, person)).collect();
    town.hear(&six);
    for path in [
        "/v1/cells?window=61m",
        "/v1/trending?window=7d",
        "/v1/tiles/cells/10/815/529?window=5m",
    ] {
        let problem = town.get(path).await;
        assert_eq!(problem.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(json(problem).await["errors"][0]["allowed"][0], "15m", "{path}");
        assert!(town.send(asked_by_staff(path)).await.status().is_success(), "{path}");
    }
    // Filed at 13:33 in Jakarta.
    for (at, n) in [("13:44:59", 0), ("13:45:00", 1), ("13:59:00", 1)] {
        let then = json(town.get(&format!("/v1/cells?window=15m&at=2026-01-15T{at}%2B07:00")).await).await;
        assert_eq!(then["items"].as_array().unwrap().len(), n, "{at}: {then}");
    }
    let area = town.get("/v1/rankings/kelurahan?window=8d").await;
    assert_eq!(area.status(), StatusCode::BAD_REQUEST);
    assert_eq!(town.get("/v1/opinions?window=2h").await.status(), StatusCode::BAD_REQUEST);
}

fn asked_by_staff(path: &str) -> Request<Body> {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    request.body(Body::empty()).unwrap()
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
    assert!(csv.starts_with("h3,cell,kelurahan,category,n,expected,z,reporters\n"), "{csv}");
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
        assert_eq!((&items[0]["category"], &items[0]["n"]), (&Value::from("banjir"), &Value::from(5)));
        assert_eq!(items[0]["since"], "2026-01-15T06:45:00Z", "the quarter of an hour of 06:57");
        let surprise = 2.0 * (5.375_f64.sqrt() - (items[0]["expected"].as_f64().unwrap() + 0.375).sqrt());
        assert!(
            (items[0]["z"].as_f64().unwrap() - surprise).abs() < 1e-9,
            "that of the rounded count: {answer}"
        );
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
