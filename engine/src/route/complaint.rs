//! What a rule may look at, and nothing more: no reporter, no text.

use crate::event::{Category, Kind};

/// The facts of one report that decide who answers it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complaint<'a> {
    /// Canonical category; none where the report has none.
    pub category: Option<Category>,
    /// What the report is; none where nobody has said.
    pub kind: Option<Kind>,
    /// Kelurahan of the problem (integer code); none where the place is not known.
    pub kelurahan: Option<i64>,
    /// Unit named by the channel, as it spells it.
    pub source_unit: Option<&'a str>,
    /// Metres from the problem to the nearest border of its kelurahan; none where not known.
    pub boundary_m: Option<f64>,
}

/// Which corner of the rules' world a report stands in. Rules see only this, so every possible report can be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Situation {
    pub(super) kind: Option<Kind>,
    pub(super) category: Option<Category>,
    pub(super) located: bool,
    pub(super) source_unit: bool,
}

impl Situation {
    const KINDS: usize = Kind::ALL.len() + 1;
    const CATEGORIES: usize = Category::ALL.len() + 1;

    /// How many there are.
    pub(super) const COUNT: usize = Self::KINDS * Self::CATEGORIES * 4;

    /// Its place in a table of all of them.
    pub(super) fn index(self) -> usize {
        let kind = self.kind.map_or(Kind::ALL.len(), |kind| usize::from(kind as u8));
        let category = self.category.map_or(Category::ALL.len(), |category| usize::from(category as u8));
        ((kind * Self::CATEGORIES + category) * 2 + usize::from(self.located)) * 2 + usize::from(self.source_unit)
    }

    /// Every situation, by index.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(|index| Self {
            kind: Kind::ALL.get(index / 4 / Self::CATEGORIES).copied(),
            category: Category::ALL.get(index / 4 % Self::CATEGORIES).copied(),
            located: index / 2 % 2 == 1,
            source_unit: index % 2 == 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Situation;

    #[test]
    fn every_situation_has_its_own_index() {
        let mut seen = 0;
        for (position, situation) in Situation::all().enumerate() {
            assert_eq!(situation.index(), position);
            seen += 1;
        }
        assert_eq!(seen, Situation::COUNT);
    }
}
