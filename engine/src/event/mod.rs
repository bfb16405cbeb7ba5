//! What a message is: its columns, its vocabulary, its categories, and what is refused of it.

mod batch;
mod category;
mod category_map;
mod evidence;
mod former;
mod reject;
pub mod schema;
mod vocabulary;

pub use batch::{Event, EventBatch, EventBatchBuilder};
pub use category::Category;
pub use category_map::{CategoryMap, CategoryMapError, SourceCategories};
pub(crate) use evidence::EvidenceRows;
pub use evidence::{Evidence, photo_hash};
pub use former::completed;
pub use reject::{Reason, Reject};
pub use vocabulary::{Class, Fate, Kind, Status};
