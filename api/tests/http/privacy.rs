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
    assert!(area["n"].is_null(), "one is too few to be counted: {area}");
    assert_eq!(area["suppressed_categories"], 1);
    assert!(!area.to_string().contains("kriminal"), "{area}");
    let area = town.staff("/v1/areas/31.71.01.1001").await;
    assert_eq!(area["n"], 2, "{area}");
}
