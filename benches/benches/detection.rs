//! Question: of the outbreaks that could be seen at all, how many does the watch see, and how much later, when each method may raise one false
//! alarm a year?
//!
//! A made city whose cells have a few reports a day. Every method first lives through a year without outbreaks, which gives its bar: the
//! second greatest of the 365 days' greatest values, so that one day of the year has a false alarm. The watch has no bar to set: its alarms of
//! that year are counted. Then outbreaks at noon: 1.5 to 5 times the usual reports, on 1, 7 or 19 cells, for half an hour to four hours.
//!
//! The limit is the *matched scan*: the Poisson likelihood ratio n ln f − (f − 1) μ of every disc of the outbreak's size since the outbreak's
//! own beginning, with its own factor f and the true μ. It is told all but the place. It looks at each minute of a day's outbreak, where the watch
//! looks at each minute of a year, at discs of three sizes, kelurahan and kecamatan, at eight windows, and has to learn μ.
//!
//! Rivals look every five minutes at the last hour: the count of a cell (what "trending" often means), its z-score, EARS C2 over the same hour of
//! nine days before, a negative binomial tail with Benjamini and Hochberg's correction.
//!
//! `TANGGAP_TRIALS` says how many outbreaks of each kind (100). Some minutes.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tanggap_benches::{Chance, DAY, HOUR, MINUTE, MadeCity, Said};
use tanggap_engine::event::Category;
use tanggap_engine::territory::Territory;
use tanggap_queries::hotspots::{Alert, Change, WatchSettings};
use tanggap_queries::statistics::{CountLaw, EarsMethod, EarsRule, benjamini_hochberg, ears, size_by_likelihood};

/// 2026-01-05 00:00 UTC, a Monday.
const START: i64 = 1_767_571_200_000_000;
const HISTORY_DAYS: i64 = 10;
/// Days of the same hour that EARS C2 and the mean of the hour look back.
const BACK_DAYS: i64 = 9;
const NULL_DAYS: i64 = 365;
const RIVALS: [&str; 4] = ["count", "z", "EARS C2", "NB, FDR"];
const FACTORS: [f64; 4] = [1.5, 2.0, 3.0, 5.0];
const REACHES: [u32; 3] = [0, 1, 2];
const MINUTES: [i64; 4] = [30, 60, 120, 240];

/// One kind of outbreak.
#[derive(Clone, Copy)]
struct Kind {
    factor: f64,
    reach: u32,
    length_us: i64,
}

impl Kind {
    fn all() -> Vec<Self> {
        let mut kinds = Vec::new();
        for reach in REACHES {
            for factor in FACTORS {
                kinds.extend(MINUTES.map(|minutes| Self {
                    factor,
                    reach,
                    length_us: minutes * MINUTE,
                }));
            }
        }
        kinds
    }
}

/// Discs of one reach, whole ones only: their cells, and of each cell the discs it is in.
struct Discs {
    cells: Vec<Vec<usize>>,
    of_cell: Vec<Vec<usize>>,
}

impl Discs {
    fn of(city: &MadeCity, reach: u32) -> Self {
        let size = 1 + 3 * reach as usize * (reach as usize + 1);
        let cells: Vec<Vec<usize>> = (0..city.cells.len())
            .map(|centre| city.disc(centre, reach))
            .filter(|cells| cells.len() == size)
            .collect();
        let mut of_cell = vec![Vec::new(); city.cells.len()];
        for (disc, cells) in cells.iter().enumerate() {
            for cell in cells {
                of_cell[*cell].push(disc);
            }
        }
        Self { cells, of_cell }
    }
}

/// The greatest matched ratio since `noon`, and when each report of `said` first brought it above `bar` on a disc that `counts`.
struct Matched<'a> {
    city: &'a MadeCity,
    discs: &'a Discs,
    kind: Kind,
}

