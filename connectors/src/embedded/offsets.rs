//! Where a lane's log begins and ends. The store derives both from the messages it has, and so answers zero for a lane whose
//! messages have all been deleted by retention; here it is the head.

use rama::{Context, Service};
use tansu_sans_io::list_offsets_request::ListOffsetsPartition;
use tansu_sans_io::list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse};
use tansu_sans_io::{ErrorCode, IsolationLevel, ListOffset, ListOffsetsRequest, ListOffsetsResponse};
use tansu_storage::{Storage, Topition};

use super::log::Log;

/// The times by which clients ask for the two ends.
const LATEST: i64 = -1;
const EARLIEST: i64 = -2;

/// Offsets by time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offsets;

impl Service<Log, ListOffsetsRequest> for Offsets {
    type Response = ListOffsetsResponse;
    type Error = tansu_storage::Error;

    async fn serve(&self, ctx: Context<Log>, request: ListOffsetsRequest) -> Result<ListOffsetsResponse, Self::Error> {
        let log = ctx.state().clone();
        let mut topics = Vec::new();
        for topic in request.topics.iter().flatten() {
            let known = log.topic_named(&topic.name).await?;
            let mut answers = Vec::new();
            for partition in topic.partitions.iter().flatten() {
                let exists = known.is_some_and(|partitions| (0..partitions).contains(&partition.partition_index));
                answers.push(if exists {
                    find(&log, &topic.name, partition).await?
                } else {
                    answer(partition.partition_index, ErrorCode::UnknownTopicOrPartition, -1, -1)
                });
            }
            topics.push(
                ListOffsetsTopicResponse::default()
                    .name(topic.name.clone())
                    .partitions(Some(answers)),
            );
        }
        Ok(ListOffsetsResponse::default().throttle_time_ms(Some(0)).topics(Some(topics)))
    }
}

async fn find(log: &Log, topic: &str, partition: &ListOffsetsPartition) -> Result<ListOffsetsPartitionResponse, tansu_storage::Error> {
    let index = partition.partition_index;
    let (offset, time) = match partition.timestamp {
        LATEST => (log.ends(topic, index).await?.1, -1),
        EARLIEST => (log.ends(topic, index).await?.0, -1),
        time => {
            let lane = Topition::new(topic, index);
            let wanted = [(lane, ListOffset::try_from(time)?)];
            let found = log.storage.list_offsets(IsolationLevel::ReadUncommitted, &wanted).await?;
            let found = found.into_iter().next().map(|(_, found)| found).unwrap_or_default();
            // No time: no message is that young, which Kafka says with offset -1.
            match found.timestamp()? {
                Some(time) => (found.offset().unwrap_or(-1), time),
                None => (-1, -1),
            }
        }
    };
    Ok(answer(index, ErrorCode::None, offset, time))
}

fn answer(partition: i32, error: ErrorCode, offset: i64, time: i64) -> ListOffsetsPartitionResponse {
    ListOffsetsPartitionResponse::default()
        .partition_index(partition)
        .error_code(error.into())
        .timestamp(Some(time))
        .offset(Some(offset))
        .leader_epoch(Some(0))
}
