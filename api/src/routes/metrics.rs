//! `GET /metrics`: what a Prometheus scrapes, written by hand: every number is a field of a snapshot, so there is nothing to
//! register and nothing to forget.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::response::Response;
use tanggap_queries::tables::LaneSnapshot;

use super::answer::now;
use super::freshness::lag_messages;
use crate::alerts::HookCounts;
use crate::officers::Fates;
use crate::state::AppState;
use crate::time::now_us;

type Count = fn(&LaneSnapshot) -> u64;
type Number = fn(&LaneSnapshot) -> Option<i64>;
/// Writes a family of metrics: name, kind, help, values with their labels.
type Family<'a> = dyn FnMut(&str, &str, &str, &mut dyn Iterator<Item = (String, String)>) + 'a;
type Delivered = fn(&HookCounts) -> &AtomicU64;

const COUNTERS: [(&str, &str, Count); 10] = [
    ("in", "Events that came in.", |lane| lane.accounting.received),
    ("applied", "Events counted for the first time.", |lane| lane.accounting.applied),
    ("updated", "Known ids with a new version.", |lane| lane.accounting.updated),
    ("duplicate", "Versions already seen.", |lane| lane.accounting.duplicate),
    ("late", "Events first seen past the allowed lateness.", |lane| lane.accounting.late),
    ("rejected", "Events refused by rule or unreadable.", |lane| lane.accounting.rejected),
    ("gap", "Offsets the log no longer has.", |lane| lane.accounting.gap),
    ("restarts", "Readers replaced because they read nothing.", |lane| lane.restarts),
    ("unlocated", "Applied events without a usable position.", |lane| {
        lane.accounting.unlocated
    }),
    ("outside", "Applied events with a position in no kelurahan.", |lane| {
        lane.accounting.outside
    }),
];

const GAUGES: [(&str, &str, Number); 5] = [
    ("next_offset", "Next offset to read.", |lane| Some(lane.next_offset)),
    ("lag_messages", "Messages in the log that are not read yet.", lag_messages),
    ("epoch", "Last epoch written down.", |lane| i64::try_from(lane.written?.epoch).ok()),
    ("unwritten_messages", "Messages read since the last epoch written down.", |lane| {
        Some(lane.next_offset - lane.written?.next_offset)
    }),
    ("segments", "Segments of panes held.", |lane| {
        i64::try_from(lane.segments.len()).ok()
    }),
];

/// Of each address that alerts are posted to.
const HOOKS: [(&str, &str, &str, Delivered); 4] = [
    ("delivered_total", "counter", "Alerts an address has taken.", |hook| &hook.delivered),
    ("failed_total", "counter", "Tries to post an alert that failed.", |hook| {
        &hook.failed
    }),
    ("dropped_total", "counter", "Alerts given up for an address.", |hook| &hook.dropped),
    ("waiting", "gauge", "Alerts that wait to be posted.", |hook| &hook.waiting),
];