impl Matched<'_> {
    /// The ratio after each report since `noon`: time, disc, ratio. It only falls between reports.
    fn ratios(&self, said: &[Said], noon: i64) -> Vec<(i64, usize, f64)> {
        let first = said.partition_point(|one| one.time_us < noon);
        let mut counts = vec![0.0_f64; self.discs.cells.len()];
        let mut ratios = Vec::new();
        for one in said[first..].iter().take_while(|one| one.time_us < noon + self.kind.length_us) {
            for disc in &self.discs.of_cell[one.cell] {
                counts[*disc] += 1.0;
                let usual = self.city.expected(&self.discs.cells[*disc], noon, one.time_us);
                let ratio = counts[*disc] * self.kind.factor.ln() - (self.kind.factor - 1.0) * usual;
                ratios.push((one.time_us, *disc, ratio));
            }
        }
        ratios
    }
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Reports of each cell in the hour before `at_us`.
fn hour_before(city: &MadeCity, said: &[Said], at_us: i64) -> Vec<u64> {
    let mut counts = vec![0; city.cells.len()];
    let first = said.partition_point(|one| one.time_us < at_us - HOUR);
    for one in said[first..].iter().take_while(|one| one.time_us < at_us) {
        counts[one.cell] += 1;
    }
    counts
}

/// What each rival makes of each cell in the hour before `at_us`; the greater, the stranger.
fn rivals(city: &MadeCity, said: &[Said], at_us: i64) -> [Vec<f64>; 4] {
    let days: Vec<Vec<u64>> = (0..=BACK_DAYS)
        .rev()
        .map(|day| hour_before(city, said, at_us - day * DAY))
        .collect();
    let (now, before) = (&days[days.len() - 1], &days[..days.len() - 1]);
    let rule = EarsRule {
        minimum_deviation: 0.5,
        ..EarsRule::new(EarsMethod::C2)
    };
    let all: u64 = before.iter().flatten().sum();
    let mean = |cell: usize| {
        let own: u64 = before.iter().map(|day| day[cell]).sum();
        (number(own) + 2.0 * city.share[cell] * number(all)) / (float(before.len()) + 2.0)
    };
    let means: Vec<f64> = (0..now.len()).map(mean).collect();
    let size = size_by_likelihood(&before[before.len() - 2], &means).unwrap_or(f64::INFINITY);
    let tail = |(mean, count): (&f64, &u64)| CountLaw::negative_binomial(*mean, size).map_or(1.0, |law| law.upper_tail(*count));
    let p: Vec<f64> = means.iter().zip(now).map(tail).collect();
    let c2 = |cell: usize| {
        let series: Vec<u64> = days.iter().map(|day| day[cell]).collect();
        let limit = ears(&series, rule).last().copied().flatten()?;
        Some((number(now[cell]) - limit.expected) / (limit.limit - limit.expected))
    };
    [
        now.iter().map(|count| number(*count)).collect(),
        now.iter()
            .zip(&means)
            .map(|(count, mean)| (number(*count) - mean) / mean.max(0.1).sqrt())
            .collect(),
        (0..now.len()).map(|cell| c2(cell).unwrap_or(0.0)).collect(),
        benjamini_hochberg(&p).into_iter().map(|p| -p.max(f64::MIN_POSITIVE).ln()).collect(),
    ]
}

/// The second greatest of the days' greatest: one day a year is above nothing but it.
fn bar(mut of_days: Vec<f64>) -> f64 {
    of_days.sort_by(|a, b| b.total_cmp(a));
    of_days.get(1).copied().unwrap_or(f64::INFINITY)
}

/// Works through `0..jobs` on two threads; what each gave, in their order.
fn side_by_side<T: Send>(jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(jobs));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    if job >= jobs {
                        return;
                    }
                    let gave = work(job);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((job, gave));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(job, _)| *job);
    done.into_iter().map(|(_, gave)| gave).collect()
}

/// A year in which nothing happens: the bars of the rivals and of the matched scan of each kind, and the watch's alarms.
struct Quiet {
    rivals: [f64; 4],
    matched: Vec<f64>,
    alarms: usize,
}

fn quiet(city: &MadeCity, discs: &[Discs], kinds: &[Kind], settings: &WatchSettings) -> Quiet {
    let begin = START + HISTORY_DAYS * DAY;
    let end = begin + NULL_DAYS * DAY;
    let said = city.usual(&mut Chance(1), START, end);
    let days = usize::try_from(NULL_DAYS).unwrap_or(0);
    let day_at = |day: usize| begin + i64::try_from(day).unwrap_or(0) * DAY;
    let of_days = side_by_side(days, |day| {
        let mut most = [f64::NEG_INFINITY; 4];
        for look in 1..=288 {
            for (most, values) in most.iter_mut().zip(rivals(city, &said, day_at(day) + look * 5 * MINUTE)) {
                *most = values.into_iter().fold(*most, f64::max);
            }
        }
        let matched: Vec<f64> = kinds
            .iter()
            .map(|kind| {
                let matched = Matched {
                    city,
                    discs: &discs[kind.reach as usize],
                    kind: *kind,
                };
                let ratios = matched.ratios(&said, day_at(day) + 12 * HOUR);
                ratios.into_iter().map(|(_, _, ratio)| ratio).fold(f64::NEG_INFINITY, f64::max)
            })
            .collect();
        (most, matched)
    });
    let mut watch = city.watch(&said, settings.clone(), |_| Category::Banjir);
    watch.begin(begin);
    Quiet {
        rivals: std::array::from_fn(|rival| bar(of_days.iter().map(|(most, _)| most[rival]).collect())),
        matched: (0..kinds.len())
            .map(|kind| bar(of_days.iter().map(|(_, matched)| matched[kind]).collect()))
            .collect(),
        alarms: watch.advance(end).iter().filter(|alert| alert.change == Change::Opened).count(),
    }
}

