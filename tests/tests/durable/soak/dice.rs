//! What is left to chance, as a seed has it: the same seed throws the same numbers, and the machine decides what they meet.

use std::time::Duration;

/// A sequence of numbers (`SplitMix64`).
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 up to this one, which is left out.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// Whether one of so many happens.
    pub(super) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// A time up to this one.
    pub(super) fn time(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_micros()).unwrap();
        Duration::from_micros(self.below(most + 1))
    }

    /// The place of one of so many things.
    pub(super) fn place(&mut self, of: usize) -> usize {
        usize::try_from(self.below(of as u64)).unwrap()
    }

    /// One of these.
    pub(super) fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.place(things.len())]
    }

    /// These in another order.
    pub(super) fn shuffled<T: Copy>(&mut self, things: &[T]) -> Vec<T> {
        let mut things = things.to_vec();
        for last in (1..things.len()).rev() {
            things.swap(last, self.place(last + 1));
        }
        things
    }
}

#[test]
fn a_seed_throws_the_same_numbers_and_every_number() {
    let throw = |seed| {
        let mut dice = Dice::new(seed);
        (0..600).map(|_| dice.below(6)).collect::<Vec<_>>()
    };
    assert_eq!(throw(7), throw(7));
    assert_ne!(throw(7), throw(8));
    let of = |number| throw(7).iter().filter(|thrown| **thrown == number).count();
    assert!((0..6).all(|number| (60..140).contains(&of(number))));
    let mut order = Dice::new(1).shuffled(&[1, 2, 3, 4, 5]);
    order.sort_unstable();
    assert_eq!(order, [1, 2, 3, 4, 5]);
}
