//! Reports by the photo they show. A photo that very many show (a picture of "no photo") says little: of each list only the few reports next
//! in order are looked at.

use std::cmp::Ordering;

use hashbrown::{HashMap, HashSet};

/// Reports next to one in a list that are looked at, on either side.
const NEXT: usize = 8;

/// What a report shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Photo {
    pub(super) time_us: i64,
    pub(super) file: Option<u64>,
    pub(super) look: Option<u64>,
}

impl Photo {
    /// Whether it counts rather than another one of its report: the earlier, of one time the smaller.
    pub(super) fn before(&self, other: &Self) -> bool {
        (self.time_us, self.file, self.look) < (other.time_us, other.file, other.look)
    }
}

/// Which hash of two photos is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Sameness {
    File,
    Look,
}

/// The lists, each in the order of reports.
#[derive(Clone, Debug, Default)]
pub(super) struct Photos {
    shown: HashMap<u32, Photo>,
    lists: HashMap<(Sameness, u64), Vec<u32>>,
}

impl Photos {
    /// What a report shows.
    pub(super) fn of(&self, at: u32) -> Option<Photo> {
        self.shown.get(&at).copied()
    }

    /// A report shows a photo, instead of what it showed before. `order`: how another report stands to it.
    pub(super) fn insert(&mut self, at: u32, photo: Photo, order: impl Fn(u32) -> Ordering) {
        self.remove(at);
        for key in keys(photo) {
            let list = self.lists.entry(key).or_default();
            let place = list.partition_point(|other| order(*other) == Ordering::Less);
            list.insert(place, at);
        }
        self.shown.insert(at, photo);
    }

    /// Lets go of reports. Costs a look at every photo, however many they are.
    pub(super) fn forget(&mut self, gone: &HashSet<u32>) {
        self.shown.retain(|at, _| !gone.contains(at));
        self.lists.retain(|_, list| {
            list.retain(|at| !gone.contains(at));
            !list.is_empty()
        });
    }

    /// A report shows nothing any more.
    fn remove(&mut self, at: u32) {
        let Some(photo) = self.shown.remove(&at) else { return };
        for key in keys(photo) {
            if let Some(list) = self.lists.get_mut(&key) {
                list.retain(|other| *other != at);
                if list.is_empty() {
                    self.lists.remove(&key);
                }
            }
        }
    }

    /// The last reports before one (or the first ones after it) that show the same, each with what is the same. `order`: how another report
    /// stands to it.
    pub(super) fn next_to(&self, at: u32, after: bool, order: impl Fn(u32) -> Ordering) -> Vec<(u32, Sameness)> {
        let mut found = Vec::new();
        let Some(photo) = self.of(at) else { return found };
        for key in keys(photo) {
            let list = self.lists.get(&key).map_or(&[][..], Vec::as_slice);
            // A list may be of very many, and where many are taken at once its reports are asked from the first to the last.
            let place = list.partition_point(|other| order(*other) == Ordering::Less);
            if list.get(place) != Some(&at) {
                continue;
            }
            let side = if after {
                &list[place + 1..list.len().min(place + 1 + NEXT)]
            } else {
                &list[place.saturating_sub(NEXT)..place]
            };
            found.extend(side.iter().map(|other| (*other, key.0)));
        }
        found
    }
}

fn keys(photo: Photo) -> impl Iterator<Item = (Sameness, u64)> {
    let file = photo.file.map(|file| (Sameness::File, file));
    file.into_iter().chain(photo.look.map(|look| (Sameness::Look, look)))
}

#[cfg(test)]
mod tests {
    use hashbrown::HashSet;

    use super::{NEXT, Photo, Photos, Sameness};

    fn next_to(photos: &Photos, at: u32, after: bool) -> Vec<(u32, Sameness)> {
        photos.next_to(at, after, |other| other.cmp(&at))
    }

    #[test]
    fn of_a_photo_that_all_show_only_the_next_few_reports_are_looked_at() {
        let mut photos = Photos::default();
        let photo = Photo {
            time_us: 0,
            file: Some(7),
            look: None,
        };
        for at in (0..100_u32).rev() {
            photos.insert(at, photo, |other| other.cmp(&at));
        }
        let before: Vec<u32> = next_to(&photos, 50, false).into_iter().map(|(at, _)| at).collect();
        let after: Vec<u32> = next_to(&photos, 50, true).into_iter().map(|(at, _)| at).collect();
        assert_eq!((before, after), ((42..50).collect(), (51..59).collect()));
        assert_eq!(next_to(&photos, 2, false).len(), 2);
        assert_eq!(NEXT, 8);
    }

    #[test]
    fn a_report_shows_one_photo_by_file_and_look() {
        let mut photos = Photos::default();
        let shows = |file, look| Photo { time_us: 0, file, look };
        photos.insert(1, shows(Some(7), Some(9)), |other| other.cmp(&1));
        photos.insert(2, shows(Some(7), Some(9)), |other| other.cmp(&2));
        assert_eq!(next_to(&photos, 2, false), [(1, Sameness::File), (1, Sameness::Look)]);
        photos.insert(1, shows(None, Some(9)), |other| other.cmp(&1));
        assert_eq!(next_to(&photos, 2, false), [(1, Sameness::Look)]);
        photos.remove(1);
        assert_eq!(next_to(&photos, 2, false), []);
        assert!(photos.of(1).is_none());
    }

    #[test]
    fn reports_that_are_let_go_are_in_no_list_any_more() {
        let mut photos = Photos::default();
        for at in 0..6_u32 {
            let photo = Photo {
                time_us: 0,
                file: Some(7),
                look: Some(u64::from(at % 2)),
            };
            photos.insert(at, photo, |other| other.cmp(&at));
        }
        photos.forget(&HashSet::from_iter([0, 2, 3, 4]));
        assert_eq!(next_to(&photos, 5, false), [(1, Sameness::File), (1, Sameness::Look)]);
        assert!(photos.of(4).is_none());
        photos.forget(&HashSet::from_iter([1, 5]));
        assert!(photos.shown.is_empty() && photos.lists.is_empty());
    }
}
