//! What is told of clocks of cases: that one ran out, and that somebody higher has to hear of it.

use serde_json::{Map, Value};
use tanggap_engine::case::Level;
use tanggap_queries::named::Overrun;

use super::{Alert, AlertKind, Memory};
use crate::time::rfc3339;

/// What is to be told of these that was not told yet, in their order.
///
/// The id is of the clock of a case; its running out has the revision 0, and each level above the lurah's own its own number, so that whoever
/// asks again says the same.
pub(super) fn news(overruns: Vec<Overrun>, memory: &Memory) -> Vec<Alert> {
    let alerts = overruns.into_iter().map(alert);
    alerts.filter(|alert| !memory.knows(alert.id(), alert.revision())).collect()
}

fn alert(overrun: Overrun) -> Alert {
    let id = format!("escalation-{}:{}-{}", overrun.channel, overrun.id, overrun.clock);
    let revision = match overrun.to {
        None => 0,
        Some(Level::Lurah) => 1,
        Some(Level::Camat) => 2,
        Some(Level::Walikota) => 3,
    };
    let area = overrun
        .to
        .zip(overrun.kelurahan.as_deref())
        .map(|(level, code)| area(level, code).to_owned());
    let more = [
        ("channel", Value::from(overrun.channel)),
        ("report", Value::from(overrun.id)),
        ("unit", Value::from(overrun.unit)),
        ("category", Value::from(overrun.category)),
        ("kelurahan", Value::from(overrun.kelurahan)),
        ("clock", Value::from(overrun.clock)),
        ("due", Value::from(rfc3339(overrun.due_us))),
        ("to", Value::from(overrun.to.map(Level::id))),
        ("area", Value::from(area)),
        ("assumption", Value::from(overrun.assumption)),
    ];
    let more: Map<String, Value> = more.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let state = if overrun.to.is_some() { "told" } else { "due" };
    Alert::new(AlertKind::Escalation, id, revision, overrun.since_us, state, more)
}

/// The code of the area whose head is told: of a kelurahan's dotted code so much.
fn area(level: Level, kelurahan: &str) -> &str {
    let parts = match level {
        Level::Lurah => return kelurahan,
        Level::Camat => 3,
        Level::Walikota => 2,
    };
    let mut dots = kelurahan.match_indices('.');
    dots.nth(parts - 1).map_or(kelurahan, |(at, _)| &kelurahan[..at])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tanggap_engine::case::Level;
    use tanggap_queries::named::Overrun;

    use super::news;
    use crate::alerts::{Alert, Memory};

    fn overrun(to: Option<Level>) -> Overrun {
        Overrun {
            id: "r 1".to_owned(),
            channel: "qlue".to_owned(),
            category: Some("sampah".to_owned()),
            kelurahan: Some("31.71.08.1004".to_owned()),
            unit: "31.71.08.1004".to_owned(),
            clock: "respond",
            due_us: 0,
            since_us: 3_600_000_000,
            to,
            assumption: to.is_some(),
        }
    }

    #[test]
    fn each_step_is_told_once_and_says_whose_it_is() {
        let mut memory = Memory::open(None, 0).unwrap();
        let steps = || vec![overrun(None), overrun(Some(Level::Camat)), overrun(Some(Level::Walikota))];
        let alerts: Vec<Arc<Alert>> = news(steps(), &memory).into_iter().map(Arc::new).collect();
        let said: Vec<(u64, &str, Option<&str>)> = alerts
            .iter()
            .map(|alert| (alert.revision(), alert.state(), alert.text("area")))
            .collect();
        assert_eq!(said, [(0, "due", None), (2, "told", Some("31.71.08")), (3, "told", Some("31.71"))]);
        assert_eq!(alerts[0].id(), "escalation-qlue:r 1-respond");
        assert_eq!(alerts[1].body()["to"], "camat");
        memory.add(&alerts[..2], 0).unwrap();
        let left = news(steps(), &memory);
        assert_eq!(left.iter().map(Alert::revision).collect::<Vec<_>>(), [3]);
        memory.add(&alerts[2..], 0).unwrap();
        assert!(news(steps(), &memory).is_empty());
    }
}
