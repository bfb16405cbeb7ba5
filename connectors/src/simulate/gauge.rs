//! Water levels: a quiet river with the tide and some noise, and a flood wave that comes down the Ciliwung in the known hours.

use super::calendar::{HOUR, MINUTE};
use super::chance::{Chance, seconds, whole};
use super::config::FloodWave;
use super::flaw::Flaw;
use super::line::Line;

/// Gauges are read every quarter of an hour.
pub(super) const READING: i64 = 15 * MINUTE;
/// Width of the wave.
const WAVE_WIDTH: i64 = 3 * HOUR;

struct Gauge {
    id: &'static str,
    name: &'static str,
    /// Dry level, cm.
    base: f64,
    /// Tide, cm up and down.
    tide: f64,
    /// Height of a wave of strength 1, cm.
    wave: f64,
    /// Hours the wave needs from Katulampa.
    lag_h: i64,
    /// Read each quarter of an hour (else each hour).
    quarterly: bool,
}

const fn gauge(id: &'static str, name: &'static str, levels: [f64; 3], lag_h: i64, quarterly: bool) -> Gauge {
    let [base, tide, wave] = levels;
    Gauge {
        id,
        name,
        base,
        tide,
        wave,
        lag_h,
        quarterly,
    }
}

/// Names and travel times are public (Katulampa to Depok 3 h, Depok to Manggarai 6 h); dry levels and heights are assumptions
/// that keep a dry day below Siaga 3 and take strength 1 to Siaga 2 (Katulampa 150, Depok 270, Manggarai 850 cm).
const GAUGES: [Gauge; 11] = [
    gauge("katulampa", "Bendung Katulampa", [30.0, 0.0, 140.0], 0, true),
    gauge("depok", "Pos Depok", [100.0, 0.0, 185.0], 3, true),
    gauge("manggarai", "PA Manggarai", [600.0, 5.0, 275.0], 9, true),
    gauge("karet", "PA Karet", [300.0, 8.0, 170.0], 10, true),
    gauge("krukut-hulu", "PS Krukut Hulu", [80.0, 0.0, 60.0], 2, false),
    gauge("pesanggrahan", "PS Pesanggrahan", [80.0, 0.0, 60.0], 2, false),
    gauge("angke-hulu", "PS Angke Hulu", [75.0, 0.0, 60.0], 2, false),
    gauge("cipinang-hulu", "PS Cipinang Hulu", [70.0, 0.0, 60.0], 2, false),
    gauge("sunter-hulu", "PS Sunter Hulu", [60.0, 0.0, 60.0], 2, false),
    gauge("pulo-gadung", "PA Pulo Gadung", [350.0, 4.0, 160.0], 6, true),
    gauge("pasar-ikan", "PA Pasar Ikan", [135.0, 28.0, 0.0], 0, true),
];

/// Readings a day of all gauges.
pub(super) fn readings_per_day() -> f64 {
    GAUGES.iter().map(|gauge| if gauge.quarterly { 96.0 } else { 24.0 }).sum()
}

/// Which gauges are read at a moment.
pub(super) fn due(at: i64) -> impl Iterator<Item = u8> {
    let hourly = at.rem_euclid(HOUR) < READING;
    (0_u8..)
        .zip(&GAUGES)
        .filter(move |(_, gauge)| hourly || gauge.quarterly)
        .map(|(number, _)| number)
}

/// The key of a gauge.
pub(super) fn id(number: u8) -> &'static str {
    GAUGES[usize::from(number)].id
}

/// Writes one reading.
pub(super) fn reading(number: u8, at: i64, flood: Option<FloodWave>, chance: &mut Chance, flaw: Flaw, line: &mut Line) {
    let gauge = &GAUGES[usize::from(number)];
    let tide_phase = seconds(at) / 44_714.0 * std::f64::consts::TAU;
    let mut level = gauge.base + gauge.tide * tide_phase.sin() + chance.between(-3.0, 3.0);
    if let Some(flood) = flood {
        let away = seconds(at - flood.crest - gauge.lag_h * HOUR) / seconds(WAVE_WIDTH);
        level += flood.strength * gauge.wave * (-away * away).exp();
    }
    line.raw("{");
    if flaw != Flaw::NoId {
        line.raw("\"gauge_id\":\"").raw(gauge.id).raw("\",");
    }
    line.raw("\"name\":\"").raw(gauge.name).raw("\",\"level_cm\":").int(whole(level));
    if flaw != Flaw::NoTime {
        line.raw(",\"time\":\"").local_zone(at).raw("\"");
    }
    line.raw("}");
}
