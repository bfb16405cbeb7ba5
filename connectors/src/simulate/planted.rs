//! Incidents with more than one witness, planted among the reports: further people tell of what somebody has reported, in the app, to Waze or
//! in a tweet. Who tells of what is known to whoever made the city, and in no message.
//!
//! All chance of a plant is a stream of its own, so that a city without them has the bytes it always had.

use tanggap_engine::event::Category;

use super::chance::{Chance, micros};
use super::ground::{Point, offset};
use super::vocabulary::SUBJECTS;

/// A message that tells of a planted incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// Number of the incident.
    pub incident: u64,
    /// Channel of the report, as lanes name it.
    pub channel: &'static str,
    /// Its id there.
    pub id: String,
}

/// How somebody tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    App,
    /// As a driver's alert of this type and subtype.
    Driver(&'static str, &'static str),
    Tweet,
}

/// Somebody who will tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) incident: u64,
    pub(super) at: Point,
    pub(super) place: usize,
    pub(super) subject: usize,
    pub(super) by: By,
}

/// How a category is told of again.
struct Habit {
    category: Category,
    /// Mean number of further witnesses, at least 1.
    more: f64,
    /// How far they stand from it, by each axis (standard deviation), metres.
    scatter_m: f64,
    /// Mean time from one to the next, minutes.
    pace_min: f64,
    /// What drivers call it, if they can.
    alert: Option<(&'static str, &'static str)>,
}

const fn habit(category: Category, more: f64, scatter_m: f64, pace_min: f64, alert: Option<(&'static str, &'static str)>) -> Habit {
    Habit {
        category,
        more,
        scatter_m,
        pace_min,
        alert,
    }
}

/// No city publishes who told of the same: these are our assumptions. A thing that stands still is pinned by what a telephone knows of its
/// place (10 m); a fire, a jam and a flood are seen from around them; what is in the way is told of soon, what is a nuisance within the day.
static HABITS: [Habit; 11] = [
    habit(Category::Sampah, 1.6, 10.0, 360.0, None),
    habit(Category::JalanRusak, 1.6, 10.0, 720.0, Some(("HAZARD", "HAZARD_ON_ROAD_POT_HOLE"))),
    habit(Category::ParkirLiar, 1.2, 10.0, 90.0, None),
    habit(Category::FasilitasUmum, 1.2, 10.0, 600.0, None),
    habit(Category::PeneranganJalan, 1.2, 10.0, 600.0, None),
    habit(
        Category::PohonTumbang,
        2.5,
        15.0,
        120.0,
        Some(("WEATHERHAZARD", "HAZARD_ON_ROAD_OBJECT")),
    ),
    habit(Category::Kemacetan, 3.0, 50.0, 8.0, Some(("JAM", "JAM_STAND_STILL_TRAFFIC"))),
    habit(Category::PklLiar, 1.2, 10.0, 90.0, None),
    habit(Category::Pelanggaran, 1.2, 10.0, 90.0, None),
    habit(Category::Banjir, 5.0, 180.0, 40.0, Some(("HAZARD", "HAZARD_WEATHER_FLOOD"))),
    habit(Category::Kebakaran, 6.0, 40.0, 12.0, None),
];
/// Of those who can, so many tell Waze; of all, so many tweet.
const DRIVERS: f64 = 0.15;
const TWEETS: f64 = 0.07;

/// Mean number of further reports in the app of a complaint that is planted.
pub(super) fn more_witnesses() -> f64 {
    let weight = |category: Category| -> f64 {
        let same = SUBJECTS.iter().filter(|subject| subject.canonical == category);
        same.map(|subject| subject.weight).sum()
    };
    let all: f64 = SUBJECTS.iter().map(|subject| subject.weight).sum();
    HABITS.iter().map(|habit| weight(habit.category) * habit.more).sum::<f64>() * (1.0 - TWEETS) / all
}

/// Makes incidents.
#[derive(Debug)]
pub(super) struct Plants {
    pub(super) chance: Chance,
    /// Share of the complaints that are planted.
    share: f64,
    incidents: u64,
    truth: Vec<Planted>,
}

impl Plants {
    pub(super) fn new(chance: Chance, share: f64) -> Self {
        Self {
            chance,
            share,
            incidents: 0,
            truth: Vec::new(),
        }
    }

    /// Who tells of what was reported at `now` by the report with this id, and when; mostly nobody.
    pub(super) fn draw(&mut self, category: Category, (at, place, subject): (Point, usize, usize), now: i64, id: u64) -> Vec<(i64, Told)> {
        let known = HABITS.iter().find(|habit| habit.category == category);
        let Some(habit) = known.filter(|_| self.share > 0.0) else {
            return Vec::new();
        };
        if !self.chance.happens(self.share) {
            return Vec::new();
        }
        self.incidents += 1;
        let incident = self.incidents;
        self.note(incident, "qlue", id.to_string());
        let centre = self.around(at, habit.scatter_m);
        let more = 1 + self.chance.poisson(habit.more - 1.0);
        let mut time = now;
        let mut told = Vec::new();
        for _ in 0..more {
            time += micros(60.0 * habit.pace_min * self.chance.exponential());
            let person = Told {
                incident,
                at: self.around(centre, habit.scatter_m),
                place,
                subject,
                by: self.way(habit),
            };
            told.push((time, person));
        }
        told
    }

    /// Notes which message tells of an incident.
    pub(super) fn note(&mut self, incident: u64, channel: &'static str, id: String) {
        self.truth.push(Planted { incident, channel, id });
    }

    /// Who told of what so far.
    pub(super) fn truth(&self) -> &[Planted] {
        &self.truth
    }

    fn way(&mut self, habit: &Habit) -> By {
        let luck = self.chance.unit();
        match habit.alert {
            Some((kind, subtype)) if luck < DRIVERS => By::Driver(kind, subtype),
            _ if (DRIVERS..DRIVERS + TWEETS).contains(&luck) => By::Tweet,
            _ => By::App,
        }
    }

    fn around(&mut self, at: Point, scatter_m: f64) -> Point {
        let (east, north) = self.chance.normal_pair();
        offset(at, east * scatter_m, north * scatter_m)
    }
}
