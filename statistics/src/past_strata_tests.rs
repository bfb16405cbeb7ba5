//! Strata of any moment held against [`Strata::of`] the cases as they stood then.

use super::super::pending::{Asked, Span};
use super::{PastStrata, StratumMoves};
use crate::strata::{MixedWait, Strata};

/// A case of a kind and a unit: filed, resolved then, and taken back then.
#[derive(Clone, Copy)]
struct Life {
    stratum: u16,
    unit: u32,
    filed_us: i64,
    ended_us: i64,
    closed: bool,
    reopened_us: i64,
}

impl Life {
    fn at(&self, at_us: i64) -> Option<MixedWait> {
        let ended = self.ended_us <= at_us && at_us < self.reopened_us;
        let until_us = if ended { self.ended_us } else { at_us };
        #[expect(clippy::cast_precision_loss, reason = "small times")]
        let seconds = ((until_us - self.filed_us) as f64 / 1e6).max(0.0);
        (self.filed_us <= at_us).then_some(MixedWait {
            stratum: self.stratum,
            unit: self.unit,
            filed_us: self.filed_us,
            seconds,
            closed: ended && self.closed,
        })
    }
}

#[test]
fn at_every_moment_the_adjustment_is_that_of_the_cases_as_they_stood_to_the_last_bit() {
    let mut dice = 11_u64;
    let mut below = |end: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((dice >> 33) % end).unwrap()
    };
    let mut lives = Vec::new();
    for _ in 0..4_000 {
        let filed_us = below(2_000) * 250_000;
        let ended_us = if below(5) == 0 {
            Span::FOR_GOOD
        } else {
            filed_us + 1 + below(300) * 500_000
        };
        let back = ended_us != Span::FOR_GOOD && below(6) == 0;
        lives.push(Life {
            stratum: u16::try_from(below(5)).unwrap(),
            unit: u32::try_from(below(12)).unwrap(),
            filed_us,
            ended_us,
            closed: below(4) > 0,
            reopened_us: if back { ended_us + 1 + below(90) * 500_000 } else { Span::FOR_GOOD },
        });
    }
    let mut moves = vec![StratumMoves::default(); 5];
    for life in lives.iter().enumerate().filter(|(number, _)| number % 7 != 0).map(|(_, life)| life) {
        let own = &mut moves[usize::from(life.stratum)];
        let span = |from_us, until_us| Span { from_us, until_us };
        own.waits(life.filed_us, life.unit, span(life.filed_us, life.ended_us));
        if let Some(case) = life.at(life.ended_us).filter(|_| life.ended_us != Span::FOR_GOOD) {
            own.ended(case, span(life.ended_us, life.reopened_us));
        }
        if life.reopened_us != Span::FOR_GOOD {
            own.waits(life.filed_us, life.unit, span(life.reopened_us, Span::FOR_GOOD));
        }
    }
    moves[2].append(&mut StratumMoves::default());
    let past = PastStrata::of(moves);
    assert!(past.heap_bytes() > 4_000);
    let beside = lives
        .iter()
        .step_by(137)
        .flat_map(|life| [life.filed_us - 1, life.filed_us, life.ended_us.min(9), life.reopened_us.min(7)]);
    for at_us in (0..25).map(|step| step * 29_000_003).chain(beside) {
        let mut others: Vec<MixedWait> = lives.iter().step_by(7).filter_map(|life| life.at(at_us)).collect();
        others.sort_by_key(|case| case.stratum);
        let whole = Strata::of(lives.iter().filter_map(|life| life.at(at_us)).collect());
        for since_us in [i64::MIN, at_us - 90_000_000, at_us] {
            for tau in [2.0, 60.0] {
                let given = past.adjust(10, Asked { at_us, since_us }, tau, &others);
                let expected = whole.adjust(10, since_us, tau);
                assert_eq!(format!("{given:?}"), format!("{expected:?}"), "at {at_us} after {since_us}");
            }
        }
    }
}
