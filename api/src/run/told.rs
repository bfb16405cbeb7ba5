//! What an output topic tells, held against what lanes have written down that they told.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use tanggap_connectors::kafka::Lane;
use xxhash_rust::xxh3::xxh3_128;

use super::log::Log;

/// What became of the messages of a topic-partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Messages on it.
    pub(super) messages: u64,
    /// Those that say again what one before them said.
    pub(super) repeats: u64,
    /// Those that a lane has told and that are not there.
    pub(super) lost: u64,
    /// Those with the number of another message that said something else.
    pub(super) otherwise: u64,
}

impl Told {
    /// Repeats do no harm: they are known by their number.
    pub(super) const fn holds(self) -> bool {
        self.lost == 0 && self.otherwise == 0
    }
}

/// Reads an output topic's partition. `sent`: messages by lane and topic that were written down.
pub(super) fn told(log: &mut Log, of: &Lane, sent: &BTreeMap<String, BTreeMap<String, u64>>) -> anyhow::Result<Told> {
    let mut told = Told::default();
    let mut seen: HashMap<String, HashMap<u64, u128>> = HashMap::new();
    log.payloads(of, of.low..of.high, &mut |payload| {
        told.messages += 1;
        match identity(payload.bytes.unwrap_or_default()) {
            Some((lane, seq, said)) => match seen.entry(lane).or_default().insert(seq, said) {
                Some(before) if before == said => told.repeats += 1,
                Some(_) => told.otherwise += 1,
                None => {}
            },
            None => told.otherwise += 1,
        }
        Ok(())
    })?;
    for (lane, topics) in sent {
        let last = topics.get(&of.topic).copied().unwrap_or_default();
        let Some(seqs) = seen.get(lane) else {
            // A topic that has forgotten its beginning may have forgotten all of a lane.
            told.lost += if of.low == 0 { last } else { 0 };
            continue;
        };
        let first = if of.low == 0 { 1 } else { seqs.keys().copied().min().unwrap_or(1) };
        told.lost += (first..=last).filter(|seq| !seqs.contains_key(seq)).count() as u64;
    }
    Ok(told)
}

/// Lane, number and a hash of what is said besides the epoch, which differs where an epoch was restored and told again.
fn identity(bytes: &[u8]) -> Option<(String, u64, u128)> {
    let mut value: Value = serde_json::from_slice(bytes).ok()?;
    let object = value.as_object_mut()?;
    let (lane, seq) = (object.get("lane")?.as_str()?.to_owned(), object.get("seq")?.as_u64()?);
    object.remove("epoch");
    object.remove("version");
    Some((lane, seq, xxh3_128(value.to_string().as_bytes())))
}
