//! Which request goes where: what the broker crate offers, with our produce, fetch and offsets in place of its own. What is not
//! listed is answered as unsupported.

use rama::layer::{MapErrLayer, MapStateLayer};
use rama::{Context, Layer as _, Service};
use tansu_broker::Error;
use tansu_broker::coordinator::group::administrator::Controller;
use tansu_broker::service::{coordinator, storage};
use tansu_sans_io::{ApiKey as _, Body, FetchRequest, Frame, ListOffsetsRequest, ProduceRequest};
use tansu_service::{BytesFrameLayer, BytesFrameService, FrameRequestLayer, FrameRouteService};
use tansu_storage::StorageContainer;

use super::fetch::LongPoll;
use super::log::Log;
use super::offsets::Offsets;
use super::produce::Append;

/// Answers one request frame with one response frame.
pub(super) type Routes = BytesFrameService<Sparing<FrameRouteService<(), Error>>>;

/// Leaves out of the list of versions what is optional and says nothing, as the protocol's tagged fields may be. librdkafka 2.0.2 (the
/// kcat of Debian 12) reads past the end of an answer that has them, and so never gets to talk to the broker.
#[derive(Clone, Debug)]
pub(super) struct Sparing<S> {
    inner: S,
}

impl<S> Service<(), Frame> for Sparing<S>
where
    S: Service<(), Frame, Response = Frame, Error = Error>,
{
    type Response = Frame;
    type Error = Error;

    async fn serve(&self, ctx: Context<()>, request: Frame) -> Result<Frame, Error> {
        let mut answer = self.inner.serve(ctx, request).await?;
        if let Body::ApiVersionsResponse(versions) = answer.body {
            answer.body = versions
                .supported_features(None)
                .finalized_features(None)
                .finalized_features_epoch(None)
                .zk_migration_ready(None)
                .into();
        }
        Ok(answer)
    }
}

/// The routes over one log.
pub(super) fn routes(log: &Log) -> Result<Routes, Error> {
    // Absent on purpose: transactions (the store does not answer their aborted list), deletion of topics and records (the
    // heads in memory would be wrong), SASL (no secrets here).
    let offered = [
        storage::create_topics::<StorageContainer>,
        storage::describe_cluster,
        storage::describe_configs,
        storage::describe_groups,
        storage::consumer_group_describe,
        storage::describe_topic_partitions,
        storage::delete_groups,
        storage::find_coordinator,
        storage::get_telemetry_subscriptions,
        storage::incremental_alter_configs,
        storage::init_producer_id,
        storage::list_groups,
        storage::list_partition_reassignments,
        storage::metadata,
    ];
    let builder = offered
        .iter()
        .try_fold(FrameRouteService::<(), Error>::builder(), |builder, route| {
            route(builder, log.storage.clone())
        })?;
    let builder = coordinator::services(builder, Controller::with_storage(log.storage.clone())?)?;
    let (produce, fetch, offsets) = (log.clone(), log.clone(), log.clone());
    let builder = builder
        .with_route(
            ProduceRequest::KEY,
            (
                MapErrLayer::new(Error::from),
                MapStateLayer::new(|()| produce),
                FrameRequestLayer::<ProduceRequest>::new(),
            )
                .into_layer(Append)
                .boxed(),
        )?
        .with_route(
            FetchRequest::KEY,
            (
                MapErrLayer::new(Error::from),
                MapStateLayer::new(|()| fetch),
                FrameRequestLayer::<FetchRequest>::new(),
            )
                .into_layer(LongPoll)
                .boxed(),
        )?
        .with_route(
            ListOffsetsRequest::KEY,
            (
                MapErrLayer::new(Error::from),
                MapStateLayer::new(|()| offsets),
                FrameRequestLayer::<ListOffsetsRequest>::new(),
            )
                .into_layer(Offsets)
                .boxed(),
        )?;
    Ok(BytesFrameLayer::default().into_layer(Sparing { inner: builder.build()? }))
}
