//! The audit of a row as an appeal needs it: one hand-over was wrong, is corrected, and both positions can be shown and computed anew.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, Status};

use super::town::{EAST, MINUTE, NOW, TOKEN, Town, WEST, bytes, json};

/// Ten minutes before the complaint that was Dishub's by mistake is handed on, and ten minutes after.
const BEFORE: &str = "2026-01-15T05:53:00Z";
const AFTER: &str = "2026-01-15T06:13:00Z";
/// Of the reporter of every complaint.
const REPORTER: u64 = 9_876_543_219_876_543;

fn report<'a>(id: &'a str, ago: i64, position: (f64, f64), unit: &'a str) -> (i64, Event<'a>) {
    let event = Event {
        position: Some(position),
        category: Some(Category::Sampah),
        kind: Some(Kind::Complaint),
        reporter: Some(REPORTER),
        unit: Some(unit),
        ..Event::new(Class::Report, id, 1, NOW - ago * MINUTE)
    };
    (ago, event)
}

fn moved<'a>(id: &'a str, ago: i64, status: Status, unit: Option<&'a str>) -> (i64, Event<'a>) {
    let event = Event {
        status: Some(status),
        report_channel: Some("qlue"),
        unit,
        ..Event::new(Class::Transition, id, status as u64, NOW - ago * MINUTE)
    };
    (ago, event)
}

/// Forty complaints of either side, the eastern ones with Dishub though our rules would ask the environment agency, and one in the west
/// that is handed on an hour before now.
fn appealing() -> Town {
    let ids: Vec<String> = (0..80).map(|number| format!("c{number}")).collect();
    let mut said: Vec<(i64, Event<'_>)> = Vec::new();
    for (number, id) in (0_i64..).zip(&ids) {
        let filed = 1_390 - number * 15;
        let (position, unit, wait) = if number % 2 == 0 {
            (WEST, "dlh", 20 + number * 37 % 400)
        } else {
            (EAST, "Dishub", 60 + number * 53 % 600)
        };
        said.push(report(id, filed, position, unit));
        said.push(moved(id, filed - 10, Status::InProgress, None));
        if number % 5 > 0 && wait < filed {
            said.push(moved(id, filed - wait, Status::Resolved, None));
        }
    }
    said.push(report("wrong", 300, WEST, "Dishub"));
    said.push(moved("wrong", 60, Status::Assigned, Some("dlh")));
    // Something later moves the watermark past all of it.
    said.push(report("later", -10, EAST, "Dishub"));
    said.sort_by_key(|(ago, _)| -ago);
    let mut batch = EventBatchBuilder::default();
    for (offset, (_, event)) in (0..).zip(&said) {
        batch.push(offset, event);
    }
    let mut town = Town::new(ApiSettings::default());
    town.take(&mut batch);
    town
}

async fn shown(town: &Town, path: &str) -> Response {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    town.send(request.body(Body::empty()).unwrap()).await
}

/// The audit, and the file it came in.
async fn audited(town: &Town, path: &str) -> (Value, Vec<u8>) {
    let response = shown(town, &format!("/v1/rankings/{path}")).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let raw = bytes(response).await;
    let mut file: Value = serde_json::from_slice(&raw).unwrap();
    assert_eq!(file["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(
        &raw[75..85],
        b"\",\"audit\":",
        "the hashed bytes begin where the documentation says"
    );
    (file["audit"].take(), raw)
}

fn case<'a>(audit: &'a Value, id: &str) -> &'a Value {
    let cases = audit["cases"].as_array().unwrap();
    cases.iter().find(|case| case["id"] == id).unwrap()
}

