#!/usr/bin/env bash
# One arrow, known licences, one-way crates, no machine's paths: tests/tests/tree.rs, compiled alone, so that it fails in seconds
# and not after the build. `cargo test` runs it again.
set -euo pipefail
cd "$(dirname "$0")/.."

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
export CARGO_MANIFEST_DIR=$PWD/tests
rustc --edition 2024 --test tests/tests/tree.rs -o "$build/tree"
"$build/tree" --show-output
