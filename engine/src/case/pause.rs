//! When the clocks of a case stand still.

/// A run of time in which the reporter was waited for while the case was open, µs since epoch UTC, `[from, to)`, never empty. One that
/// lasts ends at the moment asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// From when.
    pub from_us: i64,
    /// Until when.
    pub to_us: i64,
}

impl Pause {
    /// Writes down that the clocks stood still in `[from_us, to_us)`, the latest so far: a pause of its own, or more of the last one.
    pub(super) fn note(pauses: &mut Vec<Self>, from_us: i64, to_us: i64) {
        if to_us <= from_us {
            return;
        }
        if let Some(last) = pauses.last_mut().filter(|last| last.to_us == from_us) {
            last.to_us = to_us;
            return;
        }
        pauses.push(Self { from_us, to_us });
    }
}
