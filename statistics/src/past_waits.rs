//! One unit's waits as they stood at any moment: what is said of them is what [`Waits`] says of the cases known then, to the last bit, but
//! nothing is sorted anew for a moment.
//!
//! What is known of a case changes only with what happens to it. Between two such moments it has ended, after so long, or it has waited
//! since it was filed, and whoever was filed earlier has waited longer at every moment. So the ended waits lie sorted by how long they
//! took, each with the moment from which on it is known, and those that wait lie sorted by when they were filed. A moment takes of the first
//! what was known by then, of the second who waited then, and lays both out together in one walk.

use super::ends;
use super::pending::{Asked, Pending, Span};
use super::run::Run;
use super::wait::{END_KINDS, Wait};
use super::waits::{WaitQuantiles, WaitTimes, Waits};

/// What became of one unit's cases, in no order.
#[derive(Clone, Debug, Default)]
pub struct WaitMoves {
    ended: Vec<(Wait, Span)>,
    waiting: Vec<(i64, u32, Span)>,
}

impl WaitMoves {
    /// Adds a wait that is over, with when that was known.
    pub fn ended(&mut self, wait: Wait, span: Span) {
        self.ended.push((wait, span));
    }

    /// Adds a case that waits while `span` holds: since it was filed, and to be resolved within `limit_s` ([`Wait::limit_s`]).
    pub fn waits(&mut self, filed_us: i64, limit_s: u32, span: Span) {
        self.waiting.push((filed_us, limit_s, span));
    }

    /// Adds what another has.
    pub fn append(&mut self, other: &mut Self) {
        self.ended.append(&mut other.ended);
        self.waiting.append(&mut other.waiting);
    }
}

/// The waits of one unit at every moment.
#[derive(Clone, Debug, Default)]
pub struct PastWaits {
    seconds: Vec<f64>,
    filed_us: Vec<i64>,
    /// From when on each is known.
    known_us: Vec<i64>,
    /// The end in the lowest three bits, then those of [`Wait::judged`].
    tags: Vec<u8>,
    /// Places of those that are not known for good, and until when they are; by place.
    taken_back: Vec<(u32, i64)>,
    waiting: Pending,
}

/// Room that is used again from one unit to the next.
#[derive(Debug, Default)]
pub struct PastScratch {
    waits: Waits,
    marks: Vec<u64>,
    cases: usize,
    moving: Vec<Wait>,
    runs: Vec<Run>,
}

impl PastWaits {
    /// Of what became of the cases of a unit. One whose wait is no number is left out, and so are those beyond the 2³²nd. Cost: O(n log n).
    #[must_use]
    pub fn of(moves: WaitMoves) -> Self {
        let mut ended = moves.ended;
        ended.retain(|(wait, _)| !wait.seconds.is_nan());
        for (wait, _) in &mut ended {
            *wait = wait.sound();
        }
        ended.sort_unstable_by_key(|(wait, span)| (wait.place(), span.from_us));
        let taken_back = (0..=u32::MAX).zip(&ended).filter(|(_, (_, span))| span.until_us != Span::FOR_GOOD);
        Self {
            taken_back: taken_back.map(|(place, (_, span))| (place, span.until_us)).collect(),
            seconds: ended.iter().map(|(wait, _)| wait.seconds).collect(),
            filed_us: ended.iter().map(|(wait, _)| wait.filed_us).collect(),
            known_us: ended.iter().map(|(_, span)| span.from_us).collect(),
            tags: ended.iter().map(|(wait, _)| tag(wait)).collect(),
            waiting: Pending::of(moves.waiting),
        }
    }

    /// How many waits there are, one that stood differently at different moments as often.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seconds.len().max(self.waiting.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// [`Waits::times`] of the cases known at a moment, `others` among them, with the horizon `tau` (seconds).
    #[must_use]
    pub fn times(&self, asked: Asked, tau: f64, others: &[Wait], scratch: &mut PastScratch) -> WaitTimes {
        self.lay(asked, others, scratch);
        scratch.waits.times_of(&scratch.marks, scratch.cases, tau, &mut scratch.runs)
    }

    /// [`Waits::quantiles`] of the cases known at a moment, `others` among them.
    #[must_use]
    pub fn quantiles(&self, asked: Asked, others: &[Wait], scratch: &mut PastScratch) -> WaitQuantiles {
        self.lay(asked, others, scratch);
        scratch.waits.quantiles_of(&scratch.marks, scratch.cases)
    }

