"""The fixtures that every test may ask for; each lives in the module named for what it brings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

pytest_plugins = ["tests.fixtures.database", "tests.fixtures.platform", "tests.fixtures.logged"]

MADE_ONCE = ("e2e", "package")
"""Folders whose tests share what takes long to make, a browser or all zips: no other worker shall make it again."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make sure that the groups arrive: xdist once ignored them in silence, and everything took twice as long."""
    if session.config.getoption("loadgroup", default=False) and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("This xdist ignores groups under this pytest; see pyproject.toml.")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--something-passes", action="store_true", help="fail when no test passes: none ran, or all skipped"
    )


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    yield
    if not hasattr(session.config, "workerinput"):
        _fail_if_nothing_passed(session)
        _remember_names(session.config)


def _fail_if_nothing_passed(session: pytest.Session) -> None:
    """A tier whose tests all skip would look as if it had shown something."""
    reporter: Any = session.config.pluginmanager.getplugin("terminalreporter")
    if session.config.getoption("something_passes") and not reporter.stats.get("passed"):
        reporter.write_line("No test passed: this shows nothing.", red=True)
        session.exitstatus = session.exitstatus or pytest.ExitCode.NO_TESTS_COLLECTED


def _remember_names(config: pytest.Config) -> None:
    """xdist adds the group to the names of tests, by which `--last-failed` would not find them again."""
    cache: pytest.Cache | None = getattr(config, "cache", None)  # the plug-in may be switched off
    if cache:
        failed = cast("dict[str, bool]", cache.get("cache/lastfailed", {}))  # pyright: ignore[reportUnknownMemberType] (it takes anything)
        cache.set("cache/lastfailed", {_without_group(name): value for name, value in failed.items()})


def _without_group(name: str) -> str:
    return name[: name.rindex("@")] if name.rfind("@") > name.rfind("]") else name


def _group(item: pytest.Item) -> str:
    """Which worker a test belongs to.

    There is a group for each transport, so that each function is started for it once, and otherwise for each file, so
    that what its tests share is made once.
    """
    path = item.path.relative_to(Path(__file__).parent)
    if path.parts[0] in MADE_ONCE:
        return path.parts[0]
    if isinstance(item, pytest.Function) and "platform" in item.fixturenames:
        callspec = getattr(item, "callspec", None)
        return str(callspec.params.get("transport", "http")) if callspec else "http"
    return str(path)
