//! In which form rows are given: `format=` decides, then `Accept`, else JSON.

use axum::http::{HeaderMap, header};

use super::Params;
use crate::error::Problem;

/// A form of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// GeoJSON (RFC 7946).
    GeoJson,
    /// CSV (RFC 4180).
    Csv,
    /// An Arrow IPC stream.
    Arrow,
}

impl Format {
    /// The word in `format=`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::GeoJson => "geojson",
            Self::Csv => "csv",
            Self::Arrow => "arrow",
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GeoJson => "application/geo+json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Arrow => "application/vnd.apache.arrow.stream",
        }
    }

    /// The form asked for, out of those `offered`.
    ///
    /// # Errors
    /// If `format=` names another.
    pub fn choose(params: &Params, headers: &HeaderMap, offered: &[Self]) -> Result<Self, Problem> {
        let words: Vec<&'static str> = offered.iter().map(|format| format.id()).collect();
        if let Some(word) = params.one_of("format", &words)? {
            let chosen = offered.iter().copied().find(|format| format.id() == word);
            return Ok(chosen.unwrap_or(Self::Json));
        }
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let wanted = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
        let bare = |format: Self| format.media_type().split(';').next().unwrap_or_default();
        let mut found = wanted.filter_map(|range| offered.iter().copied().find(|format| bare(*format).eq_ignore_ascii_case(range)));
        // A browser that asks for `text/html, */*` is given the plain form, not a refusal.
        Ok(found.next().unwrap_or(offered.first().copied().unwrap_or(Self::Json)))
    }
}
