//! Question: how soon does the watch see an outbreak, how often does it see one where there is none, what does a tick cost, and how do simpler
//! methods fare that are allowed as many false alarms?
//!
//! A made city: the cells of Jakarta, some busy and some not, by the hour of the day; one family. After ten days of history there is an
//! outbreak of two hours at noon: so many times the usual reports on 1, 7 or 19 cells. Rivals look every five minutes at the last hour: the
//! count of a cell (what "trending" often means), its surprise over what is usual, EARS C2 over the same hour of the days before, a negative
//! binomial tail over that hour's mean with Benjamini and Hochberg's correction, and the Poisson log-likelihood ratio of the very cells of the
//! outbreak, which is what could be had by knowing where. Each raises an alarm above the greatest value it had in the days without outbreak.
//!
//! Some minutes; with `TANGGAP_FULL=1` a year without outbreaks and ten times the trials, which takes hours.

use std::io::Write as _;
use std::time::Instant;

use h3o::CellIndex;
use tanggap_engine::event::Category;
use tanggap_engine::territory::{Territory, TerritoryIndex};
use tanggap_queries::hotspots::{Alert, Change, Sighting, Watch, WatchSettings};
use tanggap_queries::named::surprise;
use tanggap_queries::statistics::{CountLaw, EarsMethod, EarsRule, benjamini_hochberg, ears, size_by_likelihood};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 2026-01-05 00:00 UTC, a Monday.
const START: i64 = 1_767_571_200_000_000;
const HISTORY_DAYS: i64 = 10;
/// Days of the same hour that EARS C2 and the mean of the hour look back.
const BACK_DAYS: i64 = 9;
/// The rivals, the one that is told the cells last.
const RIVALS: usize = 5;

/// How long is looked.
#[derive(Clone, Copy)]
struct Patience {
    null_days: i64,
    trials: u64,
}

impl Patience {
    fn asked() -> Self {
        if std::env::var_os("TANGGAP_FULL").is_some() {
            return Self {
                null_days: 365,
                trials: 200,
            };
        }
        Self { null_days: 30, trials: 20 }
    }
}

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

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }
}

#[derive(Clone, Copy)]
struct Said {
    time_us: i64,
    cell: usize,
}

struct City {
    cells: Vec<u64>,
    kelurahan: Vec<i64>,
    /// Share of the city's reports, and its running sum.
    share: Vec<f64>,
    rising: Vec<f64>,
    a_day: f64,
}

/// Reports an hour relative to the mean: twice as many at noon as the mean, none at midnight.
fn profile(time_us: i64) -> f64 {
    let hour = f64::from(u32::try_from(time_us.rem_euclid(DAY) / MINUTE).unwrap_or(0)) / 1_440.0;
    1.0 - (hour * std::f64::consts::TAU).cos()
}

impl City {
    fn of(territory: &Territory, a_day: f64, resolution: u8) -> Self {
        let cells = TerritoryIndex::build(territory).h3_cells(territory, resolution);
        let mut chance = Chance(11);
        // Some cells have thirty times the reports of others.
        let weights: Vec<f64> = cells.iter().map(|_| (3.4 * chance.unit()).exp()).collect();
        let sum: f64 = weights.iter().sum();
        let share: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
        let mut so_far = 0.0;
        let rising = share
            .iter()
            .map(|share| {
                so_far += share;
                so_far
            })
            .collect();
        Self {
            cells: cells.iter().map(|one| one.cell).collect(),
            kelurahan: cells.iter().map(|one| one.kelurahan).collect(),
            share,
            rising,
            a_day,
        }
    }

