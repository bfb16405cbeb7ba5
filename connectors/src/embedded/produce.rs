//! Appends: every message gets the broker's clock (the store keeps what its producer claims), then the store takes the
//! batch, then waiting fetches are woken.

use std::time::{SystemTime, UNIX_EPOCH};

use rama::{Context, Service};
use tansu_sans_io::record::{deflated, inflated};
use tansu_sans_io::{ErrorCode, ProduceRequest, ProduceResponse};
use tansu_storage::{ProduceService, Storage, Topition};

use super::log::Log;

/// The three low bits of a batch's attributes name its compression.
const COMPRESSION: i16 = 0b111;

/// Produce with the broker's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Append;

impl Service<Log, ProduceRequest> for Append {
    type Response = ProduceResponse;
    type Error = tansu_storage::Error;

    async fn serve(&self, ctx: Context<Log>, mut request: ProduceRequest) -> Result<ProduceResponse, Self::Error> {
        let log = ctx.state().clone();
        let now = now_millis();
        let topics = request.topic_data.iter_mut().flatten();
        for partition in topics.flat_map(|topic| topic.partition_data.iter_mut().flatten()) {
            for batch in partition.records.iter_mut().flat_map(|records| &mut records.batches) {
                // A batch we cannot read goes on as it is: the store refuses it and answers its sender.
                if let Ok(stamped) = stamp(batch, now) {
                    *batch = stamped;
                }
            }
        }
        let mut response = ProduceService.serve(Context::with_state(log.storage.clone()), request).await?;
        for topic in response.responses.iter_mut().flatten() {
            for partition in topic.partition_responses.iter_mut().flatten() {
                if partition.error_code == i16::from(ErrorCode::None) {
                    partition.log_append_time_ms = Some(now);
                    let stage = log
                        .storage
                        .offset_stage(&Topition::new(topic.name.as_str(), partition.index))
                        .await?;
                    log.note_head(&topic.name, partition.index, stage.high_watermark());
                }
            }
        }
        log.ring();
        Ok(response)
    }
}

fn now_millis() -> i64 {
    // A clock before 1970 is no clock: such messages say so.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(-1, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The batch with one time for all its messages, and uncompressed: the store unpacks it anyway, and would pack each answer
/// to a fetch anew.
fn stamp(batch: &deflated::Batch, now: i64) -> Result<deflated::Batch, tansu_sans_io::Error> {
    let mut batch = inflated::Batch::try_from(batch)?;
    batch.base_timestamp = now;
    batch.max_timestamp = now;
    batch.attributes &= !COMPRESSION;
    for record in &mut batch.records {
        record.timestamp_delta = 0;
    }
    batch.try_into()
}
