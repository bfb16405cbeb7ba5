//! Hotspots: opened by many, explained to staff, told in public without who said it.

use axum::http::StatusCode;
use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::Category;

use super::town::{Said, Town, WEST, flooded, json};

/// Two days in which a report comes every seven minutes, each time from elsewhere; then eighteen people of the west in as many minutes.
fn outbreak() -> Town {
    let mut town = Town::new(ApiSettings::default());
    let mut said: Vec<Said> = (0..400_u32)
        .map(|number| {
            let place = number * 37 % 100;
            let position = (106.70 + f64::from(place % 10) * 0.02, -6.30 + f64::from(place / 10) * 0.02);
            (2_880 - i64::from(number) * 7, position, Category::Banjir, u64::from(number))
        })
        .collect();
    said.extend((0..20_i64).map(|person| (22 - person, WEST, Category::Banjir, 10_000 + person.unsigned_abs())));
    town.hear(&said);
    town
}

#[tokio::test]
async fn many_people_in_one_place_are_one_hotspot_with_its_reasons() {
    let town = outbreak();
    let list = town.staff("/v1/hotspots").await;
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{list}");
    let item = &items[0];
    assert_eq!(
        (&item["family"], &item["category"]),
        (&Value::from("flood"), &Value::from("banjir"))
    );
    let observed = item["observed"].as_u64().unwrap();
    assert!(observed >= 15 && item["expected"].as_f64().unwrap() < 5.0, "{item}");
    assert!(item["recurrence_days"].as_f64().unwrap() >= 30.0);
    let id = item["id"].as_str().unwrap();
    let why = town.staff(&format!("/v1/hotspots/{id}")).await;
    let members = why["members"].as_array().unwrap();
    assert_eq!(members.len() as u64, observed, "everybody spoke once");
    let count = |name: &str| why[name].as_f64().unwrap();
    assert!((count("expected") - count("of_zone") * count("of_window") / count("of_city")).abs() < 1e-9);
    assert_eq!(
        (&why["channels"][0]["channel"], &why["channels"][0]["decisive"]),
        (&Value::from("qlue"), &Value::from(true))
    );
    assert!(item["label"].as_str().is_some_and(|label| label.ends_with("_hot")), "{item}");
    assert_eq!((&why["study_days"], why["week"].as_array().unwrap().len()), (&Value::from(7), 168));
    let without = &why["channels"][0];
    assert!(
        without["statistic_without"].is_number() && without["recurrence_days_without"].is_number(),
        "{without}"
    );
    let public = json(town.get(&format!("/v1/hotspots/{id}")).await).await;
    assert_eq!(
        (public["observed"].as_u64(), &public["rounded_to"]),
        (Some(observed / 5 * 5), &Value::from(5))
    );
    for kept in ["members", "statistic", "usual", "week"] {
        assert!(public.get(kept).is_none_or(Value::is_null), "{kept}: {public}");
    }
    let count = |name: &str| public[name].as_f64().unwrap();
    assert!((count("expected") - count("of_zone") * count("of_window") / count("of_city")).abs() < 1e-9);
    assert!(public["channels"][0]["expected_without"].is_null(), "{public}");
    let list = json(town.get("/v1/hotspots").await).await;
    assert_eq!(list["items"][0]["expected"], public["expected"], "and nothing exact in the list");
}

#[tokio::test]
async fn a_city_that_does_not_look_for_hotspots_has_none() {
    let mut town = Town::new(ApiSettings {
        hotspots: None,
        ..ApiSettings::default()
    });
    town.hear(&[(5, WEST, Category::Banjir, 1)]);
    let list = town.staff("/v1/hotspots").await;
    assert_eq!((list["items"].as_array().unwrap().len(), &list["tick"]), (0, &Value::Null));
}

#[tokio::test]
async fn a_quiet_town_has_none_and_what_is_asked_wrongly_is_said() {
    let town = flooded();
    let list = town.staff("/v1/hotspots?family=flood&ended=true").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 0, "six people and no history");
    assert_eq!(town.get("/v1/hotspots?family=banjir").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(town.get("/v1/hotspots/flood-1-2").await.status(), StatusCode::NOT_FOUND);
}
