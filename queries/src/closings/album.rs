//! Every photo from after the work that any case showed, by file and by look: who showed it first, and who after that.

use std::collections::{HashMap, HashSet};

use tanggap_engine::event::Status;

use super::closing::{Closing, Move, Photo};
use super::flag::Shown;
use super::looks::Looks;

/// Earlier cases told with a flag.
const TOLD: usize = 5;
/// Earlier cases of one photo that are counted: a picture that stands for "no picture" may have been shown by every case of a year.
const COUNTED: usize = 1_000;

/// One case that showed a photo: when it first did (µs since epoch UTC), its key, its place among the closings.
type Showing = (i64, u64, usize);

/// Who showed what.
#[derive(Debug, Default)]
struct Showings {
    /// Of each hash the cases that showed it, the first one first.
    by_hash: HashMap<u64, Vec<Showing>>,
}

impl Showings {
    fn of(mut shown: Vec<(u64, Showing)>) -> Self {
        shown.sort_unstable();
        let mut by_hash: HashMap<u64, Vec<Showing>> = HashMap::new();
        let mut known: HashSet<(u64, usize)> = HashSet::new();
        for (hash, showing) in shown {
            if known.insert((hash, showing.2)) {
                by_hash.entry(hash).or_default().push(showing);
            }
        }
        Self { by_hash }
    }

    /// Those who showed it strictly before `moment`, by time, then key.
    fn before(&self, hash: u64, moment: (i64, u64)) -> &[Showing] {
        let Some(all) = self.by_hash.get(&hash) else { return &[] };
        &all[..all.partition_point(|(time_us, key, _)| (*time_us, *key) < moment)]
    }
}

/// Photos of all cases.
#[derive(Debug)]
pub(super) struct Album<'a> {
    closings: &'a [Closing],
    files: Showings,
    looks: Showings,
    index: Looks,
}

/// Who showed a photo before: how many cases, and some of them.
pub(super) type Earlier = (u64, Vec<Shown>);

impl<'a> Album<'a> {
    /// Of all photos that were shown with a resolution, one that was taken back too.
    pub(super) fn of(closings: &'a [Closing]) -> Self {
        let (mut files, mut looks) = (Vec::new(), Vec::new());
        for (place, closing) in closings.iter().enumerate() {
            for step in closing.moves.iter().filter(|step| step.status == Status::Resolved) {
                let showing = (step.time_us, closing.key, place);
                files.extend(step.after.file.map(|file| (file, showing)));
                looks.extend(step.after.telling_look().map(|look| (look, showing)));
            }
        }
        let index = Looks::of(looks.iter().map(|(look, _)| *look).collect());
        Self {
            closings,
            files: Showings::of(files),
            looks: Showings::of(looks),
            index,
        }
    }

    /// Which other cases showed this file before the closing at `place` did. Of cases that showed it at once the first by key counts as
    /// first: one of them is the photo's own.
    pub(super) fn same_file(&self, photo: Photo, place: usize, time_us: i64) -> Option<Earlier> {
        let mut earlier = Gathered::new(self.closings, place);
        let file = photo.file?;
        earlier.add(0, self.files.before(file, (time_us, self.closings[place].key)), |_| Some(file));
        earlier.told()
    }

    /// Which other cases showed a photo before that differs in at most `bits` bits.
    pub(super) fn alike(&self, photo: Photo, place: usize, time_us: i64, bits: u32) -> Option<Earlier> {
        let look = photo.telling_look()?;
        let mut earlier = Gathered::new(self.closings, place);
        for (distance, near) in self.index.near(look, bits) {
            let file = |showing: &Showing| self.file_of(showing, near);
            earlier.add(distance, self.looks.before(near, (time_us, self.closings[place].key)), file);
        }
        earlier.told()
    }

    /// The file behind a look that a case showed.
    fn file_of(&self, (time_us, _, place): &Showing, look: u64) -> Option<u64> {
        let mut steps = self.closings[*place].moves.iter();
        let shows = |step: &&Move| step.time_us == *time_us && step.status == Status::Resolved && step.after.telling_look() == Some(look);
        steps.find(shows)?.after.file
    }
}

/// Earlier cases as they are found.
struct Gathered<'a> {
    closings: &'a [Closing],
    own: usize,
    cases: u64,
    shown: Vec<Shown>,
}

impl<'a> Gathered<'a> {
    const fn new(closings: &'a [Closing], own: usize) -> Self {
        Self {
            closings,
            own,
            cases: 0,
            shown: Vec::new(),
        }
    }

    /// A case with several such photos counts once for each. `file`: which file was shown.
    fn add(&mut self, bits: u32, showings: &[Showing], file: impl Fn(&Showing) -> Option<u64>) {
        let own = self.own;
        for showing in showings.iter().filter(|(_, _, place)| *place != own).take(COUNTED) {
            self.cases += 1;
            if self.shown.len() < TOLD {
                let (time_us, _, place) = *showing;
                let other = &self.closings[place];
                self.shown.push(Shown {
                    id: other.id.clone(),
                    channel: other.channel.clone(),
                    time_us,
                    bits,
                    file: file(showing),
                });
            }
        }
    }

    fn told(self) -> Option<Earlier> {
        (self.cases > 0).then_some((self.cases, self.shown))
    }
}
