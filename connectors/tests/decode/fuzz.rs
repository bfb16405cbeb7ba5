//! A fuzzer that needs no nightly compiler: seeded payloads of every format are cut, flipped, spliced and stuffed, and each
//! decoder must take them without a panic, tell as many events as it pushed and rejected, and give the same rows again.
//!
//! `TANGGAP_FUZZ_SECONDS` (default 5) says how long, `TANGGAP_FUZZ_SEED` (default 1) with which seed.

use std::time::{Duration, Instant};

use rand::{Rng, RngCore, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
use tanggap_engine::event::EventBatchBuilder;

const TOPICS: [&str; 13] = [
    "qlue.reports",
    "crm.status",
    "waze.feed",
    "twitter.tweets",
    "gauge.levels",
    "reports.lapor",
    "reports.jaki",
    "reports.petabencana",
    "reports.email",
    "reports.open311",
    "reports.surabaya",
    "reports.crm_points",
    "reports.web",
];

const SEEDS: &[&str] = &[
    r#"{"post_id": 4711, "post_date": "2016-02-05 16:00:00", "post_title": "Sampah \"besar\" \u00e9\ud83d\ude00", "loc_lat": -6.2, "loc_lng": 106.8, "profile_name": "x"}"#,
    r#"{"post_id":"9","created_at":"2016-02-05T09:00:00Z","disaster_type":"flood","location":{"lat":-6.2,"lng":"106.8"},"status":"wait","updated_at":1454662800123}"#,
    r#"{"post_id":1,"created_at":"2016-02-05 20:00:00+11","text":"x","the_geom_hex_ewkb":"0101000020E6100000CDCCCCCCCCB45A400000000000001AC0"}"#,
    r#"{"report_id":4711,"status":"done","time":"2016-02-05T09:00:00Z","unit":"Dinas","actor_role":"petugas","channel":"qlue","photo_after":{"url":"u","h":[1,2]}}"#,
    r#"{"report_id":1,"status":"rated","at":1454662800,"rating":"4","reason":"tidak_ditemukan","before":"https://a/b.jpg","photos":{"before":{"md5":"ab","phash":"00ff00ff00ff00ff"},"after":{"sha256":"\u00e9","dhash":"0123456789abcdef","taken_at":"2016-02-05 15:00:00"},"x":[{}]}}"#,
    r#"{"post_id":2,"created_at":"2016-02-05T09:00:00Z","kind":"duty","rt":"RT 003/RW 05","rw":5,"id":"2","time":"2016-02-05 16:00"}"#,
    r#"{"alerts":[{"uuid":"a","pubMillis":1454662800000,"type":"JAM","subtype":"","location":{"x":106.8,"y":-6.2}},{"pubMillis":1}],"jams":[{"uuid":1,"pubMillis":1454662800000,"speed":2.5,"delay":-1,"level":5,"length":3,"line":[{"x":1,"y":2},{"x":3,"y":4}]}],"irregularities":[{"id":5,"detectionDateMillis":1454662800000,"updateDateMillis":1454662860000,"driversCount":1,"line":[{"x":1,"y":2}],"alerts":[]}],"startTimeMillis":1454662740000,"endTimeMillis":1454662860000}"#,
    r#"{"alert":{"uuid":"u-1","pubMillis":"1454662800000","type":"WEATHERHAZARD","subtype":"HAZARD_WEATHER_FLOOD","location":{"x":"106.8","y":-6.2}},"endTime":"2016-02-05 09:01:00:000"}"#,
    r#"{"kind":"jam","uuid":7,"pubMillis":1454662800000,"line":[{"x":106.8,"y":-6.2}],"speedKMH":10.5,"endTimeMillis":1454662860000}"#,
    r#"{"data":{"id":"99","created_at":"2016-02-05T09:00:00.000Z","author_id":"7","edit_history_tweet_ids":["98","99"],"geo":{"coordinates":{"type":"Point","coordinates":[106.8,-6.2]}}},"includes":{"users":[{"id":"7"}]},"matching_rules":[{"id":1}]}"#,
    r#"{"data":[{"id":"1","created_at":"2016-02-05T09:00:00Z"},{"id":"2"},3],"meta":{"result_count":2}}"#,
    r#"{"created_at":"Fri Feb 05 09:00:00 +0000 2016","id":99,"id_str":"99","user":{"id":7,"id_str":"7"},"coordinates":{"type":"Point","coordinates":[106.8,-6.2]}}"#,
    r#"{"gauge_id":"manggarai","level_cm":"749.6","time":"2016-02-05 16:00","ID_PINTU_AIR":"1","TINGGI_AIR":8505,"TANGGAL":"2016-02-05T16:00:00+07:00"}"#,
    r#"{"id":"7","topik":"Jalan Rusak dan Berlubang","instansi":"Dinas","tanggal_keluhan":"2022-01-01 00:29:00","tanggal_ditanggapi":"2022-01-17 21:04:14","kelurahan":null}"#,
    r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[106.8,-6.2]},"properties":{"pkey":"1","created_at":"2017-12-04T09:51:00.000Z","status":"confirmed","disaster_type":"flood","tags":{"a":"b"}}}"#,
    r#"{"lat":"-6.22347","lon":"106.8613","jumlah_laporan":"87"}"#,
    r#"{"tracking_id":1,"created_at":1454662800,"category":{"name":"Persampahan"},"status":"Belum Terverifikasi","kode_kelurahan":"31.74.01.1001","message_id":"m","date":"Fri, 05 Feb 2016 09:00:00 +0000"}"#,
];

