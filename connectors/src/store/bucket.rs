//! A bucket of an object store, laid out as a folder of the local disk is. An object is there whole or not at all, and one that was put is
//! safe, so nothing is synced.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{ClientConfigKey, Error, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload, RetryConfig};
use tokio::runtime::{Builder, Runtime};

use super::{CommitStore, StoreError};

/// A folder of a bucket.
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    root: Path,
    runtime: Runtime,
}

/// How long one request may take.
const REQUEST: &str = "10 seconds";
/// How long a request is tried again. Beyond it the lane says that it waits for its store, and tries again itself.
const RETRIES: Duration = Duration::from_secs(20);

impl fmt::Debug for Bucket {
    // The store knows its keys, and would say them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Bucket {
    /// The folder of a bucket, as in `s3://bucket/folder`. Keys, region and endpoint are those of the environment: `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`, `AWS_ALLOW_HTTP` and so on.
    ///
    /// # Errors
    /// [`StoreError::Place`] if the address is none, or the environment says too little.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let (store, folder) = bucket(url)?;
        Self::of(store, &folder).map_err(|error| no_place(url, error.to_string()))
    }

    /// A folder of any object store that can put an object only if there is none.
    ///
    /// # Errors
    /// The system has no resources for a client, or this is no name of a folder.
    pub fn of(store: Arc<dyn ObjectStore>, folder: &str) -> io::Result<Self> {
        Ok(Self {
            store,
            root: Path::parse(folder.trim_matches('/')).map_err(io::Error::other)?,
            runtime: Builder::new_current_thread().enable_all().build()?,
        })
    }

    fn path(&self, path: &str) -> Path {
        path.split('/').filter(|part| !part.is_empty()).fold(self.root.clone(), Path::join)
    }

    fn names(&self, folder: &str, folders: bool) -> Result<Vec<String>, StoreError> {
        let of = self.path(folder);
        let listed = self.runtime.block_on(self.store.list_with_delimiter(Some(&of)));
        let listed = listed.map_err(|error| failed(folder, error))?;
        let paths: Vec<Path> = if folders {
            listed.common_prefixes
        } else {
            listed.objects.into_iter().map(|object| object.location).collect()
        };
        let mut names: Vec<String> = paths.iter().filter_map(|path| Some(path.filename()?.to_owned())).collect();
        names.sort_unstable();
        Ok(names)
    }
}

/// The bucket at an address, and the folder in it.
pub(crate) fn bucket(url: &str) -> Result<(Arc<dyn ObjectStore>, String), StoreError> {
    let folder = url
        .strip_prefix("s3://")
        .and_then(|rest| rest.split_once('/').or(Some((rest, ""))))
        .filter(|(bucket, _)| !bucket.is_empty())
        .map(|(_, folder)| folder.to_owned())
        .ok_or_else(|| no_place(url, "write it as s3://bucket/folder or file:///folder".to_owned()))?;
    let retry = RetryConfig {
        max_retries: 3,
        retry_timeout: RETRIES,
        ..RetryConfig::default()
    };
    let store = AmazonS3Builder::from_env()
        .with_url(url)
        .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), REQUEST)
        .with_retry(retry)
        .build()
        .map_err(|error| no_place(url, error.to_string()))?;
    Ok((Arc::new(store), folder))
}

fn no_place(url: &str, reason: String) -> StoreError {
    StoreError::Place {
        url: url.to_owned(),
        reason,
    }
}

impl CommitStore for Bucket {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let at = self.path(path);
        let put = self.store.put(&at, PutPayload::from(bytes.to_vec()));
        self.runtime.block_on(put).map(drop).map_err(|error| failed(path, error))
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        let at = self.path(path);
        let put = self.store.put_opts(&at, PutPayload::from(bytes.to_vec()), PutMode::Create.into());
        match self.runtime.block_on(put) {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(failed(path, error)),
        }
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let at = self.path(path);
        if_there(path, self.runtime.block_on(async { self.store.get(&at).await?.bytes().await }))
    }

    fn get_range(&self, path: &str, at: u64, bytes: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let of = self.path(path);
        let range = at..at.saturating_add(bytes);
        if_there(path, self.runtime.block_on(self.store.get_range(&of, range)))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        self.names(folder, false)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        self.names(folder, true)
    }

    fn settle(&self, _folder: &str) -> Result<(), StoreError> {
        Ok(())
    }

    fn delete(&self, path: &str) -> Result<(), StoreError> {
        match self.runtime.block_on(self.store.delete(&self.path(path))) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(path, error)),
        }
    }
}

/// What was read of an object; none if there is none.
fn if_there(path: &str, read: Result<Bytes, Error>) -> Result<Option<Vec<u8>>, StoreError> {
    match read {
        Ok(bytes) => Ok(Some(bytes.into())),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(failed(path, error)),
    }
}

fn failed(path: &str, error: Error) -> StoreError {
    StoreError::Io {
        path: path.to_owned(),
        source: io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::ObjectStore;
    use object_store::aws::AmazonS3Builder;
    use object_store::memory::InMemory;

    use super::Bucket;
    use crate::store::contract;

    #[test]
    fn it_keeps_the_contract() {
        let memory: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        contract::files(&Bucket::of(Arc::clone(&memory), "/jakarta/1/").unwrap());
        contract::one_wins(&|| Bucket::of(Arc::clone(&memory), "").unwrap());
    }

    #[test]
    fn what_is_no_address_is_told_how_to_write_one() {
        for wrong in ["", "s3://", "s3:///folder", "gs://bucket/folder", "/data"] {
            let error = Bucket::open(wrong).unwrap_err().to_string();
            assert!(error.contains("s3://bucket/folder") && error.contains("store.url"), "{error}");
        }
    }

    #[test]
    fn its_keys_are_not_told() {
        let builder = AmazonS3Builder::new().with_bucket_name("city").with_access_key_id("who");
        let store = builder.with_secret_access_key("hunter2").build().unwrap();
        let shown = format!("{:?}", Bucket::of(Arc::new(store), "jakarta").unwrap());
        assert!(shown.contains("jakarta") && !shown.contains("hunter2"), "{shown}");
    }
}
