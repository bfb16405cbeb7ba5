//! The two forms of every answer of GeoReport: one tree of values, written as JSON or as XML. Refusals have a form of their own there: a
//! list of code and description.

use std::fmt::Write;

use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::error::Problem;
use crate::state::AppState;

/// What is asked in the address. Other cities' programs ask for more than we know, which is no reason to refuse them.
#[derive(Debug)]
pub(crate) struct Asked(pub(super) Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let asked = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Query(pairs) = asked.map_err(|_| Problem::parameter("query", "this", &["name=value pairs joined by &"]))?;
        Ok(Self(pairs))
    }
}

/// What is filled in.
#[derive(Debug)]
pub(crate) struct Filled(pub(super) Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Filled {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let filled: Result<axum::Form<Vec<(String, String)>>, FormRejection> = axum::Form::from_request(request, state).await;
        let axum::Form(pairs) = filled?;
        Ok(Self(pairs))
    }
}

/// A status, the names of the outermost element and of each of a list in it, and the tree; or why there is none.
pub(super) type Found = Result<(StatusCode, &'static str, &'static str, Value), Problem>;

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Xml,
}

impl Form {
    /// Takes the ending off a document's name; an unknown ending is refused in JSON.
    pub(super) fn of(document: &str) -> (&str, Result<Self, Problem>) {
        let (name, ending) = document.rsplit_once('.').unwrap_or((document, ""));
        let form = match ending {
            "json" => Ok(Self::Json),
            "xml" => Ok(Self::Xml),
            _ => Err(Problem::not_found("documents end in .json or .xml")),
        };
        (name, form)
    }

    /// Writes a tree. `root` and `item` name the outermost element of XML, and each of a list in it; JSON has no such names.
    pub(super) fn write(self, status: StatusCode, root: &str, item: &str, tree: &Value) -> Response {
        let (media_type, body) = match self {
            Self::Json => ("application/json; charset=utf-8", tree.to_string()),
            Self::Xml => ("text/xml; charset=utf-8", xml(root, item, tree)),
        };
        let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")];
        (status, headers, body).into_response()
    }

    /// Writes a refusal.
    pub(super) fn refuse(self, problem: &Problem) -> Response {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let tree = json!([{"code": problem.status, "description": problem.detail}]);
        self.write(status, "errors", "error", &tree)
    }

    /// Writes what came of a question: a list of requests, or a refusal.
    pub(super) fn answer(form: Result<Self, Problem>, found: Found) -> Response {
        match (form, found) {
            (Ok(form), Ok((status, root, item, tree))) => form.write(status, root, item, &tree),
            (Ok(form), Err(problem)) => form.refuse(&problem),
            (Err(problem), _) => Self::Json.refuse(&problem),
        }
    }
}

/// Refuses where it is switched off, and another city's questions.
pub(super) fn admit(state: &AppState, asked: &[(String, String)]) -> Result<(), Problem> {
    let settings = &state.settings.open311;
    if !settings.enabled {
        return Err(Problem::switched_off("open311.enabled"));
    }
    match (&settings.jurisdiction, value(asked, "jurisdiction_id")) {
        (Some(own), Some(other)) if own != other => Err(Problem::not_found("this jurisdiction_id is not served here")),
        _ => Ok(()),
    }
}

/// The first value of a name that is not empty; programs of others send what they like besides.
pub(super) fn value<'a>(asked: &'a [(String, String)], name: &str) -> Option<&'a str> {
    asked
        .iter()
        .find(|(other, value)| other == name && !value.trim().is_empty())
        .map(|(_, value)| value.trim())
}

fn xml(root: &str, item: &str, tree: &Value) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    element(&mut text, root, item, tree);
    text
}

fn element(text: &mut String, name: &str, item: &str, tree: &Value) {
    write!(text, "<{name}>").unwrap_or_default();
    match tree {
        Value::Null => {}
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => write!(text, "{number}").unwrap_or_default(),
        Value::String(words) => escape(text, words),
        Value::Array(values) => {
            for value in values {
                element(text, item, "", value);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                // Lists are named by what they hold: formats, a format each.
                element(text, name, name.strip_suffix('s').unwrap_or(name), value);
            }
        }
    }
    write!(text, "</{name}>").unwrap_or_default();
}

/// Text as XML 1.0 can hold it; what it cannot, at all, is left out.
fn escape(text: &mut String, words: &str) {
    for letter in words.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&apos;"),
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Form, xml};

    #[test]
    fn a_tree_is_written_as_xml_with_named_lists_and_nothing_that_xml_cannot_hold() {
        let tree =
            json!([{"at": -6.2, "code": 400, "formats": ["x", "y"], "none": null, "text": "a<b & \"c\"\u{0}\u{1b}\u{ffff}é", "yes": true}]);
        assert_eq!(
            xml("errors", "error", &tree),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><errors><error><at>-6.2</at><code>400</code><formats><format>x</format>\
             <format>y</format></formats><none></none><text>a&lt;b &amp; &quot;c&quot;é</text><yes>true</yes></error></errors>"
        );
    }

    #[test]
    fn the_ending_chooses_the_form() {
        assert_eq!(Form::of("services.json"), ("services", Ok(Form::Json)));
        assert_eq!(Form::of("qlue:1.2.xml"), ("qlue:1.2", Ok(Form::Xml)));
        assert!(Form::of("services").1.is_err() && Form::of("services.html").1.is_err());
    }
}
