//! One made city of a null after the other: cases are dealt to zones and windows, and the greatest score of all of them is asked for. What is
//! expected stays from city to city, so most of the work is done once for all of them.
//!
//! A case lies in its window and in all longer ones. The counts of a zone are eight lanes of 16 bits, so one addition puts it into all of its
//! windows; and a zone whose longest window has too few cases for any score worth looking at costs one comparison.

use super::scan::{ScanCounts, scan_score};

/// Nearly every made city has a greater score than this.
const USUAL: f64 = 3.0;
/// Counts that are added to at once.
const LANES: usize = 8;

/// Counts of eight windows.
type Lanes = [u16; LANES];

/// A city being dealt.
#[derive(Debug)]
pub(super) struct ScanDeal<'a> {
    /// What is expected.
    counts: &'a ScanCounts,
    /// Lanes of a zone, in eights.
    blocks: usize,
    /// Zone by zone, all windows together. Beyond 65,535 cases they stop counting.
    dealt: Vec<Lanes>,
    /// By the shortest window a case lies in: what it adds to a zone.
    adds: Vec<Lanes>,
    /// By zone: its row in the bars. Zones of which the same is expected share one.
    rows: Vec<u32>,
    /// Row by row, all windows together: the fewest cases whose score is more than [`USUAL`].
    bars: Vec<u32>,
    /// By zone: the least of its bars.
    least: Vec<u32>,
}

impl<'a> ScanDeal<'a> {
    /// No cases. Costs some logarithms for each different number of cases that is expected of a zone.
    pub(super) fn new(counts: &'a ScanCounts) -> Self {
        let windows = counts.windows();
        let blocks = windows.div_ceil(LANES);
        let mut adds = vec![[0; LANES]; windows * blocks];
        for shortest in 0..windows {
            for window in shortest..windows {
                adds[shortest * blocks + window / LANES][window % LANES] = 1;
            }
        }
        let (rows, examples) = counts.alike();
        let mut bars = Vec::with_capacity(examples.len() * windows);
        let mut least_of_row = Vec::with_capacity(examples.len());
        for &zone in &examples {
            let own: Vec<u32> = (0..windows).map(|window| bar(counts, zone, window)).collect();
            least_of_row.push(own.iter().copied().min().unwrap_or(u32::MAX));
            bars.extend(own);
        }
        Self {
            counts,
            blocks,
            dealt: vec![[0; LANES]; counts.zones() * blocks],
            adds,
            least: rows.iter().map(|row| least_of_row[*row as usize]).collect(),
            rows,
            bars,
        }
    }

    /// Deals a case to a place with these zones, into this window and all longer ones.
    pub(super) fn deal(&mut self, zones: &[u32], shortest: usize) {
        let adds = &self.adds[shortest * self.blocks..(shortest + 1) * self.blocks];
        for &zone in zones {
            let at = zone as usize * self.blocks;
            for (lanes, add) in self.dealt[at..at + self.blocks].iter_mut().zip(adds) {
                for (count, more) in lanes.iter_mut().zip(add) {
                    *count = count.saturating_add(*more);
                }
            }
        }
    }

    /// The greatest score of all zones and windows, 0 if none has more than it should; all cases are taken out.
    pub(super) fn maximum(&mut self) -> f64 {
        let greatest = self.beyond_bars().unwrap_or_else(|| self.greatest_of_all());
        self.dealt.fill([0; LANES]);
        greatest
    }

    /// The greatest score, if it is more than [`USUAL`].
    fn beyond_bars(&self) -> Option<f64> {
        let windows = self.counts.windows();
        let longest = windows.checked_sub(1)?;
        let mut greatest: Option<f64> = None;
        for (zone, least) in self.least.iter().enumerate() {
            if self.observed(zone, longest) < *least {
                continue;
            }
            let row = self.rows[zone] as usize * windows;
            for (window, bar) in self.bars[row..row + windows].iter().enumerate() {
                if self.observed(zone, window) >= *bar {
                    let score = self.score(zone, window);
                    greatest = Some(greatest.map_or(score, |greatest| greatest.max(score)));
                }
            }
        }
        greatest
    }

    fn greatest_of_all(&self) -> f64 {
        let windows = self.counts.windows();
        let mut greatest = 0.0_f64;
        for zone in 0..self.counts.zones() {
            // Windows are nested: from the longest to the first that is empty.
            for window in (0..windows).rev().take_while(|window| self.observed(zone, *window) > 0) {
                greatest = greatest.max(self.score(zone, window));
            }
        }
        greatest
    }

    fn observed(&self, zone: usize, window: usize) -> u32 {
        u32::from(self.dealt[zone * self.blocks + window / LANES][window % LANES])
    }

    fn score(&self, zone: usize, window: usize) -> f64 {
        let observed = f64::from(self.observed(zone, window));
        scan_score(observed, self.counts.expected(zone, window), f64::from(self.counts.total()))
    }
}

/// The fewest cases of a zone and window whose score is more than [`USUAL`]; `u32::MAX` where no number of them is.
fn bar(counts: &ScanCounts, zone: usize, window: usize) -> u32 {
    let (expected, total) = (counts.expected(zone, window), counts.total());
    // The score grows with the cases beyond what is expected.
    let reaches = |cases: u32| scan_score(f64::from(cases), expected, f64::from(total)) > USUAL;
    if !reaches(total) {
        return u32::MAX;
    }
    let (mut below, mut above) = (0, total);
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if reaches(middle) {
            above = middle;
        } else {
            below = middle;
        }
    }
    above
}
