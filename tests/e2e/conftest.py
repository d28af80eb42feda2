"""A browser of the system's, and a small book to ask about."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from infra.local.program import PROJECT
from tests.e2e.sites import Site
from tests.fixtures.missing import missing
from tests.fixtures.platform import asked_since, forget_outage, invocations

if TYPE_CHECKING:
    from collections.abc import Generator

    from playwright.sync_api import Browser, Playwright

    from infra.local.platform import Platform
    from infra.local.postgres import Postgres

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell, which is the same engine without windows, takes a third of a processor's time for a page."""

PATIENCE_MILLISECONDS = 60_000
"""A cold start takes a second; on a busy machine several happen at once."""

OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]

BOOK = """# The Brindlewood kettle

The Brindlewood kettle boils one litre of water in ninety seconds.

## Descaling the kettle

Descale the Brindlewood kettle every six weeks with two spoons of citric acid. Fill it with cold water first, wait
half an hour, and rinse it twice afterwards.

## Cleaning the lid

Wipe the lid of the Brindlewood kettle with a damp cloth; never put it into the dishwasher.
"""


def launched(playwright: Playwright) -> Browser | None:
    """The system's Chromium, without a window; None where there is none."""
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    if chromium is None:
        return None
    return playwright.chromium.launch(executable_path=chromium, args=[*OPTIONS, *as_root])


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Headless Chromium; for one module only, since Playwright keeps an event loop running meanwhile."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        if browser is None:
            reason = "Chromium is not installed (on Debian: apt install chromium-headless-shell)"
            missing(reason)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def book(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a site that has been ingested: its only page is about kettles."""
    folder = tmp_path_factory.mktemp("books") / "kettles"
    folder.mkdir()
    (folder / "brindlewood.md").write_text(BOOK, "utf-8")
    command = [sys.executable, "-m", "infra.ingestion", folder, "--qdrant-url", platform.qdrant.url]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, timeout=300)  # noqa: S603 (our own module)
    return folder.name


@pytest.fixture
def stoppable(platform: Platform) -> Generator[Postgres]:
    """The platform's PostgreSQL, which the test may stop; afterwards it runs, and no function remembers the outage."""
    before = invocations(platform)
    yield platform.postgres
    if platform.postgres.process is None or not platform.postgres.process.running:
        platform.postgres.start()
    forget_outage(platform, asked_since(before, platform))


@pytest.fixture
def newcomer(browser: Browser, platform: Platform) -> Generator[Page]:
    """An empty page of somebody who was never here before."""
    context = browser.new_context(
        base_url=platform.url("http"), locale="en-GB", viewport={"width": 1100, "height": 800}
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(newcomer: Page) -> Page:
    """The demo page."""
    newcomer.goto("/")
    return newcomer


@pytest.fixture
def site(newcomer: Page) -> Site:
    """A site whose pages carry the element, at the platform's origin."""
    return Site(newcomer)
