//! How large the greatest score of a scan is by chance alone: the scan is repeated on cities in which nothing happens, and the greatest
//! score of each is kept. As each is the maximum over all zones and windows, the search is paid for.
//!
//! Beyond what so many repetitions can show, the tail is a [`Gumbel`] distribution fitted to them by moments (Abrams, Kulldorff & Kleinman
//! 2010, International Journal of Health Geographics 9:61).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::gumbel::Gumbel;
use super::scan::{ScanCases, ScanCounts};
use super::scan_deal::ScanDeal;

/// With fewer repetitions beyond a score the tail is asked instead of the repetitions.
const ENOUGH: usize = 10;
/// No smaller p is told: nobody believes a tail fitted to hundreds of repetitions further.
const LEAST_P: f64 = 1e-12;

/// The greatest scores of cities in which nothing happens.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanNull {
    /// Ascending.
    maxima: Vec<f64>,
    /// None where all maxima are equal.
    tail: Option<Gumbel>,
}

impl ScanNull {
    /// The null of the permutation form: the times of all cases are shuffled among the places, so each place keeps its cases and each window
    /// its number. None without replicas or without cases.
    ///
    /// Costs `replicas` times the cases of the longest window times the zones of a place, some nanoseconds each.
    #[must_use]
    pub fn permutation(cases: &ScanCases<'_>, replicas: usize, seed: u64) -> Option<Self> {
        let counts = ScanCounts::of(cases);
        let mut deal = ScanDeal::new(&counts);
        let mut places = cases.places.to_vec();
        let mut chance = Chance::new(seed);
        let recent = cases.recent();
        let maxima = (0..replicas).map(|_| {
            let mut shortest = 0;
            for age in 0..recent {
                // The first of a shuffled list, without shuffling the rest.
                let other = age + chance.below(places.len() - age);
                places.swap(age, other);
                while age >= cases.ends[shortest] {
                    shortest += 1;
                }
                deal.deal(cases.zones_of(places[age]), shortest);
            }
            deal.maximum()
        });
        Self::of(maxima.collect())
    }

    /// The null of the Poisson form ([`ScanCounts::poisson`]): as many cases as the longest window has, each where and when it is expected.
    #[must_use]
    pub fn poisson(cases: &ScanCases<'_>, expected: &[f64], replicas: usize, seed: u64) -> Option<Self> {
        let windows = cases.ends.len();
        let counts = ScanCounts::poisson(cases, expected);
        let mut deal = ScanDeal::new(&counts);
        let mut chance = Chance::new(seed);
        let mut sum = 0.0;
        let rising: Vec<f64> = expected
            .iter()
            .map(|expected| {
                sum += expected.max(0.0);
                sum
            })
            .collect();
        if sum <= 0.0 || windows == 0 {
            return None;
        }
        let maxima = (0..replicas).map(|_| {
            for _ in 0..counts.total() {
                let drawn = chance.unit() * sum;
                let slice = rising.partition_point(|so_far| *so_far <= drawn).min(rising.len() - 1);
                deal.deal(cases.zones_of.get(slice / windows).map_or(&[], Vec::as_slice), slice % windows);
            }
            deal.maximum()
        });
        Self::of(maxima.collect())
    }

    /// The null of these maxima, in any order; none if there are none or one is no number.
    #[must_use]
    pub fn of(mut maxima: Vec<f64>) -> Option<Self> {
        if maxima.is_empty() || maxima.iter().any(|maximum| !maximum.is_finite()) {
            return None;
        }
        maxima.sort_by(f64::total_cmp);
        Some(Self {
            tail: Gumbel::by_moments(&maxima),
            maxima,
        })
    }

    /// The maxima, ascending.
    #[must_use]
    pub fn maxima(&self) -> &[f64] {
        &self.maxima
    }

    /// The fitted tail; none where all maxima are equal.
    #[must_use]
    pub const fn tail(&self) -> Option<Gumbel> {
        self.tail
    }

    /// Share of the repetitions, the observed city counted as one of them, whose maximum is at least this score.
    #[must_use]
    pub fn monte_carlo_p(&self, score: f64) -> f64 {
        let (beyond, all) = (self.beyond(score), self.maxima.len());
        #[expect(clippy::cast_precision_loss, reason = "there are some hundred repetitions")]
        let share = (beyond + 1) as f64 / (all + 1) as f64;
        share
    }

    /// The p of a score: that of the repetitions where at least ten of them reach it, else that of the tail; never below 10⁻¹².
    #[must_use]
    pub fn p(&self, score: f64) -> f64 {
        let p = match self.tail {
            Some(tail) if self.beyond(score) < ENOUGH => tail.upper_tail(score),
            _ => self.monte_carlo_p(score),
        };
        p.clamp(LEAST_P, 1.0)
    }

    /// The score from which on the tail's p is at most this one; where all maxima are equal, that one.
    #[must_use]
    pub fn score_at(&self, p: f64) -> f64 {
        let greatest = self.maxima.last().copied().unwrap_or(0.0);
        self.tail.map_or(greatest, |tail| tail.reached_with(p.clamp(LEAST_P, 1.0 - 1e-9)))
    }

    fn beyond(&self, score: f64) -> usize {
        self.maxima.len() - self.maxima.partition_point(|maximum| *maximum < score)
    }
}

/// Seeded chance; the way from bits to numbers is ours, so that a new release of the generator's crate cannot change an answer.
struct Chance(ChaCha8Rng);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Even in `0..count`; 0 when `count` is 0.
    fn below(&mut self, count: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * (count as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// Even in `[0, 1)`.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }
}
