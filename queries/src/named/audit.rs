//! What stands behind one row of the table of response times (`sql/audit_*.sql`): every complaint with its clocks and holders, what was
//! left out and why, and what the row takes from the other rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::datasource::MemTable;
use datafusion::prelude::{DataFrame, SessionContext};
use tanggap_engine::case::End;

use super::audit_document::{Audit, AuditCase, AuditExcluded, AuditPeer, AuditRule, AuditSpell, AuditStratum, MOST_EXCLUDED};
use super::cases::ask;
use super::reading::{Flags, Numbers, Texts, Wholes};
use super::{Cases, Level};
use crate::rankings::{Book, FORMULA, Limits, NO_CLOCK, RankingRule, UNSAID, stratum_name};
use crate::{QueryError, functions};

const TERRITORY: &str = include_str!("../../sql/audit_territory.sql");
const DINAS: &str = include_str!("../../sql/audit_dinas.sql");
const CHANNELS: &str = include_str!("../../sql/audit_channels.sql");
const OTHERS: &str = include_str!("../../sql/audit_others.sql");
const SPELLS: &str = include_str!("../../sql/audit_spells.sql");

impl Cases {
    /// Everything the row of a unit follows from; arguments as those of [`Cases::rankings`], with the `versions` of what the complaints
    /// were read with, to be told in it. None if no complaint of such a unit is in the table. Needs `territory`, `routes` and `units`.
    ///
    /// Cost: the table, one pass over the cases of the level by kind, and the complaints of the unit.
    ///
    /// # Errors
    /// If one of the tables is not there, or cannot be read.
    pub async fn audit(
        &self,
        level: Level,
        code: &str,
        window: Option<Duration>,
        rule: &RankingRule,
        versions: &BTreeMap<String, String>,
    ) -> Result<Option<Audit>, QueryError> {
        let table = self.rankings(level, window, rule).await?;
        let Some(row) = table.iter().find(|row| row.code == code) else {
            return Ok(None);
        };
        let since_us = self.since_us(window);
        let frame = self.audited(level, code).await?;
        let planned = Arc::new(frame.schema().as_arrow().clone());
        let rows = frame.collect().await?;
        let mut complaints = Complaints::default();
        for batch in &rows {
            complaints.read(batch, since_us)?;
        }
        if level == Level::Dinas {
            let code = ("code", ScalarValue::from(code));
            for batch in &ask(self.session(), OTHERS, vec![code]).await?.collect().await? {
                complaints.exclude(batch)?;
            }
        }
        let columns = rows.first().map_or(planned, RecordBatch::schema);
        let session = self.beside(MemTable::try_new(columns, vec![rows])?).await?;
        for batch in &ask(&session, SPELLS, vec![]).await?.collect().await? {
            complaints.hold(batch)?;
        }
        complaints.doubt(&self.doubts(rule.quality).await?);
        complaints.limit(self.limits().await?, rule.tau_h * 3_600.0);
        let book = self.waits(level, rule.quality).await?;
        let (cases, excluded) = complaints.sorted();
        let mut audit = Audit {
            formula: FORMULA,
            level,
            code: code.to_owned(),
            as_of_us: self.as_of_us(),
            since_us: window.map(|_| since_us),
            rule: AuditRule::from(rule),
            versions: versions.clone(),
            row: row.clone(),
            peers: table.iter().map(AuditPeer::from).collect(),
            strata: Vec::new(),
            cases,
            excluded_counts: counted(&excluded),
            excluded,
        };
        audit.excluded.truncate(MOST_EXCLUDED);
        expect(&mut audit, book, since_us, rule.tau_h * 3_600.0);
        Ok(Some(audit))
    }

