//! Photos as files: `photos/<first two digits>/<sha256>.jpg` in the data directory, and beside each what is known of it. A photo is named by
//! the hash of the file that came in, which is not kept: what is kept is the picture, without what the file told of people. Once somebody
//! looked at it in a list there is `<sha256>.320.jpg` too, made from the picture. Nothing here is ever deleted by the program.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hash;
use super::photo_names::PhotoNames;
use super::picture::{Picture, Unfit, smaller};
use crate::time::rfc3339;

/// Longest side of the picture for lists, squares, and how its file ends.
const SMALL_SIDE: u32 = 320;
const SMALL: &str = "320.jpg";

/// What is known of a photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct PhotoFacts {
    /// SHA-256 of the file that came in: its name, and the evidence of which file it was.
    pub(crate) sha256: String,
    /// Perceptual hash, 16 hexadecimal digits: photos whose hashes differ in few bits look alike.
    pub(crate) phash: String,
    /// When it was taken, as its file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) captured_at: Option<String>,
}

/// Why a photo was not kept.
#[derive(Debug)]
pub(crate) enum NotKept {
    /// It is none for us.
    Unfit(Unfit),
    /// There is no room for more.
    Full,
    /// The disk refuses.
    Disk(io::Error),
}

impl From<io::Error> for NotKept {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// The photos of a data directory.
#[derive(Debug)]
pub(crate) struct Photos {
    folder: PathBuf,
    /// Bytes kept at most; the disk also holds what the lanes must write down.
    most_bytes: u64,
    zone_s: i32,
    /// Bytes kept so far. Held while a photo is looked at: one picture in memory at a time.
    kept: Mutex<u64>,
    names: PhotoNames,
}

impl Photos {
    /// The photos in `folder`, which is made when there is one. Times without a zone lie `zone_s` seconds east of UTC.
    ///
    /// # Errors
    /// What is there cannot be looked at.
    pub(super) fn open(folder: PathBuf, most_bytes: u64, zone_s: i32) -> io::Result<Self> {
        let names = PhotoNames::default();
        let kept = Mutex::new(found_in(&folder, &names)?);
        Ok(Self {
            folder,
            most_bytes,
            zone_s,
            kept,
            names,
        })
    }

    /// Keeps a photo, once; blocks until it is safe.
    ///
    /// # Errors
    /// It is none for us, there is no room, or the disk refuses.
    pub(crate) fn keep(&self, file: &[u8]) -> Result<PhotoFacts, NotKept> {
        let sha256 = hash::of(file);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.facts(&sha256)? {
            return Ok(known);
        }
        if *kept >= self.most_bytes {
            return Err(NotKept::Full);
        }
        let picture = Picture::of(file, self.zone_s).map_err(NotKept::Unfit)?;
        let facts = PhotoFacts {
            phash: format!("{:016x}", picture.look),
            captured_at: picture.taken_us.map(rfc3339),
            sha256,
        };
        let told = serde_json::to_vec(&facts).map_err(io::Error::other)?;
        let place = self.place(&facts.sha256);
        let folder = place.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        // The facts come last: a photo that has them is there whole.
        put(&place.with_extension("jpg"), &picture.jpeg)?;
        put(&place.with_extension("json"), &told)?;
        for folder in [folder, self.folder.as_path()] {
            File::open(folder)?.sync_all()?;
        }
        *kept += u64::try_from(picture.jpeg.len() + told.len()).unwrap_or(u64::MAX);
        self.names.learn(&facts.sha256);
        Ok(facts)
    }

    /// SHA-256 of the photo that a number in the tables stands for ([`tanggap_engine::event::photo_hash`]), if its file is here and no other
    /// photo here has the number.
    pub(crate) fn named(&self, number: u64) -> Option<String> {
        self.names.of(number)
    }

    /// What is known of a photo, if it is here.
    ///
    /// # Errors
    /// The disk refuses.
    pub(crate) fn facts(&self, sha256: &str) -> io::Result<Option<PhotoFacts>> {
        let told = self.read(sha256, "json")?;
        told.map(|told| serde_json::from_slice(&told).map_err(io::Error::other)).transpose()
    }

    /// The JPEG of a photo, if it is here.
    ///
    /// # Errors
    /// The disk refuses.
    pub(crate) fn jpeg(&self, sha256: &str) -> io::Result<Option<Vec<u8>>> {
        self.read(sha256, "jpg")
    }

    /// The same at most 320 squares a side, some 10 to 30 kB; made when it is first asked for, and kept while there is room.
    ///
    /// # Errors
    /// The disk refuses, or what it has is no picture.
    pub(crate) fn small(&self, sha256: &str) -> io::Result<Option<Vec<u8>>> {
        if let Some(small) = self.read(sha256, SMALL)? {
            return Ok(Some(small));
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have made it by now.
        if let Some(small) = self.read(sha256, SMALL)? {
            return Ok(Some(small));
        }
        let Some(jpeg) = self.jpeg(sha256)? else { return Ok(None) };
        let small = smaller(&jpeg, SMALL_SIDE).map_err(|unfit| io::Error::other(unfit.says()))?;
        if *kept < self.most_bytes {
            match put(&self.place(sha256).with_extension(SMALL), &small) {
                Ok(()) => *kept += u64::try_from(small.len()).unwrap_or(u64::MAX),
                // A full disk is no reason not to show what there is.
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "a small picture could not be kept"),
            }
        }
        Ok(Some(small))
    }

