//! A file of rules looked over as a whole: every situation is tried, so what is found is all there is.
//!
//! Faults keep a file from being used. Conflicts do not: two rules that overlap, with different targets, where neither fits all that the other
//! does, so that nothing but their order decides. An exception before its general rule is none.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::rule::{Doubt, Rule, RuleFile, Target, WrittenRule};
use super::situation::{Situation, Space};
use super::{RouteError, Unit, UnitKind};
use crate::case::SlaRules;
use crate::event::{Category, Kind};

/// One rule of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    /// Its id.
    pub id: String,
    /// Code of the unit it asks, or `kelurahan_office`, `source_unit` or `nobody`.
    pub to: String,
    /// Who would be asked next, in the same words.
    pub second: String,
    /// It rests on an assumption.
    pub assumption: bool,
    /// What it decides is not shown to the public.
    pub private: bool,
    /// What it decides is passed on at once and never queued.
    pub passed_on: bool,
    /// In how many situations it decides.
    pub situations: usize,
}

/// Two rules of which the earlier decides only because it stands first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Id of the earlier rule.
    pub first: String,
    /// Id of the later one.
    pub later: String,
    /// In how many situations.
    pub situations: usize,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct RuleCheck {
    /// Version of the file; empty if it cannot be read.
    pub version: String,
    /// Code prefix of the region it is for.
    pub region: String,
    /// Its rules, in order.
    pub rules: Vec<RuleLine>,
    /// What keeps it from being used.
    pub faults: Vec<RouteError>,
    /// Where only the order decides.
    pub conflicts: Vec<Conflict>,
}

impl RuleCheck {
    /// Looks a file of rules over that names these service levels.
    #[must_use]
    pub fn of(text: &str, levels: &SlaRules) -> Self {
        match Draft::read(text, levels) {
            Ok(draft) => Self {
                rules: draft.lines(),
                conflicts: draft.conflicts(),
                version: draft.version,
                region: draft.region,
                faults: draft.faults,
            },
            Err(fault) => Self {
                faults: vec![fault],
                ..Self::default()
            },
        }
    }
}

/// A file as read, with all that is wrong with it.
pub(super) struct Draft {
    pub(super) version: String,
    pub(super) region: String,
    pub(super) units: Vec<Unit>,
    pub(super) rules: Vec<Rule>,
    pub(super) doubt: Doubt,
    /// What sources call a unit, lower case → its place among the units.
    pub(super) named: HashMap<String, usize>,
    pub(super) channel_levels: BTreeMap<String, usize>,
    pub(super) space: Space,
    /// Rule of each situation, by index; empty where the rules cannot be tried.
    pub(super) table: Vec<usize>,
    pub(super) faults: Vec<RouteError>,
}

impl Draft {
    /// Reads a file.
    ///
    /// # Errors
    /// [`RouteError::Unreadable`] alone; all else is among the faults.
    pub(super) fn read(text: &str, levels: &SlaRules) -> Result<Self, RouteError> {
        let file: RuleFile = toml::from_str(text).map_err(|error| RouteError::Unreadable(error.to_string()))?;
        let mut faults: Vec<RouteError> = file.doubt.check().err().into_iter().collect();
        let named = names(&file.unit, &mut faults);
        let mut rules = resolve(file.rule, &file.unit, levels, &mut faults);
        let mut channel_levels = BTreeMap::new();
        for (channel, name) in file.channel_sla {
            match levels.position(&name) {
                Some(level) => {
                    channel_levels.insert(channel, level);
                }
                None => faults.push(RouteError::Unknown {
                    rule: format!("channel_sla.{channel}"),
                    what: "sla",
                    name,
                }),
            }
        }
        let space = Space::of(&rules);
        for rule in &mut rules {
            rule.settle(&space);
        }
        let mut draft = Self {
            version: file.version,
            region: file.region,
            units: file.unit,
            rules,
            doubt: file.doubt,
            named,
            channel_levels,
            space,
            table: Vec::new(),
            faults,
        };
        draft.check_promises();
        if draft.space.count() > Space::MOST {
            draft.faults.push(RouteError::TooManySituations {
                situations: draft.space.count(),
                most: Space::MOST,
            });
        }
        // Rules that could not be read would be missed here by others' faults.
        if draft.faults.is_empty() {
            draft.try_all();
        }
        Ok(draft)
    }

    /// A rule may promise only what it can keep.
    fn check_promises(&mut self) {
        for rule in &self.rules {
            if passes_on(rule, &self.units) && rule.level.is_some() {
                self.faults.push(RouteError::EmergencyWithClock { rule: rule.id.clone() });
            }
            if rule.private && rule.named_categories().next().is_none() {
                self.faults.push(RouteError::PrivateWithoutCategory { rule: rule.id.clone() });
            }
        }
    }

