//! The one documented file, `tanggap.toml`: a section a struct, read once, unknown keys refused.

mod access;
mod deeds;
mod doors;
mod duty;
mod hotspots;
mod load;
mod officers;
mod reporters;
mod routes;
mod sections;
mod text;
mod webhooks;

pub use access::AccessConfig;
pub use deeds::DeedConfig;
pub use doors::{Open311Config, WebhookInConfig};
pub use duty::DutyConfig;
pub use hotspots::HotspotConfig;
pub use load::{DOCUMENTED, load};
pub use officers::OfficerConfig;
pub use reporters::ReporterConfig;
pub use routes::RoutesConfig;
pub use sections::{ApiConfig, Config, RankingConfig, Secret, StoreConfig, TerritoryConfig, WindowConfig};
pub use text::TextConfig;
pub use webhooks::{Address, WebhookConfig};
