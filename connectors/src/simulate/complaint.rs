//! Complaints as QLUE posts them and the CRM logs them: the cases now alive, and the two writers.

use tanggap_engine::event::Status;

use super::chance::Chance;
use super::flaw::Flaw;
use super::ground::{Ground, Point};
use super::lifecycle::Progress;
use super::line::Line;
use super::proof::{Closing, Proof};
use super::vocabulary::{DUTY_TEXTS, KELURAHAN_OFFICE, SUBJECTS, TITLES, UNITS};

/// The id of the first report of a city.
const FIRST_ID: u64 = 6_000_001;

/// Which of QLUE's three shapes a report came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The marker feed: local times without zone, `loc_lat`/`loc_lng`.
    Marker,
    /// A stored row: `created_at` with `+07`, `lat`/`lng`.
    Row,
    /// The same row from a service that writes numbers as text.
    TextRow,
    /// The feed of 2016: `created_at` in UTC, `location{lat,lng}`.
    Feed,
}

impl Shape {
    /// Half of the reports come by the marker feed.
    pub(super) fn draw(chance: &mut Chance) -> Self {
        match chance.below(100) {
            0..50 => Self::Marker,
            50..70 => Self::Row,
            70..75 => Self::TextRow,
            _ => Self::Feed,
        }
    }
}

/// What a report is, where it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The field is left out: a complaint.
    Unsaid,
    Said(&'static str),
    Duty,
}

/// A report whose life is not over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) id: u64,
    pub(super) created: i64,
    pub(super) position: Option<Point>,
    pub(super) place: usize,
    pub(super) subject: usize,
    pub(super) unit: usize,
    pub(super) shape: Shape,
    pub(super) kind: Kind,
    pub(super) reporter: u32,
    pub(super) closing: Closing,
    /// Seeds the words.
    pub(super) wording: u32,
    /// Steps not yet published.
    pub(super) pending: u32,
}

/// Cases by slot; a slot is used again when its case is over.
#[derive(Debug)]
pub(super) struct Cases {
    slots: Vec<Case>,
    free: Vec<u32>,
    next_id: u64,
}

impl Cases {
    pub(super) fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            next_id: FIRST_ID,
        }
    }

    /// The id of the next report to be kept.
    pub(super) const fn next_id(&self) -> u64 {
        self.next_id
    }

    /// Keeps a case until [`Cases::step`] has been called `pending` times.
    pub(super) fn keep(&mut self, case: Case) -> u32 {
        self.next_id += 1;
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = case;
            return slot;
        }
        self.slots.push(case);
        u32::try_from(self.slots.len() - 1).expect("fewer than 4 billion open cases fit in memory")
    }

    /// The case of a slot, for one more of its steps.
    pub(super) fn step(&mut self, slot: u32) -> Case {
        let case = &mut self.slots[slot as usize];
        case.pending = case.pending.saturating_sub(1);
        if case.pending == 0 {
            self.free.push(slot);
        }
        *case
    }
}

impl Case {
    /// Writes the post as it stands at `updated`.
    pub(super) fn post(&self, ground: &Ground, progress: Progress, updated: i64, flaw: Flaw, line: &mut Line) {
        let (title, text) = self.words();
        line.raw("{");
        if flaw != Flaw::NoId {
            line.raw("\"post_id\":").unsigned(self.id).raw(",");
        }
        match self.shape {
            Shape::Marker => {
                if flaw != Flaw::NoTime {
                    line.raw("\"post_date\":\"").local(self.created).raw("\",");
                }
                line.raw("\"post_title\":\"").raw(title).raw("\",\"post_desc\":\"").raw(text);
                line.raw("\",\"post_images\":\"https://img.example/q/")
                    .unsigned(self.id)
                    .raw(".jpg\"");
                self.coordinates(line, ",\"loc_lat\":", ",\"loc_lng\":", "");
            }
            Shape::Row | Shape::TextRow => {
                if flaw != Flaw::NoTime {
                    line.raw("\"created_at\":\"").local_short_zone(self.created).raw("\",");
                }
                line.raw("\"text\":\"")
                    .raw(text)
                    .raw("\",\"lang\":\"id\",\"title\":\"")
                    .raw(title)
                    .raw("\"");
                let quote = if self.shape == Shape::TextRow { "\"" } else { "" };
                self.coordinates(line, ",\"lat\":", ",\"lng\":", quote);
            }
            Shape::Feed => {
                if flaw != Flaw::NoTime {
                    line.raw("\"created_at\":\"").utc(self.created).raw("\",");
                }
                line.raw("\"title\":\"").raw(title).raw("\",\"text\":\"").raw(text);
                line.raw("\",\"image_url\":\"https://img.example/q/")
                    .unsigned(self.id)
                    .raw(".jpg\",\"qlue_city\":\"jabodetabek\"");
                if SUBJECTS[self.subject].word == "banjir" {
                    line.raw(",\"disaster_type\":\"flood\"");
                }
                self.location(line);
            }
        }
        let site = ground.site(self.place);
        line.raw(",\"category\":\"")
            .raw(SUBJECTS[self.subject].name)
            .raw("\",\"status\":\"")
            .raw(progress.id());
        line.raw("\",\"updated_at\":\"");
        match self.shape {
            Shape::Marker => line.local(updated),
            Shape::Row | Shape::TextRow => line.local_short_zone(updated),
            Shape::Feed => line.utc_millis(updated),
        };
        line.raw("\",\"address\":\"").raw(&site.name).raw(", ").raw(site.city);
        line.raw("\",\"user_id\":")
            .int(self.reporter)
            .raw(",\"profile_name\":\"warga_")
            .int(self.reporter)
            .raw("\"");
        match self.kind {
            Kind::Unsaid => {}
            Kind::Said(kind) => {
                line.raw(",\"kind\":\"").raw(kind).raw("\"");
            }
            Kind::Duty => self.duty(line),
        }
        line.raw("}");
    }

