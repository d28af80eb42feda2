"""The small book and the reader of the chat's tests."""

from __future__ import annotations

from tests.integration.chat.conftest import book, reader

__all__ = ["book", "reader"]
