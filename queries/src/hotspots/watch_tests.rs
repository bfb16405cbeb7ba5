//! The watch over a small made city: what must be seen, what must not, and that the order of arrival is nothing.

use h3o::{CellIndex, LatLng, Resolution};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use tanggap_engine::event::Category;

use super::super::hotspot::{Alert, Change};
use super::super::settings::WatchSettings;
use super::{Sighting, Watch};
use crate::statistics::Side;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440 * MINUTE;
/// 2026-01-12 00:00 UTC.
const START: i64 = 1_768_176_000_000_000;

/// A report, owned.
#[derive(Clone, Copy, Debug)]
struct Said {
    time_us: i64,
    cell: u64,
    category: Category,
    channel: &'static str,
    reporter: u64,
    report: u64,
}

fn cells(reach: u32) -> Vec<u64> {
    let centre = LatLng::new(-6.2, 106.83).unwrap().to_cell(Resolution::Eight);
    let mut cells: Vec<u64> = centre.grid_disk::<Vec<CellIndex>>(reach).into_iter().map(u64::from).collect();
    cells.sort_unstable();
    cells
}

struct Chance(ChaCha8Rng);

impl Chance {
    fn below(&mut self, count: u64) -> u64 {
        self.0.next_u64() % count
    }
}

/// A city in which nothing happens: so many reports a day for some days, everywhere alike, half of them on another channel.
fn quiet(seed: u64, days: i64, a_day: i64) -> Vec<Said> {
    let cells = cells(8);
    let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
    let every = (DAY / a_day).unsigned_abs();
    (0..days * a_day)
        .map(|number| {
            let number = number.unsigned_abs();
            Said {
                time_us: START + i64::try_from(number * every + chance.below(every)).unwrap(),
                cell: cells[usize::try_from(chance.below(cells.len() as u64)).unwrap()],
                category: Category::Banjir,
                channel: if chance.below(2) == 0 { "qlue" } else { "twitter" },
                reporter: 1_000_000 + number,
                report: number,
            }
        })
        .collect()
}

/// So many reports on the seven middle cells within an hour, the first at `from_us`.
fn outbreak(from_us: i64, count: u64) -> Vec<Said> {
    let cells = cells(1);
    (0..count)
        .map(|number| Said {
            time_us: from_us + i64::try_from(number * 3_600_000_000 / count).unwrap(),
            cell: cells[usize::try_from(number).unwrap() % cells.len()],
            category: Category::Banjir,
            channel: "qlue",
            reporter: 9_000_000 + number,
            report: 8_000_000 + number,
        })
        .collect()
}

fn settings() -> WatchSettings {
    WatchSettings {
        replicas: 199,
        ..WatchSettings::default()
    }
}

fn take(watch: &mut Watch, said: &Said) -> bool {
    watch.take(&Sighting {
        time_us: said.time_us,
        cell: said.cell,
        kelurahan: Some(3_171_011_001),
        category: said.category,
        channel: said.channel,
        reporter: said.reporter,
        report: said.report,
    })
}

fn watched(reports: &[Said], until_us: i64) -> (Watch, Vec<Alert>) {
    let mut watch = Watch::new(settings());
    for said in reports {
        take(&mut watch, said);
    }
    let alerts = watch.advance(until_us);
    (watch, alerts)
}

/// Five quiet days, then an outbreak at noon.
fn flooded() -> (Vec<Said>, i64) {
    let noon = START + 4 * DAY + DAY / 2;
    let mut reports = quiet(1, 5, 200);
    reports.extend(outbreak(noon, 30));
    (reports, noon)
}

#[test]
fn an_outbreak_is_one_hotspot_that_opens_in_its_hour_and_closes_after_it() {
    let (reports, noon) = flooded();
    let (watch, alerts) = watched(&reports, START + 5 * DAY);
    let opened: Vec<&Alert> = alerts
        .iter()
        .filter(|alert| alert.change == Change::Opened && alert.tick_us >= noon)
        .collect();
    assert_eq!(opened.len(), 1, "{opened:#?}");
    let first = opened[0];
    assert!(first.tick_us < noon + 45 * MINUTE, "{}", (first.tick_us - noon) / MINUTE);
    let name = &first.hotspot.id;
    assert!(name.starts_with("flood-"), "{name}");
    assert!(alerts.iter().any(|alert| alert.hotspot.id == *name && alert.change == Change::Grew));
    let closed = alerts
        .iter()
        .find(|alert| alert.hotspot.id == *name && alert.change == Change::Closed);
    assert!(closed.is_some_and(|closed| closed.tick_us < noon + 10 * 60 * MINUTE), "{closed:?}");
    assert_eq!(watch.hotspots().count(), 0);
}