    /// Plans the question for a unit's complaints.
    async fn audited(&self, level: Level, code: &str) -> Result<DataFrame, QueryError> {
        let session = self.session();
        let named = ("code", ScalarValue::from(code));
        match (level, level.divisor()) {
            (_, Some(divisor)) => {
                // A dotted code is the integer one with dots; an area the territory does not have goes by its number anyway.
                let area = code.replace('.', "").parse::<i64>().unwrap_or(-1);
                let parameters = vec![("divisor", ScalarValue::from(divisor)), ("area", ScalarValue::from(area))];
                ask(session, TERRITORY, parameters).await
            }
            (Level::Channel, None) => ask(session, CHANNELS, vec![named]).await,
            (_, None) => ask(session, DINAS, vec![named]).await,
        }
    }

    /// A session of its own for one unit's complaints: two audits do not meet.
    async fn beside(&self, audited: MemTable) -> Result<SessionContext, QueryError> {
        let own = self.session();
        let session = SessionContext::new_with_config_rt(own.copied_config(), own.runtime_env());
        functions::register(&session);
        for table in ["cases", "routes", "units"] {
            session.register_table(table, own.table_provider(table).await?)?;
        }
        session.register_table("audited", Arc::new(audited))?;
        Ok(session)
    }
}

/// A unit's complaints as they are read.
#[derive(Default)]
struct Complaints {
    cases: Vec<(i64, AuditCase)>,
    excluded: Vec<AuditExcluded>,
    spells: BTreeMap<i64, Vec<AuditSpell>>,
}

impl Complaints {
    /// Reads complaints; those filed after `since_us` count.
    fn read(&mut self, batch: &RecordBatch, since_us: i64) -> Result<(), QueryError> {
        let text = |name| Texts::of(batch, name);
        let whole = |name| Wholes::of(batch, name);
        let number = |name| Numbers::of(batch, name);
        let (ids, channels, categories, kelurahan) = (text("id")?, text("channel")?, text("category")?, text("kelurahan")?);
        let (case_ends, counted_ends) = (text("case_end")?, text("counted_end")?);
        let (keys, filed, reopenings) = (whole("key")?, whole("filed_us")?, whole("reopenings")?);
        let (answered, ended) = (whole("first_response_us")?, whole("end_us")?);
        let (response, seconds, paused) = (number("response_s")?, number("seconds")?, number("paused_s")?);
        let (responded, shared) = (Flags::of(batch, "responded")?, Flags::of(batch, "shared")?);
        for row in 0..batch.num_rows() {
            let (Some(key), Some(filed_us), Some(seconds)) = (keys.get(row), filed.get(row), seconds.get(row)) else {
                continue;
            };
            let id = ids.get(row).unwrap_or_default();
            let channel = channels.get(row).unwrap_or_default();
            if filed_us <= since_us {
                self.excluded.push(AuditExcluded {
                    id,
                    channel,
                    filed_us,
                    reason: "filed_before_window",
                });
                continue;
            }
            let category = categories.get(row).unwrap_or_default();
            let case = AuditCase {
                stratum: stratum_name(&format!("{category}/{channel}"), filed_us),
                id,
                channel,
                category,
                kelurahan: kelurahan.get(row),
                filed_us,
                first_response_us: answered.get(row),
                end_us: ended.get(row),
                case_end: case_ends.get(row),
                counted_end: counted_ends.get(row),
                shared: shared.get(row),
                doubted: false,
                limit_s: None,
                seconds: seconds.max(0.0),
                response_s: response.get(row).map(|seconds| seconds.max(0.0)),
                responded: responded.get(row),
                paused_s: paused.get(row).unwrap_or_default(),
                reopenings: reopenings.get(row).unwrap_or_default(),
                hazard: 0.0,
                spells: Vec::new(),
            };
            self.cases.push((key, case));
        }
        Ok(())
    }

    /// Reads complaints that only others held.
    fn exclude(&mut self, batch: &RecordBatch) -> Result<(), QueryError> {
        let (ids, channels, filed) = (
            Texts::of(batch, "id")?,
            Texts::of(batch, "channel")?,
            Wholes::of(batch, "filed_us")?,
        );
        for row in 0..batch.num_rows() {
            self.excluded.push(AuditExcluded {
                id: ids.get(row).unwrap_or_default(),
                channel: channels.get(row).unwrap_or_default(),
                filed_us: filed.get(row).unwrap_or_default(),
                reason: "held_by_others_only",
            });
        }
        Ok(())
    }

