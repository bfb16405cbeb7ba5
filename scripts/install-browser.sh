#!/usr/bin/env bash
# Installs what the browser tests and the dashboard build need and this machine lacks: Node.js with npm (fetches the
# locked browser libraries, runs the tests) and Chromium (draws the page). Does nothing where both are already here.
set -euo pipefail

say() { printf '%s\n' "$*"; }

wanted=()
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    say "install-browser: Node.js and npm are missing; the dashboard's locked libraries come through npm, its tests run on node."
    wanted+=(nodejs npm)
fi
if ! command -v chromium >/dev/null && [ -z "${CHROMIUM:-}" ]; then
    say "install-browser: Chromium is missing; the browser tests draw the dashboard in it."
    wanted+=(chromium fonts-noto-core)
fi

if [ ${#wanted[@]} -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
        say "install-browser: this is not Debian or Ubuntu. Install by hand: ${wanted[*]}; then set CHROMIUM to the browser's path." >&2
        exit 1
    fi
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "install-browser: not root and no sudo. Run as root: apt-get install --no-install-recommends ${wanted[*]}" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    say "install-browser: running apt-get install --no-install-recommends ${wanted[*]}"
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
fi

node_major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$node_major" -lt 18 ]; then
    say "install-browser: Node.js $node_major is too old, 18 or newer is needed (https://nodejs.org or NodeSource by hand)." >&2
    exit 1
fi
say "install-browser: node $(node -v), npm $(npm -v 2>/dev/null), $("${CHROMIUM:-chromium}" --version 2>/dev/null || echo 'no chromium')"
