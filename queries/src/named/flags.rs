//! What speaks against closings (`sql/closings.sql`, `sql/closing_moves.sql`): flags with their evidence, what they come to for each unit,
//! and which cases a ranking adjusted for quality takes as still open.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use tanggap_engine::event::Status;
use tanggap_engine::territory::KelurahanCode;

use super::cases::{ask, moment};
use super::reading::{Flags, Texts, Wholes};
use super::{Cases, Level};
use crate::QueryError;
use crate::closings::{Closing, Flag, FlagRule, Move, Photo, UnitFlags, judge, seconds, tally};

const CLOSINGS: &str = include_str!("../../sql/closings.sql");
const MOVES: &str = include_str!("../../sql/closing_moves.sql");

impl Cases {
    /// What speaks against closings, those of the cases filed first first (then by key), a case's flags in the order of
    /// [`super::FlagKind::ALL`]. Needs `routes` and `units`, and evidence in `transitions`.
    ///
    /// Cost: a pass over the transitions of resolved cases, read once for all rules; then a sort of their photos.
    ///
    /// # Errors
    /// If one of the tables is not there, has other columns, or cannot be read.
    pub async fn flags(&self, rule: &FlagRule) -> Result<Vec<Flag>, QueryError> {
        Ok(judge(&self.all_closings().await?, rule))
    }

    /// What closings come to for each unit of a level, by code. A closing that is not located is nobody's on a level that is a territory;
    /// offices of kelurahan are no dinas.
    ///
    /// # Errors
    /// As [`Cases::flags`].
    pub async fn unit_flags(&self, level: Level, rule: &FlagRule) -> Result<Vec<UnitFlags>, QueryError> {
        let closings = self.all_closings().await?;
        let flags = judge(&closings, rule);
        Ok(tally(&closings, &flags, rule, self.as_of_us(), |closing| {
            code_of(level, &closing.channel, closing.unit.as_deref(), closing.kelurahan)
        }))
    }

    /// Resolved cases with a strong flag by the default rule, by key, with the seconds from the resolution to the moment asked about: by
    /// so much longer each has waited if it is still open. None are doubted unless `quality` says so.
    pub(super) async fn doubts(&self, quality: bool) -> Result<HashMap<u64, f64>, QueryError> {
        if !quality {
            return Ok(HashMap::new());
        }
        let flags = self.flags(&FlagRule::default()).await?;
        let strong = flags.iter().filter(|flag| flag.strong);
        let waits = strong.filter_map(|flag| Some((flag.key, seconds(flag.resolution_us?, self.as_of_us()))));
        Ok(waits.collect())
    }

    async fn all_closings(&self) -> Result<Arc<Vec<Closing>>, QueryError> {
        let closings = self.closings().get_or_try_init(|| self.read_closings()).await?;
        Ok(Arc::clone(closings))
    }

    async fn read_closings(&self) -> Result<Arc<Vec<Closing>>, QueryError> {
        let session = self.session();
        let mut closings = Vec::new();
        for batch in ask(session, CLOSINGS, vec![]).await?.collect().await? {
            read_closings(&batch, &mut closings)?;
        }
        let mut moves: BTreeMap<u64, Vec<Move>> = BTreeMap::new();
        let asked = vec![("as_of", moment(self.as_of_us()))];
        for batch in ask(session, MOVES, asked).await?.collect().await? {
            read_moves(&batch, &mut moves)?;
        }
        for closing in &mut closings {
            closing.moves = moves.remove(&closing.key).unwrap_or_default();
            closing.moves.sort_unstable();
        }
        closings.sort_unstable_by_key(|closing| (closing.filed_us, closing.key));
        Ok(Arc::new(closings))
    }
}

impl Flag {
    /// Whose the case is on a level, as the ranking of that level calls it; none = nobody's.
    #[must_use]
    pub fn code(&self, level: Level) -> Option<String> {
        code_of(level, &self.channel, self.unit.as_deref(), self.kelurahan)
    }
}

fn code_of(level: Level, channel: &str, unit: Option<&str>, kelurahan: Option<i64>) -> Option<String> {
    let kelurahan = kelurahan.map(KelurahanCode::from_integer);
    match level {
        Level::Kelurahan => kelurahan.map(|code| code.to_string()),
        Level::Kecamatan => kelurahan.map(KelurahanCode::kecamatan),
        Level::Kota => kelurahan.map(KelurahanCode::kota),
        Level::Dinas => unit.filter(|code| !is_office(code)).map(str::to_owned),
        Level::Channel => Some(channel.to_owned()),
    }
}

/// Whether a unit is the office of a kelurahan, which goes by its dotted code.
fn is_office(code: &str) -> bool {
    code.parse::<KelurahanCode>().is_ok()
}

fn read_closings(batch: &RecordBatch, closings: &mut Vec<Closing>) -> Result<(), QueryError> {
    let whole = |name: &str| Wholes::of(batch, name);
    let (key, kelurahan, filed, resolution) = (whole("key")?, whole("kelurahan")?, whole("filed_us")?, whole("resolution_us")?);
    let text = |name: &str| Texts::of(batch, name);
    let (id, channel, unit) = (text("id")?, text("channel")?, text("unit")?);
    for row in 0..batch.num_rows() {
        closings.push(Closing {
            key: key.get(row).unwrap_or_default().cast_unsigned(),
            id: id.get(row).unwrap_or_default(),
            channel: channel.get(row).unwrap_or_default(),
            unit: unit.get(row).filter(|code| !code.is_empty()),
            kelurahan: kelurahan.get(row),
            filed_us: filed.get(row).unwrap_or_default(),
            resolution_us: resolution.get(row),
            moves: Vec::new(),
        });
    }
    Ok(())
}

fn read_moves(batch: &RecordBatch, moves: &mut BTreeMap<u64, Vec<Move>>) -> Result<(), QueryError> {
    let whole = |name: &str| Wholes::of(batch, name);
    let (key, time, offset, rating) = (whole("key")?, whole("time_us")?, whole("offset")?, whole("rating")?);
    let (before_photo, before_look) = (whole("before_photo")?, whole("before_look")?);
    let (after_photo, after_look, taken) = (whole("after_photo")?, whole("after_look")?, whole("taken_us")?);
    let (status, unit) = (Texts::of(batch, "status")?, Texts::of(batch, "unit")?);
    let snapshot = Flags::of(batch, "snapshot")?;
    let photo = |file: &Wholes, look: &Wholes, row: usize| Photo {
        file: file.get(row).map(i64::cast_unsigned),
        look: look.get(row).map(i64::cast_unsigned),
    };
    for row in 0..batch.num_rows() {
        let Some(status) = status.get(row).as_deref().and_then(Status::from_id) else {
            continue;
        };
        let key = key.get(row).unwrap_or_default().cast_unsigned();
        moves.entry(key).or_default().push(Move {
            time_us: time.get(row).unwrap_or_default(),
            offset: offset.get(row).unwrap_or_default(),
            status,
            snapshot: snapshot.get(row),
            unit: unit.get(row).filter(|code| !code.is_empty()),
            rating: rating.get(row).and_then(|rating| u8::try_from(rating).ok()),
            before: photo(&before_photo, &before_look, row),
            after: photo(&after_photo, &after_look, row),
            taken_us: taken.get(row),
        });
    }
    Ok(())
}
