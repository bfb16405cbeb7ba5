//! One area, and every desk (`sql/areas.sql`, `sql/desks.sql`): what is reported, in what state, and with whom it lies.

use datafusion::common::ScalarValue;

use super::Cases;
use super::cases::{ask, moment};
use super::reading::{Texts, Wholes};
use crate::QueryError;

const AREAS: &str = include_str!("../../sql/areas.sql");
const DESKS: &str = include_str!("../../sql/desks.sql");

/// Complaints of one area, one category and one status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaCount {
    /// Category id.
    pub category: String,
    /// Status id.
    pub status: String,
    /// Complaints.
    pub n: i64,
    /// Of them neither resolved nor ended.
    pub open: i64,
    /// Of them filed since the moment asked for.
    pub inflow: i64,
    /// Of them resolved or ended since then.
    pub outflow: i64,
}

/// One unit's open complaints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskLoad {
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Open complaints it holds.
    pub open: i64,
}

impl Cases {
    /// What is reported in the area whose integer code is `area` where a kelurahan's is divided by `divisor`, and what of it came and went
    /// since `since_us` (µs since epoch UTC).
    ///
    /// # Errors
    /// If the query engine fails.
    pub async fn area(&self, area: i64, divisor: i64, since_us: i64) -> Result<Vec<AreaCount>, QueryError> {
        let parameters = vec![
            ("divisor", ScalarValue::from(divisor)),
            ("area", ScalarValue::from(area)),
            ("since", moment(since_us)),
        ];
        let mut counts = Vec::new();
        for batch in ask(self.session(), AREAS, parameters).await?.collect().await? {
            let (category, status) = (Texts::of(&batch, "category")?, Texts::of(&batch, "status")?);
            let (n, open) = (Wholes::of(&batch, "n")?, Wholes::of(&batch, "open")?);
            let (inflow, outflow) = (Wholes::of(&batch, "inflow")?, Wholes::of(&batch, "outflow")?);
            counts.extend((0..batch.num_rows()).map(|row| AreaCount {
                category: category.get(row).unwrap_or_default(),
                status: status.get(row).unwrap_or_default(),
                n: n.get(row).unwrap_or_default(),
                open: open.get(row).unwrap_or_default(),
                inflow: inflow.get(row).unwrap_or_default(),
                outflow: outflow.get(row).unwrap_or_default(),
            }));
        }
        Ok(counts)
    }

    /// Every unit with open complaints, the fullest desk first.
    ///
    /// # Errors
    /// If `routes` or `units` are not there, or the query engine fails.
    pub async fn desks(&self) -> Result<Vec<DeskLoad>, QueryError> {
        let mut desks = Vec::new();
        for batch in ask(self.session(), DESKS, vec![]).await?.collect().await? {
            let (code, name, open) = (Texts::of(&batch, "code")?, Texts::of(&batch, "name")?, Wholes::of(&batch, "open")?);
            desks.extend((0..batch.num_rows()).map(|row| DeskLoad {
                code: code.get(row).unwrap_or_default(),
                name: name.get(row).unwrap_or_default(),
                open: open.get(row).unwrap_or_default(),
            }));
        }
        Ok(desks)
    }
}
