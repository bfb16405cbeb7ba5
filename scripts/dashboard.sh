#!/usr/bin/env bash
# Fetches the dashboard's browser libraries, exactly those of package-lock.json, for the next build to embed. Installs Node.js
# where it is missing. With --optional it only warns when that cannot be done: the program is built without them and its page
# says what to run.
set -euo pipefail
cd "$(dirname "$0")/.."

optional=${1:-}

give_up() {
    printf 'dashboard: %s\n' "$1" >&2
    if [ "$optional" = --optional ]; then
        echo "dashboard: going on without the map; install Node.js 18 or newer with npm and run \`make dashboard\` to have it" >&2
        exit 0
    fi
    exit 1
}

folder=api/dashboard
[ -f "$folder/package-lock.json" ] || give_up "$folder/package-lock.json is missing"
if [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then
    exit 0
fi
if ! command -v npm >/dev/null; then
    # Only Node.js is wanted here; the browser is for the tests.
    CHROMIUM=${CHROMIUM:-none} scripts/install-browser.sh || give_up "Node.js could not be installed"
fi
echo "dashboard: npm ci in $folder, the libraries of package-lock.json"
npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error || give_up "npm ci failed"
