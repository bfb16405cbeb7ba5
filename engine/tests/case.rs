//! The life of a case against a second writing of its rules: quadratic, minute by minute, each rule as its sentence has it.
//!
//! A minute is one unit of time here. Reports are filed at 0.

use proptest::prelude::*;
use tanggap_engine::case::{Change, End, Story, follow};
use tanggap_engine::event::Status;

/// Changes of a few minutes around the filing: ties in time and in place are common.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let status = prop_oneof![
        2 => prop::sample::select(Status::ALL),
        1 => prop::sample::select(vec![Status::Resolved, Status::Reopened, Status::Asked]),
    ];
    let parts = (-3_i64..15, 0_i64..6, status, any::<bool>(), prop::option::of(1_u32..4));
    let change = parts.prop_map(|(time_us, offset, status, snapshot, holder)| Change {
        time_us,
        offset,
        status,
        snapshot,
        holder,
    });
    prop::collection::vec(change, 0..10)
}

/// The changes known by a moment, in order: by time, place in the log, and for the same place of two logs ends first; what is told
/// twice counts where it is told first, and what is said of incidents not at all.
fn known(changes: &[Change], as_of: i64) -> Vec<Change> {
    let mut known: Vec<Change> = Vec::new();
    let of_incidents = [Status::Linked, Status::Unlinked];
    for change in changes
        .iter()
        .filter(|change| change.time_us <= as_of && !of_incidents.contains(&change.status))
    {
        let says = |one: &Change| Change { offset: 0, ..*one };
        match known.iter().position(|other| says(other) == says(change)) {
            Some(place) => known[place].offset = known[place].offset.min(change.offset),
            None => known.push(*change),
        }
    }
    known.sort_by_key(|change| {
        let ends = End::of(change.status).is_some();
        (change.time_us, change.offset, !ends, change.holder, change.status, change.snapshot)
    });
    known
}

/// The end that stands: the first resolution that nothing after it takes back, or else the first other end.
fn standing(own: &[Change]) -> Option<(End, i64)> {
    let first = |success: bool| {
        let ends = |change: &Change| End::of(change.status).filter(|end| (*end == End::Resolved) == success);
        let reopens = |change: &Change| match change.status {
            Status::Reopened => true,
            Status::Received | Status::InProgress => {
                let later_than = |end: &Change| ends(end).is_some() && end.time_us < change.time_us;
                change.snapshot && own.iter().any(later_than)
            }
            _ => false,
        };
        own.iter().enumerate().find_map(|(place, change)| {
            let end = ends(change)?;
            let taken_back = own[place + 1..].iter().any(reopens);
            (!taken_back).then_some((end, change.time_us.max(0)))
        })
    };
    first(true).or_else(|| first(false))
}

/// From each end to its reopening: where one more change takes back what stood without it.
fn gaps(own: &[Change]) -> Vec<(i64, i64)> {
    let mut gaps = Vec::new();
    for (place, change) in own.iter().enumerate() {
        let told_open = change.snapshot && matches!(change.status, Status::Received | Status::InProgress);
        let before = standing(&own[..place]);
        if let Some((_, ended)) = before
            && (told_open || change.status == Status::Reopened)
            && standing(&own[..=place]) != before
        {
            gaps.push((ended, change.time_us.max(0)));
        }
    }
    gaps
}

/// Every minute somebody or nobody known held the case: minute, holder, whether the reporter was waited for.
fn minutes(own: &[Change], first_holder: Option<u32>, as_of: i64) -> Vec<(i64, Option<u32>, bool)> {
    let gaps = gaps(own);
    let stop = standing(own).map_or(as_of, |(_, ended)| ended);
    let mut minutes = Vec::new();
    for minute in 0..stop {
        if gaps.iter().any(|(ended, reopened)| (*ended..*reopened).contains(&minute)) {
            continue;
        }
        let so_far: Vec<&Change> = own.iter().filter(|change| change.time_us <= minute).collect();
        let named = so_far.iter().rev().find_map(|change| change.holder);
        let latest = so_far.iter().rfind(|change| change.status != Status::Rated);
        let waiting = latest.is_some_and(|change| change.status == Status::Asked);
        minutes.push((minute, named.or(first_holder), waiting));
    }
    minutes
}

/// What the spells say of every minute.
fn held(story: &Story, as_of: i64) -> Vec<(i64, Option<u32>)> {
    let of_spell = |from: i64, to: i64, holder| (from..to).map(move |minute| (minute, holder));
    let spells = story.spells.iter();
    spells
        .flat_map(|spell| of_spell(spell.from_us, spell.to_us.unwrap_or(as_of), spell.holder))
        .collect()
}

