//! When an open complaint will be done (`sql/prospects.sql`): quantiles of the time that is left, given how long it has been open, from what
//! became of others like it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::exec_datafusion_err;
use serde::Serialize;

use super::Cases;
use super::cases::{ask, moment};
use crate::QueryError;
use crate::functions::{Interner, Texts};
use crate::statistics::{Curve, Durations};

const PROSPECTS: &str = include_str!("../../sql/prospects.sql");
/// What was filed longer ago says little of now, µs: a year.
const LOOK_BACK_US: i64 = 365 * 24 * 3_600_000_000;
/// Fewer complaints than this make no curve of their own.
const LEAST: usize = 30;

/// When a complaint will be done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prospect {
    /// Half of those like it that had been open as long were done after so many seconds more; none = fewer than half ever were.
    pub p50_s: Option<f64>,
    /// Four in five were.
    pub p80_s: Option<f64>,
    /// Complaints behind the two.
    pub n: usize,
}

/// Whose curve: the numbers are those of the interner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Like {
    UnitAndCategory(usize, usize),
    Unit(usize),
    Category(usize),
    All,
}

/// What became of complaints, by who holds them and what they are about.
#[derive(Debug, Default)]
pub struct Prospects {
    texts: BTreeMap<String, usize>,
    groups: BTreeMap<(usize, usize), Durations>,
    /// Made when first asked for.
    curves: Mutex<BTreeMap<Like, Arc<Curve>>>,
}

impl Cases {
    /// What became of the complaints filed within a year before the moment; those still open count as long as they have waited, those that
    /// ended otherwise until then.
    ///
    /// # Errors
    /// If `routes` or `units` are not there, or cannot be read.
    pub async fn prospects(&self) -> Result<Prospects, QueryError> {
        let since = ("since", moment(self.as_of_us().saturating_sub(LOOK_BACK_US)));
        Prospects::of(&ask(self.session(), PROSPECTS, vec![since]).await?.collect().await?)
    }
}

impl Prospects {
    fn of(rows: &[RecordBatch]) -> Result<Self, QueryError> {
        let mut interner = Interner::default();
        let mut groups: BTreeMap<(usize, usize), Durations> = BTreeMap::new();
        for batch in rows {
            let column = |name: &str| -> Result<_, QueryError> {
                let found = batch.column_by_name(name);
                found.ok_or_else(|| exec_datafusion_err!("the prospects have no column `{name}`").into())
            };
            let units = Texts::of(column("unit")?)?.map(|unit| interner.number(unit));
            let categories = Texts::of(column("category")?)?.map(|category| interner.number(category));
            let seconds = cast(column("resolution_s")?, &DataType::Float64)?;
            let seconds = seconds.as_primitive::<Float64Type>();
            let resolved = cast(column("resolved")?, &DataType::Boolean)?;
            let resolved = resolved.as_boolean();
            // No text is empty, so this is nobody's.
            let nobody = interner.number("");
            for row in 0..batch.num_rows() {
                let group = (units[row].unwrap_or(nobody), categories[row].unwrap_or(nobody));
                if seconds.is_valid(row) {
                    groups.entry(group).or_default().push(seconds.value(row), resolved.value(row));
                }
            }
        }
        Ok(Self {
            texts: (0..interner.len())
                .map(|number| (interner.text(number).to_owned(), number))
                .collect(),
            groups,
            curves: Mutex::default(),
        })
    }

    /// When a complaint of this category that this unit (by code) holds and that has been open for so many seconds will be done: as those
    /// with the same unit and category, if there are thirty; else as those with the unit, else of the category, else as all. None if there
    /// is nothing to go by.
    #[must_use]
    pub fn expected(&self, unit: &str, category: &str, open_s: f64) -> Option<Prospect> {
        let (unit, category) = (self.texts.get(unit).copied(), self.texts.get(category).copied());
        let both = unit.zip(category).map(|(unit, category)| Like::UnitAndCategory(unit, category));
        let narrower = [both, unit.map(Like::Unit), category.map(Like::Category)];
        let like = narrower.into_iter().flatten().find(|like| self.count(*like) >= LEAST);
        let curve = self.curve(like.unwrap_or(Like::All));
        (curve.cases() > 0).then(|| Prospect {
            p50_s: curve.remaining(open_s, 0.5),
            p80_s: curve.remaining(open_s, 0.8),
            n: curve.cases(),
        })
    }

    fn count(&self, like: Like) -> usize {
        self.of_kind(like).map(Durations::len).sum()
    }

    fn of_kind(&self, like: Like) -> impl Iterator<Item = &Durations> {
        let alike = move |(unit, category): (usize, usize)| match like {
            Like::UnitAndCategory(of, about) => (unit, category) == (of, about),
            Like::Unit(of) => unit == of,
            Like::Category(about) => category == about,
            Like::All => true,
        };
        self.groups
            .iter()
            .filter(move |(group, _)| alike(**group))
            .map(|(_, durations)| durations)
    }

    fn curve(&self, like: Like) -> Arc<Curve> {
        let mut curves = self.curves.lock().unwrap_or_else(PoisonError::into_inner);
        let made = curves.entry(like).or_insert_with(|| {
            let mut together = Durations::new();
            for durations in self.of_kind(like) {
                together.merge(durations);
            }
            Arc::new(Curve::of(&mut together))
        });
        Arc::clone(made)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray};

    use super::Prospects;

    /// Complaints each resolved after its number of hours, from 1 on.
    fn resolved(unit: &str, category: &str, count: u32) -> RecordBatch {
        let words = |word: &str| Arc::new((0..count).map(|_| Some(word)).collect::<StringArray>()) as ArrayRef;
        let seconds: Float64Array = (1..=count).map(|hour| Some(f64::from(hour) * 3_600.0)).collect();
        let done: BooleanArray = (0..count).map(|_| Some(true)).collect();
        RecordBatch::try_from_iter([
            ("unit", words(unit)),
            ("category", words(category)),
            ("resolution_s", Arc::new(seconds) as ArrayRef),
            ("resolved", Arc::new(done) as ArrayRef),
        ])
        .unwrap()
    }

    #[test]
    fn the_narrowest_that_has_thirty_decides() {
        let rows = [
            resolved("dlh", "sampah", 40),
            resolved("dlh", "banjir", 4),
            resolved("dsda", "banjir", 29),
            resolved("dinsos", "pengemis", 5),
        ];
        let prospects = Prospects::of(&rows).unwrap();
        let n = |unit, category| prospects.expected(unit, category, 0.0).unwrap().n;
        assert_eq!(n("dlh", "sampah"), 40);
        assert_eq!(n("dlh", "banjir"), 44, "the unit");
        assert_eq!(n("dsda", "banjir"), 33, "the category");
        assert_eq!(n("dinsos", "pengemis"), 78, "all");
        assert_eq!(n("who", "what"), 78);
        let after = prospects.expected("dlh", "sampah", 20.0 * 3_600.0).unwrap();
        assert_eq!(
            (after.p50_s, after.p80_s),
            (Some(36_000.0), Some(16.0 * 3_600.0)),
            "of the twenty that are left"
        );
        let never = prospects.expected("dlh", "sampah", 40.0 * 3_600.0).unwrap();
        assert_eq!((never.p50_s, never.n), (None, 40), "none was open for so long");
        assert_eq!(Prospects::of(&[]).unwrap().expected("dlh", "sampah", 0.0), None);
    }
}
