//! Reports that were read and not understood (`sql/unread.sql`): the queue of whoever reads what a model cannot. There is no text in it, as
//! no table has one; whoever looks follows the id to its channel.

use datafusion::common::ScalarValue;
use datafusion::prelude::SessionContext;

use super::cases::ask;
use super::reading::{Texts, Wholes};
use crate::QueryError;

const UNREAD: &str = include_str!("../../sql/unread.sql");

/// A report that waits for a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// Kind id; none where nobody has said.
    pub kind: Option<String>,
    /// µs since epoch UTC.
    pub received_us: i64,
    /// H3 index; none = not located.
    pub cell: Option<i64>,
    /// Integer code of the kelurahan by its position, or that its text names; none = not known.
    pub kelurahan: Option<i64>,
}

/// The newest reports with the decoder's `mark` on which nobody has acted, at most `limit`.
///
/// # Errors
/// If `reports` or `transitions` are not there, or cannot be read.
pub async fn unread(context: &SessionContext, mark: &str, limit: usize) -> Result<Vec<Unread>, QueryError> {
    let parameters = vec![
        ("mark", ScalarValue::from(mark)),
        ("limit", ScalarValue::from(i64::try_from(limit).unwrap_or(i64::MAX))),
    ];
    let mut found = Vec::new();
    for batch in ask(context, UNREAD, parameters).await?.collect().await? {
        let (ids, channels, kinds) = (Texts::of(&batch, "id")?, Texts::of(&batch, "channel")?, Texts::of(&batch, "kind")?);
        let (received, cells, kelurahan) = (
            Wholes::of(&batch, "received_us")?,
            Wholes::of(&batch, "cell")?,
            Wholes::of(&batch, "kelurahan")?,
        );
        for row in 0..batch.num_rows() {
            found.push(Unread {
                id: ids.get(row).unwrap_or_default(),
                channel: channels.get(row).unwrap_or_default(),
                kind: kinds.get(row),
                received_us: received.get(row).unwrap_or_default(),
                cell: cells.get(row),
                kelurahan: kelurahan.get(row),
            });
        }
    }
    Ok(found)
}
