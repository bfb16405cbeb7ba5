//! Carries deeds out: one after the other on the same report, each against the report as it is, each once. What is said to be done is in
//! the log, acknowledged by Kafka; state has one writer, the lane that reads it there.
//!
//! ```text
//! key known? ──▶ the first answer
//!     │ no
//!     ▼
//! the report: what lanes show + what was done just now ──▶ who may? as expected? does it fit?
//!     ▼
//! deeds.ndjson: about to ──▶ Kafka acknowledges ──▶ deeds.ndjson: done ──▶ answer (waits ≤ 2 s for the lane to show it)
//! ```

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tanggap_connectors::decode::ReporterKey;
use tanggap_engine::place::Gazetteer;
use tanggap_engine::territory::KelurahanCode;
use tanggap_queries::named::Standing;
use tokio::sync::OwnedMutexGuard;

use super::action::{Action, Stage};
use super::answer::DeedAnswer;
use super::deed::{Deed, Doer};
use super::dispatched::Dispatched;
use super::fitting::{code_of, may, stale, still_fits, unit_of};
use super::hash::of_parts;
use super::keys::{FILE, Intent, KEPT_US, Keys, Known, Topic};
use super::photos::{PhotoFacts, Photos};
use super::recent::Recent;
use super::settings::DeedSettings;
use super::showing::{told_again, transition_shown, wait_for};
use super::writer::{Unwritten, Writer};
use crate::error::Problem;
use crate::extractors::Viewer;
use crate::officers::Sent;
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// How long a deed waits for others on the same report: as long as Kafka may take for two of them.
const GATE_WAIT: Duration = Duration::from_secs(6);
/// Deeds of this age at most are looked for in the log after a start, µs.
const JUST_NOW_US: i64 = 10 * 60 * 1_000_000;
/// Least time between two transitions of a report, µs.
const STEP_US: i64 = 1_000;
/// Reports whose gates are kept though nobody stands before them.
const IDLE_GATES: usize = 1_000;

type Gate = Arc<tokio::sync::Mutex<()>>;

/// Carries deeds out.
#[derive(Debug)]
pub(crate) struct Clerk {
    pub(super) settings: DeedSettings,
    /// None where there is no data directory.
    photos: Option<Photos>,
    writer: Option<Writer>,
    keys: Keys,
    recent: Recent,
    dispatched: Dispatched,
    /// One for each report that somebody acts on. Held to look up only.
    gates: Mutex<HashMap<String, Gate>>,
    gazetteer: OnceLock<Gazetteer>,
}

impl Clerk {
    /// A clerk who knows what was done before the program was started.
    ///
    /// # Errors
    /// The data directory cannot be read or written.
    pub(crate) fn new(settings: DeedSettings) -> io::Result<Self> {
        if let Some(directory) = &settings.directory {
            std::fs::create_dir_all(directory)?;
        }
        let now = now_us();
        let keys = Keys::open(settings.directory.as_ref().map(|directory| directory.join(FILE)), now)?;
        let recent = Recent::default();
        for known in keys.since(now - JUST_NOW_US)? {
            recent.note(&known.intent, now, known.done);
        }
        let dispatched = Dispatched::default();
        let mut done = keys.since(now - KEPT_US)?;
        done.retain(|known| known.done);
        done.sort_by_key(|known| known.intent.time_us);
        for known in done {
            dispatched.note(&known.intent);
        }
        let zone_s = i32::try_from(settings.zone.seconds()).unwrap_or_default();
        let photos = settings
            .directory
            .as_ref()
            .map(|directory| Photos::open(directory.join("photos"), settings.photo_bytes, zone_s))
            .transpose()?;
        let writer = settings
            .kafka
            .as_ref()
            .map(|kafka| Writer::new(kafka, settings.patience, settings.makes_topics));
        Ok(Self {
            settings,
            photos,
            writer,
            keys,
            recent,
            dispatched,
            gates: Mutex::default(),
            gazetteer: OnceLock::new(),
        })
    }

    /// How these reports (channel and id, an empty channel for whichever knows the id) stand this moment.
    ///
    /// # Errors
    /// The question cannot be answered.
    pub(crate) async fn stand(&self, state: &AppState, asked: Vec<(String, String)>) -> Result<Vec<Standing>, Problem> {
        let session = state.desk.session(&state.city.snapshot())?;
        let question = async move { Standing::collect(&session, &asked).await };
        let mut found = state.analysts.ask(question).await?;
        let now = now_us();
        for report in &mut found {
            self.recent.add_to(report, now);
        }
        Ok(found)
    }