    /// Reports at twice the mean rate, thinned to the profile of the day, each where `place` says.
    fn draw(&self, chance: &mut Chance, from_us: i64, to_us: i64, factor: f64, place: impl Fn(f64) -> usize) -> Vec<Said> {
        let mut said = Vec::new();
        let mut at = 0.0;
        let length = seconds(to_us - from_us);
        let rate = 2.0 * self.a_day * factor / 86_400.0;
        if rate <= 0.0 {
            return said;
        }
        loop {
            at += chance.exponential() / rate;
            if at >= length {
                return said;
            }
            let time_us = from_us + micros(at);
            if chance.unit() < profile(time_us) / 2.0 {
                said.push(Said {
                    time_us,
                    cell: place(chance.unit()),
                });
            }
        }
    }

    fn usual(&self, chance: &mut Chance, from_us: i64, to_us: i64) -> Vec<Said> {
        let place = |unit: f64| self.rising.partition_point(|so_far| *so_far <= unit).min(self.cells.len() - 1);
        self.draw(chance, from_us, to_us, 1.0, place)
    }

    /// `factor` − 1 times the usual reports of these cells, besides the usual ones.
    fn outbreak(&self, chance: &mut Chance, on: &[usize], factor: f64, from_us: i64, to_us: i64) -> Vec<Said> {
        let sum: f64 = on.iter().map(|cell| self.share[*cell]).sum();
        let place = |unit: f64| {
            let mut left = unit * sum;
            let found = on.iter().find(|cell| {
                left -= self.share[**cell];
                left < 0.0
            });
            found.or(on.last()).copied().unwrap_or(0)
        };
        self.draw(chance, from_us, to_us, sum * (factor - 1.0), place)
    }

    /// The cells of the city at most `reach` steps from one of them.
    fn disc(&self, centre: usize, reach: u32) -> Vec<usize> {
        let Ok(centre) = CellIndex::try_from(self.cells[centre]) else {
            return Vec::new();
        };
        let disc = centre.grid_disk::<Vec<_>>(reach);
        disc.into_iter()
            .filter_map(|cell| self.cells.binary_search(&u64::from(cell)).ok())
            .collect()
    }

    /// Reports usual on these cells in `[from_us, to_us)`.
    fn expected(&self, cells: &[usize], from_us: i64, to_us: i64) -> f64 {
        let sum: f64 = cells.iter().map(|cell| self.share[*cell]).sum();
        sum * self.a_day * seconds(to_us - from_us) / 86_400.0 * profile(i64::midpoint(from_us, to_us))
    }

    fn watch(&self, said: &[Said], settings: WatchSettings, category: impl Fn(u64) -> Category) -> Watch {
        let mut watch = Watch::new(settings);
        for (number, one) in (0_u64..).zip(said) {
            watch.take(&Sighting {
                time_us: one.time_us,
                cell: self.cells[one.cell],
                kelurahan: Some(self.kelurahan[one.cell]),
                category: category(number),
                channel: "qlue",
                reporter: number,
                report: number,
            });
        }
        watch
    }
}

