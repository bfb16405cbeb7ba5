//! Where questions are asked: a session over one snapshot of the city. All tables of a session are of the same instant, so a
//! question that joins two of them sees no torn state.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::datasource::MemTable;
use datafusion::prelude::{SessionConfig, SessionContext};
use tanggap_engine::event::Category;
use tanggap_engine::route::Router;
use tanggap_engine::territory::Territory;

use crate::error::QueryError;
use crate::functions;
use crate::service_clocks::ServiceClocks;
use crate::tables::{CitySnapshot, History, LiveTable, lanes_now, table_names};
use crate::unranked::Unranked;

/// The tables that do not change with the stream, and how sessions are made.
#[derive(Debug)]
pub struct Desk {
    config: SessionConfig,
    steady: Vec<(&'static str, Arc<MemTable>)>,
}

impl Desk {
    /// A desk for this territory and these rules.
    ///
    /// # Errors
    /// [`QueryError`] if the tables cannot be built.
    pub fn new(territory: &Territory, router: &Router) -> Result<Self, QueryError> {
        // Two partitions at most: one question may not take every core from the lanes.
        let config = SessionConfig::new()
            .with_target_partitions(2)
            .with_information_schema(true)
            .with_extension(Arc::new(ServiceClocks::new(router)));
        let mut steady = vec![
            ("territory", table(territory_rows(territory)?)?),
            ("units", table(functions::units_table(router)?)?),
            ("categories", table(category_rows()?)?),
        ];
        // With one region nobody has to ask which report is whose.
        if router.several() {
            steady.push(("regions", table(region_rows(router)?)?));
        }
        Ok(Self { config, steady })
    }

    /// The desk of a running city: as [`Self::new`], but complaints of categories that a rule keeps private stand in no ranking. Else whoever
    /// takes the public complaints from a ranking has the number of the others.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_city(territory: &Territory, router: &Router) -> Result<Self, QueryError> {
        let mut desk = Self::new(territory, router)?;
        desk.config = desk.config.with_extension(Arc::new(Unranked::of(router)));
        Ok(desk)
    }

    /// A session over one snapshot: live tables ([`table_names`]), `territory`, `units`, `categories`, `regions` where there are several, and our
    /// functions.
    ///
    /// # Errors
    /// [`QueryError`] if a table cannot be registered.
    pub fn session(&self, snapshot: &Arc<CitySnapshot>) -> Result<SessionContext, QueryError> {
        let session = self.steady_session()?;
        for name in table_names() {
            if let Some(table) = LiveTable::named(name, snapshot) {
                session.register_table(*name, Arc::new(table))?;
            }
        }
        Ok(session)
    }

    /// A session over one snapshot and all that history has: the same tables, as far back as it goes, and `events` beside them. History
    /// must be younger than the snapshot.
    ///
    /// # Errors
    /// As [`Self::session`].
    pub async fn long_session(&self, snapshot: &Arc<CitySnapshot>, history: &History) -> Result<SessionContext, QueryError> {
        let session = self.steady_session()?;
        history.register(&session)?;
        session.register_table("lanes_now", table(lanes_now(snapshot, history)?)?)?;
        for name in ["waiting", "over"].iter().chain(table_names()) {
            let Some(table) = LiveTable::named(name, snapshot) else { continue };
            let long = LONG.iter().any(|(long, _)| long == name);
            let name = if long { format!("live_{name}") } else { (*name).to_owned() };
            session.register_table(name, Arc::new(table))?;
        }
        for (name, sql) in LONG {
            let view = session.sql(sql).await?.into_view();
            session.register_table(name, view)?;
        }
        Ok(session)
    }

    /// A session with what does not change with the stream.
    fn steady_session(&self) -> Result<SessionContext, QueryError> {
        let session = SessionContext::new_with_config(self.config.clone());
        functions::register(&session);
        for (name, table) in &self.steady {
            session.register_table(*name, Arc::clone(table) as _)?;
        }
        Ok(session)
    }
}

/// Tables that reach back into history, each after those it is made of.
const LONG: [(&str, &str); 6] = [
    ("events", include_str!("../sql/long/events.sql")),
    ("panes", include_str!("../sql/long/panes.sql")),
    ("reports", include_str!("../sql/long/reports.sql")),
    ("transitions", include_str!("../sql/long/transitions.sql")),
    ("levels", include_str!("../sql/long/levels.sql")),
    ("traffic", include_str!("../sql/long/traffic.sql")),
];

fn table(rows: RecordBatch) -> Result<Arc<MemTable>, QueryError> {
    Ok(Arc::new(MemTable::try_new(rows.schema(), vec![vec![rows]])?))
}

fn text_column<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

fn strings(values: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

/// `territory(kelurahan, code, name, kecamatan_code, kecamatan, kota_code, kota)`.
fn territory_rows(territory: &Territory) -> Result<RecordBatch, QueryError> {
    let all = territory.kelurahan();
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let schema = Schema::new(vec![
        Field::new("kelurahan", DataType::Int64, false),
        text("code"),
        text("name"),
        text("kecamatan_code"),
        text("kecamatan"),
        text("kota_code"),
        text("kota"),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(all.iter().map(|kelurahan| Some(kelurahan.code.integer())).collect::<Int64Array>()),
        strings(all.iter().map(|kelurahan| kelurahan.code.to_string())),
        text_column(all.iter().map(|kelurahan| kelurahan.name.as_str())),
        strings(all.iter().map(|kelurahan| kelurahan.code.kecamatan())),
        text_column(all.iter().map(|kelurahan| kelurahan.kecamatan.as_str())),
        strings(all.iter().map(|kelurahan| kelurahan.code.kota())),
        text_column(all.iter().map(|kelurahan| kelurahan.kota.as_str())),
    ];
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}

/// `regions(code)`: the beginnings of kelurahan codes that some region answers for.
fn region_rows(router: &Router) -> Result<RecordBatch, QueryError> {
    let schema = Schema::new(vec![Field::new("code", DataType::Utf8, false)]);
    Ok(RecordBatch::try_new(Arc::new(schema), vec![strings(router.codes())])?)
}

/// `categories(id, label_id, label_en)`.
fn category_rows() -> Result<RecordBatch, QueryError> {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let schema = Schema::new(vec![text("id"), text("label_id"), text("label_en")]);
    let columns = vec![
        text_column(Category::ALL.iter().map(|category| category.id())),
        text_column(Category::ALL.iter().map(|category| category.label_id())),
        text_column(Category::ALL.iter().map(|category| category.label_en())),
    ];
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}