/// Metrics
///
/// In the text format of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, description = "Metrics", content_type = "text/plain"))
)]
pub(crate) async fn metrics(State(state): State<Arc<AppState>>) -> Response {
    let snapshot = state.city.snapshot();
    let mut out = String::with_capacity(8_192);
    let mut family = |name: &str, kind: &str, help: &str, values: &mut dyn Iterator<Item = (String, String)>| {
        let _ = writeln!(out, "# HELP tanggap_{name} {help}\n# TYPE tanggap_{name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(out, "tanggap_{name}{labels} {value}");
        }
    };
    let lanes = || snapshot.lanes.values();
    for (name, help, of) in COUNTERS {
        let mut values = lanes().map(|lane| (labels(lane, None), of(lane).to_string()));
        family(&format!("lane_{name}_total"), "counter", help, &mut values);
    }
    let mut reasons = lanes().flat_map(|lane| {
        let by = lane.accounting.rejected_by.iter();
        by.map(|(reason, n)| (labels(lane, Some(("reason", reason))), n.to_string()))
    });
    family(
        "lane_rejected_by_reason_total",
        "counter",
        "Refused events by reason.",
        &mut reasons,
    );
    let mut told = lanes().flat_map(|lane| {
        let by = lane.told.iter();
        by.map(|(topic, n)| (labels(lane, Some(("topic", topic))), n.to_string()))
    });
    let help = "Messages told on output topics, as far as they are written down.";
    family("lane_told_total", "counter", help, &mut told);
    for (name, help, of) in GAUGES {
        let mut values = lanes().filter_map(|lane| Some((labels(lane, None), of(lane)?.to_string())));
        family(&format!("lane_{name}"), "gauge", help, &mut values);
    }
    let mut watermarks = lanes().filter_map(|lane| Some((labels(lane, None), seconds(lane.watermark?))));
    let help = "Watermark, seconds since the epoch.";
    family("lane_watermark_seconds", "gauge", help, &mut watermarks);
    let mut commits = lanes().filter_map(|lane| Some((labels(lane, None), seconds(lane.written?.took_us))));
    let help = "Seconds the last epoch took to be written down.";
    family("lane_commit_seconds", "gauge", help, &mut commits);
    let mut written = lanes().filter_map(|lane| Some((labels(lane, None), seconds(lane.written?.at?))));
    let help = "When the last epoch was written down, seconds since the epoch.";
    family("lane_written_seconds", "gauge", help, &mut written);
    let delay_us = i64::from(state.settings.delay_s) * 1_000_000;
    let now_us = now_us();
    let mut lags = lanes().filter_map(|lane| {
        let newest = lane.watermark?.saturating_add(delay_us);
        Some((labels(lane, None), seconds(now_us.saturating_sub(newest))))
    });
    let help = "Seconds since the newest event of the lane.";
    family("lane_lag_seconds", "gauge", help, &mut lags);
    let mut states = lanes().map(|lane| (labels(lane, Some(("state", lane.liveness.id()))), "1".to_owned()));
    family("lane_state", "gauge", "1 for the state the lane is in.", &mut states);
    let mut alarms = lanes().filter_map(|lane| Some((labels(lane, Some(("alarm", lane.alarm?.id()))), "1".to_owned())));
    family("lane_alarm", "gauge", "1 where somebody should look.", &mut alarms);
    let mut city = snapshot.watermark().into_iter().map(|time| (String::new(), seconds(time)));
    let help = "Watermark of the city, seconds since the epoch.";
    family("city_watermark_seconds", "gauge", help, &mut city);
    let hooks = state.alerts.hooks();
    for (name, kind, help, of) in HOOKS {
        let one = |(place, hook): (usize, &Arc<HookCounts>)| {
            let labels = format!("{{hook=\"{place}\",host=\"{}\"}}", quoted(&hook.host));
            (labels, of(hook).load(Ordering::Relaxed).to_string())
        };
        family(&format!("webhook_{name}"), kind, help, &mut hooks.iter().enumerate().map(one));
    }
    if state.settings.officers.on() {
        positions(&state.officers.fates(), &mut family);
    }
    let mut version = std::iter::once((String::new(), snapshot.version.to_string()));
    family("city_publications_total", "counter", "Tables published by lanes.", &mut version);
    now("text/plain; version=0.0.4; charset=utf-8", out)
}

/// Positions of officers: how many, and how fresh.
fn positions(fates: &Fates, family: &mut Family<'_>) {
    let mut fate = [
        ("taken", fates.taken),
        ("overtaken", fates.overtaken),
        ("refused", fates.refusals()),
        ("forgotten", fates.forgotten),
        ("crowded_out", fates.crowded_out),
    ]
    .into_iter()
    .map(|(fate, n)| (format!("{{fate=\"{fate}\"}}"), n.to_string()));
    family(
        "officer_positions_total",
        "counter",
        "Positions of officers by what became of them.",
        &mut fate,
    );
    let mut reasons = fates
        .refused_by()
        .map(|(reason, n)| (format!("{{reason=\"{reason}\"}}"), n.to_string()));
    let help = "Positions of officers refused, by reason.";
    family("officer_positions_refused_total", "counter", help, &mut reasons);
    let mut known = std::iter::once((String::new(), fates.known.to_string()));
    family("officers_known", "gauge", "Officers with a position.", &mut known);
    let mut newest = fates.newest_us.into_iter().map(|time| (String::new(), seconds(time)));
    let help = "Time of the newest position, seconds since the epoch.";
    family("officer_position_newest_seconds", "gauge", help, &mut newest);
    let mut topic = std::iter::once((format!("{{state=\"{}\"}}", fates.reading.id()), "1".to_owned()));
    family(
        "officer_topic_state",
        "gauge",
        "1 for how it stands with the topic of positions.",
        &mut topic,
    );
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn labels(lane: &LaneSnapshot, more: Option<(&str, &str)>) -> String {
    let more = more.map_or_else(String::new, |(name, value)| format!(",{name}=\"{}\"", quoted(value)));
    format!("{{lane=\"{}\",channel=\"{}\"{more}}}", quoted(&lane.lane), quoted(&lane.channel))
}

/// µs as seconds, exactly.
fn seconds(time_us: i64) -> String {
    let sign = if time_us < 0 { "-" } else { "" };
    let time_us = time_us.unsigned_abs();
    format!("{sign}{}.{:06}", time_us / 1_000_000, time_us % 1_000_000)
}
