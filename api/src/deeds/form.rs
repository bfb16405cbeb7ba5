//! A report by the city's own web form: read, checked, and written as `reports.web` reads it. Of who sent it only a keyed hash gets in.

use std::sync::Arc;

use datafusion::arrow::array::AsArray;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tanggap_engine::event::{Category, Kind, schema};
use tanggap_engine::lane::Bounds;
use tanggap_engine::territory::KelurahanCode;
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::DeedAnswer;
use super::clerk::Clerk;
use super::hash::{self, of_parts};
use super::keys::{Intent, Topic};
use super::photos::names_photo;
use super::showing::wait_for;
use crate::error::Problem;
use crate::extractors::Viewer;
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// Channel of the form.
const CHANNEL: &str = "web";
/// Letters of a text, of a place in words, and of what names a reporter, at most.
const TEXT_LETTERS: usize = 2_000;
const PLACE_LETTERS: usize = 200;
const REPORTER_LETTERS: usize = 200;
/// Kinds the form takes. An emergency is for 112 and is never queued; a duty report is paid, and is not anybody's to send.
const KINDS: [Kind; 4] = [Kind::Complaint, Kind::Suggestion, Kind::Question, Kind::Praise];
/// Letters of a claim number: no I, L, O and U, which are misread (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What somebody reports.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Form {
    /// Id of a category.
    category: String,
    /// `complaint` (default), `suggestion`, `question` or `praise`.
    #[serde(default)]
    kind: Option<String>,
    /// Degrees east; with `latitude`.
    #[serde(default)]
    longitude: Option<f64>,
    /// Degrees north; with `longitude`.
    #[serde(default)]
    latitude: Option<f64>,
    /// Dotted code.
    #[serde(default)]
    kelurahan: Option<String>,
    /// Where, in words; one of position, kelurahan and place is needed.
    #[serde(default)]
    place: Option<String>,
    /// What happened, in words. It goes to the log and is shown to nobody here.
    #[serde(default)]
    text: Option<String>,
    /// SHA-256 of an uploaded photo.
    #[serde(default)]
    photo: Option<String>,
    /// Anything that names the reporter, the same each time; without it each report has a reporter of its own.
    #[serde(default)]
    reporter: Option<String>,
}

/// A form that holds.
#[derive(Debug)]
struct Checked {
    category: Category,
    kind: Kind,
    position: Option<(f64, f64)>,
    kelurahan: Option<KelurahanCode>,
}

impl Form {
    fn check(&self, bounds: &Bounds) -> Result<Checked, Problem> {
        let category = Category::from_id(&self.category).ok_or_else(|| {
            let ids: Vec<&str> = Category::ALL.iter().map(|category| category.id()).collect();
            Problem::parameter("category", &self.category, &ids)
        })?;
        let kinds = KINDS.map(Kind::id);
        let kind = match &self.kind {
            None => Kind::Complaint,
            Some(word) => {
                let found = KINDS.into_iter().find(|kind| kind.id() == word);
                found.ok_or_else(|| Problem::parameter("kind", word, &kinds))?
            }
        };
        let position =
            match (self.longitude, self.latitude) {
                (None, None) => None,
                (Some(longitude), Some(latitude)) => {
                    let usable = bounds.usable(longitude, latitude);
                    Some(usable.ok_or_else(|| {
                        Problem::parameter("longitude", &longitude.to_string(), &["a position in the city, with latitude"])
                    })?)
                }
                _ => return Err(Problem::missing_parameter("longitude", "longitude and latitude go together")),
            };
        let kelurahan = match self.kelurahan.as_deref() {
            None => None,
            Some(code) => {
                let parsed = code.parse::<KelurahanCode>().ok();
                Some(parsed.ok_or_else(|| Problem::parameter("kelurahan", code, &["a code as 31.74.01.1001"]))?)
            }
        };
        for (field, value, most) in [
            ("text", &self.text, TEXT_LETTERS),
            ("place", &self.place, PLACE_LETTERS),
            ("reporter", &self.reporter, REPORTER_LETTERS),
        ] {
            if let Some(value) = value
                && value.chars().count() > most
            {
                return Err(Problem::parameter(field, "a longer one", &[&format!("at most {most} letters")]));
            }
        }
        if let Some(photo) = &self.photo
            && !names_photo(photo)
        {
            return Err(Problem::parameter("photo", photo, &["the sha256 that POST /v1/photos gave"]));
        }
        let somewhere = self.place.as_ref().is_some_and(|place| !place.trim().is_empty());
        if position.is_none() && kelurahan.is_none() && !somewhere {
            let allowed = "say where: longitude and latitude, a kelurahan, or a place in words";
            return Err(Problem::missing_parameter("place", allowed));
        }
        Ok(Checked {
            category,
            kind,
            position,
            kelurahan,
        })
    }
}

