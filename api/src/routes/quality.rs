//! `GET /v1/quality/{level}/{code}`: what speaks against the closings of a unit, with the evidence. For staff; flags, never verdicts.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_queries::QueryError;
use tanggap_queries::named::{Burst, ClosingShare, Evidence, Flag, FlagKind, FlagPhoto, FlagRule, Level, PhotoSide, UnitFlags};
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use super::photos::ShownPhoto;
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// Pages beyond this many flags are not turned.
const DEEPEST: usize = 1_000_000;

/// A share of closings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityShare {
    /// Closings of that sort.
    part: u64,
    /// Closings.
    whole: u64,
    share: f64,
    /// Lower end of its exact 95 % interval.
    lower: f64,
    /// Upper end of it.
    upper: f64,
}

impl From<ClosingShare> for QualityShare {
    fn from(share: ClosingShare) -> Self {
        Self {
            part: share.part,
            whole: share.whole,
            share: share.share,
            lower: share.interval.0,
            upper: share.interval.1,
        }
    }
}

/// A month at whose end the unit closed more than chance explains.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityBurst {
    /// As `2026-10`.
    month: String,
    /// Closings in its last 48 hours.
    part: u64,
    /// Closings in the month.
    whole: u64,
    share: f64,
    /// Share to be expected.
    expected: f64,
    /// Upper 99.8 % limit for so many closings.
    limit: f64,
}

/// A photo that a flag is about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityPhoto {
    /// `after` or `before` the work of this case, or shown `earlier` by another.
    #[schema(value_type = String)]
    side: PhotoSide,
    /// Channel of the report that shows it.
    channel: String,
    /// Its id.
    id: String,
    #[serde(flatten)]
    photo: ShownPhoto,
}

/// One flag of one case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityItem {
    /// Id of the case.
    id: String,
    channel: String,
    /// Code of the unit that resolved it.
    unit: Option<String>,
    kelurahan: Option<String>,
    kelurahan_name: Option<String>,
    filed: String,
    /// Null = taken back.
    resolved: Option<String>,
    /// Kind of flag.
    flag: &'static str,
    /// Whether a ranking adjusted for quality takes the case as not resolved.
    strong: bool,
    /// In words.
    says: Words,
    /// Ids, hashes and times; which ones depends on the kind. Times are µs since epoch UTC.
    #[schema(value_type = Object)]
    evidence: Evidence,
    /// The photos it is about, the one of this closing first; of earlier ones five at most. None where it is about no photo, or only its look
    /// is known.
    photos: Vec<QualityPhoto>,
}

/// A page of what speaks against the closings of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityAnswer {
    #[serde(flatten)]
    frame: Frame,
    level: &'static str,
    code: String,
    /// What a flag is, in words.
    says: Words,
    /// Resolved cases with a strong flag; null = nothing is resolved.
    doubted: Option<QualityShare>,
    /// Cases that were taken back within 14 days, of those closed at least as long ago; null = none were.
    reopened: Option<QualityShare>,
    /// Cases by kind of flag.
    flags: BTreeMap<String, u64>,
    /// Months that ended in a burst.
    bursts: Vec<QualityBurst>,
    /// By time of filing.
    items: Vec<QualityItem>,
    /// To be given as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// Quality of closings
