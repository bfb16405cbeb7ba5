//! A folder of the local disk. A file is written beside its place, synced, and linked into it, and its folder is synced: after a power cut
//! it is there whole or not at all.

use std::fs::{self, File, FileType};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{CommitStore, StoreError};

/// A folder of the local disk.
#[derive(Clone, Debug)]
pub struct DurableLocal {
    root: PathBuf,
}

/// Drafts of this process differ by a number, those of others by the process id.
static DRAFTS: AtomicU64 = AtomicU64::new(0);
/// How drafts begin: they are no files of the store.
const DRAFT: &str = ".draft-";

impl DurableLocal {
    /// A store in this folder, which is made with the first file.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Writes a synced draft beside the place, hands it to `place`, and syncs the folder.
    fn write(&self, path: &str, bytes: &[u8], place: impl FnOnce(&Path, &Path) -> io::Result<bool>) -> io::Result<bool> {
        let target = self.root.join(path);
        let folder = target.parent().unwrap_or(&self.root);
        make_folder(folder)?;
        let draft = folder.join(format!("{DRAFT}{}-{}", std::process::id(), DRAFTS.fetch_add(1, Ordering::Relaxed)));
        let written = (|| {
            let mut file = File::create(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            place(&draft, &target)
        })();
        // Gone already where it was renamed; a draft that stays is no file of the store.
        drop(fs::remove_file(&draft));
        let placed = written?;
        sync_folder(folder)?;
        Ok(placed)
    }

    /// Names in a folder, sorted.
    fn entries(&self, folder: &str, wanted: fn(&FileType) -> bool) -> Result<Vec<String>, StoreError> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(io_error(folder, source)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| io_error(folder, source))?;
            if entry.file_type().is_ok_and(|kind| wanted(&kind)) {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

impl CommitStore for DurableLocal {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let written = self.write(path, bytes, |draft, target| fs::rename(draft, target).map(|()| true));
        written.map(drop).map_err(|source| io_error(path, source))
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        let written = self.write(path, bytes, |draft, target| match fs::hard_link(draft, target) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        });
        written.map_err(|source| io_error(path, source))
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match fs::read(self.root.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(io_error(path, source)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let mut names = self.entries(folder, FileType::is_file)?;
        names.retain(|name| !name.starts_with(DRAFT));
        Ok(names)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        self.entries(folder, FileType::is_dir)
    }

    fn delete(&self, path: &str) -> Result<(), StoreError> {
        match fs::remove_file(self.root.join(path)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(source) => Err(io_error(path, source)),
        }
    }
}

fn io_error(path: &str, source: io::Error) -> StoreError {
    StoreError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Makes a folder and those above it, each synced into the one that holds it.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent().filter(|above| !above.as_os_str().is_empty()) {
        make_folder(above)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    folder.parent().map_or(Ok(()), |above| {
        sync_folder(if above.as_os_str().is_empty() { Path::new(".") } else { above })
    })
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_put_once_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableLocal::new(folder.path().join("not/there/yet"));
        assert_eq!(store.list("a").unwrap(), Vec::<String>::new());
        assert_eq!(store.get("a/1").unwrap(), None);
        assert!(store.put_if_absent("a/1", b"one").unwrap());
        assert!(!store.put_if_absent("a/1", b"other").unwrap());
        assert_eq!(store.get("a/1").unwrap().as_deref(), Some(&b"one"[..]));
        store.put("a/1", b"two").unwrap();
        assert_eq!(store.get("a/1").unwrap().as_deref(), Some(&b"two"[..]));
        store.put("a/0", b"").unwrap();
        assert_eq!(store.list("a").unwrap(), ["0", "1"]);
        assert_eq!(store.folders("").unwrap(), ["a"]);
        store.delete("a/0").unwrap();
        store.delete("a/0").unwrap();
        assert_eq!(store.list("a").unwrap(), ["1"]);
    }

    #[test]
    fn of_many_who_put_one_file_one_succeeds_and_its_bytes_stay() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableLocal::new(folder.path());
        let winners: Vec<u8> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8_u8)
                .map(|racer| (racer, store.clone()))
                .map(|(racer, store)| scope.spawn(move || store.put_if_absent("epoch", &[racer; 1_000]).unwrap().then_some(racer)))
                .collect();
            racers.into_iter().filter_map(|racer| racer.join().unwrap()).collect()
        });
        assert_eq!(winners.len(), 1);
        assert_eq!(store.get("epoch").unwrap().unwrap(), vec![winners[0]; 1_000]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
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
