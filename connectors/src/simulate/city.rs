//! The city itself: people report, units answer, drivers queue, rivers rise. Everything goes through one agenda and leaves it in the
//! order in which a broker would have stored it.

mod filing;

use tanggap_engine::event::Status;

use super::agenda::Agenda;
use super::calendar::{SECOND, ceil, complaint_pulse, traffic_pulse};
use super::chance::{Chance, Weighted, micros};
use super::complaint::Cases;
use super::config::{Burst, CityConfig, ConfigError};
use super::flaw::Flaw;
use super::ground::Ground;
use super::lifecycle::{Progress, Step};
use super::line::Line;
use super::planted::{By, Planted, Plants, Told};
use super::proof::Proofs;
use super::traffic::{POLL, Traffic};
use super::tweet::Talk;
use super::vocabulary::SUBJECTS;
use super::volume::Volume;
use super::{CRM, GAUGE, QLUE, TWITTER, WAZE, gauge};

/// One message, as a producer would send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Kafka topic.
    pub topic: &'static str,
    /// Kafka key: the source's id.
    pub key: String,
    /// When it is published, µs UTC; never less than that of the message before.
    pub publish_time: i64,
    /// The value. Broken on purpose once in a while; may be empty.
    pub payload: Vec<u8>,
}

/// A simulated Jakarta. It is an iterator over its messages; [`City::next_due`] gives only those already published at a time.
#[derive(Debug)]
pub struct City {
    config: CityConfig,
    end: i64,
    left: u64,
    agenda: Agenda<Task>,
    ground: Ground,
    subjects: Weighted,
    cases: Cases,
    traffic: Traffic,
    talk: Talk,
    people: Chance,
    rivers: Chance,
    luck: Chance,
    proofs: Proofs,
    plants: Plants,
    /// New reports and tweets a second, before the pulse of the day.
    report_rate: f64,
    tweet_rate: f64,
    wakes: [i64; 4],
    steps: Vec<(i64, Step)>,
    last_publish: i64,
}

#[derive(Debug)]
enum Task {
    Post { case: u32, progress: Progress, updated: i64 },
    Transition { case: u32, status: Status, at: i64 },
    Sighting(u32),
    Document,
    Tweet { created: i64 },
    Level { gauge: u8, at: i64 },
    Witness(Box<Burst>),
    Told(Box<Told>),
    Again(Box<Message>),
}

const REPORTS: usize = 0;
const TWEETS: usize = 1;
const POLLS: usize = 2;
const LEVELS: usize = 3;
const NEVER: i64 = i64::MAX;

impl City {
    /// Builds the city; nothing has happened yet.
    ///
    /// # Errors
    /// [`ConfigError`] for a configuration that is no city.
    pub fn new(config: CityConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let stream = |number| Chance::new(config.seed, number);
        let ground = Ground::new(&config.places, &mut stream(0));
        let length = i64::try_from(config.duration_s).unwrap_or(NEVER / SECOND) * SECOND;
        let end = config.start.saturating_add(length);
        let subjects = Weighted::new(SUBJECTS.iter().map(|subject| subject.weight));
        let volume = Volume::of(&config, &subjects, length);
        let start = config.start;
        let mut city = Self {
            end,
            left: config.events.unwrap_or(u64::MAX),
            agenda: Agenda::new(),
            ground,
            subjects,
            cases: Cases::new(),
            traffic: Traffic::new(stream(2), volume.objects),
            talk: Talk::new(stream(3)),
            people: stream(1),
            rivers: stream(4),
            luck: stream(5),
            // The sixth is the trials' of `volume`.
            proofs: Proofs::new(stream(7), config.false_closings),
            plants: Plants::new(stream(8), config.witnessed),
            report_rate: volume.reports_per_s,
            tweet_rate: volume.tweets_per_s,
            wakes: [
                if volume.reports_per_s > 0.0 { start } else { NEVER },
                if volume.tweets_per_s > 0.0 { start } else { NEVER },
                if volume.objects > 0.0 { ceil(start, POLL) } else { NEVER },
                ceil(start, gauge::READING),
            ],
            steps: Vec::new(),
            last_publish: start,
            config,
        };
        for burst in city.config.bursts.clone() {
            city.inject(&burst);
        }
        Ok(city)
    }

