//! What was done under which idempotency key: so that whoever sends a deed again, because the answer was lost on its way, does it once.
//!
//! `deeds.ndjson` of the data directory has a line before a deed is given to Kafka, with the very bytes, and one when Kafka has it. After
//! a crash between the two nobody knows; the deed is then given again, to the byte, and whoever reads the log takes it for the one it is. A
//! key is known by its hash, for a day. The file is written anew when the program starts, and when it has grown; nobody but the program's
//! own user reads it, as the bytes have an officer's note in them.

use std::collections::{HashMap, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use tanggap_engine::event::Status;

use super::answer::DeedAnswer;

/// The file's name in a data directory.
pub(super) const FILE: &str = "deeds.ndjson";
/// How long a key is known, µs.
pub(super) const KEPT_US: i64 = 24 * 3_600 * 1_000_000;
/// Keys known at most: the oldest are forgotten first.
const MOST: usize = 100_000;
/// Lines after which the file is written anew: three a key at most, so that it pays.
const MOST_LINES: usize = 4 * MOST;

/// Where something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Topic {
    /// Transitions.
    #[serde(rename = "crm.status")]
    Transitions,
    /// Reports of the city's own web form.
    #[serde(rename = "reports.web")]
    Reports,
}

impl Topic {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Transitions => "crm.status",
            Self::Reports => "reports.web",
        }
    }
}

/// A deed as it is given to Kafka, to the byte until Kafka has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Intent {
    /// Hash of who, what for, and the key they gave.
    pub(super) key: String,
    /// Hash of what was asked.
    pub(super) body: String,
    /// When it was first asked, µs since epoch UTC.
    pub(super) at_us: i64,
    /// The answer, if it is done.
    pub(super) answer: DeedAnswer,
    /// The transition's time; that of the report where it is one; µs since epoch UTC.
    pub(super) time_us: i64,
    /// Unit the transition names.
    pub(super) unit: Option<String>,
    /// Officer it sends, as the unit's own systems name them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) officer: Option<String>,
    pub(super) topic: Topic,
    /// Message; empty once it is done.
    pub(super) payload: String,
}

impl Intent {
    /// What a transition makes of its report; none of a report's own.
    pub(super) fn status(&self) -> Option<Status> {
        Status::from_id(self.answer.status.as_deref()?)
    }
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// About to be given to Kafka.
    Intent(Box<Intent>),
    /// Kafka has it.
    Done { key: String },
    /// It never came to Kafka.
    Undone { key: String },
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// What was given, or was about to be.
    pub(super) intent: Intent,
    /// Whether Kafka has it; if not, it may.
    pub(super) done: bool,
}

#[derive(Debug)]
struct Shelf {
    known: HashMap<String, Known>,
    /// Keys, the oldest first.
    order: VecDeque<String>,
    file: Option<File>,
    lines: usize,
    /// Whether the last line may have no end.
    torn: bool,
}

/// The keys.
#[derive(Debug)]
pub(super) struct Keys {
    path: Option<PathBuf>,
    /// Held while a line is written, which is on the disk before it is let go.
    shelf: Mutex<Shelf>,
}

impl Keys {
    /// The keys in a file; without one they are kept in memory only. What was written at `now_us` − 24 h or before is forgotten.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub(super) fn open(path: Option<PathBuf>, now_us: i64) -> io::Result<Self> {
        let mut shelf = Shelf {
            known: HashMap::new(),
            order: VecDeque::new(),
            file: None,
            lines: 0,
            torn: false,
        };
        if let Some(path) = &path {
            match fs::read(path) {
                // Its last line may be torn, and is then none.
                Ok(bytes) => bytes
                    .split(|byte| *byte == b'\n')
                    .filter_map(|line| serde_json::from_slice(line).ok())
                    .for_each(|line| shelf.take(line)),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            shelf.forget(now_us);
            shelf.rewrite(path)?;
        }
        Ok(Self {
            path,
            shelf: Mutex::new(shelf),
        })
    }

    /// What is known of a key.
    pub(super) fn find(&self, key: &str) -> io::Result<Option<Known>> {
        Ok(self.shelf()?.known.get(key).cloned())
    }

    /// Deeds first asked at `since_us` or later.
    pub(super) fn since(&self, since_us: i64) -> io::Result<Vec<Known>> {
        let shelf = self.shelf()?;
        let young = shelf.known.values().filter(|known| known.intent.at_us >= since_us);
        Ok(young.cloned().collect())
    }

