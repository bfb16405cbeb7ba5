//! `tanggap routes`, and several regions in one process, as a user runs them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn tanggap(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tanggap"));
    // What the test runner sets would be taken for settings.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TANGGAP_")) {
        command.env_remove(name);
    }
    command.args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The project's own folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn shipped() -> PathBuf {
    root().join("engine/data/routes/jakarta.toml")
}

/// Complaints of QLUE: number, category, latitude, longitude.
fn feed(dir: &Path, reports: &[(u32, &str, f64, f64)]) -> String {
    let lines: Vec<String> = reports
        .iter()
        .map(|(id, category, lat, lng)| {
            format!(
                r#"{{"post_id": {id}, "created_at": "2026-01-15T07:0{}:00Z", "category": "{category}", "user_id": {id}, "location": {{"lat": {lat}, "lng": {lng}}}}}"#,
                id % 10
            )
        })
        .collect();
    let file = dir.join("qlue.ndjson");
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    format!("qlue.reports={}", text(&file))
}

#[test]
fn a_check_says_what_is_wrong_and_ends_accordingly() {
    let dir = tempfile::tempdir().unwrap();
    let shown = said(&tanggap(&["routes", "check", text(&shipped())]));
    assert!(shown.contains("national-road") && shown.contains(" 0 errors"), "{shown}");
    let surabaya = root().join("regions/surabaya");
    let shown = said(&tanggap(&[
        "routes",
        "check",
        text(&surabaya.join("routes.toml")),
        "--sla",
        text(&surabaya.join("sla.toml")),
    ]));
    assert!(shown.contains("sby.dsdabm"), "{shown}");
    let wrong = dir.path().join("wrong.toml");
    let rules = std::fs::read_to_string(shipped()).unwrap();
    let rules = rules.replacen("to = \"dlh\"", "to = \"dhl\"", 1);
    let twice = "\n[[rule]]\nid = \"after-all\"\nto = \"dlh\"\nconfidence = 0.5\nsla = \"crm\"\nreason_id = \"x\"\nreason_en = \"x\"\n";
    std::fs::write(&wrong, rules + twice).unwrap();
    let output = tanggap(&["routes", "check", text(&wrong)]);
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("names the unit `dhl`, which is not defined"), "{shown}");
    std::fs::write(&wrong, std::fs::read_to_string(shipped()).unwrap() + twice).unwrap();
    let output = tanggap(&["routes", "check", text(&wrong)]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(shown.contains("error: rule `after-all` can never be reached"), "{shown}");
}

#[test]
fn a_trial_counts_what_would_move_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let topic = feed(
        dir.path(),
        &[
            (1, "Sampah", -6.2, 106.82),
            (2, "Sampah", -6.21, 106.83),
            (3, "Macet", -6.2, 106.82),
        ],
    );
    let new = dir.path().join("new.toml");
    let rules = std::fs::read_to_string(shipped()).unwrap();
    let there = "[[rule]]\nid = \"rubbish-with-place\"\nwhen = { category = [\"sampah\"], located = true }\nto = \"dlh\"";
    assert!(rules.contains(there));
    std::fs::write(&new, rules.replace(there, &there.replace("to = \"dlh\"", "to = \"satpol_pp\""))).unwrap();
    let trial = |rules: &Path, format| tanggap(&["routes", "try", "--topic", &topic, "--rules", text(rules), "--format", format]);
    assert_eq!(
        said(&trial(&new, "csv")),
        "category,from,to,reports,examples\nsampah,dlh,satpol_pp,2,qlue:1 qlue:2\n"
    );
    let shown = said(&trial(&new, "table"));
    assert!(shown.contains("2 of 3 reports would move; 0 more would stay"), "{shown}");
    assert!(said(&trial(&shipped(), "table")).contains("0 of 3 reports would move"));
    assert!(
        !tanggap(&["routes", "try", "--rules", text(&new)]).status.success(),
        "of which reports?"
    );
}

