//! Seeded chance: a `ChaCha8` stream and the few distributions the city needs. The mapping from bits to numbers is ours, so that
//! a new release of `rand` cannot change the bytes of a seed.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::calendar::SECOND;

/// One independent stream of chance.
#[derive(Clone, Debug)]
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream `stream` of `seed`; streams of one seed do not overlap.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// 64 even bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Even in `[0, 1)`.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Even in `[low, high)`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Even in `0..count`; 0 when `count` is 0.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(count);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// An even position in a list of `length` things.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// One of a list, which must not be empty.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    /// True with probability `share`.
    pub(super) fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Exponential with mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }

    /// Log-normal by its median and the deviation of its logarithm.
    pub(super) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        let radius = (2.0 * self.exponential()).sqrt();
        let angle = std::f64::consts::TAU * self.unit();
        median * (sigma * radius * angle.cos()).exp()
    }

    /// Two independent normal deviates (Box and Muller 1958).
    pub(super) fn normal_pair(&mut self) -> (f64, f64) {
        let radius = (2.0 * self.exponential()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.unit()).sin_cos();
        (radius * cosine, radius * sine)
    }

    /// Number of arrivals of a Poisson process with this mean.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        let mut left = mean;
        let mut count = 0;
        loop {
            left -= self.exponential();
            if left < 0.0 {
                return count;
            }
            count += 1;
        }
    }

    /// Even in the disc of radius 1.
    pub(super) fn in_disc(&mut self) -> (f64, f64) {
        loop {
            let (x, y) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            if x * x + y * y <= 1.0 {
                return (x, y);
            }
        }
    }
}

/// Draws positions in proportion to weights, in constant time (Vose's alias method).
#[derive(Clone, Debug)]
pub(super) struct Weighted {
    keep: Vec<f64>,
    alias: Vec<usize>,
}

impl Weighted {
    /// Weights must not all be zero.
    #[expect(clippy::cast_precision_loss, reason = "lists of some hundreds")]
    pub(super) fn new(weights: impl Iterator<Item = f64>) -> Self {
        let mut keep: Vec<f64> = weights.collect();
        let count = keep.len();
        let total: f64 = keep.iter().sum();
        for weight in &mut keep {
            *weight *= count as f64 / total;
        }
        let mut alias = vec![0; count];
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..count).partition(|&position| keep[position] < 1.0);
        while let (Some(poor), Some(&rich)) = (small.pop(), large.last()) {
            alias[poor] = rich;
            keep[rich] -= 1.0 - keep[poor];
            if keep[rich] < 1.0 {
                large.pop();
                small.push(rich);
            }
        }
        for position in small.into_iter().chain(large) {
            keep[position] = 1.0;
        }
        Self { keep, alias }
    }

    /// A position.
    pub(super) fn draw(&self, chance: &mut Chance) -> usize {
        let position = chance.index(self.keep.len());
        if chance.unit() < self.keep[position] {
            position
        } else {
            self.alias[position]
        }
    }
}

/// Whole µs of some seconds.
#[expect(clippy::cast_possible_truncation, reason = "a saturating cast of a length of time is what we want")]
pub(super) fn micros(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}

/// Seconds of some µs.
#[expect(clippy::cast_precision_loss, reason = "lengths of a simulation are far below 2^53 µs")]
pub(super) fn seconds(micros: i64) -> f64 {
    micros as f64 / SECOND as f64
}

/// A rounded whole number.
#[expect(clippy::cast_possible_truncation, reason = "a saturating cast of a bounded quantity")]
pub(super) fn whole(value: f64) -> i64 {
    value.round() as i64
}

/// Millionths of a degree.
#[expect(
    clippy::cast_possible_truncation,
    reason = "±180 degrees are ±180 million; anything else saturates"
)]
pub(super) fn micro_degrees(degrees: f64) -> i32 {
    (degrees * 1e6).round() as i32
}
