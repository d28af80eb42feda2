"""`python -m tests.conformance`: starts the platform, and the suite of this folder against its gateway.

Environment: PASSWORD_SCHEME (scrypt unless set, as a server with the default hasher needs it), TRANSPORT (http unless
set), and what README.md names for the suite itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from infra.local.components import Deployment
from infra.local.platform import Platform
from infra.local.state import State

if TYPE_CHECKING:
    from shared.settings.database import Transport

FOLDER: Final = Path(__file__).parent
SITE: Final = "http://app.example.com"

PLAIN: Final = {
    "ACCOUNT_DEFAULTS": "original",
    "RESET_ENDS_SESSIONS": "off",
    "SESSION_CACHE_SECONDS": "0",
    "RATE_LIMITS": "off",
    "BEARER_TOKENS": "off",
}
"""The reference server has none of them unless it is told so."""

OPTIONS: Final = {"TRUSTED_ORIGINS": SITE, "CHANGE_EMAIL": "on", "DELETE_USER": "on", **PLAIN}
"""What the reference server is configured with, too."""


def main() -> int:
    """Run it; the suite's exit status, which is that of its goals."""
    node = shutil.which("node")
    if node is None:
        return 2
    scheme = os.environ.get("PASSWORD_SCHEME") or "scrypt"
    transport = cast("Transport", os.environ.get("TRANSPORT") or "http")
    deployment = Deployment(OPTIONS | {"PASSWORD_SCHEME": scheme}, address_header="x-forwarded-for")
    with (
        State.temporary() as state,
        Platform(state, [transport], deployment=deployment) as platform,
        platform.another_gateway("with rate limits", transport, {"RATE_LIMITS": "on"}) as limited,
    ):
        known = {
            "BASE_URL": platform.url(transport),
            "RATE_LIMIT_BASE_URL": limited.url,
            "DATABASE_URL": platform.postgres.owner_url,
            "BETTER_AUTH_SECRET": platform.postgres.secrets.better_auth_secret,
            "TRUSTED_ORIGIN": SITE,
            "PASSWORD_SCHEME": scheme,
        }
        return subprocess.run([node, FOLDER / "run.mjs"], env=os.environ | known, check=False).returncode  # noqa: S603 (our own words)


if __name__ == "__main__":
    sys.exit(main())
