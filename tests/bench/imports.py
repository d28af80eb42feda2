"""Where the time of a cold start goes: `make bench-imports` writes tests/bench/results/imports.md.

Every function's zip is loaded by AWS' Python in fresh processes that keep a protocol of their imports
(`-X importtime`), after Lambda's own runtime client, which is there before any function. What counts is the time in
each module itself, without what it imports in turn; of several processes, in turns, the fastest counts for each module:
nothing makes an import faster than it is, other programs make it slower. The protocol itself costs time as well, so the
whole of a cold start is measured by `make bench-cold`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

from infra.bundle import Bundler, Service
from infra.packaging.dependencies import Target
from infra.packaging.interpreter import find_interpreter
from tests.bench.cold import CACHE, runtime_client
from tests.bench.emulated import ALONE, MACHINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RESULTS: Final = Path(__file__).parent / "results"
SHOWN: Final = ("authGetSession", "conversationsList", "chat", "authSignInEmail")
"""Which functions have a column of their own; the page names the rest by their sums."""

DEAREST_OF: Final = "conversationsList"
"""Whose modules are listed one by one."""

LATER: Final = {
    "first batch, http": "shared.db.http",
    "first batch, pooled": "shared.db.pooled",
    "first answer by a model": "shared.answering.generated.author",
    "what that may cost": "shared.model.spending",
}
"""What a function imports with its first request, where it has a database or a model; not in the other figures."""

PARTS: Final = {
    "annotated_types": "pydantic",
    "pydantic_core": "pydantic",
    "typing_inspection": "pydantic",
    "annotated_doc": "fastapi",
    "psycopg_binary": "psycopg",
    "_cffi_backend": "cryptography",
    "functions": "ours",
    "shared": "ours",
    "jmespath": "aws_lambda_powertools",
}
"""Packages that nobody asks for but another one."""

PYTHON: Final = "Python's own library"
LEAST: Final = 0.5
"""Milliseconds; packages below that are not shown."""
OURS: Final = "ours"
MARK: Final = "-- "
LINE: Final = re.compile(r"import time: +(\d+) \| +(\d+) \| ( *)(\S+)$")

PROTOCOL: Final = """
import importlib, json, sys
import awslambdaric.bootstrap
before = set(sys.modules)
for name, module in json.loads(sys.argv[1]).items():
    print("-- " + name, file=sys.stderr, flush=True)
    importlib.import_module(module)
    if name == "handler":
        paths = [str(getattr(sys.modules[each], "__file__", "")) for each in set(sys.modules) - before]
        print(json.dumps(paths))
"""


@dataclass(frozen=True, slots=True)
class Import:
    """A module that was imported.

    Attributes:
        phase: The handler, or one of LATER.
        name: Of the module.
        owner: The package that it belongs to or, for Python's own, the one that was the first to want it.
        milliseconds: In the module itself.
    """

    phase: str
    name: str
    owner: str
    milliseconds: float

    @property
    def package(self) -> str:
        """What it belongs to."""
        return package_of(self.name)


@dataclass(slots=True)
class Profile:
    """What is known of a function: module -> its fastest import, and how many modules come from its zip."""

    imports: dict[tuple[str, str], Import] = field(default_factory=dict[tuple[str, str], Import])
    from_zip: int = 0
    modules: int = 0

    def add(self, imports: Iterable[Import]) -> None:
        """Take in the protocol of a process."""
        for each in imports:
            known = self.imports.get((each.phase, each.name))
            if known is None or each.milliseconds < known.milliseconds:
                self.imports[each.phase, each.name] = each

    def of(self, phase: str) -> list[Import]:
        """The modules of the handler, or of what comes later."""
        return [each for each in self.imports.values() if each.phase == phase]

    def total(self, phase: str = "handler") -> float:
        """Milliseconds."""
        return sum(each.milliseconds for each in self.of(phase))

    def by_package(self) -> Counter[str]:
        """Package -> milliseconds in its own modules."""
        return _sums((each.package, each.milliseconds) for each in self.of("handler"))

    def by_owner(self) -> Counter[str]:
        """The same, with what each was the first to want of Python's library."""
        return _sums((each.owner, each.milliseconds) for each in self.of("handler"))


def package_of(name: str) -> str:
    """The package of a module, as a line of pyproject.toml would name it."""
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top.startswith("_sysconfigdata"):
        return PYTHON
    return PARTS.get(top, top)


def read_protocol(text: str) -> list[Import]:
    """The imports after each mark; children stand before their parents, further to the right."""
    found: list[Import] = []
    for part in text.split(MARK)[1:]:
        phase, _, rest = part.partition("\n")
        lines = [match for match in map(LINE.match, rest.splitlines()) if match]
        ancestors: list[tuple[int, str]] = []
        for match in reversed(lines):
            depth, name = len(match[3]), match[4]
            while ancestors and ancestors[-1][0] >= depth:
                ancestors.pop()
            ancestors.append((depth, name))
            owners = (package_of(each) for _, each in reversed(ancestors))
            owner = next((each for each in owners if each != PYTHON), PYTHON)
            found.append(Import(phase, name, owner, int(match[1]) / 1000))
    return found