    /// Reads who held what.
    fn hold(&mut self, batch: &RecordBatch) -> Result<(), QueryError> {
        let (named, units) = (Texts::of(batch, "named")?, Texts::of(batch, "unit")?);
        let (keys, began, ended) = (
            Wholes::of(batch, "key")?,
            Wholes::of(batch, "from_us")?,
            Wholes::of(batch, "to_us")?,
        );
        let paused = Numbers::of(batch, "paused_s")?;
        for row in 0..batch.num_rows() {
            let (Some(key), Some(from_us)) = (keys.get(row), began.get(row)) else {
                continue;
            };
            self.spells.entry(key).or_default().push(AuditSpell {
                named: named.get(row),
                unit: units.get(row),
                from_us,
                to_us: ended.get(row),
                paused_s: paused.get(row).unwrap_or_default(),
            });
        }
        Ok(())
    }

    /// A resolution of a case in `doubts` (by key, with the seconds since) does not count.
    fn doubt(&mut self, doubts: &HashMap<u64, f64>) {
        for (key, case) in &mut self.cases {
            if case.counted_end.as_deref() == Some(End::Resolved.id())
                && let Some(longer) = doubts.get(&key.cast_unsigned())
            {
                case.seconds += longer;
                case.counted_end = None;
                case.doubted = true;
            }
        }
    }

    /// Says within which time each was to be finished; where that is not said, within the horizon.
    fn limit(&mut self, limits: &Limits, tau_s: f64) {
        for (key, case) in &mut self.cases {
            case.limit_s = match limits.limit_s(key.cast_unsigned(), case.shared) {
                NO_CLOCK => None,
                UNSAID => Some(tau_s),
                limit_s => Some(f64::from(limit_s)),
            };
        }
    }

    /// The cases by time of filing, each with its spells, the oldest first; and the others, the newest first.
    fn sorted(mut self) -> (Vec<AuditCase>, Vec<AuditExcluded>) {
        let mut cases: Vec<AuditCase> = Vec::with_capacity(self.cases.len());
        for (key, mut case) in self.cases {
            case.spells = self.spells.remove(&key).unwrap_or_default();
            case.spells.sort_by_key(|spell| (spell.from_us, spell.to_us.unwrap_or(i64::MAX)));
            cases.push(case);
        }
        cases.sort_by(|one, other| {
            let by_time = one.filed_us.cmp(&other.filed_us);
            by_time.then_with(|| (&one.channel, &one.id).cmp(&(&other.channel, &other.id)))
        });
        self.excluded.sort_by(|one, other| {
            let by_time = other.filed_us.cmp(&one.filed_us);
            by_time.then_with(|| (&one.channel, &one.id).cmp(&(&other.channel, &other.id)))
        });
        (cases, self.excluded)
    }
}

/// How many there are of each reason.
fn counted(excluded: &[AuditExcluded]) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for one in excluded {
        *counts.entry(one.reason).or_default() += 1;
    }
    counts
}

/// Puts the city beside the unit: every stratum, and what it expects of each case.
fn expect(audit: &mut Audit, book: &Book, since_us: i64, tau_s: f64) {
    let mut of_stratum: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let names: Vec<String> = audit.cases.iter().map(|case| case.stratum.clone()).collect();
    for (position, name) in names.iter().enumerate() {
        of_stratum.entry(name.as_str()).or_default().push(position);
    }
    let (cases, strata) = (&mut audit.cases, &mut audit.strata);
    book.strata(since_us, tau_s, |name, together| {
        for &position in of_stratum.get(name.as_str()).into_iter().flatten() {
            cases[position].hazard = together.hazard_after(cases[position].seconds);
        }
        strata.push(AuditStratum {
            name,
            cases: together.cases,
            restricted_mean_s: together.restricted_mean_s,
        });
    });
    strata.sort_by(|one, other| one.name.cmp(&other.name));
}
