#!/usr/bin/env bash
# Drives the dashboard of a running `tanggap demo` in headless Chromium: tests/browser/ with node. The program gets a temporary
# data directory and ports of its own, and is stopped at the end.
#
# TANGGAP_BIN        the program (default: the release build)
# TANGGAP_BURST_CMD  how reports of a burst reach the broker (default: scripts/burst.sh)
set -euo pipefail
cd "$(dirname "$0")/.."

program=${TANGGAP_BIN:-${CARGO_TARGET_DIR:-$PWD/target}/release/tanggap}
work=$(mktemp -d)
demo=

stop() {
    local status=$?
    if [ -n "$demo" ] && kill -0 "$demo" 2>/dev/null; then
        kill -TERM "$demo"
        wait "$demo" || true
    fi
    if [ "$status" -ne 0 ] && [ -s "$work/demo.log" ]; then
        echo "test-browser: the end of the program's log:" >&2
        tail -n 40 "$work/demo.log" >&2
    fi
    rm -rf "$work"
}
trap stop EXIT

if [ ! -x "$program" ]; then
    echo "test-browser: $program is missing; run \`make build\`" >&2
    exit 1
fi
if [ ! tests/browser/node_modules/.package-lock.json -nt tests/browser/package-lock.json ]; then
    echo "test-browser: npm ci in tests/browser"
    npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
fi

# Two free ports. Somebody may take one before the program does; then it says so and the test fails.
read -r http_port broker_port < <(node -e '
const { createServer } = require("node:net");
const servers = [createServer(), createServer()];
Promise.all(servers.map((server) => new Promise((done) => server.listen(0, "127.0.0.1", done)))).then(() => {
  console.log(servers.map((server) => server.address().port).join(" "));
  for (const server of servers) server.close();
});')
url=http://127.0.0.1:$http_port
brokers=127.0.0.1:$broker_port

# Variables of ours would be taken for settings by the program.
env -u TANGGAP_BIN -u TANGGAP_BURST_CMD "$program" demo --listen "127.0.0.1:$http_port" --broker-listen "$brokers" \
    --data-dir "$work/data" --seed 7 >"$work/demo.log" 2>&1 &
demo=$!
ready=no
for _ in $(seq 600); do
    if node -e 'fetch(process.argv[1]).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))' "$url/readyz"; then
        ready=yes
        break
    fi
    if ! kill -0 "$demo" 2>/dev/null; then
        echo "test-browser: the program ended before it served" >&2
        exit 1
    fi
    sleep 0.2
done
if [ "$ready" = no ]; then
    echo "test-browser: the program did not serve within two minutes" >&2
    exit 1
fi
echo "test-browser: the program serves at $url, its broker at $brokers"

export TANGGAP_URL=$url TANGGAP_BROKERS=$brokers TANGGAP_BIN=$program
export TANGGAP_BURST_CMD=${TANGGAP_BURST_CMD:-$PWD/scripts/burst.sh}
cd tests/browser
node --test --test-reporter=spec
