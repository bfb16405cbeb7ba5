//! The router: a checked file of rules, and the table of which rule takes which situation.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::complaint::Situation;
use super::decision::Addressee;
use super::rule::{Doubt, Rule, RuleFile, Target};
use super::{Complaint, Decision, RouteError, Unit, UnitKind};
use crate::territory::KelurahanCode;

/// The rules of Jakarta we ship.
pub const JAKARTA: &str = include_str!("../../data/routes/jakarta.toml");

/// Decides who answers a report. Deciding costs one table look-up; sentences are made only when asked for.
#[derive(Clone, Debug)]
pub struct Router {
    version: String,
    region: String,
    units: Vec<Unit>,
    rules: Vec<Rule>,
    doubt: Doubt,
    /// Rule of each [`Situation`], by index.
    table: Vec<usize>,
    /// What sources call a unit, lower case → the unit.
    named: HashMap<String, Named>,
    /// Name of each kelurahan's office.
    offices: HashMap<i64, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Unit(usize),
    Office(i64),
}

impl Router {
    /// Reads and checks a file of rules.
    ///
    /// # Errors
    /// Everything [`RouteError`] lists: unreadable, unknown or double names, a rule that can never be reached, a report no rule fits.
    pub fn from_toml(text: &str) -> Result<Self, RouteError> {
        let file: RuleFile = toml::from_str(text).map_err(|error| RouteError::Unreadable(error.to_string()))?;
        file.doubt.check()?;
        let named = names(&file.unit)?;
        let mut rules = Vec::with_capacity(file.rule.len());
        for written in file.rule {
            let rule = Rule::resolve(written, &file.unit, &file.sla)?;
            if rules.iter().any(|other: &Rule| other.id == rule.id) {
                return Err(RouteError::DuplicateRule(rule.id));
            }
            rules.push(rule);
        }
        check(&rules)?;
        let fitting = |situation| rules.iter().position(|rule| rule.fits(situation)).unwrap_or_default();
        Ok(Self {
            table: Situation::all().map(fitting).collect(),
            version: file.version,
            region: file.region,
            units: file.unit,
            rules,
            doubt: file.doubt,
            named,
            offices: HashMap::new(),
        })
    }

    /// Gives the kelurahan offices their names (`Kelurahan Galur`), so that reasons and rankings name people's own words; an
    /// office without a name is called by its code. A source may then name an office by that text, too.
    #[must_use]
    pub fn with_kelurahan_names<'n>(mut self, names: impl IntoIterator<Item = (i64, &'n str)>) -> Self {
        for (kelurahan, name) in names {
            let office = office_name(name);
            let code = KelurahanCode::from_integer(kelurahan).to_string();
            for alias in [office.to_lowercase(), code] {
                self.named.entry(alias).or_insert(Named::Office(kelurahan));
            }
            self.offices.insert(kelurahan, office);
        }
        self
    }

    /// Version of the rules; part of every decision's audit trail.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Code prefix of the region the rules are for.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Metres from a border below which a decision is less sure, and says so.
    #[must_use]
    pub fn near_border_m(&self) -> f64 {
        self.doubt.near_border_m
    }

    /// Every unit of the file, kelurahan offices aside.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Everything a source may call a unit, in lower case, with the unit; in no order.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, Addressee<'_>)> {
        self.named.iter().map(|(alias, named)| (alias.as_str(), self.addressee(*named)))
    }

    /// The unit a source names by `text`, whatever the case, as its stable code and name.
    #[must_use]
    pub fn recognise(&self, text: &str) -> Option<Addressee<'_>> {
        self.lookup(text).map(|named| self.addressee(named))
    }

    /// Decides. The first rule that fits wins; what is not known lowers its confidence.
    #[must_use]
    pub fn decide(&self, complaint: &Complaint<'_>) -> Decision<'_> {
        let source = complaint.source_unit.and_then(|text| self.lookup(text));
        let situation = Situation {
            kind: complaint.kind,
            category: complaint.category,
            located: complaint.kelurahan.is_some(),
            source_unit: source.is_some(),
        };
        let rule = &self.rules[self.table[situation.index()]];
        let resolve = |target| match target {
            Target::Unit(position) => Some(addressee(&self.units[position])),
            Target::SourceUnit => source.map(|named| self.addressee(named)),
            Target::KelurahanOffice => complaint.kelurahan.map(|kelurahan| self.office(kelurahan)),
            Target::Nobody => None,
        };
        let unit = resolve(rule.to);
        let near_border = unit.is_some() && complaint.boundary_m.is_some_and(|metres| metres < self.doubt.near_border_m);
        let mut confidence = rule.confidence;
        if let Some(unit) = &unit {
            confidence *= self.doubt(unit.kind, complaint, near_border);
        }
        Decision {
            second_unit: resolve(rule.second),
            unit,
            confidence,
            deadline: rule.deadline,
            boundary_m: complaint.boundary_m,
            rule,
            category: complaint.category,
            place: complaint.kelurahan.map(|kelurahan| self.office(kelurahan).name),
            near_border,
        }
    }

    /// The product of the factors that apply. A border matters to an office, hardly to a dinas of the whole city.
    fn doubt(&self, kind: UnitKind, complaint: &Complaint<'_>, near_border: bool) -> f64 {
        let mut factor = 1.0;
        if near_border {
            let office = matches!(kind, UnitKind::Kelurahan | UnitKind::Kecamatan);
            factor *= if office {
                self.doubt.near_border_office
            } else {
                self.doubt.near_border_other
            };
        }
        if complaint.kelurahan.is_none() {
            factor *= self.doubt.unlocated;
        }
        if complaint.category.is_none() {
            factor *= self.doubt.unknown_category;
        }
        factor
    }

    fn lookup(&self, text: &str) -> Option<Named> {
        let text = text.trim();
        if let Some(named) = self.named.get(text) {
            return Some(*named);
        }
        if let Some(named) = self.named.get(&text.to_lowercase()) {
            return Some(*named);
        }
        text.parse::<KelurahanCode>().ok().map(|code| Named::Office(code.integer()))
    }

    fn addressee(&self, named: Named) -> Addressee<'_> {
        match named {
            Named::Unit(position) => addressee(&self.units[position]),
            Named::Office(kelurahan) => self.office(kelurahan),
        }
    }

    fn office(&self, kelurahan: i64) -> Addressee<'_> {
        let code = KelurahanCode::from_integer(kelurahan).to_string();
        let name = self
            .offices
            .get(&kelurahan)
            .map_or_else(|| Cow::Owned(office_name(&code)), |name| Cow::Borrowed(name.as_str()));
        Addressee {
            code: Cow::Owned(code),
            name,
            kind: UnitKind::Kelurahan,
        }
    }
}

