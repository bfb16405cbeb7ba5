//! The life of the hotspots of a family: clusters of a tick enter, what opened, grew, moved, merged or closed leaves.
//!
//! A hotspot, oldest first, is carried on by the strongest cluster that shares a cell with it. If an older one has that cluster, the two are
//! one from now on; if there is none it has a while to come back, then it closes. A cluster that carries nothing on opens a hotspot if it is
//! strong enough: opening takes more than going on, so that one at the edge does not flicker.

use super::atlas::Zone;
use super::cluster::Cluster;
use super::family::Family;
use super::hotspot::{Alert, Change, Evidence, Hotspot};
use super::settings::TICK_US;

/// A hotspot that goes on.
#[derive(Clone, Debug, PartialEq)]
struct Living {
    hotspot: Hotspot,
    /// Ticks without a cluster.
    quiet: u32,
    /// What was last told.
    told_cells: Vec<u64>,
    told_observed: u32,
}

/// The hotspots of a family that go on, by the tick they opened at and their id.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Life {
    living: Vec<Living>,
}

impl Life {
    /// Whether nothing goes on.
    pub(super) fn is_empty(&self) -> bool {
        self.living.is_empty()
    }

    /// The hotspots.
    pub(super) fn hotspots(&self) -> impl Iterator<Item = &Hotspot> {
        self.living.iter().map(|living| &living.hotspot)
    }

    /// The hotspots, to be marked as revised.
    pub(super) fn hotspots_mut(&mut self) -> impl Iterator<Item = &mut Hotspot> {
        self.living.iter_mut().map(|living| &mut living.hotspot)
    }

    /// Their zones.
    pub(super) fn zones(&self) -> Vec<Zone> {
        self.hotspots().map(|hotspot| hotspot.evidence.zone).collect()
    }

    /// Lives through a tick; what changed, in the order of age.
    pub(super) fn settle(&mut self, family: Family, tick_us: i64, clusters: Vec<Cluster>, close_after: u32) -> Vec<Alert> {
        let mut owners: Vec<Option<String>> = vec![None; clusters.len()];
        let mut alerts = Vec::new();
        for living in &mut self.living {
            let shares = |cluster: &Cluster| share(&cluster.evidence.cells, &living.hotspot.evidence.cells);
            let mine: Vec<usize> = (0..clusters.len()).filter(|at| shares(&clusters[*at])).collect();
            let change = if let Some(&at) = mine.iter().find(|at| owners[**at].is_none()) {
                owners[at] = Some(living.hotspot.id.clone());
                living.carry_on(&clusters[at].evidence)
            } else if let Some(owner) = mine.iter().find_map(|at| owners[*at].clone()) {
                living.hotspot.merged_into = Some(owner);
                Some(Change::Merged)
            } else {
                living.quiet += 1;
                (living.quiet >= close_after.max(1)).then_some(Change::Closed)
            };
            living.hotspot.tick_us = tick_us;
            if let Some(change) = change {
                alerts.push(living.tell(tick_us, change));
            }
        }
        self.living.retain(|living| living.hotspot.alive());
        for (cluster, owner) in clusters.into_iter().zip(owners) {
            if owner.is_none() && cluster.opens {
                let mut living = Living::open(family, tick_us, cluster);
                alerts.push(living.tell(tick_us, Change::Opened));
                self.living.push(living);
            }
        }
        self.living
            .sort_by(|a, b| (a.hotspot.opened_us, &a.hotspot.id).cmp(&(b.hotspot.opened_us, &b.hotspot.id)));
        alerts
    }
}

impl Living {
    fn open(family: Family, tick_us: i64, cluster: Cluster) -> Self {
        let id = format!("{}-{}-{:x}", family.id(), tick_us.div_euclid(TICK_US), cluster.first_cell);
        Self {
            hotspot: Hotspot {
                id,
                family,
                opened_us: tick_us,
                changed_us: tick_us,
                tick_us,
                change: Change::Opened,
                revision: 0,
                merged_into: None,
                label: None,
                evidence: cluster.evidence,
            },
            quiet: 0,
            told_cells: Vec::new(),
            told_observed: 0,
        }
    }

    /// Takes the numbers of a tick; what is worth telling of them.
    fn carry_on(&mut self, evidence: &Evidence) -> Option<Change> {
        self.quiet = 0;
        self.hotspot.evidence.clone_from(evidence);
        if self.told_cells == evidence.cells {
            let more = u64::from(evidence.observed) * 4 >= u64::from(self.told_observed) * 5;
            return (more && evidence.observed > self.told_observed).then_some(Change::Grew);
        }
        let all_kept = self.told_cells.iter().all(|cell| evidence.cells.binary_search(cell).is_ok());
        Some(if all_kept { Change::Grew } else { Change::Moved })
    }

