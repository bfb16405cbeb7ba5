//! Another city's GeoReport server: pages, changes, and servers that keep to less of the protocol.

use std::sync::Arc;

use serde_json::{Value, json};
use tanggap_connectors::bridge::{Fault, Neighbour, NeighbourConfig, Secret, Stop};
use tempfile::TempDir;

use super::server::{Act, Server};
use super::support::{Letterbox, SECOND, TestClock, parts};

struct Bench {
    clock: Arc<TestClock>,
    outlet: Letterbox,
    state: TempDir,
    server: Server,
}

impl Bench {
    fn new(script: Vec<Act>) -> Self {
        Self {
            clock: TestClock::new(9),
            outlet: Letterbox::default(),
            state: tempfile::tempdir().unwrap(),
            server: Server::start(script),
        }
    }

    fn neighbour(&self) -> Neighbour {
        let config = NeighbourConfig {
            url: Some(Secret::new(self.server.url("/open311/v2/"))),
            jurisdiction: Some("kota.example".to_owned()),
            api_key: Some(Secret::new("hunter2")),
            follow_days: 1,
            page_size: 2,
            timeout_s: 5,
            ..NeighbourConfig::default()
        };
        Neighbour::new(&config, parts(&self.outlet, &self.clock, self.state.path())).unwrap()
    }
}

fn request(id: &str, status: &str, updated: &str) -> Value {
    json!({
        "service_request_id": id, "status": status, "service_code": "banjir", "requested_datetime": "2026-01-15T13:00:00+07:00",
        "updated_datetime": updated, "agency_responsible": "Dinas SDA", "lat": -6.2, "long": 106.8,
    })
}

fn page(requests: &[Value]) -> Act {
    Act::ok(Value::from(requests.to_vec()).to_string())
}

const EARLY: &str = "2026-01-15T13:00:00+07:00";
const LATER: &str = "2026-01-15T14:05:00+07:00";

#[test]
fn pages_are_turned_and_only_what_changed_is_written_again() {
    let script = vec![
        page(&[request("1", "open", EARLY), request("2", "open", EARLY)]),
        page(&[request("3", "closed", EARLY)]),
        page(&[request("1", "closed", LATER), request("2", "open", EARLY)]),
        page(&[request("3", "open", LATER)]),
    ];
    let bench = Bench::new(script);
    assert_eq!(bench.neighbour().poll(&Stop::default()).unwrap(), Ok(3));
    bench.clock.advance(300 * SECOND);
    // Another process, from the state file.
    assert_eq!(bench.neighbour().poll(&Stop::default()).unwrap(), Ok(4));
    let sent = bench.outlet.sent();
    let written: Vec<(&str, &str)> = sent
        .iter()
        .map(|(topic, key, _)| (topic.as_str(), key.as_deref().unwrap()))
        .collect();
    let reports = "reports.open311";
    assert_eq!(
        written,
        [
            (reports, "1"),
            (reports, "2"),
            (reports, "3"),
            (reports, "1"),
            ("crm.status", "1"),
            (reports, "3"),
            ("crm.status", "3")
        ]
    );
    let closed: Value = serde_json::from_str(&sent[4].2).unwrap();
    assert_eq!(
        closed,
        json!({"report_id": "1", "channel": "open311", "status": "closed_no_action", "time": LATER, "unit": "Dinas SDA", "actor_role": "open311"})
    );
    let reopened: Value = serde_json::from_str(&sent[6].2).unwrap();
    assert_eq!(reopened["status"], "reopened");
    let asked = bench.server.requests();
    assert!(
        asked[0].starts_with("get /open311/v2/requests.json?start_date=2026-01-14t07%3a03%3a00z&end_date="),
        "{}",
        asked[0]
    );
    assert!(asked[1].contains("page=2&page_size=2&jurisdiction_id=kota.example"), "{}", asked[1]);
    assert!(
        asked[2].contains("start_date=2026-01-15t05%3a03%3a00z"),
        "only the last hours: {}",
        asked[2]
    );
}

#[test]
fn a_server_that_gives_less_on_a_page_than_it_is_asked_for_is_read_to_its_end() {
    let one = |id| page(&[request(id, "open", EARLY)]);
    let bench = Bench::new(vec![one("1"), one("2"), one("3"), page(&[])]);
    let mut neighbour = bench.neighbour();
    assert_eq!(neighbour.poll(&Stop::default()).unwrap(), Ok(3));
    assert_eq!((bench.server.requests().len(), neighbour.counters().alarm), (4, false));
}

#[test]
fn what_is_older_than_what_is_followed_is_not_new_at_every_poll() {
    let mut old = request("1", "open", EARLY);
    old["requested_datetime"] = "2025-12-01T13:00:00+07:00".into();
    let both = || page(&[old.clone(), request("2", "open", EARLY)]);
    let bench = Bench::new(vec![both(), page(&[]), both(), page(&[])]);
    let mut neighbour = bench.neighbour();
    assert_eq!(neighbour.poll(&Stop::default()).unwrap(), Ok(1));
    assert_eq!(neighbour.poll(&Stop::default()).unwrap(), Ok(0));
}

#[test]
fn a_poll_that_fails_in_its_second_page_leaves_nothing_behind() {
    for fault in [Act::status(500), Act::Close, Act::ok("[{\"code\":400}"), Act::ok("{\"errors\":[]}")] {
        let full = page(&[request("1", "open", EARLY), request("2", "open", EARLY)]);
        let bench = Bench::new(vec![full, fault]);
        let mut neighbour = bench.neighbour();
        let failed = neighbour.poll(&Stop::default()).unwrap().unwrap_err();
        assert!(bench.outlet.sent().is_empty(), "{failed}");
        let said = format!("{failed} {failed:?} {neighbour:?}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
    let busy = Act::Answer(503, vec![("retry-after", "120".to_owned())], Vec::new());
    let bench = Bench::new(vec![busy]);
    let failed = bench.neighbour().poll(&Stop::default()).unwrap().unwrap_err();
    assert!(matches!(failed, Fault::Status { code: 503, retry_after: Some(wait), .. } if wait.as_secs() == 120));
}

#[test]
fn a_server_that_knows_no_pages_is_asked_twice_and_not_for_ever() {
    let all = || {
        page(&[
            request("1", "open", EARLY),
            request("2", "open", EARLY),
            json!({"token": "not yet"}),
        ])
    };
    let bench = Bench::new(vec![all(), all(), all()]);
    let mut neighbour = bench.neighbour();
    assert_eq!(neighbour.poll(&Stop::default()).unwrap(), Ok(2));
    assert_eq!(bench.server.requests().len(), 2);
    assert_eq!(neighbour.counters().refused, 1, "one has no id");
}
