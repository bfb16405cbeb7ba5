//! The rules as the linking needs them: which categories may tell of one thing, how far apart, and what each feature adds to the score.
//!
//! A score is a sum of logs of odds. For a report `d` metres from where an incident is told to be and a time `gap` after it was last told of:
//!
//! ```text
//! place = ln( density of a witness at d / even density over the disc of the radius )
//! time  = ln( density of a witness after gap / even density over the horizon )
//! crowd = ln( expected further witnesses / expected other incidents there and then )
//! ```

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::IncidentRulesError;
use super::ground::steps_to;
use super::settings::{FamilySettings, Settings, UnreadSettings};
use crate::event::{Category, Kind};
use crate::time::HOUR_US;

/// What a report is about, as a number: its category, or [`UNREAD`].
pub(super) type Matter = u8;

/// Nobody has said what it is: the number after those of the categories.
pub(super) const UNREAD: Matter = 21;
/// How many matters there are.
const MATTERS: usize = Category::ALL.len() + 1;

/// What a category and a kind make.
pub(super) fn matter(category: Category, kind: Option<Kind>) -> Matter {
    if category == Category::Lainnya && kind.is_none() {
        UNREAD
    } else {
        category as u8
    }
}

/// How two matters of two reports may be one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PairRule {
    /// Farther apart they have nothing to do with each other, metres.
    pub(super) radius_m: f64,
    /// Later they have nothing to do with each other, µs.
    pub(super) horizon_us: i64,
    /// No incident goes on longer, µs.
    pub(super) lasting_us: i64,
    /// Variance of a witness's place by each axis, m².
    pub(super) scatter_m2: f64,
    /// Mean time between witnesses, µs.
    pub(super) pace_us: f64,
    /// Expected further witnesses.
    pub(super) witnesses: f64,
    /// Expected other incidents.
    pub(super) chance: f64,
    /// What the pair of matters adds; none = they are never one, but crowd each other.
    pub(super) weight: Option<f64>,
    /// How far chained incidents go, metres; none = they are not chained.
    pub(super) extent_m: Option<f64>,
    /// Steps of the grid that surely reach as far as the radius.
    pub(super) steps: u32,
}

impl PairRule {
    /// Log of the odds of the place: `squared_m2` is the squared distance, `variance` that of such distances by each axis, m².
    pub(super) fn place(&self, squared_m2: f64, variance_m2: f64) -> f64 {
        (self.radius_m * self.radius_m / (2.0 * variance_m2)).ln() - squared_m2 / (2.0 * variance_m2)
    }

    /// Log of the odds of the time.
    #[expect(clippy::cast_precision_loss, reason = "horizons are far below 2^53 µs")]
    pub(super) fn time(&self, gap_us: i64) -> f64 {
        (self.horizon_us as f64 / self.pace_us).ln() - gap_us as f64 / self.pace_us
    }

    /// Log of the odds before place and time are looked at.
    pub(super) fn crowd(&self, growth: f64, members: f64, others: f64) -> f64 {
        (self.witnesses * (1.0 + growth * (members - 1.0)) / (self.chance + others)).ln()
    }
}

/// What photos say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PhotoRule {
    pub(super) radius_m: f64,
    pub(super) horizon_us: i64,
    pub(super) same_file: f64,
    pub(super) same_look: f64,
    pub(super) other_category: f64,
}

/// Which reports tell of one incident.
#[derive(Clone, Debug)]
pub struct IncidentRules {
    version: String,
    assumption: bool,
    pub(super) threshold: f64,
    pub(super) growth: f64,
    pub(super) same_reporter: f64,
    pub(super) late_us: i64,
    pub(super) photo: PhotoRule,
    pairs: Vec<PairRule>,
    /// By matter: the matters it may be one with or is crowded by, and the number of the rule.
    compatible: Vec<Vec<(Matter, u16)>>,
    /// Longest horizon in which a matter is looked for, µs, by matter.
    horizons_us: Vec<i64>,
}

impl IncidentRules {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// [`IncidentRulesError`] says what is wrong with it.
    pub fn read(toml: &str) -> Result<Self, IncidentRulesError> {
        let settings = Settings::read(toml)?;
        let families = families(&settings)?;
        let related = related(&settings)?;
        let mut pairs = Vec::new();
        let mut compatible = vec![Vec::new(); MATTERS];
        let mut horizons_us = vec![0; MATTERS];
        for (one, of_one) in compatible.iter_mut().enumerate() {
            for other in 0..MATTERS {
                let Some(rule) = pair(&settings, &families, &related, (one.min(other), one.max(other))) else {
                    continue;
                };
                horizons_us[one] = rule.horizon_us.max(horizons_us[one]);
                let (Ok(number), Ok(matter)) = (u16::try_from(pairs.len()), u8::try_from(other)) else {
                    continue;
                };
                of_one.push((matter, number));
                pairs.push(rule);
            }
        }
        let photo = &settings.photo;
        let photo = PhotoRule {
            radius_m: photo.radius_m,
            horizon_us: micros(photo.horizon_min),
            same_file: photo.same_file,
            same_look: photo.same_look,
            other_category: photo.other_category,
        };
        Ok(Self {
            version: settings.version,
            assumption: settings.assumption,
            threshold: settings.threshold,
            growth: settings.growth,
            same_reporter: settings.same_reporter,
            late_us: i64::from(settings.late_h) * HOUR_US,
            photo,
            pairs,
            compatible,
            horizons_us,
        })
    }

