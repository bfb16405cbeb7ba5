//! The live stream as a listener hears it.

use axum::body::Body;
use axum::http::{Request, header};
use futures::StreamExt;
use serde_json::Value;
use tanggap_engine::event::Category;

use super::town::{EAST, TOKEN, flooded};

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