#[test]
fn every_number_can_be_counted_again_from_the_reports() {
    let (reports, noon) = flooded();
    let (watch, _) = watched(&reports, noon + 50 * MINUTE);
    let hotspot = watch.hotspots().next().expect("the outbreak is on");
    let evidence = &hotspot.evidence;
    let (now, study) = (hotspot.tick_us, hotspot.tick_us - 7 * DAY);
    let from = now - evidence.window_us;
    let inside = |said: &&Said| evidence.cells.contains(&said.cell);
    let past: Vec<&Said> = reports.iter().filter(|said| said.time_us >= study && said.time_us < now).collect();
    let recent: Vec<&Said> = past.iter().copied().filter(|said| said.time_us >= from).collect();
    let mut members: Vec<u64> = recent.iter().copied().filter(inside).map(|said| said.report).collect();
    let mut told = evidence.members.clone();
    members.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, members);
    assert_eq!(evidence.observed as usize, members.len(), "each reporter spoke once");
    assert_eq!(evidence.of_city as usize, past.len());
    assert_eq!(evidence.of_window as usize, recent.len());
    assert_eq!(evidence.of_zone as usize, past.iter().copied().filter(inside).count());
    let expected = f64::from(evidence.of_zone) * f64::from(evidence.of_window) / f64::from(evidence.of_city);
    assert!((evidence.expected - expected).abs() < 1e-12);
    assert!((evidence.recurrence_days * evidence.p * 1_440.0 - 1.0).abs() < 1e-9);
    assert!(evidence.p <= 1.0 / (1_440.0 * 30.0));
    assert_eq!(evidence.category, Category::Banjir);
    assert_eq!(evidence.kelurahan, [3_171_011_001]);
    assert_eq!(evidence.channels.iter().map(|channel| channel.1).sum::<u32>(), evidence.observed);
}

#[test]
fn the_order_of_arrival_is_nothing() {
    let (mut reports, noon) = flooded();
    let until = noon + 3 * 60 * MINUTE;
    let (_, straight) = watched(&reports, until);
    reports.reverse();
    let (_, backwards) = watched(&reports, until);
    assert_eq!(straight, backwards);
    // Tick by tick, as a live city is watched.
    reports.sort_by_key(|said| said.time_us);
    let mut watch = Watch::new(settings());
    let mut next = reports.iter().peekable();
    let mut live = Vec::new();
    let mut tick = START;
    while tick < until {
        tick += MINUTE;
        while let Some(said) = next.next_if(|said| said.time_us < tick) {
            take(&mut watch, said);
        }
        live.extend(watch.advance(tick));
    }
    assert_eq!(straight, live);
}

#[test]
fn late_reports_revise_what_was_said_to_what_should_have_been() {
    let (reports, noon) = flooded();
    let until = noon + 2 * 60 * MINUTE;
    let (straight, _) = watched(&reports, until);
    let late = |said: &&Said| said.report >= 8_000_000 && said.report.is_multiple_of(3);
    let mut watch = Watch::new(settings());
    for said in reports.iter().filter(|said| !late(said)) {
        take(&mut watch, said);
    }
    let early = watch.advance(until);
    for said in reports.iter().filter(late) {
        assert!(take(&mut watch, said));
    }
    let revised = watch.advance(until);
    assert!(revised.iter().all(|alert| alert.hotspot.revision > 0), "{revised:#?}");
    assert!(!revised.is_empty() && !early.is_empty());
    let plain = |watch: &Watch| {
        let mut hotspots: Vec<_> = watch.hotspots().cloned().collect();
        for hotspot in &mut hotspots {
            hotspot.revision = 0;
        }
        hotspots
    };
    assert_eq!(plain(&watch), plain(&straight));
}

#[test]
fn a_hotspot_that_was_none_is_withdrawn_and_not_forgotten() {
    let (reports, noon) = flooded();
    let until = noon + 40 * MINUTE;
    let mut watch = Watch::new(settings());
    for said in &reports {
        take(&mut watch, said);
    }
    let early = watch.advance(until);
    let opened = early.iter().rev().find(|alert| alert.change == Change::Opened).expect("it opened");
    // The whole city was under water, and its reports were held up.
    let mut flood = Vec::new();
    for (number, cell) in (0_u64..).zip(cells(8)) {
        for minute in 0..40 {
            flood.push(Said {
                time_us: noon + minute * MINUTE,
                cell,
                category: Category::Banjir,
                channel: "twitter",
                reporter: 20_000_000 + number * 100 + minute.unsigned_abs(),
                report: 20_000_000 + number * 100 + minute.unsigned_abs(),
            });
        }
    }
    for said in &flood {
        take(&mut watch, said);
    }
    let revised = watch.advance(until);
    let withdrawn = revised
        .iter()
        .find(|alert| alert.change == Change::Withdrawn)
        .expect("it is withdrawn");
    assert_eq!(withdrawn.hotspot.id, opened.hotspot.id);
    assert_eq!(withdrawn.hotspot.revision, 1);
    assert!(watch.hotspots().all(|hotspot| hotspot.id != opened.hotspot.id));
    assert!(watch.why(&opened.hotspot.id).is_some());
}