proptest! {
    #[test]
    fn a_second_writing_of_the_rules_agrees(changes in changes(), first_holder in prop::option::of(1_u32..4), as_of in 0_i64..17) {
        let story = follow(0, first_holder, &changes, as_of);
        let own = known(&changes, as_of);
        prop_assert_eq!(story.end, standing(&own));
        prop_assert_eq!(story.reopenings, gaps(&own).len());
        prop_assert_eq!(story.transitions, own.len());
        let minutes = minutes(&own, first_holder, as_of);
        let holders: Vec<_> = minutes.iter().map(|(minute, holder, _)| (*minute, *holder)).collect();
        prop_assert_eq!(held(&story, as_of), holders);
        for spell in &story.spells {
            let inside = spell.from_us..spell.to_us.unwrap_or(as_of);
            let paused = minutes.iter().filter(|(minute, _, waiting)| *waiting && inside.contains(minute)).count();
            prop_assert_eq!(usize::try_from(spell.paused_us), Ok(paused));
        }
        let earliest = |wanted: &[Status]| {
            let times = own.iter().filter(|change| wanted.contains(&change.status)).map(|change| change.time_us.max(0));
            times.min()
        };
        let silent = [Status::Received, Status::Verified, Status::Rated, Status::Withdrawn];
        let answers: Vec<Status> = Status::ALL.iter().filter(|status| !silent.contains(status)).copied().collect();
        prop_assert_eq!(story.first_response_us, earliest(&answers));
        let beyond = [Status::Coordinated, Status::Dispatched, Status::InProgress, Status::Resolved];
        prop_assert_eq!(story.coordinated_us, earliest(&beyond));
        prop_assert_eq!(story.dispatched_us, earliest(&[Status::Dispatched]));
    }

    #[test]
    fn order_and_repetition_do_not_matter(
        changes in changes(),
        again in prop::collection::vec((any::<prop::sample::Index>(), 0_i64..20), 0..5),
        order in prop::collection::vec(any::<u32>(), 16),
        as_of in 0_i64..17,
    ) {
        let mut told = changes.clone();
        if !changes.is_empty() {
            // Told again at the same place (a log read twice) or further on (a sender that was not sure).
            told.extend(again.iter().map(|(which, further)| {
                let change = changes[which.index(changes.len())];
                Change { offset: change.offset + further, ..change }
            }));
        }
        let mut shuffled: Vec<(u32, Change)> = order.into_iter().zip(told).collect();
        shuffled.sort_by_key(|(place, _)| *place);
        let told: Vec<Change> = shuffled.into_iter().map(|(_, change)| change).collect();
        prop_assert_eq!(follow(0, Some(1), &told, as_of), follow(0, Some(1), &changes, as_of));
    }

    #[test]
    fn spells_follow_each_other_without_gap_but_from_an_end_to_its_reopening(changes in changes(), as_of in 0_i64..17) {
        let story = follow(0, Some(1), &changes, as_of);
        let gaps = gaps(&known(&changes, as_of));
        prop_assert_eq!(story.spells.first().map(|spell| spell.from_us), Some(0));
        prop_assert_eq!(story.spells.last().map(|spell| spell.to_us), Some(story.end.map(|(_, time)| time)));
        for pair in story.spells.windows(2) {
            let to = pair[0].to_us;
            prop_assert!(pair[0].from_us < pair[1].from_us);
            if to == Some(pair[1].from_us) {
                prop_assert_ne!(pair[0].holder, pair[1].holder, "a holder named again goes on");
            } else {
                prop_assert!(gaps.iter().any(|(ended, reopened)| to == Some(*ended) && *reopened == pair[1].from_us));
            }
        }
        let paused: i64 = story.spells.iter().map(|spell| spell.paused_us).sum();
        prop_assert_eq!(story.paused_us, paused);
    }

    #[test]
    fn what_comes_later_changes_nothing_that_was_true_before(changes in changes(), as_of in 0_i64..14) {
        let by_then: Vec<Change> = changes.iter().filter(|change| change.time_us <= as_of).copied().collect();
        let then = follow(0, None, &by_then, as_of);
        prop_assert_eq!(&follow(0, None, &changes, as_of), &then);
        // Whoever held it in a minute held it in that minute, however the story went on; what was first stays first.
        let afterwards = follow(0, None, &changes, 20);
        let held_afterwards = held(&afterwards, 20);
        prop_assert!(held(&then, as_of).iter().all(|minute| held_afterwards.contains(minute)));
        for (first, first_afterwards) in [
            (then.first_response_us, afterwards.first_response_us),
            (then.coordinated_us, afterwards.coordinated_us),
            (then.dispatched_us, afterwards.dispatched_us),
        ] {
            prop_assert!(first.is_none() || first == first_afterwards);
        }
        prop_assert!(then.reopenings <= afterwards.reopenings);
    }

    #[test]
    fn no_input_is_too_strange(
        parts in prop::collection::vec((any::<i64>(), any::<i64>(), prop::sample::select(Status::ALL), any::<Option<u32>>()), 0..8),
        filed in any::<i64>(),
        as_of in any::<i64>(),
    ) {
        let change = |(time_us, offset, status, holder)| Change { time_us, offset, status, snapshot: false, holder };
        let changes: Vec<Change> = parts.into_iter().map(change).collect();
        let story = follow(filed, None, &changes, as_of);
        prop_assert_eq!(story.spells.is_empty(), as_of < filed);
    }
}