///
/// Staff only. Reasons to look at a closing again, each with its evidence: photos shown before, unchanged or too old, closings too fast to
/// be true, cases taken back. A flag is no verdict: there may be a good reason, and whoever closed it knows.
#[utoipa::path(
    get,
    path = "/v1/quality/{level}/{code}",
    tag = "rankings",
    params(
        ("level" = String, Path, description = "kelurahan, kecamatan, kota, dinas or channel"),
        ("code" = String, Path, description = "code of the unit, as the ranking of that level has it"),
        ("limit" = Option<usize>, Query, description = "1 to 500; default 50"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "The flags", body = QualityAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Neither leadership nor operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such level, or no closings of such a unit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn quality(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment((level, code)): Segment<(String, String)>,
    params: Params,
) -> Result<Response, Problem> {
    viewer.require(Right::Audit)?;
    let params = params.only(&["limit", "cursor"])?;
    let limit = params.whole("limit", 1..=500, 50)?;
    let from = params.whole("cursor", 0..=DEEPEST, 0)?;
    let unknown = "there is no such level; there is: kelurahan, kecamatan, kota, dinas, channel";
    let level = Level::from_id(&level).ok_or_else(|| Problem::not_found(unknown))?;
    let snapshot = state.city.snapshot();
    let nothing = || Problem::not_found("nothing of a unit with this code has been resolved");
    let cases = state.cases(&snapshot).await?.ok_or_else(nothing)?;
    let ask = async move {
        let rule = FlagRule::default();
        let units = cases.unit_flags(level, &rule).await?;
        Ok::<_, QueryError>((units, cases.flags(&rule).await?))
    };
    let (units, mut flags) = state.analysts.ask(ask).await?;
    let unit: UnitFlags = units.into_iter().find(|unit| unit.code == code).ok_or_else(nothing)?;
    flags.retain(|flag| flag.code(level).as_deref() == Some(code.as_str()));
    let more = flags.len() > from.saturating_add(limit);
    json(&QualityAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        level: level.id(),
        code,
        says: no_verdict(),
        doubted: unit.doubted.map(QualityShare::from),
        reopened: unit.reopened.map(QualityShare::from),
        flags: by_kind(&unit.flags),
        bursts: unit.bursts.into_iter().map(burst).collect(),
        items: flags
            .into_iter()
            .skip(from)
            .take(limit)
            .map(|flag| item(&state, &viewer, flag))
            .collect(),
        next_cursor: more.then(|| (from + limit).to_string()),
    })
}

/// What a flag is.
pub(super) fn no_verdict() -> Words {
    Words {
        id: "tanda untuk diperiksa, bukan putusan".to_owned(),
        en: "flags to look at, not verdicts".to_owned(),
    }
}

/// Cases by the id of their kind of flag.
pub(super) fn by_kind(flags: &BTreeMap<FlagKind, u64>) -> BTreeMap<String, u64> {
    flags.iter().map(|(kind, cases)| (kind.id().to_owned(), *cases)).collect()
}

fn burst(burst: Burst) -> QualityBurst {
    QualityBurst {
        month: burst.month,
        part: burst.part,
        whole: burst.whole,
        share: burst.share,
        expected: burst.expected,
        limit: burst.limit,
    }
}

fn item(state: &AppState, viewer: &Viewer, flag: Flag) -> QualityItem {
    let (kelurahan, kelurahan_name) = state.place(flag.kelurahan);
    let says = says(&flag);
    let photos = flag.photos.into_iter().filter_map(|photo| shown(state, viewer, photo)).collect();
    QualityItem {
        photos,
        id: flag.id,
        channel: flag.channel,
        unit: flag.unit,
        kelurahan,
        kelurahan_name,
        filed: rfc3339(flag.filed_us),
        resolved: flag.resolution_us.map(rfc3339),
        flag: flag.flag.id(),
        strong: flag.strong,
        says,
        evidence: flag.evidence,
    }
}

fn shown(state: &AppState, viewer: &Viewer, photo: FlagPhoto) -> Option<QualityPhoto> {
    Some(QualityPhoto {
        photo: ShownPhoto::of(state, viewer, Some(photo.file))?,
        side: photo.side,
        channel: photo.channel,
        id: photo.id,
    })
}

/// What the evidence shows, in a sentence; what it means is for people to say.
fn says(flag: &Flag) -> Words {
    let minutes = |seconds: f64| (seconds / 60.0).round();
    let (id, en) = match &flag.evidence {
        Evidence::Photo { cases, .. } => (
            format!("foto sesudah sama atau mirip dengan foto {cases} kasus sebelumnya"),
            format!("the after-photo is, or looks like, that of {cases} earlier cases"),
        ),
        Evidence::Unchanged { same_file, .. } if *same_file => (
            "foto sesudah adalah berkas foto sebelum".to_owned(),
            "the after-photo is the file of the before-photo".to_owned(),
        ),
        Evidence::Unchanged { .. } => (
            "foto sesudah mirip dengan foto sebelum".to_owned(),
            "the after-photo looks like the before-photo".to_owned(),
        ),
        Evidence::Taken { before_s, .. } => (
            format!("foto sesudah diambil {} menit sebelum laporan", minutes(*before_s)),
            format!("the after-photo was taken {} min before the report", minutes(*before_s)),
        ),
        Evidence::Fast {
            since_filed_s,
            since_taken_on_s,
        } => {
            let fastest = since_taken_on_s.map_or(*since_filed_s, |seconds| seconds.min(*since_filed_s));
            (
                format!("selesai dalam {} menit", minutes(fastest)),
                format!("resolved within {} min", minutes(fastest)),
            )
        }
        Evidence::Statuses { .. } => (
            "tidak ada petugas yang dikirim atau bekerja sebelum selesai".to_owned(),
            "no officer was sent or at work before it was resolved".to_owned(),
        ),
        Evidence::HandOvers { hand_overs, .. } => (
            format!("dialihkan {hand_overs} kali antara dua unit yang sama"),
            format!("handed over {hand_overs} times between the same two units"),
        ),
        Evidence::TakenBack { times, .. } => (format!("dibuka kembali {times} kali"), format!("reopened {times} times")),
        Evidence::Mark { rating, .. } => (
            format!("pelapor memberi nilai {rating} dari 5"),
            format!("the reporter gave {rating} of 5"),
        ),
    };
    Words { id, en }
}
