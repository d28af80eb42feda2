#!/bin/sh
# Makes .venv with exactly the locked packages (hashes checked). Quick and silent when there is nothing to do.
# PYTHON=... chooses the interpreter; any from 3.11 on will do. Only wheels are installed: what builds a source archive
# fetches programs of its own, which no hash of ours covers. FROM_SOURCE="name ..." names packages that have no wheel for
# this machine and are built all the same.
set -eu
cd "$(dirname "$0")/.."
locked=infra/requirements/dev.txt
stamp=.venv/installed.txt
from_source=${FROM_SOURCE:-}
# the runtime client of AWS has no wheel for macOS
[ "$(uname)" != Darwin ] || from_source="$from_source awslambdaric"
wheels="--only-binary=:all:"
for name in $from_source; do wheels="$wheels --no-binary=$name"; done

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

can_make_environments() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

identity() {
    "$1" -c 'import sys; print(sys.base_prefix, sys.version)'
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or newer."
        can_make_environments "$PYTHON" || fail "PYTHON=$PYTHON has no venv module (Debian: apt install python3-venv)."
        echo "$PYTHON"
        return
    fi
    bare=
    for candidate in python3.13 python3.12 python3.11 python3; do
        is_new_enough "$candidate" || continue
        if can_make_environments "$candidate"; then
            echo "$candidate"
            return
        fi
        bare=$candidate
    done
    [ -z "$bare" ] || fail "$bare has no venv module. On Debian and Ubuntu: apt install python3-venv"
    fail "Python 3.11 or newer is needed, and none was found. PYTHON=/path/to/python3 names one that is not in PATH."
}

fail() {
    echo "$1" >&2
    exit 1
}

pip_install() {
    # shellcheck disable=SC2086 # one word for each package
    .venv/bin/python -m pip -qq --disable-pip-version-check install --require-hashes --no-deps $wheels -r "$1"
}

lock_of() {
    awk -v name="$1" 'index($0, name "==") == 1 { on = 1; print; next } /^[^ ]/ { on = 0 } on' "$locked" >".venv/$1.txt"
}

# First pip itself: what Python brought is years old, and this one also builds the zips. Then uv, which installs the others
# four times as fast.
install_installers() {
    for name in pip uv; do
        lock_of "$name"
        pip_install ".venv/$name.txt"
    done
}

is_up_to_date() {
    cmp -s "$locked" "$stamp" && is_new_enough .venv/bin/python || return 1
    [ -z "${PYTHON:-}" ] || [ "$(identity "$PYTHON")" = "$(identity .venv/bin/python)" ]
}

if is_up_to_date; then
    exit 0
fi
python=$(find_python)
if ! is_new_enough .venv/bin/python || [ "$(identity "$python")" != "$(identity .venv/bin/python)" ]; then
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi
echo "Installing $(grep -c '^[a-z0-9]' "$locked") locked Python packages into .venv"
install_installers
# shellcheck disable=SC2086 # as above
if ! .venv/bin/python -m uv pip install -q --system-certs --compile-bytecode --require-hashes --no-deps $wheels -r "$locked"; then
    echo "uv does not read the configuration of pip. Trying again with pip, which takes longer."
    pip_install "$locked"
fi
cp "$locked" "$stamp"
