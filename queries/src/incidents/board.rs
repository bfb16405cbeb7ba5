//! The board: follows a city's snapshots and answers which incident a report tells of.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use tanggap_engine::event::Category;
use tanggap_engine::incident::{Incident, IncidentRules, Incidents, Outline, ReportKey, Witness};
use tanggap_engine::time::HOUR_US;

use super::rows::{last_offset, told, witnesses};
use crate::tables::{CitySnapshot, LaneSnapshot};

/// What is over is let go each time the city's time has moved on by so much.
const SWEEP_US: i64 = 6 * HOUR_US;

/// Reports taken before they are settled: so many may ask one another.
const PORTION: usize = 1_000;

/// How far a lane was followed: places in its log from which rows may be new.
#[derive(Clone, Copy, Debug, Default)]
struct Followed {
    /// Next place it was to read when it was last looked at.
    next_offset: i64,
    reports: i64,
    transitions: i64,
}

/// Which incidents are wanted.
#[derive(Clone, Copy, Debug)]
pub struct IncidentFilter<'a> {
    /// Only those of this category.
    pub category: Option<Category>,
    /// Only those of which no report is of one of these.
    pub hidden: &'a [Category],
    /// Only those with so many different reporters at least.
    pub least: usize,
    /// Only those that one of these reports tells of.
    pub told_by: Option<&'a BTreeSet<ReportKey>>,
    /// How many at most.
    pub limit: usize,
}

/// The incidents of a city as its last followed snapshot has them.
///
/// Costs what is new in a snapshot and a look at the end of each of its batches. What it holds follows from the reports and transitions that lanes
/// keep: one that begins anew after a restart says what one that went on says, but for signals (alerts, tweets) so old that lanes have
/// dropped them, which are witnesses no more, and for reports that came more than 48 h late, which it takes in their place.
#[derive(Clone, Debug)]
pub struct IncidentBoard {
    incidents: Incidents,
    lanes: BTreeMap<String, Followed>,
    version: Option<u64>,
    swept_us: i64,
}

impl IncidentBoard {
    /// Before the first snapshot.
    #[must_use]
    pub fn new(rules: IncidentRules) -> Self {
        Self {
            incidents: Incidents::new(rules),
            lanes: BTreeMap::new(),
            version: None,
            swept_us: i64::MIN,
        }
    }

    /// Takes what is new in a snapshot; how many reports were. An older snapshot than the last has nothing new.
    pub fn follow(&mut self, city: &CitySnapshot) -> usize {
        if self.version.is_some_and(|version| version >= city.version) {
            return 0;
        }
        self.version = Some(city.version);
        let mut found = Vec::new();
        for lane in city.lanes.values() {
            self.gather(lane, &mut found);
        }
        // In their order few have to be asked again: no earlier portion, and of their own only who may follow them.
        found.sort_unstable_by_key(|witness| (witness.time_us, witness.channel, witness.id));
        let mut new = 0;
        for portion in found.chunks(PORTION) {
            new += portion.iter().filter(|witness| self.incidents.take(witness)).count();
            self.incidents.settle();
        }
        self.incidents.settle();
        new
    }

