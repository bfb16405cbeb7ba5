//! The live stream as a listener hears it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, header};
use futures::StreamExt;
use serde_json::Value;
use tanggap::router::router;
use tanggap_engine::event::Category;
use tower::ServiceExt;

use super::town::{EAST, TOKEN, Town, flooded};

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

fn asking(last: Option<&str>) -> Request<Body> {
    let request = Request::get("/v1/live?window=60m").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    let request = match last {
        Some(last) => request.header("last-event-id", last),
        None => request,
    };
    request.body(Body::empty()).unwrap()
}

async fn listen(town: &Town, last: Option<&str>) -> BodyDataStream {
    town.send(asking(last)).await.into_body().into_data_stream()
}

/// What is said up to the first event of this name, the event itself last.
async fn until(stream: &mut BodyDataStream, name: &str) -> Vec<String> {
    let mut said = Vec::new();
    loop {
        let message = stream.next().await.unwrap().unwrap();
        said.push(String::from_utf8(message.to_vec()).unwrap());
        if event(&said[said.len() - 1], name).is_some() {
            return said;
        }
    }
}

fn id(message: &str) -> String {
    message.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned()
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed_word_for_word() {
    let mut town = flooded();
    let mut steady = listen(&town, None).await;
    let mut broken = listen(&town, None).await;
    until(&mut steady, "snapshot").await;
    let last = id(until(&mut broken, "snapshot").await.last().unwrap());
    drop(broken);
    town.hear(&[(1, EAST, Category::Banjir, 5)]);
    let missed = until(&mut steady, "delta").await.pop();
    let mut back = listen(&town, Some(&last)).await;
    let mut heard = until(&mut back, "delta").await;
    assert_eq!(heard.pop(), missed);
    for message in &heard {
        assert!(
            event(message, "snapshot").is_none() && event(message, "resync").is_none(),
            "{message}"
        );
    }
    for strange in ["1-1-1", "yesterday"] {
        let mut lost = listen(&town, Some(strange)).await;
        let heard = until(&mut lost, "snapshot").await;
        let told = heard.iter().filter(|message| event(message, "resync").is_some()).count();
        assert_eq!(told, 1, "{strange}: {heard:?}");
    }
    town.state.close();
}

#[tokio::test]
async fn five_hundred_pages_are_told_the_same_by_one_ticker() {
    let mut town = flooded();
    let app = router(Arc::clone(&town.state));
    let mut pages = Vec::new();
    for _ in 0..500 {
        let response = app.clone().oneshot(asking(None)).await.unwrap();
        pages.push(response.into_body().into_data_stream());
    }
    let mut tickers = BTreeSet::new();
    for page in &mut pages {
        let snapshot = id(until(page, "snapshot").await.last().unwrap());
        tickers.insert(snapshot.rsplit_once('-').unwrap().0.to_owned());
    }
    assert_eq!(tickers.len(), 1, "{tickers:?}");
    town.hear(&[(1, EAST, Category::Banjir, 5)]);
    let mut deltas = BTreeSet::new();
    for page in &mut pages {
        deltas.insert(until(page, "delta").await.pop());
    }
    assert_eq!(deltas.len(), 1, "all are told the same bytes");
    town.state.close();
}
