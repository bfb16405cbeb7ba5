//! The router: a checked file of rules, and the table of which rule takes which situation.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;

use super::check::Draft;
use super::decision::Addressee;
use super::rule::{Doubt, Rule, Target};
use super::situation::{Situation, Space};
use super::{Complaint, Deadline, Decision, NO_PARTNER, RouteError, Unit, UnitKind};
use crate::case::{SLA, SlaRule, SlaRules};
use crate::event::Category;
use crate::territory::{CodePrefix, KelurahanCode, LayerIndex, Touched};

/// The rules of Jakarta we ship.
pub const JAKARTA: &str = include_str!("../../data/routes/jakarta.toml");

/// Decides who answers a report. Deciding costs one table look-up; sentences are made only when asked for.
#[derive(Clone, Debug)]
pub struct Router {
    pub(super) version: String,
    pub(super) region: String,
    /// Its own, then those of the other regions.
    pub(super) units: Vec<Unit>,
    pub(super) rules: Vec<Rule>,
    pub(super) doubt: Doubt,
    levels: SlaRules,
    /// Place of each rule, by id.
    pub(super) by_id: HashMap<String, usize>,
    /// Place of the service level a channel brings along.
    channel_levels: BTreeMap<String, usize>,
    space: Space,
    /// Rule of each [`Situation`], by index in the space.
    table: Vec<usize>,
    /// What sources call a unit, lower case → the unit.
    pub(super) named: HashMap<String, Named>,
    /// Name of each kelurahan's office.
    offices: HashMap<i64, String>,
    pub(super) layers: Option<Arc<LayerIndex>>,
    /// The other regions of this process.
    pub(super) partners: Vec<Partner>,
    /// Decides where no region is responsible.
    pub(super) nobody: Rule,
}

/// Another region: its rules, and where they hold.
#[derive(Clone, Debug)]
pub(super) struct Partner {
    pub(super) codes: Vec<CodePrefix>,
    pub(super) router: Router,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Unit(usize),
    Office(i64),
}

impl Router {
    /// Reads and checks a file of rules, which name the service levels we ship ([`SLA`]).
    ///
    /// # Errors
    /// Everything [`RouteError`] lists: unreadable, unknown or double names, a rule that can never be reached, a report no rule fits.
    pub fn from_toml(text: &str) -> Result<Self, RouteError> {
        let levels = SlaRules::from_toml(SLA).map_err(|error| RouteError::Unreadable(error.to_string()))?;
        Self::with_levels(text, levels)
    }

    /// As [`Self::from_toml`], over service levels of the caller's.
    ///
    /// # Errors
    /// As [`Self::from_toml`].
    pub fn with_levels(text: &str, levels: SlaRules) -> Result<Self, RouteError> {
        let draft = Draft::read(text, &levels)?;
        if let Some(fault) = draft.faults.into_iter().next() {
            return Err(fault);
        }
        let named = draft.named.into_iter().map(|(alias, position)| (alias, Named::Unit(position)));
        Ok(Self {
            version: draft.version,
            region: draft.region,
            units: draft.units,
            by_id: draft
                .rules
                .iter()
                .enumerate()
                .map(|(place, rule)| (rule.id.clone(), place))
                .collect(),
            rules: draft.rules,
            doubt: draft.doubt,
            levels,
            channel_levels: draft.channel_levels,
            space: draft.space,
            table: draft.table,
            named: named.collect(),
            offices: HashMap::new(),
            layers: None,
            partners: Vec::new(),
            nobody: Rule::to_nobody(
                NO_PARTNER,
                "Diterima, tetapi lokasinya di luar wilayah mitra: tidak diteruskan, tanpa tenggat, dan di luar peringkat. Untuk keadaan darurat \
                 hubungi 112.",
                "Received, but the place is in no partner region: it is passed on to nobody, has no deadline and counts in no ranking. In an \
                 emergency call 112.",
            ),
        })
    }

    /// Lets rules ask what a position lies on; without layers a report touches none. They are those of every region that is there.
    #[must_use]
    pub fn with_layers(mut self, layers: &Arc<LayerIndex>) -> Self {
        self.layers = Some(Arc::clone(layers));
        for partner in &mut self.partners {
            partner.router.layers = Some(Arc::clone(layers));
        }
        self
    }