    /// Reports that may be new, into `found`; what transitions show and say at once.
    fn gather<'a>(&mut self, lane: &'a LaneSnapshot, found: &mut Vec<Witness<'a>>) {
        let followed = self.lanes.entry(lane.lane.clone()).or_default();
        if lane.next_offset < followed.next_offset {
            // It went back to an earlier epoch: what is known of it is known, and what is not comes again.
            *followed = Followed::default();
        }
        followed.next_offset = lane.next_offset;
        // A message's rows are in one batch.
        let (from, mut next) = (followed.reports, followed.reports);
        for batch in lane.cases.iter().chain(&lane.signals) {
            if let Some(end) = last_offset(batch).filter(|end| *end >= from) {
                witnesses(batch, &lane.channel, from, found);
                next = next.max(end.saturating_add(1));
            }
        }
        followed.reports = next;
        let (from, mut next) = (followed.transitions, followed.transitions);
        for batch in &lane.transitions {
            if let Some(end) = last_offset(batch).filter(|end| *end >= from) {
                let (mut shown, mut said) = (Vec::new(), Vec::new());
                told(batch, from, |photo| shown.push(photo), |note| said.push(note));
                for photo in &shown {
                    self.incidents.shows(photo);
                }
                for note in said {
                    self.incidents.note(note);
                }
                next = next.max(end.saturating_add(1));
            }
        }
        followed.transitions = next;
    }

    /// The rules that link reports.
    #[must_use]
    pub const fn rules(&self) -> &IncidentRules {
        self.incidents.rules()
    }

    /// Whether it is time to let go of what is over, at the city's time `now_us`.
    #[must_use]
    pub fn due(&self, now_us: i64) -> bool {
        now_us.saturating_sub(self.swept_us) >= SWEEP_US
    }

    /// Lets go of incidents that are over at the city's time `now_us`: none of their cases is among `open`, and nothing can join them any
    /// more. Nothing is deleted from any table. How many reports were let go.
    pub fn sweep(&mut self, now_us: i64, open: &BTreeSet<ReportKey>) -> usize {
        self.swept_us = now_us;
        self.incidents
            .sweep(now_us, |channel, id| open.contains(&ReportKey::new(channel, id)))
    }

    /// The incident a report tells of, in short; none if it is not known, or long over.
    #[must_use]
    pub fn of_report(&self, channel: &str, id: &str) -> Option<Outline> {
        self.incidents.outline(channel, id)
    }

    /// The incident a report tells of, with all its reports and why each is there; none as [`Self::of_report`].
    #[must_use]
    pub fn why(&self, report: &ReportKey) -> Option<Incident> {
        self.incidents.incident(&report.channel, &report.id)
    }

    /// Incidents, those with the most witnesses first, of equal ones those told of last, then by first report.
    #[must_use]
    pub fn list(&self, filter: &IncidentFilter<'_>) -> Vec<Outline> {
        let mut listed: Vec<Outline> = match filter.told_by {
            None => self.incidents.outlines(filter.least).collect(),
            Some(reports) => {
                let found = reports.iter().filter_map(|report| self.of_report(&report.channel, &report.id));
                let once: BTreeMap<ReportKey, Outline> = found.map(|outline| (outline.first.clone(), outline)).collect();
                once.into_values().collect()
            }
        };
        let wanted = |outline: &Outline| {
            let category = filter.category.is_none_or(|category| outline.category == category);
            let hidden = filter.hidden.iter().any(|category| outline.categories.contains(category));
            category && !hidden && outline.witnesses >= filter.least
        };
        listed.retain(wanted);
        listed.sort_by(|one, other| {
            let rank = |outline: &Outline| (Reverse(outline.witnesses), Reverse(outline.to_us));
            rank(one).cmp(&rank(other)).then_with(|| one.first.cmp(&other.first))
        });
        listed.truncate(filter.limit);
        listed
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, Status};
    use tanggap_engine::incident::{IncidentRules, ReportKey, Tie};
    use tanggap_engine::lane::{LaneSettings, LaneState};

    use super::{IncidentBoard, IncidentFilter};
    use crate::tables::{CitySnapshot, LaneSnapshot};

    const MINUTE: i64 = 60_000_000;
    /// 2026-01-05T00:00Z, µs.
    const START: i64 = 1_767_571_200_000_000;

    /// A city of lanes that live real events.
    #[derive(Default)]
    struct Town {
        lanes: Vec<(LaneState, LaneSnapshot)>,
        version: u64,
    }

    impl Town {
        fn give(&mut self, channel: &str, events: &[Event<'_>]) {
            let known = self.lanes.iter().position(|(_, lane)| lane.channel == channel);
            let at = known.unwrap_or_else(|| {
                let lane = LaneSnapshot {
                    lane: format!("{channel}-0"),
                    channel: channel.to_owned(),
                    ..LaneSnapshot::default()
                };
                self.lanes.push((LaneState::new(channel, LaneSettings::default()), lane));
                self.lanes.len() - 1
            });
            let (state, lane) = &mut self.lanes[at];
            let mut builder = EventBatchBuilder::default();
            for event in events {
                builder.push(lane.next_offset, event);
                lane.next_offset += 1;
            }
            let step = state.apply(&builder.finish(), &());
            lane.cases.push(step.cases);
            lane.signals.push(step.signals);
            lane.transitions.push(step.transitions);
            self.version += 1;
        }

        fn snapshot(&self) -> CitySnapshot {
            let lanes = self.lanes.iter().map(|(_, lane)| (lane.lane.clone(), Arc::new(lane.clone())));
            CitySnapshot {
                lanes: lanes.collect(),
                version: self.version,
            }
        }
    }

    fn tree(id: &str, minute: i64, east_m: f64) -> Event<'_> {
        Event {
            position: Some((106.8 + east_m / 110_668.0, -6.2)),
            category: Some(Category::PohonTumbang),
            kind: Some(Kind::Complaint),
            ..Event::new(Class::Report, id, 1, START + minute * MINUTE)
        }
    }

    fn said<'a>(id: &'a str, status: Status, minute: i64, other: &'a str) -> Event<'a> {
        Event {
            status: Some(status),
            report_channel: Some("qlue"),
            other: Some(other),
            ..Event::new(Class::Transition, id, minute.unsigned_abs(), START + minute * MINUTE)
        }
    }

    const ALL: IncidentFilter<'static> = IncidentFilter {
        category: None,
        hidden: &[],
        least: 1,
        told_by: None,
        limit: 100,
    };

    fn board() -> IncidentBoard {
        IncidentBoard::new(IncidentRules::builtin().clone())
    }

    #[test]
    fn a_board_that_follows_says_what_one_that_begins_anew_says() {
        let mut town = Town::default();
        let mut followed = board();
        town.give("qlue", &[tree("1", 0, 0.0), tree("2", 30, 900.0)]);
        assert_eq!(followed.follow(&town.snapshot()), 2);
        assert_eq!(followed.follow(&town.snapshot()), 0);
        let mut alert = tree("a", 40, 8.0);
        (alert.category, alert.kind) = (Some(Category::BahayaJalan), None);
        town.give("waze", &[alert]);
        town.give("qlue", &[tree("3", 20, 4.0)]);
        assert_eq!(followed.follow(&town.snapshot()), 2);
        town.give("crm", &[said("2", Status::Linked, 60, "qlue:1")]);
        followed.follow(&town.snapshot());
        let mut anew = board();
        anew.follow(&town.snapshot());
        for board in [&followed, &anew] {
            let incident = board.why(&ReportKey::new("waze", "a")).unwrap();
            assert_eq!((incident.first.to_string().as_str(), incident.witnesses), ("qlue:1", 4));
        }
        assert_eq!(followed.list(&ALL), anew.list(&ALL));
        town.give("crm", &[said("2", Status::Unlinked, 70, "qlue:1")]);
        followed.follow(&town.snapshot());
        assert_eq!(followed.of_report("qlue", "2").unwrap().witnesses, 1);
        let tie = |id: &str| followed.why(&ReportKey::new("qlue", id)).unwrap().members[0].tie;
        assert_eq!((tie("1"), tie("2")), (Tie::First, Tie::First));
    }

    #[test]
    fn duty_reports_wishes_and_repeats_are_no_witnesses() {
        let mut town = Town::default();
        let of_kind = |id, kind| Event {
            kind: Some(kind),
            ..tree(id, 1, 0.0)
        };
        let again = Event {
            version: 2,
            ..tree("1", 0, 0.0)
        };
        town.give(
            "qlue",
            &[tree("1", 0, 0.0), of_kind("2", Kind::Duty), of_kind("3", Kind::Suggestion), again],
        );
        let mut board = board();
        assert_eq!(board.follow(&town.snapshot()), 1);
        assert!(board.of_report("qlue", "2").is_none());
    }

    #[test]
    fn a_lane_that_went_back_is_read_again_and_nothing_counts_twice() {
        let mut town = Town::default();
        town.give("qlue", &[tree("1", 0, 0.0), tree("2", 10, 3.0)]);
        let mut board = board();
        board.follow(&town.snapshot());
        let mut back = Town {
            version: 10,
            ..Town::default()
        };
        back.give("qlue", &[tree("1", 0, 0.0)]);
        assert_eq!(board.follow(&back.snapshot()), 0);
        back.give("qlue", &[tree("2", 10, 3.0), tree("3", 12, 5.0)]);
        assert_eq!(board.follow(&back.snapshot()), 1);
        assert_eq!(board.of_report("qlue", "1").unwrap().witnesses, 3);
    }

    #[test]
    fn a_list_is_by_witnesses_and_as_was_asked_for() {
        let mut town = Town::default();
        let mut fire = tree("9", 50, 3_000.0);
        fire.category = Some(Category::Kebakaran);
        town.give("qlue", &[tree("1", 0, 0.0), tree("2", 30, 900.0), tree("3", 35, 904.0), fire]);
        let mut board = board();
        board.follow(&town.snapshot());
        let ids = |filter: &IncidentFilter<'_>| {
            let listed = board.list(filter);
            listed.into_iter().map(|outline| outline.first.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&ALL), ["2", "9", "1"]);
        assert_eq!(ids(&IncidentFilter { least: 2, ..ALL }), ["2"]);
        assert_eq!(ids(&IncidentFilter { limit: 1, ..ALL }), ["2"]);
        let fires = IncidentFilter {
            category: Some(Category::Kebakaran),
            ..ALL
        };
        assert_eq!(ids(&fires), ["9"]);
        let hidden = IncidentFilter {
            hidden: &[Category::Kebakaran],
            limit: 2,
            ..ALL
        };
        assert_eq!(ids(&hidden), ["2", "1"], "hidden before they are counted");
        let desk = BTreeSet::from([ReportKey::new("qlue", "3"), ReportKey::new("qlue", "1")]);
        let on_desk = IncidentFilter {
            told_by: Some(&desk),
            ..ALL
        };
        assert_eq!(ids(&on_desk), ["2", "1"]);
    }

    #[test]
    fn what_is_over_is_let_go_unless_its_case_is_open() {
        let mut town = Town::default();
        town.give("qlue", &[tree("1", 0, 0.0), tree("2", 30, 900.0)]);
        let mut board = board();
        board.follow(&town.snapshot());
        let later = START + 100 * 60 * MINUTE;
        assert!(board.due(later));
        assert_eq!(board.sweep(later, &BTreeSet::from([ReportKey::new("qlue", "2")])), 1);
        assert!(!board.due(later + MINUTE));
        assert_eq!(board.list(&ALL).len(), 1);
        town.give("qlue", &[tree("3", 100 * 60, 0.0)]);
        assert_eq!(board.follow(&town.snapshot()), 1, "what was let go does not come again");
    }
}
