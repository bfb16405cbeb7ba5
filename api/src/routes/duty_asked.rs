//! What both answers about duty reports want: which kelurahan, which months, as of when; and the way to the ledger.

use std::sync::Arc;

use tanggap_engine::territory::KelurahanCode;
use tanggap_queries::QueryError;
use tanggap_queries::named::{Duty, DutyPlace, DutyQuestion, Month};
use tanggap_queries::tables::CitySnapshot;

use crate::error::Problem;
use crate::extractors::Params;
use crate::state::AppState;
use crate::time::rfc3339;

/// Pages beyond this many rows are not turned.
pub(super) const DEEPEST: usize = 1_000_000;

/// What was asked for, checked.
pub(super) struct Asked {
    pub(super) snapshot: Arc<CitySnapshot>,
    pub(super) question: DutyQuestion,
    pub(super) kelurahan: Option<String>,
    pub(super) kelurahan_name: Option<String>,
}

impl Asked {
    /// Reads what both answers want. `month`: what is asked for where nobody says.
    pub(super) fn read(state: &AppState, kelurahan: &str, params: &Params, month: fn(Month) -> (Month, Month)) -> Result<Self, Problem> {
        let code = match kelurahan {
            "unplaced" => None,
            text => Some(
                text.parse::<KelurahanCode>()
                    .ok()
                    .filter(|code| state.territory.find(*code).is_some())
                    .ok_or_else(|| {
                        Problem::not_found("no kelurahan has this code; /v1/areas lists them, and `unplaced` is for reports in none")
                    })?,
            ),
        };
        let snapshot = state.city.snapshot();
        let newest = snapshot
            .watermark()
            .ok_or_else(|| Problem::not_found("nothing has come in yet: there is no ledger"))?;
        let as_of_us = params.moment("as_of")?.map_or(newest, |asked| asked.min(newest));
        let (first, last) = match params.get("month") {
            None => month(Month::of(as_of_us)),
            Some(text) => {
                let month =
                    Month::parse(text).ok_or_else(|| Problem::parameter("month", text, &["a month from 2000 to 2199, as 2026-10"]))?;
                (month, month)
            }
        };
        let integer = code.map(KelurahanCode::integer);
        let (kelurahan, kelurahan_name) = state.place(integer);
        Ok(Self {
            snapshot,
            question: DutyQuestion {
                first,
                last,
                place: integer.map_or(DutyPlace::Unplaced, DutyPlace::Kelurahan),
                as_of_us,
                rule: state.settings.duty,
            },
            kelurahan,
            kelurahan_name,
        })
    }

    /// Reads the ledger, as far back as history goes, and asks it something.
    pub(super) async fn ask<T, F>(&self, state: &AppState, what: impl FnOnce(Duty) -> F + Send + 'static) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, QueryError>> + Send + 'static,
        T: Send + 'static,
    {
        let session = state.long_session(&self.snapshot).await?;
        let question = self.question;
        let asked = async move { what(Duty::collect(&session, &question).await?).await };
        state.analysts.ask(asked).await
    }

    /// Since when duty reports are known, where that is not always.
    pub(super) fn known_since(&self, state: &AppState) -> Option<String> {
        let lanes = self.snapshot.lanes.values().map(|lane| lane.signals_from);
        let since = lanes.max().filter(|since| *since > i64::MIN);
        since.filter(|_| !state.reaches_back()).map(rfc3339)
    }
}
