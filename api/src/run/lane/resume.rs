//! A lane taken up where it was left, looked at as it was left, or made anew from its history.

use anyhow::Context;
use datafusion::arrow::compute::concat_batches;
use tanggap_connectors::store::{CommitStore, Recovered};
use tanggap_engine::commit::Writer;
use tanggap_engine::event::schema;
use tanggap_engine::lane::{LaneState, Relived};

use super::{Keep, LaneRunner, lane_settings};
use crate::run::durable::{Durable, made_with, same_settings, table};
use crate::run::history::Stand;
use crate::run::outbox::{Message, messages};
use crate::run::setting::Setting;

impl LaneRunner {
    /// A live lane where it was left in a store, or at the beginning of its log; and what its last epoch tells others, which may not
    /// have been sent.
    ///
    /// # Errors
    /// As [`Self::new`]; or what was written down cannot be used.
    pub(in crate::run) fn resume(
        setting: &Setting,
        topic: &str,
        partition: i32,
        name: String,
        store: Box<dyn CommitStore>,
        writer: Writer,
    ) -> anyhow::Result<(Self, Vec<Message>)> {
        let mut runner = Self::new(setting, topic, partition, name, Keep::Live)?;
        let (durable, recovered) = Durable::open(store, writer, &runner.name, runner.channel(), setting)?;
        runner.durable = Some(durable);
        runner.keep_log();
        let unsent = match recovered {
            None => {
                runner.state.keep_journal();
                runner.state.tell_panes(&[])?;
                Vec::new()
            }
            Some(recovered) => runner.restore(recovered)?,
        };
        Ok((runner, unsent))
    }

    /// A lane that a store does not have, to be made anew from its history.
    ///
    /// # Errors
    /// As [`Self::new`]; or the store has it.
    pub(in crate::run) fn anew(
        setting: &Setting,
        topic: &str,
        partition: i32,
        name: String,
        store: Box<dyn CommitStore>,
        writer: Writer,
    ) -> anyhow::Result<Self> {
        let mut runner = Self::new(setting, topic, partition, name, Keep::Live)?;
        let (durable, recovered) = Durable::open(store, writer, &runner.name, runner.channel(), setting)?;
        anyhow::ensure!(recovered.is_none(), "{} is there already", runner.name);
        runner.durable = Some(durable);
        runner.state.keep_journal();
        runner.state.tell_panes(&[])?;
        Ok(runner)
    }

    /// A lane as it was written down, to be looked at.
    ///
    /// # Errors
    /// As [`Self::resume`].
    pub(in crate::run) fn kept(setting: &Setting, topic: &str, partition: i32, name: String, recovered: Recovered) -> anyhow::Result<Self> {
        let mut runner = Self::new(setting, topic, partition, name, Keep::Live)?;
        let now = made_with(setting, runner.channel())?;
        same_settings(&runner.name, &recovered.manifest.made_with, &now)?;
        runner.keep_log();
        runner.restore(recovered)?;
        Ok(runner)
    }

    /// Puts what was written down in the place of what is there.
    fn restore(&mut self, recovered: Recovered) -> anyhow::Result<Vec<Message>> {
        let Recovered {
            manifest,
            mut tables,
            faults,
            ..
        } = recovered;
        for fault in &faults {
            tracing::error!(
                lane = self.name,
                epoch = fault.epoch,
                path = fault.path,
                fault = fault.what,
                "an epoch cannot be used; what it held is read again from the log"
            );
        }
        let mut take = |table: &str| tables.remove(table).unwrap_or_default();
        let panes = take(table::PANES);
        for rows in &panes {
            self.tiers.push(rows.clone(), &mut self.kernel)?;
        }
        for (table, pile) in [
            (table::CASES, &mut self.cases),
            (table::SIGNALS, &mut self.signals),
            (table::TRANSITIONS, &mut self.transitions),
            (table::ROUTES, &mut self.routes),
            (table::LEVELS, &mut self.levels),
        ] {
            for rows in take(table) {
                pile.push(rows);
            }
        }
        let traffic = take(table::TRAFFIC).pop().unwrap_or_else(|| self.state.traffic());
        let settings = lane_settings(&self.setting, &self.decoder, Keep::Live);
        self.state = LaneState::restore(self.decoder.channel(), settings, manifest.state, &take(table::SEEN), &traffic)
            .with_context(|| format!("epoch {} of {} cannot be used", manifest.epoch, self.name))?;
        self.state.tell_panes(&panes)?;
        if let Some(backlog) = &mut self.backlog {
            self.state.keep_log();
            let over = take(table::OVER);
            backlog.add(&take(table::LOG), &concat_batches(&schema::TRAFFIC, &over)?);
        }
        // Rows that were written down before they were forgotten.
        self.forget()?;
        self.next_offset = manifest.next_offset;
        self.newest_broker_time = manifest.newest_broker_time_us;
        tracing::info!(
            lane = self.name,
            epoch = manifest.epoch,
            next_offset = manifest.next_offset,
            "taken up where it was left"
        );
        Ok(messages(&take(table::OUTBOX), manifest.epoch))
    }

    /// Lives a piece of its history again. What was refused then is counted, but its bytes are not in history.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub(in crate::run) fn relive(&mut self, piece: &Relived) -> anyhow::Result<()> {
        match piece {
            Relived::Batch(batch) => self.apply(batch)?,
            Relived::Gap { offset, messages } => drop(self.state.skip(*offset, *messages)),
        }
        Ok(())
    }

    /// Writes down a lane that was made anew from its history, as what it was. Gives what it would have told others otherwise.
    ///
    /// # Errors
    /// The store fails, or has the lane.
    pub(in crate::run) fn stand_at(&mut self, stand: &Stand) -> anyhow::Result<Vec<String>> {
        self.next_offset = stand.next_offset;
        self.newest_broker_time = stand.newest_broker_time_us;
        let durable = self.durable.as_mut().context("only a lane with a store can be written down")?;
        let otherwise = durable.stand_at(stand)?;
        self.commit()?;
        Ok(otherwise)
    }
}
