//! The whole of a file: its codes and names, then its rings, then its ground.

use geo::orient::Direction;
use geo::{MultiPolygon, Orient};
use hashbrown::HashMap;

use super::super::feature::{RawFeature, RawFile, read_file};
use super::super::{PropertyNames, Territory};
use super::ground::{Ground, check_ground};
use super::ring::check_polygon;
use super::{Finding, FindingKind, Severity};

/// All faults of a boundary file, the gravest first: also of one that [`Territory::from_geojson`] refuses. It loads if none is a
/// [`Severity::Error`].
#[must_use]
pub fn check_geojson(bytes: &[u8], names: &PropertyNames) -> Vec<Finding> {
    let features = match read_file(bytes, names) {
        Ok(RawFile { features, .. }) => features,
        Err(error) => {
            let remedy = "export a GeoJSON FeatureCollection with one feature a kelurahan";
            return vec![Finding::new(
                Severity::Error,
                FindingKind::Unreadable,
                Vec::new(),
                error.to_string(),
                remedy,
            )];
        }
    };
    let mut findings = Vec::new();
    check_codes(&features, names, &mut findings);
    check_names(&features, names, &mut findings);
    let mut grounds = Vec::new();
    for feature in &features {
        let shape = check_shape(feature, &mut findings);
        if !shape.0.is_empty() {
            grounds.push(Ground {
                label: feature.label(),
                shape,
            });
        }
    }
    check_ground(&grounds, &mut findings);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// The faults that a loaded territory can have, the gravest first: none is an error.
#[must_use]
pub fn check(territory: &Territory) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut grounds = Vec::new();
    for one in territory.kelurahan() {
        let label = one.code.to_string();
        for polygon in &one.shape {
            let rings: Vec<_> = std::iter::once(polygon.exterior())
                .chain(polygon.interiors())
                .map(|ring| ring.0.clone())
                .collect();
            check_polygon(&rings, &label, &mut findings);
        }
        grounds.push(Ground {
            label,
            shape: one.shape.clone(),
        });
    }
    check_ground(&grounds, &mut findings);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

fn check_codes(features: &[RawFeature], names: &PropertyNames, findings: &mut Vec<Finding>) {
    let mut first_of = HashMap::new();
    for feature in features {
        let subject = vec![format!("feature {}", feature.number)];
        let Some(text) = &feature.code_text else {
            let what = format!("no code in property `{}`; it has: {}", names.code, feature.present);
            let remedy = "fill it in, or name the property that holds the code";
            findings.push(Finding::new(Severity::Error, FindingKind::MissingCode, subject, what, remedy));
            continue;
        };
        let Some(code) = feature.code() else {
            let what = format!("`{text}` is no kelurahan code");
            findings.push(Finding::new(
                Severity::Error,
                FindingKind::InvalidCode,
                subject,
                what,
                "write it like 31.74.01.1001",
            ));
            continue;
        };
        if let Some(first) = first_of.insert(code, feature.number) {
            let what = format!("features {first} and {} have the same code", feature.number);
            let remedy = "join them into one MultiPolygon, or correct one code";
            findings.push(Finding::new(
                Severity::Error,
                FindingKind::DuplicateCode,
                vec![code.to_string()],
                what,
                remedy,
            ));
        }
    }
}

fn check_names(features: &[RawFeature], names: &PropertyNames, findings: &mut Vec<Finding>) {
    let mut parents: HashMap<String, (&str, String)> = HashMap::new();
    for feature in features {
        if feature.name.is_none() {
            let what = format!("no name in property `{}`", names.name);
            let remedy = "fill it in, or name the property that holds the name";
            findings.push(Finding::new(
                Severity::Error,
                FindingKind::EmptyName,
                vec![feature.label()],
                what,
                remedy,
            ));
        }
        let Some(code) = feature.code() else { continue };
        let above = [
            (code.kecamatan(), &feature.kecamatan, &names.kecamatan),
            (code.kota(), &feature.kota, &names.kota),
        ];
        for (parent, name, property) in above {
            let warning =
                |what: String, remedy| Finding::new(Severity::Warning, FindingKind::ParentName, vec![feature.label()], what, remedy);
            let Some(name) = name.as_deref() else {
                findings.push(warning(
                    format!("no name of {parent} in property `{property}`"),
                    "fill it in; until then its code stands for it",
                ));
                continue;
            };
            let (first, who) = parents.entry(parent.clone()).or_insert_with(|| (name, feature.label()));
            if *first != name {
                let what = format!("{parent} is called `{name}` here and `{first}` in {who}");
                findings.push(warning(what, "write it in one way; until then the smallest code's is used"));
            }
        }
    }
}

fn check_shape(feature: &RawFeature, findings: &mut Vec<Finding>) -> MultiPolygon<f64> {
    let label = feature.label();
    let polygons = match &feature.polygons {
        Ok(polygons) if !polygons.is_empty() => polygons,
        other => {
            let found = other.as_ref().err().map_or("empty", String::as_str);
            let what = format!("the geometry is {found}");
            let remedy = "draw it as a Polygon or MultiPolygon";
            findings.push(Finding::new(Severity::Error, FindingKind::Geometry, vec![label], what, remedy));
            return MultiPolygon::new(Vec::new());
        }
    };
    MultiPolygon::new(polygons.iter().filter_map(|rings| check_polygon(rings, &label, findings)).collect()).orient(Direction::Default)
}

#[cfg(test)]
mod tests;
