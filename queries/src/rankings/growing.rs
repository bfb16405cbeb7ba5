//! Complaints that one unit has from another and holds still: what they have taken of its time grows, and not since they were filed.

use super::lives::Row;
use super::outcome::{Piece, seconds};
use super::past::stratum_of;
use crate::statistics::{Asked, Span, Wait};

/// A wait of a unit while it grows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grower {
    filed_us: i64,
    from_us: i64,
    /// Seconds before that count, and of those since then that do not.
    before_s: f64,
    paused_s: f64,
    limit_s: u32,
    pub(super) unit: u32,
    pub(super) stratum: u16,
    /// Whether a first response is waited for.
    pub(super) response: bool,
}

impl Grower {
    /// Of a piece that grows; none of another.
    pub(super) fn of(piece: Piece, rows: &[Row]) -> Option<Self> {
        let (unit, row, before, from_us, paused, limit_s, response) = match piece {
            Piece::Held {
                unit,
                row,
                before,
                from_us,
                paused,
                limit_s,
            } => (unit, row, before, from_us, paused, limit_s, false),
            Piece::Awaited {
                unit,
                row,
                before,
                from_us,
            } => (unit, row, before, from_us, 0, Wait::UNSAID, true),
            _ => return None,
        };
        let row = rows.get(row as usize)?;
        Some(Self {
            filed_us: row.filed_us,
            from_us,
            before_s: f64::from_bits(before),
            paused_s: f64::from_bits(paused),
            limit_s,
            unit,
            stratum: stratum_of(row),
            response,
        })
    }

    /// As it stands at a moment.
    pub(super) fn wait(&self, at_us: i64) -> Wait {
        let since = seconds(at_us - self.from_us);
        // Said as it is said of one that has ended, so that the same comes out to the last bit.
        let since = if self.response { since.max(0.0) } else { since - self.paused_s };
        Wait {
            filed_us: self.filed_us,
            seconds: self.before_s + since,
            end: Wait::OPEN,
            limit_s: self.limit_s,
        }
    }
}

/// So many are passed over at once where none of them grows any more.
const BLOCK: usize = 64;

/// Waits that grow for a while, those first that begin first.
#[derive(Debug, Default)]
pub(super) struct Growing {
    growers: Vec<(Grower, Span)>,
    /// The largest end in each block of them.
    latest_us: Vec<i64>,
}

impl Growing {
    pub(super) fn of(mut growers: Vec<(Grower, Span)>) -> Self {
        growers.shrink_to_fit();
        growers.sort_by_key(|(_, span)| span.from_us);
        let latest = |block: &[(Grower, Span)]| block.iter().map(|(_, span)| span.until_us).max().unwrap_or(i64::MIN);
        Self {
            latest_us: growers.chunks(BLOCK).map(latest).collect(),
            growers,
        }
    }

    /// Tells those that grow at a moment and count.
    pub(super) fn each(&self, asked: Asked, mut told: impl FnMut(&Grower)) {
        let begun = self.growers.partition_point(|(_, span)| span.from_us <= asked.at_us);
        let blocks = self.growers[..begun].chunks(BLOCK).zip(&self.latest_us);
        for (block, _) in blocks.filter(|(_, latest_us)| **latest_us > asked.at_us) {
            let counts = |(grower, span): &&(Grower, Span)| span.until_us > asked.at_us && grower.filed_us > asked.since_us;
            for (grower, _) in block.iter().filter(counts) {
                told(grower);
            }
        }
    }

    /// Bytes held beside the struct itself.
    pub(super) fn heap_bytes(&self) -> usize {
        self.growers.capacity() * size_of::<(Grower, Span)>() + self.latest_us.capacity() * size_of::<i64>()
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Grower, Growing, Span};

    #[test]
    fn those_that_grow_at_a_moment_are_found_among_all_that_ever_did() {
        let growers: Vec<(Grower, Span)> = (0..1_000_i64)
            .map(|number| {
                let grower = Grower {
                    filed_us: number * 31 % 500,
                    from_us: 0,
                    before_s: 0.0,
                    paused_s: 0.0,
                    limit_s: u32::try_from(number).unwrap(),
                    unit: 0,
                    stratum: 0,
                    response: false,
                };
                let from_us = grower.filed_us + number % 40;
                let until_us = if number % 9 == 0 {
                    Span::FOR_GOOD
                } else {
                    from_us + number * 7 % 60
                };
                (grower, Span { from_us, until_us })
            })
            .collect();
        let growing = Growing::of(growers.clone());
        assert!(growing.heap_bytes() > 64_000);
        for at_us in (-1..620).step_by(7) {
            for since_us in [i64::MIN, at_us - 50, at_us] {
                let (mut found, mut expected) = (Vec::new(), Vec::new());
                growing.each(Asked { at_us, since_us }, |grower| found.push(grower.limit_s));
                let holding = growers
                    .iter()
                    .filter(|(grower, span)| span.holds(at_us) && grower.filed_us > since_us);
                expected.extend(holding.map(|(grower, _)| grower.limit_s));
                found.sort_unstable();
                assert_eq!(found, expected, "at {at_us} after {since_us}");
            }
        }
    }

    #[test]
    fn what_was_held_before_and_what_was_paused_count() {
        let mut grower = Grower {
            filed_us: 0,
            from_us: 4_000_000,
            before_s: 1.5,
            paused_s: 0.25,
            limit_s: 9,
            unit: 0,
            stratum: 0,
            response: false,
        };
        let held = grower.wait(6_000_000);
        assert_eq!((held.seconds.to_bits(), held.limit_s, held.filed_us), (3.25_f64.to_bits(), 9, 0));
        grower.response = true;
        assert_eq!(grower.wait(6_000_000).seconds.to_bits(), 3.5_f64.to_bits());
    }
}
