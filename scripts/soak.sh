#!/usr/bin/env bash
# Soak: a city under load on a real Kafka while processes, broker, network, disk and clock fail at random, and held against a batch over its
# whole log at the end. Ends with a table for tests/README.md.
#
#   scripts/soak.sh [MINUTES] [SEED]        an hour, and a seed by chance
#
# The disk is a file system in memory, in a mount namespace of its own, that is made too small now and then; it goes with the run. Where the
# machine allows no such namespace the size of files is limited instead (EFBIG in the table, not ENOSPC).
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${TANGGAP_CACHE:-$HOME/.cache/tanggap}/target}
export TANGGAP_SOAK_MINUTES=${1:-60}
export TANGGAP_SOAK_SEED=${2:-$((RANDOM * 32768 + RANDOM))}

scripts/install-servers.sh
cargo build --release --locked --workspace --bins --tests

disk=$(mktemp -d)
trap 'rmdir "$disk"' EXIT
soak=(cargo test --release --locked --workspace --test durable -- --nocapture soak::ordeal)
for apart in "unshare --mount" "unshare --map-root-user --mount"; do
    # In words of its own, on purpose: a command and its options.
    if $apart mount -t tmpfs tmpfs "$disk" 2>/dev/null; then
        export TANGGAP_SOAK_DISK=$disk
        # shellcheck disable=SC2016
        soak=($apart bash -c 'mount -t tmpfs -o size=4g,mode=700 tmpfs "$TANGGAP_SOAK_DISK" && exec "$@"' soak "${soak[@]}")
        break
    fi
done
if [ -z "${TANGGAP_SOAK_DISK:-}" ]; then
    echo "soak: NOT RUN: a file system without space (no mount namespace here); files are limited instead" >&2
fi
echo "soak: $TANGGAP_SOAK_MINUTES minutes, seed $TANGGAP_SOAK_SEED"
"${soak[@]}"
