//! What a store asks of a disk, one system call each. A simulated disk takes this one's place in tests and forgets at a power cut what was
//! not synced.

use std::fmt::Debug;
use std::fs::{self, File, FileType};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// A file system. Nothing is safe before it is synced: a file's bytes by the file, its name by the folder it is in.
pub trait Disk: Debug + Send {
    /// Writes a file anew.
    ///
    /// # Errors
    /// The system's.
    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Makes the bytes of a file, or the names in a folder, safe.
    ///
    /// # Errors
    /// The system's.
    fn sync(&self, path: &Path) -> io::Result<()>;

    /// Gives a file another name, whose file goes if there is one.
    ///
    /// # Errors
    /// The system's.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file a second name.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] if the name is taken; else the system's.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none; else the system's.
    fn remove(&self, file: &Path) -> io::Result<()>;

    /// Makes a folder; one that is there is made already.
    ///
    /// # Errors
    /// The system's.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;

    /// Whether there is such a folder.
    fn is_folder(&self, folder: &Path) -> bool;

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none; else the system's.
    fn read(&self, file: &Path) -> io::Result<Vec<u8>>;

    /// So many bytes of a file from this one on; fewer where it ends before.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn read_range(&self, file: &Path, at: u64, bytes: u64) -> io::Result<Vec<u8>>;

    /// Names of the files in a folder.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such folder; else the system's.
    fn files(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Names of the folders in a folder.
    ///
    /// # Errors
    /// As [`Self::files`].
    fn folders(&self, folder: &Path) -> io::Result<Vec<String>>;
}

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::write(file, bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        match fs::create_dir(folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            made => made,
        }
    }

    fn is_folder(&self, folder: &Path) -> bool {
        folder.is_dir()
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        fs::read(file)
    }

    fn read_range(&self, file: &Path, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
        let mut file = File::open(file)?;
        file.seek(SeekFrom::Start(at))?;
        let mut read = Vec::with_capacity(usize::try_from(bytes.min(file.metadata()?.len().saturating_sub(at))).unwrap_or_default());
        file.take(bytes).read_to_end(&mut read)?;
        Ok(read)
    }

    fn files(&self, folder: &Path) -> io::Result<Vec<String>> {
        names(folder, FileType::is_file)
    }

    fn folders(&self, folder: &Path) -> io::Result<Vec<String>> {
        names(folder, FileType::is_dir)
    }
}

fn names(folder: &Path, wanted: fn(&FileType) -> bool) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type().is_ok_and(|kind| wanted(&kind)) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}
