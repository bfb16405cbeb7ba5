//! The response-time table (`sql/rankings.sql`, `sql/rankings_dinas.sql`): what SQL measured of each unit, and its place among the
//! others with what chance leaves of it.

use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray, StructArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{ScalarValue, exec_datafusion_err};
use datafusion::prelude::SessionContext;
use serde::Serialize;

use super::cases::{ask, moment};
use super::{Cases, Level};
use crate::QueryError;
use crate::statistics::{Estimate, Tier, TierRule, standings};

const TERRITORY: &str = include_str!("../../sql/rankings.sql");
const DINAS: &str = include_str!("../../sql/rankings_dinas.sql");

const HOUR_S: f64 = 3_600.0;

/// What a table is made with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankingRule {
    /// Horizon of the restricted mean, hours.
    pub tau_h: f64,
    /// Minimum of cases, draws and seed behind places and tiers.
    pub tiers: TierRule,
}

impl Default for RankingRule {
    /// 168 h: the published time to finish (7 days).
    fn default() -> Self {
        Self {
            tau_h: 168.0,
            tiers: TierRule::default(),
        }
    }
}

/// One row of `rankings.csv`: one unit's times, its place, and how sure the place is. Hours unless the name says otherwise; none =
/// there is no such number (the curve never falls that far; nothing was closed; not enough data for a place).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranking {
    /// Level.
    pub level: Level,
    /// Dotted territory code, or code of the unit.
    pub code: String,
    /// Name.
    pub name: String,
    /// Complaints.
    pub n: u64,
    /// Neither resolved nor ended otherwise.
    pub open: u64,
    /// Closed without action, duplicate or not ours, and not resolved. Not in `rankings.csv`.
    pub ended_otherwise: u64,
    /// Kaplan-Meier median until the first response.
    pub median_first_response_h: Option<f64>,
    /// Kaplan-Meier 90 % quantile until the first response.
    pub p90_first_response_h: Option<f64>,
    /// Kaplan-Meier median until resolved.
    pub median_resolution_h: Option<f64>,
    /// Kaplan-Meier 90 % quantile until resolved.
    pub p90_resolution_h: Option<f64>,
    /// Restricted mean time until resolved.
    pub rmst_resolution_h: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of its 95 % interval.
    pub upper: Option<f64>,
    /// Place by the restricted mean, 1 = fastest.
    pub rank: Option<u64>,
    /// Best place it may really hold (95 %).
    pub rank_lo: Option<u64>,
    /// Worst place it may really hold (95 %).
    pub rank_hi: Option<u64>,
    /// `slow`, `same`, `fast` or `not_enough_data`.
    pub tier: &'static str,
    /// Restricted mean shrunk towards the level's mean. Not in `rankings.csv`.
    pub shrunken_resolution_h: Option<f64>,
    /// Share of its difference from the mean that is believed. Not in `rankings.csv`.
    pub reliability: Option<f64>,
    /// Median of the closed cases only, seconds: flatters.
    pub closed_first_response_p50_s: Option<f64>,
    /// 90 % quantile of the closed cases only, seconds.
    pub closed_first_response_p90_s: Option<f64>,
    /// Median of the closed cases only, seconds.
    pub closed_resolution_p50_s: Option<f64>,
    /// 90 % quantile of the closed cases only, seconds.
    pub closed_resolution_p90_s: Option<f64>,
}

/// The table of one level, as of `as_of_us` (µs since epoch UTC), over the complaints filed within `window` before it (none = all), by
/// code. Ask [`Cases::rankings`] instead to make several tables of the same moment.
///
/// # Errors
/// If `reports`, `transitions` or `territory` (for dinas: `routes` and `units`) are not there, or cannot be read.
pub async fn rankings(
    context: &SessionContext,
    level: Level,
    as_of_us: i64,
    window: Option<Duration>,
    rule: &RankingRule,
) -> Result<Vec<Ranking>, QueryError> {
    Cases::collect(context, as_of_us).await?.rankings(level, window, rule).await
}

