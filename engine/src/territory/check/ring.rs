//! Faults of single rings and polygons, seen before any index is built from them.

use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Coord, Intersects, Line, LineString, Point, Polygon, Winding};

use super::super::boundary::in_range;
use super::super::feature::RawRing;
use super::{Finding, FindingKind, Severity};

/// Checks the rings of a polygon as written; the first is the outer one. Gives the polygon if it can be used.
pub(super) fn check_polygon(rings: &[RawRing], label: &str, findings: &mut Vec<Finding>) -> Option<Polygon<f64>> {
    // Counted and not `all`, so that a second broken ring is named too.
    let broken = rings.iter().filter(|ring| !check_ring(ring, label, findings)).count();
    if broken > 0 || rings.is_empty() {
        return None;
    }
    let mut lines = rings.iter().map(|ring| LineString::new(ring.clone()));
    let polygon = Polygon::new(lines.next()?, lines.collect());
    check_crossings(&polygon, label, findings);
    check_holes(&polygon, label, findings);
    check_orientation(&polygon, label, findings);
    Some(polygon)
}

/// `true` if the ring can be used.
fn check_ring(ring: &[Coord<f64>], label: &str, findings: &mut Vec<Finding>) -> bool {
    let mut error = |kind, what: &str, remedy, at: Coord<f64>| {
        findings.push(Finding::new(Severity::Error, kind, vec![label.to_owned()], what, remedy).at(at));
        false
    };
    let start = ring.first().copied().unwrap_or_default();
    if let Some(&wrong) = ring.iter().find(|&&position| !in_range(position)) {
        let remedy = "reproject the file to longitude, latitude in degrees WGS 84 (EPSG:4326)";
        return error(
            FindingKind::OutOfRange,
            "a position is no longitude, latitude in degrees",
            remedy,
            wrong,
        );
    }
    if ring.len() < 4 {
        let what = format!("a ring has {} positions", ring.len());
        return error(
            FindingKind::ShortRing,
            &what,
            "draw it with at least three corners, or remove it",
            start,
        );
    }
    if ring.first() != ring.last() {
        let remedy = "repeat the first position at the end of the ring";
        return error(FindingKind::UnclosedRing, "a ring is not closed", remedy, start);
    }
    true
}

/// Where edges of a polygon cross or run along each other; meeting in a corner is no fault here, as it takes no ground.
fn check_crossings(polygon: &Polygon<f64>, label: &str, findings: &mut Vec<Finding>) {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let mut lines: Vec<Line<f64>> = rings.flat_map(LineString::lines).filter(|line| line.start != line.end).collect();
    let (west, east) = (
        |line: &Line<f64>| line.start.x.min(line.end.x),
        |line: &Line<f64>| line.start.x.max(line.end.x),
    );
    lines.sort_by(|a, b| west(a).total_cmp(&west(b)));
    let mut count = 0_usize;
    let mut first = None;
    for (index, line) in lines.iter().enumerate() {
        for other in lines[index + 1..].iter().take_while(|other| west(other) <= east(line)) {
            if let Some(at) = crossing(*line, *other) {
                count += 1;
                first.get_or_insert(at);
            }
        }
    }
    if let Some(at) = first {
        let what = format!("the boundary crosses itself, {count} time(s), first");
        let remedy = "redraw it there, or repair the file (ST_MakeValid, shapely.make_valid)";
        findings.push(
            Finding::new(
                Severity::Warning,
                FindingKind::SelfIntersection,
                vec![label.to_owned()],
                what,
                remedy,
            )
            .at(at),
        );
    }
}

fn crossing(a: Line<f64>, b: Line<f64>) -> Option<Coord<f64>> {
    match line_intersection(a, b)? {
        LineIntersection::SinglePoint { intersection, is_proper } => is_proper.then_some(intersection),
        LineIntersection::Collinear { intersection } => (intersection.start != intersection.end).then_some(intersection.start),
    }
}

fn check_holes(polygon: &Polygon<f64>, label: &str, findings: &mut Vec<Finding>) {
    let shell = Polygon::new(polygon.exterior().clone(), Vec::new());
    for hole in polygon.interiors() {
        let stray = hole.coords().find(|&&at| !shell.intersects(&Point(at)));
        if let Some(&at) = stray {
            let remedy = "make it a polygon of its own, or remove it";
            let finding = Finding::new(
                Severity::Warning,
                FindingKind::StrayHole,
                vec![label.to_owned()],
                "a hole lies outside its polygon",
                remedy,
            );
            findings.push(finding.at(at));
        }
    }
}

fn check_orientation(polygon: &Polygon<f64>, label: &str, findings: &mut Vec<Finding>) {
    let wrong_shell = polygon.exterior().is_cw().then(|| polygon.exterior());
    let wrong_hole = polygon.interiors().iter().find(|hole| hole.is_ccw());
    if let Some(ring) = wrong_shell.or(wrong_hole) {
        let what = "a ring runs against RFC 7946 (outer counter-clockwise, holes clockwise)";
        let at = ring.0.first().copied().unwrap_or_default();
        let finding = Finding::new(
            Severity::Note,
            FindingKind::Orientation,
            vec![label.to_owned()],
            what,
            "nothing: it is turned when it is read",
        );
        findings.push(finding.at(at));
    }
}
