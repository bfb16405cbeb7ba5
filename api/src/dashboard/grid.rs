//! The grid in few bytes, for a page that must load on a poor line.
//!
//! As GeoJSON the cells of a city weigh 250 kB on the wire, half of the whole page. Over one city all H3 cells of a resolution
//! have the same shape to within a metre, so their middles and one shape are enough: 12 kB. `api/dashboard/pages/assets/js/map/grid.js`
//! reads it. What is not here: the numbering of cells, and the GeoJSON that everybody else gets.

use std::collections::HashMap;

use h3o::{CellIndex, Resolution};
use serde::Serialize;

/// The media type under which a page asks for this form of `/v1/grid`.
pub const COMPACT_GRID: &str = "application/vnd.tanggap.grid+json";

/// Steps of the middles in a degree: 1e-5 degrees, at most 1.1 m.
const STEPS_PER_DEGREE: f64 = 1e5;
/// How far a corner may lie from where the page will draw it, degrees (some 5 m; the islands 100 km out need 3).
const TOLERANCE_DEG: f64 = 4.5e-5;

#[derive(Serialize)]
struct Compact<'a> {
    version: &'a str,
    /// The first cell.
    first: Option<String>,
    /// What the index of a cell goes up by from one to the next of their resolution.
    unit: u64,
    /// Indexes in units, as the step from the cell before, the first from itself.
    h3: Vec<u64>,
    /// Kelurahan, each once.
    codes: Vec<Option<&'a str>>,
    /// Place in `codes`, as the step from the cell before.
    kelurahan: Vec<i64>,
    /// Longitude and latitude of the middles in 1e-5 degrees, as steps from the cell before.
    lon: Vec<i64>,
    lat: Vec<i64>,
    /// Corners from the middle, degrees.
    shape: [[f64; 2]; 6],
}

/// The grid as compact JSON: `cells` in the order of their numbers, each with the code of its kelurahan.
///
/// `None` where one shape does not fit all (a cell with more than six corners, or across an edge of the icosahedron), or where the
/// cells are not in order and of one resolution: the page then takes the GeoJSON.
#[must_use]
pub fn compact_grid(version: &str, cells: &[(CellIndex, Option<String>)]) -> Option<String> {
    let rings = cells.iter().map(|(cell, _)| corners(*cell)).collect::<Option<Vec<_>>>()?;
    let shape = common_shape(&rings)?;
    let middles: Vec<[i64; 2]> = rings.iter().map(|ring| middle(ring).map(steps)).collect();
    let fits = rings.iter().zip(&middles).all(|(ring, at)| fits(ring, *at, &shape));
    if !fits {
        return None;
    }

    let mut codes: Vec<Option<&str>> = Vec::new();
    let mut known: HashMap<Option<&str>, i64> = HashMap::new();
    let mut places = Vec::with_capacity(cells.len());
    for (_, code) in cells {
        let code = code.as_deref();
        let next = i64::try_from(codes.len()).ok()?;
        let place = *known.entry(code).or_insert(next);
        if place == next {
            codes.push(code);
        }
        places.push(place);
    }

    let resolution = cells.first().map(|(cell, _)| cell.resolution())?;
    let unit = 1 << (3 * (u8::from(Resolution::Fifteen) - u8::from(resolution)));
    let compact = Compact {
        version,
        first: cells.first().map(|(cell, _)| cell.to_string()),
        unit,
        h3: index_steps(cells, unit)?,
        codes,
        kelurahan: differences(places),
        lon: differences(middles.iter().map(|at| at[0])),
        lat: differences(middles.iter().map(|at| at[1])),
        shape,
    };
    serde_json::to_string(&compact).ok()
}

/// The six corners of a cell, degrees; none if it has more.
fn corners(cell: CellIndex) -> Option<[[f64; 2]; 6]> {
    let corners: Vec<[f64; 2]> = cell.boundary().iter().map(|corner| [corner.lng(), corner.lat()]).collect();
    corners.try_into().ok()
}

fn middle(ring: &[[f64; 2]; 6]) -> [f64; 2] {
    [0, 1].map(|axis| ring.iter().map(|corner| corner[axis]).sum::<f64>() / 6.0)
}

/// The mean of all cells' corners about their middles, rounded to 0.1 m; none without cells.
fn common_shape(rings: &[[[f64; 2]; 6]]) -> Option<[[f64; 2]; 6]> {
    let count = f64::from(u32::try_from(rings.len()).ok().filter(|count| *count > 0)?);
    let mut shape = [[0.0; 2]; 6];
    for ring in rings {
        let at = middle(ring);
        for (sum, corner) in shape.iter_mut().zip(ring) {
            for axis in 0..2 {
                sum[axis] += corner[axis] - at[axis];
            }
        }
    }
    Some(shape.map(|corner| corner.map(|sum| (sum / count * 1e6).round() / 1e6)))
}

#[expect(clippy::cast_possible_truncation, reason = "degrees times 1e5 are below 2^53 by far")]
fn steps(degrees: f64) -> i64 {
    (degrees * STEPS_PER_DEGREE).round() as i64
}

