//! Jams: cells of now, and what is said of each.

use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Class, Event, EventBatchBuilder};

use super::town::{EAST, MINUTE, NOW, Town, WEST, json};

/// A jam seen once: its id, where it is, level, delay in seconds and length in metres.
type Jam<'a> = (&'a str, (f64, f64), Option<u8>, Option<i32>, i32);

fn stuck(town: &mut Town, jams: &[Jam<'_>]) {
    let mut batch = EventBatchBuilder::default();
    for (offset, (id, (longitude, latitude), jam_level, delay_s, length_m)) in jams.iter().enumerate() {
        // Eleven metres to the east, within one cell.
        let line = [*longitude, *latitude, longitude + 0.000_1, *latitude];
        let event = Event {
            line: Some(&line),
            jam_level: *jam_level,
            delay_s: *delay_s,
            length_m: Some(*length_m),
            speed_kmh: Some(f64::from(*length_m) / 100.0),
            ..Event::new(Class::Jam, id, 1, NOW - MINUTE)
        };
        batch.push(i64::try_from(offset).unwrap(), &event);
    }
    town.take(&mut batch);
}

#[tokio::test]
async fn a_cell_tells_the_worst_of_the_jams_that_cross_it_and_adds_nothing_up() {
    let mut town = Town::new(ApiSettings::default());
    stuck(
        &mut town,
        &[
            ("a", WEST, Some(2), Some(60), 400),
            ("b", WEST, Some(4), Some(300), 250),
            ("c", EAST, Some(5), None, 900),
        ],
    );
    let body = json(town.get("/v1/traffic").await).await;
    let mut items: Vec<_> = body["items"].as_array().unwrap().clone();
    items.sort_by_key(|item| item["jams"].as_i64());
    assert_eq!(items.len(), 2, "{items:?}");
    for (field, one, two) in [("jams", 1, 2), ("level", 5, 4), ("length_m", 900, 400)] {
        assert_eq!(
            (&items[0][field], &items[1][field]),
            (&Value::from(one), &Value::from(two)),
            "{field}"
        );
    }
    assert!(items[0]["delay_s"].is_null(), "a blocked road has no delay");
    assert_eq!(
        (&items[1]["delay_s"], &items[1]["speed_kmh"]),
        (&Value::from(300), &Value::from(2.5))
    );
    for item in &items {
        let number = usize::try_from(item["index"].as_u64().unwrap()).unwrap();
        assert_eq!(town.state.grid.cells()[number].cell.to_string(), item["h3"].as_str().unwrap());
    }

    let shapes = json(town.get("/v1/traffic?format=geojson").await).await;
    assert_eq!(shapes["type"], "FeatureCollection");
    assert_eq!(shapes["features"].as_array().unwrap().len(), 2);
    assert_eq!(shapes["features"][0]["geometry"]["coordinates"][0].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn a_city_without_jams_has_an_empty_list_and_not_an_error() {
    let town = Town::new(ApiSettings::default());
    let body = json(town.get("/v1/traffic").await).await;
    assert_eq!(body["items"].as_array().unwrap().len(), 0);
    assert_eq!(town.get("/v1/traffic?at=yesterday").await.status().as_u16(), 400);
}