    /// The rules that are shipped.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<IncidentRules> = LazyLock::new(|| {
            IncidentRules::read(include_str!("../../data/incident.toml")).expect("the shipped rules are right, which is a test")
        });
        &BUILTIN
    }

    /// Their version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether their figures are assumptions rather than published.
    #[must_use]
    pub const fn assumed(&self) -> bool {
        self.assumption
    }

    /// The least score that puts a report to an incident.
    #[must_use]
    pub const fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The longest time after its last witness in which an incident of this category may get another, µs.
    #[must_use]
    pub fn horizon_us(&self, category: Category) -> i64 {
        self.needed_us(category as u8)
    }

    /// The matters a matter may be one with, each with its rule.
    pub(super) fn compatible(&self, matter: Matter) -> impl Iterator<Item = (Matter, u16, &PairRule)> {
        let of_matter = self.compatible.get(usize::from(matter)).map_or(&[][..], Vec::as_slice);
        of_matter
            .iter()
            .map(|(other, number)| (*other, *number, &self.pairs[usize::from(*number)]))
    }

    /// Whether two matters may be one.
    pub(super) fn joins(&self, one: Matter, other: Matter) -> bool {
        self.compatible(one)
            .any(|(matter, _, rule)| matter == other && rule.weight.is_some())
    }

    /// A rule by its number.
    pub(super) fn pair(&self, number: u16) -> &PairRule {
        &self.pairs[usize::from(number)]
    }

    /// How long a report of a matter may be the one before another, µs.
    pub(super) fn needed_us(&self, matter: Matter) -> i64 {
        self.horizons_us.get(usize::from(matter)).copied().unwrap_or(0)
    }

    /// How far the chained incidents of a matter go, metres, and how long they last, µs.
    pub(super) fn chain(&self, matter: Matter) -> Option<(f64, i64)> {
        let own = self.compatible(matter).find(|(other, ..)| *other == matter)?.2;
        own.extent_m.map(|extent_m| (extent_m, own.lasting_us))
    }
}

/// The family of each category, by number.
fn families(settings: &Settings) -> Result<BTreeMap<usize, &FamilySettings>, IncidentRulesError> {
    let mut families = BTreeMap::new();
    for family in &settings.family {
        for name in &family.categories {
            let number = category(&family.id, name)?;
            if families.insert(number, family).is_some() {
                return Err(IncidentRulesError::TwoFamilies(name.clone()));
            }
        }
    }
    Ok(families)
}

/// Pairs of related categories, by number, the smaller first.
fn related(settings: &Settings) -> Result<Vec<(usize, usize)>, IncidentRulesError> {
    let pair = |[one, other]: &[String; 2]| {
        let (one, other) = (category("related_categories", one)?, category("related_categories", other)?);
        Ok((one.min(other), one.max(other)))
    };
    settings.related_categories.iter().map(pair).collect()
}

fn category(place: &str, name: &str) -> Result<usize, IncidentRulesError> {
    let found = Category::from_id(name).map(|category| usize::from(category as u8));
    found.ok_or_else(|| IncidentRulesError::NoCategory {
        place: place.to_owned(),
        name: name.to_owned(),
    })
}

/// How two matters may be one; the smaller number first, so that it is the same from both sides.
fn pair(
    settings: &Settings,
    families: &BTreeMap<usize, &FamilySettings>,
    related: &[(usize, usize)],
    (one, other): (usize, usize),
) -> Option<PairRule> {
    let unread = usize::from(UNREAD);
    let family_of = |number: usize| families.get(&number).copied();
    let rule = match (family_of(one), family_of(other)) {
        _ if one == unread => of_unread(&settings.unread, None),
        (Some(family), _) if other == unread => of_unread(&settings.unread, Some(family)),
        (Some(family), _) if one == other => of_families(family, family, 0.0),
        (Some(family), Some(second)) if related.contains(&(one, other)) => of_families(family, second, settings.related),
        _ => return None,
    };
    Some(rule)
}

