//! What operators join: a merge takes nobody out of the incident the rules put it to.

use proptest::prelude::*;

use super::{Note, Told, empty, groups, of, said};
use crate::event::Category;

#[test]
fn a_flood_that_is_merged_with_a_far_one_stays_whole() {
    let mut told: Vec<Told> = (0..24_i32)
        .map(|number| {
            let at = (f64::from(number) * 110.0, f64::from(number % 3) * 60.0);
            Told::new(&number, Category::Banjir, i64::from(number) * 6, at)
        })
        .collect();
    // It comes first, so that all lengths would be measured from it.
    told.push(Told::new("far", Category::Banjir, -10, (20_000.0, 0.0)));
    let mut incidents = of(&told);
    let apart = groups(&incidents);
    assert_eq!(apart.iter().map(Vec::len).collect::<Vec<_>>(), [24, 1]);

    incidents.note(said(true, 400, "far", "23"));
    incidents.settle();
    assert_eq!(groups(&incidents).iter().map(Vec::len).collect::<Vec<_>>(), [25]);

    incidents.note(said(false, 410, "23", "far"));
    incidents.settle();
    assert_eq!(groups(&incidents), apart, "taking it back leaves no trace");
}

proptest! {
    #[test]
    fn a_merge_takes_no_report_out_of_its_incident(
        // Along a street longer than a chain may be.
        spots in prop::collection::vec((0_i64..600, 0_i32..16_000, 0_i32..300), 30..100),
        splits in prop::collection::vec(0_usize..100, 0..4),
        merges in prop::collection::vec((0_usize..100, 0_usize..100), 1..6),
    ) {
        let flood = |(number, (minute, east, north)): (usize, (i64, i32, i32))| {
            Told::new(&number, Category::Banjir, minute, (f64::from(east), f64::from(north)))
        };
        let told: Vec<Told> = spots.into_iter().enumerate().map(flood).collect();
        let note = |linked, minute, one: usize, other: usize| said(linked, minute, &one.to_string(), &other.to_string());
        let splits: Vec<Note> = (700..).zip(splits).map(|(minute, one)| note(false, minute, one, one)).collect();
        let merges: Vec<Note> = (800..).zip(merges).map(|(minute, (one, other))| note(true, minute, one, other)).collect();

        let mut incidents = of(&told);
        for note in &splits {
            incidents.note(note.clone());
        }
        incidents.settle();
        let before = groups(&incidents);
        for note in &merges {
            incidents.note(note.clone());
        }
        incidents.settle();
        let after = groups(&incidents);
        for group in &before {
            let whole = after.iter().any(|whole| group.iter().all(|report| whole.contains(report)));
            prop_assert!(whole, "{group:?} is whole no more: {after:?}");
        }
        for note in &merges {
            let first = |id: &str| incidents.outline("qlue", id).map(|outline| outline.first);
            if let (Some(one), Some(other)) = (first(&note.report.id), note.other.as_ref().and_then(|other| first(&other.id))) {
                prop_assert_eq!(one, other, "merged however far apart");
            }
        }

        let mut backwards = empty();
        for note in merges.iter().chain(&splits) {
            backwards.note(note.clone());
        }
        for report in told.iter().rev() {
            backwards.add(&report.witness());
        }
        prop_assert_eq!(groups(&backwards), after);
    }
}