/// After how many minutes an outbreak was seen: by the watch, the matched scan, and each rival.
type Seen = [Option<i64>; 6];

fn trial(city: &MadeCity, discs: &Discs, kind: Kind, bars: (&[f64; 4], f64), settings: &WatchSettings, seed: u64) -> Seen {
    let noon = START + HISTORY_DAYS * DAY + 12 * HOUR;
    let end = noon + kind.length_us;
    let mut chance = Chance(1_000 + seed);
    let cells = &discs.cells[chance.below(discs.cells.len())];
    let mut said = city.usual(&mut chance, START, end);
    said.extend(city.outbreak(&mut chance, cells, kind.factor, noon, end));
    said.sort_by_key(|one| one.time_us);
    let minutes = |time_us: i64| (time_us - noon + MINUTE - 1).div_euclid(MINUTE);

    let mut watch = city.watch(&said, settings.clone(), |_| Category::Banjir);
    watch.begin(noon - HOUR);
    let hit = |alert: &&Alert| {
        let on = &alert.hotspot.evidence.cells;
        alert.tick_us > noon && cells.iter().any(|cell| on.contains(&city.cells[*cell]))
    };
    let mut seen: Seen = [None; 6];
    seen[0] = watch.advance(end).iter().find(hit).map(|alert| minutes(alert.tick_us));

    let matched = Matched { city, discs, kind };
    let here = |disc: usize| discs.cells[disc].iter().any(|cell| cells.binary_search(cell).is_ok());
    seen[1] = matched
        .ratios(&said, noon)
        .into_iter()
        .find(|(_, disc, ratio)| *ratio > bars.1 && here(*disc))
        .map(|(time_us, _, _)| minutes(time_us));

    let mut at_us = noon + 5 * MINUTE;
    while at_us <= end && seen[2..].iter().any(Option::is_none) {
        for ((seen, values), bar) in seen[2..].iter_mut().zip(rivals(city, &said, at_us)).zip(bars.0) {
            if seen.is_none() && cells.iter().any(|cell| values[*cell] > *bar) {
                *seen = Some(minutes(at_us));
            }
        }
        at_us += 5 * MINUTE;
    }
    seen
}

fn median(delays: &mut [i64]) -> Option<i64> {
    delays.sort_unstable();
    delays.get(delays.len() / 2).copied()
}

