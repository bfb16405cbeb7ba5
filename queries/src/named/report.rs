//! One report (`sql/report.sql`, `sql/timeline.sql`): where it lies, who was asked and why, and what happened since.

use datafusion::common::ScalarValue;
use datafusion::prelude::SessionContext;
use tanggap_engine::case::{Change, SlaClock, follow};
use tanggap_engine::event::Status;

use super::cases::ask;
use super::reading::{Flags, Numbers, Texts, Wholes};
use crate::QueryError;
use crate::service_clocks::{Clocked, ServiceClocks};

const REPORT: &str = include_str!("../../sql/report.sql");
const TIMELINE: &str = include_str!("../../sql/timeline.sql");

/// Who was asked, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportRoute {
    /// Code of the unit; empty = nobody, on purpose.
    pub unit_code: String,
    /// Its name in Indonesian.
    pub unit: String,
    /// Id of the rule.
    pub rule: String,
    /// 0 to 1.
    pub confidence: f64,
    /// In Indonesian.
    pub reason_id: String,
    /// In English.
    pub reason_en: String,
    /// Who would be asked next.
    pub second_unit: Option<String>,
    /// Metres to the nearest kelurahan border.
    pub boundary_m: Option<f64>,
    /// Seconds from filing until a first response is due.
    pub respond_s: Option<i64>,
    /// Seconds from filing until it is to be finished.
    pub finish_s: Option<i64>,
    /// When a first response is due, µs since epoch UTC: by the service level of the rule, the calendar and the pauses of the case, of which one
    /// that lasts counts up to the last word. None = no such clock.
    pub respond_by_us: Option<i64>,
    /// When it is to be finished.
    pub finish_by_us: Option<i64>,
}

/// One step in the life of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// µs since epoch UTC.
    pub time_us: i64,
    /// Status id.
    pub status: String,
    /// Unit, as the source names it.
    pub unit: Option<String>,
    /// Role of who acted.
    pub actor_role: Option<String>,
    /// Seen in a record of the report, not told as a change.
    pub snapshot: bool,
    /// Photo from before the work: hash of its file ([`tanggap_engine::event::photo_hash`]).
    pub before_photo: Option<u64>,
    /// Photo from after it, likewise.
    pub after_photo: Option<u64>,
}

/// One report without who wrote it and what.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// Category id.
    pub category: String,
    /// Kind id; none where nobody has said.
    pub kind: Option<String>,
    /// µs since epoch UTC.
    pub received_us: i64,
    /// Degrees WGS 84, longitude and latitude; none = not located. For reckoning with, not for showing.
    pub position: Option<(f64, f64)>,
    /// H3 index; none = not located.
    pub cell: Option<i64>,
    /// Integer code; none = not located, or outside.
    pub kelurahan: Option<i64>,
    /// Unit its channel named.
    pub unit: Option<String>,
    /// The route; none = not a complaint.
    pub route: Option<ReportRoute>,
    /// Oldest first.
    pub timeline: Vec<Step>,
}

