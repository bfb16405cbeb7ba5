//! The roads as Waze for Cities shows them: a set of alerts, jams and irregularities that is published whole every two minutes. An
//! object is in every poll from its birth to its end.

use super::calendar::{DAY, MINUTE, SECOND, traffic_pulse};
use super::chance::{Chance, Weighted, micros, seconds, whole};
use super::flaw::Flaw;
use super::ground::{Ground, Point, offset, outside};
use super::line::Line;

/// The feed is polled this often.
pub(super) const POLL: i64 = 2 * MINUTE;
/// A feed's own times may lie this far after the end of its window (30 of 285 alerts and 197 of 965 jams of the Jakarta minute do).
const SKEW_S: f64 = 105.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Alert,
    Jam,
    Irregularity,
}

/// Share of the objects and mean life, minutes. The Jakarta minute of 2017 has 285, 965 and 37; alerts get more room here since
/// they are what hotspots are made of.
const KINDS: [(Kind, f64, f64); 3] = [(Kind::Alert, 0.35, 45.0), (Kind::Jam, 0.61, 22.0), (Kind::Irregularity, 0.04, 40.0)];

/// Type, subtype and how often: the Jakarta minute of 2017, and a few of each of the rarer ones of the feed's documentation.
const ALERTS: [(&str, &str, f64); 18] = [
    ("JAM", "JAM_HEAVY_TRAFFIC", 96.0),
    ("JAM", "JAM_STAND_STILL_TRAFFIC", 70.0),
    ("JAM", "JAM_MODERATE_TRAFFIC", 33.0),
    ("JAM", "", 22.0),
    ("ROAD_CLOSED", "ROAD_CLOSED_EVENT", 38.0),
    ("ROAD_CLOSED", "ROAD_CLOSED_CONSTRUCTION", 4.0),
    ("WEATHERHAZARD", "HAZARD_ON_SHOULDER_CAR_STOPPED", 9.0),
    ("WEATHERHAZARD", "HAZARD_ON_ROAD_CAR_STOPPED", 4.0),
    ("WEATHERHAZARD", "HAZARD_ON_ROAD_CONSTRUCTION", 3.0),
    ("WEATHERHAZARD", "HAZARD_ON_ROAD_OBJECT", 2.0),
    ("WEATHERHAZARD", "", 1.0),
    ("HAZARD", "HAZARD_WEATHER_FLOOD", 6.0),
    ("WEATHERHAZARD", "HAZARD_WEATHER_FLOOD", 4.0),
    ("HAZARD", "HAZARD_ON_ROAD_POT_HOLE", 6.0),
    ("HAZARD", "HAZARD_ON_ROAD_TRAFFIC_LIGHT_FAULT", 3.0),
    ("ACCIDENT", "ACCIDENT_MAJOR", 3.0),
    ("ACCIDENT", "ACCIDENT_MINOR", 4.0),
    ("ACCIDENT", "", 3.0),
];

/// One object on the road.
#[derive(Clone, Debug)]
struct Object {
    kind: Kind,
    /// The fields that never change, each followed by a comma.
    head: Vec<u8>,
    /// Hex text for alerts, decimal for the others.
    id: u128,
    published: i64,
    dies: i64,
    length_m: i64,
    level: i64,
    /// Nearly stable from poll to poll; changes a little each time.
    mood: u64,
}

/// The roads.
#[derive(Debug)]
pub(super) struct Traffic {
    chance: Chance,
    alerts: Weighted,
    /// Objects on an average poll.
    population: f64,
    objects: Vec<Object>,
    window_end: i64,
    next_number: u128,
    /// Told since the last poll.
    told: Vec<Object>,
}

impl Traffic {
    pub(super) fn new(chance: Chance, population: f64) -> Self {
        Self {
            chance,
            alerts: Weighted::new(ALERTS.iter().map(|(_, _, weight)| *weight)),
            population,
            objects: Vec::new(),
            window_end: i64::MIN,
            next_number: 1_458_712_000,
            told: Vec::new(),
        }
    }

    /// So many objects on an average poll from now on; those on the roads live their lives.
    pub(super) fn set_population(&mut self, population: f64) {
        self.population = population;
    }

