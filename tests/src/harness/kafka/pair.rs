//! Two brokers of one cluster, of which one may die: the first is the controller too and stays, the second is a broker only.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::super::java::found_or_skip;
use super::super::program::free_port;
use super::{RealKafka, installed, properties};

/// A dead broker is missed after this, milliseconds; by default it takes nine seconds.
const SESSION_MS: u32 = 5_000;

impl RealKafka {
    /// Starts nodes 1 and 2 of a cluster, or says on standard error why it cannot and how to cure it. Either one's brokers find both.
    ///
    /// # Errors
    /// As [`Self::start_or_skip`].
    pub fn start_pair_or_skip(test: &str) -> io::Result<Option<[Self; 2]>> {
        let Some(jars) = found_or_skip(test, installed())? else {
            return Ok(None);
        };
        let controller = free_port()?;
        let node = |id| -> io::Result<Self> {
            let (directory, port) = (TempDir::with_prefix("tanggap-kafka-")?, free_port()?);
            let config = of_node(directory.path(), id, port, controller);
            let mut kafka = Self::new(jars.clone(), directory, port);
            // Two of them, beside the program and its logs.
            kafka.heap = Some("-Xmx256m");
            kafka.begin(&config, &[])?;
            Ok(kafka)
        };
        Ok(Some([node(1)?, node(2)?]))
    }
}

/// Properties of a node. Of a name that stands twice, Kafka takes the last.
fn of_node(directory: &Path, id: u32, port: u16, controller: u16) -> String {
    let mut text = properties(directory, port, controller);
    if id > 1 {
        let _ = write!(
            text,
            "process.roles=broker\n\
             node.id={id}\n\
             listeners=PLAINTEXT://127.0.0.1:{port}\n"
        );
    }
    let _ = write!(
        text,
        "broker.session.timeout.ms={SESSION_MS}\n\
         broker.heartbeat.interval.ms={}\n",
        SESSION_MS / 10
    );
    text
}