    /// Gives the kelurahan offices their names (`Kelurahan Galur`), so that reasons and rankings name people's own words; an
    /// office without a name is called by its code. A source may then name an office by that text, too.
    #[must_use]
    pub fn with_kelurahan_names<'n>(mut self, names: impl IntoIterator<Item = (i64, &'n str)>) -> Self {
        for (kelurahan, name) in names {
            for partner in &mut self.partners {
                if partner.holds(kelurahan) {
                    partner.router.name_office(kelurahan, name);
                }
            }
            self.name_office(kelurahan, name);
        }
        self
    }

    fn name_office(&mut self, kelurahan: i64, name: &str) {
        let office = office_name(name);
        let code = KelurahanCode::from_integer(kelurahan).to_string();
        for alias in [office.to_lowercase(), code] {
            self.named.entry(alias).or_insert(Named::Office(kelurahan));
        }
        self.offices.insert(kelurahan, office);
    }

    /// Version of the rules, those of every region; part of every decision's audit trail.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Code prefix of the region the rules are for; the home region, if there are several.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Metres from a border below which a decision is less sure, and says so; of several regions the most.
    #[must_use]
    pub fn near_border_m(&self) -> f64 {
        let partners = self.partners.iter().map(|partner| partner.router.doubt.near_border_m);
        partners.fold(self.doubt.near_border_m, f64::max)
    }

    /// Every unit of the rules, kelurahan offices aside.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The service levels its rules name.
    #[must_use]
    pub const fn levels(&self) -> &SlaRules {
        &self.levels
    }

    /// Whether there is a rule of this id: a route may have been decided by an earlier file.
    #[must_use]
    pub fn knows(&self, rule: &str) -> bool {
        self.holder(rule).is_some()
    }

    /// Whether what a rule of this id decided is kept from the public.
    #[must_use]
    pub fn is_private(&self, rule: &str) -> bool {
        self.holder(rule).is_some_and(|(router, position)| router.rules[position].private)
    }

    /// Whether reports of a category are private: alone they are not shown to the public, and in counts only among enough others.
    #[must_use]
    pub fn keeps_private(&self, category: Category) -> bool {
        let regions = std::iter::once(self).chain(self.partners.iter().map(|partner| &partner.router));
        let mut private = regions.flat_map(|router| &router.rules).filter(|rule| rule.private);
        private.any(|rule| rule.named_categories().any(|named| named == category))
    }

    /// Whether what goes to the unit of this code is passed on at once and never lies in a queue.
    #[must_use]
    pub fn passes_on(&self, unit_code: &str) -> bool {
        self.recognise(unit_code).is_some_and(|unit| unit.kind == UnitKind::Emergency)
    }

    /// The region that has a rule of this id, and its place there.
    fn holder(&self, rule: &str) -> Option<(&Self, usize)> {
        let mut regions = std::iter::once(self).chain(self.partners.iter().map(|partner| &partner.router));
        regions.find_map(|router| router.by_id.get(rule).map(|position| (router, *position)))
    }

    /// The service level of a case that this rule routed and that came by this channel: what the channel brings along, else what the rule
    /// names. None if the rule holds its cases to no clock, or is not known.
    #[must_use]
    pub fn level(&self, rule: &str, channel: &str) -> Option<&SlaRule> {
        let (router, position) = self.holder(rule)?;
        let named = router.rules[position].level?;
        router
            .levels
            .rules()
            .get(router.channel_levels.get(channel).copied().unwrap_or(named))
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

    /// Decides, by the rules of the region the problem is in. The first rule that fits wins; what is not known lowers its confidence.
    #[must_use]
    pub fn decide(&self, complaint: &Complaint<'_>) -> Decision<'_> {
        match self.responsible(complaint) {
            Some(router) => router.decide_here(complaint),
            None => self.decide_nobody(complaint),
        }
    }

    /// What a position touches of the layers, if some rule asks.
    #[must_use]
    pub fn touched(&self, position: Option<(f64, f64)>) -> Touched<'_> {
        let asked = self.space.looks_at_layers() || self.partners.iter().any(|partner| partner.router.space.looks_at_layers());
        let layers = self.layers.as_ref().filter(|_| asked).zip(position);
        layers
            .map(|(layers, (longitude_deg, latitude_deg))| layers.touched(longitude_deg, latitude_deg))
            .unwrap_or_default()
    }

    fn decide_here(&self, complaint: &Complaint<'_>) -> Decision<'_> {
        let source = complaint.source_unit.and_then(|text| self.lookup(text));
        let touched = self.touched(complaint.position);
        let situation = Situation {
            kind: complaint.kind,
            category: complaint.category,
            place: self.space.place(complaint.kelurahan),
            source_unit: source.is_some(),
            layers: self.space.looked_at(touched.bits()),
        };
        let rule = &self.rules[self.table[self.space.index(situation)]];
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
        let passed_on = unit.as_ref().is_some_and(|unit| unit.kind == UnitKind::Emergency);
        Decision {
            second_unit: resolve(rule.second),
            unit,
            confidence,
            // Who is never queued is held to no clock, whatever rule named it.
            deadline: if passed_on { Deadline::default() } else { rule.deadline },
            boundary_m: complaint.boundary_m,
            rule,
            category: complaint.category,
            place: complaint.kelurahan.map(|kelurahan| self.office(kelurahan).name),
            feature: rule.layers().iter().find_map(|layer| touched.of(*layer)).map(|touch| touch.name),
            near_border,
        }
    }

    fn decide_nobody(&self, complaint: &Complaint<'_>) -> Decision<'_> {
        Decision {
            unit: None,
            second_unit: None,
            confidence: self.nobody.confidence,
            deadline: Deadline::default(),
            boundary_m: complaint.boundary_m,
            rule: &self.nobody,
            category: complaint.category,
            place: None,
            feature: None,
            near_border: false,
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

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
