//! The shipped service levels against the clocks the routes publish, the due times of real dates, and what is refused.

use super::{ClockState, Due, Length, Level, SLA, SlaClock, SlaRule, SlaRules};
use crate::case::Pause;
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

/// A level by name.
fn level(rules: &SlaRules, id: &str) -> SlaRule {
    rules.named(id).unwrap().clone()
}

#[test]
fn levels_are_found_by_name_and_those_of_nobody_are_not() {
    let rules = rules();
    assert_eq!(
        level(&rules, "sp4n-inspection").length(SlaClock::Finish),
        Some(Length::WorkingDays(60))
    );
    assert!(rules.named("sp4n-dispute").unwrap().by_name_only());
    assert_eq!((rules.named("none"), rules.position("nobody's")), (None, None));
}

#[test]
fn the_clocks_the_routes_publish_are_those_of_the_level_they_name() {
    let router = Router::from_toml(JAKARTA).unwrap();
    let mut compared = 0;
    for kind in Kind::ALL.iter().copied().map(Some).chain([None]) {
        for category in Category::ALL.iter().copied().map(Some).chain([None]) {
            for (kelurahan, source_unit) in [(None, None), (Some(3_174_011_001), None), (None, Some("Dinas Sosial"))] {
                let decision = router.decide(&Complaint {
                    category,
                    kind,
                    kelurahan,
                    source_unit,
                    ..Complaint::default()
                });
                let level = router.level(decision.rule_id(), "qlue");
                let clocks = (decision.deadline.respond_h, decision.deadline.finish_h);
                // Who must hear of a case within hours is a dinas or a lurah; the others have none, and neither has what is no complaint.
                let expected = match decision
                    .unit
                    .as_ref()
                    .map(|unit| unit.kind)
                    .filter(|_| kind == Some(Kind::Complaint))
                {
                    Some(UnitKind::Kelurahan) => ("lurah", (Some(24), Some(168))),
                    Some(UnitKind::Dinas | UnitKind::Agency) => ("crm", (Some(6), Some(168))),
                    _ => ("", (None, None)),
                };
                assert_eq!(
                    (level.map_or("", SlaRule::id), clocks),
                    expected,
                    "{kind:?} {category:?}: {}",
                    decision.rule_id()
                );
                compared += 1;
            }
        }
    }
    assert_eq!(compared, (Kind::ALL.len() + 1) * (Category::ALL.len() + 1) * 3);
}

#[test]
fn wall_clocks_run_through_the_night_and_working_days_do_not() {
    let (rules, working) = (rules(), working());
    let filed = at("2016-02-05", 16);
    let dues = level(&rules, "crm").dues(filed, &[], &working, Some("dlh"));
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
    let sp4n = level(&rules, "sp4n");
    let due = sp4n.due(SlaClock::Respond, filed, &[], &working, Some("dlh")).unwrap();
    assert_eq!(due.due, at("2016-02-11", 16));
    // Half an hour on Friday, 8.5 h on Tuesday and Wednesday, 8.5 h on Thursday until 16:00: 26 h, of which 19.5 h are three quarters.
    assert_eq!(due.at_risk_after, at("2016-02-11", 9) + HOUR_US / 2);
    // The law counts days, not the shifts of a unit that works round the clock.
    assert_eq!(sp4n.due(SlaClock::Respond, filed, &[], &working, Some("dishub")).unwrap(), due);
    assert_eq!(sp4n.due(SlaClock::Dispatch, filed, &[], &working, None), None);
}

#[test]
fn clocks_stand_still_while_the_reporter_is_asked_and_not_once_they_have_run_out() {
    let (rules, working) = (rules(), working());
    let filed = at("2016-02-05", 16);
    let pause = |from: i64, to: i64| Pause {
        from_us: filed + from,
        to_us: filed + to,
    };
    let finish = |name: &str, pauses: &[Pause]| level(&rules, name).due(SlaClock::Finish, filed, pauses, &working, None).unwrap();
    let crm = |pauses: &[Pause]| {
        let due = finish("crm", pauses);
        (due.at_risk_after - filed, due.due - filed)
    };
    let (risk, week) = (7 * DAY / 4 * 3, 7 * DAY);
    assert_eq!(crm(&[]), (risk, week));
    assert_eq!(crm(&[pause(DAY, 3 * DAY)]), (risk + 2 * DAY, week + 2 * DAY));
    assert_eq!(crm(&[pause(6 * DAY, 8 * DAY)]), (risk, week + 2 * DAY), "the risk was there before");
    assert_eq!(
        crm(&[pause(DAY, 2 * DAY), pause(7 * DAY, 9 * DAY)]),
        (risk + DAY, week + 3 * DAY),
        "the second begins in the day that was won"
    );
    assert_eq!(crm(&[pause(week, week + DAY)]), (risk, week), "it has run out");
    // Five working days from Friday the 5th, Imlek (the 8th) left out: Monday the 15th. From Saturday to Monday nothing is worked, so
    // nothing is put off; the hours of a Wednesday come on top.
    let plain = finish("sp4n", &[]).due;
    assert_eq!(plain, at("2016-02-15", 16));
    assert_eq!(finish("sp4n", &[pause(DAY, 3 * DAY)]).due, plain);
    let wednesday = at("2016-02-10", 0) - filed;
    let worked = working.hours(None).working_us(at("2016-02-10", 0), at("2016-02-11", 0));
    assert!(worked > 7 * HOUR_US);
    let later = finish("sp4n", &[pause(wednesday, wednesday + DAY)]).due;
    assert_eq!(working.hours(None).working_us(plain, later), worked);
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
    let rule = level(&rules, "lurah");
    let heard = |met: Option<i64>, at: i64| -> Vec<(SlaClock, Level, i64)> {
        let met = |clock: SlaClock| if clock == SlaClock::Respond { met } else { None };
        let escalated = rule.escalated(filed, &[], &working, None, met, at);
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
    for (rule, complaint) in [
        ("respond = 'soon'", "`soon` for respond of rule `a` is no length"),
        ("respond = '2 days'\nfinish = '24 hours'", "finish is shorter than respond"),
        ("when = { kind = ['rant'] }", "unknown field `when`"),
        (
            "escalate = [{ clock = 'finish', after = '1 day', to = 'camat' }]",
            "escalates finish, but has no such clock",
        ),
        (
            "finish = '7 days'\nescalate = [{ clock = 'finish', after = '2 days', to = 'camat' }, { clock = 'finish', after = '1 day', to = \
             'walikota' }]",
            "the step of finish to walikota does not climb",
        ),
    ] {
        let text = format!("version = 'x'\nat_risk_percent = 75\n[[rule]]\nid = 'a'\n{rule}");
        let error = SlaRules::from_toml(&text).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
    let refused = |text: &str| SlaRules::from_toml(text).unwrap_err().to_string();
    assert!(refused("version = 'x'\nat_risk_percent = 0\nrule = []").contains("from 1 to 100"));
    let twice = "version = 'x'\nat_risk_percent = 75\n[[rule]]\nid = 'a'\n[[rule]]\nid = 'a'\n";
    assert!(refused(twice).contains("two rules have the id `a`"));
}
