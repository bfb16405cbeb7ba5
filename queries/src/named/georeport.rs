//! Complaints as Open311's GeoReport shows them to anybody (`sql/georeport.sql`): one by one, without who wrote and what.

use datafusion::common::ScalarValue;

use super::Cases;
use super::cases::{ask, moment};
use super::reading::{Flags, Texts, Wholes};
use crate::QueryError;

const GEOREPORT: &str = include_str!("../../sql/georeport.sql");

/// What stands between the ids of a list: no id has it, and no address could carry it.
const BETWEEN: char = '\u{1f}';

/// Which complaints are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeoReportQuestion {
    /// Channel and id; empty = any.
    pub ids: Vec<(String, String)>,
    /// Category ids; empty = any.
    pub categories: Vec<String>,
    /// Only those that ended, or only those that did not; none = both.
    pub closed: Option<bool>,
    /// Filed at this moment or later, µs since epoch UTC.
    pub since_us: i64,
    /// Filed before this moment, µs since epoch UTC.
    pub until_us: i64,
    /// Rows left out at the beginning.
    pub skip: usize,
    /// Rows at most.
    pub limit: usize,
}

/// One complaint. Times are µs since epoch UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeoReport {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// Category id.
    pub category: String,
    /// Status id.
    pub status: String,
    /// Whether it was resolved or ended otherwise.
    pub closed: bool,
    /// When it was filed.
    pub filed_us: i64,
    /// The latest moment its clocks know.
    pub changed_us: i64,
    /// When it is to be finished; none = no such clock.
    pub expected_us: Option<i64>,
    /// Who holds it.
    pub agency: Option<String>,
    /// H3 index; none = not located.
    pub cell: Option<i64>,
    /// Integer code; none = not located, or outside.
    pub kelurahan: Option<i64>,
}

impl Cases {
    /// The complaints asked for, the newest first.
    ///
    /// # Errors
    /// If `reports`, `routes` or `units` are not there, or cannot be read.
    pub async fn georeport(&self, question: &GeoReportQuestion) -> Result<Vec<GeoReport>, QueryError> {
        let number = |number: usize| ScalarValue::from(i64::try_from(number).unwrap_or(i64::MAX));
        let ids: Vec<String> = question.ids.iter().map(|(channel, id)| format!("{channel}:{id}")).collect();
        let state = match question.closed {
            None => "",
            Some(false) => "open",
            Some(true) => "closed",
        };
        let parameters = vec![
            ("ids", ScalarValue::from(listed(&ids))),
            ("categories", ScalarValue::from(listed(&question.categories))),
            ("state", ScalarValue::from(state)),
            ("since", moment(question.since_us)),
            ("until", moment(question.until_us)),
            ("skip", number(question.skip)),
            ("limit", number(question.limit)),
        ];
        let mut found = Vec::new();
        for batch in ask(self.session(), GEOREPORT, parameters).await?.collect().await? {
            let text = |name: &str| Texts::of(&batch, name);
            let whole = |name: &str| Wholes::of(&batch, name);
            let (id, channel, category, status, agency) =
                (text("id")?, text("channel")?, text("category")?, text("status")?, text("agency")?);
            let (filed, changed, expected, cell) = (whole("filed_us")?, whole("changed_us")?, whole("expected_us")?, whole("cell")?);
            let kelurahan = whole("kelurahan")?;
            let closed = Flags::of(&batch, "closed")?;
            for row in 0..batch.num_rows() {
                let filed_us = filed.get(row).unwrap_or_default();
                found.push(GeoReport {
                    id: id.get(row).unwrap_or_default(),
                    channel: channel.get(row).unwrap_or_default(),
                    category: category.get(row).unwrap_or_default(),
                    status: status.get(row).unwrap_or_default(),
                    closed: closed.get(row),
                    filed_us,
                    changed_us: changed.get(row).unwrap_or(filed_us),
                    expected_us: expected.get(row),
                    agency: agency.get(row),
                    cell: cell.get(row),
                    kelurahan: kelurahan.get(row),
                });
            }
        }
        Ok(found)
    }
}

/// The texts, each between two separators; empty if there are none.
fn listed(texts: &[String]) -> String {
    if texts.is_empty() {
        return String::new();
    }
    let mut list = String::from(BETWEEN);
    for text in texts {
        list.push_str(text);
        list.push(BETWEEN);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn a_list_is_empty_or_every_text_stands_between_two_separators() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["a".to_owned(), "b".to_owned()]), "\u{1f}a\u{1f}b\u{1f}");
    }
}