    /// Writes down what is about to be given to Kafka; it is on the disk when this returns.
    ///
    /// # Errors
    /// It is not on the disk: then it may not be given.
    pub(super) fn intend(&self, intent: &Intent) -> io::Result<()> {
        let mut shelf = self.shelf()?;
        shelf.forget(intent.at_us);
        self.write(&mut shelf, Line::Intent(Box::new(intent.clone())))
    }

    /// Writes down that Kafka has it.
    ///
    /// # Errors
    /// It is not on the disk. It is known all the same, until the program ends.
    pub(super) fn done(&self, key: &str) -> io::Result<()> {
        let mut shelf = self.shelf()?;
        self.write(&mut shelf, Line::Done { key: key.to_owned() })
    }

    /// Writes down that it never came to Kafka: the key is as good as new.
    ///
    /// # Errors
    /// As [`Self::done`].
    pub(super) fn undone(&self, key: &str) -> io::Result<()> {
        let mut shelf = self.shelf()?;
        self.write(&mut shelf, Line::Undone { key: key.to_owned() })
    }

    fn shelf(&self) -> io::Result<MutexGuard<'_, Shelf>> {
        self.shelf
            .lock()
            .map_err(|_| io::Error::other("a thread panicked over the deeds done so far"))
    }

    fn write(&self, shelf: &mut Shelf, line: Line) -> io::Result<()> {
        let intends = matches!(line, Line::Intent(_));
        let written = shelf.append(&line);
        // An intent that is not on the disk is none; of the others the memory knows better.
        if written.is_ok() || !intends {
            shelf.take(line);
        }
        if let Some(path) = &self.path
            && shelf.lines > MOST_LINES
        {
            shelf.rewrite(path)?;
        }
        written
    }
}

impl Shelf {
    fn take(&mut self, line: Line) {
        match line {
            Line::Intent(intent) => {
                let key = intent.key.clone();
                let known = Known {
                    intent: *intent,
                    done: false,
                };
                if self.known.insert(key.clone(), known).is_none() {
                    self.order.push_back(key);
                }
            }
            Line::Done { key } => {
                if let Some(known) = self.known.get_mut(&key) {
                    known.done = true;
                    // It is never given again, and the memory has as many of them as there are keys in a day.
                    known.intent.payload = String::new();
                }
            }
            Line::Undone { key } => {
                if self.known.remove(&key).is_some() {
                    self.order.retain(|other| *other != key);
                }
            }
        }
    }

    fn forget(&mut self, now_us: i64) {
        while let Some(key) = self.order.front() {
            let old = self.known.get(key).is_none_or(|known| known.intent.at_us <= now_us - KEPT_US);
            if !old && self.order.len() <= MOST {
                return;
            }
            if let Some(key) = self.order.pop_front() {
                self.known.remove(&key);
            }
        }
    }

    fn append(&mut self, line: &Line) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut bytes = Vec::new();
        if self.torn {
            bytes.push(b'\n');
        }
        serde_json::to_writer(&mut bytes, line)?;
        bytes.push(b'\n');
        self.torn = true;
        file.write_all(&bytes)?;
        self.torn = false;
        self.lines += 1;
        file.sync_data()
    }

    /// Writes what is known into a new file and puts it in the old one's place.
    fn rewrite(&mut self, path: &Path) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut lines = 0;
        for known in self.order.iter().filter_map(|key| self.known.get(key)) {
            serde_json::to_writer(&mut bytes, &Line::Intent(Box::new(known.intent.clone())))?;
            bytes.push(b'\n');
            lines += 1;
            if known.done {
                let key = known.intent.key.clone();
                serde_json::to_writer(&mut bytes, &Line::Done { key })?;
                bytes.push(b'\n');
                lines += 1;
            }
        }
        let beside = path.with_extension("part");
        let mut file = private().write(true).create(true).truncate(true).open(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        self.file = Some(private().append(true).open(path)?);
        self.lines = lines;
        self.torn = false;
        Ok(())
    }
}

