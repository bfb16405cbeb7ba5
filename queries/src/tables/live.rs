//! One live table of a snapshot, as `DataFusion` scans it. Rows are shared, never copied; segments of panes that no row can match
//! are left out.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Result, ScalarValue};
use datafusion::datasource::TableType;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use tanggap_engine::event::schema;

use super::schemas::{label, labelled};
use super::{CitySnapshot, LaneSnapshot};

/// Which rows of a lane a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Panes,
    Reports,
    Transitions,
    Routes,
    Traffic,
    Levels,
    Waiting,
    Over,
}

/// A live table of one snapshot.
#[derive(Debug)]
pub struct LiveTable {
    snapshot: Arc<CitySnapshot>,
    rows: Rows,
    schema: SchemaRef,
}

impl LiveTable {
    /// The table of this name ([`super::table_names`]; `waiting` and `over`: what history may not have), if there is one.
    #[must_use]
    pub fn named(name: &str, snapshot: &Arc<CitySnapshot>) -> Option<Self> {
        let (rows, engine) = match name {
            "panes" => (Rows::Panes, &*schema::PANES),
            "reports" => (Rows::Reports, &*schema::REPORTS),
            "transitions" => (Rows::Transitions, &*schema::TRANSITIONS),
            "routes" => (Rows::Routes, &*tanggap_engine::route::ROUTES),
            "traffic" => (Rows::Traffic, &*schema::TRAFFIC),
            "levels" => (Rows::Levels, &*schema::LEVELS),
            "waiting" => (Rows::Waiting, &*schema::LOG),
            "over" => (Rows::Over, &*schema::TRAFFIC),
            _ => return None,
        };
        Some(Self {
            snapshot: Arc::clone(snapshot),
            rows,
            schema: labelled(engine),
        })
    }

    fn batches(&self, lane: &LaneSnapshot, panes: (i64, i64)) -> Vec<RecordBatch> {
        match self.rows {
            Rows::Panes => lane
                .segments
                .iter()
                .filter(|segment| segment.panes().1 >= panes.0 && segment.panes().0 <= panes.1)
                .map(|segment| segment.rows().clone())
                .collect(),
            Rows::Reports => lane.cases.iter().chain(&lane.signals).cloned().collect(),
            Rows::Transitions => lane.transitions.clone(),
            Rows::Routes => lane.routes.clone(),
            Rows::Traffic => lane.traffic.iter().cloned().collect(),
            Rows::Levels => lane.levels.clone(),
            Rows::Waiting => lane.log.clone(),
            Rows::Over => lane.over.clone(),
        }
    }
}

#[async_trait]
impl TableProvider for LiveTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(filters
            .iter()
            .map(|filter| match pane_bound(filter) {
                Some(_) if self.rows == Rows::Panes => TableProviderFilterPushDown::Inexact,
                _ => TableProviderFilterPushDown::Unsupported,
            })
            .collect())
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut panes = (i64::MIN, i64::MAX);
        for bound in filters.iter().filter_map(pane_bound) {
            panes = (panes.0.max(bound.0), panes.1.min(bound.1));
        }
        let mut rows = Vec::new();
        for lane in self.snapshot.lanes.values() {
            for batch in self.batches(lane, panes).iter().filter(|batch| batch.num_rows() > 0) {
                rows.push(label(batch, lane, &self.schema)?);
            }
        }
        Ok(MemorySourceConfig::try_new_exec(
            &[rows],
            Arc::clone(&self.schema),
            projection.cloned(),
        )?)
    }
}

/// What a filter says about `pane`, as inclusive bounds in µs; `None` if it says nothing we can use.
fn pane_bound(filter: &Expr) -> Option<(i64, i64)> {
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = filter else {
        return None;
    };
    let Expr::Column(column) = left.as_ref() else { return None };
    let Expr::Literal(ScalarValue::TimestampMicrosecond(Some(time), _), _) = right.as_ref() else {
        return None;
    };
    if column.name != schema::PANE {
        return None;
    }
    match op {
        Operator::Gt | Operator::GtEq => Some((*time, i64::MAX)),
        Operator::Lt | Operator::LtEq => Some((i64::MIN, *time)),
        Operator::Eq => Some((*time, *time)),
        _ => None,
    }
}
