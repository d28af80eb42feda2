"""The unmodified `better-auth/client`, bundled for the browser, on a page of another site than the API's."""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from infra.local.program import PROJECT
from tests.e2e.conftest import PATIENCE_MILLISECONDS
from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from collections.abc import Generator

    from playwright.sync_api import Browser, Page

    from infra.local.platform import Platform

CLIENT = Path(__file__).parent / "site" / "client.js"
ESBUILD = PROJECT / "node_modules" / ".bin" / "esbuild"
PAGE = '<!doctype html><meta charset="utf-8"><title>A book on another site</title><script src="client.js"></script>'
PASSWORD = "correct horse battery"
PROGRAMS = ("Browser/1.0 (on a telephone)", "Browser/1.0 (on a table)")

_numbers = itertools.count(1)


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
        del format, args


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Origin of the page: `localhost` is another site than 127.0.0.1, where the API is."""
    if not ESBUILD.exists():
        reason = "esbuild is not installed (npm ci)"
        missing(reason)
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text(PAGE, "utf-8")
    bundle = [ESBUILD, CLIENT, "--bundle", "--format=iife", f"--outfile={folder / 'client.js'}", "--log-level=error"]
    subprocess.run(bundle, check=True, cwd=PROJECT)  # noqa: S603 (our own script)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def api_url(platform: Platform, site: str) -> Generator[str]:
    """A gateway in front of the same platform, deployed for pages of that site."""
    settings = {
        "SITE_ORIGIN": site,
        "COOKIE_SAME_SITE": "None",
        "COOKIE_PARTITIONED": "on",
    }
    with platform.another_gateway("for another site", "http", settings) as gateway:
        yield gateway.url


@pytest.fixture
def devices(browser: Browser, site: str, api_url: str) -> Generator[tuple[Page, Page]]:
    """Two browsers that know nothing of each other, each with the page open."""
    contexts = [browser.new_context(user_agent=program) for program in PROGRAMS]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.context.set_default_timeout(PATIENCE_MILLISECONDS)
        page.goto(f"{site}/?api={api_url}")
    yield pages[0], pages[1]
    for context in contexts:
        context.close()


@pytest.fixture
def page(devices: tuple[Page, Page]) -> Page:
    return devices[0]


def call(page: Page, method: str, *arguments: object) -> dict[str, Any]:
    """`{data, error}` of a method of the client."""
    given = ", ".join(json.dumps(argument) for argument in arguments)
    return page.evaluate(f"{method}({given})")


def somebody() -> dict[str, str]:
    return {"name": "Ada", "email": f"another-site-{next(_numbers)}@example.com", "password": PASSWORD}


def test_the_real_client_signs_up_reloads_and_signs_out_from_another_site(page: Page) -> None:
    person = somebody()
    signed_up = call(page, "auth.signUp.email", person)
    assert signed_up["error"] is None
    assert signed_up["data"]["user"]["email"] == person["email"]

    page.reload()
    session = call(page, "auth.getSession")["data"]
    assert session["user"]["name"] == "Ada"
    assert "session_token" not in page.evaluate("document.cookie"), "scripts cannot read it"
    kept = {cookie["name"]: cookie for cookie in page.context.cookies()}  # pyright: ignore[reportTypedDictNotRequiredAccess] (all have one)
    assert kept["better-auth.session_token"].get("sameSite") == "None"
    assert {"better-auth.session_token", "better-auth.session_data"} <= set(kept)

    assert call(page, "auth.signOut")["data"] == {"success": True}
    page.reload()
    assert call(page, "auth.getSession")["data"] is None
    again = {"email": person["email"], "password": PASSWORD, "rememberMe": False}
    assert call(page, "auth.signIn.email", again)["data"]["user"]["name"] == "Ada"
    wrong = call(page, "auth.signIn.email", again | {"password": "not the password"})["error"]
    assert (wrong["status"], wrong["code"]) == (401, "INVALID_EMAIL_OR_PASSWORD")


def test_the_real_client_lists_and_ends_sessions_and_changes_the_password(devices: tuple[Page, Page]) -> None:
    here, there = devices
    person = somebody()
    known = {"email": person["email"], "password": PASSWORD}
    assert call(here, "auth.signUp.email", person)["error"] is None
    assert call(there, "auth.signIn.email", known)["error"] is None

    here.reload()
    listed = call(here, "auth.listSessions")["data"]
    assert [session["userAgent"] for session in listed] == list(PROGRAMS)
    [elsewhere] = [session["token"] for session in listed if session["userAgent"] == PROGRAMS[1]]
    assert call(here, "auth.revokeSession", {"token": elsewhere})["data"] == {"status": True}
    there.reload()
    assert call(there, "auth.getSession")["data"] is None
    assert call(there, "auth.listSessions")["error"]["status"] == 401
    assert len(call(here, "auth.listSessions")["data"]) == 1

    assert call(there, "auth.signIn.email", known)["error"] is None
    changed = {"currentPassword": PASSWORD, "newPassword": f"{PASSWORD}!", "revokeOtherSessions": True}
    wrong = call(here, "auth.changePassword", changed | {"currentPassword": "not the password"})["error"]
    assert (wrong["status"], wrong["code"]) == (400, "INVALID_PASSWORD")
    assert call(here, "auth.changePassword", changed)["data"]["user"]["email"] == person["email"]
    here.reload()
    there.reload()
    assert call(here, "auth.getSession")["data"]["user"]["email"] == person["email"]
    assert call(there, "auth.getSession")["data"] is None, "the other one was signed out"
    assert call(there, "auth.signIn.email", known)["error"]["code"] == "INVALID_EMAIL_OR_PASSWORD"
    assert call(there, "auth.signIn.email", known | {"password": f"{PASSWORD}!"})["error"] is None

    assert call(here, "auth.updateUser", {"name": "Ada L."})["data"] == {"status": True}
    assert call(there, "auth.getSession")["data"]["user"]["name"] == "Ada L."
    assert call(here, "auth.revokeOtherSessions")["data"] == {"status": True}
    assert call(there, "auth.getSession")["data"] is None
    assert call(here, "auth.signOut")["data"] == {"success": True}
    here.reload()
    assert call(here, "auth.getSession")["data"] is None


def test_without_any_cookie_the_real_client_lives_on_the_token_that_it_is_shown(page: Page) -> None:
    person = somebody()
    assert call(page, "tokens.signUp.email", person)["error"] is None
    assert call(page, "tokens.getSession")["data"]["user"]["email"] == person["email"]
    assert page.context.cookies() == []
    assert call(page, "tokens.signOut")["data"] == {"success": True}
    assert call(page, "tokens.getSession")["data"] is None


def test_a_page_of_a_third_site_can_neither_read_an_answer_nor_sign_anybody_out(
    page: Page, site: str, api_url: str
) -> None:
    person = somebody()
    call(page, "auth.signUp.email", person)
    third = page.context.new_page()
    third.goto(f"{site.replace('localhost', '127.0.0.1')}/?api={api_url}")
    for method in ("auth.getSession", "auth.signOut"):
        assert third.evaluate(f"{method}().then(() => 'read', () => 'kept from it')") == "kept from it"
    blindly = "fetch(address, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' })"
    third.evaluate(f"address => {blindly}.then(() => null)", f"{api_url}/api/auth/sign-out")
    assert call(page, "auth.getSession")["data"]["user"]["email"] == person["email"]


@pytest.mark.parametrize(
    ("origin", "allowed"), [("", True), (".evil.example", False), (":80", False), ("null", False), ("/", False)]
)
def test_preflights_allow_the_exact_origin_and_no_other(site: str, api_url: str, origin: str, *, allowed: bool) -> None:
    asked = {
        "origin": origin if origin == "null" else f"{site}{origin}",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,authorization",
    }
    answer = httpx.options(f"{api_url}/api/auth/sign-in/email", headers=asked, trust_env=False)
    assert answer.headers.get("access-control-allow-origin") == (site if allowed else None)
    assert (answer.headers.get("access-control-allow-credentials") == "true") is allowed
    exposed = answer.headers.get("access-control-expose-headers", "")
    assert all((name in exposed) is allowed for name in ("x-retry-after", "set-auth-token", "x-request-id"))
