//! What one epoch of a lane writes: a segment of tables, and the manifest that makes it true. Bytes only; where they go is not known here.

mod codec;
mod manifest;

pub use codec::{CodecError, Section, SegmentWriter, decode_section};
pub use manifest::{FORMAT, Manifest, ManifestError, SegmentEntry, Writer};
