//! Waze jams and irregularities as episodes. The feed is a snapshot every two minutes: the same object comes again until it
//! is gone, so an object is kept once, with when it was first and last seen and what it looked like last.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, AsArray, Float64Builder, Int32Builder, ListBuilder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder, UInt8Builder,
    UInt64Builder,
};
use arrow::datatypes::{Float64Type, Int32Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
use h3o::{LatLng, Resolution};

use super::checkpoint::RestoreError;
use super::columns::{Columns, text, value};
use super::seen::CellSet;
use crate::event::schema;

/// One object of the feed, as last seen.
#[derive(Clone, Debug)]
struct Episode {
    id: String,
    class: u8,
    event_time: i64,
    first_seen: i64,
    last_seen: i64,
    /// As last seen; unknown from a restart to the next sight.
    line: Option<Vec<f64>>,
    cells: Vec<u64>,
    speed_kmh: Option<f64>,
    delay_s: Option<i32>,
    length_m: Option<i32>,
    jam_level: Option<u8>,
}

/// Episodes of a lane that were seen lately.
#[derive(Clone, Debug, Default)]
pub(super) struct Episodes {
    by_id: BTreeMap<(u8, String), Episode>,
    /// Those that are over, if they are kept.
    over: Option<Vec<Episode>>,
}

/// An episode not seen for this long, measured by the lane's newest sight, is over and leaves the live table, µs.
pub const OVER_AFTER_US: i64 = 6 * 60_000_000;

fn is_over(last_seen: i64, newest: i64) -> bool {
    last_seen.saturating_add(OVER_AFTER_US) <= newest
}

impl Episodes {
    /// Takes a sight of an object. `newest` is the newest sight of the lane, this one included, µs: what is over by then is over, whether
    /// it was forgotten already or will be at the end of the batch.
    pub(super) fn observe(&mut self, columns: &Columns<'_>, row: usize, resolution: Resolution, newest: i64) {
        let class = columns.class.value(row);
        let Some(id) = text(columns.id, row) else { return };
        let event_time = columns.event_time.value(row);
        let seen_at = value(columns.seen_at, row).unwrap_or_else(|| columns.own_time.value(row));
        let line = columns.line.is_valid(row).then(|| columns.line.value(row));
        let line: &[f64] = match &line {
            Some(points) => points.as_primitive::<Float64Type>().values(),
            None => &[],
        };
        let key = (class, id.to_owned());
        if self.by_id.get(&key).is_none_or(|episode| is_over(episode.last_seen, newest)) {
            if let (Some(gone), Some(over)) = (self.by_id.remove(&key), &mut self.over) {
                over.push(gone);
            }
            if is_over(seen_at, newest) {
                return;
            }
        }
        let episode = self.by_id.entry(key).or_insert_with(|| Episode {
            id: id.to_owned(),
            class,
            event_time,
            first_seen: seen_at,
            last_seen: seen_at,
            line: None,
            cells: Vec::new(),
            speed_kmh: None,
            delay_s: None,
            length_m: None,
            jam_level: None,
        });
        episode.first_seen = episode.first_seen.min(seen_at);
        if seen_at < episode.last_seen {
            return;
        }
        episode.last_seen = seen_at;
        if episode.line.as_deref() != Some(line) {
            episode.cells = cells_of(line, resolution);
            episode.line = Some(line.to_vec());
        }
        episode.speed_kmh = value(columns.speed_kmh, row);
        episode.delay_s = value(columns.delay_s, row);
        episode.length_m = value(columns.length_m, row);
        episode.jam_level = value(columns.jam_level, row);
    }

    /// Drops episodes that are over. `newest` is the newest sight of the lane, µs.
    pub(super) fn forget(&mut self, newest: i64) {
        let over = &mut self.over;
        self.by_id.retain(|_, episode| {
            let stays = !is_over(episode.last_seen, newest);
            if let (false, Some(over)) = (stays, over.as_mut()) {
                over.push(episode.clone());
            }
            stays
        });
    }

    /// From now on keeps those that are over, for [`Self::take_over`].
    pub(super) fn keep_over(&mut self) {
        self.over.get_or_insert_default();
    }

    /// Those that are over since the last call, if they are kept: all whose last sight lies [`OVER_AFTER_US`] behind the lane's newest one.
    pub(super) fn take_over(&mut self) -> RecordBatch {
        let over = self.over.as_mut().map(std::mem::take).unwrap_or_default();
        table_of(over.iter())
    }

    /// Episodes as a table of [`Self::table`] holds them. Lines are not in it: the next sight of an object brings its line again.
    pub(super) fn load(table: &RecordBatch) -> Result<Self, RestoreError> {
        if table.schema_ref() != &*schema::TRAFFIC {
            return Err(RestoreError::Columns("traffic"));
        }
        let ids = table.column(0).as_string::<i32>();
        let classes = table.column(1).as_primitive::<UInt8Type>();
        let time = |column: usize| table.column(column).as_primitive::<TimestampMicrosecondType>();
        let (event_times, first_seen, last_seen) = (time(2), time(3), time(4));
        let cells = table.column(5).as_list::<i32>();
        let speeds = table.column(6).as_primitive::<Float64Type>();
        let (delays, lengths) = (
            table.column(7).as_primitive::<Int32Type>(),
            table.column(8).as_primitive::<Int32Type>(),
        );
        let levels = table.column(9).as_primitive::<UInt8Type>();
        let episodes = (0..table.num_rows()).map(|row| {
            let (class, id) = (classes.value(row), ids.value(row).to_owned());
            let episode = Episode {
                id: id.clone(),
                class,
                event_time: event_times.value(row),
                first_seen: first_seen.value(row),
                last_seen: last_seen.value(row),
                line: None,
                cells: cells.value(row).as_primitive::<UInt64Type>().values().to_vec(),
                speed_kmh: value(speeds, row),
                delay_s: value(delays, row),
                length_m: value(lengths, row),
                jam_level: value(levels, row),
            };
            ((class, id), episode)
        });
        Ok(Self {
            by_id: episodes.collect(),
            over: None,
        })
    }

    /// The live table, by id ([`schema::TRAFFIC`]).
    pub(super) fn table(&self) -> RecordBatch {
        table_of(self.by_id.values())
    }
}

fn table_of<'a>(episodes: impl Iterator<Item = &'a Episode>) -> RecordBatch {
    let time = || TimestampMicrosecondBuilder::new().with_data_type(schema::time_type());
    let (mut id, mut class) = (StringBuilder::new(), UInt8Builder::new());
    let (mut event_time, mut first_seen, mut last_seen) = (time(), time(), time());
    let mut cells = ListBuilder::new(UInt64Builder::new());
    let mut speed_kmh = Float64Builder::new();
    let (mut delay_s, mut length_m, mut jam_level) = (Int32Builder::new(), Int32Builder::new(), UInt8Builder::new());
    for episode in episodes {
        id.append_value(&episode.id);
        class.append_value(episode.class);
        event_time.append_value(episode.event_time);
        first_seen.append_value(episode.first_seen);
        last_seen.append_value(episode.last_seen);
        cells.values().append_slice(&episode.cells);
        cells.append(true);
        speed_kmh.append_option(episode.speed_kmh);
        delay_s.append_option(episode.delay_s);
        length_m.append_option(episode.length_m);
        jam_level.append_option(episode.jam_level);
    }
    RecordBatch::try_new(
        Arc::clone(&schema::TRAFFIC),
        vec![
            Arc::new(id.finish()),
            Arc::new(class.finish()),
            Arc::new(event_time.finish()),
            Arc::new(first_seen.finish()),
            Arc::new(last_seen.finish()),
            Arc::new(cells.finish()),
            Arc::new(speed_kmh.finish()),
            Arc::new(delay_s.finish()),
            Arc::new(length_m.finish()),
            Arc::new(jam_level.finish()),
        ],
    )
    .expect("columns are appended together, with the schema's types")
}

