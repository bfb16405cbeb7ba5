//! What is told of lanes: that somebody should look at one, and that nobody need any more.

use serde_json::{Map, Value};
use tanggap_engine::time::PANE_US;
use tanggap_queries::tables::{Alarm, CitySnapshot};

use super::{Alert, AlertKind, Memory};

/// What is to be told of the lanes of a city at `now_us` (µs since epoch UTC) that was not told yet. An alarm that was raised before this process
/// began, and still is, is the same one. Of a lane that is not there (yet) nothing is told.
pub(super) fn news(city: &CitySnapshot, memory: &Memory, now_us: i64) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for raised in memory.lasting(AlertKind::Operation) {
        let lane = raised.text("lane").and_then(|lane| city.lanes.get(lane));
        if lane.is_some_and(|lane| lane.alarm.map(Alarm::id) != raised.text("alarm")) {
            let more = about(raised.text("lane").unwrap_or_default(), raised.text("alarm").unwrap_or_default());
            alerts.push(Alert::new(
                AlertKind::Operation,
                raised.id().to_owned(),
                raised.revision() + 1,
                now_us,
                "closed",
                more,
            ));
        }
    }
    for (name, lane) in &city.lanes {
        let Some(alarm) = lane.alarm.map(Alarm::id) else {
            continue;
        };
        let mut raised = memory.lasting(AlertKind::Operation);
        if raised.any(|raised| raised.text("lane") == Some(name.as_str()) && raised.text("alarm") == Some(alarm)) {
            continue;
        }
        let id = format!("operation-{name}-{alarm}-{}", now_us.div_euclid(PANE_US));
        // It was raised, and taken back, within this minute: the same one again.
        let revision = memory.last(&id).map_or(0, |last| last.revision() + 1);
        alerts.push(Alert::new(AlertKind::Operation, id, revision, now_us, "opened", about(name, alarm)));
    }
    alerts
}

fn about(lane: &str, alarm: &str) -> Map<String, Value> {
    Map::from_iter([("lane".to_owned(), Value::from(lane)), ("alarm".to_owned(), Value::from(alarm))])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tanggap_engine::time::PANE_US;
    use tanggap_queries::tables::{Alarm, CitySnapshot, LaneSnapshot};

    use super::news;
    use crate::alerts::{Alert, Memory};

    fn city(alarms: &[(&str, Option<Alarm>)]) -> CitySnapshot {
        let mut city = CitySnapshot::default();
        for (name, alarm) in alarms {
            let lane = LaneSnapshot {
                alarm: *alarm,
                ..LaneSnapshot::default()
            };
            city.lanes.insert((*name).to_owned(), Arc::new(lane));
        }
        city
    }

    /// Tells what is new in a minute; (id, revision, state) of each.
    fn told(memory: &mut Memory, minute: i64, city: &CitySnapshot) -> Vec<String> {
        let alerts: Vec<Arc<Alert>> = news(city, memory, minute * PANE_US).into_iter().map(Arc::new).collect();
        memory.add(&alerts, 0).unwrap();
        let said = |alert: &Arc<Alert>| format!("{} {} {}", alert.id(), alert.revision(), alert.state());
        alerts.iter().map(said).collect()
    }

    #[test]
    fn an_alarm_is_told_when_it_is_raised_and_when_it_is_taken_back() {
        let mut memory = Memory::open(None, 0).unwrap();
        let (quiet, stuck) = (city(&[("a-0", None)]), city(&[("a-0", Some(Alarm::Stuck)), ("b-0", None)]));
        assert!(told(&mut memory, 1, &quiet).is_empty());
        assert_eq!(told(&mut memory, 2, &stuck), ["operation-a-0-stuck-2 0 opened"]);
        assert!(told(&mut memory, 3, &stuck).is_empty());
        assert!(
            told(&mut memory, 4, &CitySnapshot::default()).is_empty(),
            "a new process has no lanes yet"
        );
        assert!(told(&mut memory, 5, &stuck).is_empty(), "it is still the same alarm");
        let stopped = city(&[("a-0", Some(Alarm::Stopped))]);
        assert_eq!(
            told(&mut memory, 6, &stopped),
            ["operation-a-0-stuck-2 1 closed", "operation-a-0-stopped-6 0 opened"]
        );
        assert_eq!(told(&mut memory, 6, &quiet), ["operation-a-0-stopped-6 1 closed"]);
        assert_eq!(
            told(&mut memory, 6, &stopped),
            ["operation-a-0-stopped-6 2 opened"],
            "again within the minute"
        );
    }
}
