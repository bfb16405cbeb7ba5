//! Question: what does it cost to put a report to an incident while a million are open, against merely looking up who is near?
//!
//! A million reports of everything people tell of, all over Jakarta and over the last month, mostly of something of their own; then ten
//! thousand more at the city's end of time, in order, and the same ten thousand as if they came an hour late. Beside it stands a plain grid:
//! a map from cell to the reports in it, asked for the reports of the same category in the cell and the six around it.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Instant;

use h3o::{CellIndex, LatLng, Resolution};
use tanggap_benches::{nanoseconds_each, report};
use tanggap_engine::event::{Category, Kind};
use tanggap_engine::incident::{IncidentRules, Incidents, Witness};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// 2026-01-05 00:00 UTC.
const START: i64 = 1_767_571_200_000_000;
const OPEN: usize = 1_000_000;
const MORE: usize = 10_000;
/// The goal: a report in a millisecond.
const GOAL_US: f64 = 1_000.0;

/// `SplitMix64`.
struct Chance(u64);

impl Chance {
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }
}

/// Categories as often as people name them, roughly: what lies about, what is broken, what is in the way, a flood now and then.
const CATEGORIES: [Category; 10] = [
    Category::Sampah,
    Category::Sampah,
    Category::JalanRusak,
    Category::JalanRusak,
    Category::FasilitasUmum,
    Category::PeneranganJalan,
    Category::ParkirLiar,
    Category::Pelanggaran,
    Category::PohonTumbang,
    Category::Banjir,
];

struct Told {
    id: String,
    time_us: i64,
    position: (f64, f64),
    category: Category,
    reporter: u64,
}

impl Told {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of ten categories, and µs of a month"
    )]
    fn new(number: usize, chance: &mut Chance, from_us: i64, length_us: f64) -> Self {
        Self {
            id: number.to_string(),
            time_us: from_us + (chance.unit() * length_us) as i64,
            position: (106.70 + 0.25 * chance.unit(), -6.35 + 0.25 * chance.unit()),
            category: CATEGORIES[(chance.unit() * 10.0) as usize % 10],
            reporter: number as u64,
        }
    }

    fn witness(&self) -> Witness<'_> {
        Witness {
            channel: "qlue",
            id: &self.id,
            time_us: self.time_us,
            position: Some(self.position),
            kelurahan: None,
            category: self.category,
            kind: Some(Kind::Complaint),
            reporter: self.reporter,
        }
    }
}

/// The plain grid.
#[derive(Default)]
struct Plain(HashMap<(CellIndex, u8), Vec<usize>>);

impl Plain {
    fn cell(told: &Told) -> Option<CellIndex> {
        let point = LatLng::new(told.position.1, told.position.0).ok()?;
        Some(point.to_cell(Resolution::Nine))
    }

    fn insert(&mut self, number: usize, told: &Told) {
        if let Some(cell) = Self::cell(told) {
            self.0.entry((cell, told.category as u8)).or_default().push(number);
        }
    }

    fn near(&self, told: &Told) -> usize {
        let Some(cell) = Self::cell(told) else { return 0 };
        let around: Vec<CellIndex> = cell.grid_disk(1);
        let of_cell = |cell: &CellIndex| self.0.get(&(*cell, told.category as u8)).map_or(0, Vec::len);
        around.iter().map(of_cell).sum()
    }
}

fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    // A benchmark whose output is closed has nobody to tell.
    drop(writeln!(out, "{text}"));
}

/// Nanoseconds a report, and the slowest, ns.
fn give(incidents: &mut Incidents, more: &[Told]) -> (f64, f64) {
    let (begun, mut slowest) = (Instant::now(), 0.0_f64);
    for told in more {
        let one = Instant::now();
        incidents.add(&told.witness());
        slowest = slowest.max(one.elapsed().as_secs_f64());
    }
    (nanoseconds_each(begun.elapsed().as_secs_f64(), more.len()), slowest * 1e9)
}

#[expect(clippy::cast_precision_loss, reason = "µs of a month are far below 2^53")]
fn main() {
    let mut chance = Chance(1);
    let mut open: Vec<Told> = (0..OPEN)
        .map(|number| Told::new(number, &mut chance, START, 30.0 * DAY as f64))
        .collect();
    open.sort_by_key(|told| told.time_us);
    let mut incidents = Incidents::new(IncidentRules::builtin().clone());
    let begun = Instant::now();
    for told in &open {
        incidents.take(&told.witness());
    }
    incidents.settle();
    let filled = nanoseconds_each(begun.elapsed().as_secs_f64(), OPEN);
    print(&format!(
        "{} reports in {} incidents",
        incidents.reports(),
        incidents.outlines(1).count()
    ));

    let mut more: Vec<Told> = (0..MORE)
        .map(|number| Told::new(OPEN + number, &mut chance, START + 30 * DAY, 60.0 * MINUTE as f64))
        .collect();
    more.sort_by_key(|told| told.time_us);
    let mut plain = Plain::default();
    for (number, told) in open.iter().enumerate() {
        plain.insert(number, told);
    }
    let begun = Instant::now();
    let found: usize = more.iter().map(|told| plain.near(told)).sum();
    let looked = nanoseconds_each(begun.elapsed().as_secs_f64(), MORE);
    print(&format!("{:.1} reports of the category near each", found as f64 / MORE as f64));

    let mut in_order = incidents.clone();
    let (ordered, slowest) = give(&mut in_order, &more);
    let mut backwards = incidents.clone();
    more.reverse();
    let (late, slowest_late) = give(&mut backwards, &more);
    report("a report put to its incident, filling up", filled / 1e3, "the goal", GOAL_US, "µs");
    report("a report more, in order", ordered / 1e3, "a plain look-up", looked / 1e3, "µs");
    report("a report more, the last first", late / 1e3, "a plain look-up", looked / 1e3, "µs");
    report("the slowest in order", slowest / 1e3, "the goal", GOAL_US, "µs");
    report("the slowest, the last first", slowest_late / 1e3, "the goal", GOAL_US, "µs");
    let mut kept = in_order;
    let begun = Instant::now();
    let gone = kept.sweep(START + 45 * DAY, |_, _| false);
    print(&format!(
        "{gone} reports let go in {:.0} ms, {} kept",
        begun.elapsed().as_secs_f64() * 1e3,
        kept.reports()
    ));
}
