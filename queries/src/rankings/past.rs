//! The waits of a level at every moment: what each report was worth from when until when, sorted once. The table of a moment that nobody
//! has asked about before is laid out of it as fast as it is walked along.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use tanggap_engine::case::Change;

use super::book::{column, told_areas};
use super::growing::{Grower, Growing};
use super::lives::{Lives, Row, UNLOCATED};
use super::mixed::{hour_band, stratum};
use super::outcome::{Outcomes, Piece, Whose};
use super::row::{Ranking, RankingRule};
use super::table::{Shelves, table};
use crate::QueryError;
use crate::functions::Texts;
use crate::named::Level;
use crate::service_clocks::ServiceClocks;
use crate::statistics::{
    Adjustment, Asked, MixedWait, PastScratch, PastStrata, PastWaits, Span, StratumMoves, Wait, WaitMoves, WaitQuantiles, WaitTimes,
};

/// The waits of a level at every moment.
#[derive(Debug)]
pub(crate) struct Past {
    /// Code and name of each unit, by code.
    units: Vec<(String, String)>,
    resolution: Vec<PastWaits>,
    response: Vec<PastWaits>,
    mixed: PastStrata,
    growing: Growing,
    /// Reports that are asked anew at each moment, and when.
    apart: Vec<(u32, Span)>,
    outcomes: Outcomes,
}

/// What the reports of a part of the city were worth, in no order.
#[derive(Default)]
struct Pile {
    resolution: Vec<WaitMoves>,
    response: Vec<WaitMoves>,
    mixed: Vec<StratumMoves>,
    growing: Vec<(Grower, Span)>,
    apart: Vec<(u32, Span)>,
}

impl Past {
    /// Of a territory's level; areas are told by `sql/rankings_areas.sql`.
    pub(crate) fn of_areas(
        lives: &Arc<Lives>,
        clocks: Arc<ServiceClocks>,
        divisor: i64,
        areas: &[RecordBatch],
    ) -> Result<Self, QueryError> {
        let mut told = told_areas(areas)?;
        let mut found: BTreeSet<i64> = BTreeSet::new();
        for number in 0..lives.len() {
            let located = lives.life(number).rows.iter().filter(|row| row.kelurahan != UNLOCATED);
            found.extend(located.map(|row| row.kelurahan / divisor));
        }
        let mut named: Vec<(String, String, i64)> = found
            .into_iter()
            .map(|area| {
                let (code, name) = told.remove(&area).unwrap_or_else(|| (area.to_string(), area.to_string()));
                (code, name, area)
            })
            .collect();
        named.sort();
        let numbers: HashMap<i64, u32> = named.iter().map(|(_, _, area)| *area).zip(0..).collect();
        let units = named.into_iter().map(|(code, name, _)| (code, name)).collect();
        Ok(Self::of(lives, clocks, Whose::Areas(divisor, numbers), units))
    }

    /// Of channels.
    pub(crate) fn of_channels(lives: &Arc<Lives>, clocks: Arc<ServiceClocks>) -> Self {
        let units = lives.channels.iter().map(|channel| (channel.clone(), channel.clone())).collect();
        Self::of(lives, clocks, Whose::Channels, units)
    }

    /// Of dinas; `units` says what sources call a unit (alias, code, name, kind).
    pub(crate) fn of_holders(lives: &Arc<Lives>, clocks: Arc<ServiceClocks>, units: &[RecordBatch]) -> Result<Self, QueryError> {
        let mut known: HashMap<String, (String, String, String)> = HashMap::new();
        for batch in units {
            let [aliases, codes] = [Texts::of(column(batch, "alias")?)?, Texts::of(column(batch, "code")?)?];
            let [names, kinds] = [Texts::of(column(batch, "name")?)?, Texts::of(column(batch, "kind")?)?];
            for row in 0..batch.num_rows() {
                let text = |of: &Texts| of.get(row).unwrap_or_default().to_owned();
                known.insert(text(&aliases), (text(&codes), text(&names), text(&kinds)));
            }
        }
        let code_of = |name: &String| known.get(&name.to_lowercase()).map_or(name, |(code, _, _)| code).clone();
        let codes: BTreeSet<String> = lives.names.iter().filter(|name| !name.is_empty()).map(code_of).collect();
        let mut numbers: HashMap<String, (u32, bool)> = HashMap::new();
        let mut named = Vec::with_capacity(codes.len());
        for (number, code) in (0..).zip(codes) {
            let unit = known.get(&code.to_lowercase());
            let ranked = unit.is_none_or(|(_, _, kind)| kind != "kelurahan") && !dotted(&code);
            named.push((code.clone(), unit.map_or(&code, |(_, name, _)| name).clone()));
            numbers.insert(code, (number, ranked));
        }
        let holders = lives
            .names
            .iter()
            .map(|name| numbers.get(&code_of(name)).copied().filter(|_| !name.is_empty()));
        let whose = Whose::Holders(holders.collect());
        Ok(Self::of(lives, clocks, whose, named))
    }

