//! Hashes as texts.

use sha2::{Digest, Sha256};

use crate::hex::hex;

/// SHA-256 of some bytes, 64 hexadecimal digits in lower case.
pub(super) fn of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of several texts that do not run together.
pub(super) fn of_parts(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::{of, of_parts};

    #[test]
    fn a_hash_is_the_one_of_the_standard_and_parts_do_not_run_together() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of(b"abc"), abc);
        assert_ne!(of_parts(&["ab", "c"]), of_parts(&["a", "bc"]));
        assert_eq!(of_parts(&["ab", "c"]), of_parts(&["ab", "c"]));
    }
}
