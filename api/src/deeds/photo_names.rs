//! Which photo a number in the tables stands for. Tables keep 64 bits of a photo ([`photo_hash`]); here are those of the photos we have the
//! files of. Some fifty bytes a photo.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{PoisonError, RwLock};

use tanggap_engine::event::photo_hash;

use super::photos::names_photo;
use crate::hex::hex;

/// SHA-256 of a file.
type Name = [u8; 32];

/// Names of photos by their numbers.
#[derive(Debug, Default)]
pub(super) struct PhotoNames {
    /// None = several photos have this number. None of them is named then: a photo is evidence, and one of somebody else's work is worse
    /// than none. Of a million photos the odds that any two do are one in forty million. Held to look up or to write one entry.
    names: RwLock<HashMap<u64, Option<Name>>>,
}

impl PhotoNames {
    /// Learns a photo by its SHA-256; once is enough. What is no SHA-256 as we write it is no photo of ours.
    pub(super) fn learn(&self, sha256: &str) {
        let Some(name) = read(sha256) else { return };
        self.learn_as(photo_hash(sha256), name);
    }

    fn learn_as(&self, number: u64, name: Name) {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        match names.entry(number) {
            Entry::Vacant(place) => {
                place.insert(Some(name));
            }
            Entry::Occupied(mut known) if *known.get() != Some(name) => {
                known.insert(None);
            }
            Entry::Occupied(_) => {}
        }
    }

    /// SHA-256 of the photo with this number, if there is one and no other has it.
    pub(super) fn of(&self, number: u64) -> Option<String> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.get(&number)?.map(|name| hex(&name))
    }
}

fn read(sha256: &str) -> Option<Name> {
    if !names_photo(sha256) {
        return None;
    }
    let mut name = Name::default();
    for (place, byte) in name.iter_mut().enumerate() {
        *byte = u8::from_str_radix(sha256.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::photo_hash;

    use super::PhotoNames;

    #[test]
    fn a_photo_is_found_by_the_number_the_tables_have() {
        let names = PhotoNames::default();
        let (one, other) = ("0a".repeat(32), "ff".repeat(32));
        for sha256 in [&one, &other, &one] {
            names.learn(sha256);
        }
        assert_eq!(names.of(photo_hash(&one)), Some(one.clone()));
        assert_eq!(names.of(photo_hash(&other.to_uppercase())), Some(other));
        assert_eq!(names.of(photo_hash(&"0b".repeat(32))), None);
        for text in ["", "0a", "é", "A".repeat(64).as_str(), "zz".repeat(32).as_str()] {
            names.learn(text);
        }
        assert_eq!(names.names.read().unwrap().len(), 2);
    }

    #[test]
    fn of_two_photos_with_one_number_neither_is_named() {
        let names = PhotoNames::default();
        names.learn_as(7, [1; 32]);
        names.learn_as(7, [1; 32]);
        assert_eq!(names.of(7), Some("01".repeat(32)));
        names.learn_as(7, [2; 32]);
        assert_eq!(names.of(7), None);
        names.learn_as(7, [1; 32]);
        assert_eq!(names.of(7), None, "not by coming again either");
    }
}