    /// Tries every situation: each must find a rule, each rule must be found, and no rule may ask for what a report lacks.
    fn try_all(&mut self) {
        let mut reached = vec![false; self.rules.len()];
        let mut bare = BTreeSet::new();
        let mut unasked = BTreeSet::new();
        let mut table = Vec::with_capacity(self.space.count());
        for situation in self.space.all() {
            let Some(first) = self.first(situation) else {
                table.push(usize::MAX);
                let kind = situation.kind.map_or("unread", Kind::id);
                let category = situation.category.map_or("unknown", Category::id);
                // One of each kind and category says enough.
                if bare.insert((kind, category)) {
                    self.faults.push(RouteError::Uncovered {
                        kind,
                        category,
                        place: self.space.place_in_words(situation.place),
                    });
                }
                continue;
            };
            table.push(first);
            reached[first] = true;
            let rule = &self.rules[first];
            let asks = |target| rule.to == target || rule.second == target;
            if asks(Target::KelurahanOffice) && !situation.located() && unasked.insert((first, 0)) {
                self.faults.push(RouteError::OfficeWithoutPlace { rule: rule.id.clone() });
            }
            if asks(Target::SourceUnit) && !situation.source_unit && unasked.insert((first, 1)) {
                self.faults.push(RouteError::SourceUnitUnnamed { rule: rule.id.clone() });
            }
        }
        self.table = table;
        for position in (0..reached.len()).filter(|position| !reached[*position]) {
            let rule = &self.rules[position];
            let mut taken = self.space.all().filter(|situation| rule.fits(*situation));
            let by = taken.find_map(|situation| self.first(situation));
            self.faults.push(RouteError::Unreachable {
                rule: rule.id.clone(),
                by: by.map_or_else(|| "its own conditions".to_owned(), |by| self.rules[by].id.clone()),
            });
        }
    }

    fn first(&self, situation: Situation) -> Option<usize> {
        self.rules.iter().position(|rule| rule.fits(situation))
    }

    fn lines(&self) -> Vec<RuleLine> {
        let mut situations = vec![0; self.rules.len()];
        for rule in &self.table {
            // A situation without a rule is nobody's.
            if let Some(situations) = situations.get_mut(*rule) {
                *situations += 1;
            }
        }
        let lines = self.rules.iter().zip(situations).map(|(rule, situations)| RuleLine {
            id: rule.id.clone(),
            to: self.target_id(rule.to).to_owned(),
            second: self.target_id(rule.second).to_owned(),
            assumption: rule.assumption,
            private: rule.private,
            passed_on: passes_on(rule, &self.units),
            situations,
        });
        lines.collect()
    }

    fn target_id(&self, target: Target) -> &str {
        match target {
            Target::Unit(position) => &self.units[position].code,
            Target::KelurahanOffice => "kelurahan_office",
            Target::SourceUnit => "source_unit",
            Target::Nobody => "nobody",
        }
    }

    /// Pairs of rules by how often each fits, both do, and the earlier one decides.
    fn conflicts(&self) -> Vec<Conflict> {
        if self.table.is_empty() {
            return Vec::new();
        }
        let rules = self.rules.len();
        let mut alone = vec![0_usize; rules];
        let (mut both, mut decided) = (vec![0_usize; rules * rules], vec![0_usize; rules * rules]);
        let mut fitting = Vec::new();
        for situation in self.space.all() {
            fitting.clear();
            fitting.extend((0..rules).filter(|rule| self.rules[*rule].fits(situation)));
            for (place, first) in fitting.iter().enumerate() {
                alone[*first] += 1;
                for later in &fitting[place + 1..] {
                    both[first * rules + later] += 1;
                    decided[first * rules + later] += usize::from(place == 0);
                }
            }
        }
        let mut conflicts = Vec::new();
        for first in 0..rules {
            for later in first + 1..rules {
                let (both, situations) = (both[first * rules + later], decided[first * rules + later]);
                let crossing = both < alone[first] && both < alone[later];
                if situations > 0 && crossing && self.rules[first].to != self.rules[later].to {
                    conflicts.push(Conflict {
                        first: self.rules[first].id.clone(),
                        later: self.rules[later].id.clone(),
                        situations,
                    });
                }
            }
        }
        conflicts
    }
}

/// Whether a rule asks who is never queued.
fn passes_on(rule: &Rule, units: &[Unit]) -> bool {
    matches!(rule.to, Target::Unit(position) if units[position].kind == UnitKind::Emergency)
}

fn resolve(written: Vec<WrittenRule>, units: &[Unit], levels: &SlaRules, faults: &mut Vec<RouteError>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::with_capacity(written.len());
    for written in written {
        match Rule::resolve(written, units, levels) {
            Ok(rule) if rules.iter().any(|other| other.id == rule.id) => faults.push(RouteError::DuplicateRule(rule.id)),
            Ok(rule) => rules.push(rule),
            Err(fault) => faults.push(fault),
        }
    }
    rules
}

fn names(units: &[Unit], faults: &mut Vec<RouteError>) -> HashMap<String, usize> {
    let mut named: HashMap<String, usize> = HashMap::new();
    for (position, unit) in units.iter().enumerate() {
        for name in unit.names() {
            let first = *named.entry(name.to_lowercase()).or_insert(position);
            if first != position {
                faults.push(RouteError::AmbiguousUnit {
                    name: name.to_owned(),
                    first: units[first].code.clone(),
                    second: unit.code.clone(),
                });
            }
        }
    }
    named
}
