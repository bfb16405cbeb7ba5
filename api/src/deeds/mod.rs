//! Acting: units move cases on, verifiers judge duty reports, people file reports and upload photos. Each deed is a message in the log,
//! which the lanes read like any other; nothing here writes state.

mod action;
mod answer;
mod bond;
mod clerk;
mod deed;
mod dispatched;
mod fitting;
mod form;
mod hash;
mod keys;
mod look;
mod photo_names;
mod photos;
mod picture;
mod recent;
mod settings;
mod showing;
mod writer;

pub(crate) use action::{Action, Stage};
pub(crate) use answer::DeedAnswer;
pub(crate) use bond::{Bond, Wish};
pub(crate) use clerk::Clerk;
pub(crate) use deed::Deed;
pub(crate) use form::Form;
pub(crate) use photos::{NotKept, PhotoFacts, Photos};
pub(crate) use picture::MOST_BYTES;
pub use settings::DeedSettings;
pub(crate) use writer::{Unwritten, Writer};
