//! The addresses of the rooms: one page under all of them, which sees by its own address what to show.
//!
//! `api/dashboard/pages/assets/js/rooms.js` has the other half. What is not here: what a room shows, and who may see it.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use tower::ServiceExt;

/// Where a room may be entered; those with more after their name are about one thing.
const ROOMS: [&str; 7] = [
    "/dinding",
    "/antrean",
    "/peringkat",
    "/verifikasi",
    "/operator",
    "/wilayah/{*code}",
    "/laporan/{*id}",
];

/// The same files, and the first page under the address of every room.
pub(super) fn with_rooms(files: Router) -> Router {
    let rooms = ROOMS
        .into_iter()
        .fold(Router::new(), |rooms, path| rooms.route(path, get(first_page)));
    rooms.with_state(files.clone()).merge(files)
}

async fn first_page(State(files): State<Router>, mut request: Request) -> Response {
    *request.uri_mut() = Uri::from_static("/");
    let Ok(response) = files.oneshot(request).await;
    response
}
