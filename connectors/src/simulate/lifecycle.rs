//! The life of a complaint, drawn when it is made: what QLUE shows (wait, process, done) and what the CRM logs, each with its time.

use tanggap_engine::event::Status;

use super::calendar::{HOUR, MINUTE, SECOND};
use super::chance::{Chance, micros};
use super::vocabulary::Unit;

/// What QLUE shows of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Wait,
    Process,
    Done,
}

impl Progress {
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Process => "process",
            Self::Done => "done",
        }
    }
}

/// One thing that happens to a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The post is published (again) with this progress.
    Post(Progress),
    /// The CRM logs this.
    Transition(Status),
}

/// Share of complaints nobody ever answers (Surabaya: 6 %).
const UNANSWERED: f64 = 0.06;
/// Time from first response to the end: median and spread, hours. With the response it gives the 40 h mean the city reported for
/// 2020 and 2021, and the long tail it did not.
const WORK: (f64, f64) = (14.0, 1.1);

/// Writes the life of a complaint that became known at `known` into `steps`, not sorted by time.
pub(super) fn plan(chance: &mut Chance, unit: &Unit, known: i64, followed: bool, steps: &mut Vec<(i64, Step)>) {
    steps.clear();
    steps.push((known, Step::Post(Progress::Wait)));
    let hours = |hours: f64| micros(hours * 3_600.0);
    let responded = known + hours(chance.log_normal(unit.median_h, unit.sigma)).max(MINUTE);
    if chance.happens(0.08) {
        // The reporter edits the text: same status, newer `updated_at`.
        steps.push((known + MINUTE + hours(0.5 * chance.exponential()), Step::Post(Progress::Wait)));
    }
    if followed {
        let received = known + 2 * SECOND + micros(20.0 * chance.unit());
        steps.push((received, Step::Transition(Status::Received)));
        let verified = received + hours(0.4 * chance.exponential());
        if verified < responded {
            steps.push((verified, Step::Transition(Status::Verified)));
        }
    }
    if chance.happens(UNANSWERED) {
        return;
    }
    let mut log = |time: i64, status: Status| {
        if followed {
            steps.push((time, Step::Transition(status)));
        }
    };
    let finished = responded + hours(chance.log_normal(WORK.0, WORK.1)).max(5 * MINUTE);
    let third = (finished - responded) / 3;
    log(responded, Status::Assigned);
    if chance.happens(0.35) {
        log(responded + third / 2, Status::Coordinated);
    }
    let end = chance.unit();
    if end < 0.03 {
        log(responded + third, Status::NotOurs);
    } else if end < 0.05 {
        log(responded + third, Status::Duplicate);
    } else if end < 0.07 {
        log(responded + third, Status::ClosedNoAction);
    } else {
        log(responded + third, Status::Dispatched);
        log(responded + 2 * third, Status::InProgress);
        log(finished, Status::Resolved);
    }
    let reopened = finished + HOUR + hours(30.0 * chance.exponential());
    let reopens = end >= 0.07 && chance.happens(0.04);
    let again = reopened + hours(chance.log_normal(20.0, 1.0));
    if reopens {
        log(reopened, Status::Reopened);
        log(again, Status::Resolved);
    } else if end >= 0.07 && chance.happens(0.2) {
        log(finished + hours(10.0 * chance.exponential()), Status::Rated);
    }
    let shown = 3 * SECOND;
    steps.push((responded + shown, Step::Post(Progress::Process)));
    if end >= 0.07 {
        steps.push((finished + shown, Step::Post(Progress::Done)));
    }
    if reopens {
        steps.push((reopened + shown, Step::Post(Progress::Process)));
        steps.push((again + shown, Step::Post(Progress::Done)));
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, Step, plan};
    use crate::simulate::calendar::HOUR;
    use crate::simulate::chance::{Chance, Weighted, seconds};
    use crate::simulate::vocabulary::{SUBJECTS, UNITS};

    #[test]
    fn first_responses_have_the_median_and_the_tail_of_the_calibration() {
        let mut chance = Chance::new(11, 0);
        let subjects = Weighted::new(SUBJECTS.iter().map(|subject| subject.weight));
        let (mut waits, mut never, mut steps) = (Vec::new(), 0_u32, Vec::new());
        for _ in 0..40_000 {
            let subject = &SUBJECTS[subjects.draw(&mut chance)];
            let unit = if chance.happens(subject.local_share) { 0 } else { subject.unit };
            plan(&mut chance, &UNITS[unit], 0, true, &mut steps);
            match steps.iter().find(|(_, step)| *step == Step::Post(Progress::Process)) {
                Some((time, _)) => waits.push(seconds(*time) / seconds(HOUR)),
                None => never += 1,
            }
        }
        waits.sort_by(f64::total_cmp);
        let (median, p90) = (waits[waits.len() / 2], waits[waits.len() * 9 / 10]);
        assert!((7.4..8.6).contains(&median), "median {median} h, wanted about 8.0");
        assert!((24.0..29.5).contains(&p90), "p90 {p90} h, wanted about 26.7");
        assert!((2_200..2_600).contains(&never), "{never} of 40000 never answered, wanted about 6 %");
    }
}
