//! Waits of any moment held against [`Waits::of`] the cases as they stood then.

use super::super::pending::{Asked, Span};
use super::{PastScratch, PastWaits, WaitMoves};
use crate::{Wait, WaitScratch, Waits};

/// A case: filed, and what it was from when on: how it ended, or open again.
struct Life {
    filed_us: i64,
    limit_s: u32,
    turns: Vec<(i64, u8)>,
}

fn one<T: Copy>(of: &[T], number: i64) -> T {
    of[usize::try_from(number).unwrap()]
}

fn lives(seed: u64, cases: usize) -> Vec<Life> {
    let mut dice = seed;
    let mut below = |end: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((dice >> 33) % end).unwrap()
    };
    let life = |_| {
        let filed_us = below(3_000) * 250_000;
        let mut turns = Vec::new();
        let mut at_us = filed_us;
        for turn in 0..below(4) {
            at_us += 1 + below(400) * 500_000;
            let end = if turn % 2 == 0 {
                one(&[1, 1, 1, 2, 3, 5], below(6))
            } else {
                Wait::OPEN
            };
            turns.push((at_us, end));
        }
        let limit_s = one(&[Wait::UNSAID, Wait::NO_CLOCK, 60, 7_000], below(4));
        Life { filed_us, limit_s, turns }
    };
    (0..cases).map(life).collect()
}

#[expect(clippy::cast_precision_loss, reason = "small times")]
fn seconds(from_us: i64, to_us: i64) -> f64 {
    ((to_us - from_us) as f64 / 1e6).max(0.0)
}

impl Life {
    fn at(&self, at_us: i64) -> Option<Wait> {
        let turn = self.turns.iter().rev().find(|(turn_us, _)| *turn_us <= at_us);
        let (until_us, end) = turn.filter(|turn| turn.1 != Wait::OPEN).copied().unwrap_or((at_us, Wait::OPEN));
        (self.filed_us <= at_us).then(|| Wait {
            filed_us: self.filed_us,
            seconds: seconds(self.filed_us, until_us),
            end,
            limit_s: self.limit_s,
        })
    }

    fn tell(&self, moves: &mut WaitMoves) {
        let begun = std::iter::once((self.filed_us, Wait::OPEN));
        let states: Vec<(i64, u8)> = begun.chain(self.turns.iter().copied()).collect();
        for (place, (from_us, end)) in states.iter().enumerate() {
            let span = Span {
                from_us: *from_us,
                until_us: states.get(place + 1).map_or(Span::FOR_GOOD, |next| next.0),
            };
            if *end == Wait::OPEN {
                moves.waits(self.filed_us, self.limit_s, span);
            } else {
                moves.ended(self.at(*from_us).unwrap(), span);
            }
        }
    }
}

#[test]
fn at_every_moment_the_numbers_are_those_of_the_cases_as_they_stood_to_the_last_bit() {
    for (seed, cases) in [(1, 0), (2, 1), (3, 40), (4, 700), (5, 5_000)] {
        let lives = lives(seed, cases);
        // Every ninth is told at each moment by whoever asks.
        let (mut moves, mut rest) = (WaitMoves::default(), WaitMoves::default());
        for (number, life) in lives.iter().enumerate().filter(|(number, _)| number % 9 != 0) {
            life.tell(if number % 2 == 0 { &mut moves } else { &mut rest });
        }
        moves.append(&mut rest);
        let past = PastWaits::of(moves);
        assert_eq!(past.is_empty(), cases < 2);
        let (mut scratch, mut plain) = (PastScratch::default(), WaitScratch::default());
        let beside = lives
            .iter()
            .step_by(97)
            .flat_map(|life| life.turns.iter().map(|turn| turn.0).chain([life.filed_us]));
        let moments = (0..30)
            .map(|step| step * 31_000_017)
            .chain(beside.take(60).flat_map(|time| [time - 1, time, time + 1]));
        for at_us in moments {
            let others: Vec<Wait> = lives.iter().step_by(9).filter_map(|life| life.at(at_us)).collect();
            let whole = Waits::of(lives.iter().filter_map(|life| life.at(at_us)).collect());
            for since_us in [i64::MIN, at_us - 200_000_000, at_us - 3_000_000, at_us] {
                let asked = Asked { at_us, since_us };
                for tau in [3.0, 120.0] {
                    let given = past.times(asked, tau, &others, &mut scratch);
                    let expected = whole.times(since_us, tau, &mut plain);
                    assert_eq!(
                        format!("{given:?}"),
                        format!("{expected:?}"),
                        "{cases} cases at {at_us} after {since_us}"
                    );
                }
                let given = past.quantiles(asked, &others, &mut scratch);
                assert_eq!(given, whole.quantiles(since_us, &mut plain), "{cases} cases at {at_us}");
            }
        }
    }
}
