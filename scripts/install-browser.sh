#!/usr/bin/env bash
# Installs what the browser tests and the dashboard build need and this machine lacks: Node.js with npm (fetches the
# locked browser libraries, runs the tests) and Chromium (draws the page). Does nothing where both are already here.
set -euo pipefail

. "$(dirname "$0")/packages.bash"

wanted=()
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    say "Node.js and npm are missing; the dashboard's locked libraries come through npm, its tests run on node."
    wanted+=(nodejs npm)
fi
if ! command -v chromium >/dev/null && [ -z "${CHROMIUM:-}" ]; then
    say "Chromium is missing; the browser tests draw the dashboard in it."
    wanted+=(chromium fonts-noto-core)
fi

if [ ${#wanted[@]} -gt 0 ]; then
    install_packages "${wanted[@]}"
fi

node_major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$node_major" -lt 18 ]; then
    say "Node.js $node_major is too old, 18 or newer is needed (https://nodejs.org or NodeSource by hand)." >&2
    exit 1
fi
say "node $(node -v), npm $(npm -v 2>/dev/null), $("${CHROMIUM:-chromium}" --version 2>/dev/null || echo 'no chromium')"
