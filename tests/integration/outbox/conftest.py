"""The reader of the chat's tests."""

from __future__ import annotations

from tests.integration.chat.conftest import reader

__all__ = ["reader"]
