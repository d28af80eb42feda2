#!/bin/sh
# Installs the programs that only Debian packages bring, where it may: PgBouncer and Chromium, for tests alone.
# Quick and silent when they are there; where it may not, it says what will skip. In CI nothing may be missing.
set -eu
cd "$(dirname "$0")/.."
tried=.venv/system.txt
PATH=$PATH:/usr/sbin:/usr/local/sbin

missing() {
    for program in pgbouncer chromium; do
        has "$program" || printf '%s ' "$program"
    done
}

# Chromium's shell is the same engine without windows, which shows a page in a third of the time
has() {
    command -v "$1" >/dev/null || { [ "$1" = chromium ] && command -v chromium-headless-shell >/dev/null; }
}

install() {
    echo "Installing $1 (for the tests)"
    if [ "$1" = chromium ] && fetch chromium-headless-shell; then
        return
    fi
    fetch "$1"
}

fetch() {
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 \
        install --no-install-recommends -y "$1" >/dev/null 2>&1
}

say_what_is_missing() {
    echo "Not installed: $wanted- the tests that need them will skip"
    [ -z "${CI:-}" ] || exit 1
}

wanted=$(missing)
if [ -z "$wanted" ]; then
    exit 0
fi
if [ -z "${CI:-}" ] && [ "$(cat "$tried" 2>/dev/null)" = "$wanted" ]; then
    say_what_is_missing # it could not be installed the last time; make clean forgets that
    exit 0
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
    sudo='sudo -n'
fi
if command -v apt-get >/dev/null && { [ -z "$sudo" ] || sudo -n true 2>/dev/null; }; then
    $sudo apt-get -qq update >/dev/null 2>&1 || true
    for package in $wanted; do
        install "$package" || true
        # the package starts a pooler of its own, which nobody asked for
        if [ "$package" = pgbouncer ] && [ -d /run/systemd/system ]; then
            $sudo systemctl --quiet disable --now pgbouncer || true
        fi
    done
fi
wanted=$(missing)
if [ -n "$wanted" ]; then
    if [ -d .venv ]; then
        echo "$wanted" >"$tried"
    fi
    say_what_is_missing
fi
