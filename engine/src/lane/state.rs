//! The lane: `apply(state, batch) → state'`.
//!
//! Enters: batches of events in log order, with their rejects. Leaves: a [`Step`] of new rows for the lane's tables. Nothing but
//! the log prefix decides what comes out: not the cut into batches, not a clock, not another lane.
//!
//! For each event, in this order:
//! 1. a version already seen is a *duplicate*; a known id with a new version is *updated*;
//! 2. an unknown id is *late* if its pane was over long enough before this event (see [`Watermark::late`]), else *applied*;
//! 3. its own time moves the watermark.

use arrow::array::RecordBatch;
use h3o::{LatLng, Resolution};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::checkpoint::RestoreError;
use super::closing::{ClosedRows, Closing};
use super::columns::{Columns, text, value};
use super::log::{LogRows, of_gap};
use super::seen::{SeenIds, Sight};
use super::step::{CountedRows, LevelRows, Located, ReportRow, ReportRows, Step, TransitionRow, TransitionRows};
use super::traffic::Episodes;
use super::{Accounting, LaneSettings, Place};
use crate::event::{Category, Class, EventBatch, Fate, Kind};
use crate::time::{HOUR_US, Watermark, pane_of};

/// State of one lane after a prefix of its log.
#[derive(Clone, Debug)]
pub struct LaneState {
    settings: LaneSettings,
    resolution: Resolution,
    channel: String,
    pub(super) watermark: Watermark,
    pub(super) newest_sight: i64,
    pub(super) newest_time: Option<i64>,
    pub(super) accounting: Accounting,
    pub(super) seen: SeenIds,
    pub(super) episodes: Episodes,
    /// Panes that are not over, if they are told when they are.
    pub(super) closing: Option<Closing>,
    /// Whether each step says what became of every event.
    keeps_log: bool,
}

/// A case is kept, and its id remembered, for this long (µs of event time): ten years.
const KEEP_CASES_US: i64 = 10 * 366 * 24 * HOUR_US;

impl LaneState {
    /// A lane before its log. `channel` is the channel of every report in it.
    #[must_use]
    pub fn new(channel: &str, settings: LaneSettings) -> Self {
        Self {
            resolution: Resolution::try_from(settings.cell_resolution).unwrap_or(Resolution::Nine),
            watermark: Watermark::new(&settings.time),
            newest_sight: i64::MIN,
            newest_time: None,
            channel: channel.to_owned(),
            settings,
            accounting: Accounting::default(),
            seen: SeenIds::default(),
            episodes: Episodes::default(),
            closing: None,
            keeps_log: false,
        }
    }

    /// From now on each step tells the panes that are over. `panes`: all that was counted so far ([`crate::event::schema::PANES`]).
    ///
    /// # Errors
    /// [`RestoreError::Columns`] if these are no panes.
    pub fn tell_panes(&mut self, panes: &[RecordBatch]) -> Result<(), RestoreError> {
        self.closing = Some(Closing::load(panes, self.watermark.time())?);
        Ok(())
    }

    /// From now on each step says what became of every event, and which traffic is over.
    pub fn keep_log(&mut self) {
        self.keeps_log = true;
        self.episodes.keep_over();
    }

    /// What became of every event so far.
    #[must_use]
    pub const fn accounting(&self) -> &Accounting {
        &self.accounting
    }

    /// The watermark, µs UTC, once an event has been seen.
    #[must_use]
    pub const fn watermark(&self) -> Option<i64> {
        self.watermark.time()
    }

    /// Newest sight of traffic, µs UTC.
    #[must_use]
    pub fn newest_sight(&self) -> Option<i64> {
        (self.newest_sight > i64::MIN).then_some(self.newest_sight)
    }

    /// The largest time any event spoke of, µs UTC: event times, and times of updates.
    #[must_use]
    pub const fn newest_time(&self) -> Option<i64> {
        self.newest_time
    }

    /// Ids remembered.
    #[must_use]
    pub fn ids(&self) -> usize {
        self.seen.len()
    }

    /// Waze jams and irregularities seen lately ([`crate::event::schema::TRAFFIC`]).
    #[must_use]
    pub fn traffic(&self) -> RecordBatch {
        self.episodes.table()
    }

    /// Counts messages that the log has lost from this offset on: nobody will ever know what was in them. Gives the row that says so, if
    /// the lane keeps a log.
    pub fn skip(&mut self, offset: i64, messages: u64) -> Option<RecordBatch> {
        self.accounting.received += messages;
        self.accounting.gap += messages;
        (self.keeps_log && messages > 0).then(|| of_gap(self.accounting.received, offset, messages, self.watermark.time()))
    }