impl Cases {
    /// The table of one level over the complaints filed within `window` before the moment (none = all), by code.
    ///
    /// # Errors
    /// If `territory` (for dinas: `routes` and `units`) is not there, or cannot be read.
    pub async fn rankings(&self, level: Level, window: Option<Duration>, rule: &RankingRule) -> Result<Vec<Ranking>, QueryError> {
        let window_us = window.map(|window| i64::try_from(window.as_micros()).unwrap_or(i64::MAX));
        let since = window_us.map_or(i64::MIN, |window| self.as_of_us().saturating_sub(window));
        let mut parameters = vec![("since", moment(since)), ("tau_s", ScalarValue::from(rule.tau_h * HOUR_S))];
        let sql = match level.divisor() {
            Some(divisor) => {
                parameters.push(("level", ScalarValue::from(level.id())));
                parameters.push(("divisor", ScalarValue::from(divisor)));
                TERRITORY
            }
            None => DINAS,
        };
        let batches = ask(self.session(), sql, parameters).await?.collect().await?;
        let mut rows = Vec::new();
        let mut estimates = Vec::new();
        for batch in &batches {
            read(batch, level, &mut rows, &mut estimates)?;
        }
        place(&mut rows, &estimates, rule);
        Ok(rows)
    }
}

/// A row's restricted mean and its error, both in hours, beside the cases behind it.
type Measured = (u64, Option<Estimate>);

/// The rows of one batch, without places.
fn read(batch: &RecordBatch, level: Level, rows: &mut Vec<Ranking>, estimates: &mut Vec<Measured>) -> Result<(), QueryError> {
    let column = |name: &str| {
        let found = batch.column_by_name(name);
        found.ok_or_else(|| QueryError::from(exec_datafusion_err!("the table of response times has no column `{name}`")))
    };
    let (codes, names) = (cast(column("code")?, &DataType::Utf8)?, cast(column("name")?, &DataType::Utf8)?);
    let (codes, names) = (codes.as_string::<i32>(), names.as_string::<i32>());
    let count = |name: &str| column(name).map(|counts| counts.as_primitive::<Int64Type>().clone());
    let (n, open, ended) = (count("n")?, count("open")?, count("ended_otherwise")?);
    let first_response = Times::of(column("first_response")?.as_struct())?;
    let resolution = Times::of(column("resolution")?.as_struct())?;
    for row in 0..batch.num_rows() {
        let hours = |seconds: Option<f64>| seconds.map(|seconds| seconds / HOUR_S);
        let cases = n.value(row).unsigned_abs();
        let rmst_resolution_h = hours(resolution.rmst(row));
        let error = hours(resolution.rmst_se(row));
        let estimate = rmst_resolution_h.zip(error);
        estimates.push((cases, estimate.map(|(value, standard_error)| Estimate { value, standard_error })));
        rows.push(Ranking {
            level,
            code: codes.value(row).to_owned(),
            name: names.value(row).to_owned(),
            n: cases,
            open: open.value(row).unsigned_abs(),
            ended_otherwise: ended.value(row).unsigned_abs(),
            median_first_response_h: hours(first_response.median(row)),
            p90_first_response_h: hours(first_response.p90(row)),
            median_resolution_h: hours(resolution.median(row)),
            p90_resolution_h: hours(resolution.p90(row)),
            rmst_resolution_h,
            lower: None,
            upper: None,
            rank: None,
            rank_lo: None,
            rank_hi: None,
            tier: Tier::NotEnoughData.id(),
            shrunken_resolution_h: None,
            reliability: None,
            closed_first_response_p50_s: first_response.closed_p50(row),
            closed_first_response_p90_s: first_response.closed_p90(row),
            closed_resolution_p50_s: resolution.closed_p50(row),
            closed_resolution_p90_s: resolution.closed_p90(row),
        });
    }
    Ok(())
}

