#!/usr/bin/env bash
# Installs what the replay oracle needs and this machine lacks: Python 3.11 or newer, and in an environment of its own the packages
# of tests/oracle/requirements.txt (h3, numpy, polars, shapely). Does nothing where all of it is. The system's Python is not touched.
set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/packages.bash

environment=${TANGGAP_CACHE:-$HOME/.cache/tanggap}/replay-oracle
wanted=tests/oracle/requirements.txt
if cmp -s "$wanted" "$environment/installed.txt" && "$environment/bin/python" -c 'import deltalake, geopandas, h3, numpy, polars, pyarrow, schemathesis, shapely' 2>/dev/null; then
    exit 0
fi

if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    say "python3 with venv is missing: the oracle is an independent computation of what replay must write, in Python"
    install_packages python3 python3-venv
fi
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "$(python3 --version) is too old, 3.11 or newer is needed" >&2
    exit 1
fi

say "the packages of $wanted into $environment"
rm -rf "$environment"
python3 -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
cp "$wanted" "$environment/installed.txt"
