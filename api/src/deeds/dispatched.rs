//! Whom units have sent where: the officer that the last dispatch of a case named, for a day. Lanes do not keep who was sent, as no question of
//! theirs asks it; the desk that looks for somebody free does.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tanggap_engine::event::Status;
use tanggap_queries::named::Standing;

use super::keys::{Intent, KEPT_US};
use crate::officers::Sent;

/// Cases remembered at most: the ones sent to longest ago are forgotten first.
const MOST: usize = 10_000;

/// A case: channel and id.
type Case = (String, String);

#[derive(Debug)]
struct Dispatch {
    officer: String,
    /// When, µs since epoch UTC.
    time_us: i64,
}

/// Officers by the cases they were sent to.
#[derive(Debug, Default)]
pub(super) struct Dispatched(Mutex<HashMap<Case, Dispatch>>);

impl Dispatched {
    /// Remembers what is in the log. A case has the officer whom its last dispatch names; whatever ends the work there frees them.
    pub(super) fn note(&self, intent: &Intent) {
        let Some(status) = intent.status() else { return };
        let case = (intent.answer.channel.clone(), intent.answer.id.clone());
        let mut all = self.all();
        match &intent.officer {
            Some(officer) if status == Status::Dispatched => {
                let dispatch = Dispatch {
                    officer: officer.trim().to_owned(),
                    time_us: intent.time_us,
                };
                all.insert(case, dispatch);
            }
            _ if relieves(status) => drop(all.remove(&case)),
            _ => {}
        }
        while all.len() > MOST {
            let oldest = all
                .iter()
                .min_by_key(|(_, dispatch)| dispatch.time_us)
                .map(|(case, _)| case.clone());
            let Some(oldest) = oldest else { return };
            all.remove(&oldest);
        }
    }

    /// The cases somebody was sent to within a day of `now_us`; the others are forgotten.
    pub(super) fn reports(&self, now_us: i64) -> Vec<Case> {
        let mut all = self.all();
        all.retain(|_, dispatch| dispatch.time_us > now_us.saturating_sub(KEPT_US));
        all.keys().cloned().collect()
    }

    /// What each officer has not finished, by how these reports stand. Of a report that no lane shows yet nothing says that it is finished.
    pub(super) fn open(&self, reports: &[Standing], now_us: i64) -> HashMap<String, Sent> {
        let mut all = self.all();
        for report in reports {
            let case = (report.channel.clone(), report.id.clone());
            // Somebody else's system may have moved it on.
            let over = |dispatch: &Dispatch| {
                let since = dispatch.time_us;
                report.moves.iter().any(|told| told.time_us > since && relieves(told.status))
            };
            if all.get(&case).is_some_and(over) {
                all.remove(&case);
            }
        }
        let mut sent: HashMap<String, Sent> = HashMap::new();
        for dispatch in all.values().filter(|dispatch| dispatch.time_us > now_us.saturating_sub(KEPT_US)) {
            let officer = sent.entry(dispatch.officer.clone()).or_default();
            officer.open += 1;
            officer.last_us = officer.last_us.max(dispatch.time_us);
        }
        sent
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Case, Dispatch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an officer who was sent before has no more to do there: it has ended, or went to somebody else.
const fn relieves(status: Status) -> bool {
    matches!(
        status,
        Status::Assigned
            | Status::Coordinated
            | Status::Dispatched
            | Status::Resolved
            | Status::ClosedNoAction
            | Status::Duplicate
            | Status::NotOurs
            | Status::Withdrawn
            | Status::Reopened
    )
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::{Kind, Status};
    use tanggap_queries::named::{Move, Standing};

    use super::super::keys::tests::intent;
    use super::super::keys::{Intent, KEPT_US};
    use super::{Dispatched, MOST};

    const NOW: i64 = 1_768_460_580_000_000;

    /// A transition of a case at a time.
    fn told(id: &str, status: Status, officer: Option<&str>, time_us: i64) -> Intent {
        let mut told = intent("key", time_us);
        id.clone_into(&mut told.answer.id);
        told.answer.status = Some(status.id().to_owned());
        told.officer = officer.map(str::to_owned);
        told
    }

    fn open(sent: &Dispatched, reports: &[Standing], now_us: i64) -> Vec<(String, usize)> {
        let mut open: Vec<(String, usize)> = sent
            .open(reports, now_us)
            .into_iter()
            .map(|(officer, sent)| (officer, sent.open))
            .collect();
        open.sort_unstable();
        open
    }

    fn report(id: &str, status: Status, time_us: i64) -> Standing {
        Standing {
            id: id.to_owned(),
            channel: "qlue".to_owned(),
            kind: Some(Kind::Complaint),
            category: None,
            kelurahan: None,
            filed_us: 0,
            unit: None,
            routed: None,
            moves: vec![Move {
                time_us,
                offset: 0,
                status,
                snapshot: false,
                unit: None,
            }],
        }
    }

    #[test]
    fn a_case_has_the_officer_of_its_last_dispatch_until_it_is_done() {
        let sent = Dispatched::default();
        sent.note(&told("1", Status::Dispatched, Some(" A "), NOW));
        sent.note(&told("2", Status::Dispatched, Some("A"), NOW + 1));
        assert_eq!(open(&sent, &[], NOW), [("A".to_owned(), 2)]);
        sent.note(&told("1", Status::InProgress, None, NOW + 2));
        assert_eq!(open(&sent, &[], NOW), [("A".to_owned(), 2)], "they work on it");
        sent.note(&told("1", Status::Resolved, None, NOW + 3));
        sent.note(&told("2", Status::Dispatched, Some("B"), NOW + 4));
        assert_eq!(open(&sent, &[], NOW), [("B".to_owned(), 1)]);
        assert_eq!(sent.open(&[], NOW)["B"].last_us, NOW + 4);
        sent.note(&told("2", Status::Dispatched, None, NOW + 5));
        assert!(open(&sent, &[], NOW).is_empty(), "nobody knows whom");
    }

    #[test]
    fn what_other_systems_say_frees_an_officer_too() {
        let sent = Dispatched::default();
        sent.note(&told("1", Status::Dispatched, Some("A"), NOW));
        for told in [
            report("1", Status::Dispatched, NOW),
            report("1", Status::Resolved, NOW - 1),
            report("1", Status::InProgress, NOW + 1),
            report("2", Status::Resolved, NOW + 1),
        ] {
            assert_eq!(open(&sent, &[told], NOW).len(), 1);
        }
        assert!(open(&sent, &[report("1", Status::Resolved, NOW + 1)], NOW).is_empty());
        assert!(sent.reports(NOW).is_empty());
    }

    #[test]
    fn it_is_remembered_for_a_day_and_of_so_many_cases() {
        let sent = Dispatched::default();
        sent.note(&told("1", Status::Dispatched, Some("A"), NOW));
        assert_eq!(sent.reports(NOW + KEPT_US - 1).len(), 1);
        assert!(open(&sent, &[], NOW + KEPT_US).is_empty());
        assert!(sent.reports(NOW + KEPT_US).is_empty());
        for number in 0..=MOST {
            let time_us = NOW + i64::try_from(number).unwrap();
            sent.note(&told(&number.to_string(), Status::Dispatched, Some("A"), time_us));
        }
        let reports = sent.reports(NOW);
        assert_eq!(reports.len(), MOST);
        assert!(!reports.contains(&("qlue".to_owned(), "0".to_owned())));
    }
}
