//! Question: what does decode + locate + partial aggregate cost an event in memory, against the sum of its parts measured alone?
//!
//! Goal: at least 600 k events a second and core, and at least 75 % of the sum of the parts.

use std::hint::black_box;

use tanggap_benches::{lines, nanoseconds, report};
use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
use tanggap_connectors::simulate::CityConfig;
use tanggap_engine::event::EventBatchBuilder;
use tanggap_engine::lane::{Ground, LaneSettings, LaneState};
use tanggap_engine::pane::Kernel;
use tanggap_engine::territory::Territory;
use tanggap_queries::measures::PaneKernel;

const BATCH: usize = 8_192;

fn main() {
    let territory = Territory::jakarta_default();
    let ground = Ground::of(&territory);
    for topic in ["qlue.reports", "waze.feed"] {
        let lines = lines(&territory, topic, CityConfig::default().faults, 200_000);
        let decoder = || Decoder::for_topic(topic, &DecodeConfig::default()).expect("the topic is known");
        let state = || {
            LaneState::new(
                "bench",
                LaneSettings {
                    keep_signals: false,
                    ..LaneSettings::default()
                },
            )
        };
        let decode = |take: &mut dyn FnMut(&mut EventBatchBuilder)| {
            let (mut decoder, mut builder) = (decoder(), EventBatchBuilder::default());
            for (offset, line) in lines.iter().enumerate() {
                let offset = i64::try_from(offset).unwrap_or(i64::MAX);
                decoder.decode(
                    &Payload {
                        offset,
                        broker_time: None,
                        bytes: Some(line),
                    },
                    &mut builder,
                );
                if builder.rows() >= BATCH {
                    take(&mut builder);
                }
            }
            take(&mut builder);
        };
        let decoding = nanoseconds(5, lines.len(), || {
            decode(&mut |builder| {
                black_box(builder.finish());
            });
        });
        let mut batches = Vec::new();
        decode(&mut |builder| batches.push(builder.finish()));
        let mut steps = Vec::new();
        let applying = nanoseconds(5, lines.len(), || {
            let mut state = state();
            steps = batches.iter().map(|batch| state.apply(batch, &ground).counted).collect();
        });
        let mut kernel = PaneKernel::new().expect("the SQL of the crate plans");
        let summing = nanoseconds(5, lines.len(), || {
            for counted in &steps {
                black_box(kernel.sum(std::slice::from_ref(counted)).expect("the plan runs"));
            }
        });
        let whole = nanoseconds(5, lines.len(), || {
            let mut state = state();
            decode(&mut |builder| {
                let step = state.apply(&builder.finish(), &ground);
                black_box(kernel.sum(&[step.counted]).expect("the plan runs"));
            });
        });
        report(
            &format!("{topic}: decode"),
            decoding,
            "the goal of the whole",
            1e9 / 600e3,
            "ns/event",
        );
        report(
            &format!("{topic}: dedup, lateness, locate"),
            applying,
            "the goal of the whole",
            1e9 / 600e3,
            "ns/event",
        );
        report(
            &format!("{topic}: GROUP BY"),
            summing,
            "the goal of the whole",
            1e9 / 600e3,
            "ns/event",
        );
        report(
            &format!("{topic}: all of it"),
            whole,
            "its parts alone, summed",
            decoding + applying + summing,
            "ns/event",
        );
    }
}