    /// The same city with its clock set to `start` and no end: what a demo runs in real time.
    ///
    /// # Errors
    /// As [`City::new`].
    pub fn with_clock_from(start: i64, config: CityConfig) -> Result<Self, ConfigError> {
        Self::new(CityConfig {
            start,
            endless: true,
            events: None,
            ..config
        })
    }

    /// The next message if it is published at or before `now`, µs UTC.
    pub fn next_due(&mut self, now: i64) -> Option<Message> {
        while self.next_time()? <= now {
            if let Some(message) = self.work() {
                return Some(message);
            }
        }
        None
    }

    /// When the next message is published at the earliest; `None` when the city is over.
    pub fn next_time(&mut self) -> Option<i64> {
        if self.left == 0 {
            return None;
        }
        loop {
            let (source, wake) = self
                .wakes
                .iter()
                .copied()
                .enumerate()
                .min_by_key(|&(source, wake)| (wake, source))?;
            match self.agenda.next_time() {
                Some(time) if time < wake => {
                    let over = self.config.events.is_none() && !self.config.endless && time >= self.end;
                    return (!over).then_some(time.max(self.last_publish));
                }
                // With a number of events to reach, a city whose every source has dried up is over all the same.
                _ if wake == NEVER => return None,
                _ => self.wake(source, wake),
            }
        }
    }

    /// Which messages so far tell of incidents that were planted ([`CityConfig::witnessed`]), in no message said. A message that is broken, late
    /// or never published is among them all the same.
    #[must_use]
    pub fn planted(&self) -> &[Planted] {
        self.plants.truth()
    }

    /// Makes people witness something, from `burst.start` on or at once if that is past.
    pub fn inject(&mut self, burst: &Burst) {
        let start = burst.start.max(self.last_publish);
        let length = i64::from(burst.duration_s) * SECOND;
        for report in 0..i64::from(burst.reports) {
            let share = length * report / i64::from(burst.reports);
            self.agenda.push(start + share, Task::Witness(Box::new(*burst)));
        }
    }

    /// From now on so many messages a second on average: a demo's slider, or a thin past before a busy present.
    ///
    /// # Errors
    /// [`ConfigError::Rate`] for what no rate is; nothing is changed then.
    pub fn set_rate(&mut self, rate: f64) -> Result<(), ConfigError> {
        let config = CityConfig {
            rate,
            ..self.config.clone()
        };
        config.check()?;
        let volume = Volume::of(&CityConfig { events: None, ..config }, &self.subjects, self.end - self.config.start);
        (self.report_rate, self.tweet_rate) = (volume.reports_per_s, volume.tweets_per_s);
        self.traffic.set_population(volume.objects);
        self.config.rate = rate;
        let now = self.last_publish;
        self.wakes[REPORTS] = after(&mut self.people, now, self.report_rate * complaint_pulse(now));
        self.wakes[TWEETS] = after(&mut self.luck, now, self.tweet_rate * traffic_pulse(now));
        Ok(())
    }

