//! What was done just now: transitions that are in the log and that no lane may show yet. Added to what lanes show, so that whoever acts
//! next acts on the case as it is; a transition that is told twice is one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tanggap_queries::named::{Move, Standing};

use super::keys::Intent;

/// How long a transition is remembered after it was written, µs. Lanes show it within a second, or some minutes after a start.
const KEPT_US: i64 = 10 * 60 * 1_000_000;
/// How long nobody else may act where a transition may have been written, µs: by then it is in the log, or will not be.
const DOUBT_US: i64 = 60 * 1_000_000;

#[derive(Clone, Debug)]
struct Made {
    channel: String,
    key: String,
    told: Move,
    at_us: i64,
    /// Whether it is in the log; else it may be.
    sure: bool,
}

/// Transitions of the last minutes by the id of their report.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<HashMap<String, Vec<Made>>>);

impl Recent {
    /// Remembers what was given to the log at `at_us`, µs since epoch UTC. Reports are none of ours.
    pub(super) fn note(&self, intent: &Intent, at_us: i64, sure: bool) {
        let Some(status) = intent.status() else { return };
        let made = Made {
            channel: intent.answer.channel.clone(),
            key: intent.key.clone(),
            told: Move {
                time_us: intent.time_us,
                offset: i64::MAX,
                status,
                snapshot: false,
                unit: intent.unit.clone(),
            },
            at_us,
            sure,
        };
        let mut all = self.all();
        all.retain(|_, made| {
            made.retain(|one| one.at_us > at_us - KEPT_US);
            !made.is_empty()
        });
        let here = all.entry(intent.answer.id.clone()).or_default();
        here.retain(|other| other.key != made.key);
        here.push(made);
    }

    /// Adds what is in the log to what lanes show of a report, as of `now_us`.
    pub(super) fn add_to(&self, report: &mut Standing, now_us: i64) {
        let all = self.all();
        let here = all.get(&report.id).into_iter().flatten();
        let known = here.filter(|made| made.sure && made.channel == report.channel && made.at_us > now_us - KEPT_US);
        report.moves.extend(known.map(|made| made.told.clone()));
    }

    /// Whether it is not known if somebody has acted on the report.
    pub(super) fn doubtful(&self, report: &Standing, now_us: i64) -> bool {
        let all = self.all();
        let mut here = all.get(&report.id).into_iter().flatten();
        here.any(|made| {
            let young = !made.sure && made.channel == report.channel && made.at_us > now_us - DOUBT_US;
            young && !tells(report, &made.told)
        })
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Vec<Made>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether this transition is among those told of a report.
fn tells(report: &Standing, told: &Move) -> bool {
    report
        .moves
        .iter()
        .any(|other| other.time_us == told.time_us && other.status == told.status)
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::Kind;
    use tanggap_queries::named::Standing;

    use super::super::keys::tests::intent;
    use super::{DOUBT_US, KEPT_US, Recent};

    const NOW: i64 = 1_768_460_580_000_000;

    fn report(channel: &str) -> Standing {
        Standing {
            id: "7".to_owned(),
            channel: channel.to_owned(),
            kind: Some(Kind::Complaint),
            category: None,
            kelurahan: None,
            filed_us: 0,
            unit: None,
            routed: None,
            moves: Vec::new(),
        }
    }

    #[test]
    fn what_is_in_the_log_counts_at_once_and_once() {
        let recent = Recent::default();
        recent.note(&intent("a", NOW), NOW, true);
        recent.note(&intent("a", NOW), NOW, true);
        let mut case = report("qlue");
        recent.add_to(&mut case, NOW);
        assert_eq!(case.story().transitions, 1);
        // By then the lane shows it too.
        recent.add_to(&mut case, NOW + 1);
        assert_eq!(case.story().transitions, 1);
        let mut other = report("jaki");
        recent.add_to(&mut other, NOW);
        assert_eq!(other.story().transitions, 0, "the same id on another channel");
        let mut later = report("qlue");
        recent.add_to(&mut later, NOW + KEPT_US);
        assert_eq!(later.story().transitions, 0);
    }

    #[test]
    fn where_nobody_knows_nobody_else_acts_until_it_is_known() {
        let recent = Recent::default();
        recent.note(&intent("a", NOW), NOW, false);
        let mut case = report("qlue");
        recent.add_to(&mut case, NOW);
        assert_eq!(case.story().transitions, 0, "it may never have come");
        assert!(recent.doubtful(&case, NOW));
        assert!(!recent.doubtful(&report("jaki"), NOW));
        assert!(!recent.doubtful(&case, NOW + DOUBT_US));
        recent.note(&intent("a", NOW), NOW + 1, true);
        assert!(!recent.doubtful(&case, NOW + 1));
    }
}
