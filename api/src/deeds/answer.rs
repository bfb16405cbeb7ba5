//! What whoever acted is told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A deed that is done, or a report that was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct DeedAnswer {
    /// Id of the report.
    pub(crate) id: String,
    /// Its channel.
    pub(crate) channel: String,
    /// What it has become; not of a new report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
    /// Its version now: what the next deed must expect; not of a new report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<usize>,
    /// When.
    pub(crate) time: String,
    /// Of a new report: `position`, `kelurahan`, or `none`: nobody can tell where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) located: Option<String>,
    /// Of a new report: the number its reporter keeps, to show later that it is theirs. The log has its hash only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) claim: Option<String>,
    /// Whether the desks show it yet. If not, they will: it is in the log.
    pub(crate) seen: bool,
}
