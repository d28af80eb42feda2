"""Figures of a load test: percentiles with their noise, connections over time, and who kept the processors busy."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from tests.bench.machine import percentile, spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.observed import Answer, Batch
    from tests.bench.samples import Sample

SLICES: Final = 5
HISTORY: Final = ("list", "open", "search history")


def summary(came: list[Answer], ran: list[Batch], window: tuple[float, float]) -> dict[str, Any]:
    """Percentiles of requests and batches, and errors, within the window; cold starts apart, those before it, too."""
    found = [each for each in came if window[0] <= each.at]
    warm = [each for each in found if not each.cold]
    cold = sorted(each.milliseconds for each in came if each.cold)
    within = sum(each.cold for each in found)
    names = sorted({each.name for each in warm})
    routes = sorted({each.route for each in ran})
    return {
        "requests": {
            "all": _spread_of(warm, window),
            "history": _spread_of([each for each in warm if each.name in HISTORY], window),
            **{name: _spread_of([each for each in warm if each.name == name], window) for name in names},
        },
        "server": {
            name: _percentiles([each.inside for each in warm if each.name == name and not each.error]) for name in names
        },
        "batches": {
            "all": _spread_of(ran, window),
            **{route: _spread_of([each for each in ran if each.route == route], window) for route in routes},
        },
        "retried": sum(each.retried for each in ran),
        "errors": sorted({f"{each.name}: {each.error}" for each in found if each.error}),
        "error count": sum(1 for each in found if each.error),
        "cold": {"count": len(cold), "within": within, "p50": percentile(cold, 0.5), "max": percentile(cold, 1)},
    }


def _spread_of(timed: Sequence[Answer | Batch], window: tuple[float, float]) -> dict[str, Any]:
    """Percentiles of all, and how the 95th differs between equal parts of the time: the noise."""
    begin, end = window
    length = (end - begin) / SLICES
    parts = [
        [each.milliseconds for each in timed if begin + part * length <= each.at < begin + (part + 1) * length]
        for part in range(SLICES)
    ]
    figures = _percentiles([each.milliseconds for each in timed])
    return figures | {"p95 of parts": spread([percentile(sorted(part), 0.95) for part in parts])}


def _percentiles(milliseconds: list[float]) -> dict[str, Any]:
    ordered = sorted(milliseconds)
    named = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {"count": len(ordered), **{name: round(percentile(ordered, share), 1) for name, share in named.items()}}


def series(samples: list[Sample], began: float) -> dict[str, list[float]]:
    """Columns, for a plot."""
    return {
        "seconds": [round(each.at - began, 1) for each in samples],
        "connections": [each.connections for each in samples],
        "active": [each.active for each in samples],
        "clients": [each.clients for each in samples],
        "waiting": [each.waiting for each in samples],
        "functions": [each.functions for each in samples],
    }


def processor(samples: list[Sample]) -> dict[str, float]:
    """Processors that each component kept busy, on average."""
    used: dict[str, float] = {}
    for one, next_one in pairwise(samples):
        for name, seconds in next_one.processor.items():
            # a process that ended takes its seconds along
            used[name] = used.get(name, 0.0) + max(0.0, seconds - one.processor.get(name, 0.0))
    lasted = samples[-1].at - samples[0].at
    return {name: round(seconds / lasted, 2) for name, seconds in sorted(used.items(), key=lambda each: -each[1])}
