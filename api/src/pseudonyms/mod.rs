//! Reporters who wish to be named in a ranking, each by a pseudonym of their own choice: what a pseudonym may be, and who has consented.

mod book;
#[cfg(test)]
mod book_tests;
mod name;
mod settings;

pub(crate) use book::{NotNamed, Pseudonyms};
pub(crate) use name::check;
pub use settings::ReporterSettings;