#[test]
fn who_posts_thirty_times_raises_nothing_alone() {
    let (mut reports, noon) = flooded();
    for said in reports.iter_mut().filter(|said| said.report >= 8_000_000) {
        said.reporter = 77;
    }
    let (_, alerts) = watched(&reports, START + 5 * DAY);
    assert!(alerts.iter().all(|alert| alert.tick_us < noon), "{alerts:#?}");
}

#[test]
fn a_report_given_again_counts_once() {
    let (reports, noon) = flooded();
    let (_, once) = watched(&reports, noon + 60 * MINUTE);
    let mut watch = Watch::new(settings());
    for said in reports.iter().chain(&reports) {
        take(&mut watch, said);
    }
    assert_eq!(watch.advance(noon + 60 * MINUTE), once);
    assert!(!take(&mut watch, &reports[0]));
}

#[test]
fn a_busy_hour_of_the_whole_city_is_no_hotspot() {
    let noon = START + 4 * DAY + DAY / 2;
    let mut reports = quiet(2, 5, 200);
    // Ten times as many, everywhere alike.
    let mut chance = Chance(ChaCha8Rng::seed_from_u64(5));
    let cells = cells(8);
    for number in 0..100 {
        reports.push(Said {
            time_us: noon + i64::try_from(chance.below(3_600_000_000)).unwrap(),
            cell: cells[usize::try_from(chance.below(cells.len() as u64)).unwrap()],
            category: Category::Banjir,
            channel: "qlue",
            reporter: 9_000_000 + number,
            report: 8_000_000 + number,
        });
    }
    let (_, alerts) = watched(&reports, START + 5 * DAY);
    assert!(alerts.is_empty(), "{alerts:#?}");
}

#[test]
fn a_hotspot_says_how_it_came_to_be() {
    let (reports, noon) = flooded();
    let (watch, alerts) = watched(&reports, noon + 50 * MINUTE);
    let opened = alerts.iter().rev().find(|alert| alert.change == Change::Opened).expect("it opened");
    let label = opened.hotspot.label.expect("it is hot");
    assert_eq!(label.side, Side::Hot, "{label:?}");
    let why = watch.why(&opened.hotspot.id).expect("it goes on");
    assert_eq!(why.hotspot.label.map(|label| label.side), Some(Side::Hot));
    let week = why.week.expect("four days were learned");
    assert!(
        week.len() == 168 && week.iter().all(|usual| *usual > 0.0 && *usual < 3.0),
        "{week:?}"
    );
}

#[test]
fn families_are_watched_apart() {
    let (mut reports, noon) = flooded();
    for said in reports.iter_mut().filter(|said| said.report >= 8_000_000) {
        // A third each: nine to eleven of a kind, of kinds that are no witnesses of one another.
        said.category = [Category::Banjir, Category::Sampah, Category::Kemacetan][usize::try_from(said.report % 3).unwrap()];
    }
    let (watch, _) = watched(&reports, noon + 50 * MINUTE);
    for hotspot in watch.hotspots() {
        assert!(hotspot.evidence.observed <= 12, "{hotspot:#?}");
    }
}

#[test]
fn why_says_which_channel_it_hangs_on() {
    let (reports, noon) = flooded();
    let (watch, _) = watched(&reports, noon + 50 * MINUTE);
    let id = watch.hotspots().next().expect("the outbreak is on").id.clone();
    let why = watch.why(&id).expect("it goes on");
    let qlue = why
        .channels
        .iter()
        .find(|share| share.channel == "qlue")
        .expect("the outbreak is on it");
    assert!(qlue.decisive && qlue.observed_without < why.hotspot.evidence.observed, "{qlue:?}");
    assert!(
        why.channels
            .iter()
            .filter(|share| share.channel == "twitter")
            .all(|share| !share.decisive)
    );
    assert!(watch.why("flood-1-2").is_none());
}

#[test]
fn history_is_learned_and_not_searched() {
    let (reports, noon) = flooded();
    let mut watch = Watch::new(settings());
    for said in &reports {
        take(&mut watch, said);
    }
    watch.begin(noon + 3 * 60 * MINUTE);
    let alerts = watch.advance(noon + 3 * 60 * MINUTE);
    assert!(alerts.is_empty());
    assert_eq!(watch.tick_us(), Some(noon + 3 * 60 * MINUTE));
}

#[test]
fn nothing_in_gives_nothing_out() {
    let mut watch = Watch::new(WatchSettings {
        windows_min: Vec::new(),
        replicas: 0,
        ..WatchSettings::default()
    });
    assert!(watch.advance(START).is_empty());
    assert_eq!(watch.tick_us(), None);
    assert_eq!(watch.hotspots().count() + watch.ended().count(), 0);
    let nowhere = Said {
        time_us: START,
        cell: 12,
        category: Category::Banjir,
        channel: "qlue",
        reporter: 1,
        report: 1,
    };
    assert!(!take(&mut watch, &nowhere), "no cell");
}
