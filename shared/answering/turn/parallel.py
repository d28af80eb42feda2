"""Two waits at once, on an extra thread: both are for somebody else's machine, so Python's own lock is no matter."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from concurrent.futures import Future

Result = TypeVar("Result")


@contextmanager
def in_background(call: Callable[[], Result]) -> Generator[Future[Result]]:
    """Run `call` while the block runs; afterwards its `.result()` is there at once.

    The deadline and the timings of the request go along. The block's end waits for the call, even when the block
    raised: nothing of a request may still be running when it is answered, because Lambda freezes it there.
    """
    context = copy_context()
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield thread.submit(context.run, call)


@contextmanager
def if_slow(seconds: float, call: Callable[[], object]) -> Generator[None]:
    """Begin `call` on another thread if the block has not ended after so many seconds.

    Nothing waits for the call: it may touch nothing of the request, be frozen with the container and go on with the
    next request. It must not raise: there is nobody to tell.
    """
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
