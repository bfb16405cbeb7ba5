//! Several regions in one process: the rules of a report are those of where the problem is, not of where its reporter lives.
//!
//! ```text
//! kelurahan of a region → that region's rules
//! a place, but in no region → received, to nobody (`received_no_partner`): no deadline, in no ranking
//! no place at all → the home region's rules
//! ```
//! With one region there is no such question: all reports are its own.

use super::router::{Named, Partner};
use super::{Complaint, RouteError, Router};
use crate::case::SlaRules;
use crate::territory::CodePrefix;

/// Id of the rule that decides where no region is responsible.
pub const NO_PARTNER: &str = "received_no_partner";

impl Partner {
    /// Whether a kelurahan is the region's.
    pub(super) fn holds(&self, kelurahan: i64) -> bool {
        self.codes.iter().any(|code| code.holds(kelurahan))
    }
}

impl Router {
    /// Adds a region: `codes` are the beginnings of its kelurahan codes, and its rules name these service levels. Its rules are called
    /// `<name>/<id>` from then on. Names of kelurahan are to be given after this.
    ///
    /// Units of all regions have codes of their own. A further name that units of two regions have means that of the region in its own rules,
    /// and elsewhere (tables, parameters) that of the region that came first.
    ///
    /// # Errors
    /// What is wrong with the rules, a code that is none or overlaps with another region's, a unit whose code names another unit.
    pub fn with_region(mut self, name: &str, codes: &[String], rules: &str, levels: SlaRules) -> Result<Self, RouteError> {
        let prefix = |code: &String| {
            code.parse::<CodePrefix>().map_err(|wrong| RouteError::NoRegion {
                region: name.to_owned(),
                wrong,
            })
        };
        let codes: Vec<CodePrefix> = codes.iter().map(prefix).collect::<Result<_, _>>()?;
        self.check_apart(&codes)?;
        let mut router = Self::with_levels(rules, levels)?;
        for rule in &mut router.rules {
            rule.id = format!("{name}/{}", rule.id);
        }
        router.by_id = router
            .rules
            .iter()
            .enumerate()
            .map(|(place, rule)| (rule.id.clone(), place))
            .collect();
        router.layers.clone_from(&self.layers);
        self.welcome(&router)?;
        self.version = format!("{} {}", self.version, router.version);
        self.partners.push(Partner { codes, router });
        Ok(self)
    }

    /// Whether there are several regions.
    #[must_use]
    pub const fn several(&self) -> bool {
        !self.partners.is_empty()
    }

    /// The beginnings of the kelurahan codes of every region, the home region's first.
    pub fn codes(&self) -> impl Iterator<Item = String> {
        let partners = self.partners.iter().flat_map(|partner| &partner.codes).map(CodePrefix::to_string);
        std::iter::once(self.region.clone()).chain(partners)
    }

    /// The rules for a report; none where it lies in no region.
    pub(super) fn responsible(&self, complaint: &Complaint<'_>) -> Option<&Self> {
        if self.partners.is_empty() {
            return Some(self);
        }
        let Some(kelurahan) = complaint.kelurahan else {
            return complaint.position.is_none().then_some(self);
        };
        let partner = self.partners.iter().find(|partner| partner.holds(kelurahan));
        let home = || self.region.parse::<CodePrefix>().is_ok_and(|home| home.holds(kelurahan));
        partner.map(|partner| &partner.router).or_else(|| home().then_some(self))
    }

    /// No kelurahan may be two regions'.
    fn check_apart(&self, codes: &[CodePrefix]) -> Result<(), RouteError> {
        let home = self.region.parse::<CodePrefix>().map_err(|wrong| RouteError::NoRegion {
            region: self.region.clone(),
            wrong,
        })?;
        let taken = || std::iter::once(home).chain(self.partners.iter().flat_map(|partner| partner.codes.iter().copied()));
        for code in codes {
            if let Some(other) = taken().find(|other| other.holds_all_of(*code) || code.holds_all_of(*other)) {
                return Err(RouteError::RegionsOverlap {
                    first: other.to_string(),
                    second: code.to_string(),
                });
            }
        }
        Ok(())
    }

    /// Takes up the units of another region, and every name of theirs that is still free.
    fn welcome(&mut self, other: &Self) -> Result<(), RouteError> {
        for unit in &other.units {
            if let Some(Named::Unit(position)) = self.named.get(&unit.code.to_lowercase()) {
                return Err(RouteError::AmbiguousUnit {
                    name: unit.code.clone(),
                    first: self.units[*position].code.clone(),
                    second: unit.code.clone(),
                });
            }
            let position = self.units.len();
            self.units.push(unit.clone());
            for name in unit.names() {
                self.named.entry(name.to_lowercase()).or_insert(Named::Unit(position));
            }
        }
        Ok(())
    }
}
