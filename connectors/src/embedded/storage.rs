//! Where the log lies on disk: one `SQLite` file in the broker's directory, one broker at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use tansu_storage::StorageContainer;
use url::Url;

use super::EmbeddedError;

/// The name of the cluster; rows of the store belong to it, so it never changes.
pub(super) const CLUSTER: &str = "tanggap";

/// The only node.
pub(super) const NODE: i32 = 1;

/// A locked directory and the URL by which the store finds its file.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    url: Url,
    /// Held so that `/proc/self/fd/…` stays valid, where the URL uses it.
    _handle: File,
    /// Held until the broker ends; the kernel lets it go on kill -9.
    _lock: File,
}

impl Directory {
    /// Makes the directory and locks it.
    pub(super) fn open(path: &Path) -> Result<Self, EmbeddedError> {
        let unusable = |source| EmbeddedError::Directory {
            path: path.to_path_buf(),
            source,
        };
        fs::create_dir_all(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(EmbeddedError::InUse { path }),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let handle = File::open(&path).map_err(unusable)?;
        let url = file_url(&path, &handle).ok_or_else(|| EmbeddedError::Path { path: path.clone() })?;
        Ok(Self {
            path,
            url,
            _handle: handle,
            _lock: lock,
        })
    }

    /// Opens the store and makes its tables.
    pub(super) async fn store(&self, advertised: Url) -> Result<StorageContainer, EmbeddedError> {
        StorageContainer::builder()
            .cluster_id(CLUSTER)
            .node_id(NODE)
            .advertised_listener(advertised)
            .storage(self.url.clone())
            .silent(true)
            .build()
            .await
            .map_err(|error| self.unusable(&error))
    }

    /// The store failed, in its own words.
    pub(super) fn unusable(&self, error: &dyn std::fmt::Display) -> EmbeddedError {
        EmbeddedError::Store {
            path: self.path.clone(),
            reason: error.to_string(),
        }
    }
}

/// The store joins the URL's path, less one slash, to the working directory; a path that still begins with a slash replaces
/// it. The URL percent-encodes what it must (spaces, non-ASCII) and the store does not decode it, so a directory with such a
/// name is reached by its file descriptor instead.
fn file_url(directory: &Path, handle: &File) -> Option<Url> {
    const FILE: &str = "log.db";
    let exact = |path: &str| {
        Url::parse(&format!("sqlite:///{path}"))
            .ok()
            .filter(|url| url.path() == format!("/{path}"))
    };
    let direct = directory.to_str().and_then(|directory| exact(&format!("{directory}/{FILE}")));
    direct.or_else(|| {
        use std::os::fd::AsRawFd;
        exact(&format!("/proc/self/fd/{}/{FILE}", handle.as_raw_fd()))
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::file_url;

    #[test]
    fn an_absolute_path_survives_and_an_odd_one_goes_by_descriptor() {
        let handle = File::open("/").unwrap();
        let url = file_url("/tmp/tanggap".as_ref(), &handle).unwrap();
        assert_eq!((url.domain(), url.path()), (None, "//tmp/tanggap/log.db"));
        let odd = file_url("/tmp/data kota é".as_ref(), &handle).unwrap();
        assert!(odd.path().starts_with("//proc/self/fd/"), "{odd}");
    }
}
