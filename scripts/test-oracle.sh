#!/usr/bin/env bash
# Holds Tanggap against computations that are not ours, in tests/oracle: the oracle itself against counts made by hand and by brute force,
# the territory index against shapely, GeoParquet as geopandas writes it, real data of two cities, history as Polars reads it, the API as
# schemathesis reads its description, every public answer searched for people, and `tanggap replay` of a seeded day, whose files must equal the
# independent ones row by row.
#
# TANGGAP_BIN         the program (default: the release build)
# TANGGAP_ORACLE_N    lines of the day (default: 200000)
set -euo pipefail
cd "$(dirname "$0")/.."

program=${TANGGAP_BIN:-${CARGO_TARGET_DIR:-$PWD/target}/release/tanggap}
lines=${TANGGAP_ORACLE_N:-200000}
python=${TANGGAP_CACHE:-$HOME/.cache/tanggap}/replay-oracle/bin/python
# The program would take them for settings.
unset TANGGAP_BIN TANGGAP_ORACLE_N

if [ ! -x "$program" ]; then
    echo "test-oracle: $program is missing; run \`make build\`" >&2
    exit 1
fi
territory=${TANGGAP_DATA:-}/boundaries/kelurahan_dki_267.geojson
if [ ! -f "$territory" ]; then
    echo "test-oracle: not run: TANGGAP_DATA names no directory with boundaries/kelurahan_dki_267.geojson" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi
"$python" -m unittest discover tests/oracle

echo "test-oracle: the territory index against shapely, half of the points within 200 m of a border"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" tests/oracle/territory_oracle.py points "$territory" 200000 5 >"$work/points.csv"
"$python" tests/oracle/territory_oracle.py locate "$territory" "$work/points.csv" >"$work/expected.csv"
TANGGAP_TERRITORY_EXPECTED=$work/expected.csv cargo test --release --locked --workspace --test territory_oracle
"$python" tests/oracle/geoparquet.py --tanggap "$program" --territory "$territory"

echo "test-oracle: the real data sets whose reports are in docs"
"$python" tests/oracle/surabaya.py --tanggap "$program" >"$work/surabaya.md"
"$python" tests/oracle/plausibility.py --tanggap "$program" >"$work/plausibility.md"
"$python" tests/oracle/complaint_or_not.py --tanggap "$program"

"$python" tests/oracle/history.py --tanggap "$program" --seed 13
"$python" tests/oracle/open311.py --tanggap "$program"
"$python" tests/oracle/leaks.py --tanggap "$program"
"$python" tests/oracle/schema_check.py --tanggap "$program"
"$python" tests/oracle/check.py --tanggap "$program" --territory "$territory" --events "$lines" --seed 11
