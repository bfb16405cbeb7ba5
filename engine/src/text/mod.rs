//! What a text says: a complaint or not, its kind and category, and the words that decided. Enters text, leaves a [`Reading`].
//!
//! ```text
//! text ─▶ tokens ─▶ features (hashed words, pairs, letters) ─▶ linear ─▶ calibration ─▶ Reading
//!                         └──────────────────────────────────────────▶ explain ─────────▶ its words
//! ```
//!
//! A model is trained from labelled examples ([`TextModel::train`]), the same examples giving the same model, or is the shipped one
//! ([`TextModel::builtin`]), trained at first use on sentences made from patterns of our own. `docs/model-card.md` says what it can do
//! and what not. Beside it [`terms`] says what a text is about, in words that carry a topic and no person. Texts are read and forgotten: nothing
//! here keeps or logs one.

mod builtin;
mod calibration;
mod codec;
mod dice;
mod error;
mod explain;
mod features;
mod figure;
mod hold_out;
mod linear;
mod meanings;
mod model;
mod reading;
mod sentences;
mod slang;
mod terms;
mod tokens;
mod training;

pub use calibration::Reliability;
pub use error::{ModelError, TrainError};
pub use explain::DecidingWord;
pub use hold_out::HoldOut;
pub use model::TextModel;
pub use reading::{Gist, Reading, Understanding, Verdict};
pub use slang::slang_version;
pub use terms::{terms, terms_version};
pub(crate) use tokens::{plain, surfaces};
pub use training::{Example, TrainSettings};
