//! Pure numbers behind the answers, each held against an independent package: no `DataFusion`, no clock, no hidden seed.

mod durations;
mod kaplan_meier;
mod quantile;
mod rank;
mod shrink;
mod tier;

pub use durations::Durations;
pub use kaplan_meier::{Curve, RestrictedMean, Step};
pub use quantile::quantile;
pub use rank::{RankInterval, rank_intervals, ranks};
pub use shrink::{Estimate, Shrinkage, Shrunken, shrink};
pub use tier::{Standing, Tier, TierRule, standings};
