#!/bin/sh
# Runs one tier of the tests: run.sh core|long|smoke|deploy|ingestion|platform|sites|browser|adoption|clients|model
# [arguments for pytest]
#
# JOBS tests at a time: most of them wait for something most of the time. What counts milliseconds comes afterwards, with
# nothing beside it. BUSY=2 keeps two processors busy meanwhile, as a machine does that is shared: all must hold then, too.
set -u
cd "$(dirname "$0")/.."
tier=$1
shift

busy=
trap 'test -z "$busy" || kill $busy' EXIT
trap 'exit 130' INT TERM
while [ "${BUSY:-0}" -gt "$(echo "$busy" | wc -w)" ]; do
    while kill -0 $$; do :; done 2>/dev/null & # ends with this script, however that ends
    busy="$busy $!"
done

none_selected=5 # pytest's exit status
run() {
    .venv/bin/python -m pytest -q -r sfE "$@" # why tests were skipped is said as well
    status=$?
}

# The folders of each tier. All others are of the core: what a function runs, and the data it runs on (CONTRIBUTING.md).
tiers="deploy ingestion platform sites browser adoption clients model"
folders_of() {
    case "$1" in
    deploy) echo tests/package tests/deploy ;;
    ingestion) echo tests/unit/ingestion tests/integration/ingestion tests/unit/qdrant tests/contract/qdrant ;;
    platform) echo tests/unit/gateway tests/unit/local tests/integration/platform tests/unit/bench tests/unit/mutants ;;
    browser) echo tests/e2e ;;
    sites | adoption | clients | model) echo "tests/$1" ;;
    *) return 1 ;;
    esac
}
outside=
for each in $tiers; do
    for folder in $(folders_of "$each"); do outside="$outside --ignore=$folder"; done
done

if [ "$tier" = smoke ]; then
    echo "== a few tests of each tier that \`make test\` leaves out: $tiers"
    files=
    for each in $tiers; do
        # shellcheck disable=SC2046 # one argument for each folder
        marked=$(grep -rl --include='test_*.py' 'mark\.smoke' $(folders_of "$each") | tr '\n' ' ')
        test -n "$marked" || { echo "No test of the tier $each is marked as one of a few." >&2 && exit 1; }
        files="$files $marked"
    done
    # shellcheck disable=SC2086 # one argument for each file
    run --something-passes --numprocesses "${JOBS:-2}" --dist loadgroup -m smoke $files "$@"
    exit "$status"
fi
if [ "$tier" = long ]; then
    echo "== what takes long and shows little that is new: crowds, months, outages in every way"
    # shellcheck disable=SC2086 # one argument for each folder
    run --numprocesses "${JOBS:-0}" -m long $outside "$@"
    exit "$status"
fi
if [ "$tier" = core ]; then
    # to collect thousands of tests takes longer than most of these do; the arguments may name files themselves
    timed=$(grep -rl --include='*.py' 'mark\.timed' tests | tr '\n' ' ')
    for given in "$@"; do if [ -e "${given%%::*}" ]; then timed=; fi; done
    echo "== everything but the tiers of their own (make help), then what counts milliseconds"
    # shellcheck disable=SC2086 # one argument for each folder
    run --numprocesses "${JOBS:-3}" --dist loadgroup -m "not long and not timed" $outside "$@"
    at_once=$status
    # shellcheck disable=SC2086 # as above
    run -m "timed and not long" $outside ${timed:-} "$@"
    alone=$status
    # the arguments may well ask for tests of one kind only
    if [ "$at_once" -eq "$none_selected" ]; then exit "$alone"; fi
    if [ "$alone" -eq "$none_selected" ]; then exit "$at_once"; fi
    exit "$((at_once > alone ? at_once : alone))"
fi

jobs=0
case "$tier" in
deploy) does="the zips work alone, and what osls makes of serverless.yml may do what it must and no more" ;;
ingestion) jobs=2 does="documentation is read, stored and found; the stand-in for Qdrant is as Qdrant" ;;
platform) jobs=2 does="the platform on one machine starts, stops and survives; so do its tools" ;;
sites) does="what seven generators built, and real documentation, is read, stored and found" ;;
browser) does="the demo page and another site's page in a real Chromium, against the whole platform" ;;
adoption) jobs=2 does="databases that real Better Auth servers made are adopted, and both sides work" ;;
clients) does="programs that others wrote read what is said of the API, and use it" ;;
model) does="the real weights that the machine runs give what is published of them" ;;
*)
    echo "There is no tier $tier." >&2
    exit 2
    ;;
esac
# shellcheck disable=SC2046 # one argument for each folder
echo "==" $(folders_of "$tier"): "$does"
# shellcheck disable=SC2046 # as above
run --something-passes --numprocesses "${JOBS:-$jobs}" --dist loadgroup -m "long or not long" $(folders_of "$tier") "$@"
exit "$status"
