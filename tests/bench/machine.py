"""The machine that measured, and what every measurement says about its own noise."""

from __future__ import annotations

import math
import os
import platform
import statistics
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RESULTS: Final = Path(__file__).with_name("results")


def machine() -> str:
    """What ran it, and when."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.machine()}, Python {platform.python_version()}, "
        f"{datetime.now(UTC):%Y-%m-%d}"
    )


def spread(values: Iterable[float]) -> tuple[float, float, float]:
    """Least, median and most."""
    known = list(values)
    return round(min(known), 3), round(statistics.median(known), 3), round(max(known), 3)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of all are not above (nearest rank); 0 where there are none."""
    if not ordered:
        return 0.0
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