#[expect(clippy::cast_precision_loss, reason = "µs of some months")]
fn seconds(length_us: i64) -> f64 {
    length_us as f64 / 1e6
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of some months")]
fn micros(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Reports of each cell in the hour before `at_us`.
fn hour_before(city: &City, said: &[Said], at_us: i64) -> Vec<u64> {
    let mut counts = vec![0; city.cells.len()];
    let first = said.partition_point(|one| one.time_us < at_us - HOUR);
    for one in said[first..].iter().take_while(|one| one.time_us < at_us) {
        counts[one.cell] += 1;
    }
    counts
}

/// The rivals on the last hour before `at_us`: the greatest count of a cell, the greatest surprise, the greatest part of the way to EARS C2's
/// limit, the least adjusted p as −ln, and the ratio of the cells told.
fn rivals(city: &City, said: &[Said], told: &[usize], at_us: i64) -> [f64; RIVALS] {
    let days: Vec<Vec<u64>> = (0..=BACK_DAYS)
        .rev()
        .map(|day| hour_before(city, said, at_us - day * DAY))
        .collect();
    let now = &days[days.len() - 1];
    let (mut most, mut strangest, mut farthest) = (0.0_f64, 0.0_f64, 0.0_f64);
    let rule = EarsRule {
        minimum_deviation: 0.5,
        ..EarsRule::new(EarsMethod::C2)
    };
    for (cell, count) in now.iter().enumerate() {
        let usual = city.expected(&[cell], at_us - HOUR, at_us);
        most = most.max(number(*count));
        strangest = strangest.max(surprise(i64::try_from(*count).unwrap_or(i64::MAX), usual));
        let series: Vec<u64> = days.iter().map(|day| day[cell]).collect();
        if let Some(limit) = ears(&series, rule).last().copied().flatten() {
            farthest = farthest.max((number(*count) - limit.expected) / (limit.limit - limit.expected));
        }
    }
    let inside = told.iter().map(|cell| number(now[*cell])).sum::<f64>();
    let usual = city.expected(told, at_us - HOUR, at_us);
    let ratio = if inside > usual {
        inside * (inside / usual).ln() - (inside - usual)
    } else {
        0.0
    };
    [most, strangest, farthest, rarest(city, &days), ratio]
}

/// −ln of the least adjusted p of a cell: a negative binomial around the mean of the hour, which borrows two days from the city's share of the
/// cell; its size from the day before yesterday.
fn rarest(city: &City, days: &[Vec<u64>]) -> f64 {
    let before = &days[..days.len() - 1];
    let all: u64 = before.iter().flatten().sum();
    let mean = |cell: usize| {
        let own: u64 = before.iter().map(|day| day[cell]).sum();
        (number(own) + 2.0 * city.share[cell] * number(all)) / (float(before.len()) + 2.0)
    };
    let means: Vec<f64> = (0..city.cells.len()).map(mean).collect();
    if all == 0 {
        return 0.0;
    }
    let size = size_by_likelihood(&before[before.len() - 2], &means).unwrap_or(f64::INFINITY);
    let tail = |(mean, count): (&f64, &u64)| CountLaw::negative_binomial(*mean, size).map_or(1.0, |law| law.upper_tail(*count));
    let p: Vec<f64> = means.iter().zip(&days[days.len() - 1]).map(tail).collect();
    let least = benjamini_hochberg(&p).into_iter().fold(1.0, f64::min);
    -least.max(f64::MIN_POSITIVE).ln()
}

#[expect(clippy::cast_precision_loss, reason = "counts of reports")]
fn number(count: u64) -> f64 {
    count as f64
}

/// Share of the trials seen, and the median delay in minutes of those.
fn summary(delays: &mut [i64], trials: u64) -> String {
    delays.sort_unstable();
    let seen = float(delays.len()) / number(trials.max(1));
    match delays.get(delays.len() / 2) {
        Some(median) => format!("{:>3.0} % {:>4} min", 100.0 * seen, median),
        None => format!("{:>3.0} %    – min", 100.0 * seen),
    }
}

fn print(line: &str) {
    // A benchmark whose output is closed has nobody to tell.
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

fn main() {
    let territory = Territory::jakarta_default();
    let patience = Patience::asked();
    for a_day in [500.0, 5_000.0] {
        let city = City::of(&territory, a_day, 8);
        print(&format!("{} cells, {a_day} reports of a family a day", city.cells.len()));
        let bars = false_alarms(&city, patience);
        power(&city, &bars, patience);
    }
    for a_day in [500.0, 5_000.0, 50_000.0, 200_000.0] {
        ticks(&City::of(&territory, a_day, 8), 8, 21);
    }
    for resolution in [7, 9] {
        ticks(&City::of(&territory, 50_000.0, resolution), resolution, 21);
    }
    for categories in [1, 7] {
        ticks(&City::of(&territory, 50_000.0, 8), 8, categories);
    }
}

/// Days without an outbreak: the alarms of the watch, and the bars of the rivals for each size of outbreak.
fn false_alarms(city: &City, patience: Patience) -> [[f64; RIVALS]; 3] {
    let begin = START + HISTORY_DAYS * DAY;
    let end = begin + patience.null_days * DAY;
    let said = city.usual(&mut Chance(1), START, end);
    let mut watch = city.watch(&said, WatchSettings::default(), |_| Category::Banjir);
    watch.begin(begin);
    let opened = watch.advance(end).iter().filter(|alert| alert.change == Change::Opened).count();
    print(&format!(
        "  {} days without outbreak: {opened} alarms by the watch; stated: no more than {} on average",
        patience.null_days,
        patience.null_days / 30
    ));
    let mut bars = [[0.0_f64; RIVALS]; 3];
    for (bars, reach) in bars.iter_mut().zip(0..) {
        let told = city.disc(city.cells.len() / 2, reach);
        let mut at_us = begin + HOUR;
        while at_us < end {
            for (bar, value) in bars.iter_mut().zip(rivals(city, &said, &told, at_us)) {
                *bar = bar.max(value);
            }
            at_us += 15 * MINUTE;
        }
    }
    bars
}

fn power(city: &City, bars: &[[f64; RIVALS]; 3], patience: Patience) {
    print("  outbreak          watch             count of a cell   surprise          EARS C2           NB and FDR        told the cells");
    for (bars, reach) in bars.iter().zip(0..) {
        let cells = city.disc(city.cells.len() / 2, reach);
        for factor in [1.5, 2.0, 3.0, 5.0, 10.0] {
            let mut delays = [const { Vec::<i64>::new() }; RIVALS + 1];
            for trial in 0..patience.trials {
                for (delays, delay) in delays.iter_mut().zip(trial_of(city, &cells, bars, factor, trial)) {
                    delays.extend(delay);
                }
            }
            let mut line = format!("  {:>2} cells × {factor:<4}", cells.len());
            for delays in &mut delays {
                line.push_str("   ");
                line.push_str(&summary(delays, patience.trials));
            }
            print(&line);
        }
    }
}

/// After how many minutes an outbreak is seen: by the watch, then by each rival.
fn trial_of(city: &City, cells: &[usize], bars: &[f64; RIVALS], factor: f64, trial: u64) -> [Option<i64>; RIVALS + 1] {
    let noon = START + HISTORY_DAYS * DAY + 12 * HOUR;
    let mut chance = Chance(1_000 + trial);
    let mut said = city.usual(&mut chance, START, noon + 3 * HOUR);
    said.extend(city.outbreak(&mut chance, cells, factor, noon, noon + 2 * HOUR));
    said.sort_by_key(|one| one.time_us);
    let mut watch = city.watch(&said, WatchSettings::default(), |_| Category::Banjir);
    watch.begin(noon - HOUR);
    let alerts = watch.advance(noon + 3 * HOUR);
    let hit = |alert: &&Alert| {
        let on = &alert.hotspot.evidence.cells;
        alert.tick_us > noon && cells.iter().any(|cell| on.contains(&city.cells[*cell]))
    };
    let mut seen = [None; RIVALS + 1];
    seen[0] = alerts.iter().find(hit).map(|alert| (alert.tick_us - noon) / MINUTE);
    let mut at_us = noon + 5 * MINUTE;
    while at_us <= noon + 3 * HOUR && seen[1..].iter().any(Option::is_none) {
        let values = rivals(city, &said, cells, at_us);
        for (seen, (value, bar)) in seen[1..].iter_mut().zip(values.iter().zip(bars)) {
            if seen.is_none() && value > bar {
                *seen = Some((at_us - noon) / MINUTE);
            }
        }
        at_us += 5 * MINUTE;
    }
    seen
}

/// What a tick costs, all families together, of so many categories on cells of this resolution.
fn ticks(city: &City, resolution: u8, categories: u64) {
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
    print(&format!(
        "{:>8} reports a day, {:>5} cells, {categories:>2} categories: {:>9.3} ms a tick on average, {:>9.1} ms the slowest; goal 1000",
        city.a_day,
        city.cells.len(),
        sum * 1e3 / 360.0,
        slowest * 1e3
    ));
}
