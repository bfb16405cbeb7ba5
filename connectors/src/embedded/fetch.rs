//! Fetches: lanes whose head the client has already are answered from memory, the others from the store; when there is
//! nothing at all, the answer waits for the next append or for the time the client gave.

use std::time::Duration;

use rama::{Context, Service};
use tansu_sans_io::fetch_request::{FetchPartition, FetchTopic};
use tansu_sans_io::fetch_response::{FetchableTopicResponse, PartitionData};
use tansu_sans_io::{ErrorCode, FetchRequest, FetchResponse};
use tansu_storage::FetchService;
use tokio::time::{Instant, timeout_at};

use super::log::Log;

/// The longest a fetch may wait, whatever its client asks: a connection that waits is served nothing else.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Fetch with a true long poll.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LongPoll;

impl Service<Log, FetchRequest> for LongPoll {
    type Response = FetchResponse;
    type Error = tansu_storage::Error;

    async fn serve(&self, ctx: Context<Log>, request: FetchRequest) -> Result<FetchResponse, Self::Error> {
        let log = ctx.state().clone();
        let wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0)).min(MAX_WAIT);
        let deadline = Instant::now() + wait;
        let mut bell = log.listen();
        loop {
            bell.mark_unchanged();
            let answer = read(&log, &request).await?;
            if request.min_bytes <= 0 || answer.news || Instant::now() >= deadline {
                return Ok(respond(answer.topics));
            }
            // Either way we look again; the last look is after the deadline.
            let _ = timeout_at(deadline, bell.changed()).await;
        }
    }
}

struct Answer {
    topics: Vec<FetchableTopicResponse>,
    /// There is a message or an error in it.
    news: bool,
}

/// One look at all lanes of the request.
async fn read(log: &Log, request: &FetchRequest) -> Result<Answer, tansu_storage::Error> {
    let mut topics = Vec::new();
    let mut news = false;
    let mut room = request.max_bytes;
    for topic in request.topics.iter().flatten() {
        let known = log.topic(topic).await?;
        let mut answers = Vec::new();
        for partition in topic.partitions.iter().flatten() {
            let lane = known
                .as_ref()
                .filter(|(_, partitions)| (0..*partitions).contains(&partition.partition));
            let answer = match lane {
                None => refusal(partition.partition, ErrorCode::UnknownTopicOrPartition, -1),
                Some((name, _)) => match log.head(name, partition.partition) {
                    Some(head) if head == partition.fetch_offset => quiet(partition.partition, head),
                    Some(head) if head < partition.fetch_offset => refusal(partition.partition, ErrorCode::OffsetOutOfRange, head),
                    _ => from_store(log, request, &mut room, topic, name, partition).await?,
                },
            };
            news |= answer.error_code != i16::from(ErrorCode::None) || answer.records.is_some();
            answers.push(answer);
        }
        topics.push(
            FetchableTopicResponse::default()
                .topic(topic.topic.clone())
                .topic_id(topic.topic_id)
                .partitions(Some(answers)),
        );
    }
    Ok(Answer { topics, news })
}

/// Reads one lane from the store and learns its head.
async fn from_store(
    log: &Log,
    request: &FetchRequest,
    room: &mut Option<i32>,
    topic: &FetchTopic,
    name: &str,
    partition: &FetchPartition,
) -> Result<PartitionData, tansu_storage::Error> {
    let one = FetchTopic::default()
        .topic(topic.topic.clone())
        .topic_id(topic.topic_id)
        .partitions(Some(vec![partition.clone()]));
    let request = request.clone().max_wait_ms(0).max_bytes(*room).topics(Some(vec![one]));
    let response = FetchService.serve(Context::with_state(log.storage.clone()), request).await?;
    let found = response
        .responses
        .and_then(|topics| topics.into_iter().next()?.partitions?.into_iter().next());
    let Some(found) = found else {
        return Ok(refusal(partition.partition, ErrorCode::UnknownTopicOrPartition, -1));
    };
    let (index, wanted, head) = (partition.partition, partition.fetch_offset, found.high_watermark);
    log.note_head(name, index, head);
    let first = found
        .records
        .as_ref()
        .and_then(|records| records.batches.first())
        .map_or(head, |batch| batch.base_offset);
    // A hole at the front: the store would skip silently what retention has deleted.
    if wanted > head || (wanted < first && wanted < log.ends(name, index).await?.0) {
        return Ok(refusal(index, ErrorCode::OffsetOutOfRange, head));
    }
    if let Some(records) = &found.records {
        let bytes: usize = records.batches.iter().map(|batch| batch.record_data.len()).sum();
        *room = room.map(|room| room.saturating_sub(i32::try_from(bytes).unwrap_or(i32::MAX)).max(0));
    }
    Ok(found)
}

fn respond(topics: Vec<FetchableTopicResponse>) -> FetchResponse {
    FetchResponse::default()
        .throttle_time_ms(Some(0))
        .error_code(Some(ErrorCode::None.into()))
        .session_id(Some(0))
        .node_endpoints(Some([].into()))
        .responses(Some(topics))
}

/// A lane with nothing new.
fn quiet(partition: i32, head: i64) -> PartitionData {
    refusal(partition, ErrorCode::None, head)
}

/// A lane without messages, and why.
fn refusal(partition: i32, error: ErrorCode, head: i64) -> PartitionData {
    PartitionData::default()
        .partition_index(partition)
        .error_code(error.into())
        .high_watermark(head)
        .last_stable_offset(Some(head))
        .log_start_offset(Some(-1))
        .aborted_transactions(Some([].into()))
        .preferred_read_replica(Some(-1))
        .records(None)
}
