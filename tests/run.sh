#!/bin/sh
# Runs one tier of the tests: run.sh core|long|smoke|sites|browser|adoption|clients|model [arguments for pytest]
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

tiers=
folders=
for folder in sites e2e adoption clients model; do
    tiers="$tiers --ignore=tests/$folder"
    folders="$folders tests/$folder"
done
if [ "$tier" = smoke ]; then
    echo "== a few tests of each tier that \`make test\` leaves out:$folders"
    # shellcheck disable=SC2086 # one argument for each tier
    run --something-passes --numprocesses "${JOBS:-2}" --dist loadgroup -m smoke $folders "$@"
    exit "$status"
fi
if [ "$tier" = long ]; then
    echo "== what takes long and shows little that is new: crowds, months, killed ingestions"
    # shellcheck disable=SC2086 # one argument for each tier
    run --numprocesses "${JOBS:-0}" -m long $tiers --ignore=tests/deploy "$@" # a command of its own: make deploy-local
    exit "$status"
fi
if [ "$tier" = core ]; then
    # to collect thousands of tests takes longer than most of these do; the arguments may name files themselves
    timed=$(grep -rl --include='*.py' 'mark\.timed' tests | tr '\n' ' ')
    for given in "$@"; do if [ -e "${given%%::*}" ]; then timed=; fi; done
    echo "== everything but the tiers of their own (make help), then what counts milliseconds"
    # shellcheck disable=SC2086 # one argument for each tier
    run --numprocesses "${JOBS:-3}" --dist loadgroup -m "not long and not timed" $tiers "$@"
    at_once=$status
    # shellcheck disable=SC2086 # as above
    run -m "timed and not long" $tiers ${timed:-} "$@"
    alone=$status
    # the arguments may well ask for tests of one kind only
    if [ "$at_once" -eq "$none_selected" ]; then exit "$alone"; fi
    if [ "$alone" -eq "$none_selected" ]; then exit "$at_once"; fi
    exit "$((at_once > alone ? at_once : alone))"
fi

case "$tier" in
sites) folder=sites jobs=0 does="what seven generators built, and real documentation, is read, stored and found" ;;
browser) folder=e2e jobs=0 does="the demo page and another site's page in a real Chromium, against the whole platform" ;;
adoption) folder=adoption jobs=2 does="databases that real Better Auth servers made are adopted, and both sides work" ;;
clients) folder=clients jobs=0 does="programs that others wrote read what is said of the API, and use it" ;;
model) folder=model jobs=0 does="the real weights that the machine runs give what is published of them" ;;
*)
    echo "There is no tier $tier." >&2
    exit 2
    ;;
esac
echo "== tests/$folder: $does"
run --something-passes --numprocesses "${JOBS:-$jobs}" --dist loadgroup -m "long or not long" "tests/$folder" "$@"
exit "$status"
