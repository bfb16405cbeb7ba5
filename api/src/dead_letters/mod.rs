//! Refused events that a running lane has at hand: how they are read, chosen, and given in once more.

mod chosen;
mod letter;

pub(crate) use chosen::{Chosen, Place};
pub(crate) use letter::{Letter, letters};