    fn read(&self, sha256: &str, ending: &str) -> io::Result<Option<Vec<u8>>> {
        if !names_photo(sha256) {
            return Ok(None);
        }
        match fs::read(self.place(sha256).with_extension(ending)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Only of what [`names_photo`]: nothing else gets into a path.
    fn place(&self, sha256: &str) -> PathBuf {
        self.folder.join(&sha256[..2]).join(sha256)
    }
}

/// Whether a text is a SHA-256 as we write it: 64 hexadecimal digits in lower case.
pub(crate) fn names_photo(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Puts a file in its place, whole or not at all.
fn put(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = place.with_extension("part");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, place)
}

/// Bytes of the files in the folders of a folder; the photos among them are learnt by their names.
fn found_in(folder: &Path, names: &PhotoNames) -> io::Result<u64> {
    let mut sum = 0;
    for inner in listed(folder)? {
        if inner.file_type()?.is_dir() {
            for file in listed(&inner.path())? {
                sum += file.metadata()?.len();
                // The facts come last, so what has them is whole.
                if let Some(sha256) = file.file_name().to_str().and_then(|name| name.strip_suffix(".json")) {
                    names.learn(sha256);
                }
            }
        }
    }
    Ok(sum)
}

fn listed(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use tanggap_engine::event::photo_hash;

    use super::super::hash;
    use super::super::picture::tests::{drawn, file};
    use super::{NotKept, Photos};

    #[test]
    fn a_photo_is_kept_once_and_is_there_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("photos");
        let photos = Photos::open(folder.clone(), 1 << 20, 0).unwrap();
        let png = file(&drawn(60, 40), ImageFormat::Png);
        let facts = photos.keep(&png).unwrap();
        assert_eq!((facts.sha256.as_str(), facts.phash.len()), (hash::of(&png).as_str(), 16));
        assert_eq!(photos.keep(&png).unwrap(), facts);
        let kept = *photos.kept.lock().unwrap();
        let again = Photos::open(folder, 1 << 20, 0).unwrap();
        assert_eq!(*again.kept.lock().unwrap(), kept, "what is kept is counted as it lies there");
        assert_eq!(again.facts(&facts.sha256).unwrap(), Some(facts.clone()));
        assert!(again.jpeg(&facts.sha256).unwrap().unwrap().starts_with(&[0xff, 0xd8]));
        for store in [&photos, &again] {
            assert_eq!(store.named(photo_hash(&facts.sha256)), Some(facts.sha256.clone()));
            assert_eq!(store.named(photo_hash("another")), None);
        }
    }

    #[test]
    fn a_small_picture_is_made_once_and_counted() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("photos");
        let photos = Photos::open(folder.clone(), 1 << 20, 0).unwrap();
        let facts = photos.keep(&file(&drawn(900, 600), ImageFormat::Png)).unwrap();
        let before = *photos.kept.lock().unwrap();
        let small = photos.small(&facts.sha256).unwrap().unwrap();
        let squares = image::load_from_memory(&small).unwrap();
        assert_eq!((squares.width(), squares.height()), (320, 213));
        let kept = *photos.kept.lock().unwrap();
        assert_eq!(kept - before, u64::try_from(small.len()).unwrap());
        assert_eq!(photos.small(&facts.sha256).unwrap(), Some(small.clone()));
        let again = Photos::open(folder, kept, 0).unwrap();
        assert_eq!(*again.kept.lock().unwrap(), kept, "made once, and counted as it lies there");
        assert_eq!(
            again.named(photo_hash(&facts.sha256)),
            Some(facts.sha256.clone()),
            "it is no photo of its own"
        );
        assert_eq!(again.small(&facts.sha256).unwrap(), Some(small));
        assert_eq!(again.small(&"a".repeat(64)).unwrap(), None);
    }

    #[test]
    fn a_full_store_makes_small_pictures_and_keeps_them_not() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("photos");
        let photos = Photos::open(folder.clone(), 1, 0).unwrap();
        let facts = photos.keep(&file(&drawn(60, 40), ImageFormat::Png)).unwrap();
        let small = photos.small(&facts.sha256).unwrap().unwrap();
        let squares = image::load_from_memory(&small).unwrap();
        assert_eq!((squares.width(), squares.height()), (60, 40), "it is never made larger");
        assert_eq!(
            *photos.kept.lock().unwrap(),
            *Photos::open(folder, 1, 0).unwrap().kept.lock().unwrap()
        );
    }

    #[test]
    fn a_full_store_takes_no_more_and_gives_what_it_has() {
        let directory = tempfile::tempdir().unwrap();
        let photos = Photos::open(directory.path().join("photos"), 1, 0).unwrap();
        let first = photos.keep(&file(&drawn(60, 40), ImageFormat::Png)).unwrap();
        let second = file(&drawn(61, 40), ImageFormat::Png);
        assert!(matches!(photos.keep(&second), Err(NotKept::Full)));
        assert!(photos.jpeg(&first.sha256).unwrap().is_some());
    }

    #[test]
    fn no_text_but_a_hash_becomes_a_path() {
        let directory = tempfile::tempdir().unwrap();
        let photos = Photos::open(directory.path().join("photos"), 1, 0).unwrap();
        let dots = "../".repeat(21) + "x";
        for name in ["", "..", "é", dots.as_str(), "a".repeat(63).as_str(), "A".repeat(64).as_str()] {
            assert_eq!(photos.jpeg(name).unwrap(), None);
        }
        assert_eq!(photos.facts(&"a".repeat(64)).unwrap(), None);
        assert!(matches!(photos.keep(b"not a photo"), Err(NotKept::Unfit(_))));
    }
}
