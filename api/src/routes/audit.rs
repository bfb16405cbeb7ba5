//! `GET /v1/rankings/{level}/{code}/audit`: everything one row of the table of response times follows from, as a file with its hash. For
//! staff: it lists complaints one by one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::answer::now;
use super::rankings_asked::{Asked, versions};
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Format, Params, Segment, Viewer};
use crate::state::AppState;

/// The audit of a row
///
/// Staff only. The file `{"sha256": …, "audit": {…}}`: the row as `/v1/rankings/{level}` shows it, the rule and the versions it was made
/// with, every complaint that counts with its clocks and who held it when, those that do not count and why, and what the row takes from the
/// others. `tests/oracle/audit.py` computes the row anew from the file alone. `sha256` is that of the bytes of `audit` as they stand in the
/// file: `tail -c +86 FILE | head -c -1 | sha256sum`. Times are µs since 1970 in UTC.
#[utoipa::path(
    get,
    path = "/v1/rankings/{level}/{code}/audit",
    tag = "rankings",
    params(
        ("level" = String, Path, description = "kelurahan, kecamatan, kota, dinas or channel"),
        ("code" = String, Path, description = "code of the unit, as the table has it"),
        ("window" = Option<String>, Query, description = "1h to 3660d, or `all`; default 30d"),
        ("as_of" = Option<String>, Query, description = "RFC 3339; nothing later counts; default and at most: the watermark"),
        ("quality" = Option<String>, Query, description = "plain or adjusted (for the quality of closings); default plain"),
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/json"),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Neither leadership nor operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such level, or no such unit in its table", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn audit(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment((level, code)): Segment<(String, String)>,
    params: Params,
) -> Result<Response, Problem> {
    viewer.require(Right::Audit)?;
    let params = params.only(&["window", "as_of", "quality"])?;
    let asked = Asked::read(&state, &viewer, &level, &params)?;
    let unknown = || Problem::not_found("no unit of this code is in the table of this level, window and moment");
    let cases = state.cases_at(&asked.snapshot, asked.key.past_us).await?.ok_or_else(unknown)?;
    let (level, window, rule) = (asked.key.level, asked.key.window, asked.rule());
    let (unit, versions) = (code.clone(), versions(&state));
    let make = async move {
        let audit = cases.audit(level, &unit, window, &rule, &versions).await?;
        audit.map(|audit| audit.file()).transpose()
    };
    let file = state.analysts.ask(make).await?.ok_or_else(unknown)?;
    let mut response = now(Format::Json.media_type(), file.bytes);
    let name = format!("attachment; filename=\"audit-{}-{}.json\"", level.id(), in_a_name(&code));
    if let Ok(value) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// A code as it may stand in the name of a file.
fn in_a_name(code: &str) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || ".-_".contains(letter) {
            letter
        } else {
            '-'
        }
    };
    code.chars().take(60).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::in_a_name;

    #[test]
    fn a_unit_called_by_any_text_gives_a_name_without_quotes_or_folders() {
        assert_eq!(in_a_name("31.71.01.1001"), "31.71.01.1001");
        assert_eq!(in_a_name("../\"Dinas\" X\r\n"), "..--Dinas--X--");
    }
}
