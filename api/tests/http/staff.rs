//! What staff may do: follow a case, ask in SQL.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Category, Status};

use super::town::{EAST, TOKEN, Town, WEST, bytes, flooded, json};

#[tokio::test]
async fn a_wrong_token_is_refused_and_not_taken_for_the_public() {
    let town = flooded();
    let request = Request::get("/v1/cells").header(header::AUTHORIZATION, "Bearer guess");
    let response = town.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
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
    assert_eq!(rankings["quality_says"]["en"], "closure quality not applied");
    let adjusted = json(town.get("/v1/rankings/kelurahan?window=30d&quality=adjusted").await).await;
    assert_eq!(adjusted["quality"], "adjusted");
    assert_eq!(adjusted["items"].as_array().unwrap().len(), 2);
    let request = Request::get("/v1/quality/kelurahan/31.99.99.9999").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    let missing = town.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND, "nothing there was resolved");
    let csv = bytes(town.get("/v1/rankings/kelurahan?format=csv").await).await;
    assert!(csv.starts_with(b"level,code,name,n,open,median_first_response_h,"));
    let area = json(town.get("/v1/areas/31.71.01").await).await;
    assert_eq!((&area["level"], &area["n"]), (&Value::from("kecamatan"), &Value::from(9)));
    assert_eq!(
        (&area["inflow"], &area["since"]),
        (&Value::from(9), &Value::from("2026-01-13T17:00:00Z"))
    );
}

#[tokio::test]
async fn what_reaches_back_is_not_answered_while_history_cannot_be_read() {
    let mut town = Town::new(ApiSettings {
        sql_enabled: true,
        keeps_history: true,
        ..ApiSettings::default()
    });
    town.hear(&[(5, WEST, Category::Banjir, 1)]);
    let question = Request::post("/v1/sql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .body(Body::from(r#"{"sql": "SELECT count(*) FROM reports"}"#));
    let response = town.send(question.unwrap()).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    let told = json(response).await;
    assert!(told["type"].as_str().unwrap().ends_with("no-history"), "{told}");
    assert_eq!(town.get("/v1/cells").await.status(), StatusCode::OK, "what is now does not wait");
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
    assert_eq!(on.send(ask("SELECT 1", false)).await.status(), StatusCode::UNAUTHORIZED);
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