/// Gives every row its interval, and those with enough data their place.
fn place(rows: &mut [Ranking], estimates: &[Measured], rule: &RankingRule) {
    let number = |place: usize| u64::try_from(place).unwrap_or(u64::MAX);
    for (row, standing) in rows.iter_mut().zip(standings(estimates, rule.tau_h, rule.tiers)) {
        row.lower = standing.interval.map(|interval| interval.0);
        row.upper = standing.interval.map(|interval| interval.1);
        row.rank = standing.rank.map(number);
        row.rank_lo = standing.rank_interval.map(|interval| number(interval.low));
        row.rank_hi = standing.rank_interval.map(|interval| number(interval.high));
        row.tier = standing.tier.id();
        row.shrunken_resolution_h = standing.shrunken;
        row.reliability = standing.reliability;
    }
}

/// A column of `survival` structs.
struct Times<'a> {
    whole: &'a StructArray,
    numbers: [&'a Float64Array; 6],
}

impl<'a> Times<'a> {
    fn of(whole: &'a StructArray) -> Result<Self, QueryError> {
        let number = |name: &str| {
            let found = whole.column_by_name(name);
            found
                .map(AsArray::as_primitive::<Float64Type>)
                .ok_or_else(|| QueryError::from(exec_datafusion_err!("`survival` gave no `{name}`")))
        };
        let numbers = [
            number("median")?,
            number("p90")?,
            number("rmst")?,
            number("rmst_se")?,
            number("closed_p50")?,
            number("closed_p90")?,
        ];
        Ok(Self { whole, numbers })
    }

    fn get(&self, number: usize, row: usize) -> Option<f64> {
        let column = self.numbers[number];
        (self.whole.is_valid(row) && column.is_valid(row)).then(|| column.value(row))
    }

    fn median(&self, row: usize) -> Option<f64> {
        self.get(0, row)
    }

    fn p90(&self, row: usize) -> Option<f64> {
        self.get(1, row)
    }

    fn rmst(&self, row: usize) -> Option<f64> {
        self.get(2, row)
    }

    fn rmst_se(&self, row: usize) -> Option<f64> {
        self.get(3, row)
    }

    fn closed_p50(&self, row: usize) -> Option<f64> {
        self.get(4, row)
    }

    fn closed_p90(&self, row: usize) -> Option<f64> {
        self.get(5, row)
    }
}

/// The rows as a table with exactly the columns of `rankings.csv`, in its order.
///
/// # Errors
/// Never in practice: the columns are as long as the rows.
pub fn rankings_table(rows: &[Ranking]) -> Result<RecordBatch, QueryError> {
    let text = |of: fn(&Ranking) -> &str| Arc::new(rows.iter().map(of).map(Some).collect::<StringArray>()) as ArrayRef;
    let count = |of: fn(&Ranking) -> Option<u64>| {
        let counts = rows.iter().map(|row| of(row).map(|count| i64::try_from(count).unwrap_or(i64::MAX)));
        Arc::new(counts.collect::<Int64Array>()) as ArrayRef
    };
    let number = |of: fn(&Ranking) -> Option<f64>| Arc::new(rows.iter().map(of).collect::<Float64Array>()) as ArrayRef;
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("level", text(|row| row.level.id()), false),
        ("code", text(|row| &row.code), false),
        ("name", text(|row| &row.name), false),
        ("n", count(|row| Some(row.n)), false),
        ("open", count(|row| Some(row.open)), false),
        ("median_first_response_h", number(|row| row.median_first_response_h), true),
        ("p90_first_response_h", number(|row| row.p90_first_response_h), true),
        ("median_resolution_h", number(|row| row.median_resolution_h), true),
        ("p90_resolution_h", number(|row| row.p90_resolution_h), true),
        ("rmst_resolution_h", number(|row| row.rmst_resolution_h), true),
        ("lower", number(|row| row.lower), true),
        ("upper", number(|row| row.upper), true),
        ("rank", count(|row| row.rank), true),
        ("rank_lo", count(|row| row.rank_lo), true),
        ("rank_hi", count(|row| row.rank_hi), true),
        ("tier", text(|row| row.tier), false),
        ("closed_first_response_p50_s", number(|row| row.closed_first_response_p50_s), true),
        ("closed_first_response_p90_s", number(|row| row.closed_first_response_p90_s), true),
        ("closed_resolution_p50_s", number(|row| row.closed_resolution_p50_s), true),
        ("closed_resolution_p90_s", number(|row| row.closed_resolution_p90_s), true),
    ])?)
}
