//! The shipped service levels against the clocks the routes publish, the due times of real dates, and what is refused.

use super::{ClockState, Due, Length, Level, SLA, SlaClock, SlaFacts, SlaRules};
use crate::event::{Category, Kind};
use crate::route::{Complaint, JAKARTA, Router, UnitKind};
use crate::time::{Date, HOUR_US, INDONESIA, JAKARTA_HOURS, WorkingTime};

const DAY: i64 = 24 * HOUR_US;

fn rules() -> SlaRules {
    SlaRules::from_toml(SLA).unwrap()
}

fn working() -> WorkingTime {
    let router = Router::from_toml(JAKARTA).unwrap();
    let working = WorkingTime::from_toml(INDONESIA, JAKARTA_HOURS).unwrap();
    working.with_units(router.aliases()).unwrap()
}

/// µs UTC of an hour of a local date.
fn at(date: &str, hour: i64) -> i64 {
    working().calendar().start_of(Date::parse(date).unwrap()) + hour * HOUR_US
}

fn facts(channel: &str, unit_kind: UnitKind) -> SlaFacts<'_> {
    SlaFacts {
        kind: Some(Kind::Complaint),
        category: Some(Category::Sampah),
        channel,
        unit_kind: Some(unit_kind),
    }
}

#[test]
fn the_first_rule_that_fits_decides() {
    let rules = rules();
    let rule = |facts: SlaFacts<'_>| rules.rule_of(&facts).unwrap().id().to_owned();
    assert_eq!(rule(facts("qlue", UnitKind::Dinas)), "crm");
    assert_eq!(rule(facts("qlue", UnitKind::Kelurahan)), "lurah");
    assert_eq!(rule(facts("qlue", UnitKind::Police)), "passed-on");
    assert_eq!(rule(facts("lapor", UnitKind::Kelurahan)), "sp4n");
    let praise = SlaFacts {
        kind: Some(Kind::Praise),
        ..facts("lapor", UnitKind::Dinas)
    };
    assert_eq!(rule(praise), "no-complaint");
    assert_eq!(
        rules.named("sp4n-inspection").unwrap().length(SlaClock::Finish),
        Some(Length::WorkingDays(60))
    );
}

