//! Alerts: made once, shown to whom they may be shown, and deadlines that come from one place.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::Value;
use tanggap::alerts::{Alert, Rounds};
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Category, Status};

use super::town::{EAST, MINUTE, NOW, Said, Town, WEST, flooded, json};

/// Two days in which a report comes every seven minutes, each time from elsewhere; then twenty people of the west in as many minutes.
fn outbreak() -> Town {
    let mut town = Town::new(ApiSettings::default());
    let mut said: Vec<Said> = (0..400_u32)
        .map(|number| {
            let place = number * 37 % 100;
            let position = (106.70 + f64::from(place % 10) * 0.02, -6.30 + f64::from(place / 10) * 0.02);
            (2_880 - i64::from(number) * 7, position, Category::Banjir, u64::from(number))
        })
        .collect();
    said.extend((0..20_i64).map(|person| (22 - person, WEST, Category::Banjir, 10_000 + person.unsigned_abs())));
    town.hear(&said);
    town
}

/// Makes the rounds once, tells what is new, and hangs it up.
async fn tell(rounds: &mut Rounds, town: &Town, now_us: i64) -> Vec<Arc<Alert>> {
    let alerts: Vec<Arc<Alert>> = rounds.make(&town.state, now_us).await.unwrap().into_iter().map(Arc::new).collect();
    rounds.told(&alerts, now_us).unwrap();
    town.state.alerts.hang(alerts.iter().cloned());
    alerts
}

fn names(alerts: &[Arc<Alert>]) -> Vec<(String, u64)> {
    alerts.iter().map(|alert| (alert.id().to_owned(), alert.revision())).collect()
}

#[tokio::test]
async fn what_is_told_once_is_not_told_by_the_next_process_and_has_the_same_names_without_a_memory() {
    let town = outbreak();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("alerts.ndjson");
    let mut rounds = Rounds::begin(Some(&file), NOW).unwrap();
    let first = tell(&mut rounds, &town, NOW).await;
    assert!(first.iter().any(|alert| alert.id().starts_with("flood-")), "{:?}", names(&first));
    assert!(
        first.iter().any(|alert| alert.id().starts_with("escalation-")),
        "{:?}",
        names(&first)
    );
    assert!(tell(&mut rounds, &town, NOW + MINUTE).await.is_empty());
    let mut next = Rounds::begin(Some(&file), NOW + MINUTE).unwrap();
    assert!(tell(&mut next, &town, NOW + MINUTE).await.is_empty());
    // Another watch, as another process has it, and nothing remembered.
    let other = outbreak();
    let mut forgetful = Rounds::begin(None, NOW).unwrap();
    assert_eq!(names(&tell(&mut forgetful, &other, NOW).await), names(&first));
}

