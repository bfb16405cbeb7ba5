//! What was decided about one report: the unit, how sure, until when, and the reason in words.

use std::borrow::Cow;
use std::fmt::Write;

use super::UnitKind;
use super::rule::Rule;
use crate::case::{Length, SlaClock, SlaRule};
use crate::event::Category;

/// What is written before and after the metres to the border, in Indonesian.
const NEAR_ID: (&str, &str) = (" Titik hanya ", " m dari batas kelurahan.");
/// And in English.
const NEAR_EN: (&str, &str) = (" The point is only ", " m from the kelurahan border.");

/// A reason without how near the border the problem lies: for those who are told its kelurahan and not where in it.
#[must_use]
pub fn without_border(reason: &str) -> String {
    let mut left = reason.to_owned();
    for (before, after) in [NEAR_ID, NEAR_EN] {
        let Some(start) = left.find(before) else { continue };
        let Some(length) = left[start..].find(after) else { continue };
        left.replace_range(start..start + length + after.len(), "");
    }
    left
}

/// The clocks a unit is held to, in hours on the wall from the report's event time; none = no such clock, or one that depends on the
/// calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadline {
    /// First response: coordinated, taken up, or answered.
    pub respond_h: Option<u64>,
    /// Finished.
    pub finish_h: Option<u64>,
}

impl Deadline {
    /// That of a service level, as far as it is wall time.
    #[must_use]
    pub fn of(level: &SlaRule) -> Self {
        let hours = |clock| level.length(clock).and_then(Length::wall_hours);
        Self {
            respond_h: hours(SlaClock::Respond),
            finish_h: hours(SlaClock::Finish),
        }
    }
}

/// A unit as a decision names it. A kelurahan office is made from its territory, so the texts may be owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee<'r> {
    /// Stable code; a kelurahan office has the dotted code of its kelurahan.
    pub code: Cow<'r, str>,
    /// Name in Indonesian.
    pub name: Cow<'r, str>,
    /// What it is.
    pub kind: UnitKind,
}

/// Who answers one report, and why. The sentences are put together only when asked for.
#[derive(Clone, Debug)]
pub struct Decision<'r> {
    /// Who must answer; none = not routed, on purpose (the rule says why).
    pub unit: Option<Addressee<'r>>,
    /// Who would be asked next.
    pub second_unit: Option<Addressee<'r>>,
    /// From 0 to 1: the rule's own confidence, lowered by what is not known.
    pub confidence: f64,
    /// Until when, by the service level its rule names; a channel may have clocks of its own ([`super::Router::level`]).
    pub deadline: Deadline,
    /// Metres to the nearest kelurahan border, as given.
    pub boundary_m: Option<f64>,
    pub(super) rule: &'r Rule,
    pub(super) category: Option<Category>,
    pub(super) place: Option<Cow<'r, str>>,
    /// What of the rule's layers the problem lies on.
    pub(super) feature: Option<&'r str>,
    pub(super) near_border: bool,
}

impl Decision<'_> {
    /// Name of the unit, empty where nobody is asked.
    #[must_use]
    pub fn unit_name(&self) -> &str {
        self.unit.as_ref().map_or("", |unit| &unit.name)
    }

    /// Code of the unit, empty where nobody is asked.
    #[must_use]
    pub fn unit_code(&self) -> &str {
        self.unit.as_ref().map_or("", |unit| &unit.code)
    }

    /// Id of the rule that decided.
    #[must_use]
    pub fn rule_id(&self) -> &str {
        &self.rule.id
    }

    /// Whether the rule rests on an assumption of ours rather than on a published fact.
    #[must_use]
    pub fn assumption(&self) -> bool {
        self.rule.assumption
    }

    /// Whether the report is passed on at once and never queued.
    #[must_use]
    pub fn passed_on(&self) -> bool {
        self.unit.as_ref().is_some_and(|unit| unit.kind == UnitKind::Emergency)
    }

    /// Whether the report is kept from the public.
    #[must_use]
    pub const fn private(&self) -> bool {
        self.rule.private
    }

    /// Name of the road, river, park… that the rule asks for and the problem lies on.
    #[must_use]
    pub const fn feature(&self) -> Option<&str> {
        self.feature
    }

    /// Why, in Indonesian.
    #[must_use]
    pub fn reason_id(&self) -> String {
        let mut reason = self.filled(
            &self.rule.reason_id,
            self.category.map_or("Tanpa kategori", Category::label_id),
            "kelurahan",
            "lokasi ini",
        );
        if self.unit.is_none() {
            return reason;
        }
        if self.place.is_none() {
            reason.push_str(" Lokasi kelurahan tidak diketahui.");
        }
        if self.near_border {
            let _ = write!(reason, "{}{:.0}{}", NEAR_ID.0, self.boundary_m.unwrap_or_default(), NEAR_ID.1);
        }
        if self.category.is_none() {
            reason.push_str(" Laporan tanpa kategori.");
        }
        if self.rule.assumption {
            reason.push_str(" (Aturan ini asumsi.)");
        }
        reason
    }

    /// Why, in English.
    #[must_use]
    pub fn reason_en(&self) -> String {
        let mut reason = self.filled(
            &self.rule.reason_en,
            self.category.map_or("No category", Category::label_en),
            "the kelurahan",
            "this place",
        );
        if self.unit.is_none() {
            return reason;
        }
        if self.place.is_none() {
            reason.push_str(" The kelurahan is not known.");
        }
        if self.near_border {
            let _ = write!(reason, "{}{:.0}{}", NEAR_EN.0, self.boundary_m.unwrap_or_default(), NEAR_EN.1);
        }
        if self.category.is_none() {
            reason.push_str(" The report has no category.");
        }
        if self.rule.assumption {
            reason.push_str(" (This rule is an assumption.)");
        }
        reason
    }

    fn filled(&self, template: &str, category: &str, somewhere: &str, something: &str) -> String {
        let mut text = String::with_capacity(template.len() + 96);
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            text.push_str(&rest[..start]);
            let (name, after) = rest[start + 1..].split_once('}').unwrap_or((&rest[start + 1..], ""));
            match name {
                "category" => text.push_str(category),
                "unit" => text.push_str(self.unit_name()),
                "place" => text.push_str(self.place.as_deref().unwrap_or(somewhere)),
                "layer" => text.push_str(self.feature.unwrap_or(something)),
                other => text.push_str(other),
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }
}
