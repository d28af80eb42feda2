"""The Markdown page of a load test."""

from __future__ import annotations

import textwrap
from typing import Any

Report = dict[str, Any]


def page(report: Report) -> str:
    """Everything that tests/bench/load.py found, as tables."""
    crowd = report["crowd"]
    lines = [
        "# A thousand readers at once",
        "",
        f"`make bench-load`: {report['machine']}; PostgreSQL {crowd['version']}.",
        "",
        _wrapped(
            f"In the database: {crowd['users']:,} readers with {crowd['conversations']:,} conversations",
            f"and {crowd['messages']:,} messages, {crowd['size'] / 1e9:.1f} GB, loaded in {crowd['seconds'] / 60:.0f}",
            f"minutes. There are {crowd['texts']:,} different questions and as many answers, of 12 and 110 words.",
            "Each reader who is there does something every 10 to 30 seconds. Everything, the load generator included,",
            "shares the machine. The goals are for the smallest number of readers.",
        ),
        "",
        _wrapped(
            "Times are milliseconds; the last column shows how the 95th percentile differs between five equal parts",
            "of the time: least, median, most. Requests that began a process, mostly while readers arrived, are",
            "counted apart.",
        ),
        "",
    ]
    if report.get("model"):
        lines += [_of_model(report), ""]
    lines += _overview(report["runs"])
    for run in report["runs"]:
        lines += _run(run)
    verdict = [f"- missed: {each}" for each in report["missed"]] or ["Every goal is met."]
    pictures = [] if report.get("model") else ["", "![Latency](load.png)", "", "![Connections](connections.png)"]
    return "\n".join([*lines, "## Goals", "", *verdict, *pictures]) + "\n"


def _of_model(report: Report) -> str:
    """What a model that takes its time changes: containers are busy while it writes."""
    asked = max(run["requests"]["ask"]["count"] / run["seconds"] for run in report["runs"])
    busy = asked * report["model"]
    return _wrapped(
        f"A scripted model wrote the answers, {report['model']:g} s each, with at most {report['containers']}",
        f"containers of a function. {asked:.1f} questions a second keep {busy:.0f} of the chat at work",
        "on the average, which count against Lambda's quota of concurrent executions (L-B99A9384). All containers of",
        "the chat had started and been used before the first reader came: on Lambda a new peak of questions starts",
        "one more, whose first answer takes a second or two longer and whose start takes nothing from the others;",
        "here it would take a processor from them and from the database.",
    )


def _overview(runs: list[Report]) -> list[str]:
    heads = "readers | over | requests a second | p95 of the history | p95 of batches | errors | processors busy"
    return [f"| {heads} |", "|---" * 7 + "|", *(_overview_line(run) for run in runs), ""]


def _overview_line(run: Report) -> str:
    cells = [
        f"{run['readers']:,}",
        run["transport"],
        f"{run['requests']['all']['count'] / run['seconds']:.0f}",
        f"{run['requests']['history']['p95']:.0f}",
        f"{run['batches']['all']['p95']:.0f}",
        str(run["error count"]),
        f"{sum(run['processor'].values()):.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _run(run: Report) -> list[str]:
    requests = run["requests"]
    rate = requests["all"]["count"] / run["seconds"]
    heads = "| | count | p50 | p95 | p99 | max | p95 of five parts |"
    cold, samples = run["cold"], run["samples"]
    return [
        f"## {run['readers']:,} readers over {run['transport']}",
        "",
        _wrapped(
            f"{rate:.0f} requests a second for {run['seconds']} s, {run['error count']} errors, {cold['count']} cold",
            f"starts since the first reader came (median {cold['p50']:.0f} ms, at most {cold['max']:.0f} ms),",
            f"{_within(cold)}{run['retried']} batches retried.",
        ),
        "",
        heads.replace("| |", "| request |", 1),
        "|---" * 7 + "|",
        *(_line(name, figures) for name, figures in requests.items()),
        "",
        heads.replace("| |", "| database batches of |", 1),
        "|---" * 7 + "|",
        *(_line(f"`{name}`" if " " in name else name, figures) for name, figures in run["batches"].items()),
        "",
        "| at most at one time | |",
        "|---|---|",
        f"| connections of Postgres | {max(samples['connections'])} |",
        f"| of those, at work | {max(samples['active'])} |",
        f"| clients of PgBouncer | {max(samples['clients'])} |",
        f"| of those, waiting for a connection | {max(samples['waiting'])} |",
        f"| processes of functions | {max(samples['functions'])} |",
        *(f"| question before its function ran, {name} | {ms:.0f} ms |" for name, ms in _waited(run)),
        "",
        "| processors kept busy by | |",
        "|---|---|",
        *(f"| {name} | {busy:.2f} |" for name, busy in run["processor"].items()),
        f"| together | {sum(run['processor'].values()):.2f} |",
        "",
        *(f"- error: {each}" for each in run["errors"]),
        *([""] if run["errors"] else []),
    ]


def _within(cold: Report) -> str:
    """Where it was counted."""
    return f"{cold['within']} of them in that time, " if "within" in cold else ""


def _waited(run: Report) -> list[tuple[str, float]]:
    """How long questions waited for a container, where that was measured."""
    return list(zip(("median", "p95"), run.get("waited", []), strict=False))


def _line(name: str, figures: Report) -> str:
    cells = [f"{figures[each]:.0f}" for each in ("p50", "p95", "p99", "max")]
    least, middle, most = figures["p95 of parts"]
    return f"| {name} | {figures['count']:,} | {' | '.join(cells)} | {least:.0f}, {middle:.0f}, {most:.0f} |"


def _wrapped(*parts: str) -> str:
    return textwrap.fill(" ".join(parts), 118)
