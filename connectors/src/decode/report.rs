//! What QLUE reports and mapped channels share: a status and an update time make the version, a category name finds its
//! category or is kept beside `lainnya`.

use tanggap_engine::event::{Category, SourceCategories, Status};

use super::config::ZoneOffset;
use super::scalar::Scalar;
use super::version;

/// The version of a report: another status or another update time is another version. A status or time nobody can read still
/// counts by its text, so that a change of it is not lost.
pub(super) fn version_of(status: Option<Status>, status_text: Option<&str>, updated: Scalar<'_>, zone: ZoneOffset) -> u64 {
    let status = match status {
        Some(status) => Some(u64::from(status as u8)),
        None => status_text.map(version::text),
    };
    let updated = match updated.time(zone) {
        Some(updated) => Some(version::time(updated)),
        None => updated.text().map(|text| version::text(&text)),
    };
    version::of([version::part(status), version::part(updated)])
}

/// The category of a source's name for it, and the name where it is not in the map.
pub(super) fn category_of<'a>(categories: &SourceCategories, name: Option<&'a str>) -> (Option<Category>, Option<&'a str>) {
    match name.map(|name| (categories.lookup(name), name)) {
        Some((Some(category), _)) => (Some(category), None),
        Some((None, name)) => (Some(Category::Lainnya), Some(name)),
        None => (Some(Category::Lainnya), None),
    }
}

/// A kelurahan named by its Kemendagri code, dotted or as ten digits.
pub(super) fn kelurahan_of(field: Scalar<'_>) -> Option<i64> {
    let text = field.text()?;
    if let Ok(code) = text.parse::<tanggap_engine::territory::KelurahanCode>() {
        return Some(code.integer());
    }
    (text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}
