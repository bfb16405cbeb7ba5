//! What a lane tells others. It is gathered step by step, written down with the epoch that makes it true, and sent once that epoch
//! stands; the next epoch is written when all of it is acknowledged.
//!
//! Every message says `lane`, `epoch`, `seq` (its running number on the topic among the lane's) and `version` (the epoch). After a crash
//! the messages of the last epoch are sent again, the same to the byte: who has seen a (lane, seq) drops it, who sees a gap has lost one.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use serde::Serialize;

use super::body::Body;

/// Where refused events go.
pub(super) const DEAD_LETTERS: &str = "tanggap.dead-letter";
/// Where it is told who must answer a complaint.
pub(super) const ROUTED: &str = "tanggap.routed";
/// Where late events are named.
pub(super) const LATE: &str = "tanggap.late";
/// Where panes are told when they are over.
pub(super) const WINDOWS: &str = "tanggap.windows";
/// Where it is told what became of a case, for the channel it came by.
pub(super) const STATUSES: &str = "tanggap.statuses";
/// All of them.
pub(super) const TOPICS: [&str; 5] = [DEAD_LETTERS, ROUTED, LATE, WINDOWS, STATUSES];

/// Messages of an epoch, in the order they are sent.
static OUTBOX: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("epoch", DataType::Int64, false),
        Field::new("topic", DataType::Utf8, false),
        Field::new("key", DataType::Utf8, false),
        Field::new("value", DataType::Utf8, false),
    ]))
});

/// A message as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// Output topic.
    pub(super) topic: String,
    /// Kafka key.
    pub(super) key: String,
    /// A JSON object.
    pub(super) value: String,
}

/// Messages that wait for their epoch.
#[derive(Debug)]
pub(super) struct Outbox {
    /// As each message says it.
    lane: Body,
    waiting: Vec<(&'static str, String, Body)>,
    /// Messages so far by topic.
    sent: BTreeMap<String, u64>,
}

impl Outbox {
    /// The outbox of a lane that has sent so many messages by topic.
    ///
    /// # Errors
    /// Never in practice: a name can be written.
    pub(super) fn new(lane: &str, sent: BTreeMap<String, u64>) -> anyhow::Result<Self> {
        #[derive(Serialize)]
        struct Said<'l> {
            lane: &'l str,
        }
        Ok(Self {
            lane: Body::of(&Said { lane })?,
            waiting: Vec::new(),
            sent,
        })
    }

    /// Gathers a message; keys that say where it comes from are added when its epoch is known.
    pub(super) fn add(&mut self, topic: &'static str, key: String, body: Body) {
        self.waiting.push((topic, key, body));
    }

    /// Messages so far on a topic, the waiting ones not counted.
    pub(super) fn sent(&self, topic: &str) -> u64 {
        self.sent.get(topic).copied().unwrap_or_default()
    }

    /// Messages so far, the waiting ones not counted.
    pub(super) const fn sent_by_topic(&self) -> &BTreeMap<String, u64> {
        &self.sent
    }

    /// The waiting messages as rows of this epoch, none if there are none, and the messages so far by topic with them.
    pub(super) fn of_epoch(&self, epoch: u64) -> anyhow::Result<(Option<RecordBatch>, BTreeMap<String, u64>)> {
        let mut sent = self.sent.clone();
        if self.waiting.is_empty() {
            return Ok((None, sent));
        }
        let mut numbers: BTreeMap<&'static str, u64> = BTreeMap::new();
        let values = self.waiting.iter().map(|(topic, _, body)| {
            let seq = numbers.entry(topic).or_insert_with(|| self.sent(topic));
            *seq += 1;
            body.whole(&self.lane, [("epoch", epoch), ("seq", *seq), ("version", epoch)])
        });
        let values: StringArray = values.map(Some).collect();
        sent.extend(numbers.into_iter().map(|(topic, last)| (topic.to_owned(), last)));
        let epochs = Int64Array::from(vec![i64::try_from(epoch)?; values.len()]);
        let topics: StringArray = self.waiting.iter().map(|(topic, ..)| Some(*topic)).collect();
        let keys: StringArray = self.waiting.iter().map(|(_, key, _)| Some(key.as_str())).collect();
        let columns: Vec<Arc<dyn Array>> = vec![Arc::new(epochs), Arc::new(topics), Arc::new(keys), Arc::new(values)];
        Ok((Some(RecordBatch::try_new(Arc::clone(&OUTBOX), columns)?), sent))
    }

    /// The epoch stands: its messages wait no more.
    pub(super) fn written(&mut self, sent: BTreeMap<String, u64>) {
        self.waiting.clear();
        self.sent = sent;
    }
}

/// The messages of an epoch among the rows of several.
pub(super) fn messages(rows: &[RecordBatch], epoch: u64) -> Vec<Message> {
    let mut messages = Vec::new();
    for batch in rows {
        let epochs = batch.column(0).as_primitive::<Int64Type>();
        let text = |column: usize| batch.column(column).as_string::<i32>();
        for row in 0..batch.num_rows() {
            if u64::try_from(epochs.value(row)) == Ok(epoch) {
                messages.push(Message {
                    topic: text(1).value(row).to_owned(),
                    key: text(2).value(row).to_owned(),
                    value: text(3).value(row).to_owned(),
                });
            }
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Body, DEAD_LETTERS, LATE, Outbox, messages};

    fn value(offset: i64) -> Body {
        Body::of(&json!({ "offset": offset })).unwrap()
    }

    #[test]
    fn numbers_run_on_by_topic_and_a_retried_epoch_says_the_same() {
        let mut outbox = Outbox::new("qlue.reports-0", std::collections::BTreeMap::from([(LATE.to_owned(), 7)])).unwrap();
        assert!(outbox.of_epoch(1).unwrap().0.is_none());
        outbox.add(DEAD_LETTERS, "a".to_owned(), value(1));
        outbox.add(LATE, "b".to_owned(), value(2));
        outbox.add(DEAD_LETTERS, "c".to_owned(), value(3));
        let (rows, sent) = outbox.of_epoch(4).unwrap();
        let rows = [rows.unwrap()];
        let told = messages(&rows, 4);
        let seqs: Vec<(String, i64, Value)> = told
            .iter()
            .map(|message| (message.topic.clone(), serde_json::from_str::<Value>(&message.value).unwrap()))
            .map(|(topic, value)| (topic, value["offset"].as_i64().unwrap(), value["seq"].clone()))
            .collect();
        assert_eq!(
            seqs,
            [
                (DEAD_LETTERS.to_owned(), 1, json!(1)),
                (LATE.to_owned(), 2, json!(8)),
                (DEAD_LETTERS.to_owned(), 3, json!(2))
            ]
        );
        assert_eq!(
            messages(&[outbox.of_epoch(4).unwrap().0.unwrap()], 4),
            told,
            "the epoch failed and is tried again"
        );
        outbox.written(sent);
        assert!(outbox.of_epoch(5).unwrap().0.is_none());
        assert!(messages(&rows, 5).is_empty(), "an earlier epoch's messages were acknowledged");
        outbox.add(LATE, "d".to_owned(), value(9));
        assert!(outbox.of_epoch(5).unwrap().1.get(LATE) == Some(&9));
    }
}
