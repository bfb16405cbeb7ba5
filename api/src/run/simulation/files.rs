//! The disk of the simulated machine: what is on it now, and what of it a power cut leaves.
//!
//! A file's bytes are safe once the file is synced, a name once its folder is. Names that are not safe stay or go at a power cut one by
//! one, whatever their order; bytes that are not safe are left whole, in part, or not at all.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    File(usize),
    Folder,
}

#[derive(Clone, Debug, Default)]
struct Content {
    bytes: Arc<Vec<u8>>,
    safe: Option<Arc<Vec<u8>>>,
}

/// Names of one folder that change at once.
#[derive(Clone, Debug)]
struct Change {
    folder: PathBuf,
    names: Vec<(PathBuf, Option<Entry>)>,
}

/// Files and folders.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    contents: Vec<Content>,
    now: BTreeMap<PathBuf, Entry>,
    safe: BTreeMap<PathBuf, Entry>,
    unsynced: Vec<Change>,
}

impl Files {
    pub(super) fn write(&mut self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.must_be_folder(parent(file))?;
        self.contents.push(Content {
            bytes: Arc::new(bytes.to_vec()),
            safe: None,
        });
        self.change(file, vec![(file.to_owned(), Some(Entry::File(self.contents.len() - 1)))]);
        Ok(())
    }

    pub(super) fn sync(&mut self, path: &Path) -> io::Result<()> {
        match self.now.get(path) {
            Some(Entry::File(content)) => {
                let content = &mut self.contents[*content];
                content.safe = Some(Arc::clone(&content.bytes));
            }
            Some(Entry::Folder) => self.sync_names(path),
            None if path == Path::new("/") => self.sync_names(path),
            None => return Err(ErrorKind::NotFound.into()),
        }
        Ok(())
    }

    fn sync_names(&mut self, folder: &Path) {
        let (of, others) = std::mem::take(&mut self.unsynced)
            .into_iter()
            .partition(|change| change.folder == folder);
        self.unsynced = others;
        for change in Vec::<Change>::from_iter(of) {
            apply(&mut self.safe, change);
        }
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let entry = self.file(from)?;
        self.change(to, vec![(from.to_owned(), None), (to.to_owned(), Some(entry))]);
        Ok(())
    }

    pub(super) fn link(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let entry = self.file(from)?;
        if self.now.contains_key(to) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.change(to, vec![(to.to_owned(), Some(entry))]);
        Ok(())
    }

    pub(super) fn remove(&mut self, file: &Path) -> io::Result<()> {
        self.file(file)?;
        self.change(file, vec![(file.to_owned(), None)]);
        Ok(())
    }

    pub(super) fn make_folder(&mut self, folder: &Path) -> io::Result<()> {
        self.must_be_folder(parent(folder))?;
        if !self.is_folder(folder) {
            self.change(folder, vec![(folder.to_owned(), Some(Entry::Folder))]);
        }
        Ok(())
    }

    pub(super) fn is_folder(&self, folder: &Path) -> bool {
        folder == Path::new("/") || self.now.get(folder) == Some(&Entry::Folder)
    }

    pub(super) fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        match self.file(file)? {
            Entry::File(content) => Ok(self.contents[content].bytes.to_vec()),
            Entry::Folder => Err(ErrorKind::IsADirectory.into()),
        }
    }

    pub(super) fn read_range(&self, file: &Path, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
        let read = self.read(file)?;
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(read.len());
        Ok(read[place(at)..place(at.saturating_add(bytes))].to_vec())
    }

    /// Names of the files or folders in a folder.
    pub(super) fn names(&self, folder: &Path, folders: bool) -> io::Result<Vec<String>> {
        self.must_be_folder(folder)?;
        let within = self.now.iter().filter(|(path, _)| parent(path) == folder);
        let wanted = within.filter(|(_, entry)| folders == (**entry == Entry::Folder));
        Ok(wanted
            .filter_map(|(path, _)| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect())
    }

    /// Bytes of a file that a power cut leaves at worst.
    pub(super) fn safe_length(&self, file: &Path) -> Option<u64> {
        match self.safe.get(file)? {
            Entry::File(content) => Some(self.contents[*content].safe.as_ref()?.len() as u64),
            Entry::Folder => None,
        }
    }

    /// What is left if the power goes now and everything that is not safe is lost.
    pub(super) fn safe_part(&self) -> Self {
        let mut left = self.clone();
        left.now = std::mem::take(&mut left.safe);
        for content in &mut left.contents {
            content.bytes = content.safe.clone().unwrap_or_default();
        }
        left.settle();
        left
    }

    /// The power goes; chance decides what is left of all that is not safe.
    pub(super) fn lose_power(&mut self, chance: &mut ChaCha8Rng) {
        for change in std::mem::take(&mut self.unsynced) {
            if chance.random() {
                apply(&mut self.safe, change);
            }
        }
        self.now = std::mem::take(&mut self.safe);
        for content in &mut self.contents {
            if content.safe.as_ref() != Some(&content.bytes) {
                let kept = chance.random_range(0..=content.bytes.len());
                match chance.random_range(0..4_u8) {
                    0 => {}
                    1 => Arc::make_mut(&mut content.bytes).truncate(kept),
                    // Blocks that were given to the file but never written.
                    2 => Arc::make_mut(&mut content.bytes)[kept..].fill(0),
                    _ => content.bytes = content.safe.clone().unwrap_or_default(),
                }
            }
        }
        self.settle();
    }

    /// What is there is safe from now on; names whose folder is gone are gone.
    fn settle(&mut self) {
        while let Some(lost) = self.now.keys().find(|path| !self.is_folder(parent(path))).cloned() {
            self.now.remove(&lost);
        }
        self.unsynced.clear();
        self.safe = self.now.clone();
        for content in &mut self.contents {
            content.safe = Some(Arc::clone(&content.bytes));
        }
    }

    fn change(&mut self, path: &Path, names: Vec<(PathBuf, Option<Entry>)>) {
        let change = Change {
            folder: parent(path).to_owned(),
            names,
        };
        apply(&mut self.now, change.clone());
        self.unsynced.push(change);
    }

    fn file(&self, path: &Path) -> io::Result<Entry> {
        match self.now.get(path) {
            Some(entry @ Entry::File(_)) => Ok(*entry),
            Some(Entry::Folder) => Err(ErrorKind::IsADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn must_be_folder(&self, folder: &Path) -> io::Result<()> {
        if self.is_folder(folder) {
            Ok(())
        } else {
            Err(ErrorKind::NotFound.into())
        }
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

fn apply(names: &mut BTreeMap<PathBuf, Entry>, change: Change) {
    for (path, entry) in change.names {
        match entry {
            Some(entry) => names.insert(path, entry),
            None => names.remove(&path),
        };
    }
}
