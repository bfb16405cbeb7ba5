//! What a model could not read goes to a person, and to nobody else.

use axum::http::StatusCode;
use tanggap::state::ApiSettings;
use tanggap_connectors::decode::{NO_REPORT, UNREAD};
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, Status};

use super::town::{MINUTE, NOW, Town, WEST};

#[tokio::test]
async fn the_queue_holds_what_was_not_understood_until_somebody_acts() {
    let mut town = Town::new(ApiSettings::default());
    let mut batch = EventBatchBuilder::default();
    let report = |id, ago, mark, kind| Event {
        category: Some(Category::Lainnya),
        source_category: mark,
        kind,
        ..Event::new(Class::Report, id, 1, NOW - ago * MINUTE)
    };
    batch.push(0, &report("31", 3, Some(UNREAD), None));
    batch.push(
        1,
        &Event {
            position: Some(WEST),
            ..report("32", 2, Some(UNREAD), Some(Kind::Complaint))
        },
    );
    batch.push(2, &report("33", 2, Some(NO_REPORT), None));
    batch.push(3, &report("34", 2, None, Some(Kind::Complaint)));
    town.take(&mut batch);

    let queue = town.staff("/v1/unread").await;
    let ids = |queue: &serde_json::Value| -> Vec<String> {
        let items = queue["items"].as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&queue), ["32", "31"], "the newest first");
    assert_eq!(queue["items"][0]["kind"], "complaint");
    assert_eq!(queue["items"][0]["kelurahan"], "31.71.01.1001");
    assert!(queue["items"][1]["kind"].is_null() && queue["items"][1]["h3"].is_null());
    assert_eq!(queue["more"], false);
    let shorter = town.staff("/v1/unread?limit=1").await;
    assert_eq!((ids(&shorter), &shorter["more"]), (vec!["32".to_owned()], &true.into()));

    town.move_on("32", 1, Status::Assigned);
    assert_eq!(ids(&town.staff("/v1/unread").await), ["31"]);
    assert_eq!(town.get("/v1/unread").await.status(), StatusCode::UNAUTHORIZED);
}
