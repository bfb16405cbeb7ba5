//! A made city for scans: the cells of Jakarta, some busy and some not, by the hour of the day; reports of one family, and outbreaks.

use h3o::CellIndex;
use tanggap_engine::event::Category;
use tanggap_engine::territory::{Territory, TerritoryIndex};
use tanggap_queries::hotspots::{Sighting, Watch, WatchSettings};

/// µs.
pub const MINUTE: i64 = 60_000_000;
/// µs.
pub const HOUR: i64 = 60 * MINUTE;
/// µs.
pub const DAY: i64 = 24 * HOUR;

/// `SplitMix64`.
#[derive(Debug)]
pub struct Chance(pub u64);

impl Chance {
    /// Evenly in [0, 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// One of `0..n`.
    #[expect(clippy::cast_precision_loss, reason = "numbers of cells")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below n, and never negative")]
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }
}

/// A report: when (µs since epoch UTC), and at which cell of the city, by number.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    /// When.
    pub time_us: i64,
    /// Where.
    pub cell: usize,
}

/// The city.
#[derive(Debug)]
pub struct MadeCity {
    /// H3 indexes, ascending.
    pub cells: Vec<u64>,
    kelurahan: Vec<i64>,
    /// Share of the city's reports of each cell.
    pub share: Vec<f64>,
    /// Its running sum.
    rising: Vec<f64>,
    /// Reports a day.
    pub a_day: f64,
}

/// Reports an hour relative to the mean: twice as many at noon as the mean, none at midnight.
fn profile(time_us: i64) -> f64 {
    let hour = f64::from(u32::try_from(time_us.rem_euclid(DAY) / MINUTE).unwrap_or(0)) / 1_440.0;
    1.0 - (hour * std::f64::consts::TAU).cos()
}

impl MadeCity {
    /// The cells of a territory at an H3 resolution, with so many reports a day. Some cells have thirty times the reports of others.
    #[must_use]
    pub fn of(territory: &Territory, a_day: f64, resolution: u8) -> Self {
        let cells = TerritoryIndex::build(territory).h3_cells(territory, resolution);
        let mut chance = Chance(11);
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

    /// What is usual, by time.
    #[must_use]
    pub fn usual(&self, chance: &mut Chance, from_us: i64, to_us: i64) -> Vec<Said> {
        let place = |unit: f64| self.rising.partition_point(|so_far| *so_far <= unit).min(self.cells.len() - 1);
        self.draw(chance, from_us, to_us, 1.0, place)
    }

    /// `factor` − 1 times the usual reports of these cells, besides the usual ones, by time.
    #[must_use]
    pub fn outbreak(&self, chance: &mut Chance, on: &[usize], factor: f64, from_us: i64, to_us: i64) -> Vec<Said> {
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

    /// The cells of the city at most `reach` steps from one of them, ascending.
    #[must_use]
    pub fn disc(&self, centre: usize, reach: u32) -> Vec<usize> {
        let Ok(centre) = CellIndex::try_from(self.cells[centre]) else {
            return Vec::new();
        };
        let disc = centre.grid_disk::<Vec<_>>(reach);
        let mut cells: Vec<usize> = disc
            .into_iter()
            .filter_map(|cell| self.cells.binary_search(&u64::from(cell)).ok())
            .collect();
        cells.sort_unstable();
        cells
    }

    /// Reports usual on these cells in `[from_us, to_us)`.
    #[must_use]
    pub fn expected(&self, cells: &[usize], from_us: i64, to_us: i64) -> f64 {
        let sum: f64 = cells.iter().map(|cell| self.share[*cell]).sum();
        sum * self.a_day * seconds(to_us - from_us) / 86_400.0 * profile(i64::midpoint(from_us, to_us))
    }

    /// A watch that was given these reports, each by another reporter, with the category of its number.
    pub fn watch(&self, said: &[Said], settings: WatchSettings, category: impl Fn(u64) -> Category) -> Watch {
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

#[expect(clippy::cast_precision_loss, reason = "µs of some years")]
fn seconds(length_us: i64) -> f64 {
    length_us as f64 / 1e6
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of some years")]
fn micros(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}
