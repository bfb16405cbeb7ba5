//! What no p of a scan can fall below, without a single repetition: zones that share no case are counted by themselves.
//!
//! Where times are shuffled, the cases of one zone in one window are hypergeometric. Zones without a case in common lean against each other
//! (a permutation is negatively associated: Joag-Dev & Proschan 1983), so none of them reaches a score with a probability of at most the product
//! of theirs, and the greatest of *all* zones and windows reaches it at least as often as the greatest of those:
//!
//! P(greatest ≥ x) ≥ 1 − Π (1 − qᵢ(x)),  qᵢ(x) the largest P(score of zone i in one window ≥ x) over the windows.
//!
//! It costs some thousand logarithms where a null costs some million cases dealt. It says nothing about what *is* rare.

use std::collections::BTreeMap;

use statrs::function::gamma::ln_gamma;

use super::scan::{ScanCounts, scan_score};

/// A probability that adds less than this part to a sum is the last that is added.
const NEGLIGIBLE: f64 = 1e-9;

/// Zones that share no case, and the windows.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanBound {
    /// How many zones have so many cases in the study period, by cases.
    zones: Vec<(u32, u32)>,
    /// Cases of the city in each window.
    in_window: Vec<u32>,
    /// Cases of the city in the study period.
    total: u32,
}

impl ScanBound {
    /// Of these counts. `apart`: numbers of zones of which no two hold the same case; those without cases say nothing.
    #[must_use]
    pub fn of(counts: &ScanCounts, apart: impl Iterator<Item = usize>) -> Self {
        let mut zones: BTreeMap<u32, u32> = BTreeMap::new();
        for zone in apart {
            *zones.entry(counts.studied(zone)).or_default() += 1;
        }
        zones.remove(&0);
        Self {
            zones: zones.into_iter().collect(),
            in_window: (0..counts.windows()).map(|window| counts.in_window(window)).collect(),
            total: counts.total(),
        }
    }

    /// A probability that the greatest score of a city in which nothing happens is at least this one: the true one is no smaller.
    #[must_use]
    pub fn least_p(&self, score: f64) -> f64 {
        let mut ln_none = 0.0;
        for &(studied, zones) in &self.zones {
            let reaches = |window: &u32| self.reaches(studied, *window, score);
            let most = self.in_window.iter().map(reaches).fold(0.0_f64, f64::max);
            ln_none += f64::from(zones) * (-most.min(1.0)).ln_1p();
        }
        -ln_none.exp_m1()
    }

    /// Probability that a zone with so many cases has a score of at least `score` in a window of so many.
    fn reaches(&self, studied: u32, in_window: u32, score: f64) -> f64 {
        let total = f64::from(self.total);
        let expected = f64::from(studied) * f64::from(in_window) / total.max(1.0);
        let enough = |cases: u32| {
            let own = scan_score(f64::from(cases), expected, total);
            own > 0.0 && own >= score
        };
        let most = studied.min(in_window);
        if !enough(most) {
            return 0.0;
        }
        // The score grows with the cases beyond what is expected.
        let (mut below, mut above) = (0, most);
        while above - below > 1 {
            let middle = below + (above - below) / 2;
            if enough(middle) {
                above = middle;
            } else {
                below = middle;
            }
        }
        hypergeometric_tail(above, studied, in_window, self.total)
    }
}

/// P(at least `cases` of `studied` are among the `recent` newest of `total`); 0 < `cases` ≤ `studied`, `recent` ≤ `total`.
fn hypergeometric_tail(cases: u32, studied: u32, recent: u32, total: u32) -> f64 {
    let [cases, studied, recent, total] = [cases, studied, recent, total].map(f64::from);
    let ln_choose = |n: f64, k: f64| ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    if recent - cases > total - studied {
        // The other zones have not so many cases, so this one always has as many.
        return 1.0;
    }
    let ln_first = ln_choose(studied, cases) + ln_choose(total - studied, recent - cases) - ln_choose(total, recent);
    let (mut term, mut sum, mut k) = (ln_first.exp(), 0.0, cases);
    while term > NEGLIGIBLE * sum && term > 0.0 {
        sum += term;
        term *= (studied - k) * (recent - k) / ((k + 1.0) * (total - studied - recent + k + 1.0));
        k += 1.0;
    }
    f64::min(sum, 1.0)
}

#[cfg(test)]
mod tests {
    use super::{ScanBound, hypergeometric_tail};

    #[test]
    fn the_tail_is_scipys() {
        // scipy.stats.hypergeom.sf(cases - 1, total, studied, recent)
        for (cases, studied, recent, total, tail) in [
            (1, 1, 10, 100, 0.1),
            (2, 2, 15, 4_000, 1.312_828_207_052e-5),
            (9, 30, 200, 3_500, 2.718_000_371_274e-5),
            (7, 400, 20, 100_000, 1.152_274_372_891e-12),
            (40, 60, 500, 1_000, 5.427_623_018_647e-3),
            (3, 5, 10, 12, 1.0),
            (2, 5, 10, 12, 1.0),
        ] {
            let given = hypergeometric_tail(cases, studied, recent, total);
            assert!((given / tail - 1.0_f64).abs() < 1e-7, "{cases} {studied} {recent} {total}: {given}");
        }
    }

    #[test]
    fn nothing_says_nothing() {
        let bound = ScanBound {
            zones: Vec::new(),
            in_window: vec![3],
            total: 9,
        };
        assert!(bound.least_p(1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_greater_score_has_no_greater_bound() {
        let bound = ScanBound {
            zones: vec![(1, 40), (5, 20), (60, 3)],
            in_window: vec![10, 40],
            total: 320,
        };
        let bounds: Vec<f64> = (0..60).map(|half| bound.least_p(f64::from(half) / 2.0)).collect();
        assert!(bounds.is_sorted_by(|a, b| a >= b), "{bounds:?}");
        assert!(bounds[2] > 0.5 && bounds[59] < 1e-6, "{bounds:?}");
    }
}