impl Clerk {
    /// Takes a report in, once for each key if there is one.
    ///
    /// # Errors
    /// A field does not fit, or the log takes nothing.
    pub(crate) async fn take_in(
        self: &Arc<Self>,
        state: &Arc<AppState>,
        viewer: &Viewer,
        key: Option<&str>,
        form: &Form,
    ) -> Result<DeedAnswer, Problem> {
        let own = Uuid::new_v4().to_string();
        let key = of_parts(&["report", &viewer.account, key.unwrap_or(&own)]);
        let body = of_parts(&[&serde_json::to_string(form).unwrap_or_default()]);
        let passed = self.pass(&key).await?;
        let known = self.known(&key, &body)?;
        let fresh = known.is_none();
        let intent = match known {
            Some(known) if known.done => return Ok(known.intent.answer),
            // Nobody knows whether it came; the same bytes are the same report.
            Some(known) => known.intent,
            None => self.written(state, form, key, body).await?,
        };
        let answer = self.give(intent, fresh).await?;
        drop(passed);
        let seen = wait_for(state, |snapshot| filed(snapshot, &answer.id)).await;
        Ok(DeedAnswer { seen, ..answer })
    }

    async fn written(self: &Arc<Self>, state: &Arc<AppState>, form: &Form, key: String, body: String) -> Result<Intent, Problem> {
        let mut checked = form.check(&self.settings.bounds)?;
        if let (None, None, Some(place)) = (checked.position, checked.kelurahan, &form.place) {
            let (clerk, state, place) = (Arc::clone(self), Arc::clone(state), place.clone());
            let found = tokio::task::spawn_blocking(move || clerk.whereabouts(&state, &place)).await;
            let (position, kelurahan) = found.map_err(|_| Problem::internal())?;
            // A place of the gazetteer may lie beyond the city.
            checked.position = position.and_then(|(longitude, latitude)| self.settings.bounds.usable(longitude, latitude));
            checked.kelurahan = kelurahan;
        }
        let photo = match &form.photo {
            Some(sha256) => Some(self.photo(sha256.clone()).await?),
            None => None,
        };
        let (id, claim, now) = (Uuid::new_v4().simple().to_string(), claim(Uuid::new_v4()), now_us());
        let reporter = match form.reporter.as_deref().map(str::trim) {
            Some(reporter) if !reporter.is_empty() => self.settings.reporter_key.pseudonym(CHANNEL, reporter),
            _ => Uuid::new_v4().simple().to_string(),
        };
        let mut message = json!({
            "id": id,
            "time": rfc3339(now),
            "category": checked.category.id(),
            "kind": checked.kind.id(),
            "reporter": reporter,
            "claim_sha256": hash::of(claim.as_bytes()),
        });
        if let Some((longitude, latitude)) = checked.position {
            message["longitude"] = Value::from(longitude);
            message["latitude"] = Value::from(latitude);
        }
        for (field, value) in [
            ("kelurahan", checked.kelurahan.map(|code| code.to_string())),
            ("place", form.place.clone()),
            ("text", form.text.clone()),
        ] {
            if let Some(value) = value {
                message[field] = Value::from(value);
            }
        }
        if let Some(photo) = photo {
            message["photo"] = json!(photo);
        }
        let located = match (checked.position, checked.kelurahan) {
            (Some(_), _) => "position",
            (None, Some(_)) => "kelurahan",
            (None, None) => "none",
        };
        let answer = DeedAnswer {
            id,
            channel: CHANNEL.to_owned(),
            status: None,
            version: None,
            time: rfc3339(now),
            located: Some(located.to_owned()),
            claim: Some(claim),
            seen: false,
        };
        Ok(Intent {
            key,
            body,
            at_us: now,
            answer,
            time_us: now,
            unit: None,
            officer: None,
            topic: Topic::Reports,
            payload: message.to_string(),
        })
    }
}

