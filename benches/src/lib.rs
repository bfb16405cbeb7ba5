//! What the benchmarks share: a clock for processor-bound loops, a simulated city's lines, a backlog in a real Kafka, what a program uses of
//! the machine, and how a figure is printed.
//!
//! A figure is never alone: beside it stands a limit or a rival measured in the same run, and the ratio of the two. Machines
//! differ and are noisy; ratios travel.

mod backlog;
mod flow;
mod lines;
mod made_city;
mod steady;
mod usage;

use std::io::Write;
use std::time::Instant;

pub use backlog::{Drained, ReadAlone, at_rest, drain, fill, read_alone};
pub use flow::{Flow, on_their_way, send_steadily};
pub use lines::{Refused, lines, refused};
pub use made_city::{Chance, DAY, HOUR, MINUTE, MadeCity, Said};
pub use steady::keep_up;
pub use usage::Usage;

/// Least nanoseconds per item of several runs of `work`, which handles `items` items.
#[must_use]
pub fn nanoseconds(runs: usize, items: usize, mut work: impl FnMut()) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..runs {
        let begun = Instant::now();
        work();
        least = least.min(begun.elapsed().as_secs_f64());
    }
    nanoseconds_each(least, items)
}

/// Nanoseconds per item of work that took so many seconds.
#[must_use]
pub fn nanoseconds_each(seconds: f64, items: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark fit")]
    let items = items as f64;
    seconds * 1e9 / items
}

/// Prints a figure, its limit or rival, and the ratio.
pub fn report(what: &str, figure: f64, limit_name: &str, limit: f64, unit: &str) {
    let mut out = std::io::stdout().lock();
    // A benchmark whose output is closed has nobody to tell.
    drop(writeln!(
        out,
        "{what:<44} {figure:>10.1} {unit:<10} {limit_name:<34} {limit:>10.1}   ratio {:.2}",
        figure / limit
    ));
}
