"""The reader of the chat's tests."""

from __future__ import annotations

from tests.integration.chat.conftest import chat_path, reader

__all__ = ["chat_path", "reader"]