    fn tell(&mut self, tick_us: i64, change: Change) -> Alert {
        self.hotspot.change = change;
        self.hotspot.changed_us = tick_us;
        self.told_cells.clone_from(&self.hotspot.evidence.cells);
        self.told_observed = self.hotspot.evidence.observed;
        Alert {
            tick_us,
            change,
            hotspot: self.hotspot.clone(),
        }
    }
}

/// Whether two ascending lists of cells have one in common.
fn share(one: &[u64], other: &[u64]) -> bool {
    one.iter().any(|cell| other.binary_search(cell).is_ok())
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::Category;

    use super::super::atlas::Zone;
    use super::super::cluster::Cluster;
    use super::super::family::Family;
    use super::super::hotspot::{Change, Evidence};
    use super::{Life, TICK_US};

    fn cluster(cells: &[u64], observed: u32, opens: bool) -> Cluster {
        let evidence = Evidence {
            zone: Zone::Disc {
                reach: 0,
                centre: cells[0],
            },
            category: Category::Banjir,
            cells: cells.to_vec(),
            kelurahan: Vec::new(),
            window_us: 15 * TICK_US,
            observed,
            expected: 1.0,
            of_zone: 10,
            of_window: 10,
            of_city: 100,
            statistic: 12.0,
            p: 1e-7,
            recurrence_days: 1e4,
            usual: None,
            channels: Vec::new(),
            members: Vec::new(),
        };
        Cluster {
            evidence,
            first_cell: cells[0],
            opens,
        }
    }

    fn changes(life: &mut Life, tick: i64, clusters: Vec<Cluster>) -> Vec<(String, Change)> {
        let alerts = life.settle(Family::Flood, tick * TICK_US, clusters, 3);
        alerts.into_iter().map(|alert| (alert.hotspot.id, alert.change)).collect()
    }

    #[test]
    fn a_hotspot_opens_grows_moves_and_closes_under_one_name() {
        let mut life = Life::default();
        let name = "flood-1-5".to_owned();
        assert_eq!(
            changes(&mut life, 1, vec![cluster(&[5], 8, true)]),
            [(name.clone(), Change::Opened)]
        );
        assert!(changes(&mut life, 2, vec![cluster(&[5], 9, true)]).is_empty());
        assert_eq!(
            changes(&mut life, 3, vec![cluster(&[5], 10, false)]),
            [(name.clone(), Change::Grew)]
        );
        assert_eq!(
            changes(&mut life, 4, vec![cluster(&[4, 5], 10, false)]),
            [(name.clone(), Change::Grew)]
        );
        assert_eq!(
            changes(&mut life, 5, vec![cluster(&[4, 6], 10, false)]),
            [(name.clone(), Change::Moved)]
        );
        assert!(changes(&mut life, 6, vec![]).is_empty());
        assert_eq!(
            changes(&mut life, 7, vec![cluster(&[6], 4, false)]),
            [(name.clone(), Change::Moved)],
            "it came back"
        );
        assert!(changes(&mut life, 8, vec![]).is_empty());
        assert!(changes(&mut life, 9, vec![]).is_empty());
        assert_eq!(changes(&mut life, 10, vec![]), [(name, Change::Closed)]);
        assert!(life.is_empty());
    }

    #[test]
    fn what_is_not_strong_enough_opens_nothing() {
        let mut life = Life::default();
        assert!(changes(&mut life, 1, vec![cluster(&[5], 8, false)]).is_empty());
        assert!(life.is_empty());
    }

    #[test]
    fn the_younger_of_two_that_meet_becomes_part_of_the_older() {
        let mut life = Life::default();
        changes(&mut life, 1, vec![cluster(&[9], 8, true)]);
        changes(&mut life, 2, vec![cluster(&[9], 8, true), cluster(&[3], 9, true)]);
        let met = changes(&mut life, 3, vec![cluster(&[3, 9], 20, true)]);
        assert_eq!(
            met,
            [("flood-1-9".to_owned(), Change::Grew), ("flood-2-3".to_owned(), Change::Merged)]
        );
        let left: Vec<_> = life.hotspots().map(|hotspot| hotspot.id.clone()).collect();
        assert_eq!(left, ["flood-1-9"]);
    }

    #[test]
    fn a_hotspot_that_splits_keeps_its_name_on_the_stronger_part() {
        let mut life = Life::default();
        changes(&mut life, 1, vec![cluster(&[1, 2, 3], 20, true)]);
        let split = changes(&mut life, 2, vec![cluster(&[3], 12, true), cluster(&[1], 9, true)]);
        assert_eq!(
            split,
            [("flood-1-1".to_owned(), Change::Moved), ("flood-2-1".to_owned(), Change::Opened)]
        );
    }
}
