//! A photo that a transition names: its hashes and when it was taken, nothing of what it shows or where it lies.

use tanggap_engine::event::photo_hash;
use xxhash_rust::xxh3::xxh3_64;

use super::config::ZoneOffset;
use super::scalar::{Scalar, first};
use super::scanner::{Broken, Scanner};

/// What is read of a photo.
#[derive(Clone, Copy, Default)]
pub(super) struct Photo<'a> {
    /// XXH3-64 of its exact hash as text in lower case; where only its address is known, of the address as it stands. Photos are compared
    /// by it, so one named by its hash here and by its address there counts as two.
    pub(super) exact: Option<u64>,
    /// Its perceptual hash.
    pub(super) look: Option<u64>,
    taken: [Scalar<'a>; 3],
}

/// The fields of a photo, the most telling first.
#[derive(Default)]
struct Fields<'a> {
    exact: [Scalar<'a>; 3],
    look: [Scalar<'a>; 3],
    taken: [Scalar<'a>; 3],
    url: Scalar<'a>,
}

impl<'a> Photo<'a> {
    /// Reads the next value: an object, or an address alone. Anything else is no photo.
    pub(super) fn read(scanner: &mut Scanner<'a>) -> Result<Self, Broken> {
        let mut fields = Fields::default();
        if !scanner.open(b'{') {
            let address = scanner.scalar()?;
            // A word or a sentence is no address.
            if address.text().is_some_and(|text| text.contains("://")) {
                fields.url = address;
            }
            return Ok(fields.photo());
        }
        scanner.fields(|key, scanner| {
            let field = match key.as_bytes() {
                b"sha256" => &mut fields.exact[0],
                b"hash" => &mut fields.exact[1],
                b"md5" => &mut fields.exact[2],
                b"phash" => &mut fields.look[0],
                b"perceptual_hash" => &mut fields.look[1],
                b"dhash" => &mut fields.look[2],
                b"taken_at" => &mut fields.taken[0],
                b"captured_at" => &mut fields.taken[1],
                b"capture_time" => &mut fields.taken[2],
                b"url" => &mut fields.url,
                _ => return scanner.skip(),
            };
            *field = scanner.scalar()?;
            Ok(())
        })?;
        Ok(fields.photo())
    }

    /// Whether anything is known of it.
    pub(super) fn is_known(&self) -> bool {
        self.exact.is_some() || self.look.is_some() || self.taken.iter().any(|time| time.text().is_some())
    }

    /// When it was taken, µs UTC.
    pub(super) fn taken_at(&self, zone: ZoneOffset) -> Option<i64> {
        first(&self.taken, |time| time.time(zone))
    }
}

impl<'a> Fields<'a> {
    fn photo(self) -> Photo<'a> {
        let hash = first(&self.exact, Scalar::text).map(|hash| photo_hash(&hash));
        let address = || self.url.text().map(|address| xxh3_64(address.as_bytes()));
        Photo {
            exact: hash.or_else(address),
            look: first(&self.look, look),
            taken: self.taken,
        }
    }
}

/// A perceptual hash: 16 hexadecimal digits as text. A JSON number could be meant in tens or in sixteens, and is not read.
pub(super) fn look(field: Scalar<'_>) -> Option<u64> {
    if matches!(field, Scalar::Number(_)) {
        return None;
    }
    let digits = field.text()?;
    let whole = digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    whole.then(|| u64::from_str_radix(&digits, 16).ok()).flatten()
}
