//! Where a city is written down, as the commands that look at it ask for it.

use std::path::PathBuf;

use clap::Args;
use tanggap_connectors::store::{CommitStore, lanes, open_store};

use crate::config::{Config, load};

/// A data directory, and the configuration of the server that writes it.
#[derive(Args, Clone, Debug)]
pub(crate) struct StoreArguments {
    /// Data directory of `serve` or `demo`.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub(super) data_dir: PathBuf,
    /// Configuration file of the server.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

impl StoreArguments {
    /// The configuration.
    ///
    /// # Errors
    /// It does not hold.
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        load(self.config.as_deref(), std::env::vars())
    }

    /// The store and the names of the lanes in it, of which there is at least one.
    ///
    /// # Errors
    /// It cannot be read, or holds no lane.
    pub(super) fn lanes(&self) -> anyhow::Result<(Box<dyn CommitStore>, Vec<String>)> {
        let url = self.config()?.store.url;
        let store = open_store(url.as_deref(), &self.data_dir)?;
        let names = lanes(&*store)?;
        let place = url.unwrap_or_else(|| self.data_dir.display().to_string());
        anyhow::ensure!(
            !names.is_empty(),
            "{place} holds no lane: give the --data-dir of a demo or serve, and its --config if it has one"
        );
        Ok((store, names))
    }
}
