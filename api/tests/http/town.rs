//! A tiny city of two kelurahan with one lane, asked without a socket.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use std::sync::Arc;
use tanggap::router::router;
use tanggap::state::{ApiSettings, AppState, Secret};
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, Status};
use tanggap_engine::lane::{Ground, LaneSettings, LaneState};
use tanggap_engine::pane::{Kernel, Segment};
use tanggap_engine::route::{JAKARTA, Router, route};
use tanggap_engine::territory::{PropertyNames, Territory};
use tanggap_queries::Desk;
use tanggap_queries::measures::PaneKernel;
use tanggap_queries::tables::{City, LaneSnapshot, Liveness};
use tower::ServiceExt;

/// 2026-01-15 14:03 in Jakarta, µs.
pub(crate) const NOW: i64 = 1_768_460_580_000_000;
pub(crate) const MINUTE: i64 = 60_000_000;
pub(crate) const TOKEN: &str = "a staff token";
/// In the western kelurahan.
pub(crate) const WEST: (f64, f64) = (106.825, -6.205);
/// In the eastern one.
pub(crate) const EAST: (f64, f64) = (106.845, -6.215);

pub(crate) struct Town {
    pub(crate) state: Arc<AppState>,
    ground: Ground,
    lane: LaneState,
    shown: LaneSnapshot,
    next: i64,
}

/// A report: minutes before now, where, category, reporter.
pub(crate) type Said = (i64, (f64, f64), Category, u64);

impl Town {
    pub(crate) fn new(settings: ApiSettings) -> Self {
        let territory = Territory::from_geojson(include_bytes!("two_kelurahan.geojson"), &PropertyNames::default()).unwrap();
        let names = territory.kelurahan().iter().map(|one| (one.code.integer(), one.name.as_str()));
        let rules = Router::from_toml(JAKARTA).unwrap().with_kelurahan_names(names);
        let ground = Ground::of(&territory);
        let desk = Desk::of_city(&territory, &rules).unwrap();
        let city = Arc::new(City::default());
        let settings = ApiSettings {
            staff_token: Some(Secret::new(TOKEN.to_owned())),
            ..settings
        };
        let state = AppState::new(city, Arc::new(desk), Arc::new(territory), &ground.index, Arc::new(rules), settings).unwrap();
        Self {
            state,
            ground,
            lane: LaneState::new("qlue", LaneSettings::default()),
            shown: LaneSnapshot {
                lane: "qlue.reports-0".to_owned(),
                topic: "qlue.reports".to_owned(),
                channel: "qlue".to_owned(),
                liveness: Liveness::Live,
                ..LaneSnapshot::default()
            },
            next: 0,
        }
    }

    /// What a lane does with a micro-batch, without its log.
    pub(crate) fn hear(&mut self, reports: &[Said]) {
        let mut batch = EventBatchBuilder::default();
        for (ago, position, category, reporter) in reports {
            let id = format!("r{}", self.next);
            let event = Event {
                position: Some(*position),
                category: Some(*category),
                kind: Some(Kind::Complaint),
                reporter: Some(*reporter),
                ..Event::new(Class::Report, &id, 1, NOW - ago * MINUTE)
            };
            batch.push(self.next, &event);
            self.next += 1;
        }
        self.take(&mut batch);
    }

    pub(crate) fn move_on(&mut self, id: &str, ago: i64, status: Status) {
        let mut batch = EventBatchBuilder::default();
        let event = Event {
            status: Some(status),
            report_channel: Some("qlue"),
            actor_role: Some("petugas"),
            ..Event::new(Class::Transition, id, status as u64, NOW - ago * MINUTE)
        };
        batch.push(self.next, &event);
        self.next += 1;
        self.take(&mut batch);
    }

    pub(crate) fn take(&mut self, batch: &mut EventBatchBuilder) {
        let step = self.lane.apply(&batch.finish(), &self.ground);
        let counted = PaneKernel::new().unwrap().sum(&[step.counted]).unwrap();
        self.shown.segments.extend(Segment::new(counted).map(Arc::new));
        self.shown.routes.push(route(&self.state.router, "qlue", &step.cases, &self.ground));
        self.shown.cases.push(step.cases);
        self.shown.signals.push(step.signals);
        self.shown.transitions.push(step.transitions);
        self.shown.levels.push(step.levels);
        self.shown.traffic = Some(self.lane.traffic());
        self.shown.accounting = self.lane.accounting().clone();
        self.shown.watermark = self.lane.watermark();
        self.shown.next_offset = self.next;
        self.shown.high_watermark = Some(self.next);
        self.state.city.publish(self.shown.clone());
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        router(Arc::clone(&self.state)).oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn staff(&self, path: &str) -> Value {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        let response = self.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        json(response).await
    }
}

pub(crate) async fn bytes(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()
}

pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_slice(&bytes(response).await).unwrap()
}

/// Six people of the west speak of a flood, one of the east of rubbish.
pub(crate) fn flooded() -> Town {
    let mut town = Town::new(ApiSettings::default());
    let mut said: Vec<Said> = (0..6_u64)
        .map(|person| (6 - person.cast_signed(), WEST, Category::Banjir, person))
        .collect();
    said.push((3, EAST, Category::Sampah, 77));
    said.push((2, EAST, Category::Sampah, 77));
    said.push((2, EAST, Category::Sampah, 77));
    town.hear(&said);
    town
}
