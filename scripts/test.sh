#!/usr/bin/env bash
# Everything CI runs, cheapest first; stops at the first step that fails. Ends with a table of times and one line of counts.
#
# With CI set, a suite that cannot run here (no data, no Kafka, no browser) is a failure; without it the table says so.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${TANGGAP_CACHE:-$HOME/.cache/tanggap}/target}
export RUST_BACKTRACE=${RUST_BACKTRACE:-1}

logs=$(mktemp -d)
table=()
not_run=()
started=$SECONDS
finished=no

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# Adds up the suites' own closing lines: cargo's `test result: ok. 12 passed; 0 failed;`, node's `ℹ pass 12`, unittest's `Ran 12 tests`.
count() {
    cat "$logs/tests" "$logs/examples" "$logs/replay oracle" "$logs/browser" 2>/dev/null | awk -v cargo="$1" -v node="$2" '
        /^test result:/ { for (i = 2; i <= NF; i++) if (index($i, cargo) == 1) sum += $(i - 1) }
        /^Ran [0-9]+ tests? in / && cargo == "passed" { ran = $2 }
        /^OK/ { sum += ran; ran = 0 }
        /^(ℹ|#) / && $2 == node && NF == 3 { sum += $3 }
        END { print sum + 0 }'
}

close() {
    local passed failed
    printf '\n%-34s %8s\n' step min:s
    ((${#table[@]} == 0)) || printf '%s\n' "${table[@]}"
    printf '%-34s %8s\n' all "$(clock $((SECONDS - started)))"
    ((${#not_run[@]} == 0)) || printf 'not run: %s\n' "${not_run[@]}"
    passed=$(count passed pass || true)
    failed=$(count failed fail || true)
    rm -rf "$logs"
    if [ "$finished" = yes ]; then
        printf '%d passed, %d failed\n' "$passed" "$failed"
    else
        printf 'stopped at a failed step: %d passed, %d failed before it ended\n' "$passed" "$failed"
    fi
}
trap close EXIT

step() {
    local name=$1 begun=$SECONDS
    shift
    printf '\n== %s: %s\n' "$name" "$*"
    if ! "$@" 2>&1 | tee "$logs/$name"; then
        table+=("$(printf '%-34s %8s  FAILED' "$name" "$(clock $((SECONDS - begun)))")")
        exit 1
    fi
    table+=("$(printf '%-34s %8s' "$name" "$(clock $((SECONDS - begun)))")")
}

# A step whose failure outside CI only means that a suite is not run.
wish() {
    local name=$1 suite=$2 begun=$SECONDS
    shift 2
    if [ -n "${CI:-}" ]; then
        step "$name" "$@"
        return
    fi
    printf '\n== %s: %s\n' "$name" "$*"
    if ! "$@"; then
        not_run+=("$suite, because $* failed")
        return 1
    fi
    table+=("$(printf '%-34s %8s' "$name" "$(clock $((SECONDS - begun)))")")
}

need_lints() {
    if ! cargo fmt --version || ! cargo clippy --version; then
        echo "rustup's minimal profile leaves them out: rustup component add rustfmt clippy"
        rustup component add rustfmt clippy
    fi
}

check_scripts() {
    local script
    for script in .ci/run scripts/*.sh; do
        bash -n "$script" || return 1
        [ -x "$script" ] || { echo "$script is not executable"; return 1; }
    done
}

if [ ! -d "${TANGGAP_DATA:-}" ]; then
    if [ -n "${CI:-}" ]; then
        echo "TANGGAP_DATA names no directory and ../shared/data is not there: CI needs the real data" >&2
        exit 1
    fi
    not_run+=("the tests on real data, because TANGGAP_DATA names no directory")
fi

step "build tools" scripts/install-build.sh
step "rustfmt and clippy" need_lints
step "scripts" check_scripts
step "format" cargo fmt --all --check
step "crates fetched" cargo fetch --locked --quiet --target "$(rustc -vV | sed -n 's/^host: //p')"
step "tree and licences" scripts/check-tree.sh

browser=yes
wish "Node and Chromium installed" "the browser suite and the dashboard's types" scripts/install-browser.sh || browser=no
if [ "$browser" = yes ]; then
    step "dashboard libraries" scripts/dashboard.sh
    step "dashboard types" npm run --silent --prefix api/dashboard types
fi
wish "Kafka and S3 installed" "the suites on a real Kafka and a real S3 API" scripts/install-servers.sh || true
oracle=yes
wish "Python installed" "the replay oracle" scripts/install-oracle.sh || oracle=no

step "clippy" cargo clippy --release --locked --workspace --all-targets -- -D warnings
step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --workspace
# Programs and tests in one go: the tests start the program, and one choice of features serves both.
step "build" cargo build --release --locked --workspace --bins --tests
# One more than two cores: the suites that start servers wait for them most of the time.
step "tests" env "RUST_TEST_THREADS=${RUST_TEST_THREADS:-3}" cargo test --release --locked --workspace --lib --bins --tests --no-fail-fast
step "examples" cargo test --release --locked --workspace --doc --no-fail-fast
if [ "$oracle" = yes ]; then
    step "replay oracle" scripts/test-oracle.sh
fi
if [ "$browser" = yes ]; then
    step "browser" scripts/test-browser.sh
fi
finished=yes
