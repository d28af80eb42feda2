"""The small book of the chat's tests: without a collection, retrieval would count as down."""

from __future__ import annotations

from tests.integration.chat.conftest import book

__all__ = ["book"]