#[tokio::test]
async fn the_public_sees_hotspots_and_staff_see_all() {
    let town = outbreak();
    let told = tell(&mut Rounds::begin(None, NOW).unwrap(), &town, NOW).await;
    let staff = town.staff("/v1/alerts?limit=500").await;
    assert_eq!(staff["items"].as_array().unwrap().len(), told.len().min(500));
    let newest = staff["items"][0]["id"].as_str().unwrap();
    assert_eq!(newest, told.last().unwrap().id());
    let public = json(town.get("/v1/alerts?limit=500").await).await;
    let items = public["items"].as_array().unwrap();
    assert!(!items.is_empty());
    for item in items {
        assert_eq!(item["kind"], "hotspot");
        let observed = item["observed"].as_u64().unwrap();
        assert!(observed >= 5 && observed.is_multiple_of(5) && item["expected"].is_null(), "{item}");
    }
    let escalations = json(town.get("/v1/alerts?kind=escalation").await).await;
    assert_eq!(escalations["items"], Value::Array(Vec::new()));
    assert_eq!(town.get("/v1/alerts?kind=rumour").await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_city_that_reads_its_past_tells_nothing() {
    let town = outbreak();
    let mut rounds = Rounds::begin(None, NOW).unwrap();
    assert!(rounds.make(&town.state, NOW + 24 * 60 * MINUTE).await.unwrap().is_empty());
}

#[tokio::test]
async fn deadlines_stand_still_while_the_reporter_is_asked() {
    let mut town = flooded();
    // Filed six minutes ago, asked four minutes ago, answered two minutes ago.
    town.move_on("r0", 4, Status::Asked);
    town.move_on("r0", 2, Status::InProgress);
    town.hear(&[(-10, EAST, Category::Sampah, 1)]);
    let desk = town.staff("/v1/inbox?unit=dsda").await;
    let items = desk["items"].as_array().unwrap();
    let due = |id: &str| {
        let item = items.iter().find(|item| item["id"] == id).unwrap();
        let moment = |name: &str| item[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_microsecond();
        (moment("due") - moment("received")) / MINUTE
    };
    assert_eq!(due("r0"), 7 * 24 * 60 + 2, "a week to finish, and the two minutes");
    assert_eq!(due("r1"), 6 * 60, "six hours to answer");
    let first = items.iter().find(|item| item["id"] == "r0").unwrap();
    assert_eq!((&first["version"], &first["state"]), (&Value::from(2), &Value::from("open")));
    assert!(first["actions"].as_array().unwrap().contains(&Value::from("complete")), "{first}");
    assert!(first["expected"]["p50_s"].is_null(), "nothing was ever done: {first}");
    assert_eq!(first["expected"]["n"], 9, "the last one is ahead of the watermark");
    assert_eq!(
        (&desk["counts"]["open"], &desk["counts"]["new"]),
        (&Value::from(1), &Value::from(5))
    );
    let new = town.staff("/v1/inbox?unit=dsda&state=new").await;
    assert_eq!(new["items"].as_array().unwrap().len(), 5);
    assert_eq!(new["counts"], desk["counts"], "the whole desk, whatever is shown of it");
}

#[tokio::test]
async fn what_runs_out_of_time_is_shown_to_staff_by_when_it_does() {
    let mut town = Town::new(ApiSettings::default());
    // Six hours to answer: 310 minutes are more than three quarters of them.
    town.hear(&[
        (100, WEST, Category::Banjir, 1),
        (310, WEST, Category::Banjir, 2),
        (400, EAST, Category::Sampah, 3),
    ]);
    town.hear(&[(-1, EAST, Category::Kebakaran, 4)]);
    let list = town.staff("/v1/at-risk").await;
    let items = list["items"].as_array().unwrap();
    let shown: Vec<(&Value, &Value, &Value)> = items.iter().map(|item| (&item["id"], &item["state"], &item["unit"])).collect();
    assert_eq!(
        shown,
        [
            (&Value::from("r2"), &Value::from("overdue"), &Value::from("dlh")),
            (&Value::from("r1"), &Value::from("at_risk"), &Value::from("dsda")),
        ]
    );
    assert_eq!((&list["at_risk"], &list["overdue"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(items[0]["unit_name"], "Dinas Lingkungan Hidup");
    assert_eq!(town.get("/v1/at-risk").await.status(), StatusCode::UNAUTHORIZED);
    let fire = town.staff("/v1/inbox?unit=gulkarmat").await;
    assert_eq!(fire["items"], Value::Array(Vec::new()), "a fire never queues");
}

#[tokio::test]
async fn the_table_of_response_times_is_made_by_the_configured_rule_and_the_past_is_for_whole_days() {
    let settings = ApiSettings::default();
    let mut rule = settings.rankings;
    rule.tiers.minimum_n = 2;
    let mut town = Town::new(ApiSettings {
        rankings: rule,
        ..settings
    });
    town.hear(&[
        (60, WEST, Category::Banjir, 1),
        (50, WEST, Category::Banjir, 2),
        (40, EAST, Category::Sampah, 3),
    ]);
    let table = json(town.get("/v1/rankings/kelurahan").await).await;
    assert_eq!(table["minimum_n"], 2);
    let whole = town.get("/v1/rankings/kelurahan?as_of=2026-01-15T00:00:00%2B07:00").await;
    assert_eq!(whole.status(), StatusCode::OK);
    let moment = "/v1/rankings/kelurahan?as_of=2026-01-15T13:20:00%2B07:00";
    assert_eq!(town.get(moment).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(town.staff(moment).await["minimum_n"], 2);
}