fn print(line: &str) {
    // A benchmark whose output is closed has nobody to tell.
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

fn grid(city: &MadeCity, trials: usize, settings: &WatchSettings) {
    let kinds = Kind::all();
    let discs: Vec<Discs> = REACHES.iter().map(|reach| Discs::of(city, *reach)).collect();
    let quiet = quiet(city, &discs, &kinds, settings);
    print(&format!(
        "{} cells, {} reports of a family a day: {} alarms by the watch in {NULL_DAYS} days without outbreak",
        city.cells.len(),
        city.a_day,
        quiet.alarms
    ));
    print(&format!(
        "  {:<24}{:>16}{:>16}   power  delay   {}",
        "outbreak",
        "watch",
        "matched",
        RIVALS.map(|name| format!("{name:>14}")).join("")
    ));
    let (mut power, mut delay, mut beaten) = (Vec::new(), Vec::new(), 0);
    for (kind, bar) in kinds.iter().zip(&quiet.matched) {
        let discs = &discs[kind.reach as usize];
        let seen = side_by_side(trials, |seed| {
            trial(city, discs, *kind, (&quiet.rivals, *bar), settings, seed as u64)
        });
        let shares: [f64; 6] =
            std::array::from_fn(|method| float(seen.iter().filter(|seen| seen[method].is_some()).count()) / float(trials.max(1)));
        let delays: [Option<i64>; 6] =
            std::array::from_fn(|method| median(&mut seen.iter().filter_map(|seen| seen[method]).collect::<Vec<_>>()));
        let told = |method: usize| match delays[method] {
            Some(delay) => format!("{:>4.0} % {delay:>4} min", 100.0 * shares[method]),
            None => format!("{:>4.0} %        –", 100.0 * shares[method]),
        };
        let cells = 1 + 3 * kind.reach * (kind.reach + 1);
        let mut line = format!(
            "  {cells:>2} cells × {:<4} {:>4} min {:>16}{:>16}",
            kind.factor,
            kind.length_us / MINUTE,
            told(0),
            told(1)
        );
        // Of what is seen once in twenty times there is nothing to compare.
        if shares[1] >= 0.05 {
            power.push(shares[0] / shares[1]);
            line.extend([format!("   {:>5.2}", shares[0] / shares[1])]);
            if let [Some(watch), Some(matched), ..] = delays {
                let ratio = number(watch.unsigned_abs()) / number(matched.unsigned_abs()).max(1.0);
                delay.push(ratio);
                line.extend([format!("  {ratio:>5.2}   ")]);
            }
            beaten += usize::from(shares[2..].iter().any(|rival| *rival > shares[0]));
        }
        for method in 2..6 {
            line.push_str(&told(method));
        }
        print(&line);
    }
    power.sort_by(f64::total_cmp);
    delay.sort_by(f64::total_cmp);
    let middle = |values: &[f64]| values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
    print(&format!(
        "  of {} kinds that the matched scan sees at all: power {:.2} of its in the median, {:.2} at the least (wanted 0.85); delay {:.2} times its in the median, {:.2} at the most (wanted 1.3); behind a rival in {beaten}",
        power.len(),
        middle(&power),
        power.first().copied().unwrap_or(f64::NAN),
        middle(&delay),
        delay.last().copied().unwrap_or(f64::NAN),
    ));
}

/// Outbreaks that bring ten reports and more within ten minutes: how soon after the tenth the watch tells.
fn sudden(city: &MadeCity, trials: usize, settings: &WatchSettings) {
    let noon = START + HISTORY_DAYS * DAY + 12 * HOUR;
    for reach in REACHES {
        let discs = Discs::of(city, reach);
        let ticks = side_by_side(trials, |seed| {
            let mut chance = Chance(7_000 + seed as u64);
            let cells = &discs.cells[chance.below(discs.cells.len())];
            let usual = city.expected(cells, noon, noon + 10 * MINUTE);
            let factor = 1.0 + 15.0 / usual;
            let extra = city.outbreak(&mut chance, cells, factor, noon, noon + 30 * MINUTE);
            let tenth = extra.get(9).filter(|tenth| tenth.time_us < noon + 10 * MINUTE)?.time_us;
            let mut said = city.usual(&mut chance, START, noon + 30 * MINUTE);
            said.extend(extra);
            said.sort_by_key(|one| one.time_us);
            let mut watch = city.watch(&said, settings.clone(), |_| Category::Banjir);
            watch.begin(noon - HOUR);
            let alerts = watch.advance(noon + 30 * MINUTE);
            let told = alerts
                .iter()
                .find(|alert| alert.tick_us > noon && cells.iter().any(|cell| alert.hotspot.evidence.cells.contains(&city.cells[*cell])));
            Some(told.map(|told| (told.tick_us - tenth).div_euclid(MINUTE)))
        });
        let asked: Vec<Option<i64>> = ticks.into_iter().flatten().collect();
        let soon = asked.iter().flatten().filter(|ticks| **ticks <= 2).count();
        print(&format!(
            "  ten reports within ten minutes on {:>2} cells: told within two ticks of the tenth in {soon} of {} (wanted 95 %)",
            1 + 3 * reach * (reach + 1),
            asked.len()
        ));
    }
}

fn main() {
    let territory = Territory::jakarta_default();
    let trials = std::env::var("TANGGAP_TRIALS")
        .ok()
        .and_then(|trials| trials.parse().ok())
        .unwrap_or(100);
    let settings = WatchSettings::default();
    for a_day in [5_000.0, 20_000.0] {
        let city = MadeCity::of(&territory, a_day, 8);
        grid(&city, trials, &settings);
        sudden(&city, trials, &settings);
    }
}