    /// What this viewer may do with a report now.
    pub(crate) fn actions(state: &AppState, viewer: &Viewer, report: &Standing) -> &'static [Action] {
        let stage = Stage::of(report, state.settings.duty.trust_channel);
        if may(state, viewer, report, stage).is_ok() {
            stage.actions()
        } else {
            &[]
        }
    }

    /// Does what is asked with a report, once for each key of an account.
    ///
    /// # Errors
    /// It may not be done, or cannot; what was refused was not written.
    pub(crate) async fn act(
        self: &Arc<Self>,
        state: &Arc<AppState>,
        viewer: &Viewer,
        id: &str,
        key: &str,
        deed: &Deed,
    ) -> Result<DeedAnswer, Problem> {
        let key = of_parts(&["transition", &viewer.account, key]);
        let body = deed.hash(id);
        let passed = self.pass(id).await?;
        let known = self.known(&key, &body)?;
        if let Some(known) = &known
            && known.done
        {
            return Ok(told_again(state, &known.intent));
        }
        let asked = vec![(deed.channel.clone().unwrap_or_default(), id.to_owned())];
        let report = self.stand(state, asked).await?.into_iter().next();
        let report = report.ok_or_else(|| Problem::not_found("no report has this id"))?;
        let stage = Stage::of(&report, state.settings.duty.trust_channel);
        may(state, viewer, &report, stage)?;
        let fresh = known.is_none();
        let intent = match known {
            Some(known) if self.came(&report, &known)? => return Ok(told_again(state, &known.intent)),
            Some(known) => still_fits(&report, known)?,
            None => self.prepare(state, viewer, &report, stage, deed, key, body).await?,
        };
        let answer = self.give(intent.clone(), fresh).await?;
        drop(passed);
        let seen = wait_for(state, |snapshot| transition_shown(snapshot, &intent)).await;
        Ok(DeedAnswer { seen, ..answer })
    }

    /// Stands before a report's gate until it is one's turn.
    pub(super) async fn pass(&self, id: &str) -> Result<OwnedMutexGuard<()>, Problem> {
        let gate = {
            let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
            if gates.len() > IDLE_GATES {
                gates.retain(|_, gate| Arc::strong_count(gate) > 1);
            }
            Arc::clone(gates.entry(id.to_owned()).or_default())
        };
        let passed = tokio::time::timeout(GATE_WAIT, gate.lock_owned()).await;
        passed.map_err(|_| Problem::busy("others act on this report; try again in a moment"))
    }

    /// What was done under a key, if it was for the same.
    pub(super) fn known(&self, key: &str, body: &str) -> Result<Option<Known>, Problem> {
        match self.keys.find(key).map_err(|error| disk(&error))? {
            Some(known) if known.intent.body != body => Err(Problem::key_reused()),
            known => Ok(known),
        }
    }

    /// Whether a deed of which nobody knew is in the log after all.
    fn came(&self, report: &Standing, known: &Known) -> Result<bool, Problem> {
        let intent = &known.intent;
        let came = report
            .moves
            .iter()
            .any(|told| told.time_us == intent.time_us && Some(told.status) == intent.status());
        if came {
            self.keys.done(&intent.key).map_err(|error| disk(&error))?;
            self.recent.note(intent, now_us(), true);
            self.dispatched.note(intent);
        }
        Ok(came)
    }

    #[expect(clippy::too_many_arguments, reason = "everything a deed is made of, gathered once")]
    async fn prepare(
        self: &Arc<Self>,
        state: &AppState,
        viewer: &Viewer,
        report: &Standing,
        stage: Stage,
        deed: &Deed,
        key: String,
        body: String,
    ) -> Result<Intent, Problem> {
        let (story, now) = (report.story(), now_us());
        if deed.expected != story.transitions {
            return Err(stale(report, &story));
        }
        if self.recent.doubtful(report, now) {
            return Err(Problem::unwritten(
                "it is not known yet whether an earlier deed on this report was written; try again in a minute",
            ));
        }
        deed.fits(report, stage, self.settings.photo_required)?;
        let unit = unit_of(state, viewer, report, stage, deed)?;
        let photo = match &deed.photo {
            Some(sha256) => Some(self.photo(sha256.clone()).await?),
            None => None,
        };
        let time_us = report.last_us().map_or(now, |last| now.max(last.saturating_add(STEP_US)));
        let doer = Doer {
            role: viewer.role,
            key: &key,
        };
        let payload = deed.payload(report, time_us, unit.as_deref(), photo.as_ref(), doer);
        let answer = DeedAnswer {
            id: report.id.clone(),
            channel: report.channel.clone(),
            status: Some(deed.action.status(deed.reason.as_deref()).id().to_owned()),
            version: Some(story.transitions + 1),
            time: rfc3339(time_us),
            located: None,
            claim: None,
            seen: false,
        };
        Ok(Intent {
            key,
            body,
            at_us: now,
            answer,
            time_us,
            unit,
            officer: deed.officer.clone().filter(|_| deed.action == Action::Dispatch),
            topic: Topic::Transitions,
            payload,
        })
    }

    /// Whether what is written to a topic comes back to a lane.
    ///
    /// # Errors
    /// It does not.
    pub(crate) fn reads(&self, topic: &str) -> Result<(), Problem> {
        let topics = self.settings.kafka.as_ref().map(|kafka| &kafka.topics);
        if topics.is_none_or(|topics| topics.iter().any(|read| read == topic)) {
            return Ok(());
        }
        let detail = format!("`{topic}` is not among `kafka.topics`: nobody would see what is written there");
        Err(Problem::unwritten(detail))
    }

    /// What each officer was sent to through this API and has not finished, by their codes, as of this moment.
    ///
    /// # Errors
    /// The question cannot be answered.
    pub(crate) async fn sent(&self, state: &AppState) -> Result<HashMap<String, Sent>, Problem> {
        let asked = self.dispatched.reports(now_us());
        if asked.is_empty() {
            return Ok(HashMap::new());
        }
        let reports = self.stand(state, asked).await?;
        Ok(self.dispatched.open(&reports, now_us()))
    }

    /// Code of the unit that holds a report; none where nobody was ever named, or where it is a verifier's.
    pub(crate) fn unit_holding(state: &AppState, report: &Standing) -> Option<String> {
        let duty = Stage::of(report, state.settings.duty.trust_channel).duty();
        report.holder().filter(|_| !duty).map(|unit| code_of(state, unit))
    }

    /// What stands for reporters whose names go no further than a door of ours.
    pub(crate) fn reporters(&self) -> &ReporterKey {
        &self.settings.reporter_key
    }

    /// What is known of a photo that a deed or a report names.
    pub(super) async fn photo(self: &Arc<Self>, sha256: String) -> Result<PhotoFacts, Problem> {
        let found = self
            .with_photos(move |photos| photos.facts(&sha256))
            .await?
            .map_err(|error| disk(&error))?;
        found.ok_or_else(|| Problem::unfit_deed("there is no photo with this sha256; POST /v1/photos takes one"))
    }

    /// SHA-256 of the photo that a number in the tables stands for, if its file is here. Costs a look into memory.
    pub(crate) fn photo_named(&self, number: u64) -> Option<String> {
        self.photos.as_ref()?.named(number)
    }

    /// Works with the photos on a thread that may block.
    ///
    /// # Errors
    /// There is no place for photos.
    pub(crate) async fn with_photos<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Photos) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let clerk = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || clerk.photos.as_ref().map(work)).await;
        let done = done.map_err(|_| Problem::internal())?;
        done.ok_or_else(|| Problem::unwritten("there is no data directory to keep photos in"))
    }

    /// Gives a deed to Kafka, and says that it is done when it is. `fresh`: it was never given before.
    pub(super) async fn give(self: &Arc<Self>, intent: Intent, fresh: bool) -> Result<DeedAnswer, Problem> {
        let clerk = Arc::clone(self);
        let given = tokio::task::spawn_blocking(move || clerk.give_now(&intent, fresh).map(|()| intent.answer)).await;
        given.map_err(|_| Problem::internal())?
    }

    fn give_now(&self, intent: &Intent, fresh: bool) -> Result<(), Problem> {
        let topic = intent.topic.name();
        let Some(writer) = &self.writer else {
            return Err(Problem::unwritten("this server has no log to write to"));
        };
        self.reads(topic)?;
        if fresh {
            self.keys.intend(intent).map_err(|error| disk(&error))?;
        }
        match writer.write(topic, Some(&intent.answer.id), intent.payload.as_bytes()) {
            Ok(()) => {
                self.recent.note(intent, now_us(), true);
                self.dispatched.note(intent);
                // It is in the log. Should the program end before the disk recovers, the next one finds it there.
                tell(self.keys.done(&intent.key));
                Ok(())
            }
            Err(Unwritten::Surely(error)) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    topic,
                    "a deed could not be written to {topic}"
                );
                if fresh {
                    tell(self.keys.undone(&intent.key));
                }
                Err(Problem::unwritten("the log cannot be reached; nothing was written"))
            }
            Err(Unwritten::Perhaps) => {
                tracing::error!(topic, "a deed was not acknowledged by {topic}");
                self.recent.note(intent, now_us(), false);
                Err(Problem::unwritten(
                    "the log does not acknowledge it; send it again with the same idempotency key: it is done once",
                ))
            }
        }
    }

    /// What a place in words means: a position or a kelurahan, where it means one.
    pub(super) fn whereabouts(&self, state: &AppState, place: &str) -> (Option<(f64, f64)>, Option<KelurahanCode>) {
        let gazetteer = self.gazetteer.get_or_init(|| Gazetteer::of(&state.territory));
        let found = gazetteer.find(place);
        (found.position, found.code.and_then(|code| code.parse().ok()))
    }
}

/// The disk refuses.
fn disk(error: &io::Error) -> Problem {
    tracing::error!(error = error as &dyn std::error::Error, "a deed could not be written down");
    Problem::unwritten("the disk refuses; nothing was written")
}

fn tell(written: io::Result<()>) {
    if let Err(error) = written {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "what became of a deed could not be written down"
        );
    }
}
