"""The user's own environment, which is for talking to the world: on this machine it changes nothing.

Variables for Postgres and AWS name servers and people that are none of ours here, and everything here speaks to
loopback, where no proxy is in between. Proxies stay for what leaves the machine, such as crawling a site.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping

PREFIXES: Final = ("PG", "AWS_")
FILES: Final = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""Where boto3 would look at home for what it is not told."""

DIRECT: Final = "127.0.0.1,localhost,::1"


def set_aside(environment: MutableMapping[str, str]) -> None:
    """Take out what would change something here."""
    for name in [name for name in environment if name.startswith(PREFIXES)]:
        del environment[name]
    environment.update(FILES)
    for name in ("NO_PROXY", "no_proxy"):
        environment[name] = ",".join(filter(None, (environment.get(name), DIRECT)))
