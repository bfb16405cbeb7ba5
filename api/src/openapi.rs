//! The description of the API: OpenAPI 3.1 at `/openapi.json`, and pages to try it at `/docs`, both without another host.

use axum::Router;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{RefOr, Schema};
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
        (name = "water", description = "Gauges and floods"),
        (name = "areas", description = "The territory"),
        (name = "rankings", description = "Response times, and reporters who asked to be named"),
        (name = "cases", description = "Reports, desks and routes"),
        (name = "duty", description = "The ledger of RT and RW duty reports, for staff"),
        (name = "open311", description = "GeoReport v2, for programs that speak it"),
        (name = "tiles", description = "The same for maps of others"),
        (name = "operation", description = "How the program is")
    )
)]
pub(crate) struct ApiDescription;

/// What parameters look like: how the path begins, the name, an example. The first that fits is taken.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("/v1/rankings/reporters", "window", "quarter"),
    ("/v1/rankings/reporters", "as_of", "2026-01-01T00:00:00+07:00"),
    ("/v1/rankings", "window", "30d"),
    ("/v1/quality", "window", "30d"),
    ("/v1/hotspots", "id", "flood-5894868-898c1072233ffff"),
    ("/v1/dead-letters", "cursor", "qlue.reports-0/17"),
    ("/v1/tiles/{layer}/", "layer", "cells"),
    ("/v1/tiles/", "layer", "cells.json"),
    ("/open311/v2/requests/", "document", "qlue:5000001.json"),
    ("/open311/v2/services/", "document", "banjir.json"),
    ("/open311/v2/tokens/", "document", "qlue:5000001.json"),
    ("/open311/", "document", "requests.json"),
    ("/open311/", "status", "open"),
    ("/v1/terms", "window", "1h"),
    ("/v1/", "window", "60m"),
    ("/", "Idempotency-Key", "0198b1c2-7d4e-7a31"),
    ("/", "Last-Event-ID", "1768460580000-1-17"),
    ("/", "area", "31.74"),
    ("/", "as_of", "2026-01-15T14:03:00+07:00"),
    ("/", "at", "2026-01-15T14:03:00+07:00"),
    ("/", "category", "banjir"),
    ("/", "channel", "qlue"),
    ("/", "code", "31.71.01.1001"),
    ("/", "cursor", "qlue:5000001"),
    ("/", "end_date", "2026-01-15T23:59:59+07:00"),
    ("/", "ended", "true"),
    ("/", "extensions", "true"),
    ("/", "family", "flood"),
    ("/", "format", "json"),
    ("/", "id", "qlue:5000001"),
    ("/", "kelurahan", "31.71.01.1001"),
    ("/", "kind", "hotspot"),
    ("/", "lane", "qlue.reports-0"),
    ("/", "lat", "-6.1767"),
    ("/", "level", "kelurahan"),
    ("/", "limit", "20"),
    ("/", "lng", "106.8262"),
    ("/", "month", "2026-01"),
    ("/", "name", "cognicity"),
    ("/", "offset", "17"),
    ("/", "page", "1"),
    ("/", "page_size", "50"),
    ("/", "pseudonym", "warga.kemang"),
    ("/", "quality", "plain"),
    ("/", "reason", "no_event_time"),
    ("/", "report", "5000001"),
    ("/", "service_code", "banjir"),
    ("/", "service_request_id", "qlue:5000001"),
    ("/", "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("/", "split", "category"),
    ("/", "start_date", "2026-01-15T00:00:00+07:00"),
    ("/", "state", "overdue"),
    ("/", "step", "week"),
    ("/", "steps", "12"),
    ("/", "unit", "dlh"),
    ("/", "width", "320"),
    ("/", "x", "815"),
    ("/", "y", "529"),
    ("/", "z", "10"),
];

/// The description with examples of parameters that have none.
fn exemplified(mut description: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for (path, item) in &mut description.paths.paths {
        for operation in operations(item) {
            for parameter in operation.parameters.iter_mut().flatten() {
                let RefOr::T(parameter) = parameter else { continue };
                let fits = |(start, name, _): &&(&str, &str, &str)| path.starts_with(start) && parameter.name == *name;
                let Some((_, _, example)) = EXAMPLES.iter().find(fits) else {
                    continue;
                };
                if let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema
                    && schema.examples.is_empty()
                {
                    let number = example.parse::<u32>().ok().map(Value::from);
                    schema.examples = vec![number.unwrap_or_else(|| Value::from(*example))];
                }
            }
        }
    }
    description
}

/// The operations there are in this API.
fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post].into_iter().flatten()
}

/// The description and its pages.
pub(crate) fn pages(description: utoipa::openapi::OpenApi) -> Router {
    let description = exemplified(description);
    let config = Config::new(["/openapi.json"]).validator_url("none");
    SwaggerUi::new("/docs").url("/openapi.json", description).config(config).into()
}