    fn of(lives: &Arc<Lives>, clocks: Arc<ServiceClocks>, whose: Whose, units: Vec<(String, String)>) -> Self {
        let outcomes = Outcomes {
            lives: Arc::clone(lives),
            whose,
            clocks,
        };
        let middle = lives.len() / 2;
        // Two threads at most: one question may not take every core from the lanes. One that panics has said so.
        let (mut pile, mut rest) = std::thread::scope(|scope| {
            let rest = scope.spawn(|| Pile::of(&outcomes, units.len(), middle..lives.len()));
            (Pile::of(&outcomes, units.len(), 0..middle), rest.join().unwrap_or_default())
        });
        pile.append(&mut rest);
        drop(rest);
        let (resolution, response, mixed) = std::thread::scope(|scope| {
            let mixed = scope.spawn(|| PastStrata::of(pile.mixed));
            let sorted = |moves: Vec<WaitMoves>| -> Vec<PastWaits> { moves.into_iter().map(PastWaits::of).collect() };
            let (resolution, response) = (sorted(pile.resolution), sorted(pile.response));
            (resolution, response, mixed.join().unwrap_or_default())
        });
        Self {
            units,
            resolution,
            response,
            mixed,
            growing: Growing::of(pile.growing),
            apart: pile.apart,
            outcomes,
        }
    }

    /// The table of a level as of a moment, over the complaints filed after `asked.since_us`, by code.
    pub(crate) fn table(&self, level: Level, asked: Asked, rule: &RankingRule) -> Vec<Ranking> {
        table(&Moment::of(self, asked), level, rule)
    }

    /// Bytes held beside the struct itself, the reports left out.
    pub(crate) fn heap_bytes(&self) -> usize {
        let waits: usize = self.resolution.iter().chain(&self.response).map(PastWaits::heap_bytes).sum();
        waits + self.mixed.heap_bytes() + self.growing.heap_bytes() + self.apart.capacity() * size_of::<(u32, Span)>()
    }
}

/// Whether a code is that of an office of a kelurahan: 31.71.01.1001.
fn dotted(code: &str) -> bool {
    let letters: Vec<char> = code.chars().collect();
    letters.len() == 13 && [2, 5, 8].iter().all(|place| letters[*place] == '.')
}

impl Pile {
    fn of(outcomes: &Outcomes, units: usize, numbers: std::ops::Range<usize>) -> Self {
        let lives = &outcomes.lives;
        let strata = lives.kinds.len() * 4;
        let mut pile = Self {
            resolution: vec![WaitMoves::default(); units],
            response: vec![WaitMoves::default(); units],
            mixed: vec![StratumMoves::default(); strata.min(usize::from(u16::MAX) + 1)],
            growing: Vec::new(),
            apart: Vec::new(),
        };
        let mut changes: Vec<Change> = Vec::new();
        // What holds, and since when.
        let mut holding: Vec<(Piece, i64)> = Vec::new();
        for (number, life) in numbers.map(|number| (number, lives.life(number))) {
            outcomes.each(&life, &mut changes, |at_us, pieces| {
                holding.retain(|(piece, from_us)| {
                    let holds = pieces.contains(piece);
                    if !holds {
                        let span = Span {
                            from_us: *from_us,
                            until_us: at_us,
                        };
                        pile.put(*piece, span, life.rows, number);
                    }
                    holds
                });
                for piece in pieces {
                    if !holding.iter().any(|(held, _)| held == piece) {
                        holding.push((*piece, at_us));
                    }
                }
            });
            for (piece, from_us) in holding.drain(..) {
                let until_us = Span::FOR_GOOD;
                pile.put(piece, Span { from_us, until_us }, life.rows, number);
            }
        }
        pile
    }

    fn put(&mut self, piece: Piece, span: Span, rows: &[Row], number: usize) {
        match piece {
            Piece::Ended { unit, row, limit_s, .. } | Piece::Open { unit, row, limit_s } => {
                let row = &rows[row as usize];
                let own = &mut self.resolution[unit as usize];
                let mixed = &mut self.mixed[usize::from(stratum_of(row))];
                if let Some(wait) = wait(piece, row) {
                    own.ended(wait, span);
                    mixed.ended(mixed_wait(unit, row, &wait), span);
                } else {
                    own.waits(row.filed_us, limit_s, span);
                    mixed.waits(row.filed_us, unit, span);
                }
            }
            Piece::Answered { unit, row, .. } | Piece::Unanswered { unit, row } => {
                let row = &rows[row as usize];
                let own = &mut self.response[unit as usize];
                match wait(piece, row) {
                    Some(wait) => own.ended(wait, span),
                    None => own.waits(row.filed_us, Wait::UNSAID, span),
                }
            }
            Piece::Held { .. } | Piece::Awaited { .. } => self.growing.extend(Grower::of(piece, rows).map(|grower| (grower, span))),
            Piece::Apart => self.apart.push((u32::try_from(number).unwrap_or(u32::MAX), span)),
        }
    }

