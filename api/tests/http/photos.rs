//! Photos by the reports that show them: named to staff in timelines, incidents and flags, small ones for lists, and nothing for the public.

use std::io::Cursor;
use std::path::Path;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use tanggap::access::Role;
use tanggap::deeds::DeedSettings;
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Evidence, Status, photo_hash};

use super::access::{accounts, get, token};
use super::town::{EAST, MINUTE, NOW, Town, WEST, bytes, json as told};

/// Two people of the west speak of one flood (r0, r1), and others of something else since.
fn town(directory: &Path) -> Town {
    let mut town = Town::new(ApiSettings {
        access: accounts(),
        deeds: DeedSettings {
            directory: Some(directory.to_owned()),
            ..DeedSettings::default()
        },
        ..ApiSettings::default()
    });
    town.hear(&[(60, WEST, Category::Banjir, 1), (58, WEST, Category::Banjir, 2)]);
    town.hear(&[(-2, EAST, Category::Sampah, 3)]);
    town
}

/// Uploads a picture of one colour as anybody may; its SHA-256.
async fn uploaded(town: &Town, red: u8) -> String {
    let drawing = RgbImage::from_fn(800, 600, |x, y| {
        Rgb([red, u8::try_from(x % 200).unwrap(), u8::try_from(y % 200).unwrap()])
    });
    let mut file = Cursor::new(Vec::new());
    drawing.write_to(&mut file, ImageFormat::Png).unwrap();
    let request = Request::post("/v1/photos").header(header::CONTENT_TYPE, "image/png");
    let response = town.send(request.body(Body::from(file.into_inner())).unwrap()).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    told(response).await["sha256"].as_str().unwrap().to_owned()
}

/// A report moves on minutes before now, and shows photos by the text of their hashes.
fn show(town: &mut Town, id: &str, ago: i64, status: Status, before: Option<&str>, after: Option<&str>) {
    let mut batch = EventBatchBuilder::default();
    let event = Event {
        status: Some(status),
        report_channel: Some("qlue"),
        evidence: Evidence {
            before_photo: before.map(photo_hash),
            after_photo: after.map(photo_hash),
            ..Evidence::NONE
        },
        ..Event::new(Class::Transition, id, ago.unsigned_abs(), NOW - ago * MINUTE)
    };
    batch.push(10_000 - ago, &event);
    town.take(&mut batch);
}

async fn staff(town: &Town, path: &str, role: Role) -> Value {
    let response = get(town, path, &token(role)).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    told(response).await
}

#[tokio::test]
async fn staff_are_told_which_photos_a_report_shows_and_the_public_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let mut town = town(directory.path());
    let before = uploaded(&town, 200).await;
    show(&mut town, "r0", 50, Status::InProgress, Some(&before), None);
    show(&mut town, "r0", 40, Status::Resolved, Some(&before), Some("a hash of elsewhere"));
    let report = staff(&town, "/v1/reports/r0", Role::Officer).await;
    let here = json!({"present": true, "sha256": before});
    let [work, done] = [&report["timeline"][0], &report["timeline"][1]];
    assert_eq!((&work["before_photo"], work.get("after_photo")), (&here, None), "{report}");
    assert_eq!((&done["before_photo"], &done["after_photo"]), (&here, &json!({"present": false})));
    let public = told(town.get("/v1/reports/r0").await).await;
    assert_eq!(public["timeline"].as_array().unwrap().len(), 2);
    assert!(!public.to_string().contains("photo"), "{public}");

    let incident = staff(&town, "/v1/incidents/qlue:r1", Role::Verifier).await;
    let members = incident["members"].as_array().unwrap();
    assert_eq!(
        (members.len(), &members[0]["photo"], members[1].get("photo")),
        (2, &here, None),
        "{incident}"
    );
}

#[tokio::test]
async fn the_leadership_is_told_the_photo_of_a_closing_and_the_earlier_one() {
    let directory = tempfile::tempdir().unwrap();
    let mut town = town(directory.path());
    let photo = uploaded(&town, 90).await;
    show(&mut town, "r0", 30, Status::Resolved, None, Some(&photo));
    show(&mut town, "r1", 20, Status::Resolved, None, Some(&photo));
    let quality = staff(&town, "/v1/quality/kelurahan/31.71.01.1001", Role::Leadership).await;
    let items = quality["items"].as_array().unwrap();
    let reused = items.iter().find(|item| item["flag"] == "photo_reused").unwrap();
    assert_eq!(reused["id"], "r1");
    assert_eq!(
        reused["photos"],
        json!([
            {"side": "after", "channel": "qlue", "id": "r1", "present": true, "sha256": photo},
            {"side": "earlier", "channel": "qlue", "id": "r0", "present": true, "sha256": photo},
        ])
    );
    let officer = get(&town, "/v1/quality/kelurahan/31.71.01.1001", &token(Role::Officer)).await;
    assert_eq!(officer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_small_one_is_made_for_lists() {
    let directory = tempfile::tempdir().unwrap();
    let town = town(directory.path());
    let sha256 = uploaded(&town, 10).await;
    let path = format!("/v1/photos/{sha256}?width=320");
    assert_eq!(town.get(&path).await.status(), StatusCode::UNAUTHORIZED);
    let officer = token(Role::Officer);
    for _ in 0..2 {
        let small = get(&town, &path, &officer).await;
        assert_eq!(small.headers()[header::CONTENT_TYPE], "image/jpeg");
        assert_eq!(small.headers()[header::CACHE_CONTROL], "private, max-age=86400, immutable");
        let squares = image::load_from_memory(&bytes(small).await).unwrap();
        assert_eq!((squares.width(), squares.height()), (320, 240));
    }
    let kept = directory.path().join("photos").join(&sha256[..2]).join(format!("{sha256}.320.jpg"));
    assert!(kept.is_file());
    let other = format!("/v1/photos/{}?width=320", "0".repeat(64));
    assert_eq!(get(&town, &other, &officer).await.status(), StatusCode::NOT_FOUND);
    let wide = format!("/v1/photos/{sha256}?width=5000");
    assert_eq!(get(&town, &wide, &officer).await.status(), StatusCode::BAD_REQUEST);
}
