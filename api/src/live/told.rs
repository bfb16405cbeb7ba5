//! What all listeners of a ticker have been told so far, and the last of it word for word: whose connection broke hears what it missed
//! and nothing twice, or, after too long a break, that it must begin anew. No clock, no channel.
//!
//! ```text
//! snapshot 1 · delta 2 · watermark 3 · delta 4 · delta 5        a listener that heard up to 3 gets 4 and 5
//! └── forgotten ──┘                                            one that heard up to 1 gets `resync` and a snapshot
//! ```

use std::collections::VecDeque;

use axum::body::Bytes;
use serde_json::{Value, json};

use super::event_id::{EventId, Run};
use super::frame::{Cells, columns, event, without_id};
use super::heat::Heat;
use crate::time::{Window, rfc3339};

/// Deltas remembered: at four a second, a minute.
const REMEMBERED: usize = 256;
/// And their bytes at most: a ticker is not to become large because a city is busy.
const REMEMBERED_BYTES: usize = 1 << 20;

/// An event as it is told, and its number.
pub(super) type Message = (u64, Bytes);

/// What a listener that joins is told first.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) first: Vec<Bytes>,
    /// The number of the last event it then knows.
    pub(super) heard: u64,
}

/// What was told.
#[derive(Debug)]
pub(super) struct Told {
    run: Run,
    window_s: u32,
    rounded_to: i64,
    seq: u64,
    heat: Heat,
    window: Option<Window>,
    as_of: Option<i64>,
    watermark: Option<Message>,
    counted: bool,
    deltas: VecDeque<Message>,
    delta_bytes: usize,
    /// Who has heard less than this event cannot go on from there.
    floor: u64,
}

impl Told {
    pub(super) fn new(run: Run, window_s: u32, rounded_to: i64) -> Self {
        Self {
            run,
            window_s,
            rounded_to,
            seq: 0,
            heat: Heat::default(),
            window: None,
            as_of: None,
            watermark: None,
            counted: false,
            deltas: VecDeque::new(),
            delta_bytes: 0,
            floor: 0,
        }
    }

    /// What changed: the first time everything, later the difference, if there is any.
    pub(super) fn heat(&mut self, heat: Heat, window: Option<Window>, as_of: Option<i64>, grid: &str) -> Option<Message> {
        let changed = heat.since(&self.heat);
        let first = !self.counted;
        self.heat = heat;
        self.window = window;
        self.as_of = as_of;
        self.counted = true;
        if !first && changed.is_empty() {
            return None;
        }
        self.seq += 1;
        if first {
            self.floor = self.seq;
            return Some((self.seq, self.snapshot(grid)));
        }
        let message = (self.seq, event(Some(self.id()), "delta", &self.cells(grid, columns(changed))));
        self.remember(message.clone());
        Some(message)
    }

    /// Where time is, and what goes with it.
    pub(super) fn watermark(&mut self, body: &Value) -> Message {
        self.seq += 1;
        let message = (self.seq, event(Some(self.id()), "watermark", body));
        self.watermark = Some(message.clone());
        message
    }

    /// What a listener is told first: after a break what it missed, else the city as it is.
    pub(super) fn join(&self, last: Option<EventId>, grid: &str) -> Joined {
        let resumed = last.filter(|last| last.run == self.run).and_then(|last| self.missed(last.seq));
        let first = resumed.unwrap_or_else(|| {
            let mut first = Vec::new();
            if last.is_some() {
                first.push(event(None, "resync", &json!({})));
            }
            if self.counted {
                first.push(self.snapshot(grid));
                // Its own number is below the snapshot's: a listener that broke after it would hear a delta again.
                first.extend(self.watermark.as_ref().map(|(_, message)| without_id(message)));
            }
            first
        });
        Joined { first, heard: self.seq }
    }

    /// The id of the event after which a listener has heard `seq`.
    pub(super) const fn heard(&self, seq: u64) -> EventId {
        EventId { run: self.run, seq }
    }

    const fn id(&self) -> EventId {
        self.heard(self.seq)
    }

    fn missed(&self, after: u64) -> Option<Vec<Bytes>> {
        if !self.counted || after < self.floor || after > self.seq {
            return None;
        }
        let told = self.deltas.iter().chain(&self.watermark);
        let mut missed: Vec<&Message> = told.filter(|message| message.0 > after).collect();
        missed.sort_by_key(|message| message.0);
        Some(missed.into_iter().map(|message| message.1.clone()).collect())
    }

    fn remember(&mut self, message: Message) {
        self.delta_bytes += message.1.len();
        self.deltas.push_back(message);
        while self.deltas.len() > REMEMBERED || self.delta_bytes > REMEMBERED_BYTES {
            let Some((seq, forgotten)) = self.deltas.pop_front() else { return };
            self.delta_bytes -= forgotten.len();
            self.floor = seq;
        }
    }

    fn snapshot(&self, grid: &str) -> Bytes {
        let cells = self.heat.cells.iter().map(|(number, heat)| (*number, *heat));
        event(Some(self.id()), "snapshot", &self.cells(grid, columns(cells)))
    }