    /// Lays out the cases known at the moment as [`Waits::of`] would, and marks those that count.
    fn lay(&self, asked: Asked, others: &[Wait], scratch: &mut PastScratch) {
        let moving = &mut scratch.moving;
        moving.clear();
        self.waiting.each(asked.at_us, |filed_us, limit_s| {
            moving.push(Wait {
                filed_us,
                seconds: asked.waited_s(filed_us),
                end: Wait::OPEN,
                limit_s,
            });
        });
        moving.extend(others.iter().filter(|wait| !wait.seconds.is_nan()).map(|wait| wait.sound()));
        // Runs that are sorted already: this sort finds and merges them.
        moving.sort_by_key(Wait::place);
        let mut sheet = Sheet::of(&mut scratch.waits, &mut scratch.marks, self.seconds.len() + moving.len());
        let mut waiting = moving.iter();
        let mut next = waiting.next();
        let (mut next_s, mut taken_back) = (seconds_of(next), self.taken_back.as_slice());
        for (block, known_us) in self.known_us.chunks(64).enumerate() {
            let mut known = holding(known_us, asked.at_us);
            while let Some(((place, until_us), rest)) = taken_back.split_first()
                && *place as usize / 64 == block
            {
                known &= !(u64::from(*until_us <= asked.at_us) << (place % 64));
                taken_back = rest;
            }
            while known != 0 {
                let place = block * 64 + known.trailing_zeros() as usize;
                known &= known - 1;
                let (seconds, tag, filed_us) = (self.seconds[place], self.tags[place], self.filed_us[place]);
                while next_s <= seconds
                    && let Some(wait) = next.filter(|wait| before(wait, (seconds, tag, filed_us)))
                {
                    sheet.push(wait.seconds, self::tag(wait), wait.filed_us > asked.since_us);
                    next = waiting.next();
                    next_s = seconds_of(next);
                }
                sheet.push(seconds, tag, filed_us > asked.since_us);
            }
        }
        for wait in next.into_iter().chain(waiting) {
            sheet.push(wait.seconds, self::tag(wait), wait.filed_us > asked.since_us);
        }
        scratch.cases = sheet.finish();
    }

    /// Bytes held beside the struct itself.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let times = (self.filed_us.capacity() + self.known_us.capacity()) * size_of::<i64>();
        let taken_back = self.taken_back.capacity() * size_of::<(u32, i64)>();
        self.seconds.capacity() * size_of::<f64>() + times + self.tags.capacity() + taken_back + self.waiting.heap_bytes()
    }
}

/// End and judgement of a wait in one byte.
fn tag(wait: &Wait) -> u8 {
    let [in_time, judged, unsaid] = wait.judged().map(u8::from);
    wait.end | in_time << 3 | judged << 4 | unsaid << 5
}

/// Whether a wait comes before one that took no less. Which of two comes first that differ by their limits only changes no number.
fn before(wait: &Wait, (seconds, tag, filed_us): (f64, u8, i64)) -> bool {
    let other = Wait {
        filed_us,
        seconds,
        end: tag & 7,
        limit_s: wait.limit_s,
    };
    wait.place() <= other.place()
}

/// How long a case has waited; nobody waits for longer than nobody.
fn seconds_of(wait: Option<&Wait>) -> f64 {
    wait.map_or(f64::NAN, |wait| wait.seconds)
}

/// Which of 64 cases are known at a moment, one bit each.
pub(super) fn holding(known_us: &[i64], at_us: i64) -> u64 {
    let bits = known_us.iter().enumerate();
    bits.fold(0, |known, (bit, known_us)| known | u64::from(*known_us <= at_us) << bit)
}

/// Waits as they are laid out, one after the other; the bits of the last 64 are held until these are full.
struct Sheet<'a> {
    waits: &'a mut Waits,
    marks: &'a mut Vec<u64>,
    /// By number of the end; there is none of the last number.
    ended: [u64; END_KINDS + 1],
    in_time: u64,
    judged: u64,
    unsaid: u64,
    counting: u64,
    cases: usize,
    /// How long the last open case has waited; below nothing before there was one.
    open_s: f64,
}

impl<'a> Sheet<'a> {
    /// An empty one with room for so many.
    fn of(waits: &'a mut Waits, marks: &'a mut Vec<u64>, room: usize) -> Self {
        waits.seconds.clear();
        waits.seconds.reserve(room);
        waits.tangled = false;
        let [in_time, judged, unsaid] = [&mut waits.in_time, &mut waits.judged, &mut waits.unsaid];
        for set in waits.ended.iter_mut().chain([in_time, judged, unsaid]) {
            set.clear(0);
        }
        marks.clear();
        Self {
            waits,
            marks,
            ended: [0; END_KINDS + 1],
            in_time: 0,
            judged: 0,
            unsaid: 0,
            counting: 0,
            cases: 0,
            open_s: -1.0,
        }
    }

    fn push(&mut self, seconds: f64, tag: u8, counts: bool) {
        let (bit, end) = (self.waits.seconds.len() % 64, tag & 7);
        self.waits.seconds.push(seconds);
        self.ended[usize::from(end)] |= 1 << bit;
        let flag = |flag: u8| u64::from(tag >> flag & 1) << bit;
        self.in_time |= flag(3);
        self.judged |= flag(4);
        self.unsaid |= flag(5);
        self.counting |= u64::from(counts) << bit;
        if end == Wait::OPEN {
            self.open_s = seconds;
        } else if seconds - self.open_s < 1e-5 {
            self.waits.tangled |= self.open_s >= 0.0 && ends::micros(seconds) == ends::micros(self.open_s);
        }
        if bit == 63 {
            self.turn();
        }
    }

    /// Writes the bits of a word down.
    fn turn(&mut self) {
        for (set, word) in self.waits.ended.iter_mut().zip(&mut self.ended) {
            set.push(std::mem::take(word));
        }
        self.waits.in_time.push(std::mem::take(&mut self.in_time));
        self.waits.judged.push(std::mem::take(&mut self.judged));
        self.waits.unsaid.push(std::mem::take(&mut self.unsaid));
        self.cases += self.counting.count_ones() as usize;
        self.marks.push(std::mem::take(&mut self.counting));
    }

    /// How many count.
    fn finish(mut self) -> usize {
        if !self.waits.seconds.len().is_multiple_of(64) {
            self.turn();
        }
        self.cases
    }
}

#[cfg(test)]
#[path = "past_waits_tests.rs"]
mod tests;
