"""`POST /api/chat` once more, where answers are streamed: behind a REST API, under a runtime that can.

It is the same app with the same limits; only its events arrive one by one (specs/streaming.md).
"""

from __future__ import annotations

from functions.chat import ask
from shared.app import build_handler
from shared.streaming.cors import CrossOrigin

handler = build_handler(ask.router, around=CrossOrigin)