    /// The next poll: the dead leave, the new arrive. Gives the number of objects on the roads; each is then written by
    /// [`Traffic::sighting`], or all by [`Traffic::document`].
    pub(super) fn poll(&mut self, ground: &Ground, at: i64) -> usize {
        let first = self.window_end == i64::MIN;
        self.window_end = at;
        self.objects.append(&mut self.told);
        self.objects.retain(|object| object.dies > at);
        for (kind, share, life_min) in KINDS {
            let wanted = self.population * share * traffic_pulse(at);
            // The first poll meets a city already awake; later ones add what keeps the number, on average.
            let mean = if first {
                wanted
            } else {
                wanted * seconds(POLL) / (60.0 * life_min)
            };
            for _ in 0..self.chance.poisson(mean) {
                let object = self.birth(ground, kind, life_min, first);
                self.objects.push(object);
            }
        }
        self.objects.len()
    }

    /// A driver tells of something at `now`: it is in the next polls. Gives its id.
    pub(super) fn tell(&mut self, chance: &mut Chance, (class, subtype): (&str, &str), at: Point, now: i64) -> String {
        let mut head = Line::with_capacity(200);
        head.raw("\"country\":\"ID\",\"type\":\"")
            .raw(class)
            .raw("\",\"subtype\":\"")
            .raw(subtype);
        head.raw("\",\"location\":{\"x\":").millionths(at.0).raw(",\"y\":").millionths(at.1);
        head.raw("},\"magvar\":")
            .unsigned(chance.below(360))
            .raw(",\"roadType\":")
            .unsigned(1 + chance.below(7))
            .raw(",");
        let object = Object {
            kind: Kind::Alert,
            head: head.0,
            id: (u128::from(chance.bits()) << 64) | u128::from(chance.bits()),
            published: now,
            dies: now + 2 * POLL + micros(45.0 * 60.0 * chance.exponential()),
            length_m: 0,
            level: 0,
            mood: chance.bits(),
        };
        let key = object.key();
        self.told.push(object);
        key
    }

    /// Writes one object of the poll as a message of its own and gives its key.
    pub(super) fn sighting(&mut self, number: usize, flaw: Flaw, line: &mut Line) -> String {
        line.raw("{\"startTimeMillis\":").int(millis(self.window_end - POLL));
        line.raw(",\"endTimeMillis\":").int(millis(self.window_end)).raw(",");
        let object = &self.objects[number];
        object.changing(&mut self.chance, self.window_end, flaw, line);
        object.key()
    }

    /// Writes the whole poll as one document.
    pub(super) fn document(&mut self, line: &mut Line) {
        line.raw("{");
        for (kind, name) in [(Kind::Alert, "alerts"), (Kind::Jam, "jams"), (Kind::Irregularity, "irregularities")] {
            line.raw("\"").raw(name).raw("\":[");
            let mut between = "";
            for object in self.objects.iter().filter(|object| object.kind == kind) {
                line.raw(between).raw("{");
                object.changing(&mut self.chance, self.window_end, Flaw::None, line);
                between = ",";
            }
            line.raw("],");
        }
        let start = self.window_end - POLL;
        line.raw("\"startTimeMillis\":")
            .int(millis(start))
            .raw(",\"endTimeMillis\":")
            .int(millis(self.window_end));
        line.raw(",\"startTime\":\"")
            .utc(start)
            .raw("\",\"endTime\":\"")
            .utc(self.window_end)
            .raw("\"}");
    }

