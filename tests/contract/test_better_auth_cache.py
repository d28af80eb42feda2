"""The real library reads the sessions that we cache."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.auth.browser.session_cookies import Attributes, SessionCookies
from shared.auth.models import Client, Session, SignedInUser, User
from shared.auth.wire import session_json, user_json
from tests.fixtures.missing import missing

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("better_auth_cache.mjs")
INSTALLED = PROJECT / "node_modules" / "better-auth"
SECRET = "contract-test-secret-0123456789-abcdefghijkl"
NAMES = ["Ann", 'Zoë "Q"', "\u2028\u2029\u0007\t\x7f", "🦀 \\ /</script>", ""]


def read_by_better_auth(cookies: list[str], secret: str = SECRET) -> list[Any]:
    """Skips the test where node or the library is not installed; in CI that is a failure."""
    node = shutil.which("node")
    if node is None or not INSTALLED.exists():
        missing(f"{'node' if node is None else 'better-auth (npm ci)'} is not installed")
    question = json.dumps({"secret": secret, "cookies": cookies})
    run = subprocess.run([node, SCRIPT], input=question, capture_output=True, text=True, check=True)  # noqa: S603 (our own script)
    return json.loads(run.stdout)


def somebody(name: str) -> SignedInUser:
    now = datetime.now(UTC)
    user = User.new(name, "ann@example.com", None, now)
    return SignedInUser(user, Session.new(user.id, Client("", "Browser/1.0 (naïve)"), now, remember=True))


def cookie(who: SignedInUser) -> str:
    [cached] = SessionCookies(SECRET, Attributes(secure=True), timedelta(hours=1)).for_cache(who, {})
    return cached.partition(";")[0]


def test_better_auth_reads_what_we_cached_and_nothing_that_was_forged() -> None:
    people = [somebody(name) for name in NAMES]
    cookies = [cookie(who) for who in people]
    *found, forged = read_by_better_auth([*cookies, cookies[0][:-20] + "A" * 20])
    told = [(each["user"], each["session"]) for each in found]
    assert told == [(user_json(who.user), session_json(who.session)) for who in people]
    assert forged is None
    assert read_by_better_auth(cookies[:1], "the secret of another environment, 32+") == [None]