fn office_name(name: &str) -> String {
    format!("Kelurahan {name}")
}

fn addressee(unit: &Unit) -> Addressee<'_> {
    Addressee {
        code: Cow::Borrowed(&unit.code),
        name: Cow::Borrowed(&unit.name_id),
        kind: unit.kind,
    }
}

fn names(units: &[Unit]) -> Result<HashMap<String, Named>, RouteError> {
    let mut named = HashMap::new();
    for (position, unit) in units.iter().enumerate() {
        for name in unit.names() {
            let taken = named.insert(name.to_lowercase(), Named::Unit(position));
            if let Some(Named::Unit(first)) = taken
                && first != position
            {
                return Err(RouteError::AmbiguousUnit {
                    name: name.to_owned(),
                    first: units[first].code.clone(),
                    second: unit.code.clone(),
                });
            }
        }
    }
    Ok(named)
}

/// Tries every situation: each must find a rule, each rule must be found, and no rule may ask for what a report lacks.
fn check(rules: &[Rule]) -> Result<(), RouteError> {
    let mut reached = vec![false; rules.len()];
    for situation in Situation::all() {
        let Some(first) = rules.iter().position(|rule| rule.fits(situation)) else {
            return Err(RouteError::Uncovered {
                kind: situation.kind.map_or("unread", crate::event::Kind::id),
                category: situation.category.map_or("unknown", crate::event::Category::id),
                located: situation.located,
            });
        };
        reached[first] = true;
        let rule = &rules[first];
        let asks = |target| rule.to == target || rule.second == target;
        if asks(Target::KelurahanOffice) && !situation.located {
            return Err(RouteError::OfficeWithoutPlace { rule: rule.id.clone() });
        }
        if asks(Target::SourceUnit) && !situation.source_unit {
            return Err(RouteError::SourceUnitUnnamed { rule: rule.id.clone() });
        }
    }
    let Some(position) = reached.iter().position(|reached| !reached) else {
        return Ok(());
    };
    let by = Situation::all()
        .filter(|situation| rules[position].fits(*situation))
        .find_map(|situation| rules.iter().find(|rule| rule.fits(situation)));
    Err(RouteError::Unreachable {
        rule: rules[position].id.clone(),
        by: by.map_or_else(|| "its own conditions".to_owned(), |rule| rule.id.clone()),
    })
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
