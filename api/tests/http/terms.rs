//! Rising terms: what was said by how many, held against what is usual, and what of it the public is told.

use axum::http::StatusCode;
use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder};

use crate::town::{MINUTE, NOW, Town, WEST, json};

/// Minutes ago, reporter, terms.
type Said = (i64, u64, &'static str);

/// Every hour of a day 40 people speak of rubbish; then 12 of a smell of gas, 4 of something else, and one person thirty times of a sale.
fn said() -> Vec<Said> {
    let mut said = Vec::new();
    for hour in (0..24).rev() {
        said.extend((0..40).map(|reporter| (hour * 60 + 30, reporter, "menumpuk sampah")));
    }
    said.extend((100..112).map(|reporter| (20, reporter, "#baugas bau gas")));
    said.extend((200..204).map(|reporter| (15, reporter, "rahasia")));
    said.extend((0..30).map(|_| (10, 300, "promo")));
    said.push((5, 301, ""));
    said
}

fn town(said: &[Said], batches: usize) -> Town {
    let mut town = Town::new(ApiSettings {
        keeps_terms: true,
        ..ApiSettings::default()
    });
    let mut next = 0;
    for chunk in said.chunks(said.len().div_ceil(batches)) {
        let mut batch = EventBatchBuilder::default();
        for (ago, reporter, terms) in chunk {
            let id = format!("t{next}");
            let event = Event {
                position: Some(WEST).filter(|_| next % 2 == 0),
                named_kota: Some(3_171),
                category: Some(Category::Sampah),
                reporter: Some(*reporter),
                terms: Some(*terms),
                ..Event::new(Class::Report, &id, 1, NOW - ago * MINUTE)
            };
            batch.push(next, &event);
            // A repeat is a duplicate, and nobody said it twice.
            batch.push(next, &event);
            next += 1;
        }
        town.take(&mut batch);
    }
    town
}

fn named<'a>(answer: &'a Value, term: &str) -> Option<&'a Value> {
    answer["items"].as_array().unwrap().iter().find(|item| item["term"] == term)
}

#[tokio::test]
async fn what_more_people_say_than_usual_rises_with_the_numbers_it_rests_on() {
    let town = town(&said(), 1);
    let staff = town.staff("/v1/terms?area=31.71").await;
    assert_eq!(
        (&staff["kept"], &staff["area"], &staff["rounded_to"]),
        (&Value::from(true), &Value::from("31.71"), &Value::from(1))
    );
    assert_eq!(
        (&staff["sample"], &staff["weeks"], &staff["slots"]),
        (&Value::from(58), &Value::from(0), &Value::from(22)),
        "{staff}"
    );
    assert_eq!((&staff["tested"], &staff["one_of"]), (&Value::from(7), &Value::from(1)));
    let gas = named(&staff, "gas").unwrap();
    assert_eq!(
        (&gas["observed"], &gas["rising"], &gas["hashtag"]),
        (&Value::from(12), &Value::from(true), &Value::from(false))
    );
    assert!(gas["q"].as_f64().unwrap() < 0.05 && gas["p"].as_f64().unwrap() <= gas["q"].as_f64().unwrap());
    let expected = gas["expected"].as_f64().unwrap();
    assert!((gas["exceedance"].as_f64().unwrap() + expected - 12.0).abs() < 1e-9);
    assert_eq!(
        (&gas["categories"][0]["category"], &gas["categories"][0]["reporters"]),
        (&Value::from("sampah"), &Value::from(12))
    );
    assert_eq!(gas["first_seen"], "2026-01-15T06:43:00Z");
    assert_eq!(named(&staff, "#baugas").unwrap()["hashtag"], true);
    assert!(named(&staff, "sampah").is_none(), "as many as every hour: {staff}");
    assert!(named(&staff, "promo").is_none(), "one person is one person");
}

#[tokio::test]
async fn the_public_is_told_of_no_term_of_fewer_than_five_people_and_no_exact_count() {
    let town = town(&said(), 1);
    for path in [
        "/v1/terms",
        "/v1/terms?area=31.71&window=1h",
        "/v1/terms?window=6h",
        "/v1/terms?window=24h&limit=100",
    ] {
        let public = json(town.get(path).await).await;
        let text = public.to_string();
        assert!(!text.contains("rahasia") && !text.contains("promo"), "{text}");
        assert_eq!(
            (&public["rounded_to"], &public["minimum_reporters"]),
            (&Value::from(5), &Value::from(5))
        );
        for name in ["sample", "learned", "tested"] {
            assert_eq!(public[name].as_i64().unwrap() % 5, 0, "{name}");
        }
        for item in public["items"].as_array().unwrap() {
            assert!(
                item["observed"].as_i64().unwrap() >= 5 && item["observed"].as_i64().unwrap() % 5 == 0,
                "{item}"
            );
            for category in item["categories"].as_array().unwrap() {
                assert_eq!(category["reporters"].as_i64().unwrap() % 5, 0, "{category}");
            }
        }
    }
    let public = json(town.get("/v1/terms?area=31.71").await).await;
    let gas = named(&public, "gas").unwrap();
    assert_eq!(
        (&gas["observed"], &gas["first_seen"]),
        (&Value::from(10), &Value::from("2026-01-15T06:30:00Z"))
    );
    let staff = town.staff("/v1/terms?area=31.71").await;
    assert_eq!(staff["minimum_reporters"], 3);
}

#[tokio::test]
async fn the_cut_into_batches_and_repeats_change_no_number() {
    let whole = town(&said(), 1).staff("/v1/terms?limit=100").await;
    let cut = town(&said(), 37).staff("/v1/terms?limit=100").await;
    for name in ["sample", "learned", "tested", "items"] {
        assert_eq!(whole[name], cut[name], "{name}");
    }
    assert!(!whole["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn places_are_kota_and_what_does_not_fit_is_refused() {
    let town = town(&said(), 1);
    let unknown = town.staff("/v1/terms?area=unknown").await;
    assert_eq!((&unknown["sample"], &unknown["area"]), (&Value::from(0), &Value::from("unknown")));
    let past = town.staff("/v1/terms?at=2026-01-15T12:03:00%2B07:00").await;
    assert_eq!(
        (&past["sample"], past["items"].as_array().unwrap().len()),
        (&Value::from(40), 0),
        "{past}"
    );
    for path in [
        "area=31.74.01",
        "area=99.99",
        "window=2h",
        "window=7d",
        "limit=0",
        "limit=101",
        "at=now",
        "term=gas",
    ] {
        assert_eq!(
            town.get(&format!("/v1/terms?{path}")).await.status(),
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
}

#[tokio::test]
async fn where_no_terms_are_kept_the_answer_says_so() {
    let mut town = Town::new(ApiSettings::default());
    let empty = json(town.get("/v1/terms").await).await;
    assert_eq!(
        (&empty["kept"], &empty["window_start"], &empty["items"]),
        (&Value::from(false), &Value::Null, &Value::Array(Vec::new()))
    );
    town.hear(&[(1, WEST, Category::Sampah, 1)]);
    let none = json(town.get("/v1/terms").await).await;
    assert_eq!(
        (&none["kept"], &none["sample"], &none["one_of"]),
        (&Value::from(false), &Value::from(0), &Value::from(1))
    );
}
