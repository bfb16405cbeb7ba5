//! Who has consented to be named: `pseudonyms.ndjson` of the data directory, a line of JSON each: when, channel, the hash of the reporter as
//! events have it, and the pseudonym, or that it was withdrawn.
//!
//! A consent is added to the end and is on the disk before it is answered. Whoever withdraws, or takes another pseudonym, is to be
//! forgotten: the file is then written anew without the old one and put in its place. A line that a crash tore is none, and is gone with the
//! next start. The ledger is of this process: several processes of a city each have one, and neither hears of the other's.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tanggap_queries::named::NamedReporter;

use super::name::fits;

/// The file's name in a data directory.
pub(super) const FILE: &str = "pseudonyms.ndjson";
/// Reporters named at most, and of those who withdrew the newest that are known.
const MOST: usize = 100_000;

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// When, µs since epoch UTC.
    at_us: i64,
    channel: String,
    /// Hash of the reporter, 16 hexadecimal digits.
    reporter: String,
    /// None = withdrawn.
    pseudonym: Option<String>,
}

/// What is known of a reporter.
struct Entry {
    at_us: i64,
    /// None = withdrawn.
    pseudonym: Option<String>,
}

/// Why somebody is not named.
#[derive(Debug)]
pub(crate) enum NotNamed {
    /// Somebody else has the pseudonym.
    Taken,
    /// There are as many as there may be.
    Full,
    /// It is not on the disk.
    Disk(io::Error),
}

struct Book {
    known: BTreeMap<NamedReporter, Entry>,
    /// Who has a pseudonym, by its small letters.
    taken: HashMap<String, NamedReporter>,
    file: Option<File>,
    /// Counts changes.
    version: u64,
    /// Whether the file may say other than what is known here.
    behind: bool,
}

/// The ledger.
pub(crate) struct Pseudonyms {
    path: Option<PathBuf>,
    /// Held while a line is written, which is on the disk before it is let go.
    book: Mutex<Book>,
}

impl Pseudonyms {
    /// The ledger in a data directory; without one it is kept in memory only. No file is made before the first consent.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub(crate) fn open(directory: Option<&Path>) -> io::Result<Self> {
        let path = directory.map(|directory| directory.join(FILE));
        let mut book = Book {
            known: BTreeMap::new(),
            taken: HashMap::new(),
            file: None,
            version: 0,
            behind: false,
        };
        if let Some(path) = &path {
            match fs::read(path) {
                Ok(bytes) => {
                    bytes.split(|byte| *byte == b'\n').for_each(|line| book.take(line));
                    // What was torn may be the beginning of a name.
                    book.rewrite(path)?;
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            path,
            book: Mutex::new(book),
        })
    }

    /// Names a reporter; said again it is as it was. A former pseudonym of theirs is gone from every answer and from the file.
    ///
    /// # Errors
    /// Somebody else has it, there are too many, or it is not on the disk.
    pub(crate) fn consent(&self, who: &NamedReporter, pseudonym: &str, at_us: i64) -> Result<(), NotNamed> {
        let mut book = self.book();
        if book.taken.get(&pseudonym.to_ascii_lowercase()).is_some_and(|other| other != who) {
            return Err(NotNamed::Taken);
        }
        let former = book.known.get(who).and_then(|entry| entry.pseudonym.as_deref());
        if former == Some(pseudonym) {
            return self.settle(&mut book).map_err(NotNamed::Disk);
        }
        if former.is_none() && book.taken.len() >= MOST {
            return Err(NotNamed::Full);
        }
        let anew = former.is_some() || book.behind;
        let entry = Entry {
            at_us,
            pseudonym: Some(pseudonym.to_owned()),
        };
        if anew {
            book.put(who.clone(), entry);
            book.behind = true;
            return self.settle(&mut book).map_err(NotNamed::Disk);
        }
        if let Some(path) = &self.path
            && let Err(error) = book.append(path, &line(who, &entry))
        {
            // Half a name may be in the file of somebody who is not named.
            book.behind = true;
            drop(self.settle(&mut book));
            return Err(NotNamed::Disk(error));
        }
        book.put(who.clone(), entry);
        Ok(())
    }

