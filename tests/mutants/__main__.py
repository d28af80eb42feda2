"""Changes modules in many small ways and says which changes no test notices: `make mutants FILES=shared/db/http.py`."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from tests.mutants.copies import PASSED, Copy, copied
from tests.mutants.equivalent import reasons
from tests.mutants.mutations import Mutation, mutations
from tests.mutants.selection import close_tests, room_tests

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT: Final = Path(__file__).resolve().parents[2]
LONGEST_SECONDS: Final = 900.0


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one module, and the tests that should notice it, in the order in which they are asked."""

    module: str
    mutation: Mutation
    stages: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return f"{self.module}:{self.mutation.line}: {self.mutation.change}"


def main() -> int:
    """Try the mutants of the modules that were named; 1 when too many live on."""
    arguments = _arguments()
    mutants = [mutant for module in arguments.files for mutant in _mutants_of(module, arguments)]
    known = reasons()
    with ExitStack() as stack:
        copies = [stack.enter_context(copied(PROJECT)) for _ in range(arguments.jobs)]
        if not _healthy(copies[0], mutants):
            return 2
        verdicts = _tried(copies, mutants)
    counted = Counter(verdicts.values())
    survivors = [mutant for mutant, verdict in verdicts.items() if verdict == "survived"]
    equivalent = [each for each in survivors if (each.module, each.mutation.change) in known]
    gaps = [each for each in survivors if each not in equivalent]
    for each in gaps:
        print(f"SURVIVED {each}")
    share = len(gaps) / max(1, len(mutants) - len(equivalent))
    print(
        f"{len(mutants)} mutants: {counted['noticed']} noticed, {len(equivalent)} equivalent for a known reason,"
        f" {len(gaps)} survived ({share:.1%}; {arguments.survivors:.0%} are allowed)"
    )
    return int(share > arguments.survivors)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a module, as a path from the project's root")
    parser.add_argument("--most", type=int, default=40, help="mutants of each module, chosen at random (40)")
    parser.add_argument("--seed", type=int, default=1, help="of that choice (1)")
    parser.add_argument("--jobs", type=int, default=2, help="how many are tried at once, each in a copy of its own (2)")
    parser.add_argument("--survivors", type=float, default=0.05, help="the share that may survive (0.05)")
    parser.add_argument("--tests", nargs="+", default=[], help="instead of the tests that fit")
    return parser.parse_args()


def _mutants_of(module: str, arguments: argparse.Namespace) -> list[Mutant]:
    """Some of a module's mutants, the same ones for the same seed."""
    found = list(mutations((PROJECT / module).read_text("utf-8")))
    chosen = random.Random(arguments.seed).sample(found, min(arguments.most, len(found)))  # noqa: S311 (no secret)
    stages = _stages(module, arguments.tests)
    if not stages:
        sys.exit(f"No test fits {module}: name some with --tests.")
    files = ", then ".join(str(len(stage)) for stage in stages)
    print(f"{module}: {len(chosen)} of {len(found)} mutants, by {files} test files")
    return [Mutant(module, mutation, stages) for mutation in sorted(chosen, key=lambda each: each.line)]


def _stages(module: str, named: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    if named:
        return (tuple(named),)
    close = close_tests(PROJECT, module)
    further = [each for each in room_tests(PROJECT, module) if each not in close]
    return tuple(tuple(stage) for stage in (close, further) if stage)


def _healthy(copy: Copy, mutants: Sequence[Mutant]) -> bool:
    """Whether the tests pass while nothing is changed: else they would seem to notice everything."""
    for stage in dict.fromkeys(stage for mutant in mutants for stage in mutant.stages):
        outcome = copy.run(stage, LONGEST_SECONDS)
        if outcome.status != PASSED:
            print(f"Without any change these do not pass: {' '.join(stage)}\n{outcome.said}")
            return False
    return True


def _tried(copies: Sequence[Copy], mutants: Sequence[Mutant]) -> dict[Mutant, str]:
    """Each mutant and whether it was noticed."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def attempt(mutant: Mutant) -> str:
        copy, began = free.get(), time.monotonic()
        try:
            verdict = _verdict(copy, mutant)
        finally:
            free.put(copy)
        print(f"{verdict} {time.monotonic() - began:.0f} s {mutant}", flush=True)
        return verdict

    with ThreadPoolExecutor(len(copies)) as threads:
        return dict(zip(mutants, threads.map(attempt, mutants), strict=True))


def _verdict(copy: Copy, mutant: Mutant) -> str:
    with copy.changed(mutant.module, mutant.mutation.text):
        noticed = any(copy.run(stage, LONGEST_SECONDS).notices for stage in mutant.stages)
    return "noticed" if noticed else "survived"


if __name__ == "__main__":
    sys.exit(main())
