//! What was told: a line of JSON an alert in `alerts.ndjson` of the data directory, on the disk before it counts as told. Lines of a week ago
//! go, but for what still goes on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Alert, AlertKind};

/// Lines are kept for so long, µs: a week. Nothing older than a day is told, so none of them is needed any more.
const KEEP_US: i64 = 7 * 24 * 3_600_000_000;
/// And for so long where what they tell of goes on, µs: sixty days.
const KEEP_LASTING_US: i64 = 60 * 24 * 3_600_000_000;
/// With more lines than this the file is written anew without those that are not needed.
const MOST_LINES: usize = 50_000;

/// An alert that was told, and when.
#[derive(Clone, Debug)]
struct Told {
    told_us: i64,
    alert: Arc<Alert>,
}

/// What was told.
#[derive(Debug)]
pub struct Memory {
    path: Option<PathBuf>,
    file: Option<File>,
    lines: usize,
    /// In the order they were told.
    told: Vec<Told>,
    /// Place of the last one of each id.
    last: BTreeMap<String, usize>,
}

impl Memory {
    /// The memory in a file, which is made if it is not there; without one it lasts as long as the process. `now_us`: µs since epoch UTC.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn open(path: Option<&Path>, now_us: i64) -> io::Result<Self> {
        let mut memory = Self {
            path: path.map(Path::to_owned),
            file: None,
            lines: 0,
            told: Vec::new(),
            last: BTreeMap::new(),
        };
        let Some(path) = path else { return Ok(memory) };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        // A line that a crash cut short is none.
        for line in bytes.split(|byte| *byte == b'\n') {
            if let Some((told_us, alert)) = read(line) {
                memory.keep(told_us, Arc::new(alert));
            }
        }
        memory.write_anew(now_us)?;
        Ok(memory)
    }

    /// The alert that was last told under an id.
    #[must_use]
    pub fn last(&self, id: &str) -> Option<&Alert> {
        self.last.get(id).map(|place| &*self.told[*place].alert)
    }

    /// Whether this much was told under an id.
    #[must_use]
    pub fn knows(&self, id: &str, revision: u64) -> bool {
        self.last(id).is_some_and(|alert| alert.revision() >= revision)
    }

    /// What goes on, of a kind, by id: as it was told last.
    pub fn lasting(&self, kind: AlertKind) -> impl Iterator<Item = &Alert> {
        let last = self.last.values().map(|place| &*self.told[*place].alert);
        last.filter(move |alert| alert.kind() == kind && alert.lasts())
    }

    /// Everything there is, in the order it was told.
    pub fn all(&self) -> impl Iterator<Item = Arc<Alert>> {
        self.told.iter().map(|told| Arc::clone(&told.alert))
    }

    /// Writes down that these were told.
    ///
    /// # Errors
    /// The disk refuses; then they are remembered until the end of the process, and may be told again by the next one.
    pub fn add(&mut self, alerts: &[Arc<Alert>], now_us: i64) -> io::Result<()> {
        let mut lines = Vec::new();
        for alert in alerts {
            lines.extend_from_slice(line(now_us, alert).as_bytes());
            self.keep(now_us, Arc::clone(alert));
        }
        if let Some(file) = &mut self.file {
            file.write_all(&lines)?;
            file.sync_data()?;
            self.lines += alerts.len();
        }
        if self.lines > MOST_LINES || self.told.len() > MOST_LINES {
            self.write_anew(now_us)?;
        }
        Ok(())
    }

    fn keep(&mut self, told_us: i64, alert: Arc<Alert>) {
        self.last.insert(alert.id().to_owned(), self.told.len());
        self.told.push(Told { told_us, alert });
    }

    /// Forgets what is not needed, of too many the oldest, and writes the rest into a new file that takes the place of the old one.
    fn write_anew(&mut self, now_us: i64) -> io::Result<()> {
        let last = std::mem::take(&mut self.last);
        let told = std::mem::take(&mut self.told);
        let spare = told.len().saturating_sub(MOST_LINES / 2);
        for (place, told) in told.into_iter().enumerate() {
            let age_us = now_us.saturating_sub(told.told_us);
            let lasts = told.alert.lasts() && last.get(told.alert.id()) == Some(&place) && age_us < KEEP_LASTING_US;
            if lasts || (age_us < KEEP_US && place >= spare) {
                self.keep(told.told_us, told.alert);
            }
        }
        let Some(path) = &self.path else { return Ok(()) };
        let beside = path.with_extension("ndjson.new");
        let mut file = File::create(&beside)?;
        let lines: String = self.told.iter().map(|told| line(told.told_us, &told.alert)).collect();
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        self.file = Some(OpenOptions::new().append(true).open(path)?);
        self.lines = self.told.len();
        Ok(())
    }
}

