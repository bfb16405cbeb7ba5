//! A folder of the local disk. A file is written beside its place, synced, and linked into it, and its folder is synced: after a power cut
//! it is there whole or not at all.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{CommitStore, Disk, StoreError, SystemDisk};

/// A folder of the local disk.
#[derive(Clone, Debug)]
pub struct DurableLocal<D = SystemDisk> {
    disk: D,
    root: PathBuf,
    /// Folders that are there for good. That a folder is there says nothing: who made it may not have lived to sync the one above.
    safe: RefCell<BTreeSet<PathBuf>>,
}

/// Drafts of this process differ by a number, those of others by the process id.
static DRAFTS: AtomicU64 = AtomicU64::new(0);
/// How drafts begin: they are no files of the store.
pub(crate) const DRAFT: &str = ".draft-";

impl DurableLocal {
    /// A store in this folder, which is made with the first file.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self::on(SystemDisk, root)
    }
}

impl<D: Disk> DurableLocal<D> {
    /// A store in this folder of another disk.
    #[must_use]
    pub fn on(disk: D, root: impl Into<PathBuf>) -> Self {
        Self {
            disk,
            root: root.into(),
            safe: RefCell::default(),
        }
    }

    /// Writes a synced draft beside the place, hands it to `place`, and syncs the folder.
    fn write(&self, path: &str, bytes: &[u8], place: impl FnOnce(&Path, &Path) -> io::Result<bool>) -> io::Result<bool> {
        let target = self.root.join(path);
        let folder = target.parent().unwrap_or(&self.root);
        self.make_folder(folder)?;
        let draft = folder.join(format!(
            "{DRAFT}{}-{:020}",
            std::process::id(),
            DRAFTS.fetch_add(1, Ordering::Relaxed)
        ));
        let written = (|| {
            self.disk.write(&draft, bytes)?;
            self.disk.sync(&draft)?;
            place(&draft, &target)
        })();
        // Gone already where it was renamed; a draft that stays is no file of the store.
        drop(self.disk.remove(&draft));
        let placed = written?;
        self.disk.sync(folder)?;
        Ok(placed)
    }

    /// Makes a folder and those above it, unless they are there, and syncs each into the one that holds it.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        // What is above the store was there before it, or is made with it.
        let of_others = !folder.starts_with(&self.root) && self.disk.is_folder(folder);
        if of_others || self.safe.borrow().contains(folder) {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            let above = if above.as_os_str().is_empty() {
                Path::new(".")
            } else {
                self.make_folder(above)?;
                above
            };
            self.disk.make_folder(folder)?;
            match self.disk.sync(above) {
                // A folder that may be passed through but not looked into is somebody else's, who made ours.
                Err(error) if error.kind() == ErrorKind::PermissionDenied && folder == self.root => {}
                synced => synced?,
            }
        }
        self.safe.borrow_mut().insert(folder.to_owned());
        Ok(())
    }

    /// Sorted names; none of a folder that is not there.
    fn names(&self, folder: &str, of: fn(&D, &Path) -> io::Result<Vec<String>>) -> Result<Vec<String>, StoreError> {
        match of(&self.disk, &self.root.join(folder)) {
            Ok(mut names) => {
                names.sort_unstable();
                Ok(names)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(io_error(folder, source)),
        }
    }
}

impl<D: Disk> CommitStore for DurableLocal<D> {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let written = self.write(path, bytes, |draft, target| self.disk.rename(draft, target).map(|()| true));
        written.map(drop).map_err(|source| io_error(path, source))
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        let written = self.write(path, bytes, |draft, target| match self.disk.link(draft, target) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        });
        written.map_err(|source| io_error(path, source))
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        if_there(path, self.disk.read(&self.root.join(path)))
    }

    fn get_range(&self, path: &str, at: u64, bytes: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if_there(path, self.disk.read_range(&self.root.join(path), at, bytes))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let mut names = self.names(folder, D::files)?;
        names.retain(|name| !name.starts_with(DRAFT));
        Ok(names)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        self.names(folder, D::folders)
    }

    fn settle(&self, folder: &str) -> Result<(), StoreError> {
        let path = self.root.join(folder);
        if !self.disk.is_folder(&path) {
            return Ok(());
        }
        let settled = self.make_folder(&path).and_then(|()| self.disk.sync(&path));
        settled.map_err(|source| io_error(folder, source))?;
        // What a process was writing when it died. One that only stood still is told that its write failed, and tries again.
        for name in self.names(folder, D::files)? {
            if name.starts_with(DRAFT) {
                self.delete(&format!("{folder}/{name}"))?;
            }
        }
        Ok(())
    }

    fn delete(&self, path: &str) -> Result<(), StoreError> {
        match self.disk.remove(&self.root.join(path)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(source) => Err(io_error(path, source)),
        }
    }
}

/// What was read of a file; none if there is none.
fn if_there(path: &str, read: io::Result<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(io_error(path, source)),
    }
}

fn io_error(path: &str, source: io::Error) -> StoreError {
    StoreError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::contract;

    #[test]
    fn it_keeps_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        contract::files(&DurableLocal::new(folder.path().join("not/there/yet")));
        contract::one_wins(&|| DurableLocal::new(folder.path().join("race")));
        let left = fs::read_dir(folder.path().join("race")).unwrap().count();
        assert_eq!(left, 1, "no draft is left");
    }

    #[test]
    fn drafts_of_the_dead_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableLocal::new(folder.path());
        store.put("a/1", b"one").unwrap();
        fs::write(folder.path().join("a/.draft-7-1"), b"ha").unwrap();
        store.settle("a").unwrap();
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), b"").unwrap();
        let store = DurableLocal::new(folder.path());
        let error = store.put("file/in/a/file", b"").unwrap_err();
        assert!(error.to_string().contains("file/in/a/file"), "{error}");
    }
}