    /// Takes the next batch of the log.
    pub fn apply(&mut self, batch: &EventBatch, place: &impl Place) -> Step {
        let (received, watermark) = (self.accounting.received, self.watermark.time());
        for reject in &batch.rejects {
            self.accounting.reject(reject.reason);
        }
        let columns = Columns::of(&batch.events);
        let mut rows = Rows::new();
        let mut log = LogRows::default();
        for row in 0..batch.events.num_rows() {
            let (fate, located) = self.take(&columns, row, place, &mut rows);
            if self.keeps_log {
                log.push(fate, located, self.watermark.time());
            }
        }
        if self.newest_sight > i64::MIN {
            self.episodes.forget(self.newest_sight);
        }
        debug_assert!(self.accounting.balanced(), "{:?}", self.accounting);
        let over = self.episodes.take_over();
        let log = if self.keeps_log {
            log.finish(batch, received, watermark)
        } else {
            Vec::new()
        };
        rows.finish(log, over)
    }

    fn take(&mut self, columns: &Columns<'_>, row: usize, place: &impl Place, rows: &mut Rows) -> (Fate, Located) {
        self.accounting.received += 1;
        // The builder writes no other class than those there are.
        let class = Class::from_number(columns.class.value(row)).unwrap_or(Class::Report);
        let own_time = columns.own_time.value(row);
        let fate = self.judge(columns, row, class);
        let watermark = self.watermark.time();
        self.watermark.observe(own_time);
        self.newest_time = self.newest_time.max(Some(own_time.max(columns.event_time.value(row))));
        if let Some(watermark) = self.watermark.time() {
            self.seen.forget(watermark);
        }
        match fate {
            Fate::Updated => self.accounting.updated += 1,
            Fate::Late => {
                self.accounting.late += 1;
                rows.late.push(columns.offset.value(row));
            }
            Fate::Duplicate => {
                self.accounting.duplicate += 1;
                self.close(rows);
                return (fate, Located::default());
            }
            // What is judged was neither refused nor lost.
            Fate::Applied | Fate::Rejected | Fate::Gap => self.accounting.applied += 1,
        }
        let mut located = Located::default();
        match class {
            Class::Report => {
                located = self.report(columns, row, fate, watermark, place, rows);
            }
            Class::Transition => Self::transition(columns, row, rows),
            Class::Jam | Class::Irregularity => self.traffic_sight(columns, row, fate),
            Class::Level => {
                if let Some(level_cm) = value(columns.level_cm, row) {
                    rows.levels.push(columns.id.value(row), columns.event_time.value(row), level_cm);
                }
            }
        }
        self.close(rows);
        (fate, located)
    }

    fn close(&mut self, rows: &mut Rows) {
        if let Some(closing) = &mut self.closing {
            closing.close(self.watermark.time(), &mut rows.closed);
        }
    }

    /// Duplicate, updated, late or applied.
    fn judge(&mut self, columns: &Columns<'_>, row: usize, class: Class) -> Fate {
        let event_time = columns.event_time.value(row);
        let version = columns.version.value(row);
        let seed = match class {
            // A transition, or a reading of a gauge, is an event of its own: its id is the whole of it.
            Class::Transition => version,
            #[expect(clippy::cast_sign_loss, reason = "any bijection of the time will do")]
            Class::Level => event_time as u64,
            Class::Report | Class::Jam | Class::Irregularity => 0,
        };
        let key = xxh3_128_with_seed(columns.id.value(row).as_bytes(), seed.wrapping_mul(31).wrapping_add(class as u64));
        let newest = columns
            .own_time
            .value(row)
            .max(event_time)
            .max(value(columns.seen_at, row).unwrap_or(i64::MIN));
        let remember = if class == Class::Transition || value(columns.kind, row) == Some(Kind::Complaint as u8) {
            KEEP_CASES_US
        } else {
            let lateness_h = self.settings.time.allowed_lateness_s.div_ceil(3_600) + 1;
            i64::from(self.settings.remember_ids_h.max(lateness_h)) * HOUR_US
        };
        match self.seen.observe(key, version, newest.saturating_add(remember)) {
            Sight::Again => Fate::Duplicate,
            Sight::NewVersion => Fate::Updated,
            Sight::First if self.watermark.late(event_time) => Fate::Late,
            Sight::First => Fate::Applied,
        }
    }

