//! The one documented file, `tanggap.toml`: a section a struct, read once, unknown keys refused.

mod duty;
mod load;
mod sections;

pub use duty::DutyConfig;
pub use load::{DOCUMENTED, load};
pub use sections::{ApiConfig, Config, RankingConfig, StoreConfig, TerritoryConfig, WindowConfig};
