//! The real feeds, counted: expectations come from Python's `json` and `csv` over the same files. Needs the data directory
//! (`TANGGAP_DATA`, default `../shared/data` beside the workspace); without it the tests say that they did not run, and fail
//! in CI.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use serde_json::Value;
use tanggap_connectors::decode::csv_row_to_json;
use tanggap_engine::event::Class;

use super::support::{Decoded, Refused, decode, decode_at, decoder};

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TANGGAP_DATA").map_or_else(|| PathBuf::from("../../shared/data"), PathBuf::from);
    let file = root.join(path);
    if file.exists() {
        return Some(file);
    }
    assert!(std::env::var_os("CI").is_none(), "the data set is missing in CI: {path}");
    eprintln!("NOT RUN: no {path} under TANGGAP_DATA");
    None
}

fn text(path: &str) -> Option<String> {
    Some(std::fs::read_to_string(data(path)?).unwrap())
}

fn json(path: &str) -> Option<Value> {
    Some(serde_json::from_str(&text(path)?).unwrap())
}

fn csv_rows(path: &str, topic: &str) -> Option<(Vec<Decoded>, Vec<Refused>)> {
    let file = data(path)?;
    let bytes: Box<dyn Read> = if file.extension().is_some_and(|extension| extension == "gz") {
        Box::new(GzDecoder::new(File::open(file).unwrap()))
    } else {
        Box::new(File::open(file).unwrap())
    };
    let mut reader = csv::Reader::from_reader(bytes);
    let headers = reader.headers().unwrap().clone();
    let (mut decoder, mut json) = (decoder(topic), String::new());
    let (mut events, mut rejects) = (Vec::new(), Vec::new());
    for row in reader.records() {
        csv_row_to_json(&headers, &row.unwrap(), &mut json);
        let (more, refused) = decode_at(&mut decoder, None, Some(json.as_bytes()));
        events.extend(more);
        rejects.extend(refused);
    }
    Some((events, rejects))
}

#[test]
fn the_jakarta_waze_minute_is_read_whole() {
    let Some(document) = text("feeds/waze_ccp_jakarta_2017-05-03.json") else {
        return;
    };
    let (events, rejects) = decode("waze.feed", &document);
    assert_eq!(rejects, []);
    let of = |class: Class| events.iter().filter(move |event| event.class == class);
    assert_eq!(
        (of(Class::Report).count(), of(Class::Jam).count(), of(Class::Irregularity).count()),
        (285, 965, 37)
    );
    let mut categories = BTreeMap::new();
    for alert in of(Class::Report) {
        *categories.entry(alert.category.unwrap()).or_insert(0) += 1;
        assert!(alert.position.is_some() && alert.source_category.is_none());
    }
    let expected = [("bahaya_jalan", 16), ("kecelakaan", 8), ("kemacetan", 221), ("penutupan_jalan", 40)];
    assert_eq!(categories.into_iter().collect::<Vec<_>>(), expected);
    assert!(events.iter().all(|event| event.seen_at == Some(1_493_789_160_000_000)));
    let millis = |class: Class| of(class).map(|event| event.event_time / 1000).sum::<i64>();
    assert_eq!(millis(Class::Report), 425_711_181_049_338);
    assert_eq!(millis(Class::Jam), 1_441_501_063_100_742);
    assert_eq!(millis(Class::Irregularity), 55_270_107_029_683);
    assert_eq!(
        of(Class::Irregularity).map(|event| event.own_time / 1000).sum::<i64>(),
        55_270_202_915_634
    );
    let points = |class: Class| of(class).map(|event| event.line.as_ref().unwrap().len() / 2).sum::<usize>();
    assert_eq!((points(Class::Jam), points(Class::Irregularity)), (13_975, 779));
    assert_eq!(of(Class::Jam).filter(|jam| jam.delay_s.is_none()).count(), 38);
    assert_eq!(of(Class::Jam).filter(|jam| jam.jam_level == Some(5)).count(), 38);
    assert_eq!(of(Class::Jam).map(|jam| i64::from(jam.length_m.unwrap())).sum::<i64>(), 907_423);
    let speed: f64 = of(Class::Jam).map(|jam| jam.speed_kmh.unwrap()).sum();
    assert!((speed - 11_409.27).abs() < 1e-6, "{speed}");
    let after = |class: Class| of(class).filter(|event| event.event_time > event.seen_at.unwrap()).count();
    assert_eq!((after(Class::Report), after(Class::Jam)), (30, 197));
}

