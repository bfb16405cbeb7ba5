//! A folder of the local disk as an object store whose objects are there whole or not at all, also after a power cut: the common one leaves
//! it to the system when to write what it was given.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream};
use futures::{FutureExt as _, StreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result, UploadPart,
};

use crate::store::{CommitStore as _, DurableLocal, StoreError};

/// A folder.
#[derive(Debug)]
struct SafeStore {
    disk: Disk,
    files: LocalFileSystem,
}

type Disk = Arc<Mutex<DurableLocal>>;

const STORE: &str = "SafeStore";

impl fmt::Display for SafeStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STORE)
    }
}

fn failed(error: StoreError) -> Error {
    Error::Generic {
        store: STORE,
        source: Box::new(error),
    }
}

const PUT: PutResult = PutResult {
    e_tag: None,
    version: None,
};

fn put(disk: &Disk, location: &Path, bytes: &[u8], mode: &PutMode) -> Result<PutResult> {
    let path = location.as_ref();
    let disk = disk.lock().unwrap_or_else(PoisonError::into_inner);
    match mode {
        PutMode::Overwrite => disk.put(path, bytes).map_err(failed)?,
        PutMode::Create => {
            if !disk.put_if_absent(path, bytes).map_err(failed)? {
                return Err(Error::AlreadyExists {
                    path: path.to_owned(),
                    source: "there is one".into(),
                });
            }
        }
        PutMode::Update(_) => {
            return Err(Error::NotSupported {
                source: "files have no versions".into(),
            });
        }
    }
    Ok(PUT)
}

#[async_trait]
impl ObjectStore for SafeStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        put(&self.disk, location, &Bytes::from(payload), &opts.mode)
    }

    async fn put_multipart_opts(&self, location: &Path, _opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Upload {
            disk: Arc::clone(&self.disk),
            location: location.clone(),
            bytes: BytesMut::new(),
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.files.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.files.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        // By name, as buckets list them.
        let listed = self.files.list(prefix).collect::<Vec<_>>().map(|mut found| {
            found.sort_by(|one, other| match (one, other) {
                (Ok(one), Ok(other)) => one.location.cmp(&other.location),
                (one, other) => one.is_ok().cmp(&other.is_ok()),
            });
            stream::iter(found)
        });
        listed.flatten_stream().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, options).await
    }
}

/// An object that comes in parts: checkpoints of the log, small enough to wait in memory until they are whole.
#[derive(Debug)]
struct Upload {
    disk: Disk,
    location: Path,
    bytes: BytesMut,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        for piece in &data {
            self.bytes.extend_from_slice(piece);
        }
        Box::pin(std::future::ready(Ok(())))
    }

    async fn complete(&mut self) -> Result<PutResult> {
        put(&self.disk, &self.location, &self.bytes, &PutMode::Overwrite)
    }

    async fn abort(&mut self) -> Result<()> {
        self.bytes.clear();
        Ok(())
    }
}

/// A folder as a store that survives a power cut. It is made if it is not there.
pub(super) fn safe_store(folder: &std::path::Path) -> io::Result<Arc<dyn ObjectStore>> {
    std::fs::create_dir_all(folder)?;
    Ok(Arc::new(SafeStore {
        disk: Arc::new(Mutex::new(DurableLocal::new(folder))),
        files: LocalFileSystem::new_with_prefix(folder)?,
    }))
}

#[cfg(test)]
mod tests {
    use object_store::path::Path;
    use object_store::{Error, ObjectStoreExt as _, PutMode, PutPayload};

    use super::safe_store;

    #[tokio::test]
    async fn an_object_is_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = safe_store(folder.path()).unwrap();
        let at = Path::from("a/1");
        let create = || store.put_opts(&at, PutPayload::from_static(b"one"), PutMode::Create.into());
        create().await.unwrap();
        assert!(matches!(create().await, Err(Error::AlreadyExists { .. })));
        assert_eq!(store.get(&at).await.unwrap().bytes().await.unwrap().as_ref(), b"one");
        let mut upload = store.put_multipart(&at).await.unwrap();
        upload.put_part(PutPayload::from_static(b"tw")).await.unwrap();
        upload.put_part(PutPayload::from_static(b"o")).await.unwrap();
        upload.complete().await.unwrap();
        assert_eq!(store.get(&at).await.unwrap().bytes().await.unwrap().as_ref(), b"two");
        let listed = store.list_with_delimiter(Some(&Path::from("a"))).await;
        assert_eq!(listed.unwrap().objects.len(), 1);
    }
}