    /// `watermark`: before the report.
    fn report(
        &mut self,
        columns: &Columns<'_>,
        row: usize,
        fate: Fate,
        watermark: Option<i64>,
        place: &impl Place,
        rows: &mut Rows,
    ) -> Located {
        if let Some(status) = value(columns.status, row) {
            // The state a report is seen in is a transition at the time it was written.
            rows.transitions.push(&TransitionRow {
                id: columns.id.value(row),
                report_channel: Some(&self.channel),
                offset: columns.offset.value(row),
                time: columns.own_time.value(row),
                status,
                unit: text(columns.unit, row),
                actor_role: None,
                snapshot: true,
                evidence: columns.evidence.of_row(row),
                other: None,
            });
        }
        if fate == Fate::Updated {
            return Located::default();
        }
        let category = value(columns.category, row).unwrap_or(Category::Lainnya as u8);
        let kind = value(columns.kind, row);
        let complaint = kind == Some(Kind::Complaint as u8);
        let counted = fate == Fate::Applied && kind != Some(Kind::Duty as u8);
        let told = self.settings.keep_signals || (self.settings.tell_signals && counted);
        // Who is in danger is told of at once, also where nothing else but complaints is kept.
        let kept = complaint || kind == Some(Kind::Emergency as u8) || told;
        if let Some(name) = text(columns.source_category, row) {
            self.accounting.unknown_category(name);
        }
        let located = if counted || kept {
            self.locate(columns, row, place)
        } else {
            self.position(columns, row)
        };
        if fate == Fate::Applied {
            self.accounting.unlocated += u64::from(located.position.is_none());
            self.accounting.outside += u64::from(located.position.is_some() && located.kelurahan.is_none());
        }
        if counted {
            let pane = pane_of(columns.event_time.value(row));
            rows.counted.push(pane, located, category);
            if let Some(closing) = &mut self.closing {
                closing.count(pane, located, category, watermark, &mut rows.closed);
            }
        }
        if !kept {
            return located;
        }
        let table = if complaint { &mut rows.cases } else { &mut rows.signals };
        table.push(&ReportRow {
            id: columns.id.value(row),
            offset: columns.offset.value(row),
            event_time: columns.event_time.value(row),
            place: self.told(columns, row, located),
            category,
            source_category: text(columns.source_category, row),
            kind,
            // Without a reporter a report is its own witness.
            reporter: value(columns.reporter, row).unwrap_or_else(|| xxhash_rust::xxh3::xxh3_64(columns.id.value(row).as_bytes())),
            unit: text(columns.unit, row),
            late: fate == Fate::Late,
            duty_post: text(columns.duty_post, row),
            named_kota: value(columns.named_kota, row),
            terms: text(columns.terms, row),
        });
        located
    }

    fn transition(columns: &Columns<'_>, row: usize, rows: &mut Rows) {
        let Some(status) = value(columns.status, row) else { return };
        rows.transitions.push(&TransitionRow {
            id: columns.id.value(row),
            report_channel: text(columns.report_channel, row),
            offset: columns.offset.value(row),
            time: columns.event_time.value(row),
            status,
            unit: text(columns.unit, row),
            actor_role: text(columns.actor_role, row),
            snapshot: false,
            evidence: columns.evidence.of_row(row),
            other: text(columns.other, row),
        });
    }

    fn traffic_sight(&mut self, columns: &Columns<'_>, row: usize, fate: Fate) {
        if fate == Fate::Applied && self.position(columns, row).position.is_none() {
            self.accounting.unlocated += 1;
        }
        // A late object is an old one, but it is on the road now: the live table shows it.
        let seen_at = value(columns.seen_at, row).unwrap_or_else(|| columns.own_time.value(row));
        self.newest_sight = self.newest_sight.max(seen_at);
        if self.settings.keep_signals {
            self.episodes.observe(columns, row, self.resolution, self.newest_sight);
        }
    }

    /// Where a report is kept to lie: where its position does, else in the kelurahan it names if names count here. A name gives no cell,
    /// and what is paid by the report is never placed by one.
    fn told(&self, columns: &Columns<'_>, row: usize, located: Located) -> Located {
        let by_name = self.settings.places_by_name && located.position.is_none() && value(columns.kind, row) != Some(Kind::Duty as u8);
        if !by_name {
            return located;
        }
        Located {
            kelurahan: value(columns.named_kelurahan, row),
            ..located
        }
    }

    fn position(&self, columns: &Columns<'_>, row: usize) -> Located {
        let sent = value(columns.longitude, row).zip(value(columns.latitude, row));
        let position = sent.and_then(|(longitude, latitude)| self.settings.bounds.usable(longitude, latitude));
        Located {
            position,
            cell: None,
            kelurahan: None,
        }
    }

    fn locate(&self, columns: &Columns<'_>, row: usize, place: &impl Place) -> Located {
        let mut located = self.position(columns, row);
        if let Some((longitude, latitude)) = located.position {
            located.cell = LatLng::new(latitude, longitude)
                .ok()
                .map(|point| point.to_cell(self.resolution).into());
            located.kelurahan = place.kelurahan(longitude, latitude);
        }
        located
    }
}

/// The tables of a step being built.
#[derive(Debug)]
struct Rows {
    counted: CountedRows,
    cases: ReportRows,
    signals: ReportRows,
    transitions: TransitionRows,
    levels: LevelRows,
    late: Vec<i64>,
    closed: ClosedRows,
}

impl Rows {
    fn new() -> Self {
        Self {
            counted: CountedRows::new(),
            cases: ReportRows::new(),
            signals: ReportRows::new(),
            transitions: TransitionRows::new(),
            levels: LevelRows::new(),
            late: Vec::new(),
            closed: ClosedRows::new(),
        }
    }

    fn finish(self, log: Vec<RecordBatch>, over: RecordBatch) -> Step {
        Step {
            counted: self.counted.finish(),
            cases: self.cases.finish(),
            signals: self.signals.finish(),
            transitions: self.transitions.finish(),
            levels: self.levels.finish(),
            late: self.late,
            closed: self.closed.finish(),
            log,
            over,
        }
    }
}
