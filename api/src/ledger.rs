//! The ledger of changes: who did what, on what, and what came of it, a line of JSON each, in `audit.ndjson` of the data directory.
//! Lines are added and never changed, and each is on the disk before `record` returns. No token, note or text is in it, and of a
//! reporter nothing at all: `what` and `on` are names of the program's and ids of reports.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extractors::Viewer;
use crate::time::{now_us, rfc3339};

/// The ledger's file in a data directory.
pub(crate) const FILE: &str = "audit.ndjson";
/// Letters kept of each field: an account, what, on what, outcome.
const LETTERS: [usize; 4] = [104, 64, 264, 64];
/// Bytes of the longest line there can be: so many letters of four bytes, the names of fields, a time and a role.
const LINE_BYTES: u64 = 2_400;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Change {
    /// When.
    pub(crate) time: String,
    /// Who.
    pub(crate) account: String,
    /// In which role.
    pub(crate) role: String,
    /// What they did.
    pub(crate) what: String,
    /// On what.
    pub(crate) on: String,
    /// What came of it.
    pub(crate) outcome: String,
}

/// The ledger.
#[derive(Debug)]
pub(crate) struct AuditLog {
    kept: Option<Kept>,
}

#[derive(Debug)]
struct Kept {
    path: PathBuf,
    /// Held while a line is written, so that lines stand one after the other.
    page: Mutex<Page>,
}

#[derive(Debug)]
struct Page {
    file: File,
    /// Whether the last line has no end: what comes next begins a line of its own.
    torn: bool,
}

impl AuditLog {
    /// The ledger in a file, which is made if it is not there; without one nothing is kept.
    ///
    /// # Errors
    /// The file cannot be opened for writing.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self { kept: None }) };
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        let mut file = private().read(true).append(true).create(true).open(path)?;
        let mut last = [b'\n'];
        if file.metadata()?.len() > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        let page = Page {
            file,
            torn: last != [b'\n'],
        };
        Ok(Self {
            kept: Some(Kept {
                path: path.to_owned(),
                page: Mutex::new(page),
            }),
        })
    }

    /// Writes down that somebody did something. What cannot be written is in the program's log instead: whoever acted has acted.
    /// Costs a write to the disk, some milliseconds.
    pub(crate) fn record(&self, viewer: &Viewer, what: &str, on: &str, outcome: &str) {
        let Some(kept) = &self.kept else { return };
        let [account, what, on, outcome] =
            [(&*viewer.account, 0), (what, 1), (on, 2), (outcome, 3)].map(|(text, field)| short(text, LETTERS[field]));
        let change = Change {
            time: rfc3339(now_us()),
            account,
            role: viewer.role.id().to_owned(),
            what,
            on,
            outcome,
        };
        if let Err(error) = kept.write(&change) {
            let Change {
                account,
                what,
                on,
                outcome,
                ..
            } = &change;
            tracing::error!(
                error = &error as &dyn std::error::Error,
                account,
                what,
                on,
                outcome,
                "a change could not be written to the ledger: {account} {what} {on} {outcome}"
            );
        }
    }

    /// The newest lines, the newest first. Reads the end of the file only. A line that cannot be read is left out.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn newest(&self, limit: usize) -> io::Result<Vec<Change>> {
        let Some(kept) = &self.kept else { return Ok(Vec::new()) };
        let mut file = File::open(&kept.path)?;
        let length = file.metadata()?.len();
        let span = u64::try_from(limit).unwrap_or(u64::MAX).saturating_mul(LINE_BYTES).min(length);
        file.seek(SeekFrom::Start(length - span))?;
        let mut bytes = Vec::new();
        file.take(span).read_to_end(&mut bytes)?;
        // Where it begins within a line, that one cannot be read.
        let lines = bytes.rsplit(|byte| *byte == b'\n');
        Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).take(limit).collect())
    }
}

impl Kept {
    fn write(&self, change: &Change) -> io::Result<()> {
        let mut page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = Vec::new();
        if page.torn {
            line.push(b'\n');
        }
        serde_json::to_writer(&mut line, change)?;
        line.push(b'\n');
        page.torn = true;
        page.file.write_all(&line)?;
        page.torn = false;
        page.file.sync_data()
    }
}

/// How the file is opened: nobody but the program's own user reads it.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A text on one line, and short.
fn short(text: &str, letters: usize) -> String {
    text.chars()
        .take(letters)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{AuditLog, FILE, LINE_BYTES};
    use crate::access::Role;
    use crate::extractors::Viewer;

    #[test]
    fn a_change_is_a_line_that_says_who_did_what_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new").join(FILE);
        let ledger = AuditLog::open(Some(&path)).unwrap();
        ledger.record(
            &Viewer::of(Role::Officer, Some("dlh"), "dlh-1"),
            "transition accept",
            "qlue:r1",
            "201",
        );
        ledger.record(&Viewer::of(Role::Operator, None, "local"), "merge", "qlue:r1\n{}", "409");
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        let mut fields: Vec<&str> = lines[0].as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["account", "on", "outcome", "role", "time", "what"]);
        for (field, expected) in [("account", "dlh-1"), ("role", "officer"), ("on", "qlue:r1"), ("outcome", "201")] {
            assert_eq!(lines[0][field], expected, "{field}");
        }
        assert_eq!(lines[1]["on"], "qlue:r1 {}");
    }

    #[test]
    fn the_newest_come_first_and_only_as_many_as_are_wanted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        let operator = Viewer::of(Role::Operator, None, "local");
        let ledger = AuditLog::open(Some(&path)).unwrap();
        assert!(ledger.newest(5).unwrap().is_empty());
        for number in 0..20 {
            ledger.record(&operator, "test", &number.to_string(), "ok");
        }
        let newest: Vec<String> = ledger.newest(3).unwrap().into_iter().map(|change| change.on).collect();
        assert_eq!(newest, ["19", "18", "17"]);
        assert_eq!(ledger.newest(1_000).unwrap().len(), 20);
    }

    #[test]
    fn the_longest_line_has_the_room_it_is_read_in() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        let ledger = AuditLog::open(Some(&path)).unwrap();
        let long = "𝕏".repeat(10_000);
        ledger.record(&Viewer::of(Role::Leadership, None, &long), &long, &long, &long);
        assert!(fs::metadata(&path).unwrap().len() <= LINE_BYTES);
        assert_eq!(ledger.newest(1).unwrap().len(), 1);
    }

    #[test]
    fn a_line_that_a_power_cut_tore_spoils_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        let operator = Viewer::of(Role::Operator, None, "local");
        AuditLog::open(Some(&path)).unwrap().record(&operator, "test", "1", "ok");
        let mut text = fs::read(&path).unwrap();
        text.extend_from_slice(b"{\"time\":\"2026");
        fs::write(&path, &text).unwrap();
        let ledger = AuditLog::open(Some(&path)).unwrap();
        ledger.record(&operator, "test", "2", "ok");
        ledger.record(&operator, "test", "3", "ok");
        let newest: Vec<String> = ledger.newest(9).unwrap().into_iter().map(|change| change.on).collect();
        assert_eq!(newest, ["3", "2", "1"]);
    }

    #[test]
    fn without_a_file_nothing_is_kept() {
        let ledger = AuditLog::open(None).unwrap();
        ledger.record(&Viewer::anonymous(), "test", "1", "ok");
        assert!(ledger.newest(5).unwrap().is_empty());
    }
}