#[tokio::test]
async fn only_staff_get_an_audit_and_only_of_what_is_in_the_table() {
    let town = appealing();
    let path = "/v1/rankings/dinas/dishub/audit";
    assert_eq!(town.get(path).await.status(), StatusCode::UNAUTHORIZED);
    for (path, status) in [
        ("/v1/rankings/dinas/nobody/audit", StatusCode::NOT_FOUND),
        ("/v1/rankings/rw/01/audit", StatusCode::NOT_FOUND),
        ("/v1/rankings/kelurahan/31.71.01.9999/audit", StatusCode::NOT_FOUND),
        ("/v1/rankings/dinas/dishub/audit?as_of=yesterday", StatusCode::BAD_REQUEST),
        ("/v1/rankings/dinas/dishub/audit?format=csv", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(shown(&town, path).await.status(), status, "{path}");
    }
    let response = shown(&town, path).await;
    assert_eq!(
        response.headers()[header::CONTENT_DISPOSITION],
        "attachment; filename=\"audit-dinas-dishub.json\""
    );
    let nothing = Town::new(ApiSettings::default());
    assert_eq!(shown(&nothing, path).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_audit_lists_every_complaint_behind_its_row_and_names_nobody() {
    let town = appealing();
    for path in ["kelurahan/31.71.01.1001", "kota/31.71", "dinas/dlh", "channel/qlue"] {
        let (audit, raw) = audited(&town, &format!("{path}/audit")).await;
        let (_, again) = audited(&town, &format!("{path}/audit")).await;
        assert!(raw == again, "{path}: the same row has the same bytes");
        let row = &audit["row"];
        let cases = audit["cases"].as_array().unwrap();
        assert_eq!(row["n"], cases.len(), "{path}");
        let ended: u64 = row["ends"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(row["n"].as_u64().unwrap(), ended + row["open"].as_u64().unwrap(), "{path}");
        let expected: f64 = cases.iter().map(|case| case["hazard"].as_f64().unwrap()).sum();
        assert!((expected - row["mixed"]["expected"].as_f64().unwrap()).abs() < 1e-9, "{path}");
        for version in ["program", "territory", "categories", "routes", "calendar", "sla"] {
            assert!(!audit["versions"][version].as_str().unwrap().is_empty(), "{version}");
        }
        let text = String::from_utf8(raw).unwrap();
        assert!(!text.contains("reporter") && !text.contains(&REPORTER.to_string()), "{path}");
        let table = json(town.get(&format!("/v1/rankings/{}", path.split('/').next().unwrap())).await).await;
        let items = table["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["code"] == audit["code"]).unwrap();
        for name in [
            "n",
            "open",
            "ends",
            "rmst_resolution_h",
            "rank",
            "rank_lo",
            "rank_hi",
            "reliability",
            "p_slowest_tenth",
            "resolved_share",
        ] {
            assert_eq!(item[name], row[name], "{path}: {name}");
        }
        assert_eq!(table["formula"], audit["formula"]);
    }
}

#[tokio::test]
async fn a_corrected_hand_over_shows_the_old_and_the_new_position() {
    let town = appealing();
    let (before, _) = audited(&town, &format!("dinas/dishub/audit?as_of={BEFORE}")).await;
    let (after, _) = audited(&town, &format!("dinas/dishub/audit?as_of={AFTER}")).await;
    let (wrong, right) = (case(&before, "wrong"), case(&after, "wrong"));
    assert_eq!((&wrong["shared"], &wrong["counted_end"]), (&Value::from(false), &Value::Null));
    assert_eq!(wrong["seconds"], 230.0 * 60.0, "it has waited since it was filed");
    assert_eq!(
        (&right["shared"], &right["counted_end"]),
        (&Value::from(true), &Value::from("handed_over"))
    );
    assert_eq!(right["seconds"], 240.0 * 60.0, "as long as Dishub held it");
    assert_eq!(right["spells"].as_array().unwrap().len(), 2);
    assert_eq!(right["spells"][1]["unit"], "dlh");
    assert_eq!(
        (&before["row"]["ends"]["handed_over"], &after["row"]["ends"]["handed_over"]),
        (&Value::from(0), &Value::from(1))
    );
    let (old, _) = audited(&town, &format!("dinas/dlh/audit?as_of={BEFORE}")).await;
    let (new, _) = audited(&town, &format!("dinas/dlh/audit?as_of={AFTER}")).await;
    assert_eq!((&old["row"]["n"], &new["row"]["n"]), (&Value::from(40), &Value::from(41)));
    assert_ne!(old["row"]["rmst_resolution_h"], new["row"]["rmst_resolution_h"]);
    assert_eq!(case(&new, "wrong")["seconds"], 600.0);
    let table = town.staff(&format!("/v1/rankings/dinas?as_of={BEFORE}")).await;
    assert_eq!((&table["as_of"], &table["final"]), (&Value::from(BEFORE), &Value::from(true)));
    let items = table["items"].as_array().unwrap();
    let dlh = items.iter().find(|item| item["code"] == "dlh").unwrap();
    assert_eq!(dlh["rmst_resolution_h"], old["row"]["rmst_resolution_h"]);
}

#[tokio::test]
async fn what_was_filed_before_the_window_is_listed_with_its_reason() {
    let town = appealing();
    let (audit, _) = audited(&town, &format!("channel/qlue/audit?as_of={AFTER}&window=6h")).await;
    let counted = audit["row"]["n"].as_u64().unwrap();
    let left_out = audit["excluded_counts"]["filed_before_window"].as_u64().unwrap();
    assert_eq!(counted + left_out, 81);
    assert!(counted > 0 && left_out > 0);
    let excluded = audit["excluded"].as_array().unwrap();
    assert_eq!(excluded.len() as u64, left_out);
    let since = audit["since_us"].as_i64().unwrap();
    assert!(excluded.iter().all(|one| one["filed_us"].as_i64().unwrap() <= since));
    let cases = audit["cases"].as_array().unwrap();
    assert!(cases.iter().all(|one| one["filed_us"].as_i64().unwrap() > since));
}

#[tokio::test]
async fn another_program_computes_the_same_row_from_the_file_alone() {
    let town = appealing();
    let folder = tempfile::tempdir().unwrap();
    for path in [
        "kelurahan/31.71.01.1001/audit".to_owned(),
        "kelurahan/31.71.01.1002/audit?window=12h".to_owned(),
        "kecamatan/31.71.01/audit?window=all".to_owned(),
        "channel/qlue/audit".to_owned(),
        format!("dinas/dishub/audit?as_of={BEFORE}"),
        format!("dinas/dishub/audit?as_of={AFTER}"),
        "dinas/dlh/audit?quality=adjusted".to_owned(),
    ] {
        let (_, raw) = audited(&town, &path).await;
        let file = folder.path().join("audit.json");
        fs::write(&file, raw).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/oracle/audit.py");
        match Command::new("python3").arg(script).arg(&file).output() {
            Ok(done) => assert!(done.status.success(), "{path}: {}", String::from_utf8_lossy(&done.stdout)),
            Err(error) if error.kind() == ErrorKind::NotFound => return not_run("python3 is not there"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so where people look")]
fn not_run(missing: &str) {
    assert!(std::env::var_os("CI").is_none(), "{missing}");
    eprintln!("NOT RUN: another_program_computes_the_same_row_from_the_file_alone: {missing}");
}
