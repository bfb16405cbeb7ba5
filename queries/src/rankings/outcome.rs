//! What one report is worth to the units of a level: what is said of it as it stood at a moment, in pieces that hold until something else
//! happens to it. The rules are those of `sql/cases.sql`, `sql/holders.sql` and `sql/rankings*.sql`; the tests hold one against the other.

use std::collections::HashMap;
use std::sync::Arc;

use tanggap_engine::case::{Change, End, Story, follow};
use tanggap_engine::event::Status;

use super::limits::{UNSAID, limit_of};
use super::lives::{Life, Lives, NONE, Row, UNLOCATED};
use super::table::HANDED_OVER;
use crate::service_clocks::{Clocked, ServiceClocks};
use crate::statistics::Wait;

/// One thing that is said of a row for a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// It took so many seconds (as bits), and ended so.
    Ended {
        unit: u32,
        row: u32,
        seconds: u64,
        end: u8,
        limit_s: u32,
    },
    /// It has waited since it was filed.
    Open { unit: u32, row: u32, limit_s: u32 },
    /// The first response took so many seconds (as bits), or was not to come after so many.
    Answered { unit: u32, row: u32, seconds: u64, came: bool },
    /// It has waited for a response since it was filed.
    Unanswered { unit: u32, row: u32 },
    /// The unit holds it since then, so many of these seconds (as bits) paused, after it had held it so many before.
    Held {
        unit: u32,
        row: u32,
        before: u64,
        from_us: i64,
        paused: u64,
        limit_s: u32,
    },
    /// The unit has let it wait for a response since then, after so many seconds (as bits) before.
    Awaited { unit: u32, row: u32, before: u64, from_us: i64 },
    /// It changes as time passes: it is asked anew at each moment.
    Apart,
}

/// Whose the complaints are on a level.
#[derive(Debug)]
pub(super) enum Whose {
    /// The area's whose code is that of the kelurahan divided by this, by code.
    Areas(i64, HashMap<i64, u32>),
    /// The channel's.
    Channels,
    /// Theirs who held it: unit and whether it is ranked, by number of the name.
    Holders(Vec<Option<(u32, bool)>>),
}

/// What is asked of each report.
#[derive(Debug)]
pub(super) struct Outcomes {
    pub(super) lives: Arc<Lives>,
    pub(super) whose: Whose,
    pub(super) clocks: Arc<ServiceClocks>,
}

/// What a thing is said for.
enum Until {
    /// One moment.
    Then,
    /// All that come before something else happens; `pausing` = the case waits for its reporter.
    Next { pausing: bool },
}

/// One spell of a unit with a code.
struct Held {
    unit: u32,
    ranked: bool,
    from_us: i64,
    to_us: Option<i64>,
    paused_s: f64,
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 285 years")]
pub(super) fn seconds(length_us: i64) -> f64 {
    length_us as f64 / 1e6
}

impl Outcomes {
    /// Tells what is said of a report from which moment on, each until the next; `changes` is room.
    pub(super) fn each(&self, life: &Life<'_>, changes: &mut Vec<Change>, mut told: impl FnMut(i64, &[Piece])) {
        life.changes(changes);
        let Some(first) = life.rows.first() else { return };
        let mut moments: Vec<i64> = life.rows.iter().map(|row| row.filed_us).collect();
        moments.extend(changes.iter().map(|change| change.time_us).filter(|time| *time > first.filed_us));
        moments.sort_unstable();
        moments.dedup();
        let asked = changes.iter().any(|change| change.status == Status::Asked);
        let mut pieces = Vec::new();
        for (place, &at_us) in moments.iter().enumerate() {
            let story = story(life, changes, at_us);
            let next_us = moments.get(place + 1).copied().unwrap_or(i64::MAX);
            // A pause that lasts puts the end off as it does.
            let pausing = asked && at_us + 1 < next_us && self::story(life, changes, at_us + 1).paused_us != story.paused_us;
            pieces.clear();
            if pausing && self.lives.ruled {
                pieces.push(Piece::Apart);
            } else {
                self.pieces(life, &story, at_us, &Until::Next { pausing }, &mut pieces);
            }
            told(at_us, &pieces);
        }
    }

    /// What is said of a report at a moment; nothing of it lies apart.
    pub(super) fn at(&self, life: &Life<'_>, changes: &mut Vec<Change>, at_us: i64, pieces: &mut Vec<Piece>) {
        life.changes(changes);
        pieces.clear();
        self.pieces(life, &story(life, changes, at_us), at_us, &Until::Then, pieces);
    }

    fn pieces(&self, life: &Life<'_>, story: &Story, at_us: i64, until: &Until, pieces: &mut Vec<Piece>) {
        let known = life.rows.partition_point(|row| row.filed_us <= at_us);
        let rows = (0_u32..).zip(&life.rows[..known]);
        match &self.whose {
            Whose::Areas(divisor, areas) => {
                for (number, row) in rows.filter(|(_, row)| row.kelurahan != UNLOCATED) {
                    if let Some(&unit) = areas.get(&(row.kelurahan / divisor)) {
                        self.plain(unit, (number, row), story, pieces);
                    }
                }
            }
            Whose::Channels => rows.for_each(|(number, row)| self.plain(row.channel, (number, row), story, pieces)),
            Whose::Holders(units) => {
                let held = self.held(life, story, units, known);
                let Some(first) = held.first() else { return };
                if held.iter().all(|spell| spell.unit == first.unit) {
                    for (number, row) in rows.filter(|_| first.ranked) {
                        self.plain(first.unit, (number, row), story, pieces);
                    }
                    return;
                }
                let lasts = held.iter().any(|spell| spell.to_us.is_none());
                let at_us = match until {
                    Until::Next { pausing } if lasts && (*pausing || known > 1) => return pieces.push(Piece::Apart),
                    Until::Next { .. } => None,
                    Until::Then => Some(at_us),
                };
                for (number, row) in rows {
                    self.shared((number, row), &held, story, at_us, pieces);
                }
            }
        }
    }

