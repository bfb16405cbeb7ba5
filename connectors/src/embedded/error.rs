//! Why the embedded broker does not start or fails.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What stops the embedded broker.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another program listens there.
    #[error(
        "port {} is taken on {}: stop the program that uses it (find it with `ss -ltnp 'sport = :{}'`), \
         or choose another port for the embedded broker, or give [kafka] in the configuration if that program is your Kafka",
        address.port(), address.ip(), address.port()
    )]
    PortTaken {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The directory cannot be used.
    #[error("cannot use {} for the embedded broker", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another broker uses the directory.
    #[error("{} is in use by another embedded broker: stop it, or choose another --data-dir", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The directory's name cannot be given to `SQLite`.
    #[error("the embedded broker cannot store in {}: its path is not UTF-8", path.display())]
    Path {
        /// The directory.
        path: PathBuf,
    },
    /// The store cannot be opened.
    #[error("cannot open the embedded broker's store in {}: {reason}", path.display())]
    Store {
        /// The directory.
        path: PathBuf,
        /// The store's words.
        reason: String,
    },
    /// A thread or its runtime cannot be started.
    #[error("cannot start the embedded broker's threads")]
    Threads(#[source] std::io::Error),
    /// The broker's thread ended before it was ready.
    #[error("the embedded broker ended while it started")]
    Ended,
}