    /// Whose duty it is, as each shape spells it: of ten RW of a kelurahan with eleven RT each, as Jakarta has on average (30,120 RT and
    /// 2,705 RW in 267 kelurahan; neraca.co.id, 2014). Follows from the reporter: a head keeps the post, and one head in twelve is an RW's.
    fn duty(&self, line: &mut Line) {
        line.raw(",\"kind\":\"duty\"");
        let head = u64::from(self.reporter);
        let (rt, rw) = (1 + head / 120 % 11, 1 + head / 12 % 10);
        let of_rw = head.is_multiple_of(12);
        let (before, between, after) = match self.shape {
            Shape::Marker => (",\"rt\":\"00", "\",\"rw\":\"0", "\""),
            Shape::Row => (",\"rt\":", ",\"rw\":", ""),
            Shape::TextRow => (",\"rt\":\"", "\",\"rw\":\"", "\""),
            Shape::Feed => (",\"rt\":\"RT ", "/RW ", "\""),
        };
        if of_rw {
            line.raw(",\"rw\":\"RW ").unsigned(rw).raw("\"");
        } else {
            line.raw(before).unsigned(rt).raw(between).unsigned(rw).raw(after);
        }
    }

    /// Writes the log entry of a change of status at `at`.
    pub(super) fn transition(&self, ground: &Ground, status: Status, at: i64, proof: &Proof, flaw: Flaw, line: &mut Line) {
        line.raw("{");
        if flaw != Flaw::NoId {
            line.raw("\"report_id\":\"").unsigned(self.id).raw("\",");
        }
        line.raw("\"channel\":\"qlue\",\"status\":\"").raw(status.id()).raw("\"");
        if let Some(unit) = self.holder(status) {
            line.raw(",\"unit\":\"");
            if unit == KELURAHAN_OFFICE {
                line.raw("Kelurahan ").raw(&ground.site(self.place).name);
            } else {
                line.raw(UNITS[unit].name);
            }
            line.raw("\"");
        }
        line.raw(",\"actor_role\":\"").raw(role(status)).raw("\"");
        if flaw != Flaw::NoTime {
            line.raw(",\"time\":\"").local_zone(at).raw("\"");
        }
        line.raw(",\"note\":\"").raw(note(status)).raw("\"");
        proof.write(self.id, line);
        line.raw("}");
    }

    fn words(&self) -> (&'static str, &'static str) {
        let wording = self.wording as usize;
        let texts = if self.kind == Kind::Duty {
            &DUTY_TEXTS[..]
        } else {
            SUBJECTS[self.subject].texts
        };
        (TITLES[wording % TITLES.len()], texts[wording / 7 % texts.len()])
    }

    fn coordinates(&self, line: &mut Line, latitude: &str, longitude: &str, quote: &str) {
        if let Some((east, north)) = self.position {
            line.raw(latitude).raw(quote).millionths(north).raw(quote);
            line.raw(longitude).raw(quote).millionths(east).raw(quote);
        } else if self.wording.is_multiple_of(2) {
            line.raw(latitude).raw("null").raw(longitude).raw("null");
        }
    }

    fn location(&self, line: &mut Line) {
        if let Some((east, north)) = self.position {
            line.raw(",\"location\":{\"lat\":")
                .millionths(north)
                .raw(",\"lng\":")
                .millionths(east)
                .raw("}");
        } else if self.wording.is_multiple_of(2) {
            line.raw(",\"location\":null");
        }
    }

    /// A report first goes to the kelurahan of its place; from there to the unit that can act.
    fn holder(&self, status: Status) -> Option<usize> {
        match status {
            Status::Received | Status::Verified | Status::Rated | Status::Withdrawn | Status::Linked | Status::Unlinked => None,
            Status::Assigned if self.wording % 10 < 3 => Some(KELURAHAN_OFFICE),
            _ => Some(self.unit),
        }
    }
}

const fn role(status: Status) -> &'static str {
    match status {
        Status::Received => "system",
        Status::Verified | Status::Assigned | Status::Duplicate | Status::Linked | Status::Unlinked => "operator",
        Status::Coordinated => "lurah",
        Status::Dispatched | Status::NotOurs | Status::ClosedNoAction | Status::Asked => "skpd",
        Status::InProgress | Status::Resolved => "petugas",
        Status::Reopened | Status::Rated | Status::Withdrawn => "warga",
    }
}

const fn note(status: Status) -> &'static str {
    match status {
        Status::Received => "Laporan diterima",
        Status::Verified => "Laporan sesuai lokasi",
        Status::Assigned => "Disposisi ke unit",
        Status::Coordinated => "Koordinasi dengan unit berwenang",
        Status::Dispatched => "Petugas menuju lokasi",
        Status::InProgress => "Sedang dikerjakan",
        Status::Resolved => "Selesai ditindaklanjuti",
        Status::ClosedNoAction => "Tidak ditemukan di lokasi",
        Status::Duplicate => "Sudah dilaporkan warga lain",
        Status::NotOurs => "Bukan kewenangan pemerintah provinsi",
        Status::Reopened => "Belum selesai di lapangan",
        Status::Rated => "Penilaian warga",
        Status::Withdrawn => "Dicabut oleh pelapor",
        Status::Asked => "Menunggu jawaban pelapor",
        Status::Linked => "Kejadian yang sama dengan laporan lain",
        Status::Unlinked => "Kejadian lain",
    }
}