const STUFFING: &[&str] = &[
    "[[[[[[[[",
    "{\"a\":",
    "\\ud800",
    "\\u0000",
    "\"",
    "\\",
    "null",
    "-",
    "1e999",
    "-0.0e-0",
    "99999999999999999999999",
    "NaN",
    "\u{feff}",
    "é",
    "😀",
    ",",
    ":",
    "}",
    "]",
    "true",
    "1454662800000",
    "\"2016-02-30T25:61:61+99:99\"",
    "\"id\":[],",
    "\"uuid\":{},",
    "\"line\":[{\"x\":1}],",
    "\"alerts\":[7],",
    "\"data\":[[]],",
    "\"post_id\":null,",
    "\"created_at\":\"0\",",
    "\"coordinates\":[1,2],",
    "\"status\":\"done\",",
    "\"updated_at\":4e12,",
];

#[test]
fn mutated_payloads_never_panic_and_are_all_accounted_for() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (seconds, seed) = (number("TANGGAP_FUZZ_SECONDS", 5), number("TANGGAP_FUZZ_SEED", 1));
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let config = DecodeConfig {
        max_payload_bytes: 64 * 1024,
        ..DecodeConfig::default()
    };
    let mut decoders: Vec<Decoder> = TOPICS.iter().map(|topic| Decoder::for_topic(topic, &config).unwrap()).collect();
    let mut out = EventBatchBuilder::default();
    let (mut executions, mut pushed, mut rejected) = (0_u64, 0_usize, 0_usize);
    let deadline = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < deadline {
        for _ in 0..256 {
            let mut bytes = SEEDS.choose(&mut random).unwrap().as_bytes().to_vec();
            for _ in 0..random.random_range(0..6) {
                mutate(&mut bytes, &mut random);
            }
            for decoder in &mut decoders {
                let payload = Payload {
                    offset: 1,
                    broker_time: random.random_bool(0.5).then_some(1_454_662_800_000_000),
                    bytes: Some(&bytes),
                };
                let told = decoder.decode(&payload, &mut out);
                let first = out.finish();
                assert_eq!(
                    told,
                    first.events.num_rows() + first.rejects.len(),
                    "{}",
                    String::from_utf8_lossy(&bytes)
                );
                let again = decoder.decode(&payload, &mut out);
                let second = out.finish();
                assert!(
                    again == told && first.events == second.events && first.rejects == second.rejects,
                    "{}",
                    String::from_utf8_lossy(&bytes)
                );
                executions += 2;
                pushed += first.events.num_rows();
                rejected += first.rejects.len();
            }
        }
    }
    assert!(pushed > 0 && rejected > 0);
    eprintln_summary(executions, pushed, rejected, seed);
}

#[expect(clippy::print_stderr, reason = "the one line a person who ran the fuzzer wants to see")]
fn eprintln_summary(executions: u64, pushed: usize, rejected: usize, seed: u64) {
    eprintln!("fuzz: {executions} executions, {pushed} events, {rejected} rejects, seed {seed}");
}

fn mutate(bytes: &mut Vec<u8>, random: &mut ChaCha8Rng) {
    if bytes.is_empty() {
        bytes.push(b'{');
    }
    let at = random.random_range(0..bytes.len());
    match random.random_range(0..8) {
        0 => bytes.truncate(at),
        1 => bytes[at] = random.random(),
        2 => bytes[at] ^= 1 << random.random_range(0..8),
        3 => {
            let stuffing = STUFFING.choose(random).unwrap();
            bytes.splice(at..at, stuffing.bytes().cycle().take(stuffing.len() * random.random_range(1..4)));
        }
        4 => {
            let end = random.random_range(at..=bytes.len().min(at + 40));
            bytes.drain(at..end);
        }
        5 => {
            let other = SEEDS.choose(random).unwrap().as_bytes();
            let from = random.random_range(0..other.len());
            let to = random.random_range(from..=other.len());
            bytes.splice(at..at, other[from..to].iter().copied());
        }
        6 => {
            // One value for another of any type.
            if let Some(colon) = bytes[at..].iter().position(|byte| *byte == b':').map(|colon| at + colon + 1) {
                let end = bytes[colon..]
                    .iter()
                    .position(|byte| matches!(byte, b',' | b'}'))
                    .map_or(bytes.len(), |end| colon + end);
                let value = [
                    "null",
                    "0",
                    "-1",
                    "\"\"",
                    "{}",
                    "[]",
                    "[1,2]",
                    "{\"a\":{}}",
                    "1e400",
                    "\"x\"",
                    "true",
                ]
                .choose(random)
                .unwrap();
                bytes.splice(colon..end, value.bytes());
            }
        }
        _ => {
            let mut noise = [0; 8];
            random.fill_bytes(&mut noise);
            bytes.splice(at..at, noise);
        }
    }
}

#[test]
fn deep_nesting_is_refused_by_every_decoder() {
    for topic in TOPICS {
        let mut decoder = Decoder::for_topic(topic, &DecodeConfig::default()).unwrap();
        for open in [
            "[",
            "{\"a\":",
            "{\"alerts\":[",
            "{\"data\":[",
            "{\"location\":{\"lat\":",
            "{\"line\":[",
            "{\"properties\":{",
        ] {
            for head in ["", "{\"x\":", "{\"alerts\":", "{\"geo\":{\"coordinates\":"] {
                let bytes = [head, &open.repeat(100_000)].concat();
                let mut out = EventBatchBuilder::default();
                let payload = Payload {
                    offset: 0,
                    broker_time: None,
                    bytes: Some(bytes.as_bytes()),
                };
                assert_eq!(decoder.decode(&payload, &mut out), 1);
                assert_eq!(out.rejects().len(), 1, "{topic} {head}{open}");
            }
        }
    }
}