/// A number to keep: twelve letters by chance, of which nobody guesses the next.
fn claim(chance: Uuid) -> String {
    // Bytes 6 and 8 of a random UUID say what it is.
    let bytes = chance
        .as_bytes()
        .iter()
        .zip(0..)
        .filter(|(_, place)| !matches!(place, 6 | 8))
        .take(12);
    let letters: Vec<char> = bytes.map(|(byte, _)| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// Whether a lane of the form shows this report.
fn filed(snapshot: &CitySnapshot, id: &str) -> bool {
    let lanes = snapshot.lanes.values().filter(|lane| lane.topic == Topic::Reports.name());
    let mut batches = lanes.flat_map(|lane| lane.cases.iter().rev().chain(lane.signals.iter().rev()));
    batches.any(|batch| {
        let ids = batch.column_by_name(schema::ID).and_then(|ids| ids.as_string_opt::<i32>());
        ids.is_some_and(|ids| ids.iter().any(|known| known == Some(id)))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tanggap_engine::event::Kind;
    use tanggap_engine::lane::Bounds;
    use uuid::Uuid;

    use super::{Form, claim};

    fn form(fields: &Value) -> Form {
        let mut whole = json!({"category": "banjir", "longitude": 106.8, "latitude": -6.2});
        for (name, value) in fields.as_object().unwrap() {
            whole[name] = value.clone();
        }
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn a_form_that_does_not_hold_is_told_why() {
        let checked = form(&json!({"text": "x".repeat(2_000)})).check(&Bounds::default()).unwrap();
        assert_eq!((checked.kind, checked.position), (Kind::Complaint, Some((106.8, -6.2))));
        for (fields, parameter) in [
            (json!({"category": "ufo"}), "category"),
            (json!({"kind": "duty"}), "kind"),
            (json!({"kind": "emergency"}), "kind"),
            (json!({"longitude": null}), "longitude"),
            (json!({"latitude": 52.0}), "longitude"),
            (json!({"longitude": 0.0, "latitude": 0.0}), "longitude"),
            (json!({"kelurahan": "Gambir"}), "kelurahan"),
            (json!({"text": "x".repeat(2_001)}), "text"),
            (json!({"place": "x".repeat(201)}), "place"),
            (json!({"reporter": "x".repeat(201)}), "reporter"),
            (json!({"photo": "../x"}), "photo"),
            (json!({"longitude": null, "latitude": null, "place": " "}), "place"),
        ] {
            let problem = form(&fields).check(&Bounds::default()).unwrap_err();
            assert_eq!((problem.status, problem.errors[0].parameter.as_str()), (400, parameter), "{fields}");
        }
        let somewhere = form(&json!({"longitude": null, "latitude": null, "place": "dekat Stasiun Gambir"}));
        assert!(somewhere.check(&Bounds::default()).is_ok());
        assert!(serde_json::from_value::<Form>(json!({"category": "banjir", "duty_post": "RT 1"})).is_err());
    }

    #[test]
    fn a_claim_is_twelve_letters_by_chance() {
        let zero = claim(Uuid::from_bytes([0; 16]));
        assert_eq!(zero, "0000-0000-0000");
        let mut bytes = [31; 16];
        (bytes[6], bytes[8]) = (0, 0);
        assert_eq!(claim(Uuid::from_bytes(bytes)), "ZZZZ-ZZZZ-ZZZZ");
    }
}