/// The report with this id, on this channel or (none) on whichever knows it.
///
/// # Errors
/// If `reports`, `routes` or `transitions` are not there, or cannot be read.
pub async fn report(context: &SessionContext, id: &str, channel: Option<&str>) -> Result<Option<Report>, QueryError> {
    let parameters = vec![
        ("id", ScalarValue::from(id)),
        ("channel", ScalarValue::from(channel.unwrap_or_default())),
    ];
    let batches = ask(context, REPORT, parameters).await?.collect().await?;
    let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else {
        return Ok(None);
    };
    let text = |name: &str| Ok::<_, QueryError>(Texts::of(batch, name)?.get(0));
    let whole = |name: &str| Ok::<_, QueryError>(Wholes::of(batch, name)?.get(0));
    let number = |name: &str| Ok::<_, QueryError>(Numbers::of(batch, name)?.get(0));
    let route = match text("rule")? {
        None => None,
        Some(rule) => Some(ReportRoute {
            unit_code: text("unit_code")?.unwrap_or_default(),
            unit: text("routed_unit")?.unwrap_or_default(),
            rule,
            confidence: number("confidence")?.unwrap_or_default(),
            reason_id: text("reason_id")?.unwrap_or_default(),
            reason_en: text("reason_en")?.unwrap_or_default(),
            second_unit: text("second_unit")?.filter(|unit| !unit.is_empty()),
            boundary_m: number("boundary_m")?,
            respond_s: whole("respond_s")?,
            finish_s: whole("finish_s")?,
            respond_by_us: None,
            finish_by_us: None,
        }),
    };
    let channel = text("channel")?.unwrap_or_default();
    let received_us = whole("received_us")?.unwrap_or_default();
    let timeline = timeline(context, id, &channel).await?;
    let route = route.map(|route| dated(route, &ServiceClocks::of(context), &channel, received_us, &timeline));
    Ok(Some(Report {
        id: id.to_owned(),
        category: text("category")?.unwrap_or_default(),
        kind: text("kind")?,
        received_us,
        position: number("longitude_deg")?.zip(number("latitude_deg")?),
        cell: whole("cell")?,
        kelurahan: whole("kelurahan")?,
        unit: text("unit")?,
        route,
        timeline,
        channel,
    }))
}

/// A route with its due times.
fn dated(route: ReportRoute, clocks: &ServiceClocks, channel: &str, received_us: i64, timeline: &[Step]) -> ReportRoute {
    let change = |(place, step): (usize, &Step)| {
        Some(Change {
            time_us: step.time_us,
            offset: i64::try_from(place).unwrap_or(i64::MAX),
            status: Status::from_id(&step.status)?,
            snapshot: step.snapshot,
            holder: None,
        })
    };
    let changes: Vec<Change> = timeline.iter().enumerate().filter_map(change).collect();
    let last_us = timeline.last().map_or(received_us, |step| step.time_us.max(received_us));
    let story = follow(received_us, None, &changes, last_us);
    let case = Clocked {
        rule: Some(&route.rule),
        channel,
        unit: Some(&route.unit_code),
        filed_us: received_us,
        pauses: &story.pauses,
        respond_s: route.respond_s,
        finish_s: route.finish_s,
    };
    let due = |clock| clocks.due(&case, clock).map(|due| due.due);
    let (respond_by_us, finish_by_us) = (due(SlaClock::Respond), due(SlaClock::Finish));
    ReportRoute {
        respond_by_us,
        finish_by_us,
        ..route
    }
}

async fn timeline(context: &SessionContext, id: &str, channel: &str) -> Result<Vec<Step>, QueryError> {
    let parameters = vec![("id", ScalarValue::from(id)), ("channel", ScalarValue::from(channel))];
    let mut steps: Vec<Step> = Vec::new();
    for batch in ask(context, TIMELINE, parameters).await?.collect().await? {
        let (time, status) = (Wholes::of(&batch, "time_us")?, Texts::of(&batch, "status")?);
        let (unit, actor, snapshot) = (
            Texts::of(&batch, "unit")?,
            Texts::of(&batch, "actor_role")?,
            Flags::of(&batch, "snapshot")?,
        );
        let (before, after) = (Wholes::of(&batch, "before_photo")?, Wholes::of(&batch, "after_photo")?);
        for row in 0..batch.num_rows() {
            let step = Step {
                time_us: time.get(row).unwrap_or_default(),
                status: status.get(row).unwrap_or_default(),
                unit: unit.get(row),
                actor_role: actor.get(row),
                snapshot: snapshot.get(row),
                before_photo: before.get(row).map(i64::cast_unsigned),
                after_photo: after.get(row).map(i64::cast_unsigned),
            };
            // A source that shows its state again and again tells nothing new by it.
            let again = step.snapshot && steps.last().is_some_and(|last| last.status == step.status);
            if !again {
                steps.push(step);
            }
        }
    }
    Ok(steps)
}
