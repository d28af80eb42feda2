"""The fixtures that every test may ask for; each lives in the module named for what it brings."""

from __future__ import annotations

import gc
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.hashes",
    "tests.fixtures.logged",
    "tests.fixtures.platform",
]

settings.register_profile("steady", max_examples=40, deadline=None)  # no test depends on the machine being fast
settings.load_profile("steady")

TESTS = Path(__file__).parent
TRANSPORTS = ("http", "pooled")

MADE_ONCE = ("contract/qdrant", "e2e", "integration/ingestion", "integration/model", "package")
"""Folders whose tests share what takes long to make: a browser, all zips, a store, a platform with a model. No other
worker shall make it again, nor this one, between whose files those of other folders would stand."""


ABOUT_TRANSPORTS = ("contract", "outage", "integration/budgets")
"""Folders whose tests show that both transports do the same; elsewhere one of the two is enough, now this, now that."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests stay until the end: nobody shall look for garbage among them, now or whenever a test does."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups, and pytest the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
        if _goes_the_other_way(item):
            item.add_marker(pytest.mark.long)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make sure that the groups arrive: xdist once ignored them in silence, and everything took twice as long."""
    if session.config.getoption("loadgroup", default=False) and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("This xdist ignores groups under this pytest; see pyproject.toml.")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--something-passes",
        action="store_true",
        help="fail where no test of a folder passes",
    )


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    yield
    if not hasattr(session.config, "workerinput"):
        _fail_if_nothing_passed(session)
        _remember_names(session.config)


def _fail_if_nothing_passed(session: pytest.Session) -> None:
    """A tier whose tests all skip would look as if it had shown something."""
    if not session.config.getoption("something_passes"):
        return
    reporter: Any = session.config.pluginmanager.getplugin("terminalreporter")
    passed = tuple(f"{each.nodeid.partition('::')[0]}/" for each in reporter.stats.get("passed", ()))
    for asked in session.config.args:
        if not any(each.startswith(f"{asked.partition('::')[0].rstrip('/')}/") for each in passed):
            reporter.write_line(f"No test of {asked} passed: this shows nothing.", red=True)
            session.exitstatus = session.exitstatus or pytest.ExitCode.NO_TESTS_COLLECTED


def _remember_names(config: pytest.Config) -> None:
    """xdist adds the group to the names of tests, by which `--last-failed` would not find them again."""
    cache: pytest.Cache | None = getattr(config, "cache", None)  # the plug-in may be switched off
    if cache:
        failed = cast("dict[str, bool]", cache.get("cache/lastfailed", {}))  # pyright: ignore[reportUnknownMemberType] (it takes anything)
        cache.set("cache/lastfailed", {_without_group(name): value for name, value in failed.items()})


def _without_group(name: str) -> str:
    return name[: name.rindex("@")] if name.rfind("@") > name.rfind("]") else name


def _goes_the_other_way(item: pytest.Item) -> bool:
    """Whether this is the one of a test's two transports that `make test-long` leaves to be run there.

    The name decides, so that half of all tests go each way, and a test goes the same way each time.
    """
    transport = _parameter(item, "transport")
    if transport is None or _place(item.path).startswith(ABOUT_TRANSPORTS):
        return False
    name = item.nodeid.partition("[")[0]
    return TRANSPORTS[crc32(name.encode()) % len(TRANSPORTS)] != transport


def _parameter(item: pytest.Item, name: str) -> str | None:
    callspec = getattr(item, "callspec", None)  # none where a test takes no parameters
    return str(callspec.params[name]) if callspec and name in callspec.params else None


def _group(item: pytest.Item) -> str:
    """Which worker a test belongs to.

    There is a group for each transport, so that each function is started for it once, and otherwise for each file, so
    that what its tests share is made once.
    """
    path = _place(item.path)
    for folder in MADE_ONCE:
        if path.startswith(f"{folder}/"):
            return folder
    if isinstance(item, pytest.Function) and "platform" in item.fixturenames:
        return _parameter(item, "transport") or "http"
    return path


@cache
def _place(path: Path) -> str:
    return path.relative_to(TESTS).as_posix()
