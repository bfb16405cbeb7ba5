//! Why a decoder cannot be made. Bad payloads are not errors: they are rejects, counted.

use std::path::PathBuf;

/// Why there is no decoder for a topic.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A topic nobody decodes.
    #[error(
        "topic `{0}` has no decoder; known are qlue.reports, crm.status, waze.feed, twitter.tweets, gauge.levels and reports.<channel>"
    )]
    UnknownTopic(String),
    /// A channel name that cannot be a file name.
    #[error("channel `{0}` of the topic is not made of a-z, 0-9, _ and -")]
    ChannelName(String),
    /// A channel without a mapping.
    #[error("channel `{channel}` has no mapping: write `{channel}.toml` into decode.mappings_dir (shipped are {shipped})")]
    NoMapping {
        /// The channel.
        channel: String,
        /// Names of the shipped mappings.
        shipped: String,
    },
    /// A mapping file that could not be read.
    #[error("mapping {} could not be read", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A mapping that says something impossible.
    #[error("mapping {file}, {key}: {problem}")]
    Mapping {
        /// File name.
        file: String,
        /// The key, or the line where the TOML is broken.
        key: String,
        /// What is wrong and what is allowed.
        problem: String,
    },
}
