//! What the benchmarks share: a clock for processor-bound loops, and how a figure is printed.
//!
//! A figure is never alone: beside it stands a limit or a rival measured in the same run, and the ratio of the two. Machines
//! differ and are noisy; ratios travel.

use std::io::Write;
use std::time::Instant;

/// Least nanoseconds per item of several runs of `work`, which handles `items` items.
#[must_use]
pub fn nanoseconds(runs: usize, items: usize, mut work: impl FnMut()) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..runs {
        let begun = Instant::now();
        work();
        least = least.min(begun.elapsed().as_secs_f64());
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark fit")]
    let items = items as f64;
    least * 1e9 / items
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
