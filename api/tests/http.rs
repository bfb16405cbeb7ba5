//! The API as a client sees it: a tiny city of two kelurahan, one lane, and requests without a socket.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::ipc::reader::StreamReader;
use futures::StreamExt;
use serde_json::Value;
use tanggap::router::router;
use tanggap::state::{ApiSettings, AppState, Secret};
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, Status};
use tanggap_engine::lane::{Ground, LaneSettings, LaneState};
use tanggap_engine::pane::{Kernel, Segment};
use tanggap_engine::route::{JAKARTA, Router, route};
use tanggap_engine::territory::{PropertyNames, Territory};
use tanggap_queries::Desk;
use tanggap_queries::measures::PaneKernel;
use tanggap_queries::tables::{City, LaneSnapshot, Liveness};
use tower::ServiceExt;

/// 2026-01-15 14:03 in Jakarta, µs.
const NOW: i64 = 1_768_460_580_000_000;
const MINUTE: i64 = 60_000_000;
const TOKEN: &str = "a staff token";
/// In the western kelurahan.
const WEST: (f64, f64) = (106.825, -6.205);
/// In the eastern one.
const EAST: (f64, f64) = (106.845, -6.215);

struct Town {
    state: Arc<AppState>,
    ground: Ground,
    lane: LaneState,
    shown: LaneSnapshot,
    next: i64,
}

/// A report: minutes before now, where, category, reporter.
type Said = (i64, (f64, f64), Category, u64);

impl Town {
    fn new(settings: ApiSettings) -> Self {
        let territory = Territory::from_geojson(include_bytes!("two_kelurahan.geojson"), &PropertyNames::default()).unwrap();
        let names = territory.kelurahan().iter().map(|one| (one.code.integer(), one.name.as_str()));
        let rules = Router::from_toml(JAKARTA).unwrap().with_kelurahan_names(names);
        let ground = Ground::of(&territory);
        let desk = Desk::new(&territory, &rules).unwrap();
        let city = Arc::new(City::default());
        let settings = ApiSettings {
            staff_token: Some(Secret::new(TOKEN.to_owned())),
            ..settings
        };
        let state = AppState::new(city, Arc::new(desk), Arc::new(territory), &ground.index, Arc::new(rules), settings).unwrap();
        Self {
            state,
            ground,
            lane: LaneState::new("qlue", LaneSettings::default()),
            shown: LaneSnapshot {
                lane: "qlue.reports-0".to_owned(),
                topic: "qlue.reports".to_owned(),
                channel: "qlue".to_owned(),
                liveness: Liveness::Live,
                ..LaneSnapshot::default()
            },
            next: 0,
        }
    }

    /// What a lane does with a micro-batch, without its log.
    fn hear(&mut self, reports: &[Said]) {
        let mut batch = EventBatchBuilder::default();
        for (ago, position, category, reporter) in reports {
            let id = format!("r{}", self.next);
            let event = Event {
                position: Some(*position),
                category: Some(*category),
                kind: Some(Kind::Complaint),
                reporter: Some(*reporter),
                ..Event::new(Class::Report, &id, 1, NOW - ago * MINUTE)
            };
            batch.push(self.next, &event);
            self.next += 1;
        }
        self.take(&mut batch);
    }

    fn move_on(&mut self, id: &str, ago: i64, status: Status) {
        let mut batch = EventBatchBuilder::default();
        let event = Event {
            status: Some(status),
            report_channel: Some("qlue"),
            actor_role: Some("petugas"),
            ..Event::new(Class::Transition, id, status as u64, NOW - ago * MINUTE)
        };
        batch.push(self.next, &event);
        self.next += 1;
        self.take(&mut batch);
    }

    fn take(&mut self, batch: &mut EventBatchBuilder) {
        let step = self.lane.apply(&batch.finish(), &self.ground);
        let counted = PaneKernel::new().unwrap().sum(&[step.counted]).unwrap();
        self.shown.segments.extend(Segment::new(counted).map(Arc::new));
        self.shown.routes.push(route(&self.state.router, &step.cases, &self.ground));
        self.shown.cases.push(step.cases);
        self.shown.transitions.push(step.transitions);
        self.shown.accounting = self.lane.accounting().clone();
        self.shown.watermark = self.lane.watermark();
        self.shown.next_offset = self.next;
        self.shown.high_watermark = Some(self.next);
        self.state.city.publish(self.shown.clone());
    }

