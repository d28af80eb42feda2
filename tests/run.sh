#!/bin/sh
# Runs all tests, JOBS (3) at a time: most of them wait for something most of the time. What counts milliseconds comes
# afterwards, with nothing beside it. Arguments go to pytest.
set -u
cd "$(dirname "$0")/.."

none_selected=5 # pytest's exit status
run() {
    .venv/bin/python -m pytest -q -r sfE "$@" # why tests were skipped is said as well
    status=$?
}

run --numprocesses "${JOBS:-3}" --dist loadgroup -m "not long and not timed" "$@"
at_once=$status
run -m "timed and not long" "$@"
alone=$status

# the arguments may well ask for tests of one kind only
if [ "$at_once" -eq "$none_selected" ]; then exit "$alone"; fi
if [ "$alone" -eq "$none_selected" ]; then exit "$at_once"; fi
exit "$((at_once > alone ? at_once : alone))"
