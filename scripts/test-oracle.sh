#!/usr/bin/env bash
# Holds `tanggap replay` against the independent computation in tests/oracle: a seeded day of the city goes through both, and what they
# write must be equal row by row. First the oracle itself is held against counts made by hand and by brute force.
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
"$python" tests/oracle/check.py --tanggap "$program" --territory "$territory" --events "$lines" --seed 11
