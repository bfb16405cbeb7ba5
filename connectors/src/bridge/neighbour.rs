//! Another city's GeoReport server (Open311), read by polling: new requests every few minutes, and once an hour all of the days that are
//! followed, because the protocol can ask for when a request was made and not for when it changed. A request is written when it is new or
//! its status or update time is another; a status that changed is also written as a transition.
//!
//! GeoReport knows open and closed, and closed says nothing of how: it becomes `closed_no_action`, as in the channel's mapping.
//! A poll is read whole before anything of it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ureq::Agent;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::backoff::{Backoff, Growth};
use super::config::{needed, within};
use super::counters::Meter;
use super::fetch::{Manners, agent, fetch};
use super::outlet::StateFile;
use super::{BridgeCounters, BridgeError, Fault, NeighbourConfig, Parts, Stop};
use crate::store::DurableLocal;

const SECOND_US: i64 = 1_000_000;
const HOUR_US: i64 = 3_600 * SECOND_US;
/// New requests are asked for again this far back: servers list them late.
const OVERLAP_US: i64 = 2 * HOUR_US;
/// How often all days that are followed are asked for.
const SWEEP_US: i64 = HOUR_US;
/// Pages of one window at most.
const MOST_PAGES: u32 = 200;
/// How long a server may ask to be left alone.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// What GeoReport lets a server cut an answer at.
const CUT: usize = 1_000;

/// What is remembered of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    filed_us: i64,
    closed: bool,
    /// Hash of status and update time.
    version: u64,
}

/// What a restart goes on from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Followed {
    /// When all days were last asked for, µs since epoch UTC.
    swept_us: Option<i64>,
    /// Until when new requests were asked for.
    until_us: Option<i64>,
    requests: BTreeMap<String, Known>,
}

/// The poller of a server.
#[derive(Debug)]
pub struct Neighbour {
    endpoint: Url,
    config: NeighbourConfig,
    agent: Agent,
    parts: Parts,
    file: StateFile,
    followed: Followed,
    retries: Backoff,
    meter: Meter,
}

impl Neighbour {
    /// A poller that goes on where the state directory says.
    ///
    /// # Errors
    /// A setting that cannot work, or a state that cannot be read.
    pub fn new(config: &NeighbourConfig, parts: Parts) -> Result<Self, BridgeError> {
        let text = needed("neighbour.url", config.url.as_ref())?.text();
        let endpoint = format!("{}/requests.json", text.trim_end_matches('/'));
        let endpoint = Url::parse(&endpoint).map_err(|_| BridgeError::Setting {
            key: "neighbour.url",
            problem: "is no address like https://311.example.org/open311/v2".to_owned(),
        })?;
        within("neighbour.poll_s", config.poll_s.into(), 1, 86_400)?;
        within("neighbour.timeout_s", config.timeout_s.into(), 1, 600)?;
        within("neighbour.follow_days", config.follow_days.into(), 1, 90)?;
        within("neighbour.window_h", config.window_h.into(), 1, 90 * 24)?;
        within("neighbour.page_size", config.page_size.into(), 1, 1_000)?;
        let timeout = Duration::from_secs(config.timeout_s.into());
        let file = StateFile::new(&parts, "neighbour.json");
        Ok(Self {
            endpoint,
            agent: agent(Manners {
                whole: Some(timeout),
                read: timeout,
            }),
            followed: file.load()?,
            file,
            retries: Backoff::new(Growth::Doubling, Duration::from_secs(5), Duration::from_mins(15), parts.seed),
            meter: Meter::new("open311", DurableLocal::new(&parts.state_dir)),
            config: config.clone(),
            parts,
        })
    }

    /// What it did so far.
    #[must_use]
    pub fn counters(&self) -> &BridgeCounters {
        &self.meter.counters
    }