#[test]
fn the_objects_of_the_waze_minute_give_the_same_rows_alone() {
    let Some(document) = json("feeds/waze_ccp_jakarta_2017-05-03.json") else {
        return;
    };
    let (whole, _) = decode("waze.feed", &document.to_string());
    let mut decoder = decoder("waze.feed");
    let mut alone = Vec::new();
    for (array, name) in [("alerts", "alert"), ("jams", "jam"), ("irregularities", "irregularity")] {
        for (index, object) in document[array].as_array().unwrap().iter().enumerate() {
            let mut payload = if index % 2 == 0 {
                object.clone()
            } else {
                serde_json::json!({ name: object })
            };
            for key in ["startTimeMillis", "endTimeMillis"] {
                payload[key] = document[key].clone();
            }
            let (events, rejects) = decode_at(&mut decoder, None, Some(payload.to_string().as_bytes()));
            assert_eq!((events.len(), rejects.len()), (1, 0), "{name} {index}");
            alone.extend(events);
        }
    }
    assert_eq!(whole, alone);
}

#[test]
fn the_qlue_samples_are_two_reports_and_no_report() {
    let Some(samples) = json("feeds/qlue_samples.json") else { return };
    let raw = decode("qlue.reports", &samples["raw_feed_shape"][0].to_string());
    let stored = decode("qlue.reports", &samples["cognicity_row"].to_string());
    // 2014-02-06 20:06:26 in Jakarta, the same moment as the stored 2014-02-07 00:06:26+11.
    for (events, rejects) in [&raw, &stored] {
        assert_eq!(rejects, &[]);
        assert_eq!((events[0].id.as_str(), events[0].event_time), ("1", 1_391_691_986_000_000));
        let (longitude, latitude) = events[0].position.unwrap();
        assert!((longitude - 106.825_249).abs() < 1e-5 && (latitude + 6.389_454).abs() < 1e-5);
    }
    assert_eq!(
        decode("qlue.reports", &samples["petabencana_report"].to_string()).1,
        [("no_id", "post_id".to_owned())]
    );
    let Some(points) = json("feeds/qlue_example_points_2017.json") else {
        return;
    };
    for point in points.as_array().unwrap() {
        assert_eq!(decode("qlue.reports", &point.to_string()).1, [("no_id", "post_id".to_owned())]);
    }
}

#[test]
fn the_petabencana_reports_are_read_by_their_mapping() {
    let Some(samples) = json("feeds/petabencana_api_samples.json") else {
        return;
    };
    let archived = &samples["reports_archive"][0]["result"]["features"][0];
    let (events, rejects) = decode("reports.petabencana", &archived.to_string());
    assert_eq!(rejects, []);
    assert_eq!((events[0].id.as_str(), events[0].category), ("0001", Some("banjir")));
    assert_eq!(
        (events[0].event_time, events[0].position),
        (1_512_381_060_000_000, Some((106.815_842, -6.183_179)))
    );
    let live = &samples["reports_live"][0]["result"]["objects"]["output"]["geometries"][0];
    let (events, _) = decode("reports.petabencana", &live.to_string());
    // Its coordinates are steps of a grid, not degrees: (0, 0), which the engine keeps as unlocated.
    assert_eq!((events[0].id.as_str(), events[0].position), ("5519", Some((0.0, 0.0))));
    assert_eq!(
        decode("reports.petabencana", &samples["reports_live"][0].to_string()).1,
        [("no_id", "id".to_owned())]
    );
}