/// Two categories of two families, or of one.
fn of_families(one: &FamilySettings, other: &FamilySettings, weight: f64) -> PairRule {
    let radius_m = one.radius_m.min(other.radius_m);
    PairRule {
        radius_m,
        horizon_us: micros(one.horizon_min.min(other.horizon_min)),
        lasting_us: micros(one.lasting_min.min(other.lasting_min)),
        scatter_m2: one.scatter_m.max(other.scatter_m).powi(2),
        pace_us: one.pace_min.min(other.pace_min) * US_A_MINUTE,
        witnesses: one.witnesses.min(other.witnesses),
        chance: one.chance.max(other.chance),
        weight: Some(weight),
        extent_m: if one.id == other.id { one.extent_m } else { None },
        steps: steps_to(radius_m),
    }
}

/// A report that was not read and one of a family, or another that was not read.
fn of_unread(unread: &UnreadSettings, family: Option<&FamilySettings>) -> PairRule {
    let least = |own: f64, of_family: fn(&FamilySettings) -> f64| family.map_or(own, |family| own.min(of_family(family)));
    let radius_m = least(unread.radius_m, |family| family.radius_m);
    let horizon_min = least(unread.horizon_min, |family| family.horizon_min);
    PairRule {
        radius_m,
        horizon_us: micros(horizon_min),
        lasting_us: micros(family.map_or(horizon_min, |family| family.lasting_min)),
        scatter_m2: unread.scatter_m.powi(2),
        pace_us: least(unread.pace_min, |family| family.pace_min) * US_A_MINUTE,
        witnesses: unread.witnesses,
        chance: unread.chance,
        weight: family.map(|_| unread.score),
        extent_m: None,
        steps: steps_to(radius_m),
    }
}

const US_A_MINUTE: f64 = 60e6;

/// Whole µs of minutes.
#[expect(clippy::cast_possible_truncation, reason = "a saturating cast of a length of time is what we want")]
fn micros(minutes: f64) -> i64 {
    (minutes * US_A_MINUTE) as i64
}

#[cfg(test)]
mod tests {
    use super::{IncidentRules, MATTERS, UNREAD, matter};
    use crate::event::{Category, Kind};
    use crate::incident::IncidentRulesError;

    const SHIPPED: &str = include_str!("../../data/incident.toml");

    #[test]
    fn the_shipped_rules_are_right_and_say_that_they_are_assumptions() {
        let rules = IncidentRules::builtin();
        assert!(rules.assumed() && !rules.version().is_empty());
        assert_eq!(rules.horizon_us(Category::Kebakaran), 3 * 3_600_000_000);
        assert_eq!(rules.horizon_us(Category::LayananAdministrasi), 0);
    }

    #[test]
    fn two_matters_are_ruled_alike_from_both_sides() {
        let rules = IncidentRules::builtin();
        let rule = |one: usize, other: usize| {
            let (one, other) = (u8::try_from(one).unwrap(), u8::try_from(other).unwrap());
            rules.compatible(one).find(|(matter, ..)| *matter == other).map(|(.., rule)| *rule)
        };
        for one in 0..MATTERS {
            for other in 0..MATTERS {
                assert_eq!(rule(one, other), rule(other, one), "{one}, {other}");
            }
        }
        let unread = usize::from(UNREAD);
        assert_eq!(rule(unread, unread).unwrap().weight, None, "nobody said what either is");
        assert!(rule(usize::from(Category::Lainnya as u8), usize::from(Category::Lainnya as u8)).is_none());
    }

    #[test]
    fn only_what_nobody_has_read_may_be_of_any_category() {
        assert_eq!(matter(Category::Lainnya, None), UNREAD);
        assert_eq!(usize::from(UNREAD), Category::ALL.len());
        assert_eq!(matter(Category::Lainnya, Some(Kind::Complaint)), Category::Lainnya as u8);
        assert_eq!(matter(Category::Banjir, None), Category::Banjir as u8);
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_by_what_is_wrong_with_it() {
        let refused = |from: &str, to: &str| {
            assert!(SHIPPED.contains(from), "{from}");
            IncidentRules::read(&SHIPPED.replacen(from, to, 1)).unwrap_err()
        };
        assert!(matches!(
            refused("threshold = 1.7", "treshold = 1.7"),
            IncidentRulesError::Unreadable(_)
        ));
        assert!(matches!(
            refused("[\"kebakaran\"]", "[\"api\"]"),
            IncidentRulesError::NoCategory { name, .. } if name == "api"
        ));
        assert_eq!(
            refused("[\"kebakaran\"]", "[\"banjir\"]"),
            IncidentRulesError::TwoFamilies("banjir".to_owned())
        );
        assert!(matches!(
            refused("radius_m = 250", "radius_m = 0"),
            IncidentRulesError::NotPositive { key: "radius_m", .. }
        ));
        assert_eq!(refused("growth = 0.5", "growth = nan"), IncidentRulesError::NotFinite("growth"));
    }
}
