//! What acting needs to know.

use std::path::PathBuf;
use std::time::Duration;

use tanggap_connectors::decode::{ReporterKey, ZoneOffset};
use tanggap_connectors::kafka::KafkaConfig;
use tanggap_engine::lane::Bounds;

/// What acting needs to know. By default nobody can act: there is no log to write to.
#[derive(Clone, Debug)]
pub struct DeedSettings {
    /// Where the log is; none = nothing can be written.
    pub kafka: Option<KafkaConfig>,
    /// Whether topics that do not exist are made.
    pub makes_topics: bool,
    /// The data directory; none = keys are known until the program ends, and there are no photos.
    pub directory: Option<PathBuf>,
    /// How long Kafka may take to acknowledge.
    pub patience: Duration,
    /// Whether a complaint is only done with a photo.
    pub photo_required: bool,
    /// Bytes of photos kept at most.
    pub photo_bytes: u64,
    /// Zone of times that photos give without one.
    pub zone: ZoneOffset,
    /// Usable positions.
    pub bounds: Bounds,
    /// Secret of the reporter hash.
    pub reporter_key: ReporterKey,
}

impl Default for DeedSettings {
    fn default() -> Self {
        Self {
            kafka: None,
            makes_topics: false,
            directory: None,
            patience: Duration::from_secs(5),
            photo_required: true,
            photo_bytes: 20 << 30,
            zone: ZoneOffset::default(),
            bounds: Bounds::default(),
            reporter_key: ReporterKey::default(),
        }
    }
}