/// Every cell a line crosses, sorted; none where the line is no line. A cell that is cut by less than [`SHORTEST_DEG`] of line
/// may be missed.
fn cells_of(line: &[f64], resolution: Resolution) -> Vec<u64> {
    let points: Vec<(f64, f64)> = line.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let mut cells = CellSet::default();
    for ends in points.windows(2) {
        cross(ends[0], ends[1], resolution, &mut cells);
    }
    if let [only] = points[..] {
        cells.extend(cell_at(only, resolution));
    }
    let mut cells: Vec<u64> = cells.into_iter().collect();
    cells.sort_unstable();
    cells
}

/// Below this length (about a metre) a piece of line is not cut further.
const SHORTEST_DEG: f64 = 1e-5;
/// A piece of line longer than this is a fault of the feed, not a road.
const LONGEST_DEG: f64 = 1.0;

/// Halves the piece until both ends lie in one cell: cells are convex, so what lies between them does too.
fn cross(from: (f64, f64), to: (f64, f64), resolution: Resolution, cells: &mut CellSet) {
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    let (Some(first), Some(last)) = (cell_at(from, resolution), cell_at(to, resolution)) else {
        return;
    };
    cells.insert(first);
    cells.insert(last);
    if first == last || !(SHORTEST_DEG..=LONGEST_DEG).contains(&length) {
        return;
    }
    let middle = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
    cross(from, middle, resolution, cells);
    cross(middle, to, resolution, cells);
}

fn cell_at((longitude, latitude): (f64, f64), resolution: Resolution) -> Option<u64> {
    LatLng::new(latitude, longitude).ok().map(|point| point.to_cell(resolution).into())
}

#[cfg(test)]
mod tests {
    use super::cells_of;
    use h3o::{CellIndex, LatLng, Resolution};

    #[test]
    fn a_line_covers_every_cell_that_points_along_it_fall_into() {
        let (from, to) = ((106.80, -6.20), (106.83, -6.21));
        let cells = cells_of(&[from.0, from.1, to.0, to.1], Resolution::Nine);
        for step in 0..=2_000 {
            let share = f64::from(step) / 2_000.0;
            let (longitude, latitude) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            let cell: CellIndex = LatLng::new(latitude, longitude).unwrap().to_cell(Resolution::Nine);
            assert!(cells.contains(&u64::from(cell)), "step {step}");
        }
        assert!(cells.len() < 25, "{} cells for 3.5 km", cells.len());
    }

    #[test]
    fn a_point_is_one_cell_and_nothing_is_none() {
        assert_eq!(cells_of(&[106.8, -6.2], Resolution::Nine).len(), 1);
        assert!(cells_of(&[], Resolution::Nine).is_empty());
        assert!(cells_of(&[f64::NAN, -6.2, 106.8, -6.2], Resolution::Nine).is_empty());
    }
}
