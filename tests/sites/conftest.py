"""A stand-in for Qdrant, as the tests of ingestion have it."""

from __future__ import annotations

from tests.integration.ingestion.conftest import book, server

__all__ = ["book", "server"]
