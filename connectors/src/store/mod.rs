//! Where lanes are written down: segments first, then one manifest, put if absent, which is the commit. Whoever has a store and a lane's
//! name has the lane.

mod bucket;
#[cfg(test)]
mod contract;
mod disk;
mod durable_local;
mod error;
mod lane_log;
mod merge;
mod recover;

use std::path::Path;

pub use bucket::Bucket;
pub(crate) use bucket::bucket;
pub use disk::{Disk, SystemDisk};
pub(crate) use durable_local::DRAFT;
pub use durable_local::DurableLocal;
pub use error::StoreError;
pub use lane_log::{Committed, Epoch, LaneLog};
pub use merge::{Extent, Merge};
pub use recover::{Fault, Recovered, epochs, lanes, read_lane};

/// The store at an address, as in `s3://bucket/folder` or `file:///shared/folder`; without one the data directory.
///
/// # Errors
/// [`StoreError::Place`] if the address leads nowhere.
pub fn open_store(url: Option<&str>, data_dir: &Path) -> Result<Box<dyn CommitStore>, StoreError> {
    Ok(match url {
        Some(url) => match url.strip_prefix("file://") {
            Some(folder) => Box::new(DurableLocal::new(folder)),
            None => Box::new(Bucket::open(url)?),
        },
        None => Box::new(DurableLocal::new(data_dir)),
    })
}

/// A place for files that are written once. Paths are relative, with `/`.
pub trait CommitStore: std::fmt::Debug + Send {
    /// Writes a file; when it returns, the file survives a power cut. An existing one is replaced whole.
    ///
    /// # Errors
    /// [`StoreError::Io`] with the path.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// Writes a file unless there is one; gives whether it was written. When it returns, the file survives a power cut.
    ///
    /// # Errors
    /// [`StoreError::Io`] with the path.
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<bool, StoreError>;

    /// The bytes of a file, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Io`] with the path.
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// So many bytes of a file from this one on, if there is such a file; fewer where it ends before.
    ///
    /// # Errors
    /// [`StoreError::Io`] with the path.
    fn get_range(&self, path: &str, at: u64, bytes: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// Names of the files in a folder, sorted; none of a folder that is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`] with the path.
    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError>;

    /// Names of the folders in a folder, sorted; none of a folder that is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`] with the path.
    fn folders(&self, folder: &str) -> Result<Vec<String>, StoreError>;

    /// Makes safe what another process may have named in a folder and not lived to make safe: whoever goes on from what it finds there
    /// must not lose it to a power cut. Removes what others were writing when they died.
    ///
    /// # Errors
    /// [`StoreError::Io`] with the path.
    fn settle(&self, folder: &str) -> Result<(), StoreError>;

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// [`StoreError::Io`] with the path.
    fn delete(&self, path: &str) -> Result<(), StoreError>;
}
