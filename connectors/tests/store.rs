//! A lane's epochs on disk: written, merged, kept, damaged, fenced, and read again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use tanggap_connectors::store::{
    CommitStore, Committed, DurableLocal, Epoch, Extent, LaneLog, Merge, Recovered, StoreError, epochs, lanes, read_lane,
};
use tanggap_engine::commit::Writer;
use tanggap_engine::lane::LaneScalars;

const LANE: &str = "qlue.reports-0";

fn rows(values: impl IntoIterator<Item = i64>) -> RecordBatch {
    let column = Arc::new(values.into_iter().collect::<Int64Array>());
    RecordBatch::try_from_iter([("n", column as _)]).unwrap()
}

/// Joins the rows of a table; of `last` only the newest count.
struct Join;

impl Merge for Join {
    fn extent(&self, table: &str) -> Extent {
        if table == "last" { Extent::Newest } else { Extent::Rows }
    }

    fn merge(&mut self, _table: &str, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, String> {
        concat_batches(batches[0].schema_ref(), &batches)
            .map(|whole| vec![whole])
            .map_err(|error| error.to_string())
    }
}

fn open(folder: &Path, session: &str) -> Result<(LaneLog, Option<Recovered>), StoreError> {
    let writer = Writer {
        program: "test".to_owned(),
        session: session.to_owned(),
    };
    LaneLog::open(Box::new(DurableLocal::new(folder)), LANE, writer, 5)
}

/// An epoch whose rows are its number, and whose `last` table is too.
fn commit(log: &mut LaneLog) -> Result<Committed, StoreError> {
    let number = i64::try_from(log.epoch() + 1).unwrap();
    let epoch = Epoch {
        next_offset: number * 10,
        input_hash: String::new(),
        newest_broker_time_us: None,
        made_with: BTreeMap::new(),
        state: LaneScalars::default(),
        sent: BTreeMap::new(),
        tables: vec![("cases", rows([number])), ("last", rows([number]))],
    };
    log.commit(epoch, &mut Join)
}

fn values(recovered: &Recovered, table: &str) -> Vec<i64> {
    let batches = recovered.tables[table].iter();
    batches
        .flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec())
        .collect()
}

fn files(folder: &Path, of: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join(of).join(LANE)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn a_lane_is_taken_up_where_it_was_left_and_its_files_stay_few() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, before) = open(folder.path(), "a").unwrap();
    assert!(before.is_none());
    for number in 1..=100_u64 {
        assert_eq!(commit(&mut log).unwrap().epoch, number);
        if number % 13 == 0 {
            let recovered;
            (log, recovered) = {
                let (log, recovered) = open(folder.path(), "a").unwrap();
                (log, recovered.unwrap())
            };
            assert_eq!(recovered.manifest.next_offset, i64::try_from(number).unwrap() * 10);
            assert_eq!(
                values(&recovered, "cases"),
                (1..=i64::try_from(number).unwrap()).collect::<Vec<_>>()
            );
            assert_eq!(values(&recovered, "last").last(), Some(&i64::try_from(number).unwrap()));
            assert!(recovered.faults.is_empty());
        }
        assert!(files(folder.path(), "manifests").len() <= 5);
        assert!(
            files(folder.path(), "segments").len() <= 40,
            "{}",
            files(folder.path(), "segments").len()
        );
    }
}

