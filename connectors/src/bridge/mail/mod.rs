//! A mailbox of complaints, read by IMAP: each new mail is a report. Nothing is marked, moved or deleted there.
//!
//! The client is our own, because what exists is asynchronous or unfinished, reads answers of half a gigabyte before it refuses them, and
//! puts what it cannot read, which is people's mail, into its errors. A mailbox needs five commands of the protocol.

mod answer;
mod argument;
mod fetched;
mod html;
mod letter;
mod mailbox;
mod prose;
mod session;
mod socket;

pub use mailbox::Mailbox;
