#!/bin/sh
# Makes build/<tool>-venv with exactly the packages that infra/requirements/<tool>.txt locks (hashes checked).
# A tool gets an environment of its own where its needs would clash with ours, and where it runs functions itself: it must
# then be the Python that AWS runs them with. Quick and silent when there is nothing to do.
set -eu
cd "$(dirname "$0")/.."
tool=$1
locked=infra/requirements/$tool.txt
environment=build/$tool-venv
stamp=$environment/installed.txt

if cmp -s "$locked" "$stamp"; then
    exit 0
fi
find='from infra.bundle import Service; from infra.packaging.interpreter import find_interpreter; print(find_interpreter(Service.read().python) or "")'
python=$(.venv/bin/python -c "$find")
if [ -z "$python" ]; then
    echo "This needs the Python that serverless.yml names as its runtime, and none was found (pyenv, uv or PATH)." >&2
    exit 1
fi
echo "Installing $(grep -c '^[a-z0-9]' "$locked") locked Python packages into $environment"
rm -rf "$environment"
# without a pip of its own, which would be as old as that Python
"$python" -m venv --without-pip "$environment"
.venv/bin/python -m pip -qq --disable-pip-version-check --python "$environment/bin/python" \
    install --require-hashes --no-deps --only-binary=:all: -r "$locked"
cp "$locked" "$stamp"