#[test]
fn every_tweet_sample_is_read() {
    let Some(stream) = text("feeds/twitter_v2_filtered_stream.jsonl") else {
        return;
    };
    let tweets: Vec<Decoded> = stream.lines().flat_map(|line| decode("twitter.tweets", line).0).collect();
    assert_eq!((stream.lines().count(), tweets.len()), (7, 7));
    assert_eq!(tweets.iter().filter(|tweet| tweet.position.is_some()).count(), 2);
    assert_eq!(
        (tweets[2].id.as_str(), tweets[2].position),
        ("1377650277642338305", Some((-86.582_169_81, 34.751_922_28)))
    );
    assert_eq!(tweets[0].event_time, 1_617_292_351_000_000);
    let Some(pages) = text("feeds/twitter_v2_geo.jsonl") else { return };
    let tweets: Vec<Decoded> = pages.lines().flat_map(|line| decode("twitter.tweets", line).0).collect();
    assert_eq!(
        tweets.iter().map(|tweet| tweet.position.is_some()).collect::<Vec<_>>(),
        [true, false]
    );
    let Some(classic) = json("feeds/twitter_v1.1_samples.json") else {
        return;
    };
    let mut times = BTreeMap::new();
    for sample in classic.as_object().unwrap().values() {
        let (events, rejects) = decode("twitter.tweets", &sample.to_string());
        assert_eq!(rejects, []);
        times.insert(events[0].id.clone(), events[0].event_time / 1_000_000);
    }
    let expected = [
        ("708067963060916224", 1_457_651_532),
        ("743496707711733760", 1_466_098_403),
        ("758013561356419072", 1_469_559_490),
        ("758838116891242496", 1_469_756_080),
    ];
    assert_eq!(
        times.into_iter().collect::<Vec<_>>(),
        expected.map(|(id, time)| (id.to_owned(), time))
    );
}

#[test]
fn the_chicago_requests_are_read_by_the_open311_mapping() {
    let Some(requests) = json("feeds/open311_chicago_50.json") else {
        return;
    };
    let requests = requests.as_array().unwrap();
    assert_eq!(requests.len(), 50);
    for request in requests {
        let (events, rejects) = decode("reports.open311", &request.to_string());
        assert_eq!((events.len(), rejects.len()), (1, 0));
        assert_eq!(events[0].id, request["service_request_id"]);
        assert!(events[0].position.is_some() && events[0].own_time >= events[0].event_time && events[0].category != Some("lainnya"));
    }
}

#[test]
fn the_surabaya_complaints_are_read_row_by_row() {
    let Some((events, rejects)) = csv_rows("complaints/wargaku_surabaya_2022_2023.csv.gz", "reports.surabaya") else {
        return;
    };
    assert_eq!(rejects, []);
    let of = |class: Class| events.iter().filter(move |event| event.class == class);
    assert_eq!((of(Class::Report).count(), of(Class::Transition).count()), (10_024, 9_230));
    let seconds = |class: Class| of(class).map(|event| event.event_time / 1_000_000).sum::<i64>();
    assert_eq!(
        (seconds(Class::Report), seconds(Class::Transition)),
        (16_632_752_823_420, 15_317_504_956_553)
    );
    assert!(of(Class::Report).all(|report| report.unit.is_some() && report.position.is_none()));
    assert_eq!(
        of(Class::Report)
            .filter(|report| report.category == Some("penerangan_jalan"))
            .count(),
        647
    );
    assert_eq!(
        of(Class::Report)
            .filter(|report| report.category == Some("lainnya") && report.source_category.is_none())
            .count(),
        214
    );
}

#[test]
fn the_crm_points_are_read_row_by_row() {
    let Some((events, rejects)) = csv_rows("complaints/crm_psbb_titik_jakarta.csv", "reports.crm_points") else {
        return;
    };
    assert_eq!((events.len(), rejects.len()), (11_287, 0));
    assert!(
        events
            .iter()
            .all(|event| event.position.is_some() && event.category == Some("pelanggaran"))
    );
}
