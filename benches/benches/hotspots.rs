//! Question: what does a tick of the watch cost, by reports, cells and categories? The goal is a second, for the whole city and all families.

use std::io::Write as _;
use std::time::Instant;

use tanggap_benches::{Chance, DAY, HOUR, MINUTE, MadeCity};
use tanggap_engine::event::Category;
use tanggap_engine::territory::Territory;
use tanggap_queries::hotspots::WatchSettings;

/// 2026-01-05 00:00 UTC, a Monday.
const START: i64 = 1_767_571_200_000_000;

fn main() {
    let territory = Territory::jakarta_default();
    for a_day in [500.0, 5_000.0, 50_000.0, 200_000.0] {
        ticks(&MadeCity::of(&territory, a_day, 8), 8, 21);
    }
    for resolution in [7, 9] {
        ticks(&MadeCity::of(&territory, 50_000.0, resolution), resolution, 21);
    }
    for categories in [1, 7] {
        ticks(&MadeCity::of(&territory, 50_000.0, 8), 8, categories);
    }
}

/// What a tick costs, all families together, of so many categories on cells of this resolution.
fn ticks(city: &MadeCity, resolution: u8, categories: u64) {
    let end = START + 8 * DAY;
    let said = city.usual(&mut Chance(3), START, end);
    let settings = WatchSettings {
        resolution,
        ..WatchSettings::default()
    };
    let category = |number: u64| Category::ALL[usize::try_from(number % categories).unwrap_or(0)];
    let mut watch = city.watch(&said, settings, category);
    watch.begin(end - 6 * HOUR);
    let (mut slowest, mut sum) = (0.0_f64, 0.0_f64);
    let mut at_us = end - 6 * HOUR;
    while at_us < end {
        at_us += MINUTE;
        let begun = Instant::now();
        watch.advance(at_us);
        let took = begun.elapsed().as_secs_f64();
        slowest = slowest.max(took);
        sum += took;
    }
    // A benchmark whose output is closed has nobody to tell.
    drop(writeln!(
        std::io::stdout().lock(),
        "{:>8} reports a day, {:>5} cells, {categories:>2} categories: {:>9.3} ms a tick on average, {:>9.1} ms the slowest; goal 1000",
        city.a_day,
        city.cells.len(),
        sum * 1e3 / 360.0,
        slowest * 1e3
    ));
}
