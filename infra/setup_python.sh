#!/bin/sh
# Makes .venv with exactly the locked packages (hashes checked). Quick and silent when there is nothing to do.
# PYTHON=... chooses the interpreter; any from 3.11 on will do.
set -eu
cd "$(dirname "$0")/.."
locked=infra/requirements/dev.txt
stamp=.venv/installed.txt

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
    .venv/bin/python -m pip -qq --disable-pip-version-check install --require-hashes --no-deps -r "$1"
}

# uv installs the others four times as fast as pip does.
install_uv() {
    awk '/^uv==/ { on = 1; print; next } /^[^ ]/ { on = 0 } on' "$locked" >.venv/uv.txt
    pip_install .venv/uv.txt
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
install_uv
if ! .venv/bin/python -m uv pip install -q --system-certs --compile-bytecode --require-hashes --no-deps -r "$locked"; then
    echo "uv does not read the configuration of pip. Trying again with pip, which takes longer."
    pip_install "$locked"
fi
cp "$locked" "$stamp"