    fn birth(&mut self, ground: &Ground, kind: Kind, life_min: f64, first: bool) -> Object {
        let chance = &mut self.chance;
        let place = ground.draw(chance);
        // 65 of the 285 alerts of the Jakarta minute are in the towns around; a feed has no (0,0) and no swapped axes.
        let mut at = if chance.happens(0.15) {
            outside(chance)
        } else {
            ground.stand(place, chance)
        };
        if !(106_000_000..108_000_000).contains(&at.0) {
            at = ground.stand(place, chance);
        }
        let site = ground.site(place);
        let mut head = Line::with_capacity(420);
        head.raw("\"country\":\"ID\",");
        if chance.happens(0.81) {
            head.raw("\"city\":\"").raw(site.city).raw("\",");
        }
        if chance.happens(0.93) {
            head.raw("\"street\":\"Jl. Raya ").raw(&site.name).raw("\",");
        }
        let age = if first {
            life_min * 60.0 * chance.exponential()
        } else {
            seconds(POLL) * chance.unit()
        };
        let mut published = self.window_end - micros(age);
        let (mut level, mut length_m, mut id) = (0, 0, 0);
        match kind {
            Kind::Alert => {
                published = alert_time(chance, self.window_end, published);
                let (class, subtype, _) = ALERTS[self.alerts.draw(chance)];
                head.raw("\"type\":\"")
                    .raw(class)
                    .raw("\",\"subtype\":\"")
                    .raw(subtype)
                    .raw("\",\"location\":{\"x\":")
                    .millionths(at.0);
                head.raw(",\"y\":")
                    .millionths(at.1)
                    .raw("},\"magvar\":")
                    .unsigned(chance.below(360));
                head.raw(",\"roadType\":").unsigned(1 + chance.below(7)).raw(",");
                if class == "ROAD_CLOSED" {
                    head.raw("\"reportDescription\":\"Ditutup untuk kegiatan warga\",");
                }
                id = (u128::from(chance.bits()) << 64) | u128::from(chance.bits());
            }
            Kind::Jam | Kind::Irregularity => {
                if chance.happens(0.2) {
                    published = self.window_end + micros(SKEW_S * chance.unit());
                }
                level = [1, 2, 2, 2, 3, 3, 3, 3, 4, 4][chance.index(10)];
                if kind == Kind::Jam && chance.happens(0.04) {
                    level = 5;
                }
                length_m = road(chance, at, &mut head);
                head.raw("\"endNode\":\"").raw(&site.name).raw("\",");
                self.next_number += 1 + u128::from(chance.below(40));
                if kind == Kind::Jam {
                    head.raw("\"turnType\":\"NONE\",\"segments\":[{}],\"roadType\":")
                        .unsigned(1 + chance.below(7))
                        .raw(",");
                } else {
                    head.raw("\"type\":\"Medium\",\"highway\":false,\"nComments\":0,\"nImages\":0,\"nThumbsUp\":0,\"alertsCount\":0,\"alerts\":[],");
                }
            }
        }
        if kind != Kind::Alert {
            id = self.next_number;
        }
        Object {
            kind,
            head: head.0,
            id,
            published,
            dies: self.window_end + micros(life_min * 60.0 * chance.exponential()),
            length_m,
            level,
            mood: chance.bits(),
        }
    }
}

impl Object {
    fn key(&self) -> String {
        if self.kind == Kind::Alert {
            let mut text = Line::with_capacity(36);
            self.uuid(&mut text);
            return String::from_utf8(text.0).expect("hex digits and dashes are text");
        }
        self.id.to_string()
    }

    fn uuid(&self, line: &mut Line) {
        let (high, low) = (low_half(self.id >> 64), low_half(self.id));
        line.hex(high >> 32, 8).raw("-").hex(high >> 16, 4).raw("-3").hex(high, 3).raw("-");
        line.hex(8 + (low >> 62), 1).hex(low >> 48, 3).raw("-").hex(low, 12);
    }