    /// Polls until it is told to stop, or once.
    ///
    /// # Errors
    /// Kafka or the state directory fail for good; with `once` also what made the poll fail.
    pub fn run(&mut self, once: bool, stop: &Stop) -> Result<(), BridgeError> {
        stop.breaks_off(&self.agent);
        while !stop.raised() {
            let polled = match self.poll(stop) {
                Err(error) if error.passes() && !once => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "bridge open311: Kafka did not take a poll, which is tried again"
                    );
                    Err(Fault::Network("Kafka did not take it"))
                }
                polled => polled?,
            };
            if let Err(fault) = polled {
                self.meter.counters.failed += 1;
                tracing::warn!(%fault, "bridge open311: a poll failed: {fault}");
            }
            if once {
                self.meter.tell()?;
                return match polled {
                    Ok(_) => Ok(()),
                    Err(fault) => Err(BridgeError::Once {
                        what: "the poll failed",
                        fault,
                    }),
                };
            }
            let wait = match polled {
                Ok(_) => {
                    self.retries.reset();
                    Duration::from_secs(self.config.poll_s.into())
                }
                Err(Fault::Status {
                    retry_after: Some(asked), ..
                }) => self.retries.next().max(asked.min(LONGEST_WAIT)),
                Err(_) => self.retries.next(),
            };
            self.meter.tick(self.parts.clock.now_us())?;
            self.parts.clock.wait(wait, stop);
        }
        self.meter.tell()
    }

    /// Polls once; gives how many messages were written, or what went wrong with the server.
    ///
    /// # Errors
    /// Kafka or the state directory fail.
    pub fn poll(&mut self, stop: &Stop) -> Result<Result<u64, Fault>, BridgeError> {
        let now_us = self.parts.clock.now_us();
        let oldest_us = now_us - 24 * HOUR_US * i64::from(self.config.follow_days);
        let sweep = self.followed.swept_us.is_none_or(|swept| now_us - swept >= SWEEP_US);
        let from_us = match self.followed.until_us {
            Some(until_us) if !sweep => (until_us - OVERLAP_US).max(oldest_us),
            _ => oldest_us,
        };
        let mut found = Vec::new();
        let mut start_us = from_us;
        while start_us < now_us {
            if stop.raised() {
                return Ok(Err(Fault::Network("it was told to stop")));
            }
            let end_us = (start_us + HOUR_US * i64::from(self.config.window_h)).min(now_us);
            match self.window(start_us, end_us) {
                Ok(requests) => found.extend(requests),
                Err(fault) => return Ok(Err(fault)),
            }
            start_us = end_us;
        }
        let mut followed = self.followed.clone();
        for request in &found {
            self.take(request, now_us, oldest_us, &mut followed.requests)?;
        }
        let written = self.parts.outlet.settle()?;
        followed.requests.retain(|_, known| known.filed_us >= oldest_us);
        followed.until_us = Some(now_us);
        if sweep {
            followed.swept_us = Some(now_us);
        }
        self.file.save(&followed)?;
        self.followed = followed;
        let counters = &mut self.meter.counters;
        counters.messages += written;
        counters.unchanged += u64::from(written == 0);
        if written > 0 {
            counters.last_new_us = Some(now_us);
        }
        Ok(Ok(written))
    }

    /// All requests made in `[start, end]`, page by page.
    fn window(&mut self, start_us: i64, end_us: i64) -> Result<Vec<Value>, Fault> {
        let mut found = Vec::new();
        let mut ids = BTreeSet::new();
        let mut first_count = 0;
        for page in 1..=MOST_PAGES {
            let requests = self.page(start_us, end_us, page)?;
            let count = requests.len();
            if page == 1 {
                first_count = count;
            }
            let mut new = 0;
            for request in requests {
                let first = match id_of(&request) {
                    Some(id) => ids.insert(id),
                    // Nothing tells two of them apart; those of the first page are counted.
                    None => page == 1,
                };
                if first {
                    new += 1;
                    found.push(request);
                }
            }
            // A server that knows no pages gives the same ones again; one that gave as many as it may has more.
            if new == 0 && count > 0 && page > 1 && found.len() >= CUT {
                tracing::error!("bridge open311: the server cuts its answers; make neighbour.window_h shorter");
                self.meter.counters.alarm = true;
            }
            // A server may give less on a page than it is asked for: how much it gives, the first one tells.
            if new == 0 || (page > 1 && count < first_count) {
                break;
            }
        }
        Ok(found)
    }

    fn page(&mut self, start_us: i64, end_us: i64, page: u32) -> Result<Vec<Value>, Fault> {
        self.meter.counters.asked += 1;
        let mut address = self.endpoint.clone();
        {
            let mut pairs = address.query_pairs_mut();
            pairs
                .append_pair("start_date", &moment(start_us))
                .append_pair("end_date", &moment(end_us))
                .append_pair("page", &page.to_string())
                .append_pair("page_size", &self.config.page_size.to_string());
            if let Some(jurisdiction) = &self.config.jurisdiction {
                pairs.append_pair("jurisdiction_id", jurisdiction);
            }
            if let Some(key) = &self.config.api_key {
                pairs.append_pair("api_key", key.text());
            }
        }
        let headers = [("accept", "application/json")];
        let answer = fetch(&self.agent, address.as_str(), &headers, self.config.max_bytes)?;
        if let Ok(Value::Array(requests)) = serde_json::from_slice(&answer.body) {
            Ok(requests)
        } else {
            self.meter.counters.refused += 1;
            Err(Fault::Content("the answer is no list of requests"))
        }
    }

    /// Writes a request if it is new or another, and its change of status.
    fn take(&mut self, request: &Value, now_us: i64, oldest_us: i64, known: &mut BTreeMap<String, Known>) -> Result<(), BridgeError> {
        let Some(id) = id_of(request) else {
            self.meter.counters.refused += 1;
            return Ok(());
        };
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let closed = text("status").trim().eq_ignore_ascii_case("closed");
        let updated = text("updated_datetime");
        let filed = text("requested_datetime").parse::<Timestamp>();
        let now = Known {
            filed_us: filed.map_or(now_us, Timestamp::as_microsecond),
            closed,
            version: xxh3_64(format!("{closed}\n{updated}").as_bytes()),
        };
        // Whoever asks for days may be given weeks; what is not followed would be new each time.
        if now.filed_us < oldest_us {
            return Ok(());
        }
        let before = known.insert(id.clone(), now);
        if before.is_some_and(|before| before.version == now.version) {
            return Ok(());
        }
        self.parts
            .outlet
            .put(&self.config.topic, Some(id.as_bytes()), request.to_string().as_bytes())?;
        if before.is_none_or(|before| before.closed == closed) {
            return Ok(());
        }
        let transition = json!({
            "report_id": id,
            "channel": self.config.topic.strip_prefix("reports.").unwrap_or("open311"),
            "status": if closed { "closed_no_action" } else { "reopened" },
            "time": if updated.is_empty() { moment(now_us) } else { updated.to_owned() },
            "unit": request.get("agency_responsible"),
            "actor_role": "open311",
        });
        self.parts
            .outlet
            .put(&self.config.status_topic, Some(id.as_bytes()), transition.to_string().as_bytes())
    }
}

/// The id of a request, a text or a number.
fn id_of(request: &Value) -> Option<String> {
    match request.get("service_request_id")? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// RFC 3339 in UTC, whole seconds.
fn moment(time_us: i64) -> String {
    Timestamp::from_second(time_us.div_euclid(SECOND_US))
        .map(|time| time.to_string())
        .unwrap_or_default()
}
