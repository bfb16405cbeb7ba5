//! What a watch for hotspots is fed with (`sql/sightings.sql`), and which reports are behind one.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, UInt64Type};
use datafusion::common::exec_datafusion_err;
use datafusion::prelude::SessionContext;
use tanggap_engine::event::Category;
use xxhash_rust::xxh3::Xxh3;

use super::cases::{ask, moment};
use crate::QueryError;
use crate::hotspots::{Sighting, Watch};

const SIGHTINGS: &str = include_str!("../../sql/sightings.sql");

/// The located reports of some time, to be given to a watch.
#[derive(Clone, Debug)]
pub struct Sightings(Vec<RecordBatch>);

/// A report behind a hotspot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Its channel.
    pub channel: String,
    /// Its id there.
    pub id: String,
}

/// The number a watch knows a report by: a hash of channel and id.
pub(super) fn number(channel: &str, id: &str) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(channel.as_bytes());
    // No channel has it in its name, so no two reports run together.
    hash.update(&[0]);
    hash.update(id.as_bytes());
    hash.digest()
}

impl Sightings {
    /// The reports from a moment on (µs since epoch UTC).
    ///
    /// # Errors
    /// If `reports` is not there, has other columns, or cannot be read.
    pub async fn collect(context: &SessionContext, since_us: i64) -> Result<Self, QueryError> {
        let frame = ask(context, SIGHTINGS, vec![("since", moment(since_us))]).await?;
        Ok(Self(frame.collect().await?))
    }

    /// Gives them to a watch, which passes over those it knows; how many were new to it.
    ///
    /// # Errors
    /// Never in practice: the query gives these columns.
    pub fn give(&self, watch: &mut Watch) -> Result<usize, QueryError> {
        let mut new = 0;
        self.each(|channel, id, sighting| {
            let sighting = Sighting {
                report: number(channel, id),
                ..sighting
            };
            new += usize::from(watch.take(&sighting));
        })?;
        Ok(new)
    }

    /// The reports that a watch knows by these numbers ([`crate::hotspots::Evidence::members`]), by channel and id.
    ///
    /// # Errors
    /// Never in practice: the query gives these columns.
    pub fn members(&self, numbers: &[u64]) -> Result<Vec<Member>, QueryError> {
        let mut wanted = numbers.to_vec();
        wanted.sort_unstable();
        let mut members = Vec::new();
        self.each(|channel, id, _| {
            if wanted.binary_search(&number(channel, id)).is_ok() {
                members.push(Member {
                    channel: channel.to_owned(),
                    id: id.to_owned(),
                });
            }
        })?;
        members.sort_unstable();
        Ok(members)
    }

    /// Calls `take` with channel, id and sighting (whose number is still 0) of each.
    fn each(&self, mut take: impl FnMut(&str, &str, Sighting<'_>)) -> Result<(), QueryError> {
        for batch in &self.0 {
            let (times, cells) = (
                column(batch, "time_us", &DataType::Int64)?,
                column(batch, "cell", &DataType::UInt64)?,
            );
            let (kelurahan, reporters) = (
                column(batch, "kelurahan", &DataType::Int64)?,
                column(batch, "reporter", &DataType::UInt64)?,
            );
            let (times, cells) = (times.as_primitive::<Int64Type>(), cells.as_primitive::<UInt64Type>());
            let (kelurahan, reporters) = (kelurahan.as_primitive::<Int64Type>(), reporters.as_primitive::<UInt64Type>());
            let text = |name: &str| column(batch, name, &DataType::Utf8);
            let (categories, channels, ids) = (text("category")?, text("channel")?, text("id")?);
            let (categories, channels, ids) = (categories.as_string::<i32>(), channels.as_string::<i32>(), ids.as_string::<i32>());
            for row in 0..batch.num_rows() {
                let channel = channels.value(row);
                let sighting = Sighting {
                    time_us: times.value(row),
                    cell: cells.value(row),
                    kelurahan: kelurahan.is_valid(row).then(|| kelurahan.value(row)),
                    category: Category::from_id(categories.value(row)).unwrap_or(Category::Lainnya),
                    channel,
                    reporter: reporters.value(row),
                    report: 0,
                };
                take(channel, ids.value(row), sighting);
            }
        }
        Ok(())
    }
}

fn column(batch: &RecordBatch, name: &str, kind: &DataType) -> Result<ArrayRef, QueryError> {
    let found = batch.column_by_name(name);
    let found = found.ok_or_else(|| exec_datafusion_err!("the sightings have no column `{name}`"))?;
    Ok(cast(found, kind)?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt64Array};

    use super::{Member, Sightings, number};
    use crate::hotspots::{Watch, WatchSettings};

    #[test]
    fn reports_are_given_once_and_found_again_by_their_numbers() {
        let batch = RecordBatch::try_from_iter([
            ("time_us", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef),
            ("cell", Arc::new(UInt64Array::from(vec![0x0898_c107_836f_ffff_u64; 2]))),
            ("kelurahan", Arc::new(Int64Array::from(vec![Some(3_171_011_001), None]))),
            ("category", Arc::new(StringArray::from(vec!["banjir", "sampah"]))),
            ("channel", Arc::new(StringArray::from(vec!["qlue", "waze"]))),
            ("id", Arc::new(StringArray::from(vec!["a", "a"]))),
            ("reporter", Arc::new(UInt64Array::from(vec![u64::MAX, 1]))),
        ])
        .unwrap();
        let sightings = Sightings(vec![batch]);
        let mut watch = Watch::new(WatchSettings::default());
        assert_eq!(sightings.give(&mut watch).unwrap(), 2, "one id on two channels is two reports");
        assert_eq!(sightings.give(&mut watch).unwrap(), 0);
        let member = Member {
            channel: "waze".to_owned(),
            id: "a".to_owned(),
        };
        assert_eq!(sightings.members(&[number("waze", "a"), 5]).unwrap(), [member]);
    }
}
