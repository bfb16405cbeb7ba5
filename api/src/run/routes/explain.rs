//! `tanggap routes explain`: who would answer a report, and why.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use tanggap_engine::case::{SlaClock, SlaRule};
use tanggap_engine::event::{Category, Kind};
use tanggap_engine::lane::Place;
use tanggap_engine::route::{Addressee, Complaint};
use tanggap_engine::territory::{KelurahanCode, Layer};

use crate::run::setting::Setting;

/// Say who answers a report of this kind, at this place, and which rule decides.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tanggap routes explain --category jalan_rusak --lat -6.2 --lng 106.82")]
pub(crate) struct ExplainArguments {
    /// Category id, or `unknown`.
    #[arg(long)]
    category: String,
    /// Latitude, degrees.
    #[arg(long, requires = "lng", allow_negative_numbers = true)]
    lat: Option<f64>,
    /// Longitude, degrees.
    #[arg(long, requires = "lat", allow_negative_numbers = true)]
    lng: Option<f64>,
    /// complaint, suggestion, question, praise, duty, emergency, or `unread`.
    #[arg(long, default_value = "complaint")]
    kind: String,
    /// The channel it came by, which may bring clocks of its own.
    #[arg(long, default_value = "qlue")]
    channel: String,
    /// The unit its channel named.
    #[arg(long)]
    unit: Option<String>,
    /// Other rules of the home region than the configured ones.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// GeoJSON of the kelurahan.
    #[arg(long, value_name = "FILE")]
    territory: Option<PathBuf>,
    /// Data directory, for the kelurahan that were imported into it.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Explains.
pub(super) fn explain(arguments: &ExplainArguments) -> anyhow::Result<()> {
    let mut setting = Setting::read(
        arguments.config.as_deref(),
        arguments.territory.as_deref(),
        arguments.data_dir.as_deref(),
    )?;
    if let Some(rules) = &arguments.rules {
        setting = setting.with_rules(rules)?;
    }
    let sent = arguments.lng.zip(arguments.lat);
    let position = sent.and_then(|(longitude, latitude)| setting.config.lanes.bounds.usable(longitude, latitude));
    let complaint = Complaint {
        category: category(&arguments.category)?,
        kind: kind(&arguments.kind)?,
        kelurahan: position.and_then(|(longitude, latitude)| setting.ground.kelurahan(longitude, latitude)),
        position,
        source_unit: arguments.unit.as_deref(),
        boundary_m: position.and_then(|(longitude, latitude)| setting.ground.boundary_m(longitude, latitude)),
    };
    let decision = setting.router.decide(&complaint);
    let level = setting.router.level(decision.rule_id(), &arguments.channel);
    let level = level.filter(|_| !decision.passed_on());
    let mut out = std::io::stdout().lock();
    writeln!(out, "unit        {}", unit(decision.unit.as_ref()))?;
    writeln!(out, "second      {}", unit(decision.second_unit.as_ref()))?;
    let assumption = if decision.assumption() { " (assumption)" } else { "" };
    writeln!(
        out,
        "rule        {}{assumption} of {}",
        decision.rule_id(),
        setting.router.version()
    )?;
    writeln!(out, "confidence  {:.3}", decision.confidence)?;
    writeln!(out, "clocks      {}", level.map_or_else(|| "none".to_owned(), clocks))?;
    writeln!(out, "passed on   {}", yes(decision.passed_on()))?;
    writeln!(out, "private     {}", yes(decision.private()))?;
    writeln!(out, "place       {}", place(&setting, &complaint, sent))?;
    let touched = setting.router.touched(position);
    for layer in Layer::ALL {
        if let Some(touch) = touched.of(layer) {
            writeln!(out, "layer       {}: {}, {:.0} m", layer.id(), touch.name, touch.distance_m)?;
        }
    }
    writeln!(out, "reason (id) {}", decision.reason_id())?;
    writeln!(out, "reason (en) {}", decision.reason_en())?;
    Ok(())
}

fn category(id: &str) -> anyhow::Result<Option<Category>> {
    if id == "unknown" {
        return Ok(None);
    }
    let ids = || Category::ALL.iter().map(|category| category.id()).collect::<Vec<_>>().join(", ");
    let found = Category::from_id(id).with_context(|| format!("`{id}` is no category; there are unknown, {}", ids()))?;
    Ok(Some(found))
}

fn kind(id: &str) -> anyhow::Result<Option<Kind>> {
    if id == "unread" {
        return Ok(None);
    }
    let ids = || Kind::ALL.iter().map(|kind| kind.id()).collect::<Vec<_>>().join(", ");
    let found = Kind::from_id(id).with_context(|| format!("`{id}` is no kind; there are unread, {}", ids()))?;
    Ok(Some(found))
}

fn unit(unit: Option<&Addressee<'_>>) -> String {
    unit.map_or_else(|| "nobody".to_owned(), |unit| format!("{} ({})", unit.code, unit.name))
}

fn clocks(level: &SlaRule) -> String {
    let length = |clock: SlaClock| level.length(clock).map(|length| format!("{} {length}", clock.id()));
    let clocks: Vec<String> = SlaClock::ALL.into_iter().filter_map(length).collect();
    format!("{} ({})", clocks.join(", "), level.id())
}

fn yes(so: bool) -> &'static str {
    if so { "yes" } else { "no" }
}

fn place(setting: &Setting, complaint: &Complaint<'_>, sent: Option<(f64, f64)>) -> String {
    let Some(kelurahan) = complaint.kelurahan else {
        return match (complaint.position, sent) {
            (Some(_), _) => "in no kelurahan".to_owned(),
            (None, Some(_)) => "outside the usable positions (lanes.bounds)".to_owned(),
            (None, None) => "not known".to_owned(),
        };
    };
    let code = KelurahanCode::from_integer(kelurahan);
    let name = setting.territory.find(code).map_or("", |found| found.name.as_str());
    let border = complaint
        .boundary_m
        .map(|metres| format!(", {metres:.0} m from the nearest border"));
    format!("{code} {name}{}", border.unwrap_or_default())
}