/// How the file is opened: nobody but the program's own user reads it.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;
    use std::io::Write;

    use tanggap_engine::event::Status;

    use super::super::answer::DeedAnswer;
    use super::{FILE, Intent, KEPT_US, Keys, Topic};

    const NOW: i64 = 1_768_460_580_000_000;

    pub(in super::super) fn intent(key: &str, at_us: i64) -> Intent {
        Intent {
            key: key.to_owned(),
            body: "b".to_owned(),
            at_us,
            answer: DeedAnswer {
                id: "7".to_owned(),
                channel: "qlue".to_owned(),
                status: Some("in_progress".to_owned()),
                version: Some(4),
                time: "2026-01-15T07:03:00Z".to_owned(),
                located: None,
                claim: None,
                seen: false,
            },
            time_us: at_us,
            unit: Some("dlh".to_owned()),
            officer: None,
            topic: Topic::Transitions,
            payload: "{\"note\":\"a \\\"b\\\"\\n\"}".to_owned(),
        }
    }

    #[test]
    fn what_was_done_is_known_after_a_restart_and_so_is_what_may_have_been() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        let keys = Keys::open(Some(path.clone()), NOW).unwrap();
        for key in ["done", "perhaps", "undone"] {
            keys.intend(&intent(key, NOW)).unwrap();
        }
        keys.done("done").unwrap();
        keys.undone("undone").unwrap();
        let before = ["done", "perhaps", "undone", "never"].map(|key| keys.find(key).unwrap());
        assert_eq!(before[0].as_ref().map(|known| known.done), Some(true));
        // What may have to be given again is kept to the byte, and nothing else is.
        let payload = |known: &Option<super::Known>| known.as_ref().map(|known| known.intent.payload.clone());
        assert_eq!(payload(&before[0]), Some(String::new()));
        assert_eq!(payload(&before[1]), Some(intent("perhaps", NOW).payload));
        assert_eq!(before[1].as_ref().map(|known| known.done), Some(false));
        assert_eq!((&before[2], &before[3]), (&None, &None));
        assert_eq!(intent("done", NOW).status(), Some(Status::InProgress));
        drop(keys);
        for _ in 0..2 {
            let again = Keys::open(Some(path.clone()), NOW + 1).unwrap();
            let after = ["done", "perhaps", "undone", "never"].map(|key| again.find(key).unwrap());
            assert_eq!(after, before);
            assert_eq!(again.since(NOW).unwrap().len(), 2);
            assert_eq!(again.since(NOW + 1).unwrap().len(), 0);
        }
    }

    #[test]
    fn a_torn_line_is_none_and_costs_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        let keys = Keys::open(Some(path.clone()), NOW).unwrap();
        keys.intend(&intent("a", NOW)).unwrap();
        keys.intend(&intent("b", NOW)).unwrap();
        drop(keys);
        let whole = fs::read(&path).unwrap();
        for cut in [1, 2, 30] {
            fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let keys = Keys::open(Some(path.clone()), NOW).unwrap();
            assert!(keys.find("a").unwrap().is_some());
            // Without its end alone a line is still whole.
            assert_eq!(keys.find("b").unwrap().is_some(), cut == 1);
            keys.intend(&intent("c", NOW)).unwrap();
            let again = Keys::open(Some(path.clone()), NOW).unwrap();
            assert!(again.find("c").unwrap().is_some());
        }
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"\xff\xff{}\n").unwrap();
        assert!(Keys::open(Some(path), NOW).unwrap().find("c").unwrap().is_some());
    }

    #[test]
    fn a_key_is_known_for_a_day() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        let keys = Keys::open(Some(path.clone()), NOW).unwrap();
        keys.intend(&intent("old", NOW)).unwrap();
        keys.intend(&intent("young", NOW + 1)).unwrap();
        keys.intend(&intent("new", NOW + KEPT_US)).unwrap();
        assert!(keys.find("old").unwrap().is_none());
        assert!(keys.find("young").unwrap().is_some());
        let again = Keys::open(Some(path), NOW + KEPT_US + 1).unwrap();
        assert!(again.find("young").unwrap().is_none());
        assert!(again.find("new").unwrap().is_some());
    }

    #[test]
    fn without_a_file_they_are_known_until_the_program_ends() {
        let keys = Keys::open(None, NOW).unwrap();
        keys.intend(&intent("a", NOW)).unwrap();
        keys.done("a").unwrap();
        assert!(keys.find("a").unwrap().is_some_and(|known| known.done));
    }
}
