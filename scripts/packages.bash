# Read by the install scripts, not run: how they speak and how packages of Debian and Ubuntu are installed.

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*"; }

# install_packages PACKAGE…: as root, or by sudo after saying so; elsewhere says what to install by hand and ends.
install_packages() {
    local by_hand="apt-get install --no-install-recommends $*" as_root=()
    if ! command -v apt-get >/dev/null; then
        say "this is not Debian or Ubuntu; install by hand what these packages are called there: $*" >&2
        exit 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "not root and no sudo; run as root: $by_hand" >&2
            exit 1
        fi
        say "not root: sudo will run the next command and may ask for your password"
        as_root=(sudo)
    fi
    say "running $by_hand"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
