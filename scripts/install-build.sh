#!/usr/bin/env bash
# Installs what `cargo build` needs and this machine lacks: a C and a C++ compiler, make, pkg-config and OpenSSL's headers. Checks that
# Rust is here and new enough. Does nothing where all of it is.
set -euo pipefail

# Where rustup puts cargo, for a shell that has not been opened again since.
PATH=$PATH:${HOME:-/}/.cargo/bin

. "$(dirname "$0")/packages.bash"

wanted=()
need() {
    local program=$1 package=$2 why=$3
    if ! command -v "$program" >/dev/null; then
        say "$program is missing: $why"
        wanted+=("$package")
    fi
}

need cc gcc "rustc links with it, and SQLite (embedded broker) and librdkafka (Kafka) are C"
need c++ g++ "librdkafka's configure asks for a C++ compiler"
need make make "librdkafka is built by configure and make, and so is this project"
need pkg-config pkg-config "it finds libraries that are already installed"
need git git "the tests look at the tracked files"
# The headers come apart from the compiler where recommended packages are left out.
if ! command -v cc >/dev/null; then
    wanted+=(libc6-dev)
elif ! printf '#include <stdlib.h>\n' | cc -E - >/dev/null 2>&1; then
    say "the C library's headers are missing: C code cannot be compiled without them"
    wanted+=(libc6-dev)
fi

# Who names another OpenSSL (openssl-sys knows these variables) has its headers.
if [ -z "${OPENSSL_DIR:-}${OPENSSL_INCLUDE_DIR:-}" ] && ! pkg-config --exists 'openssl >= 1.1.1' 2>/dev/null; then
    say "OpenSSL's headers are missing: librdkafka speaks TLS to Kafka with it, and signs in by SCRAM"
    wanted+=(libssl-dev)
fi

if [ ${#wanted[@]} -gt 0 ]; then
    install_packages "${wanted[@]}"
fi

if ! command -v cargo >/dev/null; then
    say "Rust is missing: install it with rustup (https://rustup.rs), open a new shell and run this again" >&2
    exit 1
fi
least=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$(dirname "$0")/../Cargo.toml")
have=$(rustc --version | cut -d ' ' -f 2)
if [ "$(printf '%s\n' "$least" "${have%%-*}" | sort -V | head -n 1)" != "$least" ]; then
    say "Rust $have is too old, $least or newer is needed: rustup update stable" >&2
    exit 1
fi
say "$(rustc --version | cut -d ' ' -f 1-2), $(cc --version | head -n 1), $(make --version | head -n 1)"
