//! What the public never sees: a report that is private, and how many there are.

use axum::http::StatusCode;
use tanggap::state::ApiSettings;
use tanggap_engine::event::Category;

use super::town::{EAST, Town, WEST, json};

#[tokio::test]
async fn crime_is_shown_to_staff_only() {
    let mut town = Town::new(ApiSettings::default());
    town.hear(&[(5, WEST, Category::Kriminal, 1), (4, WEST, Category::Sampah, 2)]);
    // Something later moves the watermark past both.
    town.hear(&[(-10, EAST, Category::Sampah, 3)]);
    assert_eq!(town.get("/v1/reports/r0").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(town.get("/v1/reports/r1").await.status(), StatusCode::OK);
    let seen = town.staff("/v1/reports/r0").await;
    assert_eq!(
        (&seen["route"]["unit_code"], &seen["route"]["passed_on"]),
        (&"polda".into(), &false.into())
    );
    let area = json(town.get("/v1/areas/31.71.01.1001").await).await;
    assert_eq!(area["n"], 1, "the one that is shown by itself: {area}");
    assert!(!area.to_string().contains("kriminal"), "{area}");
    let area = town.staff("/v1/areas/31.71.01.1001").await;
    assert_eq!(area["n"], 2, "{area}");
    // From a ranking that counted it, whoever takes away what is public would have it.
    let ranked = json(town.get("/v1/rankings/kelurahan?window=all").await).await;
    let items = ranked["items"].as_array().unwrap();
    let west = items.iter().find(|item| item["code"] == "31.71.01.1001").unwrap();
    assert_eq!(west["n"], 1, "{west}");
    let ranked = json(town.get("/v1/rankings/dinas?window=all").await).await;
    assert!(!ranked.to_string().contains("polda"), "{ranked}");
}

#[tokio::test]
async fn of_a_single_report_the_public_is_told_kelurahan_and_day() {
    let mut town = Town::new(ApiSettings::default());
    town.hear(&[(5, WEST, Category::Sampah, 1)]);
    town.hear(&[(-10, EAST, Category::Sampah, 2)]);
    let told = json(town.get("/v1/reports/r0").await).await;
    let midnight = "2026-01-14T17:00:00Z";
    assert!(told["h3"].is_null() && told["kelurahan"] == "31.71.01.1001", "{told}");
    assert_eq!(told["received"], midnight);
    let route = &told["route"];
    assert!(
        route["boundary_m"].is_null() && route["confidence"].is_null() && route["second_unit"].is_null(),
        "{route}"
    );
    let seen = town.staff("/v1/reports/r0").await;
    assert!(seen["h3"].is_string() && seen["route"]["boundary_m"].is_number(), "{seen}");
    assert_ne!(seen["received"], midnight);
    let unit = seen["route"]["unit_code"].as_str().unwrap();
    let desk = json(town.get(&format!("/v1/inbox?unit={unit}")).await).await;
    let item = &desk["items"][0];
    assert!(
        item["received"] == midnight && item["boundary_m"].is_null() && item["expected"].is_null(),
        "{item}"
    );
}