    fn wake(&mut self, source: usize, now: i64) {
        match source {
            REPORTS => {
                let at = self.wakes[REPORTS];
                self.report(at);
                self.wakes[REPORTS] = after(&mut self.people, at, self.report_rate * complaint_pulse(at));
            }
            TWEETS => {
                let at = self.wakes[TWEETS];
                let delay = micros(1.5 * self.luck.exponential()).min(20 * SECOND);
                let created = at - self.lateness();
                self.agenda.push(at + delay, Task::Tweet { created });
                self.wakes[TWEETS] = after(&mut self.luck, at, self.tweet_rate * traffic_pulse(at));
            }
            POLLS => {
                let objects = self.traffic.poll(&self.ground, now);
                if self.config.whole_documents {
                    self.agenda.push(now + SECOND, Task::Document);
                } else {
                    for object in (0_u32..).take(objects) {
                        let delay = SECOND + micros(5.0 * self.luck.unit());
                        self.agenda.push(now + delay, Task::Sighting(object));
                    }
                }
                self.wakes[POLLS] = now + POLL;
            }
            _ => {
                for gauge in gauge::due(now) {
                    let delay = SECOND + micros(40.0 * self.luck.unit());
                    self.agenda.push(now + delay, Task::Level { gauge, at: now });
                }
                self.wakes[LEVELS] = now + gauge::READING;
            }
        }
    }

    /// How long before its publication a late message happened; 0 for most.
    fn lateness(&mut self) -> i64 {
        if self.luck.happens(self.config.faults.late) {
            micros(3_600.0 * self.luck.between(1.0, 30.0))
        } else {
            0
        }
    }

    /// Does the next task of the agenda: a message, or something that leads to messages.
    fn work(&mut self) -> Option<Message> {
        let (time, task) = self.agenda.pop()?;
        let publish_time = time.max(self.last_publish);
        self.last_publish = publish_time;
        let flaw = Flaw::draw(&mut self.luck, self.config.faults.broken);
        let mut line = Line::with_capacity(512);
        let (topic, key) = match task {
            Task::Post { case, progress, updated } => {
                let case = self.cases.step(case);
                case.post(&self.ground, progress, updated, flaw, &mut line);
                (QLUE, case.id.to_string())
            }
            Task::Transition { case, status, at } => {
                let case = self.cases.step(case);
                let at = case.closing.claimed(status, at);
                let proof = self.proofs.of(&case, status, at);
                case.transition(&self.ground, status, at, &proof, flaw, &mut line);
                (CRM, case.id.to_string())
            }
            Task::Sighting(object) => (WAZE, self.traffic.sighting(object as usize, flaw, &mut line)),
            Task::Document => {
                self.traffic.document(&mut line);
                (WAZE, String::new())
            }
            Task::Tweet { created } => (TWITTER, self.talk.tweet(&self.ground, created, flaw, &mut line).to_string()),
            Task::Level { gauge, at } => {
                gauge::reading(gauge, at, self.config.flood, &mut self.rivers, flaw, &mut line);
                (GAUGE, gauge::id(gauge).to_owned())
            }
            Task::Witness(burst) => {
                self.witness(publish_time, &burst);
                return None;
            }
            Task::Told(told) => match told.by {
                By::Tweet => {
                    let id = self.talk.tweet_from(
                        &self.ground,
                        (told.place, told.at),
                        SUBJECTS[told.subject].word,
                        publish_time,
                        flaw,
                        &mut line,
                    );
                    self.plants.note(told.incident, "twitter", id.to_string());
                    (TWITTER, id.to_string())
                }
                By::App | By::Driver(..) => {
                    self.tell(publish_time, &told);
                    return None;
                }
            },
            Task::Again(message) => {
                self.left -= 1;
                return Some(Message { publish_time, ..*message });
            }
        };
        flaw.spoil(&mut self.luck, &mut line.0);
        let message = Message {
            topic,
            key,
            publish_time,
            payload: line.0,
        };
        self.left -= 1;
        if self.luck.happens(self.config.faults.duplicate) {
            let wait = if self.luck.happens(0.15) { 600.0 } else { 20.0 };
            let again = publish_time + micros(wait * self.luck.unit());
            self.agenda.push(again, Task::Again(Box::new(message.clone())));
        }
        Some(message)
    }
}

impl Iterator for City {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        self.next_due(NEVER)
    }
}

fn after(chance: &mut Chance, at: i64, rate: f64) -> i64 {
    at.saturating_add(micros(chance.exponential() / rate).max(1))
}
