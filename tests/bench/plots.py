# Run with matplotlib, which lies in build/bench alone: the checker cannot see it.
# pyright: basic, reportMissingImports=false
"""Draws what the benchmarks wrote: `make bench-plots` reads results/*.json and leaves a small PNG beside each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

RESULTS = Path(__file__).with_name("results")
DOTS_PER_INCH = 80
WIDE = (9.0, 3.6)
COLOURS = {"http": "#2563eb", "pooled": "#d97706", "none": "#6b7280"}
STYLES = {"get-session": "--", "email": ":"}
SHADES = {"p50": 0.35, "p95": 0.65, "p99": 1.0}

Report = dict[str, Any]


def main() -> None:
    """One picture for each result that is there."""
    mpl.use("Agg")
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    for name, draw in PICTURES.items():
        report = RESULTS / name
        if report.exists():
            for picture, figure in draw(json.loads(report.read_text("utf-8"))).items():
                figure.savefig(RESULTS / f"{picture}.png", dpi=DOTS_PER_INCH, bbox_inches="tight")
                plt.close(figure)
                print(f"{picture}.png")


def flights(report: Report) -> dict[str, Any]:
    """Multiples of the delay: the number of round trips that a request waits for."""
    figure, axes = plt.subplots(figsize=WIDE)
    names = list(dict.fromkeys(each["request"] for each in report["latencies"]))
    for shift, transport in enumerate(("http", "pooled")):
        mine = {
            each["request"]: each["multiples"]["50"] for each in report["latencies"] if each["transport"] == transport
        }
        places = [place + 0.4 * shift for place in range(len(names))]
        middles = [mine[name][1] for name in names]
        reach = [[mine[name][1] - mine[name][0] for name in names], [mine[name][2] - mine[name][1] for name in names]]
        axes.bar(places, middles, 0.38, yerr=reach, capsize=2, color=COLOURS[transport], label=transport)
    axes.set_xticks([place + 0.2 for place in range(len(names))], names, rotation=20, ha="right")
    axes.set_ylabel("times the delay of 50 ms")
    axes.set_title("How much longer a request takes when the database is 50 ms further away")
    axes.axhline(1, color="#9ca3af", linewidth=0.8, linestyle=":")
    axes.legend(frameon=False)
    return {"flights": figure}


def load(report: Report) -> dict[str, Any]:
    """Percentiles of requests, and connections while they came."""
    fewest = min(run["readers"] for run in report["runs"])
    runs = [run for run in report["runs"] if run["readers"] == fewest]
    return {"load": _percentiles(runs), "connections": _connections(runs)}


def _percentiles(runs: list[Report]) -> Any:  # noqa: ANN401 (matplotlib is not there for the checker)
    figure, both = plt.subplots(1, len(runs), figsize=WIDE, sharey=True, squeeze=False)
    for axes, run in zip(both[0], runs, strict=True):
        shown = {name: figures for name, figures in run["requests"].items() if name not in {"all", "history"}}
        shown["(batches)"] = run["batches"]["all"]
        for shift, (percentile, shade) in enumerate(SHADES.items()):
            places = [place + 0.27 * shift for place in range(len(shown))]
            heights = [figures[percentile] for figures in shown.values()]
            axes.bar(places, heights, 0.25, color=COLOURS[run["transport"]], alpha=shade, label=percentile)
        axes.set_xticks([place + 0.27 for place in range(len(shown))], shown, rotation=30, ha="right")
        axes.axhline(200, color="#dc2626", linewidth=0.8, linestyle=":")
        axes.set_title(f"{run['readers']:,} readers over {run['transport']}")
        axes.legend(frameon=False)
    both[0][0].set_ylabel("milliseconds")
    return figure


def _connections(runs: list[Report]) -> Any:  # noqa: ANN401 (as above)
    figure, both = plt.subplots(1, len(runs), figsize=WIDE, sharey=True, squeeze=False)
    lines = {
        "functions": "processes of functions",
        "clients": "clients of PgBouncer",
        "connections": "connections of Postgres",
        "active": "of those, at work",
    }
    for axes, run in zip(both[0], runs, strict=True):
        for column, label in lines.items():
            axes.plot(run["samples"]["seconds"], run["samples"][column], linewidth=1, label=label)
        axes.set_xlabel("seconds")
        axes.set_title(f"{run['readers']:,} readers over {run['transport']}")
    both[0][0].legend(frameon=False)
    return figure


def ceiling(report: Report) -> dict[str, Any]:
    """Requests a second by connections."""
    figure, axes = plt.subplots(figsize=WIDE)
    for path, transport in dict.fromkeys((each["path"], each["transport"]) for each in report["found"]):
        mine = [each for each in report["found"] if (each["path"], each["transport"]) == (path, transport)]
        middles = [each["rate"][1] for each in mine]
        reach = [[m - each["rate"][0] for m, each in zip(middles, mine, strict=True)]]
        reach.append([each["rate"][2] - m for m, each in zip(middles, mine, strict=True)])
        style = STYLES.get(path.rpartition("/")[2], "-")
        label = f"{path}, {transport}" if transport else path
        colour = COLOURS[transport or "none"]
        connections = [each["connections"] for each in mine]
        axes.errorbar(connections, middles, yerr=reach, capsize=2, color=colour, linestyle=style, label=label)
    axes.set_xlabel("connections, none of which thinks")
    axes.set_ylabel("requests a second")
    axes.set_ylim(bottom=0)
    axes.set_title("The most that the local platform does on this machine")
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return {"ceiling": figure}


def history(report: Report) -> dict[str, Any]:
    """The cost of a call as users grow."""
    figure, axes = plt.subplots(figsize=WIDE)
    for name, medians in report["p50 ms"].items():
        axes.plot(report["users"], medians, marker="o", markersize=3, label=name)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("users")
    axes.set_ylabel("milliseconds, median")
    axes.set_title("What one call costs as the site grows")
    axes.legend(frameon=False)
    return {"history": figure}


PICTURES = {"flights.json": flights, "load.json": load, "ceiling.json": ceiling, "history.json": history}

if __name__ == "__main__":
    main()
