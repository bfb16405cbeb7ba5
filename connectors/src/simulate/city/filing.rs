//! Filings: the reports of people at large, of the witnesses of a burst and of those who tell of another's, and what comes of each.

use super::super::calendar::{HOUR, SECOND};
use super::super::chance::micros;
use super::super::complaint::{Case, Kind, Shape};
use super::super::config::Burst;
use super::super::ground::{Point, near, outside};
use super::super::lifecycle::{Progress, Step, plan};
use super::super::planted::{By, Told};
use super::super::vocabulary::{KELURAHAN_OFFICE, SUBJECTS, UNITS, subject_of};
use super::{City, NEVER, Task};

/// People who report now and then.
const REPORTERS: u64 = 45_000;

/// A report as it is filed.
#[derive(Clone, Copy, Debug)]
struct Filing {
    /// When it says that it was made, µs UTC.
    created: i64,
    place: usize,
    position: Option<Point>,
    subject: usize,
    kind: Kind,
    reporter: u32,
}

impl City {
    pub(super) fn report(&mut self, now: i64) {
        let place = self.ground.draw(&mut self.people);
        let duty = self.people.happens(self.config.duty);
        let mut position = Some(self.ground.stand(place, &mut self.people));
        let mut reporter = u32::try_from(self.people.below(REPORTERS)).unwrap_or(0);
        if duty {
            // About 30,000 RT and 2,700 RW heads report for pay.
            reporter = 500_000 + u32::try_from(self.people.below(32_800)).unwrap_or(0);
        } else if let Some((person, home)) = self.ground.prolific(place, &mut self.people) {
            (reporter, position) = (person, Some(home));
        }
        let faults = self.config.faults;
        let misplaced = self.people.unit();
        let placed = misplaced >= faults.null_island + faults.unplaced + faults.outside;
        if misplaced < faults.null_island {
            position = Some((0, 0));
        } else if misplaced < faults.null_island + faults.unplaced {
            position = None;
        } else if misplaced < faults.null_island + faults.unplaced + faults.outside {
            position = Some(outside(&mut self.people));
        }
        let kind = match self.people.below(100) {
            _ if duty => Kind::Duty,
            0..10 => Kind::Said("complaint"),
            10..12 => Kind::Said("suggestion"),
            12 => Kind::Said("question"),
            13 => Kind::Said("praise"),
            _ => Kind::Unsaid,
        };
        let subject = self.subjects.draw(&mut self.people);
        let created = now - self.lateness();
        let filing = Filing {
            created,
            place,
            position,
            subject,
            kind,
            reporter,
        };
        let id = self.open(now, filing);
        let complaint = matches!(kind, Kind::Unsaid | Kind::Said("complaint"));
        if let Some(position) = position.filter(|_| placed && complaint && created == now) {
            let told = self.plants.draw(SUBJECTS[subject].canonical, (position, place, subject), now, id);
            for (time, person) in told {
                self.agenda.push(time, Task::Told(Box::new(person)));
            }
        }
    }

    /// Somebody tells in the app, or to Waze, of what somebody else has reported.
    pub(super) fn tell(&mut self, now: i64, told: &Told) {
        match told.by {
            By::Driver(kind, subtype) => {
                let id = self.traffic.tell(&mut self.plants.chance, (kind, subtype), told.at, now);
                self.plants.note(told.incident, "waze", id);
            }
            By::App | By::Tweet => {
                let reporter = u32::try_from(self.plants.chance.below(REPORTERS)).unwrap_or(0);
                let filing = Filing {
                    created: now,
                    place: told.place,
                    position: Some(told.at),
                    subject: told.subject,
                    kind: Kind::Unsaid,
                    reporter,
                };
                let id = self.open(now, filing);
                self.plants.note(told.incident, "qlue", id.to_string());
            }
        }
    }

    pub(super) fn witness(&mut self, now: i64, burst: &Burst) {
        let subject = subject_of(burst.category);
        let place = self.ground.nearest(burst.longitude_deg, burst.latitude_deg);
        let position = Some(near(burst, &mut self.people));
        let reporter = 200_000 + u32::try_from(self.people.below(600_000)).unwrap_or(0);
        let created = now - self.lateness();
        let filing = Filing {
            created,
            place,
            position,
            subject,
            kind: Kind::Unsaid,
            reporter,
        };
        self.open(now, filing);
    }

    /// Files a report now, notes all that will happen to it, and gives its id.
    fn open(&mut self, now: i64, filing: Filing) -> u64 {
        let Filing {
            created,
            place,
            position,
            subject,
            kind,
            reporter,
        } = filing;
        let local = self.people.happens(SUBJECTS[subject].local_share);
        let unit = if local { KELURAHAN_OFFICE } else { SUBJECTS[subject].unit };
        let mut steps = std::mem::take(&mut self.steps);
        if kind == Kind::Duty {
            steps.clear();
            steps.push((now, Step::Post(Progress::Done)));
        } else if matches!(kind, Kind::Said(said) if said != "complaint") {
            // A wish, a question or thanks is read within the day; nobody follows it.
            steps.clear();
            let read = now + micros(3_600.0 * self.people.between(0.2, 20.0));
            steps.extend([(now, Step::Post(Progress::Wait)), (read, Step::Post(Progress::Done))]);
        } else {
            let followed = self.people.happens(self.config.followed);
            plan(&mut self.people, &UNITS[unit], now, followed, &mut steps);
        }
        // Nobody will see what lies well past the end; a run by number of events may go on a little.
        let horizon = if self.config.endless {
            NEVER
        } else {
            self.end.saturating_add(HOUR + (self.end - self.config.start) / 8)
        };
        steps.retain(|(time, _)| *time < horizon);
        let id = self.cases.next_id();
        let case = self.cases.keep(Case {
            id,
            created,
            position,
            place,
            subject,
            unit,
            shape: Shape::draw(&mut self.people),
            kind,
            reporter,
            closing: self.proofs.closing(&steps),
            wording: u32::try_from(self.people.bits() >> 32).unwrap_or(0),
            pending: u32::try_from(steps.len()).unwrap_or(u32::MAX),
        });
        for (position, &(time, step)) in steps.iter().enumerate() {
            let mut publish = time + micros(2.5 * self.luck.exponential()).min(25 * SECOND);
            let task = match step {
                Step::Post(progress) => {
                    let updated = if position == 0 { created } else { time };
                    Task::Post { case, progress, updated }
                }
                Step::Transition(status) => Task::Transition { case, status, at: time },
            };
            if position > 0 {
                publish += self.lateness();
            }
            self.agenda.push(publish, task);
        }
        self.steps = steps;
        id
    }
}
