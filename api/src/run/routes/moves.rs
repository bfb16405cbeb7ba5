//! What other rules would change: reports go in with both routers, out come who would answer instead of whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Int64Type, UInt8Type};
use tanggap_engine::event::{Category, schema};
use tanggap_engine::lane::Ground;
use tanggap_engine::route::{Router, route};

/// Examples kept of each move.
const EXAMPLES: usize = 3;

/// From whom to whom, of which category.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    category: &'static str,
    from: String,
    to: String,
}

/// All moves, and what stayed.
#[derive(Debug, Default)]
pub(super) struct Moves {
    by_way: BTreeMap<Move, (i64, Vec<String>)>,
    /// Reports that were looked at.
    pub(super) reports: usize,
    /// Of those that stay with their unit: decided by another rule, or with other clocks.
    pub(super) otherwise: usize,
}

impl Moves {
    /// Decides reports of a channel ([`schema::REPORTS`]) by both.
    pub(super) fn look(&mut self, old: &Router, new: &Router, channel: &str, reports: &RecordBatch, ground: &Ground) {
        let (before, after) = (route(old, channel, reports, ground), route(new, channel, reports, ground));
        let texts = |rows: &RecordBatch, name: &str| rows.column_by_name(name).map(|column| column.as_string::<i32>().clone());
        let columns = |rows: &RecordBatch| Some((texts(rows, "unit_code")?, texts(rows, "rule")?));
        let (Some(from), Some(to)) = (columns(&before), columns(&after)) else {
            return;
        };
        let category = reports.column_by_name(schema::CATEGORY).map(AsArray::as_primitive::<UInt8Type>);
        for row in 0..reports.num_rows() {
            self.reports += 1;
            if from.0.value(row) == to.0.value(row) {
                self.otherwise += usize::from(from.1.value(row) != to.1.value(row) || clocks(&before, row) != clocks(&after, row));
                continue;
            }
            let number = category
                .filter(|category| category.is_valid(row))
                .map(|category| category.value(row));
            let moved = Move {
                category: number.and_then(Category::from_number).map_or("unknown", Category::id),
                from: from.0.value(row).to_owned(),
                to: to.0.value(row).to_owned(),
            };
            let (count, examples) = self.by_way.entry(moved).or_default();
            *count += 1;
            if let Some(id) = texts(&before, schema::ID).filter(|_| examples.len() < EXAMPLES) {
                examples.push(format!("{channel}:{}", id.value(row)));
            }
        }
    }

    /// Reports that would move.
    pub(super) fn moved(&self) -> i64 {
        self.by_way.values().map(|(count, _)| count).sum()
    }

    /// One row a move, the largest first: `category, from, to, reports, examples`; an empty unit is nobody.
    pub(super) fn table(&self) -> anyhow::Result<RecordBatch> {
        let mut rows: Vec<_> = self.by_way.iter().collect();
        rows.sort_by(|(one, (few, _)), (other, (many, _))| many.cmp(few).then_with(|| one.cmp(other)));
        let text =
            |of: &dyn Fn(&Move) -> &str| Arc::new(rows.iter().map(|(moved, _)| Some(of(moved))).collect::<StringArray>()) as ArrayRef;
        let examples: StringArray = rows.iter().map(|(_, (_, examples))| Some(examples.join(" "))).collect();
        let reports: Int64Array = rows.iter().map(|(_, (count, _))| Some(*count)).collect();
        Ok(RecordBatch::try_from_iter([
            ("category", text(&|moved| moved.category)),
            ("from", text(&|moved| &moved.from)),
            ("to", text(&|moved| &moved.to)),
            ("reports", Arc::new(reports) as ArrayRef),
            ("examples", Arc::new(examples) as ArrayRef),
        ])?)
    }
}

/// The clocks of a route.
fn clocks(routes: &RecordBatch, row: usize) -> [Option<i64>; 2] {
    ["respond_s", "finish_s"].map(|name| {
        let seconds = routes.column_by_name(name)?.as_primitive::<Int64Type>();
        seconds.is_valid(row).then(|| seconds.value(row))
    })
}