    /// A row that counts for one unit with its own clocks.
    fn plain(&self, unit: u32, (number, row): (u32, &Row), story: &Story, pieces: &mut Vec<Piece>) {
        let waited = |until_us: i64| seconds(until_us - row.filed_us).max(0.0).to_bits();
        let limit_s = self.limit_s(row, story, false);
        pieces.push(match story.end {
            Some((end, time_us)) => Piece::Ended {
                unit,
                row: number,
                seconds: waited(time_us),
                end: end.number(),
                limit_s,
            },
            None => Piece::Open {
                unit,
                row: number,
                limit_s,
            },
        });
        let until_us = story.first_response_us.or(story.end.map(|(_, time_us)| time_us));
        pieces.push(match until_us {
            Some(until_us) => Piece::Answered {
                unit,
                row: number,
                seconds: waited(until_us),
                came: story.first_response_us.is_some(),
            },
            None => Piece::Unanswered { unit, row: number },
        });
    }

    /// The spells of units that have a code, in order; as often as the report has rows, as a join has them.
    fn held(&self, life: &Life<'_>, story: &Story, units: &[Option<(u32, bool)>], rows: usize) -> Vec<Held> {
        let asked = life
            .rows
            .first()
            .and_then(|row| self.lives.route(row))
            .map_or(NONE, |route| route.unit);
        let mut held = Vec::with_capacity(story.spells.len() * rows);
        for spell in &story.spells {
            let name = spell.holder.unwrap_or(asked);
            let Some((unit, ranked)) = units.get(name as usize).copied().flatten() else {
                continue;
            };
            held.extend((0..rows).map(|_| Held {
                unit,
                ranked,
                from_us: spell.from_us,
                to_us: spell.to_us,
                paused_s: seconds(spell.paused_us),
            }));
        }
        held
    }

    /// A row that several held, each with its own time; up to a moment, or as it grows.
    fn shared(&self, (number, row): (u32, &Row), held: &[Held], story: &Story, at_us: Option<i64>, pieces: &mut Vec<Piece>) {
        let limit_s = self.limit_s(row, story, true);
        let answered_us = story.first_response_us;
        for (place, first) in held.iter().enumerate() {
            let (unit, before) = (first.unit, &held[..place]);
            if !first.ranked || before.iter().any(|spell| spell.unit == unit) {
                continue;
            }
            let (mut held_s, mut waited_s, mut responded) = (0.0, None, false);
            let (mut holds, mut awaits) = (None, None);
            for (place, spell) in held.iter().enumerate().filter(|(_, spell)| spell.unit == unit) {
                let to_us = spell.to_us.or(at_us);
                match to_us {
                    Some(to_us) => held_s += seconds(to_us - spell.from_us) - spell.paused_s,
                    None => holds = Some(spell),
                }
                if place == 0 || answered_us.is_none_or(|answered_us| answered_us > spell.from_us) {
                    let until_us = answered_us.map_or(to_us, |answered_us| Some(answered_us.min(to_us.unwrap_or(answered_us))));
                    let waited_s = waited_s.get_or_insert(0.0);
                    match until_us {
                        Some(until_us) => *waited_s += seconds(until_us - spell.from_us).max(0.0),
                        None => awaits = Some(spell),
                    }
                    responded |= answered_us.is_some_and(|answered_us| to_us.is_none_or(|to_us| answered_us <= to_us));
                }
            }
            let last = held.last().is_some_and(|spell| spell.unit == unit);
            let end = story.end.map_or(Wait::OPEN, |(end, _): (End, i64)| end.number());
            pieces.push(match holds {
                Some(spell) => Piece::Held {
                    unit,
                    row: number,
                    before: f64::to_bits(held_s),
                    from_us: spell.from_us,
                    paused: f64::to_bits(spell.paused_s),
                    limit_s,
                },
                None => Piece::Ended {
                    unit,
                    row: number,
                    seconds: f64::to_bits(held_s),
                    end: if last { end } else { HANDED_OVER },
                    limit_s,
                },
            });
            pieces.extend(waited_s.map(|waited_s| match awaits {
                Some(spell) => Piece::Awaited {
                    unit,
                    row: number,
                    before: f64::to_bits(waited_s),
                    from_us: spell.from_us,
                },
                None => Piece::Answered {
                    unit,
                    row: number,
                    seconds: f64::to_bits(waited_s),
                    came: responded,
                },
            }));
        }
    }

    /// Within which time a row was to be finished.
    fn limit_s(&self, row: &Row, story: &Story, shared: bool) -> u32 {
        if !self.lives.ruled {
            return UNSAID;
        }
        let route = self.lives.route(row);
        let named = story.holder.and_then(|holder| self.lives.name(holder));
        let case = Clocked {
            rule: route.and_then(|route| route.rule.as_deref()),
            channel: self.lives.channels.get(row.channel as usize).map_or("", String::as_str),
            unit: named.or_else(|| route.and_then(|route| self.lives.name(route.unit))),
            filed_us: row.filed_us,
            pauses: &story.pauses,
            respond_s: None,
            finish_s: route.and_then(|route| route.finish_s),
        };
        limit_of(&self.clocks, &case, shared)
    }
}

/// What became of a report by a moment: it begins with the earliest filing.
fn story(life: &Life<'_>, changes: &[Change], at_us: i64) -> Story {
    let Some(first) = life.rows.first() else { return Story::default() };
    let holder = (first.holder != NONE).then_some(first.holder);
    follow(first.filed_us, holder, changes, at_us)
}
