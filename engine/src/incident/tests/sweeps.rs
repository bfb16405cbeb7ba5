//! What is let go, and what is not.

use super::{HOUR, START, Told, empty, groups, of, said};
use crate::event::Category;

#[test]
fn an_incident_is_kept_while_it_is_open_or_young_and_then_let_go() {
    let told = [
        Told::new("a", Category::Kebakaran, 0, (0.0, 0.0)),
        Told::new("b", Category::Kebakaran, 10, (20.0, 0.0)),
        Told::new("c", Category::Kebakaran, 10, (5_000.0, 0.0)),
    ];
    let mut incidents = of(&told);
    assert_eq!(incidents.sweep(START + 50 * HOUR, |_, _| false), 0, "a report may come 48 h late");
    assert_eq!(incidents.sweep(START + 60 * HOUR, |_, id| id == "b"), 1);
    assert_eq!(groups(&incidents), [vec!["qlue:a", "qlue:b"]]);
    let late = incidents.add(&Told::new("d", Category::Kebakaran, 15, (0.0, 0.0)).witness());
    assert_eq!(late.incident.id, "d", "too late to be put where it belongs");
    assert_eq!(incidents.sweep(START + 60 * HOUR, |_, _| false), 3);
    assert_eq!(incidents.reports(), 0);
    let anew = incidents.add(&Told::new("e", Category::Kebakaran, 60 * 60, (0.0, 0.0)).witness());
    assert_eq!(anew.incident.id, "e");
}

#[test]
fn what_was_said_of_reports_that_never_came_is_let_go_once_it_is_old() {
    let mut incidents = empty();
    assert!(incidents.note(said(true, 40, "a", "b")) && incidents.note(said(true, 20 * 60, "c", "d")));
    assert!(!incidents.note(said(true, 40, "a", "b")), "it is known");
    assert_eq!(incidents.sweep(START + 60 * HOUR, |_, _| false), 0);
    for (id, east) in [("a", 0.0), ("b", 5_000.0), ("c", 10_000.0), ("d", 15_000.0)] {
        incidents.take(&Told::new(id, Category::Kebakaran, 15, (east, 0.0)).witness());
    }
    incidents.settle();
    assert_eq!(groups(&incidents), [vec!["qlue:a"], vec!["qlue:b"], vec!["qlue:c", "qlue:d"]]);
    assert!(incidents.note(said(true, 40, "a", "b")), "it is known no more");
    incidents.settle();
    assert_eq!(groups(&incidents), [vec!["qlue:a", "qlue:b"], vec!["qlue:c", "qlue:d"]]);
    assert_eq!(incidents.sweep(START + 60 * HOUR, |_, id| id == "b"), 2, "`a` is one with `b`");
    assert_eq!(groups(&incidents), [vec!["qlue:a", "qlue:b"]], "what was said of a known one stays");
}

#[test]
fn a_split_of_a_report_that_was_let_go_is_not_forgotten_before_the_link_it_took_back() {
    let fire = |id: &str, east| Told::new(id, Category::Kebakaran, 0, (east, 0.0));
    let mut incidents = of(&[fire("a", 0.0), fire("b", 5_000.0)]);
    incidents.note(said(true, 20, "a", "b"));
    incidents.note(said(false, 30, "a", "x"));
    assert_eq!(incidents.sweep(START + 60 * HOUR, |_, id| id == "b"), 1);
    incidents.add(&fire("a", 0.0).witness());
    assert_eq!(groups(&incidents), [vec!["qlue:a"], vec!["qlue:b"]]);
}
