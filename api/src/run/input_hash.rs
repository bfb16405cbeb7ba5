//! The hash of all that a lane has read: two lanes with the same one have read the same.

use anyhow::Context;
use tanggap_connectors::decode::Payload;
use xxhash_rust::xxh3::Xxh3;

/// Chained hash of every payload a lane has read, with its offset.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct InputHash(u128);

impl InputHash {
    /// Reads what [`Self::to_hex`] wrote.
    ///
    /// # Errors
    /// These are no 32 hexadecimal digits.
    pub(super) fn from_hex(digits: &str) -> anyhow::Result<Self> {
        Ok(Self(u128::from_str_radix(digits, 16).context("the input hash of the manifest")?))
    }

    /// 32 hexadecimal digits.
    pub(super) fn to_hex(self) -> String {
        format!("{:032x}", self.0)
    }

    /// Goes on with a payload.
    pub(super) fn add(&mut self, payload: &Payload<'_>) {
        let mut hash = Xxh3::new();
        hash.update(&self.0.to_le_bytes());
        hash.update(&payload.offset.to_le_bytes());
        hash.update(payload.bytes.unwrap_or_default());
        self.0 = hash.digest128();
    }
}