    fn cells<'a>(&self, grid: &'a str, cells: (Vec<u32>, Vec<i64>, Vec<i32>)) -> Cells<'a> {
        Cells {
            grid,
            window_s: self.window_s,
            rounded_to: self.rounded_to,
            as_of: self.as_of.map(rfc3339),
            complete: self.window.is_some_and(|window| window.complete),
            columns: cells,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use serde_json::{Value, json};

    use super::super::event_id::{EventId, Run};
    use super::super::heat::{CellHeat, Heat};
    use super::{Bytes, REMEMBERED, Told};

    const RUN: Run = Run {
        server: 1_768_460_580_000,
        ticker: 3,
    };

    /// A listener as the dashboard is one.
    #[derive(Debug, Default)]
    struct Page {
        cells: BTreeMap<u32, CellHeat>,
        watermark: Value,
        last: Option<EventId>,
        /// Numbers of the deltas it took, with those of the snapshots it began from.
        deltas: Vec<u64>,
        snapshots: usize,
        resyncs: usize,
    }

    impl Page {
        fn hear(&mut self, message: &Bytes) {
            let text = std::str::from_utf8(message).unwrap();
            let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
            let id = field("id: ").map(|id| EventId::read(id).unwrap());
            let body: Value = serde_json::from_str(field("data: ").unwrap()).unwrap();
            self.last = id.or(self.last);
            match field("event: ").unwrap() {
                "snapshot" => {
                    self.snapshots += 1;
                    self.cells.clear();
                    self.take(&body);
                }
                "delta" => {
                    self.deltas.push(id.unwrap().seq);
                    self.take(&body);
                }
                "watermark" => self.watermark = body,
                "resync" => self.resyncs += 1,
                other => panic!("nobody says {other}"),
            }
        }

        fn take(&mut self, body: &Value) {
            let columns: (Vec<u32>, Vec<i64>, Vec<i32>) = serde_json::from_value(body["cells"].clone()).unwrap();
            for (position, number) in columns.0.into_iter().enumerate() {
                if columns.1[position] > 0 {
                    self.cells.insert(number, (columns.1[position], columns.2[position]));
                } else {
                    self.cells.remove(&number);
                }
            }
        }

        fn join(&mut self, told: &Told) {
            for message in told.join(self.last, "g").first {
                self.hear(&message);
            }
        }
    }

    /// A few cells of a small city come, go and change.
    fn heat(random: &mut ChaCha8Rng) -> Heat {
        let cells = (0..6).filter_map(|number| {
            let n = random.random_range(0..4_i64);
            (n > 0).then_some((number, (n, 10)))
        });
        Heat { cells: cells.collect() }
    }

    #[test]
    fn a_page_that_breaks_anywhere_ends_with_the_city_of_one_that_never_broke() {
        let mut random = ChaCha8Rng::seed_from_u64(23);
        let mut told = Told::new(RUN, 3_600, 1);
        let (mut steady, mut broken) = (Page::default(), Page::default());
        steady.join(&told);
        broken.join(&told);
        // For how many more messages the line is down; none = it is up.
        let mut down: Option<u32> = None;
        for round in 0..4_000_u32 {
            let message = if round % 5 == 4 {
                Some(told.watermark(&json!({"as_of": round})))
            } else {
                told.heat(heat(&mut random), None, None, "g")
            };
            let Some((_, message)) = message else { continue };
            steady.hear(&message);
            down = match down {
                None if round > 0 && random.random_range(0..10) == 0 => Some(random.random_range(0..40)),
                None => {
                    broken.hear(&message);
                    None
                }
                Some(0) => {
                    broken.join(&told);
                    assert_eq!(broken.cells, steady.cells, "round {round}");
                    assert_eq!(broken.watermark, steady.watermark, "round {round}");
                    None
                }
                Some(more) => Some(more - 1),
            };
        }
        broken.join(&told);
        assert_eq!((&broken.cells, &broken.watermark), (&steady.cells, &steady.watermark));
        assert_eq!(broken.deltas, steady.deltas, "each delta once, in order");
        assert_eq!((broken.snapshots, broken.resyncs), (1, 0));
    }

    #[test]
    fn after_too_long_a_break_everything_is_told_anew() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut told = Told::new(RUN, 3_600, 1);
        let mut page = Page::default();
        let (_, message) = told.heat(heat(&mut random), None, None, "g").unwrap();
        page.hear(&message);
        let mut deltas = 0;
        while deltas <= REMEMBERED {
            deltas += usize::from(told.heat(heat(&mut random), None, None, "g").is_some());
        }
        page.join(&told);
        assert_eq!((page.snapshots, page.resyncs, page.deltas.len()), (2, 1, 0));
        assert_eq!(page.cells, told.heat.cells);
    }

    #[test]
    fn an_id_of_another_run_or_of_none_is_no_place_to_go_on_from() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut told = Told::new(RUN, 3_600, 1);
        told.heat(heat(&mut random), None, None, "g");
        let own = told.heard(1);
        assert!(told.join(Some(own), "g").first.is_empty(), "nothing was missed");
        let restarted = EventId {
            run: Run {
                server: RUN.server + 1,
                ..RUN
            },
            ..own
        };
        let other = EventId {
            run: Run {
                ticker: RUN.ticker + 1,
                ..RUN
            },
            ..own
        };
        for strange in [restarted, other, told.heard(2), told.heard(0), EventId::default()] {
            let mut page = Page {
                last: Some(strange),
                ..Page::default()
            };
            page.join(&told);
            assert_eq!((page.resyncs, page.snapshots), (1, 1), "{strange}");
        }
        let mut new = Page::default();
        new.join(&told);
        assert_eq!((new.resyncs, new.snapshots), (0, 1));
    }
}
