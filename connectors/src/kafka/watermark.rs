//! The high watermark librdkafka saw in its last fetch of a lane. The safe wrapper only knows the blocking question to the
//! broker, which would cost a round trip per poll.
#![expect(
    unsafe_code,
    reason = "rd_kafka_get_watermark_offsets has no safe wrapper; it reads two numbers under librdkafka's lock"
)]

use std::ffi::CStr;

use rdkafka::bindings;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::types::RDKafkaRespErr;

use super::context::Events;

/// One past the last offset the broker held at the last fetch; `None` before the first.
pub(super) fn cached_high(consumer: &BaseConsumer<Events>, topic: &CStr, partition: i32) -> Option<i64> {
    let (mut low, mut high) = (-1_i64, -1_i64);
    // SAFETY: the client pointer lives as long as `consumer`, the topic is a terminated string, and both out-pointers are
    // valid for the call, which keeps none of them.
    let code = unsafe {
        bindings::rd_kafka_get_watermark_offsets(
            consumer.client().native_ptr(),
            topic.as_ptr(),
            partition,
            &raw mut low,
            &raw mut high,
        )
    };
    (code == RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0).then_some(high)
}
