//! Which examples are held out to measure with: each third once, or once the newest fifth. A text that is there twice is never both trained
//! on and held out: examples of one group stay together.

use std::collections::{BTreeMap, BTreeSet};

use super::dice::Dice;
use super::error::TrainError;

/// Parts of which each is held out once.
const FOLDS: usize = 3;
/// The newest texts are held out as one in this many.
const NEWEST: usize = 5;
/// Different texts there must be.
const LEAST_TEXTS: usize = 2 * FOLDS;

/// Which texts are held out to measure with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HoldOut {
    /// Each third once, drawn by seed.
    #[default]
    Thirds,
    /// The newest fifth once, of examples in the order of their time. What a model will read is newer than all it learnt from, and then it
    /// is right less often than thirds drawn at random say.
    Newest,
}

/// Places of the examples that are held out at once, part by part; given the group of each.
///
/// # Errors
/// There are too few groups, or none at the end that is new.
pub(super) fn held_out(groups: &[u64], hold_out: HoldOut, seed: u64) -> Result<Vec<Vec<usize>>, TrainError> {
    let folds = folds(groups, seed)?;
    let of = |fold: usize| -> Vec<usize> { (0..groups.len()).filter(|place| folds[*place] == fold).collect() };
    match hold_out {
        HoldOut::Thirds => Ok((0..FOLDS).map(of).collect()),
        HoldOut::Newest => newest(groups).map(|newest| vec![newest]),
    }
}

/// Places of the newest examples whose text is not among the older ones too.
fn newest(groups: &[u64]) -> Result<Vec<usize>, TrainError> {
    let from = groups.len() - groups.len().div_ceil(NEWEST);
    let (older, newer) = groups.split_at(from);
    let older: BTreeSet<u64> = older.iter().copied().collect();
    let newest = newer.iter().zip(from..).filter(|(group, _)| !older.contains(group));
    let newest: Vec<usize> = newest.map(|(_, place)| place).collect();
    if newest.len() < 2 {
        return Err(TrainError::NothingNew);
    }
    Ok(newest)
}

/// The fold of each example: groups are shuffled and dealt.
fn folds(groups: &[u64], seed: u64) -> Result<Vec<usize>, TrainError> {
    let mut different: Vec<u64> = groups.iter().copied().collect::<BTreeSet<u64>>().into_iter().collect();
    if different.len() < LEAST_TEXTS {
        return Err(TrainError::TooFewTexts {
            found: different.len(),
            least: LEAST_TEXTS,
        });
    }
    Dice::new(seed).shuffle(&mut different);
    let fold: BTreeMap<u64, usize> = different
        .into_iter()
        .enumerate()
        .map(|(place, group)| (group, place % FOLDS))
        .collect();
    Ok(groups.iter().map(|group| fold.get(group).copied().unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use super::{folds, newest};

    #[test]
    fn a_text_written_twice_is_never_both_seen_and_held_out() {
        let twice: Vec<u64> = (0..24).chain(0..24).collect();
        let folds = folds(&twice, 3).unwrap();
        let (first, second) = folds.split_at(24);
        assert_eq!(first, second);
        assert!((0..3).all(|fold| first.contains(&fold)));
    }

    #[test]
    fn the_newest_are_held_out_where_the_order_is_that_of_time() {
        // An old text once more at the end is not new.
        let groups: Vec<u64> = (0..24).chain([0]).collect();
        assert_eq!(newest(&groups).unwrap(), [20, 21, 22, 23]);
    }
}
