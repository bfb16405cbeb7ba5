//! What the board of officers is told.

use tanggap_engine::lane::Bounds;

/// Where positions come from, and how long they are kept. By default from nowhere: there is no board.
#[derive(Clone, Debug)]
pub struct OfficerSettings {
    /// Topic of positions; none = none is read.
    pub topic: Option<String>,
    /// Whether officers may send their own by HTTP.
    pub http: bool,
    /// How long a position is kept, by its own time, µs.
    pub keep_us: i64,
    /// Officers kept at most.
    pub most: usize,
    /// Usable positions.
    pub bounds: Bounds,
}

impl Default for OfficerSettings {
    fn default() -> Self {
        Self {
            topic: None,
            http: false,
            keep_us: 15 * 60 * 1_000_000,
            most: 20_000,
            bounds: Bounds::default(),
        }
    }
}

impl OfficerSettings {
    /// Whether positions come from anywhere.
    #[must_use]
    pub const fn on(&self) -> bool {
        self.topic.is_some() || self.http
    }
}
