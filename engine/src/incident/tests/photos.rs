//! Photos that more reports show than are looked at.

use proptest::prelude::*;

use super::{Incidents, Piece, Told, empty, groups};
use crate::event::Category;

/// What comes of pieces that are settled after every so many.
fn given<'a>(pieces: impl IntoIterator<Item = &'a Piece>, settle: usize) -> Incidents {
    let mut incidents = empty();
    for (number, piece) in (1..).zip(pieces) {
        piece.give(&mut incidents);
        if number % settle == 0 {
            incidents.settle();
        }
    }
    incidents.settle();
    incidents
}

proptest! {
    #[test]
    fn of_a_photo_that_many_show_the_order_of_arrival_does_not_matter(
        reports in prop::collection::vec((0_i64..240, 0_i32..6_000, 0_usize..3), 30),
        // Each report shows two, of which the smaller counts: some are shown and then shown no more.
        files in prop::collection::vec(0_u64..3, 60),
        order in prop::collection::vec(any::<u32>(), 90),
        settle in 1_usize..30,
    ) {
        let categories = [Category::Sampah, Category::Kebakaran, Category::PohonTumbang];
        let report = |(number, (minute, east, category)): (usize, &(i64, i32, usize))| {
            Piece::Report(Told::new(&number, categories[*category], *minute, (f64::from(*east), 0.0)))
        };
        let photo = |(number, file): (usize, &u64)| Piece::Photo((number % 30).to_string(), *file);
        let mut pieces: Vec<Piece> = reports.iter().enumerate().map(report).collect();
        pieces.extend(files.iter().enumerate().map(photo));
        let expected = groups(&given(&pieces, 1));

        let mut shuffled: Vec<(u32, &Piece)> = order.into_iter().zip(&pieces).collect();
        shuffled.sort_by_key(|(key, _)| *key);
        let shuffled: Vec<&Piece> = shuffled.into_iter().map(|(_, piece)| piece).collect();
        prop_assert_eq!(groups(&given(shuffled.iter().copied(), settle)), expected.clone());
        prop_assert_eq!(groups(&given(shuffled.iter().rev().copied(), usize::MAX)), expected);
    }
}