#[test]
fn what_is_damaged_torn_or_missing_is_named_and_the_epoch_before_it_stands() {
    for (of, harm) in [
        ("manifests", "torn"),
        ("manifests", "damaged"),
        ("segments", "torn"),
        ("segments", "damaged"),
        ("segments", "missing"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (mut log, _) = open(folder.path(), "a").unwrap();
        for _ in 0..4 {
            commit(&mut log).unwrap();
        }
        let newest = files(folder.path(), of).pop().unwrap();
        let mut bytes = fs::read(&newest).unwrap();
        match harm {
            "torn" => bytes.truncate(bytes.len() / 2),
            "damaged" => bytes[20] ^= 1,
            _ => {}
        }
        fs::remove_file(&newest).unwrap();
        if harm != "missing" {
            fs::write(&newest, bytes).unwrap();
        }
        let (mut log, recovered) = open(folder.path(), "b").unwrap();
        let recovered = recovered.unwrap();
        assert_eq!((log.epoch(), values(&recovered, "cases")), (3, vec![1, 2, 3]), "{of} {harm}");
        let [fault] = &recovered.faults[..] else {
            panic!("{of} {harm}: {:?}", recovered.faults)
        };
        assert!(newest.ends_with(&fault.path), "{of} {harm}: {fault:?}");
        assert_eq!(files(folder.path(), "damaged").len(), 1, "it can be looked at");
        assert_eq!(commit(&mut log).unwrap().epoch, 4, "its epoch is written again");
        let (_, recovered) = open(folder.path(), "c").unwrap();
        assert_eq!(values(&recovered.unwrap(), "cases"), [1, 2, 3, 4]);
    }
}

#[test]
fn a_lane_with_nothing_usable_is_refused_and_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = open(folder.path(), "a").unwrap();
    commit(&mut log).unwrap();
    let manifest = files(folder.path(), "manifests").pop().unwrap();
    fs::write(&manifest, b"").unwrap();
    let error = open(folder.path(), "b").unwrap_err();
    assert!(matches!(error, StoreError::NothingLeft { .. }), "{error}");
    assert!(error.to_string().contains("read the log again"), "{error}");
    assert!(manifest.exists(), "nothing was touched");
}

#[test]
fn a_stale_owner_is_fenced_and_writes_over_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut stale, _) = open(folder.path(), "a").unwrap();
    commit(&mut stale).unwrap();
    let (mut owner, _) = open(folder.path(), "b").unwrap();
    commit(&mut owner).unwrap();
    let error = commit(&mut stale).unwrap_err();
    assert!(matches!(error, StoreError::Fenced { epoch: 2, .. }), "{error}");
    commit(&mut owner).unwrap();
    let (_, recovered) = open(folder.path(), "c").unwrap();
    let recovered = recovered.unwrap();
    assert_eq!(
        (recovered.manifest.writer.session.as_str(), values(&recovered, "cases")),
        ("b", vec![1, 2, 3])
    );
}

/// A store beside which another process takes the lane up each time that a segment was written.
#[derive(Debug)]
struct Watched(DurableLocal, PathBuf);

impl CommitStore for Watched {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.0.put(path, bytes)?;
        if path.starts_with("segments/") {
            open(&self.1, "c")?;
        }
        Ok(())
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        self.0.put_if_absent(path, bytes)
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(path)
    }

    fn get_range(&self, path: &str, at: u64, bytes: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get_range(path, at, bytes)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        self.0.list(folder)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        self.0.folders(folder)
    }

    fn settle(&self, folder: &str) -> Result<(), StoreError> {
        self.0.settle(folder)
    }

    fn delete(&self, path: &str) -> Result<(), StoreError> {
        self.0.delete(path)
    }
}

#[test]
fn a_stale_owner_whose_segment_was_cleared_away_before_it_merged_it_is_fenced_too() {
    let folder = tempfile::tempdir().unwrap();
    let (mut owner, _) = open(folder.path(), "b").unwrap();
    for _ in 0..7 {
        commit(&mut owner).unwrap();
    }
    let watched = Watched(DurableLocal::new(folder.path()), folder.path().to_owned());
    let (mut stale, _) = LaneLog::open(Box::new(watched), LANE, Writer::default(), 5).unwrap();
    // The eighth segment of a tier: it is merged as soon as it is written.
    assert_eq!(commit(&mut owner).unwrap().merged, 8);
    let error = commit(&mut stale).unwrap_err();
    assert!(matches!(error, StoreError::Fenced { epoch: 8, .. }), "{error}");
    let (_, recovered) = open(folder.path(), "d").unwrap();
    assert_eq!(values(&recovered.unwrap(), "cases"), (1..=8).collect::<Vec<_>>());
}

/// Joins rows, and notes how many it was given at once, by table.
#[derive(Default)]
struct Noting(Vec<(String, usize)>);

impl Merge for Noting {
    fn extent(&self, table: &str) -> Extent {
        match table {
            "last" => Extent::Newest,
            "sums" => Extent::Whole,
            _ => Extent::Rows,
        }
    }