#[test]
fn the_routes_publish_the_clocks_the_rules_hold_units_to() {
    let (router, rules) = (Router::from_toml(JAKARTA).unwrap(), rules());
    let hours = |length: Option<Length>| length.map(|length| length.wall_hours().expect("the city's own clocks are wall time"));
    let mut compared = 0;
    for kind in Kind::ALL.iter().copied().map(Some).chain([None]) {
        for category in Category::ALL.iter().copied().map(Some).chain([None]) {
            for (kelurahan, source_unit) in [(None, None), (Some(3_174_011_001), None), (None, Some("Dinas Sosial"))] {
                let decision = router.decide(&Complaint {
                    category,
                    kind,
                    kelurahan,
                    source_unit,
                    boundary_m: None,
                });
                let facts = SlaFacts {
                    kind,
                    category,
                    channel: "qlue",
                    unit_kind: decision.unit.as_ref().map(|unit| unit.kind),
                };
                let rule = rules.rule_of(&facts).unwrap();
                for (published, clock) in [
                    (decision.deadline.respond_h, SlaClock::Respond),
                    (decision.deadline.finish_h, SlaClock::Finish),
                ] {
                    let kept = hours(rule.length(clock)).map(|hours| hours.to_string());
                    assert_eq!(
                        published.map(|hours| hours.to_string()),
                        kept,
                        "{facts:?}: route {}, rule {}",
                        decision.rule_id(),
                        rule.id()
                    );
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, (Kind::ALL.len() + 1) * (Category::ALL.len() + 1) * 3 * 2);
}

#[test]
fn wall_clocks_run_through_the_night_and_working_days_do_not() {
    let (rules, working) = (rules(), working());
    let filed = at("2016-02-05", 16);
    let crm = rules.rule_of(&facts("qlue", UnitKind::Dinas)).unwrap();
    let dues = crm.dues(filed, &working, Some("dlh"));
    let clocks: Vec<_> = dues.iter().map(|due| (due.clock, due.due - filed)).collect();
    assert_eq!(
        clocks,
        [
            (SlaClock::Respond, 6 * HOUR_US),
            (SlaClock::Coordinate, 6 * HOUR_US),
            (SlaClock::Finish, 7 * DAY)
        ]
    );
    assert_eq!(dues[0].at_risk_after - filed, 6 * HOUR_US / 4 * 3);
    // Monday the 8th is Imlek: Tuesday, Wednesday, Thursday.
    let sp4n = rules.rule_of(&facts("lapor", UnitKind::Dinas)).unwrap();
    let due = sp4n.due(SlaClock::Respond, filed, &working, Some("dlh")).unwrap();
    assert_eq!(due.due, at("2016-02-11", 16));
    // Half an hour on Friday, 8.5 h on Tuesday and Wednesday, 8.5 h on Thursday until 16:00: 26 h, of which 19.5 h are three quarters.
    assert_eq!(due.at_risk_after, at("2016-02-11", 9) + HOUR_US / 2);
    // The law counts days, not the shifts of a unit that works round the clock.
    assert_eq!(sp4n.due(SlaClock::Respond, filed, &working, Some("dishub")).unwrap(), due);
    assert_eq!(sp4n.due(SlaClock::Dispatch, filed, &working, None), None);
}

#[test]
fn working_hours_are_those_of_the_unit() {
    let working = working();
    let filed = at("2016-02-05", 16);
    let length = Length::parse("2 working hours").unwrap();
    assert_eq!(length.after(filed, &working, Some("dishub")), at("2016-02-05", 18));
    assert_eq!(length.after(filed, &working, Some("dlh")), at("2016-02-09", 9));
}

#[test]
fn a_clock_is_judged_at_the_moment_or_when_it_was_met() {
    let due = Due {
        clock: SlaClock::Finish,
        at_risk_after: 75,
        due: 100,
    };
    for (met, at, state) in [
        (None, 75, ClockState::OnTime),
        (None, 76, ClockState::AtRisk),
        (None, 100, ClockState::AtRisk),
        (None, 101, ClockState::Overdue),
        (Some(80), 500, ClockState::OnTime),
        (Some(100), 500, ClockState::OnTime),
        (Some(101), 500, ClockState::Overdue),
        // What is met later is not yet known.
        (Some(90), 80, ClockState::AtRisk),
        (Some(500), 101, ClockState::Overdue),
    ] {
        assert_eq!(due.state(met, at), state, "{met:?} at {at}");
    }
}

#[test]
fn an_unanswered_report_climbs_from_the_lurah_to_the_walikota() {
    let (rules, working) = (rules(), working());
    let filed = at("2016-02-05", 16);
    let rule = rules.rule_of(&facts("qlue", UnitKind::Kelurahan)).unwrap();
    let heard = |met: Option<i64>, at: i64| -> Vec<(SlaClock, Level, i64)> {
        let met = |clock: SlaClock| if clock == SlaClock::Respond { met } else { None };
        let escalated = rule.escalated(filed, &working, None, met, at);
        escalated
            .iter()
            .map(|step| (step.clock, step.to, (step.since - filed) / DAY))
            .collect()
    };
    assert!(heard(None, filed + 2 * DAY - 1).is_empty());
    assert_eq!(heard(None, filed + 2 * DAY), [(SlaClock::Respond, Level::Camat, 2)]);
    // An answer within the second day, and one at the very instant of the step, keep it from the camat; a later one does not.
    assert!(heard(Some(filed + 2 * DAY), filed + 5 * DAY).is_empty());
    assert_eq!(
        heard(Some(filed + 2 * DAY + 1), filed + 5 * DAY),
        [(SlaClock::Respond, Level::Camat, 2)]
    );
    assert_eq!(
        heard(None, filed + 30 * DAY),
        [
            (SlaClock::Respond, Level::Camat, 2),
            (SlaClock::Respond, Level::Walikota, 3),
            (SlaClock::Finish, Level::Camat, 14),
            (SlaClock::Finish, Level::Walikota, 21),
        ]
    );
}

#[test]
fn service_levels_that_are_wrong_are_refused_in_words() {
    let end = "\n[[rule]]\nid = 'end'\n";
    for (rule, complaint) in [
        ("respond = 'soon'", "`soon` for respond of rule `a` is no length"),
        ("respond = '2 days'\nfinish = '24 hours'", "finish is shorter than respond"),
        ("when = { kind = ['rant'] }", "names the kind `rant`"),
        ("when = { category = ['rant'] }", "names the category `rant`"),
        ("when = { unit_kind = ['office'] }", "names the unit kind `office`"),
        ("when = { colour = ['red'] }", "unknown field `colour`"),
        ("by_name_only = true\nwhen = { channel = ['x'] }", "applies by name only"),
        (
            "escalate = [{ clock = 'finish', after = '1 day', to = 'camat' }]",
            "escalates finish, but has no such clock",
        ),
        (
            "finish = '7 days'\nescalate = [{ clock = 'finish', after = '2 days', to = 'camat' }, { clock = 'finish', after = '1 day', to = \
             'walikota' }]",
            "the step of finish to walikota does not climb",
        ),
        (
            "respond = '1 day'",
            "rule `end` can never be reached: rules before it take every case it fits (first of them: `a`)",
        ),
    ] {
        let text = format!("version = 'x'\nat_risk_percent = 75\n[[rule]]\nid = 'a'\n{rule}{end}");
        let error = SlaRules::from_toml(&text).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
    let refused = |text: &str| SlaRules::from_toml(text).unwrap_err().to_string();
    let uncovered = refused("version = 'x'\nat_risk_percent = 75\n[[rule]]\nid = 'a'\nwhen = { channel = ['qlue'] }");
    assert!(uncovered.contains("from `another channel`"), "{uncovered}");
    assert!(refused("version = 'x'\nat_risk_percent = 0\nrule = []").contains("from 1 to 100"));
    let twice = "version = 'x'\nat_risk_percent = 75\n[[rule]]\nid = 'a'\nby_name_only = true\n[[rule]]\nid = 'a'\n";
    assert!(refused(twice).contains("two rules have the id `a`"));
}
