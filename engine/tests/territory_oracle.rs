//! The index against shapely. `TANGGAP_TERRITORY_EXPECTED` names a file of `tests/oracle/territory_oracle.py locate`; without it nothing is
//! run and the test says so. In three steps, from the root of the workspace:
//!
//! ```text
//! python3 tests/oracle/territory_oracle.py points BOUNDARIES 200000 1 > points.csv
//! python3 tests/oracle/territory_oracle.py locate BOUNDARIES points.csv > expected.csv
//! TANGGAP_TERRITORY_EXPECTED=$PWD/expected.csv cargo test --release -p tanggap-engine --test territory_oracle
//! ```
//!
//! `scripts/test-oracle.sh` does all three.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test reads files and the environment and says what it did not run"
)]

mod territory_support;

use tanggap_engine::territory::TerritoryIndex;
use territory_support::real_territory;

#[test]
fn the_index_equals_shapely() {
    let Ok(path) = std::env::var("TANGGAP_TERRITORY_EXPECTED") else {
        eprintln!("NOT RUN: TANGGAP_TERRITORY_EXPECTED names no file of tests/oracle/territory_oracle.py");
        return;
    };
    let Some(territory) = real_territory() else { return };
    let index = TerritoryIndex::build(&territory);
    let expected = std::fs::read_to_string(&path).expect("the file of expected codes is there");
    let mut points = 0_u32;
    for line in expected.lines().skip(1) {
        let columns: Vec<&str> = line.split(',').collect();
        let (longitude, latitude) = (columns[0].parse().unwrap(), columns[1].parse().unwrap());
        assert_eq!(
            index.locate(longitude, latitude).kelurahan,
            columns[2].parse::<i64>().ok(),
            "{line}"
        );
        points += 1;
    }
    assert!(points > 0, "{path} holds no point");
    eprintln!("{points} points as shapely has them");
}
