//! What rises among the words of tweets: who used which term is counted here by people, and held against what was to be expected
//! ([`tanggap_statistics::surges`]). Asked by `named/terms.rs`; nothing is kept between two questions, so every number follows from the reports.

mod rising;
mod span;
mod tally;

pub use rising::{RisingTerm, RisingTerms};
pub use span::{TermArea, TermSpan};
pub(crate) use tally::Tally;