    /// Everything after the opening brace and the window.
    fn changing(&self, chance: &mut Chance, window_end: i64, flaw: Flaw, line: &mut Line) {
        line.0.extend_from_slice(&self.head);
        let drift = chance.below(3);
        let base = self.mood % 7;
        match self.kind {
            Kind::Alert => {
                line.raw("\"reportRating\":")
                    .unsigned(self.mood % 6)
                    .raw(",\"reliability\":")
                    .unsigned(5 + (base + drift) % 6);
                line.raw(",\"confidence\":")
                    .unsigned((base + drift) % 6)
                    .raw(",\"nThumbsUp\":")
                    .unsigned(drift);
                if flaw != Flaw::NoId {
                    line.raw(",\"uuid\":\"");
                    self.uuid(line);
                    line.raw("\"");
                }
                if flaw != Flaw::NoTime {
                    line.raw(",\"pubMillis\":").int(millis(self.published));
                }
            }
            Kind::Jam => {
                let speed = self.speed(drift);
                line.raw("\"level\":")
                    .int(self.level)
                    .raw(",\"length\":")
                    .int(self.length_m)
                    .raw(",\"speed\":")
                    .hundredths(speed);
                line.raw(",\"speedKMH\":")
                    .hundredths(speed * 36 / 10)
                    .raw(",\"delay\":")
                    .int(self.delay_s(speed));
                if flaw != Flaw::NoId {
                    line.raw(",\"uuid\":").int(self.number());
                }
                if flaw != Flaw::NoTime {
                    line.raw(",\"pubMillis\":").int(millis(self.published));
                }
            }
            Kind::Irregularity => {
                let speed = self.speed(drift);
                let updated = window_end - whole_s(20 + drift * 7 + base);
                line.raw("\"jamLevel\":")
                    .int(self.level)
                    .raw(",\"severity\":")
                    .unsigned(1 + drift)
                    .raw(",\"trend\":")
                    .int(1);
                line.raw(",\"driversCount\":")
                    .unsigned(3 + base)
                    .raw(",\"length\":")
                    .int(self.length_m)
                    .raw(",\"speed\":")
                    .hundredths(speed);
                line.raw(",\"regularSpeed\":")
                    .hundredths(1_150)
                    .raw(",\"delaySeconds\":")
                    .int(self.delay_s(speed));
                line.raw(",\"updateDateMillis\":")
                    .int(millis(updated))
                    .raw(",\"updateDate\":\"")
                    .twitter_v1(updated)
                    .raw("\"");
                if flaw != Flaw::NoId {
                    line.raw(",\"id\":").int(self.number());
                }
                if flaw != Flaw::NoTime {
                    line.raw(",\"detectionDateMillis\":").int(millis(self.published));
                }
            }
        }
        line.raw("}");
    }

    fn number(&self) -> i64 {
        i64::try_from(self.id).unwrap_or(i64::MAX)
    }

    /// Hundredths of m/s; 0 on a closed road.
    fn speed(&self, drift: u64) -> u64 {
        match self.level {
            1 => 750 + 30 * drift,
            2 => 480 + 25 * drift,
            3 => 290 + 20 * drift,
            4 => 130 + 15 * drift,
            _ => 0,
        }
    }

    /// What the line takes longer than at 11.5 m/s; -1 on a closed road.
    fn delay_s(&self, speed: u64) -> i64 {
        let speed = i64::try_from(speed).unwrap_or(0);
        if speed == 0 {
            return -1;
        }
        self.length_m * 100 / speed - self.length_m * 100 / 1_150
    }
}

/// Alerts are mostly fresh, some stamped after the window, some days old, a few years.
fn alert_time(chance: &mut Chance, window_end: i64, fresh: i64) -> i64 {
    let luck = chance.unit();
    if luck < 0.1 {
        window_end + micros(SKEW_S * chance.unit())
    } else if luck < 0.12 {
        window_end - micros(86_400.0 * chance.between(0.2, 9.0))
    } else if luck < 0.123 {
        window_end - 365 * DAY * i64::try_from(1 + chance.below(8)).unwrap_or(1)
    } else {
        fresh
    }
}

/// Writes the line of a road through `from` and gives its length, metres.
fn road(chance: &mut Chance, from: Point, head: &mut Line) -> i64 {
    let points = 3 + chance.below(5);
    let (mut east, mut north) = chance.in_disc();
    let size = (east * east + north * north).sqrt().max(0.05);
    (east, north) = (east / size, north / size);
    let mut at = from;
    let mut length = 0.0;
    head.raw("\"line\":[");
    for point in 0..points {
        if point > 0 {
            let step = chance.between(40.0, 260.0);
            let bend = chance.between(-0.4, 0.4);
            (east, north) = (east - bend * north, north + bend * east);
            at = offset(at, east * step, north * step);
            length += step * (east * east + north * north).sqrt();
            head.raw(",");
        }
        head.raw("{\"x\":").millionths(at.0).raw(",\"y\":").millionths(at.1).raw("}");
    }
    head.raw("],");
    whole(length)
}

fn low_half(value: u128) -> u64 {
    u64::try_from(value & u128::from(u64::MAX)).unwrap_or(0)
}

fn whole_s(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(0) * SECOND
}

fn millis(time: i64) -> i64 {
    time.div_euclid(1_000)
}
