use std::path::Path as Folder;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, new_null_array};
use tanggap_engine::event::schema;

use super::{DeltaHistory, LANE};
use crate::history::{HistoryError, HistoryTable, Part};

/// Rows of one lane, numbered, with nothing else in them.
fn rows(table: HistoryTable, lane: &str, numbers: &[i64]) -> RecordBatch {
    let columns = table.columns();
    let arrays = columns.fields().iter().map(|field| match field.name().as_str() {
        LANE => Arc::new(StringArray::from(vec![lane; numbers.len()])) as ArrayRef,
        schema::SEQ => Arc::new(Int64Array::from(numbers.to_vec())) as ArrayRef,
        _ => new_null_array(field.data_type(), numbers.len()),
    });
    RecordBatch::try_new(Arc::clone(&columns), arrays.collect()).unwrap()
}

fn append(history: &mut DeltaHistory, date: &str, lane: &str, numbers: &[i64]) -> Result<(), HistoryError> {
    let part = Part {
        date: Some(date.to_owned()),
        rows: rows(HistoryTable::Events, lane, numbers),
    };
    history.append(HistoryTable::Events, &[part], &[(lane.to_owned(), *numbers.last().unwrap())])
}

fn numbers(history: &DeltaHistory) -> Vec<i64> {
    let files = history.files(HistoryTable::Events).unwrap();
    let rows = history.read(HistoryTable::Events, &files).unwrap();
    let seq = rows.column_by_name(schema::SEQ).unwrap();
    let seq = seq.as_any().downcast_ref::<Int64Array>().unwrap();
    seq.values().to_vec()
}

fn opened(folder: &Folder) -> DeltaHistory {
    DeltaHistory::open(None, folder).unwrap()
}

#[test]
fn what_was_appended_is_there_for_whoever_opens_it_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = opened(folder.path());
    assert_eq!(history.through(HistoryTable::Events, "a-0").unwrap(), None);
    append(&mut history, "2016-03-07", "a-0", &[1, 2]).unwrap();
    append(&mut history, "2016-03-08", "b-0", &[1]).unwrap();
    append(&mut history, "2016-03-08", "a-0", &[3]).unwrap();
    drop(history);
    let history = opened(folder.path());
    assert_eq!(history.through(HistoryTable::Events, "a-0").unwrap(), Some(3));
    assert_eq!(history.through(HistoryTable::Events, "b-0").unwrap(), Some(1));
    assert_eq!(numbers(&history), [1, 2, 3, 1], "by lane, then number");
    let dates: Vec<_> = history
        .files(HistoryTable::Events)
        .unwrap()
        .into_iter()
        .filter_map(|file| file.date)
        .collect();
    assert_eq!(dates, ["2016-03-07", "2016-03-08", "2016-03-08"]);
}

#[test]
fn what_a_process_leaves_that_died_while_it_made_a_table_is_no_table() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("history/events/_delta_log");
    std::fs::create_dir_all(&log).unwrap();
    let draft = log.join(".draft-7-00000000000000000004");
    std::fs::write(&draft, b"{}").unwrap();
    let mut history = opened(folder.path());
    assert!(!history.refresh().unwrap());
    append(&mut history, "2016-03-07", "a-0", &[1, 2]).unwrap();
    assert_eq!(numbers(&opened(folder.path())), [1, 2]);

    history.vacuum(HistoryTable::Events).unwrap();
    assert!(draft.exists(), "it may be of a process that lives");
    let then = std::time::SystemTime::now() - std::time::Duration::from_hours(72);
    std::fs::File::options()
        .write(true)
        .open(&draft)
        .unwrap()
        .set_modified(then)
        .unwrap();
    history.vacuum(HistoryTable::Events).unwrap();
    assert!(!draft.exists());
    assert_eq!(numbers(&opened(folder.path())), [1, 2]);
}

#[test]
fn of_two_that_append_the_second_is_sent_to_look_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = opened(folder.path());
    append(&mut first, "2016-03-07", "a-0", &[1]).unwrap();
    let mut second = opened(folder.path());
    append(&mut first, "2016-03-07", "a-0", &[2]).unwrap();
    let refused = append(&mut second, "2016-03-07", "a-0", &[2]);
    assert!(matches!(refused, Err(HistoryError::Moved("events"))), "{refused:?}");
    assert_eq!(second.through(HistoryTable::Events, "a-0").unwrap(), Some(2), "it has looked");
    append(&mut second, "2016-03-07", "a-0", &[3]).unwrap();
    assert_eq!(numbers(&second), [1, 2, 3]);

    assert!(first.refresh().unwrap(), "there is news");
    assert_eq!(first.through(HistoryTable::Events, "a-0").unwrap(), Some(3));
    assert!(!first.refresh().unwrap(), "and no more");
}

#[test]
fn the_small_files_of_a_day_that_is_over_become_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = opened(folder.path());
    for number in 1..=4 {
        append(&mut history, "2016-03-07", "a-0", &[number]).unwrap();
    }
    assert_eq!(history.compact(HistoryTable::Events).unwrap(), 0, "the day is not over");
    append(&mut history, "2016-03-08", "a-0", &[5]).unwrap();
    assert_eq!(history.compact(HistoryTable::Events).unwrap(), 4);
    assert_eq!(history.files(HistoryTable::Events).unwrap().len(), 2);
    assert_eq!(numbers(&history), [1, 2, 3, 4, 5]);
    assert_eq!(
        history.through(HistoryTable::Events, "a-0").unwrap(),
        Some(5),
        "who appends knows where to go on"
    );
    assert_eq!(
        history.vacuum(HistoryTable::Events).unwrap(),
        0,
        "files of the last days stay for those who read them"
    );
    assert_eq!(numbers(&opened(folder.path())), [1, 2, 3, 4, 5]);
}

#[test]
fn what_is_put_together_is_in_order_and_told_of_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = opened(folder.path());
    // Some more than are written at a time, by two lanes in turn.
    let many = 1 << 15;
    for turn in 0..3 {
        for lane in ["b-0", "a-0"] {
            let numbers: Vec<i64> = (turn * many + 1..=(turn + 1) * many).collect();
            append(&mut history, "2016-03-07", lane, &numbers).unwrap();
        }
    }
    append(&mut history, "2016-03-08", "a-0", &[3 * many + 1]).unwrap();
    let before = numbers(&history);
    assert_eq!(history.compact(HistoryTable::Events).unwrap(), 6);
    let file = history.files(HistoryTable::Events).unwrap().swap_remove(0);
    let rows = history.read(HistoryTable::Events, &[file]).unwrap();
    let seq = rows.column_by_name(schema::SEQ).unwrap();
    let of_a_lane: Vec<i64> = (1..=3 * many).collect();
    let seq = seq.as_any().downcast_ref::<Int64Array>().unwrap().values().to_vec();
    assert_eq!(seq, [&of_a_lane[..], &of_a_lane].concat(), "by lane, then number");
    assert_eq!(numbers(&history), before);
    let log = folder.path().join("history/events/_delta_log");
    let newest = std::fs::read_dir(log).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let told = std::fs::read_to_string(newest).unwrap();
    let range = format!("\\\"maxValues\\\":{{\\\"seq\\\":{}}},\\\"minValues\\\":{{\\\"seq\\\":1}}", 3 * many);
    assert!(told.contains(&range), "{told}");
}