    fn append(&mut self, other: &mut Self) {
        let waits = self.resolution.iter_mut().chain(&mut self.response);
        for (own, other) in waits.zip(other.resolution.iter_mut().chain(&mut other.response)) {
            own.append(other);
        }
        for (own, other) in self.mixed.iter_mut().zip(&mut other.mixed) {
            own.append(other);
        }
        self.growing.append(&mut other.growing);
        self.apart.append(&mut other.apart);
    }
}

pub(super) fn stratum_of(row: &Row) -> u16 {
    stratum(row.kind as usize, hour_band(row.filed_us))
}

/// The wait of a piece that is over; none of one that grows.
fn wait(piece: Piece, row: &Row) -> Option<Wait> {
    let (seconds, end, limit_s) = match piece {
        Piece::Ended { seconds, end, limit_s, .. } => (seconds, end, limit_s),
        Piece::Answered { seconds, came, .. } => (seconds, if came { Wait::RESOLVED } else { Wait::OPEN }, Wait::UNSAID),
        Piece::Open { .. } | Piece::Unanswered { .. } | Piece::Held { .. } | Piece::Awaited { .. } | Piece::Apart => return None,
    };
    Some(Wait {
        filed_us: row.filed_us,
        seconds: f64::from_bits(seconds),
        end,
        limit_s,
    })
}

fn mixed_wait(unit: u32, row: &Row, wait: &Wait) -> MixedWait {
    MixedWait {
        stratum: stratum_of(row),
        unit,
        filed_us: wait.filed_us,
        seconds: wait.seconds,
        closed: wait.end == Wait::RESOLVED,
    }
}

/// The waits of a level at one moment.
struct Moment<'a> {
    past: &'a Past,
    asked: Asked,
    /// Of what was asked anew, by unit.
    resolution: Vec<Vec<Wait>>,
    response: Vec<Vec<Wait>>,
    /// By stratum.
    mixed: Vec<MixedWait>,
}

impl<'a> Moment<'a> {
    fn of(past: &'a Past, asked: Asked) -> Self {
        let mut moment = Self {
            past,
            asked,
            resolution: vec![Vec::new(); past.units.len()],
            response: vec![Vec::new(); past.units.len()],
            mixed: Vec::new(),
        };
        past.growing.each(asked, |grower| {
            let wait = grower.wait(asked.at_us);
            let unit = grower.unit as usize;
            if grower.response {
                moment.response[unit].push(wait);
            } else {
                moment.resolution[unit].push(wait);
                moment.mixed.push(MixedWait {
                    stratum: grower.stratum,
                    unit: grower.unit,
                    filed_us: wait.filed_us,
                    seconds: wait.seconds,
                    closed: false,
                });
            }
        });
        let (mut changes, mut pieces) = (Vec::new(), Vec::new());
        for (number, _) in past.apart.iter().filter(|(_, span)| span.holds(asked.at_us)) {
            let life = past.outcomes.lives.life(*number as usize);
            if life.rows.iter().all(|row| row.filed_us <= asked.since_us) {
                continue;
            }
            past.outcomes.at(&life, &mut changes, asked.at_us, &mut pieces);
            for piece in &pieces {
                moment.put(*piece, life.rows);
            }
        }
        moment.mixed.sort_by_key(|case| case.stratum);
        moment
    }

    fn put(&mut self, piece: Piece, rows: &[Row]) {
        let open = |row: &Row, limit_s| Wait {
            filed_us: row.filed_us,
            seconds: self.asked.waited_s(row.filed_us),
            end: Wait::OPEN,
            limit_s,
        };
        match piece {
            Piece::Ended { unit, row, limit_s, .. } | Piece::Open { unit, row, limit_s } => {
                let row = &rows[row as usize];
                let wait = wait(piece, row).unwrap_or_else(|| open(row, limit_s));
                self.resolution[unit as usize].push(wait);
                self.mixed.push(mixed_wait(unit, row, &wait));
            }
            Piece::Answered { unit, row, .. } | Piece::Unanswered { unit, row } => {
                let row = &rows[row as usize];
                let wait = wait(piece, row).unwrap_or_else(|| open(row, Wait::UNSAID));
                self.response[unit as usize].push(wait);
            }
            // Of one moment nothing grows.
            Piece::Held { .. } | Piece::Awaited { .. } | Piece::Apart => {}
        }
    }
}

impl Shelves for Moment<'_> {
    type Scratch = PastScratch;

    fn units(&self) -> &[(String, String)] {
        &self.past.units
    }

    fn size(&self, unit: usize) -> usize {
        self.past.resolution[unit].len()
    }

    fn times(&self, unit: usize, tau_s: f64, scratch: &mut PastScratch) -> (WaitTimes, WaitQuantiles) {
        let times = self.past.resolution[unit].times(self.asked, tau_s, &self.resolution[unit], scratch);
        let response = self.past.response[unit].quantiles(self.asked, &self.response[unit], scratch);
        (times, response)
    }

    fn adjust(&self, tau_s: f64) -> Option<Adjustment> {
        self.past.mixed.adjust(self.past.units.len(), self.asked, tau_s, &self.mixed)
    }
}