def _sums(pairs: Iterable[tuple[str, float]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for name, milliseconds in pairs:
        sums[name] += milliseconds  # pyright: ignore[reportArgumentType] (a Counter of milliseconds adds up as well)
    return sums


def main() -> int:
    """Measure, write the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.imports")
    parser.add_argument("--processes", type=int, default=5, help="of each function")
    parser.add_argument("--functions", nargs="+", help="which ones; all unless given")
    arguments = parser.parse_args()
    processes: int = arguments.processes
    service = Service.read()
    wanted: list[str] = arguments.functions or list(service.handlers)
    load = os.getloadavg()[0]
    python = find_interpreter(service.python)
    if python is None:
        print(f"This needs CPython {service.python}, which serverless.yml names as the runtime.")
        return 2
    target = Target(MACHINES[os.uname().machine], service.python, python)
    with tempfile.TemporaryDirectory() as scratch:
        handlers = {name: service.handlers[name] for name in wanted}
        profiles = _profiles(handlers, target, Path(scratch), processes)
    how = f"the fastest of {processes} processes; load average {load:.1f} before"
    _write(profiles, how if arguments.functions is None else f"{how}; these functions only", target)
    return 0


def _profiles(handlers: Mapping[str, str], target: Target, scratch: Path, processes: int) -> dict[str, Profile]:
    client = runtime_client(target, scratch)
    bundler = Bundler(target, output=scratch / "zips", cache=CACHE)
    profiles = {name: Profile() for name in handlers}
    for name, handler in handlers.items():
        with ZipFile(bundler.build(name, handler).path) as zipped:
            zipped.extractall(scratch / "task" / name)
    for turn in range(processes):
        for name, handler in handlers.items():
            _add(profiles[name], handler, target, scratch / "task" / name, client)
        print(f"{turn + 1} of {processes}", file=sys.stderr)
    return profiles


def _add(profile: Profile, handler: str, target: Target, task: Path, client: Path) -> None:
    phases = {"handler": handler.rpartition(".")[0].replace("/", ".")}
    phases |= {name: module for name, module in LATER.items() if (task / f"{module.replace('.', '/')}.py").exists()}
    words = [str(target.python), *ALONE, "-X", "importtime", "-c", PROTOCOL, json.dumps(phases)]
    variables = {"PYTHONPATH": f"{task}:{client}"}
    done = subprocess.run(words, env=variables, capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    paths: list[str] = json.loads(done.stdout)
    profile.add(read_protocol(done.stderr))
    profile.modules = len(paths)
    profile.from_zip = len([path for path in paths if path.startswith(str(task))])


def _write(profiles: dict[str, Profile], how: str, target: Target) -> None:
    RESULTS.mkdir(exist_ok=True)
    machine = f"{os.cpu_count()} cores, {os.uname().machine}, Python {target.version}"
    written: dict[str, Any] = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": machine,
        "how": how,
        "functions": {name: _as_json(profile) for name, profile in profiles.items()},
    }
    (RESULTS / "imports.json").write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    text = _page(profiles, f"`make bench-imports` on {written['date']}: {machine}; {how}.")
    print(f"\n{text}")
    (RESULTS / "imports.md").write_text(text, "utf-8")


def _as_json(profile: Profile) -> dict[str, Any]:
    imports = sorted(profile.imports.values(), key=lambda each: -each.milliseconds)
    return {
        "milliseconds": round(profile.total(), 2),
        "modules": profile.modules,
        "from_zip": profile.from_zip,
        "packages": {name: round(each, 2) for name, each in profile.by_package().most_common()},
        "with_library": {name: round(each, 2) for name, each in profile.by_owner().most_common()},
        "dearest": {f"{each.phase}: {each.name}": each.milliseconds for each in imports[:40]},
    }


def _page(profiles: dict[str, Profile], told: str) -> str:
    lines = [
        "# What is imported in a cold start",
        "",
        told,
        "Milliseconds of importing each function's own zip, after Lambda's runtime client. `-X importtime` takes some",
        "of them itself: shares are right, sums a little high. In brackets: with what the package is the first to",
        "want of Python's own library.",
        "",
        *_packages({name: profile for name, profile in profiles.items() if name in SHOWN}),
        "",
        *(_dearest(profiles[DEAREST_OF]) if DEAREST_OF in profiles else []),
        "",
        *_functions(profiles),
    ]
    return "\n".join(lines) + "\n"


def _packages(shown: dict[str, Profile]) -> list[str]:
    names = sum((profile.by_owner() for profile in shown.values()), Counter[str]())
    rows = [f"| package | {' | '.join(shown)} |", "|---" * (1 + len(shown)) + "|"]
    for package, milliseconds in names.most_common():
        if milliseconds < LEAST * len(shown):
            break  # what somebody looked for in vain, mostly
        cells = [f"{each.by_package()[package]:.1f} ({each.by_owner()[package]:.1f})" for each in shown.values()]
        rows.append(f"| {package} | {' | '.join(cells)} |")
    totals = " | ".join(f"{each.total():.1f}" for each in shown.values())
    rows.append(f"| **all** | {totals} |")
    for phase in LATER:
        later = " | ".join(f"{each.total(phase):.1f}" for each in shown.values())
        rows.append(f"| *{phase}* | {later} |")
    return rows


def _dearest(profile: Profile) -> list[str]:
    imports = sorted(profile.of("handler"), key=lambda each: -each.milliseconds)[:25]
    total = profile.total()
    return [
        f"The dearest modules of `{DEAREST_OF}`, by themselves:",
        "",
        "| module | wanted by | ms | share |",
        "|---|---|---|---|",
        *(
            f"| `{each.name}` | {each.owner} | {each.milliseconds:.1f} | {each.milliseconds / total:.1%} |"
            for each in imports
        ),
    ]


def _functions(profiles: dict[str, Profile]) -> list[str]:
    return [
        "| function | ms | modules | of them from the zip |",
        "|---|---|---|---|",
        *(
            f"| {name} | {profile.total():.1f} | {profile.modules} | {profile.from_zip} |"
            for name, profile in profiles.items()
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
