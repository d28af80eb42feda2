#!/bin/sh
# Installs the locked npm packages: the type checker, the deploy command line, the clients that tests hold us to.
# Quick and silent when there is nothing to do; without npm it says what will be missing.
set -eu
cd "$(dirname "$0")/.."
stamp=node_modules/installed.json

if cmp -s package-lock.json "$stamp"; then
    exit 0
fi
if ! command -v npm >/dev/null; then
    echo "npm is not installed: tests that need it will skip, and make lint cannot check types"
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi
echo "Installing the locked npm packages into node_modules"
# no package may run a program while it is installed: none here needs to
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json "$stamp"
