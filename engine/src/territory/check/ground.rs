//! Ground that two kelurahan claim, and ground that none does though kelurahan enclose it.

use geo::{
    Area, BooleanOps, BoundingRect, Centroid, Coord, Distance, Euclidean, InteriorPoint, Intersects, MultiPolygon, Point, Polygon, Rect,
};
use geo::{LinesIter, unary_union};

use super::super::band::METRES_PER_DEGREE;
use super::{Finding, FindingKind, Severity};

/// Less than this is rounding, m².
const LEAST_M2: f64 = 0.5;
/// A hectare: more than a sliver between two drawings of one border.
const SLIVER_M2: f64 = 10_000.0;
/// An edge this near a gap, in degrees (1 cm), is its edge.
const BESIDE_DEG: f64 = 1e-7;

/// A usable shape and what to call it.
pub(super) struct Ground {
    pub(super) label: String,
    pub(super) shape: MultiPolygon<f64>,
}

/// Finds overlaps, pair by pair, and gaps, one by one; the largest first.
pub(super) fn check_ground(grounds: &[Ground], findings: &mut Vec<Finding>) {
    let boxes: Vec<Option<Rect<f64>>> = grounds.iter().map(|ground| ground.shape.bounding_rect()).collect();
    let mut found = overlaps(grounds, &boxes);
    found.extend(gaps(grounds, &boxes));
    found.sort_by(|a, b| {
        (b.severity, b.area_m2.unwrap_or(0.0))
            .partial_cmp(&(a.severity, a.area_m2.unwrap_or(0.0)))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    findings.append(&mut found);
}

fn overlaps(grounds: &[Ground], boxes: &[Option<Rect<f64>>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, ground) in grounds.iter().enumerate() {
        let Some(own) = boxes[index] else { continue };
        for (other, rect) in grounds.iter().zip(boxes).skip(index + 1) {
            if !rect.is_some_and(|rect| rect.intersects(&own)) {
                continue;
            }
            let common = ground.shape.intersection(&other.shape);
            let area = common.iter().map(area_m2).sum::<f64>();
            if area < LEAST_M2 {
                continue;
            }
            let Some(place) = common.iter().max_by(|a, b| area_m2(a).total_cmp(&area_m2(b))).and_then(inner_point) else {
                continue;
            };
            let subjects = vec![ground.label.clone(), other.label.clone()];
            let remedy = "give it to one of them; until then the smaller code has it";
            findings.push(
                Finding::new(weight(area), FindingKind::Overlap, subjects, "overlap", remedy)
                    .of(area)
                    .at(place),
            );
        }
    }
    findings
}

fn gaps(grounds: &[Ground], boxes: &[Option<Rect<f64>>]) -> Vec<Finding> {
    let union = unary_union(grounds.iter().map(|ground| &ground.shape));
    let holes = union
        .iter()
        .flat_map(Polygon::interiors)
        .map(|ring| Polygon::new(ring.clone(), Vec::new()));
    holes
        .filter_map(|hole| {
            let area = area_m2(&hole);
            let place = (area >= LEAST_M2).then(|| inner_point(&hole)).flatten()?;
            let remedy = "let its neighbours meet, if it is no enclave or water; until then the nearest within 100 m has it";
            Some(
                Finding::new(weight(area), FindingKind::Gap, beside(&hole, grounds, boxes), "gap", remedy)
                    .of(area)
                    .at(place),
            )
        })
        .collect()
}

const fn weight(area_m2: f64) -> Severity {
    if area_m2 < SLIVER_M2 { Severity::Note } else { Severity::Warning }
}

/// Whose edges bound the hole.
fn beside(hole: &Polygon<f64>, grounds: &[Ground], boxes: &[Option<Rect<f64>>]) -> Vec<String> {
    let Some(around) = hole.bounding_rect() else { return Vec::new() };
    // The union is computed on a grid of its own, so its corners are a hair beside those of the shapes.
    let hair = Coord {
        x: BESIDE_DEG,
        y: BESIDE_DEG,
    };
    let around = Rect::new(around.min() - hair, around.max() + hair);
    let bounds = |ground: &Ground| {
        ground.shape.lines_iter().any(|line| {
            let near = line.bounding_rect().intersects(&around);
            near && hole
                .exterior()
                .coords()
                .any(|&at| Euclidean.distance(&Point(at), &line) < BESIDE_DEG)
        })
    };
    let candidates = grounds
        .iter()
        .zip(boxes)
        .filter(|(_, rect)| rect.is_some_and(|rect| rect.intersects(&around)));
    candidates
        .filter(|(ground, _)| bounds(ground))
        .map(|(ground, _)| ground.label.clone())
        .collect()
}

/// A point in it; slivers too thin to have one give their centroid.
fn inner_point(polygon: &Polygon<f64>) -> Option<Coord<f64>> {
    polygon.interior_point().or_else(|| polygon.centroid()).map(|point| point.0)
}

/// Area in the plane at the polygon's own latitude.
fn area_m2(polygon: &Polygon<f64>) -> f64 {
    let latitude = polygon.exterior().0.first().map_or(0.0, |at| at.y);
    polygon.unsigned_area() * METRES_PER_DEGREE * METRES_PER_DEGREE * latitude.to_radians().cos()
}
