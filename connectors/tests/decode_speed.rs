//! What one event costs to decode, builder included, beside what its parts cost alone. Run by hand:
//! `cargo test --release -p tanggap-connectors --test decode_speed -- --ignored --nocapture`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::hint::black_box;
use std::time::Instant;

use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
use tanggap_engine::event::{Class, Event, EventBatchBuilder};

const EVENTS: usize = 400_000;
/// Rows of a batch, as the engine takes them.
const BATCH: usize = 8_192;

/// A report of about 441 bytes, the mean of the published feeds.
fn qlue(number: usize) -> String {
    format!(
        r#"{{"post_id":{},"created_at":"2026-01-04T17:{:02}:{:02}Z","title":"Tolong segera diperbaiki","text":"Tumpukan sampah belum diangkut sejak tiga hari lalu, baunya sampai ke rumah warga di sekitar","image_url":"https://img.example/q/6000001.jpg","qlue_city":"jabodetabek","location":{{"lat":-6.{:06},"lng":106.{:06}}},"category":"Jalan Rusak","status":"wait","updated_at":"2026-01-04T17:59:00.000Z","address":"Balekambang, Jakarta Timur","user_id":{},"profile_name":"warga_30709"}}"#,
        6_000_000 + number,
        number / 60 % 60,
        number % 60,
        200_000 + number % 100_000,
        800_000 + number % 90_000,
        number % 50_000
    )
}

fn alert(number: usize) -> String {
    format!(
        r#"{{"startTimeMillis":1767545880000,"endTimeMillis":1767546000000,"country":"ID","city":"Jakarta Timur","street":"Jl. Raya Tengah","roadType":4,"magvar":108,"reportRating":2,"reliability":7,"confidence":3,"nThumbsUp":1,"type":"WEATHERHAZARD","subtype":"HAZARD_ON_ROAD_POT_HOLE","location":{{"x":106.{:06},"y":-6.{:06}}},"reportDescription":"Jalan berlubang, hati-hati pengendara motor pada malam hari","uuid":"ac9f4f0c-07b5-369c-b1f3-{:012x}","pubMillis":{}}}"#,
        800_000 + number % 90_000,
        200_000 + number % 100_000,
        number,
        1_767_545_880_000_usize + number
    )
}

fn jam(number: usize) -> String {
    let points: Vec<String> = (0..12)
        .map(|point| {
            format!(
                r#"{{"x":106.{:06},"y":-6.{:06}}}"#,
                800_000 + number % 90_000 + point,
                200_000 + point
            )
        })
        .collect();
    format!(
        r#"{{"jam":{{"country":"ID","level":3,"line":[{}],"length":528,"uuid":{},"speed":2.75,"delay":61,"pubMillis":1767545880000}},"endTimeMillis":1767546000000}}"#,
        points.join(","),
        1_458_000_000 + number
    )
}

fn transition(number: usize) -> String {
    format!(
        r#"{{"report_id":"{}","channel":"qlue","status":"in_progress","actor_role":"petugas","unit":"Dinas Bina Marga","time":"2026-01-05T00:00:04+07:00","note":"Laporan diterima"}}"#,
        6_000_000 + number
    )
}

fn mapped(number: usize) -> String {
    format!(
        r#"{{"id":"{number}","keluhan":"Di depan rumah saya ada jalan yang berlubang cukup dalam dan dilalui banyak kendaraan setiap hari","tanggal_keluhan":"2022-01-01 02:42:00","tanggal_ditanggapi":null,"topik":"Jalan Rusak dan Berlubang","instansi":"Dinas Sumber Daya Air dan Bina Marga","kecamatan":"Dukuh Pakis","kelurahan":"Pradah Kali Kendal"}}"#
    )
}

/// Time this thread has run, where the system tells (a busy machine would falsify the wall clock).
struct Clock {
    started: Instant,
    ran: Option<u64>,
}

impl Clock {
    fn start() -> Self {
        Self {
            started: Instant::now(),
            ran: Self::ran(),
        }
    }

    /// Nanoseconds on a processor, by Linux's scheduler.
    fn ran() -> Option<u64> {
        std::fs::read_to_string("/proc/thread-self/schedstat")
            .ok()?
            .split(' ')
            .next()?
            .parse()
            .ok()
    }

    #[expect(clippy::cast_precision_loss, reason = "a figure for a person to read")]
    fn seconds(&self) -> f64 {
        match (self.ran, Self::ran()) {
            (Some(before), Some(after)) => (after - before) as f64 / 1e9,
            _ => self.started.elapsed().as_secs_f64(),
        }
    }
}

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a figure for a person to read")]
fn tell(what: &str, bytes: usize, events: usize, clock: &Clock) {
    let seconds = clock.seconds();
    println!(
        "{what:<34} {:>6.0} ns/event {:>6.0} B/event {:>7.0} MB/s",
        seconds / events as f64 * 1e9,
        bytes as f64 / events as f64,
        bytes as f64 / seconds / 1e6
    );
}

fn run(what: &str, topic: &str, payload: impl Fn(usize) -> String) {
    let payloads: Vec<String> = (0..EVENTS).map(payload).collect();
    let bytes = payloads.iter().map(String::len).sum();
    let mut decoder = Decoder::for_topic(topic, &DecodeConfig::default()).unwrap();
    let mut out = EventBatchBuilder::default();
    for round in 0..2 {
        let clock = Clock::start();
        for (offset, payload) in (0_i64..).zip(&payloads) {
            let payload = Payload {
                offset,
                broker_time: Some(1_790_000_000_000_000),
                bytes: Some(payload.as_bytes()),
            };
            assert_eq!(decoder.decode(&payload, &mut out), 1);
            if out.rows() == BATCH {
                let batch = black_box(out.finish());
                assert!(batch.rejects.is_empty());
            }
        }
        let _ = out.finish();
        if round == 1 {
            tell(what, bytes, EVENTS, &clock);
        }
    }
}

#[test]
#[ignore = "a measurement"]
fn one_event_costs() {
    run("qlue report", "qlue.reports", qlue);
    run("waze alert, bare", "waze.feed", alert);
    run("waze jam of 12 points, wrapped", "waze.feed", jam);
    run("crm transition", "crm.status", transition);
    run("surabaya row by mapping", "reports.surabaya", mapped);

    let payloads: Vec<String> = (0..EVENTS).map(qlue).collect();
    let bytes: usize = payloads.iter().map(String::len).sum();
    let clock = Clock::start();
    for payload in &payloads {
        black_box(std::str::from_utf8(payload.as_bytes()).unwrap());
    }
    tell("  UTF-8 check alone", bytes, EVENTS, &clock);
    let clock = Clock::start();
    for payload in &payloads {
        black_box(serde_json::from_str::<serde::de::IgnoredAny>(payload).unwrap());
    }
    tell("  serde_json reading nothing", bytes, EVENTS, &clock);
    let mut out = EventBatchBuilder::default();
    let clock = Clock::start();
    for offset in 0_i64..400_000 {
        let mut event = Event::new(Class::Report, "6000001", 1, 1_767_545_880_000_000 + offset);
        event.position = Some((106.8, -6.2));
        event.reporter = Some(7);
        out.push(offset, &event);
        if out.rows() == BATCH {
            black_box(out.finish());
        }
    }
    tell("  builder alone", 0, EVENTS, &clock);
}
