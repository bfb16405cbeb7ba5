//! `POST /v1/photos`, `GET /v1/photos/{sha256}`: what a deed or a report shows. Anybody may upload one; staff see it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::answer::now;
use super::transitions::created;
use crate::access::Right;
use crate::deeds::{NotKept, PhotoFacts, Photos};
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::AppState;

/// Uploads that are decoded or wait for it at once: each has a thread and a file of up to 8 MB.
static ROOM: Semaphore = Semaphore::const_new(8);
/// What may be sent.
const MEDIA_TYPES: [&str; 2] = ["image/jpeg", "image/png"];

/// A photo that a report shows, as far as we have it. For staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ShownPhoto {
    /// Whether its file is here. Of a photo that another system keeps, and of one of two that cannot be told apart, there is a hash only.
    present: bool,
    /// What `/v1/photos/{sha256}` knows it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

impl ShownPhoto {
    /// By its number in the tables, for whoever may see photos; none for others.
    pub(super) fn of(state: &AppState, viewer: &Viewer, number: Option<u64>) -> Option<Self> {
        let number = number.filter(|_| viewer.may(Right::ReadCases))?;
        let sha256 = state.deeds.photo_named(number);
        Some(Self {
            present: sha256.is_some(),
            sha256,
        })
    }
}

/// Upload a photo
///
/// A JPEG or PNG of at most 8 MB. Kept is the picture, upright and at most 2,560 squares a side, without what the file tells of its maker and
/// place; when it was taken is read first. The same file is one photo.
#[utoipa::path(
    post,
    path = "/v1/photos",
    tag = "cases",
    request_body(content = Vec<u8>, description = "The file", content_type = "image/jpeg"),
    responses(
        (status = 201, description = "It is kept", body = PhotoFacts),
        (status = 413, description = "Larger than 8 MB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither image/jpeg nor image/png", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It does not decode, or has too many squares", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too often", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "There is no room, or too many at once", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn upload(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    headers: HeaderMap,
    params: Params,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let sent = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = sent.split(';').next().unwrap_or_default().trim();
    if !MEDIA_TYPES.iter().any(|known| known.eq_ignore_ascii_case(media_type)) {
        return Err(Problem::media_type(&MEDIA_TYPES.join(" or ")));
    }
    let file = body?;
    let room = ROOM
        .try_acquire()
        .map_err(|_| Problem::busy("too many photos at once; try again in a moment"))?;
    let keep = move |photos: &Photos| {
        let kept = photos.keep(&file);
        drop(room);
        kept
    };
    let kept = state.deeds.with_photos(keep).await?;
    let kept = kept.map_err(refused);
    // What nobody in particular does is no entry of a ledger that says who did what.
    if viewer.staff() {
        let outcome = kept.as_ref().map_or_else(|problem| problem.kind.clone(), |_| "kept".to_owned());
        let on = kept.as_ref().map_or_else(|_| "-".to_owned(), |facts| facts.sha256.clone());
        let noted = tokio::task::spawn_blocking(move || state.ledger.record(&viewer, "photo", &on, &outcome)).await;
        drop(noted);
    }
    created(&kept?)
}

fn refused(why: NotKept) -> Problem {
    match why {
        NotKept::Unfit(unfit) => Problem::unfit_photo(unfit.says()),
        NotKept::Full => Problem::unwritten("there is no room for more photos: `deeds.photos_mb`"),
        NotKept::Disk(error) => disk(&error),
    }
}

fn disk(error: &std::io::Error) -> Problem {
    tracing::error!(error = error as &dyn std::error::Error, "a photo could not be kept or read");
    Problem::unwritten("the disk refuses")
}

/// One photo
///
/// For staff. A JPEG, whatever was uploaded; the timeline of a report, the members of an incident and the flags on closings name the photos
/// there are.
#[utoipa::path(
    get,
    path = "/v1/photos/{sha256}",
    tag = "cases",
    params(
        ("sha256" = String, Path, description = "as the upload said"),
        ("width" = Option<String>, Query, description = "320: at most 320 squares a side, some 10 to 30 kB; without it as it is kept"),
    ),
    responses(
        (status = 200, description = "The photo", content_type = "image/jpeg"),
        (status = 400, description = "Another width", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such photo", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn photo(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(sha256): Segment<String>,
    params: Params,
) -> Result<Response, Problem> {
    viewer.require(Right::ReadCases)?;
    let params = params.only(&["width"])?;
    let small = params.one_of("width", &["320"])?.is_some();
    let look = move |photos: &Photos| if small { photos.small(&sha256) } else { photos.jpeg(&sha256) };
    let found = state.deeds.with_photos(look).await?;
    let jpeg = found
        .map_err(|error| disk(&error))?
        .ok_or_else(|| Problem::not_found("there is no photo with this sha256"))?;
    let mut response = now("image/jpeg", jpeg);
    // It never changes, and is staff's own: a browser may keep it, and nobody on the way.
    let keep = HeaderValue::from_static("private, max-age=86400, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    Ok(response)
}