fn line(told_us: i64, alert: &Alert) -> String {
    let mut line = json!({ "told_us": told_us, "alert": alert.body() }).to_string();
    line.push('\n');
    line
}

fn read(line: &[u8]) -> Option<(i64, Alert)> {
    let mut line: Value = serde_json::from_slice(line).ok()?;
    let told_us = line.get("told_us")?.as_i64()?;
    Some((told_us, Alert::read(line.get_mut("alert")?.take())?))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Map;

    use super::{KEEP_US, Memory};
    use crate::alerts::{Alert, AlertKind};

    fn alert(kind: AlertKind, id: &str, revision: u64, state: &str) -> Arc<Alert> {
        Arc::new(Alert::new(kind, id.to_owned(), revision, 0, state, Map::new()))
    }

    #[test]
    fn what_was_told_is_known_after_a_restart_and_a_torn_line_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("alerts.ndjson");
        let mut memory = Memory::open(Some(&path), 0).unwrap();
        let told = [
            alert(AlertKind::Hotspot, "a", 0, "opened"),
            alert(AlertKind::Hotspot, "a", 4_000, "grew"),
            alert(AlertKind::Escalation, "b", 0, "due"),
        ];
        memory.add(&told, 5).unwrap();
        assert!(memory.knows("a", 4_000) && !memory.knows("a", 4_001) && !memory.knows("c", 0));
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"told_us\":6,\"alert\":{\"id\":\"c\"");
        std::fs::write(&path, &bytes).unwrap();
        let mut memory = Memory::open(Some(&path), 6).unwrap();
        assert_eq!(memory.all().collect::<Vec<_>>(), told);
        assert_eq!(memory.lasting(AlertKind::Hotspot).map(Alert::revision).collect::<Vec<_>>(), [4_000]);
        assert_eq!(
            memory.lasting(AlertKind::Escalation).count(),
            0,
            "a clock that ran out does not go on"
        );
        memory.add(&[alert(AlertKind::Hotspot, "a", 9_000, "closed")], 7).unwrap();
        assert_eq!(Memory::open(Some(&path), 8).unwrap().lasting(AlertKind::Hotspot).count(), 0);
    }

    #[test]
    fn a_week_later_only_what_goes_on_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("alerts.ndjson");
        let mut memory = Memory::open(Some(&path), 0).unwrap();
        let (open, grown) = (
            alert(AlertKind::Hotspot, "a", 0, "opened"),
            alert(AlertKind::Hotspot, "a", 1_000, "grew"),
        );
        memory
            .add(&[open, Arc::clone(&grown), alert(AlertKind::Escalation, "b", 0, "due")], 0)
            .unwrap();
        let later = Memory::open(Some(&path), KEEP_US).unwrap();
        assert_eq!(later.all().collect::<Vec<_>>(), [grown]);
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
    }

    #[test]
    fn without_a_file_it_lasts_as_long_as_the_process() {
        let mut memory = Memory::open(None, 0).unwrap();
        memory.add(&[alert(AlertKind::Operation, "a", 0, "opened")], 0).unwrap();
        assert!(memory.knows("a", 0));
        assert_eq!(memory.last("a").map(Alert::state), Some("opened"));
    }
}
