//! Waits on shelves: every case of a level by its unit, the shortest wait first. Sorted once, so that the table of any window is one walk
//! along them and sorts nothing.

/// One case at one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wait {
    /// Number of the unit.
    pub(crate) unit: u32,
    /// When the case was filed, µs since epoch UTC.
    pub(crate) filed_us: i64,
    /// How long it took, or has taken so far, seconds. Negative counts as 0.
    pub(crate) seconds: f64,
    /// How it ended then: [`OPEN`], [`RESOLVED`], or otherwise.
    pub(crate) end: u8,
    /// Within how many seconds it was to be resolved ([`super::Limits`]).
    pub(crate) limit_s: u32,
}

/// Still waiting.
pub(crate) const OPEN: u8 = 0;
/// Ended as it should; for a first response, that it came. The number of [`tanggap_engine::case::End::Resolved`].
pub(crate) const RESOLVED: u8 = 1;

/// The waits of a level.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// Where each unit's waits begin, and where the last one's end.
    starts: Vec<usize>,
    waits: Vec<(f64, u8, u32)>,
    filed_us: Vec<i64>,
}

impl Shelf {
    /// Puts waits on shelves for units numbered from 0. A wait that is no number, or of no such unit, is left out.
    pub(crate) fn of(units: usize, mut waits: Vec<Wait>) -> Self {
        waits.retain(|wait| !wait.seconds.is_nan() && (wait.unit as usize) < units);
        for wait in &mut waits {
            // Adding 0.0 turns -0.0 into 0.0, which `total_cmp` would tell apart.
            wait.seconds = wait.seconds.max(0.0) + 0.0;
        }
        // Of equal waits the resolved one comes first, as Kaplan-Meier wants it; the rest makes the order the same everywhere.
        waits.sort_unstable_by(|one, other| {
            let rest = |wait: &Wait| (wait.end != RESOLVED, wait.end, wait.filed_us, wait.limit_s);
            let by_unit = one.unit.cmp(&other.unit);
            by_unit
                .then(one.seconds.total_cmp(&other.seconds))
                .then_with(|| rest(one).cmp(&rest(other)))
        });
        let mut starts = Vec::with_capacity(units + 1);
        for unit in 0..=units {
            starts.push(waits.partition_point(|wait| (wait.unit as usize) < unit));
        }
        Self {
            starts,
            filed_us: waits.iter().map(|wait| wait.filed_us).collect(),
            waits: waits.into_iter().map(|wait| (wait.seconds, wait.end, wait.limit_s)).collect(),
        }
    }

    /// The waits of a unit whose case was filed after `since_us`, (seconds, end), the shortest first.
    pub(crate) fn since(&self, unit: usize, since_us: i64) -> Vec<(f64, u8)> {
        self.kept(unit, since_us).map(|(seconds, end, _)| (seconds, end)).collect()
    }

    /// The limits of these waits, in their order.
    pub(crate) fn limits_since(&self, unit: usize, since_us: i64) -> Vec<u32> {
        self.kept(unit, since_us).map(|(_, _, limit_s)| limit_s).collect()
    }

    fn kept(&self, unit: usize, since_us: i64) -> impl Iterator<Item = (f64, u8, u32)> {
        let (start, end) = match (self.starts.get(unit), self.starts.get(unit + 1)) {
            (Some(start), Some(end)) => (*start, *end),
            _ => (0, 0),
        };
        let waits = self.waits[start..end].iter().zip(&self.filed_us[start..end]);
        waits.filter(move |(_, filed)| **filed > since_us).map(|(wait, _)| *wait)
    }
}

#[cfg(test)]
mod tests {
    use super::{OPEN, RESOLVED, Shelf, Wait};

    fn wait(unit: u32, filed_us: i64, seconds: f64, end: u8) -> Wait {
        Wait {
            unit,
            filed_us,
            seconds,
            end,
            limit_s: u32::from(end) + 7,
        }
    }

    #[test]
    fn each_unit_has_its_own_waits_the_shortest_first_and_the_resolved_before_the_others() {
        let waits = vec![
            wait(1, 5, 3.0, OPEN),
            wait(0, 1, 9.0, RESOLVED),
            wait(1, 4, 3.0, RESOLVED),
            wait(1, 3, -0.0, RESOLVED),
            wait(1, 3, -7.0, 3),
            wait(2, 3, f64::NAN, RESOLVED),
            wait(9, 3, 1.0, RESOLVED),
        ];
        let shelf = Shelf::of(3, waits);
        assert_eq!(shelf.since(0, i64::MIN), [(9.0, RESOLVED)]);
        assert_eq!(shelf.since(1, i64::MIN), [(0.0, RESOLVED), (0.0, 3), (3.0, RESOLVED), (3.0, OPEN)]);
        assert_eq!(shelf.since(1, 3), [(3.0, RESOLVED), (3.0, OPEN)], "filed after, not at");
        assert_eq!(shelf.limits_since(1, 3), [8, 7], "in the order of the waits");
        assert!(shelf.since(2, i64::MIN).is_empty());
        assert!(shelf.since(3, i64::MIN).is_empty() && Shelf::default().since(0, 0).is_empty());
    }
}