    /// Forgets the pseudonym of a reporter: gone from every answer at once, and from the file when this returns. Said again, or of somebody
    /// who was never named, it changes nothing.
    ///
    /// # Errors
    /// The file still has it, though no answer of this process does: to be said again.
    pub(crate) fn withdraw(&self, who: &NamedReporter, at_us: i64) -> io::Result<()> {
        let mut book = self.book();
        if book.known.get(who).is_some_and(|entry| entry.pseudonym.is_some()) {
            book.put(who.clone(), Entry { at_us, pseudonym: None });
            book.forget_oldest();
            book.behind = true;
        }
        self.settle(&mut book)
    }

    /// Who is named now, and a number that changes when that does.
    pub(crate) fn named(&self) -> (u64, Vec<NamedReporter>) {
        let book = self.book();
        let named = book.known.iter().filter(|(_, entry)| entry.pseudonym.is_some());
        (book.version, named.map(|(who, _)| who.clone()).collect())
    }

    /// The pseudonym of a reporter, if they are named.
    pub(crate) fn of(&self, who: &NamedReporter) -> Option<String> {
        self.book().known.get(who)?.pseudonym.clone()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Each change of the book is whole before anything can fail.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the file say what is known, if it may say other.
    fn settle(&self, book: &mut Book) -> io::Result<()> {
        if let Some(path) = self.path.as_deref().filter(|_| book.behind) {
            book.rewrite(path)?;
        }
        book.behind = false;
        Ok(())
    }
}

impl Book {
    /// Takes a line of the file; what cannot be read, or is no pseudonym, is none.
    fn take(&mut self, line: &[u8]) {
        let Ok(line) = serde_json::from_slice::<Line>(line) else { return };
        let Ok(key) = u64::from_str_radix(&line.reporter, 16) else { return };
        let who = NamedReporter {
            channel: line.channel,
            key,
        };
        let usable = line.pseudonym.as_deref().is_none_or(|pseudonym| {
            let holder = self.taken.get(&pseudonym.to_ascii_lowercase());
            fits(pseudonym).is_ok() && holder.is_none_or(|holder| *holder == who)
        });
        if usable {
            let entry = Entry {
                at_us: line.at_us,
                pseudonym: line.pseudonym,
            };
            self.put(who, entry);
        }
    }

    fn put(&mut self, who: NamedReporter, entry: Entry) {
        if let Some(pseudonym) = &entry.pseudonym {
            self.taken.insert(pseudonym.to_ascii_lowercase(), who.clone());
        }
        let now = entry.pseudonym.as_ref().map(|pseudonym| pseudonym.to_ascii_lowercase());
        let former = self.known.insert(who, entry).and_then(|former| former.pseudonym);
        if let Some(former) = former
            .map(|former| former.to_ascii_lowercase())
            .filter(|former| Some(former) != now.as_ref())
        {
            self.taken.remove(&former);
        }
        self.version += 1;
    }

    /// Of those who withdrew only so many are remembered.
    fn forget_oldest(&mut self) {
        let withdrawn = self.known.iter().filter(|(_, entry)| entry.pseudonym.is_none());
        if self.known.len() - self.taken.len() <= MOST {
            return;
        }
        let oldest = withdrawn.min_by_key(|(_, entry)| entry.at_us).map(|(who, _)| who.clone());
        if let Some(oldest) = oldest {
            self.known.remove(&oldest);
        }
    }

    fn append(&mut self, path: &Path, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        let file = if let Some(file) = &mut self.file {
            file
        } else {
            self.file.insert(made(path)?)
        };
        file.write_all(&bytes)?;
        file.sync_data()
    }

    /// Writes what is known into a new file and puts it in the old one's place.
    fn rewrite(&mut self, path: &Path) -> io::Result<()> {
        let mut bytes = Vec::new();
        for (who, entry) in &self.known {
            serde_json::to_writer(&mut bytes, &line(who, entry))?;
            bytes.push(b'\n');
        }
        let beside = path.with_extension("part");
        let mut file = private().write(true).create(true).truncate(true).open(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_folder(path)?;
        self.file = Some(private().append(true).open(path)?);
        Ok(())
    }
}

fn line(who: &NamedReporter, entry: &Entry) -> Line {
    Line {
        at_us: entry.at_us,
        channel: who.channel.clone(),
        reporter: format!("{:016x}", who.key),
        pseudonym: entry.pseudonym.clone(),
    }
}

/// The file of a first consent, which is there after a power cut too.
fn made(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = private().append(true).create(true).open(path)?;
    sync_folder(path)?;
    Ok(file)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// How the file is opened: nobody but the program's own user reads it.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