    fn merge(&mut self, table: &str, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, String> {
        self.0.push((table.to_owned(), batches.iter().map(RecordBatch::num_rows).sum()));
        Join.merge(table, batches)
    }
}

#[test]
fn large_segments_are_merged_a_table_and_some_rows_at_a_time() {
    const MANY: i64 = 300_000;
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = open(folder.path(), "a").unwrap();
    let mut noting = Noting::default();
    for number in 0..8 {
        // The last segments have few rows, and are small enough to be read whole.
        let many = if number < 6 { MANY } else { 2 };
        let first = number * MANY;
        let mut tables = vec![("cases", rows(first..first + many)), ("sums", rows(first..first + many))];
        if number != 7 {
            tables.push(("last", rows([number])));
        }
        let epoch = Epoch {
            next_offset: number,
            input_hash: String::new(),
            newest_broker_time_us: None,
            made_with: BTreeMap::new(),
            state: LaneScalars::default(),
            sent: BTreeMap::new(),
            tables,
        };
        assert_eq!(log.commit(epoch, &mut noting).unwrap().merged, if number == 7 { 8 } else { 0 });
    }
    let many = usize::try_from(MANY).unwrap();
    let of = |table: &str| -> Vec<usize> { noting.0.iter().filter(|(of, _)| of == table).map(|(_, rows)| *rows).collect() };
    assert_eq!(of("cases"), [many, many, many, many, many, many, 4]);
    assert_eq!(of("sums"), [6 * many + 4]);
    assert_eq!(of("last"), [1], "of the newest segment that has it");
    drop(log);
    let (_, recovered) = open(folder.path(), "b").unwrap();
    let recovered = recovered.unwrap();
    let written = |number: i64| number * MANY..number * MANY + if number < 6 { MANY } else { 2 };
    assert_eq!(values(&recovered, "cases"), (0..8).flat_map(written).collect::<Vec<_>>());
    assert_eq!(values(&recovered, "sums"), (0..8).flat_map(written).collect::<Vec<_>>());
    assert_eq!(values(&recovered, "last"), [6]);
}

#[test]
fn a_segment_without_a_manifest_was_never_committed_and_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = open(folder.path(), "a").unwrap();
    commit(&mut log).unwrap();
    commit(&mut log).unwrap();
    let orphan = folder.path().join("segments").join(LANE).join(format!("{:020}-0-z.arrow", 2));
    fs::write(&orphan, b"half").unwrap();
    let (_, recovered) = open(folder.path(), "b").unwrap();
    assert_eq!(values(&recovered.unwrap(), "cases"), [1, 2]);
    assert!(!orphan.exists());
    assert_eq!(files(folder.path(), "segments").len(), 2);
}

#[test]
fn an_earlier_epoch_can_be_made_the_newest_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = DurableLocal::new(folder.path());
    let (mut log, _) = open(folder.path(), "a").unwrap();
    for _ in 0..9 {
        commit(&mut log).unwrap();
    }
    assert_eq!(lanes(&store).unwrap(), [LANE]);
    let kept: Vec<u64> = epochs(&store, LANE).unwrap().iter().map(|manifest| manifest.epoch).collect();
    assert_eq!(kept, [5, 6, 7, 8, 9]);

    let (mut other, _) = open(folder.path(), "b").unwrap();
    let sixth = read_lane(&store, LANE, Some(6)).unwrap().unwrap();
    assert_eq!(values(&sixth, "cases"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(other.restore(sixth.manifest).unwrap(), 10);
    assert!(
        matches!(commit(&mut log), Err(StoreError::Fenced { epoch: 10, .. })),
        "whoever ran on is told"
    );
    let (mut log, recovered) = open(folder.path(), "c").unwrap();
    let recovered = recovered.unwrap();
    assert_eq!(
        (recovered.manifest.next_offset, values(&recovered, "cases")),
        (60, vec![1, 2, 3, 4, 5, 6])
    );
    for _ in 0..20 {
        commit(&mut log).unwrap();
    }
    let (_, recovered) = open(folder.path(), "d").unwrap();
    assert_eq!(values(&recovered.unwrap(), "cases").len(), 26, "no file it needed was removed");
}
