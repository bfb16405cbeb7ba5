//! The description of the API: OpenAPI 3.1 at `/openapi.json`, and pages to try it at `/docs`, both without another host.

use axum::Router;
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// What the routes do not say themselves.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Tanggap",
        description = "What the city reports, where it rises, who must answer, and how long it takes. Every answer says as of when \
            (`as_of`, the watermark), whether it can still change (`final`) and how fresh each source is (`sources`). Public answers \
            name no reporter and suppress areas with too few of them. Refusals are problems (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "heat", description = "Where reports fall and what rises"),
        (name = "areas", description = "The territory"),
        (name = "rankings", description = "Response times"),
        (name = "cases", description = "Reports, desks and routes"),
        (name = "duty", description = "The ledger of RT and RW duty reports, for staff"),
        (name = "tiles", description = "The same for maps of others"),
        (name = "operation", description = "How the program is")
    )
)]
pub(crate) struct ApiDescription;

/// The description and its pages.
pub(crate) fn pages(description: utoipa::openapi::OpenApi) -> Router {
    let config = Config::new(["/openapi.json"]).validator_url("none");
    SwaggerUi::new("/docs").url("/openapi.json", description).config(config).into()
}
