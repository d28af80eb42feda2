"""`make bench-ingestion`: how well each generator's site is read, beside the Markdown reader on the same sources."""

from __future__ import annotations

import sys
import time

from tests.sites.generators import GENERATORS
from tests.sites.scores import Score, score, score_markdown


def row(made: Score, seconds: float = 0.0) -> str:
    """One line of the table."""
    dead = f"{len(made.dead_addresses)} | {len(made.dead_anchors)} | {made.secrets}"
    words = (
        f"{made.kept:.2f} | {made.foreign:.2f} | {seconds * 1000 / max(1, made.pages):.0f}"
        if made.kept
        else "- | - | -"
    )
    return f"| {made.name} | {made.pages} | {made.passages} | {dead} | {words} |"


def main() -> int:
    """Print the table; fails if a goal is missed."""
    print("| site | pages | passages | dead addresses | dead anchors | hidden | kept % | foreign % | ms a page |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    missed: list[str] = []
    for generator in GENERATORS:
        folder = generator.built()
        started = time.perf_counter()
        made = score(generator, folder)
        print(row(made, time.perf_counter() - started), flush=True)
        print(row(score_markdown(generator, folder)), flush=True)
        perfect = not made.dead_addresses and not made.dead_anchors and not made.secrets
        missed += [] if perfect and made.kept >= 99 and made.foreign <= 0.5 else [generator.name]
    print(f"{len(GENERATORS)} generators, {len(missed)} goals missed{': ' if missed else ''}{', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
