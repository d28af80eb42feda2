"""`POST /api/chat` once more, where answers are streamed: behind a REST API, under a runtime that can.

It is the same app with the same limits; only its events arrive one by one (specs/streaming.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.chat import ask
from shared.app import build_handler
from shared.streaming.bearer_only import BearerOnly
from shared.streaming.cors import CrossOrigin

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def _at_its_address(app: ASGIApp) -> ASGIApp:
    return BearerOnly(CrossOrigin(app))


handler = build_handler(ask.router, around=_at_its_address)
