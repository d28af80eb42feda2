"""How a program in a terminal is told to stop."""

from __future__ import annotations

import signal
from typing import Final, NoReturn

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_once() -> None:
    """Let the first of these signals raise KeyboardInterrupt, and the next ones do nothing.

    An impatient second Ctrl-C would leave processes behind.
    """
    for each in SIGNALS:
        signal.signal(each, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
