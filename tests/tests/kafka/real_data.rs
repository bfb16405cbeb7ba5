//! The open data sets through the whole program on a real Kafka: every payload is accounted for, and exactly as `replay`
//! accounts for the same payloads from files.

use std::env;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::Value;
use tanggap_connectors::decode::csv_row_to_json;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, TopicSpec, ensure_topics};
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::program::program;
use tanggap_tests::harness::served::Served;

/// Start-up, 30,000 payloads and their tables take seconds; a loaded machine gets minutes.
const PATIENCE: Duration = Duration::from_mins(3);

#[test]
fn the_real_data_goes_through_a_real_kafka_and_adds_up() {
    let Some(data) = data() else { return };
    let Some(kafka) = RealKafka::start_or_skip("the_real_data_goes_through_a_real_kafka_and_adds_up").unwrap() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let territory = data.join("boundaries/kelurahan_dki_267.geojson");
    let topics = topics(&data);
    let expected = replayed(directory.path(), &territory, &topics);

    let config = KafkaConfig {
        brokers: kafka.brokers(),
        topics: topics.iter().map(|(topic, _)| (*topic).to_owned()).collect(),
        ..KafkaConfig::default()
    };
    let one_partition: Vec<TopicSpec> = topics.iter().map(|(topic, _)| TopicSpec::new(topic)).collect();
    ensure_topics(&config, &one_partition).unwrap();
    let sink = KafkaSink::connect(&config).unwrap();
    for (topic, payloads) in &topics {
        for payload in payloads {
            sink.send(topic, None, payload.as_bytes()).unwrap();
        }
    }
    sink.flush(PATIENCE).unwrap();

    let served = serve(directory.path(), &territory, &config);
    for (topic, payloads) in &topics {
        let lane = lane_at(&served, topic, payloads.len());
        let counted = &lane["accounting"];
        let count = |field: &str| counted[field].as_u64().unwrap();
        let parts = ["applied", "updated", "duplicate", "late", "rejected", "gap"];
        assert_eq!(count("in"), parts.into_iter().map(count).sum::<u64>(), "{topic}: {counted}");
        for field in ["in", "applied", "updated", "duplicate", "late", "rejected", "gap"] {
            assert_eq!(counted[field], expected[*topic][field], "{topic}: {field}");
        }
        for field in ["unlocated", "rejected_by"] {
            assert_eq!(lane[field], expected[*topic][field], "{topic}: {field}");
        }
        println!("{topic}: {} payloads, {counted}", payloads.len());
    }
}

fn data() -> Option<PathBuf> {
    let default = Path::new("../../shared/data").to_owned();
    let data = env::var_os("TANGGAP_DATA").map_or(default, PathBuf::from);
    if data.is_dir() {
        return Some(data);
    }
    assert!(env::var_os("CI").is_none(), "TANGGAP_DATA is not there: {}", data.display());
    println!("NOT RUN: the real data is not there ({}); set TANGGAP_DATA", data.display());
    None
}

/// Each topic with its payloads, one line each.
fn topics(data: &Path) -> Vec<(&'static str, Vec<String>)> {
    let feed = |name: &str| fs::read_to_string(data.join("feeds").join(name)).unwrap();
    let json = |name: &str| -> Value { serde_json::from_str(&feed(name)).unwrap() };
    let mut tweets = Vec::new();
    for name in ["twitter_v2_filtered_stream.jsonl", "twitter_v2_geo.jsonl"] {
        tweets.extend(feed(name).lines().map(str::to_owned));
    }
    let classic = json("twitter_v1.1_samples.json");
    tweets.extend(classic.as_object().unwrap().values().map(Value::to_string));
    let samples = json("qlue_samples.json");
    let shapes = samples["raw_feed_shape"].as_array().unwrap().iter();
    let reports = shapes.chain([&samples["cognicity_row"]]).map(Value::to_string).collect();
    vec![
        ("waze.feed", vec![json("waze_ccp_jakarta_2017-05-03.json").to_string()]),
        ("twitter.tweets", tweets),
        ("qlue.reports", reports),
        ("reports.crm_points", csv_rows(&data.join("complaints/crm_psbb_titik_jakarta.csv"))),
        (
            "reports.surabaya",
            csv_rows(&data.join("complaints/wargaku_surabaya_2022_2023.csv.gz")),
        ),
    ]
}

fn csv_rows(path: &Path) -> Vec<String> {
    let file = File::open(path).unwrap();
    let bytes: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut reader = csv::Reader::from_reader(bytes);
    let headers = reader.headers().unwrap().clone();
    let rows = reader.records().map(|row| {
        let mut json = String::new();
        csv_row_to_json(&headers, &row.unwrap(), &mut json);
        json
    });
    rows.collect()
}

/// The lanes of `accounting.json` for the same payloads from files.
fn replayed(directory: &Path, territory: &Path, topics: &[(&str, Vec<String>)]) -> Value {
    let out = directory.join("replayed");
    let mut command = program();
    command.arg("replay").arg("--out").arg(&out).arg("--territory").arg(territory);
    for (topic, payloads) in topics {
        let path = directory.join(format!("{topic}.ndjson"));
        let mut file = File::create(&path).unwrap();
        for payload in payloads {
            writeln!(file, "{payload}").unwrap();
        }
        command.arg("--topic").arg(format!("{topic}={}", path.display()));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let accounting: Value = serde_json::from_slice(&fs::read(out.join("accounting.json")).unwrap()).unwrap();
    accounting["lanes"].clone()
}

/// Starts the whole program on these topics.
fn serve(directory: &Path, territory: &Path, kafka: &KafkaConfig) -> Served {
    let settings = format!(
        "[kafka]\nbrokers = {:?}\ntopics = {:?}\n[territory]\nfile = '{}'\n",
        kafka.brokers,
        kafka.topics,
        territory.display()
    );
    Served::start(directory, &settings, &[]).unwrap()
}

/// The topic's lane, when it has read its whole log.
fn lane_at(served: &Served, topic: &str, offset: usize) -> Value {
    let there = |lane: &&Value| lane["topic"] == topic && lane["next_offset"] == offset;
    let lanes = served.wait_until(|lanes| lanes.iter().any(|lane| there(&lane)));
    lanes.iter().find(there).cloned().unwrap()
}