#[test]
fn a_decision_is_explained_with_the_road_it_lies_on() {
    let dir = tempfile::tempdir().unwrap();
    let layers = dir.path().join("layers.geojson");
    std::fs::write(
        &layers,
        r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"layer": "national_road", "name": "Jalan Contoh", "buffer_m": 25},
            "geometry": {"type": "LineString", "coordinates": [[106.81, -6.2], [106.83, -6.2]]}}]}"#,
    )
    .unwrap();
    let config = dir.path().join("tanggap.toml");
    std::fs::write(&config, format!("[routes.layers]\nfile = {:?}\n", text(&layers))).unwrap();
    let explain = |more: &[&str]| {
        let mut arguments = vec![
            "routes",
            "explain",
            "--category",
            "jalan_rusak",
            "--lat",
            "-6.2001",
            "--lng",
            "106.82",
        ];
        arguments.extend(more);
        said(&tanggap(&arguments))
    };
    let shown = explain(&["--config", text(&config)]);
    assert!(
        shown.contains("unit        kementerian_pu") && shown.contains("national_road: Jalan Contoh, 11 m"),
        "{shown}"
    );
    assert!(explain(&[]).contains("unit        bina_marga"));
    assert!(explain(&["--kind", "emergency"]).contains("passed on   yes"));
    assert!(!tanggap(&["routes", "explain", "--category", "rant"]).status.success());
}

#[test]
fn a_city_is_added_by_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let topic = feed(
        dir.path(),
        &[
            (1, "Jalan Rusak", -6.2, 106.82),
            (2, "Jalan Rusak", -7.26, 112.74),
            (3, "Jalan Rusak", -6.92, 107.61),
        ],
    );
    let config = dir.path().join("tanggap.toml");
    std::fs::write(&config, format!("[routes]\nregions_dir = {:?}\n", text(&root().join("regions")))).unwrap();
    let out = dir.path().join("out");
    said(&tanggap(&[
        "replay",
        "--topic",
        &topic,
        "--config",
        text(&config),
        "--out",
        text(&out),
    ]));
    let routes = std::fs::read_to_string(out.join("routes.csv")).unwrap();
    let of = |id: &str| routes.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap().to_owned();
    assert!(of("1").contains("Dinas Bina Marga"), "{routes}");
    assert!(of("2").contains("Dinas Sumber Daya Air dan Bina Marga Kota Surabaya"), "{routes}");
    assert!(of("3").starts_with("3,,") && of("3").contains("di luar wilayah mitra"), "{routes}");
    let cases = std::fs::read_to_string(out.join("cases.csv")).unwrap();
    assert_eq!(cases.lines().count(), 4, "what lies nowhere was received all the same: {cases}");
    let rankings = std::fs::read_to_string(out.join("rankings.csv")).unwrap();
    assert!(
        rankings.lines().any(|line| line.starts_with("channel,qlue,qlue,2,2,")),
        "the third is in no ranking: {rankings}"
    );
    let explain = |lat, lng| {
        let arguments = [
            "routes",
            "explain",
            "--category",
            "banjir",
            "--config",
            text(&config),
            "--lat",
            lat,
            "--lng",
            lng,
        ];
        said(&tanggap(&arguments))
    };
    assert!(explain("-7.26", "112.74").contains("rule        surabaya/flood"));
    assert!(explain("-6.92", "107.61").contains("rule        received_no_partner"));

    let regions = dir.path().join("regions");
    std::fs::create_dir_all(regions.join("surabaya")).unwrap();
    for file in ["region.toml", "routes.toml", "sla.toml"] {
        std::fs::copy(root().join("regions/surabaya").join(file), regions.join("surabaya").join(file)).unwrap();
    }
    std::fs::write(&config, format!("[routes]\nregions_dir = {:?}\n", text(&regions))).unwrap();
    std::fs::write(regions.join("surabaya/calendar.toml"), "").unwrap();
    let output = tanggap(&["routes", "explain", "--category", "banjir", "--config", text(&config)]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("calendar.toml is none of the files of a region"));
}
