//! Why a lane cannot be written down or read again.

use std::io;

use tanggap_engine::commit::{CodecError, ManifestError};
use thiserror::Error;

/// What stops a store or a lane's log in it.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The place for files fails.
    #[error("{path}: the store failed; free space, mount or permit it, and the lane goes on")]
    Io {
        /// The file or folder.
        path: String,
        /// The system's words.
        source: io::Error,
    },
    /// The address of a store leads nowhere.
    #[error("store.url = {url:?} cannot be used: {reason}")]
    Place {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// A file cannot be written in our formats, which is a bug.
    #[error("{lane}: an epoch cannot be written")]
    Encode {
        /// The lane.
        lane: String,
        /// Why.
        source: CodecError,
    },
    /// A manifest cannot be written, which is a bug.
    #[error("{lane}: a manifest cannot be written")]
    EncodeManifest {
        /// The lane.
        lane: String,
        /// Why.
        source: ManifestError,
    },
    /// Merging segments failed.
    #[error("{lane}: segments cannot be merged: {reason}")]
    Merge {
        /// The lane.
        lane: String,
        /// Why.
        reason: String,
    },
    /// Another process has written the next epoch of this lane: this one is no longer its owner.
    #[error("{lane}: epoch {epoch} was written by another process; this one gives the lane up")]
    Fenced {
        /// The lane.
        lane: String,
        /// The epoch that was taken.
        epoch: u64,
    },
    /// A manifest of a later format: going on would lose what it holds.
    #[error("{path}: {source}")]
    Later {
        /// The manifest.
        path: String,
        /// Which format.
        source: ManifestError,
    },
    /// No manifest of the lane can be read, but there are some.
    #[error(
        "{lane}: none of its {manifests} manifests can be used: {first_fault}. Put back a copy of the data directory; or, if Kafka still \
         has the whole log, remove {folder} to read the log again"
    )]
    NothingLeft {
        /// The lane.
        lane: String,
        /// How many there are.
        manifests: usize,
        /// What is wrong with the newest.
        first_fault: String,
        /// Where they are.
        folder: String,
    },
}
