//! The simulated machine's disk as one process sees it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tanggap_connectors::store::{CommitStore, Disk, DurableLocal, Recovered, StoreError, epochs, read_lane};
use tanggap_engine::commit::Manifest;

use super::files::Files;
use super::process::LANE;
use super::world::{Answer, Plant, State, World};

/// Where lanes are written down.
const ROOT: &str = "/data";

/// A process's disk.
#[derive(Clone, Debug)]
pub(super) struct SimulatedDisk {
    world: Arc<World>,
    process: usize,
}

impl SimulatedDisk {
    /// A store on the disk of this world.
    pub(super) fn store(world: &Arc<World>, process: usize) -> Box<dyn CommitStore> {
        let disk = Self {
            world: Arc::clone(world),
            process,
        };
        Box::new(DurableLocal::on(disk, ROOT))
    }

    fn ask<T>(&self, what: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        self.world.pass_through(self.process);
        let mut state = self.world.state();
        let failed = || Err(io::Error::other("the disk fails"));
        match state.answer_of_disk() {
            Answer::Done => what(&mut state),
            Answer::Refused => failed(),
            Answer::DoneUnheard => what(&mut state).and_then(|_| failed()),
        }
    }
}

impl Disk for SimulatedDisk {
    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.ask(|state| state.files.write(file, bytes))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.ask(|state| match state.plant {
            Some(Plant::FilesNotSynced) if !state.files.is_folder(path) => Ok(()),
            Some(Plant::FoldersNotSynced) if state.files.is_folder(path) => Ok(()),
            _ => state.files.sync(path),
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(|state| state.files.rename(from, to))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(|state| match state.plant {
            Some(Plant::OutboxBeforeCommit) => {
                let bytes = state.files.read(from)?;
                state.held.push((to.to_owned(), bytes));
                Ok(())
            }
            Some(Plant::NoFence) => {
                let bytes = state.files.read(from)?;
                state.files.write(to, &bytes)?;
                state.files.sync(to)
            }
            _ => state.files.link(from, to),
        })
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        self.ask(|state| state.files.remove(file))
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.ask(|state| state.files.make_folder(folder))
    }

    fn is_folder(&self, folder: &Path) -> bool {
        self.world.state().files.is_folder(folder)
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.ask(|state| state.files.read(file))
    }

    fn read_range(&self, file: &Path, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
        self.ask(|state| state.files.read_range(file, at, bytes))
    }

    fn files(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.ask(|state| state.files.names(folder, false))
    }

    fn folders(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.ask(|state| state.files.names(folder, true))
    }
}

/// A disk nobody writes to.
#[derive(Debug)]
struct Still(Files);

impl Disk for Still {
    fn write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn link(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn make_folder(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn is_folder(&self, folder: &Path) -> bool {
        self.0.is_folder(folder)
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.0.read(file)
    }

    fn read_range(&self, file: &Path, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
        self.0.read_range(file, at, bytes)
    }

    fn files(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.0.names(folder, false)
    }

    fn folders(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.0.names(folder, true)
    }
}

impl State {
    /// The epoch that a power cut now would leave at worst; 0 if none. Files are only looked at for their length, which is enough as
    /// nothing but a power cut harms them.
    pub(super) fn safe_epoch(&self) -> u64 {
        let store = DurableLocal::on(Still(self.files.safe_part()), ROOT);
        let stands = |manifest: &Manifest| {
            manifest.segments.iter().all(|segment| {
                let file = Path::new(ROOT).join("segments").join(LANE).join(&segment.file);
                let written = self.files.safe_length(&file).unwrap_or_default();
                segment.sections.iter().all(|section| section.at + section.bytes <= written)
            })
        };
        let manifests = epochs(&store, LANE).unwrap();
        manifests
            .iter()
            .rev()
            .find(|manifest| stands(manifest))
            .map_or(0, |manifest| manifest.epoch)
    }

    /// The lane as it is on the disk.
    pub(super) fn recovered(&self) -> Result<Option<Recovered>, StoreError> {
        read_lane(&DurableLocal::on(Still(self.files.clone()), ROOT), LANE, None)
    }

    /// Whether a manifest was found that nobody can use.
    pub(super) fn has_damaged(&self) -> bool {
        self.files.is_folder(&Path::new(ROOT).join("damaged"))
    }

    /// Gives the names that a planted mistake has held back.
    pub(super) fn release_held(&mut self) {
        for (path, bytes) in std::mem::take(&mut self.held) {
            if self.files.read(&path).is_err() {
                drop(self.files.write(&path, &bytes));
                drop(self.files.sync(&path));
                drop(path.parent().map(|folder| self.files.sync(folder)));
            }
        }
    }
}
