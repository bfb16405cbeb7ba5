//! Roles, and what each may do: one table, asked wherever something is refused.

use crate::error::Problem;

/// What somebody is to the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Anybody.
    Public,
    /// Works the desk of one unit.
    Officer,
    /// Checks the work of others in one kelurahan, kecamatan or kota.
    Verifier,
    /// Reads everything, the audits too, and changes nothing.
    Leadership,
    /// Runs the program.
    Operator,
}

impl Role {
    /// The roles of staff, the one that may most first.
    pub const STAFF: [Self; 4] = [Self::Operator, Self::Leadership, Self::Verifier, Self::Officer];

    /// The word in configurations, tokens and answers.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Officer => "officer",
            Self::Verifier => "verifier",
            Self::Leadership => "leadership",
            Self::Operator => "operator",
        }
    }

    /// The role of staff with this word; `public` is nobody's on a list of staff.
    #[must_use]
    pub fn of_staff(word: &str) -> Option<Self> {
        Self::STAFF.into_iter().find(|role| role.id() == word)
    }

    /// Whether whoever has it has a place: an officer a unit, a verifier an area.
    #[must_use]
    pub const fn placed(self) -> bool {
        matches!(self, Self::Officer | Self::Verifier)
    }
}

/// Something not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right<'a> {
    /// Read cases with what the public is not shown.
    ReadCases,
    /// Act on a case that lies on the desk of this unit.
    ActFor(&'a str),
    /// Verify what was done in this kelurahan, a dotted code.
    Verify(&'a str),
    /// Read audits: who closed what, and how.
    Audit,
    /// See and change how the program runs.
    Operate,
    /// Say that two incidents are one, or one is two.
    Correct,
}

impl Right<'_> {
    /// Whether a role in its place, a unit or an area, has it.
    #[must_use]
    pub fn held_by(self, role: Role, place: Option<&str>) -> bool {
        match self {
            Self::ReadCases => role != Role::Public,
            Self::ActFor(unit) => role == Role::Operator || (role == Role::Officer && place == Some(unit)),
            Self::Verify(kelurahan) => {
                role == Role::Operator || (role == Role::Verifier && place.is_some_and(|area| within(kelurahan, area)))
            }
            Self::Audit => matches!(role, Role::Leadership | Role::Operator),
            Self::Operate => role == Role::Operator,
            Self::Correct => matches!(role, Role::Officer | Role::Operator),
        }
    }

    /// The refusal of whoever has it not: 401 without credentials, 403 with those of somebody who may not.
    #[must_use]
    pub fn refused(self, role: Role) -> Problem {
        if role == Role::Public {
            return Problem::no_credentials();
        }
        let who = match self {
            Self::ReadCases => "staff".to_owned(),
            Self::ActFor(unit) => format!("an officer of the unit `{unit}`, or an operator"),
            Self::Verify(kelurahan) => format!("a verifier of {kelurahan}, or an operator"),
            Self::Audit => "leadership, or an operator".to_owned(),
            Self::Operate => "an operator".to_owned(),
            Self::Correct => "an officer, or an operator".to_owned(),
        };
        Problem::forbidden(format!("this is for {who}; your role is {}", role.id()))
    }

    /// Words of the kinds of rights a role in its place has, for whoever asks about itself.
    #[must_use]
    pub fn words(role: Role, place: Option<&str>) -> Vec<&'static str> {
        let own = place.unwrap_or_default();
        let all = [
            ("read_cases", Self::ReadCases.held_by(role, place)),
            ("act", Right::ActFor(own).held_by(role, place)),
            ("verify", Right::Verify(own).held_by(role, place)),
            ("audit", Self::Audit.held_by(role, place)),
            ("operate", Self::Operate.held_by(role, place)),
            ("correct", Self::Correct.held_by(role, place)),
        ];
        all.into_iter().filter(|(_, has)| *has).map(|(word, _)| word).collect()
    }
}

/// Whether a dotted code is `area` or lies in it: whole parts are compared, so 31.7 holds no 31.71.
fn within(code: &str, area: &str) -> bool {
    !area.is_empty() && code.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{Right, Role, within};

    #[test]
    fn each_role_has_its_rights_and_no_others() {
        let rights = [
            Right::ReadCases,
            Right::ActFor("dlh"),
            Right::ActFor("sda"),
            Right::Verify("31.71.01.1001"),
            Right::Verify("31.72.01.1001"),
            Right::Audit,
            Right::Operate,
            Right::Correct,
        ];
        for (role, place, expected) in [
            (Role::Public, None, "........"),
            (Role::Officer, Some("dlh"), "xx.....x"),
            (Role::Officer, None, "x......x"),
            (Role::Verifier, Some("31.71.01"), "x..x...."),
            (Role::Verifier, None, "x......."),
            (Role::Leadership, None, "x....x.."),
            (Role::Operator, None, "xxxxxxxx"),
        ] {
            let found: String = rights
                .iter()
                .map(|right| if right.held_by(role, place) { 'x' } else { '.' })
                .collect();
            assert_eq!(found, expected, "{role:?} {place:?}");
        }
    }

    #[test]
    fn a_refusal_asks_for_credentials_only_of_whoever_has_shown_none() {
        assert_eq!(Right::Audit.refused(Role::Public).status, 401);
        let refusal = Right::ActFor("dlh").refused(Role::Leadership);
        assert_eq!(refusal.status, 403);
        assert!(
            refusal.detail.contains("`dlh`") && refusal.detail.contains("leadership"),
            "{}",
            refusal.detail
        );
    }

    #[test]
    fn an_area_holds_whole_parts_of_a_code() {
        for area in ["31", "31.71", "31.71.01", "31.71.01.1001"] {
            assert!(within("31.71.01.1001", area), "{area}");
        }
        for area in ["", "3", "31.7", "31.71.01.100", "31.71.01.1001.1", "31.72"] {
            assert!(!within("31.71.01.1001", area), "{area}");
        }
    }

    #[test]
    fn the_words_say_what_somebody_may() {
        assert_eq!(Right::words(Role::Public, None), Vec::<&str>::new());
        assert_eq!(Right::words(Role::Officer, Some("dlh")), ["read_cases", "act", "correct"]);
        assert_eq!(
            Right::words(Role::Officer, None),
            ["read_cases", "correct"],
            "an officer of no unit acts for none"
        );
        assert_eq!(Right::words(Role::Verifier, Some("31.71")), ["read_cases", "verify"]);
        assert_eq!(Right::words(Role::Verifier, None), ["read_cases"]);
        assert_eq!(Right::words(Role::Leadership, None), ["read_cases", "audit"]);
        assert_eq!(Right::words(Role::Operator, None).len(), 6);
    }

    #[test]
    fn a_role_of_staff_is_written_in_one_way() {
        for role in Role::STAFF {
            assert_eq!(Role::of_staff(role.id()), Some(role));
        }
        for word in ["public", "Operator", "operator ", "", "admin"] {
            assert_eq!(Role::of_staff(word), None, "{word}");
        }
    }
}
