"""One small zip a function: `python -m infra.bundle [NAME ...]` writes build/NAME.zip for functions of serverless.yml.

A zip holds those of the project's modules that the function's imports reach, the smallest dependency group that has
the rest, and byte code for AWS' Python. The same sources give the same bytes, so a deployment changes what was changed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from infra.packaging.archive import add_files, appeared_whole
from infra.packaging.dependencies import PLATFORMS, Target, smallest_group
from infra.packaging.import_graph import reach
from infra.packaging.interpreter import find_interpreter
from infra.packaging.made import Made
from infra.packaging.own_files import own_files

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).resolve().parent.parent

LARGEST = 13_250_000
"""Bytes. Our own budget, so that nothing large slips in; Lambda takes 50 MB in a request
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


@dataclass(frozen=True, slots=True)
class Service:
    """What this program needs to know from serverless.yml.

    Attributes:
        handlers: Handler by function name, as `functions/chat/ask.handler`.
        python: Version of the runtime, such as `3.13`.
        architecture: Default of the parameter of that name.
    """

    handlers: dict[str, str]
    python: str
    architecture: str

    @classmethod
    def read(cls, root: Path = PROJECT) -> Service:
        """Read serverless.yml below `root`; variables in it are not resolved, and none stands where we look."""
        written: dict[str, Any] = yaml.load((root / "serverless.yml").read_bytes(), Loader=yaml.CSafeLoader)
        return cls(
            handlers={name: function["handler"] for name, function in written["functions"].items()},
            python=written["provider"]["runtime"].removeprefix("python"),
            architecture=written["params"]["default"]["architecture"],
        )


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip that was built."""

    name: str
    group: str
    path: Path
    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Bundler:
    """Builds zips of one project for one target.

    Attributes:
        target: What the zips are for.
        root: Folder of the project: serverless.yml, functions/, shared/, infra/requirements/.
        output: Folder that receives the zips.
        cache: Folder that keeps the dependency groups and byte code.
        largest: The most bytes that a zip may have.
    """

    target: Target
    root: Path = PROJECT
    output: Path = PROJECT / "build"
    cache: Path = PROJECT / "build" / "groups"
    largest: int = LARGEST

    def build(self, name: str, handler: str) -> Bundle:
        """Build the zip of the function `name`.

        Raises:
            LookupError: The function imports something that neither the project nor a dependency group has.
            ValueError: The zip came out larger than `largest`.
        """
        began = time.perf_counter()
        reached = reach(self.root, handler.rpartition(".")[0].replace("/", "."))
        group, dependencies = smallest_group(
            self.root / "infra" / "requirements", reached.packages, self.target, self.cache
        )
        path = self.output / f"{name}.zip"
        made = Made(path, dependencies, own_files(self.root, reached.files, self.target, self.cache / "own"))
        if not made.is_still_there() or path.stat().st_size > self.largest:
            self._write(made)
        size = path.stat().st_size
        return Bundle(name, group, path, size, time.perf_counter() - began)

    def _write(self, made: Made) -> None:
        with appeared_whole(made.path) as archive:
            shutil.copyfile(made.dependencies, archive)
            add_files(archive, made.own)
            size = archive.stat().st_size
            if size > self.largest:
                raise ValueError(
                    f"{made.path.name} would have {size:,} bytes, and {self.largest:,} is the most that is allowed"
                )
        made.note()


def main(words: Sequence[str] | None = None) -> int:
    """Build the named functions, or all; returns the exit status."""
    service = Service.read()
    arguments = _arguments(service, words)
    python = find_interpreter(service.python)
    if python is None:
        _complain(f"no CPython {service.python} here: zips without byte code, so that cold starts take twice as long")
    bundler = Bundler(Target(arguments.architecture, service.python, python), output=arguments.output)
    began = time.perf_counter()
    sizes: list[int] = []
    for name in arguments.names or service.handlers:
        try:
            built = bundler.build(name, service.handlers[name])
        except (LookupError, ValueError, subprocess.CalledProcessError) as error:
            _complain(f"{name}: {error}")
            return 1
        sizes.append(built.size)
        print(f"{name:<22} {built.group:<9} {built.size / 1e6:6.2f} MB {built.seconds:5.1f} s")
    largest = max(sizes) / 1e6
    print(f"{len(sizes)} zips in {bundler.output}, largest {largest:.2f} MB, {time.perf_counter() - began:.1f} s")
    return 0


def _arguments(service: Service, words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.bundle", description="Build one zip a function.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a function of serverless.yml; all unless named")
    parser.add_argument("--architecture", choices=sorted(PLATFORMS), default=service.architecture)
    parser.add_argument("--output", type=Path, default=PROJECT / "build", help="folder for the zips (build/)")
    arguments = parser.parse_args(words)
    unknown = [name for name in arguments.names if name not in service.handlers]
    if unknown:
        parser.error(f"serverless.yml has no function {', '.join(unknown)}")
    return arguments


def _complain(text: str) -> None:
    print(f"infra.bundle: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
