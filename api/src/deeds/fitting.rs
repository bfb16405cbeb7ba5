//! Whether a deed fits a report as it is: who may, in whose name, and what is said where it does not.

use tanggap_engine::case::Story;
use tanggap_engine::event::Status;
use tanggap_queries::named::Standing;

use super::action::{Action, Stage};
use super::deed::Deed;
use super::keys::{Intent, Known};
use crate::access::Right;
use crate::error::{CaseNow, Problem};
use crate::extractors::Viewer;
use crate::state::AppState;
use crate::time::rfc3339;

/// A deed of which nobody knows is given again, to the byte, unless the report has changed since.
pub(super) fn still_fits(report: &Standing, known: Known) -> Result<Intent, Problem> {
    let story = report.story();
    if known.intent.answer.version == Some(story.transitions + 1) {
        return Ok(known.intent);
    }
    Err(stale(report, &story))
}

/// Whether this viewer may act on this report.
pub(super) fn may(state: &AppState, viewer: &Viewer, report: &Standing, stage: Stage) -> Result<(), Problem> {
    if stage.duty() {
        let (kelurahan, _) = state.place(report.kelurahan);
        return viewer.require(Right::Verify(kelurahan.as_deref().unwrap_or_default()));
    }
    let holder = report.holder().map(|unit| code_of(state, unit)).unwrap_or_default();
    viewer.require(Right::ActFor(&holder))
}

/// The code of a unit, if anybody knows it.
pub(super) fn code_of(state: &AppState, unit: &str) -> String {
    let known = state.router.recognise(unit);
    known.map_or_else(|| unit.to_owned(), |known| known.code.into_owned())
}

/// The unit that a transition names: who holds the report by it, or judges it.
pub(super) fn unit_of(state: &AppState, viewer: &Viewer, report: &Standing, stage: Stage, deed: &Deed) -> Result<Option<String>, Problem> {
    if stage.duty() {
        return Ok(viewer.unit.as_deref().map(str::to_owned));
    }
    let holder = report.holder().map(|unit| code_of(state, unit));
    let Some(named) = &deed.unit else { return Ok(holder) };
    let target = state.router.recognise(named);
    let target = target.ok_or_else(|| Problem::unfit_deed("no unit has this code; /v1/units lists them"))?;
    let same = holder.as_deref() == Some(&*target.code);
    match (deed.action, same) {
        (Action::Redirect, true) => Err(Problem::unfit_deed("the report is with this unit already")),
        (Action::Redirect, false) | (_, true) => Ok(Some(target.code.into_owned())),
        (_, false) => Err(Problem::unfit_deed("the report is with another unit; `redirect` sends it on")),
    }
}

/// How the report is, for whoever saw it otherwise.
pub(super) fn stale(report: &Standing, story: &Story) -> Problem {
    Problem::stale_case(CaseNow {
        status: story.status.unwrap_or(Status::Received).id().to_owned(),
        unit: report.holder().map(str::to_owned),
        version: story.transitions,
        time: report.last_us().map(rfc3339),
    })
}