    async fn send(&self, request: Request<Body>) -> Response {
        router(Arc::clone(&self.state)).oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn staff(&self, path: &str) -> Value {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        let response = self.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        json(response).await
    }
}

async fn bytes(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()
}

async fn json(response: Response) -> Value {
    serde_json::from_slice(&bytes(response).await).unwrap()
}

/// Six people of the west speak of a flood, one of the east of rubbish.
fn flooded() -> Town {
    let mut town = Town::new(ApiSettings::default());
    let mut said: Vec<Said> = (0..6_u64)
        .map(|person| (6 - person.cast_signed(), WEST, Category::Banjir, person))
        .collect();
    said.push((3, EAST, Category::Sampah, 77));
    said.push((2, EAST, Category::Sampah, 77));
    said.push((2, EAST, Category::Sampah, 77));
    town.hear(&said);
    town
}

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
async fn a_wrong_token_is_refused_and_not_taken_for_the_public() {
    let town = flooded();
    let request = Request::get("/v1/cells").header(header::AUTHORIZATION, "Bearer guess");
    let response = town.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
}

#[tokio::test]
async fn what_does_not_fit_is_named_beside_what_would() {
    let town = flooded();
    for (path, status, parameter) in [
        ("/v1/cells?windwo=5m", 400, Some("windwo")),
        ("/v1/cells?window=5", 400, Some("window")),
        ("/v1/cells?window=5m&window=6m", 400, Some("window")),
        ("/v1/cells?category=Sampah", 400, Some("category")),
        ("/v1/cells?kelurahan=31", 400, Some("kelurahan")),
        ("/v1/cells?at=yesterday", 400, Some("at")),
        ("/v1/cells?format=xml", 400, Some("format")),
        ("/v1/trending?limit=0", 400, Some("limit")),
        ("/v1/live?window=61m", 400, Some("window")),
        ("/v1/inbox", 400, Some("unit")),
        ("/v1/inbox?unit=nobody", 404, None),
        ("/v1/rankings/rw", 404, None),
        ("/v1/reports/nothing", 404, None),
        ("/v1/areas/31.99", 404, None),
        ("/v1/tiles/cells/1/2/0", 400, Some("x")),
        ("/v1/tiles/roads/1/0/0", 404, None),
        ("/v1/nothing", 404, None),
    ] {
        let response = town.get(path).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json", "{path}");
        let problem = json(response).await;
        assert_eq!(problem["status"], status, "{path}");
        match parameter {
            Some(parameter) => {
                assert_eq!(problem["errors"][0]["parameter"], parameter, "{path}");
                assert!(!problem["errors"][0]["allowed"].as_array().unwrap().is_empty(), "{path}");
            }
            None => assert!(problem["detail"].is_string(), "{path}"),
        }
    }
    let response = town.send(Request::delete("/v1/cells").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(json(response).await["status"], 405);
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
async fn a_listener_hears_the_city_as_it_is_and_then_what_changes() {
    let mut town = flooded();
    let request = Request::get("/v1/live?window=60m").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    let response = town.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    let mut stream = response.into_body().into_data_stream();
    let mut text = String::new();
    let mut told = false;
    let delta = loop {
        let message = stream.next().await.unwrap().unwrap();
        let message = String::from_utf8(message.to_vec()).unwrap();
        if let Some(body) = event(&message, "snapshot") {
            let n: i64 = body["cells"][1].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).sum();
            assert_eq!((n, &body["window_s"]), (9, &Value::from(3_600)));
            assert_eq!(body["grid"], town.state.grid.version());
        }
        if let Some(body) = event(&message, "watermark")
            && !told
        {
            told = true;
            assert_eq!(body["totals"]["reports_60m"], 9);
            assert_eq!(body["totals"]["open"], 8, "one of nine is after the watermark");
            assert_eq!(body["trending"][0]["category"], "banjir");
            town.hear(&[(1, EAST, Category::Banjir, 5)]);
        }
        if let Some(body) = event(&message, "delta") {
            break body;
        }
        text.push_str(&message);
    };
    assert!(text.starts_with("retry: 2000"), "{text}");
    assert!(text.contains("event: version\n"));
    // The window moved with the new report; the eastern cell has one more, and no other count has changed.
    let east = delta["cells"][1].as_array().unwrap();
    assert!(east.contains(&Value::from(4)), "{delta}");
    // The stream's surprise is the one SQL computes.
    let cells = town.staff("/v1/cells").await;
    for (position, number) in delta["cells"][0].as_array().unwrap().iter().enumerate() {
        let item = cells["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|item| item["index"] == *number)
            .unwrap();
        let tenths = (item["z"].as_f64().unwrap() * 10.0).round();
        assert!((delta["cells"][2][position].as_f64().unwrap() - tenths).abs() < 1.5, "{item}");
    }
    town.state.close();
    while let Some(message) = stream.next().await {
        assert!(message.is_ok(), "a stream that is told to stop ends");
    }
}

fn event(message: &str, name: &str) -> Option<Value> {
    if !message.contains(&format!("event: {name}\n")) {
        return None;
    }
    let data = message.lines().find_map(|line| line.strip_prefix("data: "))?;
    serde_json::from_str(data).ok()
}

#[tokio::test]
async fn a_case_is_followed_from_the_desk_to_its_timeline() {
    let mut town = flooded();
    town.move_on("r0", 1, Status::Assigned);
    // Something later moves the watermark past all of it.
    town.hear(&[(-10, EAST, Category::Sampah, 1)]);
    let report = json(town.get("/v1/reports/r0").await).await;
    assert_eq!(
        (&report["channel"], &report["status"]),
        (&Value::from("qlue"), &Value::from("assigned"))
    );
    assert_eq!(report["kelurahan"], "31.71.01.1001");
    assert!(report["route"]["reason"]["id"].as_str().unwrap().len() > 10);
    assert_eq!(report["timeline"][0]["actor_role"], "petugas");
    let text = report.to_string();
    assert!(!text.contains("reporter"), "{text}");
    let units = json(town.get("/v1/units").await).await;
    let busiest = &units["items"][0];
    let code = busiest["code"].as_str().unwrap();
    let open = busiest["open"].as_u64().unwrap();
    let mut seen = 0;
    let mut cursor = String::new();
    loop {
        let page = json(town.get(&format!("/v1/inbox?unit={code}&limit=2{cursor}")).await).await;
        seen += page["items"].as_array().unwrap().len() as u64;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, open, "pages concatenate to the desk");
    let rankings = json(town.get("/v1/rankings/kelurahan?window=30d").await).await;
    assert_eq!(rankings["items"].as_array().unwrap().len(), 2);
    assert!(rankings["items"][0]["tier"].is_null(), "too few to be ranked");
    let csv = bytes(town.get("/v1/rankings/kelurahan?format=csv").await).await;
    assert!(csv.starts_with(b"level,code,name,n,open,median_first_response_h,"));
    let area = json(town.get("/v1/areas/31.71.01").await).await;
    assert_eq!((&area["level"], &area["n"]), (&Value::from("kecamatan"), &Value::from(9)));
    assert_eq!(area["inflow_24h"], 9);
}

#[tokio::test]
async fn free_sql_is_for_staff_where_it_is_switched_on_and_only_reads() {
    let ask = |sql: &str, staff: bool| {
        let mut request = Request::post("/v1/sql").header(header::CONTENT_TYPE, "application/json");
        if staff {
            request = request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        }
        request.body(Body::from(serde_json::json!({"sql": sql}).to_string())).unwrap()
    };
    let off = flooded();
    assert_eq!(off.send(ask("SELECT 1", true)).await.status(), StatusCode::FORBIDDEN);
    let mut on = Town::new(ApiSettings {
        sql_enabled: true,
        ..ApiSettings::default()
    });
    on.hear(&[(5, WEST, Category::Banjir, 1)]);
    assert_eq!(on.send(ask("SELECT 1", false)).await.status(), StatusCode::FORBIDDEN);
    let answer = json(
        on.send(ask("SELECT category, sum(n) AS n FROM panes GROUP BY category", true))
            .await,
    )
    .await;
    assert_eq!(
        (&answer["items"][0]["category"], &answer["items"][0]["n"]),
        (&Value::from("banjir"), &Value::from(1))
    );
    for wrong in [
        "DROP TABLE panes",
        "CREATE TABLE t AS SELECT 1",
        "SET datafusion.execution.batch_size = 1",
        "SELEC 1",
        "SELECT x FROM panes",
    ] {
        let response = on.send(ask(wrong, true)).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
    let mut not_json = ask("", true);
    *not_json.body_mut() = Body::from("SELECT 1");
    let response = on.send(not_json).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    let too_large = Request::post("/v1/sql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .body(Body::from(format!("{{\"sql\": \"{}\"}}", " ".repeat(300_000))))
        .unwrap();
    assert_eq!(on.send(too_large).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn operation_is_visible_and_the_description_lists_every_address() {
    let town = flooded();
    assert_eq!(town.get("/healthz").await.status(), StatusCode::OK);
    assert_eq!(town.get("/readyz").await.status(), StatusCode::OK);
    let empty = Town::new(ApiSettings::default());
    assert_eq!(empty.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(json(empty.get("/v1/cells").await).await["as_of"].is_null());
    let metrics = String::from_utf8(bytes(town.get("/metrics").await).await).unwrap();
    assert!(
        metrics.contains("tanggap_lane_applied_total{lane=\"qlue.reports-0\",channel=\"qlue\"} 9\n"),
        "{metrics}"
    );
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        assert!(metrics.contains(&format!("# TYPE {name} ")), "{line}");
    }
    let sources = json(town.get("/v1/sources").await).await;
    assert_eq!(sources["items"][0]["accounting"]["in"], 9);
    assert_eq!(sources["items"][0]["lag_messages"], 0);
    let description = json(town.get("/openapi.json").await).await;
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    for path in [
        "/v1/cells",
        "/v1/live",
        "/v1/tiles/{layer}/{z}/{x}/{y}",
        "/v1/rankings/{level}",
        "/v1/sql",
        "/metrics",
    ] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
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