#[expect(clippy::cast_precision_loss, reason = "a middle in steps is below 2^53 by far")]
fn fits(ring: &[[f64; 2]; 6], at: [i64; 2], shape: &[[f64; 2]; 6]) -> bool {
    let near = |corner: &[f64; 2], offset: &[f64; 2], axis: usize| {
        let drawn = at[axis] as f64 / STEPS_PER_DEGREE + offset[axis];
        (drawn - corner[axis]).abs() < TOLERANCE_DEG
    };
    ring.iter()
        .zip(shape)
        .all(|(corner, offset)| near(corner, offset, 0) && near(corner, offset, 1))
}

/// Each index as the step from the one before in units, the first from itself; none where a step goes back or is not whole.
fn index_steps(cells: &[(CellIndex, Option<String>)], unit: u64) -> Option<Vec<u64>> {
    let mut before = u64::from(cells.first()?.0);
    cells
        .iter()
        .map(|(cell, _)| {
            let index = u64::from(*cell);
            let step = index.checked_sub(std::mem::replace(&mut before, index))?;
            step.is_multiple_of(unit).then_some(step / unit)
        })
        .collect()
}

/// Each number as the step from the one before, the first from zero.
fn differences(numbers: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut before = 0;
    numbers
        .into_iter()
        .map(|number| number - std::mem::replace(&mut before, number))
        .collect()
}

#[cfg(test)]
mod tests {
    use h3o::{CellIndex, LatLng, Resolution};
    use serde_json::Value;

    use super::compact_grid;

    /// Cells about a point, every third in another kelurahan, some in none.
    fn disk(latitude_deg: f64, longitude_deg: f64, rings: u32) -> Vec<(CellIndex, Option<String>)> {
        let centre = LatLng::new(latitude_deg, longitude_deg).unwrap().to_cell(Resolution::Nine);
        let mut cells: Vec<CellIndex> = centre.grid_disk::<Vec<_>>(rings);
        cells.sort();
        let code = |number: usize| (!number.is_multiple_of(5)).then(|| format!("31.74.01.100{}", number % 3));
        cells.into_iter().enumerate().map(|(number, cell)| (cell, code(number))).collect()
    }

    fn running_sum(list: &Value) -> Vec<i64> {
        let mut sum = 0;
        let add = |step: &Value| {
            sum += step.as_i64().unwrap();
            sum
        };
        list.as_array().unwrap().iter().map(add).collect()
    }

    #[test]
    fn a_page_draws_every_corner_of_a_city_within_three_metres() {
        let cells = disk(-6.2, 106.83, 60);
        let text = compact_grid("v1", &cells).unwrap();
        let body: Value = serde_json::from_str(&text).unwrap();
        let (lon, lat) = (running_sum(&body["lon"]), running_sum(&body["lat"]));
        let places = running_sum(&body["kelurahan"]);
        assert_eq!(body["version"], "v1");
        assert_eq!(body["h3"].as_array().unwrap().len(), cells.len());
        let mut index = u64::from_str_radix(body["first"].as_str().unwrap(), 16).unwrap();
        for (number, (cell, code)) in cells.iter().enumerate() {
            index += body["h3"][number].as_u64().unwrap() * body["unit"].as_u64().unwrap();
            assert_eq!(index, u64::from(*cell));
            let place = usize::try_from(places[number]).unwrap();
            assert_eq!(body["codes"][place].as_str(), code.as_deref());
            for (corner, offset) in cell.boundary().iter().zip(body["shape"].as_array().unwrap()) {
                let longitude = f64::from(i32::try_from(lon[number]).unwrap()) * 1e-5 + offset[0].as_f64().unwrap();
                let latitude = f64::from(i32::try_from(lat[number]).unwrap()) * 1e-5 + offset[1].as_f64().unwrap();
                let drawn = LatLng::new(latitude, longitude).unwrap();
                assert!(drawn.distance_m(*corner) < 3.0, "{cell}: {} m", drawn.distance_m(*corner));
            }
        }
        assert!(text.len() < cells.len() * 25, "{} bytes for {} cells", text.len(), cells.len());
    }

    #[test]
    fn a_land_where_shapes_differ_is_left_to_geojson() {
        assert_eq!(compact_grid("v1", &[]), None);
        // From Sabang to Merauke no one shape fits.
        let mut cells = disk(5.9, 95.3, 1);
        cells.extend(disk(-8.5, 140.4, 1));
        assert_eq!(compact_grid("v1", &cells), None);
    }

    #[test]
    fn cells_out_of_order_or_of_two_sizes_are_left_to_geojson() {
        let mut cells = disk(-6.2, 106.83, 1);
        assert!(compact_grid("v1", &cells).is_some());
        cells.swap(0, 1);
        assert_eq!(compact_grid("v1", &cells), None);
        cells.sort();
        cells[0].0 = cells[0].0.parent(Resolution::Eight).unwrap();
        assert_eq!(compact_grid("v1", &cells), None);
    }
}
